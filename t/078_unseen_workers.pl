# What runs in background processes: pg_cron's jobs and its own bookkeeping,
# autovacuum over an index on an expression, pglogical's apply worker.
#
# The form:
# - of a job that fails before it is a statement: `user` and `db` of the job in the
#   `error` and in the `transaction`;
# - a query run by SPI with a row limit that it has reached has ended:
#   no `incomplete`;
# - of an autovacuum that calls functions: one `statement` record per table and run
#   (command ANALYZE or VACUUM, no query), not one per call, `backend`
#   "autovacuum worker", with the functions and what they reached; their queries
#   nested in it; one that fails is the failure of that statement or an `error`;
# - of rows that a worker writes below the executor: a record of class write with
#   `rows`, and the relations as far as the server can tell (its statistics of the
#   transaction know them): as APPLY of a subscription, or by keys of the transaction
#   itself.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

# Not each major has them yet.
my $pg_cron = has_library('pg_cron');
my $pglogical = has_library('pglogical');
my $preload = join ', ', grep { $_ eq 'secaudit' || has_library($_) } qw(pg_cron pglogical secaudit);

my $node = new_node('workers', no_start => 1, conf => "shared_preload_libraries = '$preload'\n" . ($pg_cron ? <<'CRON' : '') . <<'CONF');
cron.database_name = 'jobs'
cron.use_background_workers = on
cron.log_run = on
CRON
wal_level = logical
max_wal_senders = 8
max_replication_slots = 8
max_worker_processes = 24
track_commit_timestamp = on
autovacuum_naptime = 1s
CONF
my $file = $node->data_dir . '/PG_VERSION';
$node->start;
SecauditTest::prepare($node);
my $super = $node->safe_psql('postgres', 'SELECT current_user');

# pg_cron: jobs begin with the minute, so they are asked for first.
$node->safe_psql('postgres', 'CREATE DATABASE jobs');
my $cron_since = mark($node);
$node->safe_psql('jobs', <<"SQL") if $pg_cron;
CREATE EXTENSION pg_cron;
CREATE ROLE alice LOGIN;
CREATE TABLE t (a int); GRANT ALL ON t TO alice;
INSERT INTO cron.job (schedule, command, nodename, nodeport, database, username) VALUES
  ('* * * * *', 'SELECT nowhere', 'localhost', 0, 'jobs', 'alice'),
  ('* * * * *', 'SELECT a, count(*) FROM t', 'localhost', 0, 'jobs', 'alice'),
  ('* * * * *', 'INSERT INTO t VALUES (1)', 'localhost', 0, 'jobs', 'alice');
SQL

