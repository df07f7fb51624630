# secauditctl convert --to pgaudit: the lines that pgaudit 1.7 itself writes, byte for byte.
# Both are in the same server and watch the same sessions; docs/convert.md says where they
# have to differ, and what stands here below "differs" holds it to that.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

plan skip_all => 'pgaudit 1.7 is for PostgreSQL 15' if server_major() != 15;
plan skip_all => 'pgaudit is not installed' unless has_library('pgaudit');

my $node = new_node(
	'main',
	settings => { 'secaudit.log_parameters' => 'on', 'secaudit.log_catalog' => 'on' },
	conf => "shared_preload_libraries = 'pgaudit, secaudit'\npgaudit.log = 'all'\nlog_line_prefix = '%c '\nfsync = off\n");
# Its event triggers tell it the names of what DDL makes.
$node->safe_psql('postgres', 'CREATE EXTENSION pgaudit');

# What the session left in the server's log, as the messages stand there.
sub lines_of_pgaudit
{
	my ($session) = @_;
	my ($text, $mine) = ('', 0);
	foreach my $line (split /^/, slurp_file($node->logfile))
	{
		$mine = 1, $text .= $1, next if $line =~ /^\Q$session\E LOG:  (AUDIT: .*\n)/;
		$mine = 0, next if $line !~ /^\t/;
		$text .= $line if $mine;
	}
	return $text;
}

# The session's lines of the trail, without what pgaudit does itself: its event
# triggers and what they ask are statements like others.
sub lines_of_trail
{
	my ($session) = @_;
	my @lines;
	foreach my $line (map { split /^/, slurp_file($_) } trail_files($node))
	{
		next if $line !~ /"session":"\Q$session\E"/ || $line =~ /"query":"[^"]*pg_event_trigger_(?:ddl_commands|dropped_objects)\(\)/;
		$line =~ s/,?\{"type":"function","name":"public\.pgaudit_[^}]*\}//g;
		push @lines, $line;
	}
	return join '', @lines;
}

sub lines_of_secaudit
{
	my ($session, @options) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'convert', '--to=pgaudit', @options, '-' ],
		'<', input_file(lines_of_trail($session)), '>', \$out, '2>', \$err);
	is($? >> 8, 0, 'all is converted') or diag($err);
	return $out;
}

