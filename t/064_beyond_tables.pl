# Temporary tables, sequences, large objects, files, server functions and
# foreign tables.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('beyond');
my $host = $node->host;
my $port = $node->port;
my $file = $node->basedir . '/file.txt';
append_to_file($file, "content\n");

$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION file_fdw;
CREATE EXTENSION dblink;
CREATE SCHEMA app;
CREATE TABLE app.card (id int PRIMARY KEY, pan text);
INSERT INTO app.card VALUES (1, 'x');
CREATE SEQUENCE app.s;
CREATE TABLE app.numbered (id serial);
CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '$host', port '$port', dbname 'postgres', application_name 'from_fdw');
CREATE USER MAPPING FOR CURRENT_USER SERVER loop;
CREATE FOREIGN TABLE app.far (id int, pan text) SERVER loop OPTIONS (schema_name 'app', table_name 'card');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE app.lines (line text) SERVER files OPTIONS (filename '$file');
CREATE SCHEMA imported;
CREATE TABLE app.logs (line text);
CREATE FOREIGN TABLE app.old_logs () INHERITS (app.logs) SERVER files OPTIONS (program 'echo a');
CREATE TABLE app.days (line text) PARTITION BY LIST (line);
CREATE TABLE app.monday PARTITION OF app.days FOR VALUES IN ('monday') PARTITION BY LIST (line);
CREATE FOREIGN TABLE app.day PARTITION OF app.monday FOR VALUES IN ('monday') SERVER files OPTIONS (program 'echo monday');
CREATE FOREIGN TABLE app.other_day PARTITION OF app.days DEFAULT SERVER loop OPTIONS (schema_name 'app', table_name 'away');
CREATE TABLE app.away (line text);
INSERT INTO app.away VALUES ('friday');
SQL