# Autovacuum.
$node->safe_psql('postgres', 'CREATE DATABASE vacuumed');
$node->safe_psql('vacuumed', <<"SQL");
CREATE TABLE note (t text);
CREATE TABLE switch (a int);
CREATE FUNCTION reads(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN 1; END\$\$;
CREATE FUNCTION looks(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$DECLARE x int; BEGIN SELECT 1 INTO x FROM public.note; RETURN 1; END\$\$;
INSERT INTO note VALUES ('one'), ('two'), ('three');
CREATE FUNCTION fails(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$BEGIN IF (SELECT count(*) FROM public.switch) > 0 THEN RETURN 1/0; END IF; RETURN 1; END\$\$;
DO \$\$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['reads', 'looks', 'fails', 'abs'] LOOP
    EXECUTE format('CREATE TABLE on_%s (a int) WITH (autovacuum_enabled = off, autovacuum_analyze_threshold = 10, autovacuum_analyze_scale_factor = 0)', f);
    EXECUTE format('CREATE INDEX ON on_%s (%s(a))', f, f);
  END LOOP; END \$\$;
SQL

# By hand first: the same work, with a statement of its own.
$node->safe_psql('vacuumed', "INSERT INTO on_$_ SELECT generate_series(1, 100)") foreach qw(reads looks);
my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my @got = run_as($node, { user => $super, database => 'vacuumed' }, 'ANALYZE on_reads', 'ANALYZE on_looks');
has_facts(of_query('ANALYZE on_reads', @got),
	{ event => 'statement', command => 'ANALYZE', outcome => 'success', privileged => 1, objects => [ 'function public.reads(integer) execute', $reads_file ] },
	'by hand: ANALYZE with the function of an index');
my ($inner) = grep { ($_->{query} // '') =~ /FROM public.note/ } @got;
has_facts($inner // {}, { level => 1, parent => of_query('ANALYZE on_looks', @got)->{stmt}, origin => 'function', incomplete => undef },
	'by hand: what it runs is nested');

my $since = mark($node);
$node->safe_psql('vacuumed', "ALTER TABLE on_$_ SET (autovacuum_enabled = on); INSERT INTO on_$_ SELECT generate_series(1, 500)") foreach qw(reads looks abs);
$node->safe_psql('vacuumed', 'INSERT INTO on_fails SELECT generate_series(1, 500); INSERT INTO switch VALUES (1); ALTER TABLE on_fails SET (autovacuum_enabled = on)');
$node->poll_query_until('vacuumed',
	q{SELECT count(*) = 3 FROM pg_stat_user_tables WHERE relname IN ('on_reads', 'on_looks', 'on_abs') AND last_autoanalyze IS NOT NULL})
  or die 'no autovacuum';
# The failing one is tried again and again: its error comes within seconds.
{
	local $PostgreSQL::Test::Utils::timeout_default = 20;
	await_records($node, 1, since => $since, backend => 'autovacuum worker', sqlstate => '22012');
}
$node->safe_psql('vacuumed', 'ALTER TABLE on_fails SET (autovacuum_enabled = off)');
my @auto = records($node, since => $since, backend => 'autovacuum worker');

my ($reads) = grep { grep { $_ =~ /public.reads/ } @{ objects_of($_) } } @auto;
has_facts($reads // {},
	{   event => 'statement', db => 'vacuumed', outcome => 'success', privileged => 1, level => undef,
		objects => [ 'function public.reads(integer) execute', $reads_file ] },
	'autovacuum: the function of an index and the file it read');
cmp_ok(scalar(grep { grep { $_ =~ /public.reads/ } @{ objects_of($_) } } @auto), '<', 20, 'autovacuum: once per run, not once per row');
my @inner = grep { ($_->{query} // '') =~ /FROM public.note/ } @auto;
ok(scalar(@inner), 'autovacuum: what a function runs is recorded');
is_deeply([ grep { !$_->{level} || !$_->{parent} || ($_->{origin} // '') ne 'function' } @inner ], [], 'autovacuum: nested')
  or diag bare($inner[0]);
is_deeply([ grep { $_->{incomplete} } @inner ], [], 'autovacuum: and complete') or diag bare($inner[0]);
my %stmt = map { ("$_->{session} $_->{stmt}" => 1) } grep { defined $_->{stmt} && $_->{event} eq 'statement' } @auto;
is(scalar(grep { !$_->{parent} || !$stmt{"$_->{session} $_->{parent}"} } @inner), 0, 'autovacuum: in a statement that has a record');
my ($failed) = grep { ($_->{sqlstate} // '') eq '22012' && $_->{event} ne 'transaction' && !$_->{level} } @auto;
has_facts($failed // {}, { outcome => 'failure', error => 'division by zero', objects => ['function public.fails(integer) execute'] },
	'autovacuum: a function that fails is a failure, with its name');
is_deeply([ grep { $_ =~ /on_abs|abs/ } map { @{ objects_of($_) } } grep { $_->{event} eq 'statement' } @auto ], [],
	'autovacuum: where no user\'s code runs nothing is recorded');

# pglogical, from one database of this server to another.
SKIP:
{
skip 'pglogical is not installed for this major', 2 unless $pglogical;
# From 15.19 on a setting says which libraries may decode.
if ($node->safe_psql('postgres', q{SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'}))
{
	$node->safe_psql('postgres', q{ALTER SYSTEM SET output_plugin_libraries = 'pglogical_output'});
	$node->reload;
}
my $dsn = 'host=' . $node->host . ' port=' . $node->port . " user=$super dbname=";
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(source target);
$node->safe_psql($_, 'CREATE TABLE t (a int PRIMARY KEY, b text); CREATE TABLE u (a int PRIMARY KEY); CREATE EXTENSION pglogical') foreach qw(source target);
$node->safe_psql('source', "SELECT pglogical.create_node('source', '${dsn}source')");
$node->safe_psql('source', q{SELECT pglogical.replication_set_add_all_tables('default', ARRAY['public'])});
$node->safe_psql('target', "SELECT pglogical.create_node('target', '${dsn}target')");
$node->safe_psql('target', "SELECT pglogical.create_subscription('s', '${dsn}source', synchronize_data := false)");
$node->poll_query_until('target', q{SELECT status = 'replicating' FROM pglogical.show_subscription_status()}) or die 'pglogical does not replicate';
$since = mark($node);
$node->safe_psql('source', q{BEGIN; INSERT INTO t VALUES (1, 'x'), (2, 'y'); INSERT INTO u VALUES (7); COMMIT});
$node->poll_query_until('target', 'SELECT count(*) = 1 FROM u') or die 'nothing arrived';
$node->safe_psql('source', q{UPDATE t SET b = 'z' WHERE a = 1; DELETE FROM u});
$node->poll_query_until('target', 'SELECT count(*) = 0 FROM u') or die 'nothing arrived';
# Streams are told when they end, and rows when a transaction has committed.
my @applied = grep { ($_->{worker} // '') =~ /pglogical/ && $_->{db} eq 'target' }
  records($node, since => $since, class => 'write');
is_deeply([ map { [ $_->{outcome}, $_->{rows}, join('; ', @{ objects_of($_) }) ] } @applied ],
	[   [ 'success', 3, 'table public.t insert; table public.u insert' ],
		[ 'success', 1, 'table public.t update' ], [ 'success', 1, 'table public.u delete' ] ],
	'pglogical: each transaction with the rows it wrote, and where')
  or diag bare(grep { ($_->{db} // '') eq 'target' && defined $_->{worker} } records($node, since => $since));
@got = run_as($node, { user => $super, database => 'target' }, 'INSERT INTO u VALUES (9)');
has_facts(of_query('INSERT INTO u VALUES (9)', @got), { class => 'write', rows => 1, objects => ['table public.u insert'] },
	'pglogical: by a client the same is a statement');
$node->safe_psql('target', q{SELECT pglogical.drop_subscription('s')});
}

# pg_cron.
SKIP:
{
skip 'pg_cron is not installed for this major', 7 unless $pg_cron;
$node->poll_query_until('jobs', 'SELECT count(*) > 0 FROM t') or die 'no job has run';
await_records($node, 1, since => $cron_since, event => 'error', query => 'SELECT nowhere');
my $job = (records($node, since => $cron_since, query => 'INSERT INTO t VALUES (1)', user => 'alice'))[0];
has_facts($job // {}, { event => 'statement', command => 'INSERT', user => 'alice', db => 'jobs', incomplete => undef, rows => 1, level => undef },
	'pg_cron: a job that works, with its user and database');
foreach my $query ('SELECT nowhere', 'SELECT a, count(*) FROM t')
{
	my ($error) = records($node, since => $cron_since, query => $query);
	has_facts($error // {}, { event => 'error', outcome => 'failure', user => 'alice', db => 'jobs' }, "pg_cron: a job that fails before it is a statement: $query");
	my @ends = records($node, since => $cron_since, event => 'transaction', session => $error ? $error->{session} : 'none');
	is_deeply([ grep { ($_->{user} // '') ne 'alice' || ($_->{db} // '') ne 'jobs' } @ends ], [], "pg_cron: the end of its transaction: $query")
	  or diag bare(@ends);
}
# Its launcher's own INSERT and UPDATE are run by SPI with a limit of one row.
my @books = records($node, since => $cron_since, event => 'statement', command => qr/^(?:INSERT|UPDATE)$/, worker => qr/^pg_cron\.PgCronLauncherMain/);
ok(scalar(@books), 'pg_cron: its launcher writes what has run');
is_deeply([ map { $_->{query} } grep { $_->{incomplete} } @books ], [], 'pg_cron: by statements that were complete');
}

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
