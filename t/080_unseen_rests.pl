# What is left of a statement when it ends otherwise than by its last row, and what
# REFRESH ... CONCURRENTLY and the commands of replication reach.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('rests', init => [ allows_streaming => 1 ]);
my $file = $node->data_dir . '/PG_VERSION';

# The functions name the schema: from 17 on what maintains a table has no other in its path.
$node->safe_psql('postgres', <<"SQL");
CREATE ROLE repl LOGIN REPLICATION;
CREATE ROLE alice LOGIN IN ROLE pg_read_server_files;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
CREATE TABLE secret (v text); INSERT INTO secret VALUES ('s'), ('t'); GRANT SELECT ON secret TO alice;
CREATE TABLE many AS SELECT g a, repeat('x', 1000) b FROM generate_series(1, 20000) g; GRANT SELECT ON many TO alice;
GRANT CREATE ON SCHEMA public TO alice;
SET SESSION AUTHORIZATION alice;
CREATE FUNCTION reads(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS \$\$DECLARE x text; BEGIN x := pg_read_file('$file'); RETURN 1; END\$\$;
CREATE FUNCTION looks(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS \$\$DECLARE x text; BEGIN SELECT v INTO x FROM public.secret LIMIT 1; RETURN 1; END\$\$;
CREATE TABLE base (id int); INSERT INTO base VALUES (1), (2);
CREATE MATERIALIZED VIEW mv AS SELECT * FROM base;
CREATE UNIQUE INDEX ON mv (id); CREATE INDEX ON mv (reads(id)); CREATE INDEX ON mv (looks(id));
SQL
append_to_file($node->data_dir . '/pg_hba.conf', "local replication all trust\n");
$node->reload;

# REFRESH, both ways: what the functions of indexes reach is the command's, what
# they run is nested, and the statements that the command makes are not shown.
foreach my $how ('', 'CONCURRENTLY ')
{
	my $sql = "REFRESH MATERIALIZED VIEW ${how}mv";
	my @got = statements_of(run_as($node, 'alice', 'INSERT INTO base SELECT max(id) + 1 FROM base', $sql));
	my $refresh = of_query($sql, @got);
	has_facts($refresh,
		{   class => 'ddl', privileged => 1,
			objects => [ "file $file select", 'function pg_catalog.pg_read_file(pg_catalog.text) execute',
				'function public.looks(integer) execute', 'function public.reads(integer) execute',
				'materialized view public.mv maintain', 'table public.base select' ] },
		"$sql: what the indexes' functions reach");
	is_deeply([ grep { /pg_temp/ } @{ objects_of($refresh) } ], [], "$sql: its own tables are not named");
	my @nested = grep { $_->{level} } @got[1 .. $#got];
	ok(@nested > 0 && !grep({ $_->{query} !~ /FROM public\.secret/ || $_->{parent} != $refresh->{stmt} } @nested),
		"$sql: what the functions run is nested in it, and nothing else is");
}

# What a range type measures distances with is called by indexes and ANALYZE, and
# nobody asks whether the owner of the type may.
run_as($node, 'alice',
	"CREATE FUNCTION measures(text, text) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
	'CREATE TYPE span AS RANGE (subtype = text, subtype_diff = measures)',
	'CREATE TABLE spans (r span)');
my $insert = q{INSERT INTO spans SELECT span('a' || g, 'b' || g) FROM generate_series(1, 600) g};
my @spans = run_as($node, 'alice', $insert, 'CREATE INDEX ON spans USING gist (r)', 'ANALYZE spans', 'SELECT count(*) FROM spans WHERE isempty(r)');
my @measures = ('function public.measures(pg_catalog.text,pg_catalog.text) execute');
foreach my $sql ('CREATE INDEX ON spans USING gist (r)', 'ANALYZE spans')
{
	has_facts(of_query($sql, @spans), { classes => ['function'], objects => \@measures }, "$sql calls the subtype_diff of a range");
}
foreach my $sql ($insert, 'SELECT count(*) FROM spans WHERE isempty(r)')
{
	is_deeply([ grep { /measures/ } @{ objects_of(of_query($sql, @spans)) } ], [], "$sql does not");
}

# A type that comes after its function was looked up is known all the same.
@spans = run_as($node, 'alice',
	"CREATE FUNCTION later(text, text) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'",
	q{SELECT later('a', 'b')},
	'CREATE TYPE later_span AS RANGE (subtype = text, subtype_diff = later)',
	'CREATE TABLE later_spans (r later_span)',
	q{INSERT INTO later_spans SELECT later_span('a' || g, 'b' || g) FROM generate_series(1, 600) g},
	'ANALYZE later_spans');
has_facts(of_query('ANALYZE later_spans', @spans),
	{ classes => ['function'], objects => ['function public.later(pg_catalog.text,pg_catalog.text) execute'] },
	'a subtype_diff that became one in the same session');

# A portal that was read to its end is complete, however the transaction ends.
my $read = sub { my ($limit) = @_; return sub { $_[0]->parse('', 'SELECT v FROM secret')->bind('p', '', [])->execute('p', $limit); }; };
foreach my $case ([ 'read to its end', 0, 2, undef ], [ 'read in part', 1, 1, 1 ])
{
	my ($what, $limit, $rows, $incomplete) = @$case;
	foreach my $end ('ROLLBACK', 'SELECT 1/0', 'COMMIT')
	{
		my @got = run_as($node, 'alice', 'BEGIN', $read->($limit), $end, 'ROLLBACK');
		is_record(of_query('SELECT v FROM secret', @got),
			{ outcome => 'success', rows => $rows, incomplete => $incomplete }, "a portal $what, then $end");
	}
}

# A client that goes away in the middle has taken some rows.
sub vanish_after
{
	my ($sql, @more) = @_;
	my $since = mark($node);
	my $c = SecauditProto->connect($node, user => 'alice');
	my $pid = $c->pid;
	$c->query($sql);
	$c->next_message for 1 .. 500;
	$c->vanish;
	$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid") or die 'the backend stays';
	return of_query($sql, records($node, pid => $pid));
}
foreach my $sql ('SELECT * FROM many', 'COPY many TO STDOUT', 'COPY (SELECT * FROM many) TO STDOUT')
{
	my $record = vanish_after($sql);
	is_record($record, { outcome => 'failure', sqlstate => '08006' }, "$sql: the client goes away");
	cmp_ok($record->{rows} // -1, '>=', 499, "$sql: the rows that it may have had are counted");
	cmp_ok($record->{rows} // 20000, '<', 20000, "$sql: and not those that were never made");
}

# Whoever copies the cluster, or changes slots, leaves a record whatever the classes.
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.log = 'session'});
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.log') = 'session'});
my $since = mark($node);
my $c = SecauditProto->connect($node, user => 'repl', replication => 'true');
foreach my $command ('IDENTIFY_SYSTEM', 'CREATE_REPLICATION_SLOT s PHYSICAL', 'READ_REPLICATION_SLOT s', 'DROP_REPLICATION_SLOT s',
	q{BASE_BACKUP (LABEL 'b', CHECKPOINT 'fast', WAL false)})
{
	$c->query($command);
	$c->until_ready;
}
my $pid = $c->pid;
$c->terminate;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid");
my @got = records($node, since => $since, pid => $pid, event => 'replication');
is_deeply([ map { join ' ', $_->{command}, $_->{phase} // $_->{outcome}, $_->{privileged} ? 'privileged' : '' } @got ],
	[ 'CREATE_REPLICATION_SLOT success privileged', 'DROP_REPLICATION_SLOT success privileged',
		'BASE_BACKUP begin privileged', 'BASE_BACKUP success privileged' ],
	'commands of replication that copy or change something are privileged, whatever the classes are');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