my $fn = 'function pg_catalog';
my @read = (class => 'read', outcome => 'success');
my @write = (class => 'write', outcome => 'success');
statements_are(
	$node, {},
	# 56
	[ 'CREATE TEMP TABLE t (a int)', { class => 'ddl', objects => ['table pg_temp.t create'] },
		'56: a temporary table, and not the schema that is made for it' ],
	[ 'INSERT INTO t VALUES (1)', { @write, objects => ['table pg_temp.t insert'] }, '56: has one spelling' ],
	[ 'SELECT * FROM pg_temp.t', { @read, objects => ['table pg_temp.t select'] }, '56: however it is written' ],

	# 57
	[ q{SELECT nextval('app.s')}, { classes => [ 'write', 'read' ], objects => ['sequence app.s update'] },
		'57: nextval changes a sequence' ],
	[ q{SELECT setval('app.s', 5)}, { classes => [ 'write', 'read' ], objects => ['sequence app.s update'] },
		'57: setval, too' ],
	[ q{SELECT currval('app.s')}, { class => 'read', classes => undef, objects => ['sequence app.s select'] },
		'57: currval reads it' ],
	[ 'SELECT last_value FROM app.s', { class => 'read', objects => ['sequence app.s select'] },
		'57: and so does a SELECT from it' ],
	[ 'INSERT INTO app.numbered DEFAULT VALUES', { @write, classes => undef, objects => ['table app.numbered insert'] },
		'57: the default of a column is no access of its own' ],

	# 58
	[ 'SELECT lo_create(4711)', { classes => [ 'write', 'read' ], objects => ['large object 4711 create'] },
		'58: lo_create' ],
	[ q{SELECT lo_put(4711, 0, '\x01')}, { classes => [ 'write', 'read' ], objects => ['large object 4711 update'] },
		'58: lo_put' ],
	[ 'SELECT lo_get(4711)', { class => 'read', classes => undef, objects => ['large object 4711 select'] },
		'58: lo_get' ],
	['BEGIN'],
	[ 'SELECT lo_open(4711, 131072)', { classes => [ 'write', 'read' ], objects => ['large object 4711 select,update'] },
		'58: lo_open for writing' ],
	[ 'SELECT loread(0, 10)', { class => 'read', classes => undef }, '58: loread reads' ],
	['COMMIT'],
	[ 'SELECT lo_unlink(4711)', { classes => [ 'write', 'read' ], objects => ['large object 4711 drop'] },
		'58: lo_unlink' ],
	[ 'SELECT lo_get(4711)', { outcome => 'failure', sqlstate => '42704', objects => ['large object 4711 select'] },
		'58: one that is not there' ],
	[   "SELECT lo_import('$file', 4712)",
		{   classes => [ 'write', 'read', 'function' ], privileged => 1,
			objects => [ "file $file copy_from", "$fn.lo_import(pg_catalog.text,pg_catalog.oid) execute", 'large object 4712 create' ] },
		'58: lo_import names the file and the object' ],
	[   "SELECT lo_export(4712, '$file.out')",
		{   classes => [ 'read', 'function' ], privileged => 1,
			objects => [ "file $file.out copy_to", "$fn.lo_export(pg_catalog.oid,pg_catalog.text) execute", 'large object 4712 select' ] },
		'58: lo_export, too' ],

	# 59
	[   "SELECT length(pg_read_file('$file', 0, 3))",
		{   classes => [ 'read', 'function' ], privileged => 1,
			objects => [ "file $file select", "$fn.pg_read_file(pg_catalog.text,bigint,bigint) execute" ] },
		'59: pg_read_file names its file' ],
	[   'SELECT pg_terminate_backend(999999)',
		{ classes => [ 'read', 'function' ], privileged => 1, objects => ["$fn.pg_terminate_backend(integer,bigint) execute"] },
		'59: pg_terminate_backend' ],
	[   "SELECT count(*) FROM pg_ls_dir('.')",
		{ privileged => 1, objects => [ 'file . select', "$fn.pg_ls_dir(pg_catalog.text) execute" ] },
		'59: a function in FROM' ],
	[ 'SELECT pg_backend_pid()', { class => 'read', privileged => undef, objects => [] },
		'59: a harmless function is not named' ],

	# 60
	[ 'SELECT * FROM app.far', { @read, rows => 1, objects => ['foreign table app.far select'] }, '60: a foreign table' ],
	[ q{INSERT INTO app.far VALUES (2, 'y')}, { @write, rows => 1, objects => ['foreign table app.far insert'] },
		'60: written to' ],
	[ q{UPDATE app.far SET pan = 'z' WHERE id = 2}, { @write, rows => 1, objects => ['foreign table app.far select,update'] },
		'60: changed over there directly' ],
	[ 'SELECT * FROM app.lines', { @read, rows => 1, objects => ['foreign table app.lines select'] }, '60: a file as a table' ],
	[   'IMPORT FOREIGN SCHEMA app LIMIT TO (card) FROM SERVER loop INTO imported',
		{ class => 'ddl', outcome => 'success', command => 'IMPORT FOREIGN SCHEMA' },
		'60: IMPORT FOREIGN SCHEMA' ],
	[ 'SELECT * FROM app.logs',
		{ @read, rows => 1, privileged => 1, objects => [ 'foreign table app.old_logs select', 'table app.logs select' ] },
		'60: a child that is a program is named beside its parent' ],
	[ 'SELECT * FROM ONLY app.logs', { @read, rows => 0, privileged => undef, objects => ['table app.logs select'] },
		'60: but not where it is not read' ],
	[ q{SELECT count(*) FROM app.days WHERE line = 'monday'},
		{ @read, privileged => 1, objects => [ 'foreign table app.day select', 'table app.days select' ] },
		'60: so is a partition of a partition' ],
	[ q{DELETE FROM app.days WHERE line = 'friday'},
		{ @write, classes => [ 'write', 'read' ], rows => 1, privileged => undef,
			objects => [ 'foreign table app.other_day select,delete', 'table app.days select,delete' ] },
		'60: and one that is written to' ],
	[ q{EXPLAIN SELECT * FROM app.logs}, { privileged => undef, objects => [ 'foreign table app.old_logs ', 'table app.logs ' ] },
		'60: EXPLAIN only plans it' ],
	[ q{ANALYZE app.logs},
		{ privileged => 1, objects => [ 'foreign table app.old_logs maintain', 'table app.logs maintain' ] },
		'60: ANALYZE of a parent reads it' ],
	[ 'SELECT * FROM imported.card', { @read, objects => ['foreign table imported.card select'] },
		'60: and a table that it made' ],
);