# Run each in a session of its own; returns its name.
sub session
{
	my (@statements) = @_;
	my $proto = SecauditProto->connect($node, application_name => 'claims');
	foreach my $statement (@statements)
	{
		ref $statement ? $statement->($proto) : $proto->query($statement);
		$proto->until_ready;
	}
	my $pid = $proto->pid;
	$proto->terminate;
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid");
	flush_trail($node);
	my ($name) = map { $_->{session} } grep { ($_->{pid} // 0) == $pid && $_->{event} eq 'session.start' } all_records($node);
	return $name;
}

sub same
{
	my ($name, $options, @statements) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $session = session(@statements);
	my $want = lines_of_pgaudit($session);
	cmp_ok(($want =~ tr/\n//), '>', 0, "$name: pgaudit has lines");
	is(lines_of_secaudit($session, @$options), $want, $name);
	return;
}

# DDL, with the names that event triggers tell; what needs a transaction of its own, too.
my @made = (
	'CREATE TABLE t (a int PRIMARY KEY, b text)',
	q{CREATE TABLE s (a serial, b text DEFAULT 'x', UNIQUE (b))},
	'CREATE TABLE IF NOT EXISTS t (a int)',
	'CREATE SCHEMA "Odd, S"', 'CREATE TABLE "Odd, S"."T ""q""" (a int)',
	'CREATE VIEW v AS SELECT a FROM t',
	'CREATE MATERIALIZED VIEW m AS SELECT a FROM t', 'CREATE INDEX i ON t (b)', 'CREATE SEQUENCE q',
	q{CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE plpgsql AS 'BEGIN INSERT INTO t VALUES (100, ''f''); RETURN (SELECT count(*) FROM t); END'},
	q{CREATE FUNCTION d() RETURNS void LANGUAGE plpgsql AS 'BEGIN CREATE TABLE inner_t (a int); DROP TABLE inner_t; PERFORM f(8); END'},
	q{CREATE PROCEDURE p() LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; END'},
	q{CREATE TYPE mood AS ENUM ('a', 'b')}, 'CREATE DOMAIN age AS int CHECK (VALUE > 0)',
	'ALTER TABLE t ADD COLUMN e int', 'ALTER TABLE t ALTER COLUMN e SET DEFAULT 5', 'ALTER TABLE t RENAME COLUMN e TO g', 'ALTER TABLE t RENAME TO t0', 'ALTER TABLE t0 RENAME TO t', 'ALTER FUNCTION f RENAME TO f0', 'ALTER FUNCTION f0 RENAME TO f',
	'CREATE MATERIALIZED VIEW m0 AS SELECT a FROM t WITH NO DATA', 'REFRESH MATERIALIZED VIEW m0', 'REFRESH MATERIALIZED VIEW CONCURRENTLY m0',
	q{COMMENT ON FUNCTION f(int) IS 'x'}, "CREATE TABLE ctas AS SELECT 1 AS x", 'SELECT x INTO ctas2 FROM ctas',
	'DROP VIEW v', 'DROP FUNCTION IF EXISTS nothing()', 'CREATE VIEW v AS SELECT a FROM t', 'DROP TYPE mood', 'CREATE SCHEMA gone', 'CREATE TABLE gone.t (a int)', 'DROP SCHEMA gone CASCADE');
same('definitions', [], @made);

my @queries = (
	q{INSERT INTO t VALUES (1, 'a"b'), (2, 'c,d')}, 'SELECT * FROM t JOIN s ON t.b = s.b', "select count(*)\nfrom t\nwhere b <> 'x'",
	q{UPDATE t SET b = 'z' WHERE a = 1}, 'DELETE FROM t WHERE a = 2', 'SELECT 1', 'SELECT pg_catalog.now() IS NULL',
	'SELECT count(*) FROM pg_class WHERE relname = $$none$$', 'SELECT * FROM v', 'SELECT * FROM m', 'SELECT last_value FROM q',
	'SELECT * FROM ctas FOR UPDATE', 'INSERT INTO "Odd, S"."T ""q""" VALUES (1)',
	'WITH w AS (INSERT INTO ctas VALUES (2) RETURNING x) SELECT * FROM w, ctas2',
	'MERGE INTO ctas USING ctas2 ON ctas.x = ctas2.x WHEN MATCHED THEN UPDATE SET x = 5',
	q{SELECT 'ä, "ö"' AS "naïve"}, q{SELECT length('} . ('long, ' x 3000) . q{')}, 'SELECT 1/(a - a) FROM ctas2 x(a)');
same('queries', [], @queries);
same('queries, with log_relation', ['--log-relation'], 'SET pgaudit.log_relation = on', map { s/^INSERT INTO t .*/INSERT INTO t VALUES (3, 'x')/r } @queries);

my @inside = (
	'SELECT f(7)', 'DELETE FROM t', 'SELECT d()', 'DELETE FROM t', q{DO $$ BEGIN PERFORM f(9); UPDATE t SET b = 'do'; END $$},
	q{DO $$ BEGIN BEGIN PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END; CREATE TEMP TABLE tt AS SELECT 1; END $$},
	'CALL p()', 'SELECT a, f(a) FROM t', 'SELECT (SELECT count(*) FROM t)');
same('statements in functions, procedures and DO', [], @inside);

same('commands', [],
	q{SET work_mem = '5MB'}, 'SHOW work_mem', 'RESET work_mem', 'BEGIN', 'SAVEPOINT x', 'ROLLBACK TO x', 'LOCK TABLE t', 'COMMIT', 'BEGIN ISOLATION LEVEL SERIALIZABLE', 'ROLLBACK',
	q{CREATE ROLE probe LOGIN PASSWORD 'secret'}, q{ALTER ROLE probe PASSWORD 'secret2'}, 'ALTER ROLE probe SET work_mem = 64', 'GRANT SELECT ON t TO probe',
	'GRANT USAGE ON SCHEMA "Odd, S" TO probe', 'GRANT EXECUTE ON FUNCTION f(int) TO probe', 'GRANT CONNECT ON DATABASE postgres TO probe',
	'GRANT pg_monitor TO probe', 'REVOKE SELECT ON t FROM probe', 'REVOKE pg_monitor FROM probe', 'TRUNCATE t',
	'PREPARE r(int) AS SELECT * FROM t WHERE a = $1', 'EXECUTE r(3)', 'PREPARE w(int) AS INSERT INTO t VALUES ($1)', 'EXECUTE w(50)', 'DEALLOCATE r',
	'EXPLAIN SELECT * FROM t', 'EXPLAIN ANALYZE SELECT * FROM t', 'EXPLAIN (ANALYZE, COSTS off) INSERT INTO t VALUES (60)',
	'BEGIN', 'DECLARE c CURSOR FOR SELECT * FROM t', 'FETCH 1 FROM c', 'MOVE 1 IN c', 'CLOSE c', 'COMMIT', 'ANALYZE t', 'VACUUM t', 'REINDEX TABLE t', 'CHECKPOINT',
	'COPY t TO STDOUT', 'COPY (SELECT a FROM t) TO STDOUT', q{COPY t TO PROGRAM 'cat >/dev/null'},
	'LISTEN x', 'NOTIFY x', 'DISCARD PLANS', 'REFRESH MATERIALIZED VIEW m', 'CLUSTER t USING t_pkey', 'ALTER SYSTEM SET work_mem = 4096', 'ALTER SYSTEM RESET work_mem',
	'CREATE EXTENSION pg_stat_statements', 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC',
	'ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM PUBLIC', 'SECURITY LABEL FOR secaudit ON TABLE t IS $$pii$$', 'SECURITY LABEL FOR secaudit ON TABLE t IS NULL',
	'SET SESSION AUTHORIZATION probe', 'RESET SESSION AUTHORIZATION', 'SET ROLE probe', 'RESET ROLE', 'REASSIGN OWNED BY probe TO CURRENT_USER');

# Parameters of the protocol: text and numbers, NULL, the empty text, quotes, a boolean.
sub bound
{
	my ($sql, $types, @values) = @_;
	return sub {
		my ($proto) = @_;
		$proto->parse('', $sql, @$types);
		$proto->bind('', '', \@values);
		$proto->execute('');
		$proto->sync;
	};
}
same('parameters', ['--log-parameter'], 'SET pgaudit.log_parameter = on',
	bound('SELECT $1 || $2', [ 25, 25 ], 'a,b "c"', "line\nbreak"),
	bound('SELECT $1::int + $2::bigint, $3::text, $4::text', [ 23, 20, 25, 25 ], 42, '9007199254740993', undef, ''),
	bound('SELECT $1::bool, $2::date, $3::numeric', [ 16, 1082, 1700 ], 't', '2026-01-31', '12.50'),
	'PREPARE z(int, text) AS SELECT $1, $2', q{EXECUTE z(1, 'x,y')}, 'SELECT 1');

# The whole trail at once, as it comes, with the prefix of the server's log: sessions that
# work at the same time do not get into each other's numbers.
my @protos = map { SecauditProto->connect($node, application_name => 'claims') } 1 .. 3;
foreach my $n (1 .. 20)
{
	$_->query("SELECT f($n) FROM ctas2 WHERE x = $n") foreach @protos;
	$_->until_ready foreach @protos;
}
my @pids = map { $_->pid } @protos;
$_->terminate foreach @protos;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid IN (" . join(', ', @pids) . ')');
flush_trail($node);
my ($all, $err) = ('', '');
IPC::Run::run([ 'secauditctl', 'convert', '--to=pgaudit', '--log-line-prefix=%c ', '--app=claims', trail_dir($node) ], '>', \$all, '2>', \$err);
is($err, '', 'a whole trail is converted');
foreach my $pid (@pids)
{
	my ($session) = map { $_->{session} } grep { ($_->{pid} // 0) == $pid && $_->{event} eq 'session.start' } all_records($node);
	my $mine = join '', $all =~ /^\Q$session\E LOG:  (AUDIT: .*\n)/mg;
	is($mine, lines_of_pgaudit($session), "session $session beside others");
}

# ---- differs ---------------------------------------------------------------------

# pgaudit says nothing of what fails, but for queries that fail while they run.
my $failed = session('LOCK TABLE t', 'SELECT * FROM nowhere', 'SELECT 1/0', 'CREATE TABLE t (a int)', 'SELECT 1/(x - x) FROM ctas2');
is(lines_of_secaudit($failed), lines_of_pgaudit($failed), 'what failed has a line where pgaudit has one');
unlike(lines_of_secaudit($failed), qr/LOCK TABLE|nowhere|CREATE TABLE/, 'and no other');

# Of several statements in one text both have one line each, pgaudit's with the whole text.
my $several = session('SELECT 1; SELECT 2');
is(lines_of_secaudit($several), "AUDIT: SESSION,1,1,READ,SELECT,,,SELECT 1,<not logged>\nAUDIT: SESSION,2,1,READ,SELECT,,,SELECT 2,<not logged>\n", 'several statements: each its own text');

# DROP OWNED is one line; pgaudit makes several, of REVOKE, of it.
my $owned = session('DROP OWNED BY probe', 'DROP ROLE probe');
is(lines_of_secaudit($owned), "AUDIT: SESSION,1,1,DDL,DROP OWNED,,,DROP OWNED BY probe,<not logged>\nAUDIT: SESSION,2,1,ROLE,DROP ROLE,,,DROP ROLE probe,<not logged>\n", 'DROP OWNED is one line');

# The order in which DROP names what goes with an object, and defaults of tables.
my $dropped = session('DROP TABLE s', 'DROP EXTENSION pg_stat_statements');
my ($want, $got) = map { [ grep { !/DEFAULT VALUE/ } sort split /\n/ ] } lines_of_pgaudit($dropped), lines_of_secaudit($dropped);
is_deeply($got, $want, 'DROP names the same but for defaults, in another order');

check_trail($node, 'the trail is sound');
done_testing();
