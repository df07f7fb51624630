# Labels and other sessions, other connections to the same object, and what
# travels: prepared statements, partitions, cursors, numbers that are used again,
# pg_dump.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off', 'secaudit.lock' => 'off', 'secaudit.log_nested' => 'off' });
$node->safe_psql('postgres', q{
	CREATE ROLE reader LOGIN;
	CREATE TABLE a (id int, x text); CREATE TABLE b (id int); CREATE TABLE marked (id int);
	SECURITY LABEL FOR secaudit ON TABLE marked IS 'there';
	GRANT SELECT ON a, b TO reader});

sub ask { my ($session, $sql) = @_; $session->query($sql); return $session->until_ready; }
sub tags_of { my ($session, $query) = @_; my ($record) = records($node, pid => $session->pid, query => $query); return $record && join q{,}, @{ $record->{tags} // [] }; }

# One session has read the table, and holds its lock; others label it meanwhile.
my $reader = SecauditProto->connect($node, user => 'reader');
ask($reader, 'PREPARE p AS SELECT id FROM a');
ask($reader, $_) foreach 'BEGIN', 'EXECUTE p', 'EXECUTE  p';
my $labeller = SecauditProto->connect($node, user => $node->safe_psql('postgres', 'SELECT current_user'));
ask($labeller, $_) foreach 'BEGIN', q{SECURITY LABEL FOR secaudit ON TABLE a IS 'new'};
ask($reader, 'EXECUTE   p');
is(tags_of($reader, 'EXECUTE   p'), undef, 'before its commit a label is nobody else\'s');
ask($labeller, 'COMMIT');
ask($reader, 'EXECUTE    p');
is(tags_of($reader, 'EXECUTE    p'), 'new', 'from its commit on it counts in a transaction that has read the table before, for a prepared statement');
ask($labeller, $_) foreach 'BEGIN', 'SECURITY LABEL FOR secaudit ON TABLE a IS NULL', 'ROLLBACK';
ask($reader, 'EXECUTE     p');
is(tags_of($reader, 'EXECUTE     p'), 'new', 'a removal that is rolled back is none');
ask($labeller, q{SECURITY LABEL FOR secaudit ON TABLE a IS 'newer'});
ask($reader, 'EXECUTE      p');
is(tags_of($reader, 'EXECUTE      p'), 'newer', 'a change counts, too');
ask($labeller, q{SECURITY LABEL FOR secaudit ON ROLE reader IS 'watched'});
ask($reader, 'SELECT 1 AS one');
is(tags_of($reader, 'SELECT 1 AS one'), 'watched', 'and a label on the role that acts');
ask($labeller, q{SECURITY LABEL FOR secaudit ON ROLE reader IS NULL});
ask($reader, 'COMMIT');
ask($reader, 'SELECT 2 AS two');
is(tags_of($reader, 'SELECT 2 AS two'), undef, 'until it is removed');

# In an aborted transaction, and of cursors
ask($reader, $_) foreach 'BEGIN', 'SELECT id FROM a WHERE 1/id > 0 AND id = 0', 'SELECT 1/0', 'ROLLBACK';
is(tags_of($reader, 'SELECT 1/0'), undef, 'what fails without the table has no tags');
ask($reader, $_) foreach 'BEGIN', 'DECLARE c CURSOR WITH HOLD FOR SELECT id FROM a', 'COMMIT', 'FETCH ALL FROM c';
is(tags_of($reader, 'FETCH ALL FROM c'), 'newer', 'FETCH has the tags of its cursor');
ask($reader, 'COPY (SELECT x FROM a) TO STDOUT');
is(tags_of($reader, 'COPY (SELECT x FROM a) TO STDOUT'), 'newer', 'COPY has those of its query');

# 200 tables are made and dropped; their numbers must not carry labels over.
my $wrong = $node->safe_psql('postgres', q{
	DO $$ BEGIN FOR i IN 1..200 LOOP
		EXECUTE 'CREATE TABLE gone' || i || ' (a int)';
		EXECUTE 'SECURITY LABEL FOR secaudit ON TABLE gone' || i || ' IS ''gone''';
		EXECUTE 'SELECT a FROM gone' || i;
		EXECUTE 'DROP TABLE gone' || i;
	END LOOP; END $$;
	SELECT count(*) FROM pg_seclabel WHERE label = 'gone'});
is($wrong, '0', 'a label goes with its table');

# Partitions with labels of their own
$node->safe_psql('postgres', q{
	CREATE TABLE m (id int, name text, ssn text) PARTITION BY RANGE (id);
	CREATE TABLE m1 (ssn text, id int, name text); ALTER TABLE m ATTACH PARTITION m1 FOR VALUES FROM (0) TO (10);
	CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (10) TO (20);
	SECURITY LABEL FOR secaudit ON TABLE m2 IS 'eu';
	SECURITY LABEL FOR secaudit ON COLUMN m1.ssn IS 'pii';
	CREATE TABLE kin (id int); CREATE TABLE kid (extra text) INHERITS (kin);
	SECURITY LABEL FOR secaudit ON TABLE kid IS 'minor'});
my %none = (event => undef);
statements_are($node, {},
	[ 'SELECT id FROM m', { tags => ['eu'], marks => ['public.m2 eu'], objects => [ 'table public.m select', 'table public.m2 select' ] }, 'a partition with a label is named beside its parent' ],
	[ 'SELECT id FROM m WHERE id = 3', {%none}, 'unless the plan leaves it out' ],
	[ 'SELECT ssn FROM m WHERE id = 4', { tags => ['pii'], marks => ['public.m1 pii'] }, 'its columns go by their names' ],
	[ q{INSERT INTO m VALUES (12, 'a', 'b')}, { class => 'write', tags => ['eu'], marks => ['public.m2 eu'] }, 'a row that is routed to it' ],
	[ q{INSERT INTO m (id, name) VALUES (2, 'a')}, {%none}, 'a row that is routed elsewhere' ],
	[ q{INSERT INTO m (id, ssn) VALUES (2, 'a')}, { tags => ['pii'], marks => ['public.m1 pii'] }, 'a column that is written there' ],
	[ 'UPDATE m SET id = 15 WHERE id = 2', { tags => [ 'eu' ] }, 'a row that moves' ],
	[ 'DELETE FROM m WHERE id > 11', { class => 'write', tags => ['eu'] }, 'a row that is deleted' ],
	[ 'SELECT id FROM kin', { tags => ['minor'], marks => ['public.kid minor'] }, 'a child that inherits' ],
	[ 'SELECT id FROM ONLY kin', {%none}, 'but not with ONLY' ],
	[ q{SECURITY LABEL FOR secaudit ON TABLE m IS 'all'} ],
	[ 'SELECT name FROM m1', { tags => ['all'], marks => ['public.m1 all'] }, 'the label of a partitioned table counts for its partition' ],
	[ 'SELECT name FROM m WHERE id = 5', { tags => ['all'], marks => ['public.m all'] }, 'and through the parent it is the parent\'s' ],
	[ 'ALTER TABLE m DETACH PARTITION m1' ],
	[ 'SELECT name FROM m1 WHERE id = 6', {%none}, 'not when it is detached' ],
	[ 'ALTER TABLE m ATTACH PARTITION m1 FOR VALUES FROM (0) TO (10)' ],
	[ 'SELECT name FROM m1 WHERE id = 7', { tags => ['all'] }, 'and when it is attached' ]);
my $copied = SecauditProto->connect($node, user => $node->safe_psql('postgres', 'SELECT current_user'));
$copied->query('COPY m (id, name) FROM STDIN');
$copied->until_type('G');
$copied->copy_data("3\tx\n")->copy_done;
$copied->until_ready;
is(tags_of($copied, 'COPY m (id, name) FROM STDIN'), 'all,eu', 'COPY FROM counts for all partitions that it may fill');

# More than a record names
sub sixteen { my ($first) = @_; return join ', ', map { sprintf '%s%062d', $first, $_ } 1 .. 16; }
$node->safe_psql('postgres', join ';', (map { "CREATE TABLE wide_$_ (a int); SECURITY LABEL FOR secaudit ON TABLE wide_$_ IS '" . sixteen($_) . q{'} } 'p' .. 'r'),
	q{CREATE SCHEMA many},
	q{DO $$ BEGIN FOR i IN 1..4100 LOOP EXECUTE 'CREATE FUNCTION many.f' || i || '() RETURNS int LANGUAGE sql RETURN 1'; END LOOP; END $$},
	q{SECURITY LABEL FOR secaudit ON FUNCTION many.f4100() IS 'last'});
statements_are($node, {},
	[ 'SELECT 1 FROM wide_p, wide_q, wide_r', { tags => [ split /, /, sixteen('p') . ', ' . sixteen('q') ], tags_omitted => 16, objects => [ map { "table public.wide_$_ select" } 'p' .. 'r' ] },
		'tags past 32 are counted' ],
	[ 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA many TO reader', { tags => ['last'] }, 'an object past those that are named still gives its tags' ]);

# pg_dump takes labels along
my $dump = $node->basedir . '/dump.sql';
$node->safe_psql('postgres', q{
	SECURITY LABEL FOR secaudit ON COLUMN a.x IS 'col, umn'; CREATE SCHEMA s1; SECURITY LABEL FOR secaudit ON SCHEMA s1 IS 'schema';
	CREATE FUNCTION fn() RETURNS int LANGUAGE sql RETURN 1; SECURITY LABEL FOR secaudit ON FUNCTION fn() IS 'code';
	CREATE DATABASE copy; SECURITY LABEL FOR secaudit ON DATABASE copy IS 'db'; SECURITY LABEL FOR secaudit ON ROLE reader IS 'role'});
my $all = 'SELECT objtype, objname, label FROM pg_seclabels WHERE provider = \'secaudit\' ORDER BY 1, 2';
my $before = $node->safe_psql('postgres', $all);
command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, 'postgres' ], 'pg_dump');
command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', 'copy', '-f', $dump ], 'its dump is restored');
is($node->safe_psql('copy', $all), $before, 'with all labels');
like($before, qr/^column\|(?:public\.)?a\.x\|col, umn$/m, 'of columns, too');
command_like([ 'pg_dumpall', '-h', $node->host, '-p', $node->port, '--roles-only' ], qr/SECURITY LABEL FOR secaudit ON ROLE reader IS 'role'/, 'pg_dumpall takes those of roles');
statements_are($node, { database => 'copy' }, [ 'SELECT x FROM a', { tags => [ 'col', 'db', 'newer', 'umn' ] }, 'and they count where they are restored' ]);

done_testing;