my $object = sub {
	my ($query, $type) = @_;
	my $record = one_record($node, query => $query, outcome => 'success');
	my ($found) = grep { $_->{type} eq $type } @{ $record->{objects} };
	return $found;
};
is($object->('INSERT INTO t VALUES (1)', 'table')->{temp}, JSON::PP::true, '56: it is marked');
is($object->('CREATE TEMP TABLE t (a int)', 'table')->{temp}, JSON::PP::true, '56: from its beginning');
is_deeply($object->('SELECT pg_terminate_backend(999999)', 'function')->{arguments}, [ '999999', '0' ],
	'59: with its arguments');
is_deeply($object->("SELECT length(pg_read_file('$file', 0, 3))", 'function')->{arguments}, [ $file, '0', '3' ],
	'59: those of pg_read_file');
is_deeply([ @{ $object->('SELECT * FROM app.far', 'foreign table') }{qw(server remote)} ], [ 'loop', 'app.card' ],
	'60: its server, and its name over there');
is_deeply([ @{ $object->('SELECT * FROM app.lines', 'foreign table') }{qw(server remote)} ], [ 'files', $file ],
	'60: or the file');

# 61: the other side is a session of its own
my $since = mark($node);
$node->safe_psql('postgres', 'SELECT * FROM app.far', extra_params => []);
my ($near) = records($node, since => $since, query => 'SELECT * FROM app.far');
my @far = records($node, since => $since, app => 'from_fdw', event => 'statement');
ok($near && !grep({ $_->{session} eq $near->{session} } @far), '61: what postgres_fdw does is in a session of its own');
is_deeply([ map { objects_of($_)->[0] } grep { $_->{command} eq 'DECLARE CURSOR' } @far ],
	['table app.card select'], '61: that names the real table, and the application_name of the server');
$since = mark($node);
$node->safe_psql('postgres',
	"SELECT * FROM dblink('host=$host port=$port dbname=postgres application_name=from_dblink', 'SELECT id FROM app.card') AS r (id int)");
is_record((records($node, since => $since, app => 'from_dblink', event => 'statement'))[0],
	{ command => 'SELECT', objects => ['table app.card select'] }, '61: so is what dblink does');
my ($call) = records($node, since => $since, query => qr/^SELECT \* FROM dblink/);
is_record($call, { objects => ['function public.dblink(pg_catalog.text,pg_catalog.text) execute'] },
	'61: and the call is named');

# what a function computes is not known, and what is bound is
$since = mark($node);
$node->safe_psql('postgres', q{SELECT lo_create(n) FROM generate_series(4801, 4802) n});
my ($made) = records($node, since => $since, event => 'statement');
is_deeply(objects_of($made), [ 'large object 4801 create', 'large object 4802 create' ],
	'58: large objects are named when they are made');
$node->safe_psql('postgres', q{DO $$DECLARE x text; BEGIN x := pg_read_file('PG_VERSION'); END$$});
my ($do) = records($node, since => $since, command => 'DO');
is_record($do, { classes => [ 'read', 'function' ], privileged => 1, objects => [ 'file PG_VERSION select', "$fn.pg_read_file(pg_catalog.text) execute" ] },
	'59: in an expression of PL/pgSQL, too, the file is known');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
