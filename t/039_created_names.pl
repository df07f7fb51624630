# CREATE names what it creates, in the schema where that comes to be, and not
# what has the same name in another schema of the search path.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('created');

$node->safe_psql(
	'postgres', q{
	CREATE SCHEMA s; CREATE SCHEMA s2; CREATE SCHEMA closed;
	CREATE ROLE alice LOGIN; GRANT USAGE ON SCHEMA closed, s TO alice;
	ALTER DATABASE postgres SET search_path = s2, s;
	CREATE TABLE s.a (x int); CREATE TABLE s.it (x int); CREATE SEQUENCE s.q;
	CREATE VIEW s.v AS SELECT 1 AS x; CREATE TABLE s.m (x int);
	CREATE TYPE s.mood AS ENUM ('good'); CREATE DOMAIN s.age AS int;
	CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE PROCEDURE s.p(int) LANGUAGE sql AS 'SELECT 1';
	CREATE STATISTICS s.st ON (x + 1) FROM s.a; CREATE COLLATION s.co FROM "C";
	CREATE TABLE s2.two (x int); CREATE TABLE s.two (x int);
	CREATE TABLE s2.t2 (x int); CREATE INDEX ix ON s.it (x);
	CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw});

sub created
{
	my ($sql, @objects) = @_;
	return [ $sql, { class => 'ddl', outcome => 'success', skipped => undef, objects => [@objects] }, "39: $sql" ];
}

sub skipped
{
	my ($sql, @objects) = @_;
	return [ $sql, { class => 'ddl', outcome => 'success', skipped => 1, objects => [@objects] }, "48: $sql" ];
}

sub refused
{
	my ($sql, $user, @objects) = @_;
	return [ $sql, { class => 'ddl', outcome => 'failure', objects => [@objects] }, "72: refused: $sql" ];
}

statements_are(
	$node, {},
	created('CREATE TABLE a (x int)', 'table s2.a create'),
	created('CREATE VIEW v AS SELECT 1 AS y', 'view s2.v create'),
	created('CREATE OR REPLACE VIEW v AS SELECT 2 AS y', 'view s2.v create,alter'),
	created('CREATE SEQUENCE q', 'sequence s2.q create'),
	created('CREATE MATERIALIZED VIEW m AS SELECT 1 AS y', 'materialized view s2.m create'),
	created(q{CREATE TYPE mood AS ENUM ('bad')}, 'type s2.mood create'),
	created('CREATE DOMAIN age AS text', 'type s2.age create'),
	created(q{CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 2'}, 'function s2.f(integer) create'),
	created(q{CREATE OR REPLACE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 3'}, 'function s2.f(integer) create'),
	created(q{CREATE PROCEDURE p(int) LANGUAGE sql AS 'SELECT 2'}, 'procedure s2.p(integer) create'),
	created('CREATE STATISTICS st ON (x + 2) FROM s2.t2', 'statistics object s2.st create', 'table s2.t2 alter'),
	created('CREATE COLLATION co FROM "C"', 'collation s2.co create'),
	created('CREATE INDEX ix ON t2 (x)', 'index s2.ix create', 'table s2.t2 alter'),
	['DROP TABLE s2.a'],
	created('CREATE TABLE a AS SELECT 1 AS z', 'table s2.a create'),
	['DROP TABLE s2.a'],
	created('SELECT 1 AS z INTO a', 'table s2.a create'),
	['DROP TABLE s2.a'],
	created('CREATE TABLE IF NOT EXISTS a (x int)', 'table s2.a create'),

	# what is there already is there in that schema
	skipped('CREATE TABLE IF NOT EXISTS a (y int)', 'table s2.a '),
	['PREPARE one AS SELECT 1 AS z'],
	skipped('CREATE TABLE IF NOT EXISTS a AS EXECUTE one', 'table s2.a '),
	skipped('CREATE SEQUENCE IF NOT EXISTS q', 'sequence s2.q '),
	skipped('CREATE STATISTICS IF NOT EXISTS st ON (x + 2) FROM s2.t2', 'statistics object s2.st ', 'table s2.t2 alter'),
	skipped('CREATE COLLATION IF NOT EXISTS co FROM "C"', 'collation s2.co '),
	skipped('CREATE INDEX IF NOT EXISTS ix ON t2 (x)', 'index s2.ix ', 'table s2.t2 alter'),

	# temporary ones; first without a schema for them
	created('CREATE TEMP TABLE pg_class (x int)', 'table pg_temp.pg_class create'),
	created('CREATE TEMP TABLE two (x int)', 'table pg_temp.two create'),
	created('CREATE TEMP VIEW v AS SELECT 1 AS y', 'view pg_temp.v create'),
	created('CREATE TEMP SEQUENCE q', 'sequence pg_temp.q create'),
	created('CREATE VIEW t2 AS SELECT x FROM pg_temp.two', 'view pg_temp.t2 create'),
	refused('CREATE TABLE two (x int)', undef, 'table s2.two create'),
	refused('CREATE TEMP TABLE two (x int)', undef, 'table pg_temp.two create'),
	refused('CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS \'SELECT 1\'', undef, 'function s2.f(integer) create'),
	refused(q{CREATE TYPE mood AS ENUM ('bad')}, undef, 'type s2.mood create'),
	['DROP TABLE s2.a'],
	refused('CREATE FOREIGN TABLE a (x int) SERVER nowhere', undef, 'foreign table a create'),
	refused('CREATE TABLE a (x nosuchtype)', undef, 'table a create'),

	# the first of the path is pg_temp, the first that there is, or none
	['SET search_path = nowhere, "$user", s2, s'],
	created('CREATE TABLE a (x int)', 'table s2.a create'),
	['SET search_path = nowhere'],
	refused('CREATE TABLE pg_class (x int)', undef, 'table pg_class create'),
	['SET search_path = pg_temp, s'],
	created('CREATE TABLE a (x int)', 'table pg_temp.a create'),
	['RESET search_path'],
	created('CREATE SCHEMA made CREATE TABLE a (x int)', 'schema made create', 'table made.a create'),
);

# No schema for temporary objects yet, and it is the first of the path.
my $since = mark($node);
$node->safe_psql('postgres', 'SET search_path = pg_temp, s; CREATE TABLE a (x int)');
is_record([ records($node, since => $since, command => 'CREATE TABLE') ]->[0],
	{ outcome => 'success', objects => ['table pg_temp.a create'] },
	'39: the first temporary table of a session whose path begins with pg_temp');

# Refused where it would have been made: what has its name elsewhere is not named.
$since = mark($node);
$node->psql('postgres', 'SET search_path = closed, s; CREATE TABLE a (x int)',
	extra_params => [ '-U', 'alice' ]);
is_record([ records($node, since => $since, command => 'CREATE TABLE') ]->[0],
	{ outcome => 'failure', sqlstate => '42501', objects => [ 'schema closed ', 'table a create' ] },
	'72: a table that may not be created in the schema is not that of another schema');

$node->stop;
done_testing();
