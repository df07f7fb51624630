# A rule with action refuse: the statement fails before it runs, however it is sent.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
my %ann = (user => 'ann', db => 'postgres');
write_rules($node,
	[ 'no-read', 'refuse', { %ann, object => 'public.card', class => 'read' }, severity => 'critical' ],
	[ 'no-write', 'refuse', { %ann, object => [ 'public.card', 'public.child' ], class => 'write' } ],
	[ 'no-truncate', 'refuse', { %ann, command => 'TRUNCATE*' } ],
	[ 'no-call', 'refuse', { user => 'ann', object => [ 'public.f(integer)', 'public.pure(integer)' ] } ],
	[ 'no-drop', 'refuse', { db => 'postgres', object => 'public.kept', command => 'DROP*' } ],
	[ 'no-vacuum', 'refuse', { %ann, command => 'VACUUM' } ],
	[ 'no-app', 'refuse', { app => 'forbidden', class => 'read' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE ann LOGIN;
CREATE TABLE card (pan text PRIMARY KEY); INSERT INTO card VALUES ('4111');
CREATE TABLE ok (i int); INSERT INTO ok VALUES (1);
CREATE TABLE parent (i int PRIMARY KEY); INSERT INTO parent VALUES (1);
CREATE TABLE child (i int REFERENCES parent ON DELETE CASCADE); INSERT INTO child VALUES (1);
CREATE TABLE pays (pan text REFERENCES card);
CREATE SCHEMA s; CREATE TABLE kept (i int); CREATE VIEW s.v AS SELECT 1 a; CREATE TABLE trunc (i int); INSERT INTO trunc VALUES (1);
CREATE TYPE own AS ENUM ('a'); ALTER TABLE kept ADD COLUMN t own;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT $1';
CREATE FUNCTION pure(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1; END';
CREATE FUNCTION peek() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM card); END';
CREATE FUNCTION peek_sql() RETURNS bigint LANGUAGE sql PARALLEL SAFE AS 'SELECT count(*) FROM card';
CREATE FUNCTION peek_parallel(int) RETURNS bigint LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN (SELECT count(*) FROM card) + $1; END';
CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM card; RETURN NEW; END';
CREATE TABLE fires (i int); CREATE TRIGGER tr BEFORE INSERT ON fires FOR EACH ROW EXECUTE FUNCTION trig();
CREATE VIEW through AS SELECT * FROM card;
CREATE TABLE big AS SELECT generate_series(1, 10000) i; ANALYZE big;
GRANT ALL ON ALL TABLES IN SCHEMA public TO ann; GRANT CREATE ON SCHEMA public TO ann;
ALTER TABLE trunc OWNER TO ann; ALTER TABLE kept OWNER TO ann; ALTER TYPE own OWNER TO ann;
EOF

# refused(RULE, SQL, NAME): SQL fails with the rule's error, one record of a failure
# names the rule, and one alert follows.
sub refused
{
	my ($rule, $sql, $name) = @_;
	my $mark = mark($node);
	my ($code, undef, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'ann', '-v', 'VERBOSITY=verbose' ]);
	my $error = qq{ERROR:  42501: statement refused by audit rule "$rule"};
	like($err, qr/\Q$error\E/, "$name: refused");
	my @records = records($node, since => $mark, event => 'statement', outcome => 'failure', sqlstate => '42501',
		rules => sub { grep { $_ eq $rule } @{ $_[0] } });
	is(scalar(@records), 1, "$name: one record names the rule");
	is_deeply([ alerts($node, $mark) ], ["refused $rule"], "$name: one alert");
	return $err;
}

sub allowed
{
	my ($sql, $name) = @_;
	my $mark = mark($node);
	my ($code, undef, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'ann' ]);
	is($err, '', "$name: runs");
	is_deeply([ alerts($node, $mark) ], [], "$name: no alert");
	return;
}

my $err = refused('no-read', 'SELECT * FROM card', 'a query');
like($err, qr/HINT:  A superuser can set secaudit\.break_glass to "on"/, 'the hint says what helps');
refused('no-read', 'SELECT * FROM through', 'a view');
refused('no-read', 'WITH x AS (SELECT 1) INSERT INTO ok SELECT 2 FROM card', 'a read inside a write');
refused('no-write', q{INSERT INTO card VALUES ('1')}, 'a write');
refused('no-read', q{WITH gone AS (INSERT INTO card VALUES ('5')) SELECT 1}, 'a write inside a read');
refused('no-read', 'COPY card TO STDOUT', 'COPY of a table');
refused('no-read', 'COPY (SELECT * FROM card) TO STDOUT', 'COPY of a query');
refused('no-write', 'COPY card FROM STDIN', 'COPY into a table');
refused('no-truncate', 'TRUNCATE trunc', 'a utility command');
refused('no-vacuum', 'VACUUM trunc', 'a command outside of transactions');
refused('no-read', 'PREPARE p AS SELECT * FROM card; EXECUTE p', 'EXECUTE of a prepared statement');
refused('no-read', 'BEGIN; DECLARE c CURSOR FOR SELECT * FROM card; FETCH c', 'a cursor');
refused('no-read', 'CREATE TABLE stolen AS SELECT * FROM card', 'CREATE TABLE AS');
refused('no-read', 'EXPLAIN ANALYZE SELECT * FROM card', 'EXPLAIN ANALYZE');
refused('no-read', 'SELECT 1\; SELECT * FROM card\; SELECT 2', 'the second of three statements in a text');
refused('no-read', 'DO $$ BEGIN PERFORM * FROM card; END $$', 'a DO block');
refused('no-read', 'SELECT peek()', 'a query in a function');
refused('no-read', 'SELECT peek_sql()', 'a query in an SQL function');
refused('no-write', 'INSERT INTO fires VALUES (1)', 'a write in a trigger');
refused('no-write', 'DELETE FROM parent', 'what a foreign key deletes');
refused('no-call', 'SELECT f(1)', 'a function');
refused('no-call', 'SELECT pure(1)', 'a function that the planner would run');
refused('no-call', 'SELECT f(i) FROM ok', 'a function in a query over a table');
refused('no-drop', 'DROP TABLE kept', 'DROP of a table');
refused('no-drop', 'DROP OWNED BY ann', 'what goes with DROP OWNED');
my $parallel = server_major() >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
refused('no-read', "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 1; SET parallel_leader_participation = off; "
	  . "SET $parallel = on; SELECT count(*) FROM big WHERE peek_parallel(i) < 0", 'a query in a parallel worker');
refused('no-app', q{SET application_name = 'forbidden'; SELECT * FROM ok}, 'an application');
$node->safe_psql('postgres', 'DROP TRIGGER tr ON fires');

allowed('SELECT * FROM ok', 'another table');
allowed("BEGIN; INSERT INTO ok VALUES (3); COMMIT", 'a transaction');
allowed(q{INSERT INTO pays VALUES ('4111')}, 'the look-up of a foreign key');
allowed(qq{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET $parallel = on; SELECT count(*) FROM big},
	'a parallel query');
is($node->safe_psql('postgres', q{SELECT concat_ws(',', (SELECT count(*) FROM card), (SELECT count(*) FROM child), (SELECT count(*) FROM trunc), to_regclass('stolen') IS NULL)}),
	'1,1,1,t', 'nothing of all that was done');

# After an error in a block, and with the subtransaction rolled back.
my $mark = mark($node);
my ($code, $out) = $node->psql('postgres', 'BEGIN; SELECT * FROM card; ROLLBACK; SELECT 5', extra_params => [ '-U', 'ann' ], on_error_stop => 0);
is($out, 5, 'a transaction in which something was refused can be rolled back');
$mark = mark($node);
$node->psql('postgres', 'DO $$ BEGIN BEGIN PERFORM * FROM card; EXCEPTION WHEN insufficient_privilege THEN NULL; END; END $$',
	extra_params => [ '-U', 'ann' ]);
is_deeply([ alerts($node, $mark) ], ['refused no-read'], 'a refusal that a block swallows raises its alert');

# The protocol: prepared and bound, and a function call.
my $wire = SecauditProto->connect($node, user => 'ann');
$mark = mark($node);
$wire->parse('s1', 'SELECT * FROM card')->bind('p1', 's1', [])->execute('p1', 0)->sync;
is($wire->error_code($wire->until_ready), '42501', 'a statement that is bound and executed is refused');
my $oid = $node->safe_psql('postgres', q{SELECT 'f(int)'::regprocedure::oid});
$wire->function_call($oid, ['1']);
is($wire->error_code($wire->until_ready), '42501', 'and so is a function call of the protocol');
is_deeply([ alerts($node, $mark) ], [ 'refused no-read', 'refused no-call' ], 'with an alert each');
$wire->query('SELECT 7');
is_deeply([ map { $_->[0] } grep { $_->[0] eq 'D' } $wire->until_ready ], ['D'], 'the session goes on');
$wire->terminate;

# Break glass.
$node->safe_psql('postgres', q{ALTER ROLE ann SUPERUSER});
refused('no-read', 'SELECT * FROM card', 'a superuser without break_glass');
$mark = mark($node);
($code, $out, $err) = $node->psql('postgres', 'SET secaudit.break_glass = on; SELECT * FROM card; SELECT f(1)', extra_params => [ '-U', 'ann' ]);
is("$code $out $err", "0 4111\n1 ", 'with it the statement runs');
is_deeply([ alerts($node, $mark) ], [ 'break_glass no-read', 'break_glass no-call' ], 'and raises an alert');
is_record(one_record($node, since => $mark, event => 'statement', command => 'SELECT', query => 'SELECT * FROM card'),
	{ outcome => 'success', rules => ['no-read'] }, 'the record names the rule');
$node->safe_psql('postgres', 'ALTER ROLE ann NOSUPERUSER');
($code, $out, $err) = $node->psql('postgres', 'SET secaudit.break_glass = on', extra_params => [ '-U', 'ann' ]);
like($err, qr/permission denied to set parameter "secaudit.break_glass"/, 'nobody else can set it');

done_testing();
