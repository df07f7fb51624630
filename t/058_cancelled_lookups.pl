# A statement that is cancelled while secaudit itself looks something up: it
# fails, is recorded once, and leaves nothing behind that others would count
# as nested in.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off' }, conf => "autovacuum = off\nrestart_after_crash = on\n");
$node->safe_psql('postgres', q{
	CREATE ROLE r LOGIN;
	CREATE TABLE t (a int); INSERT INTO t VALUES (1);
	CREATE SEQUENCE sq; GRANT ALL ON t, sq TO r;
	CREATE SEQUENCE sq2; GRANT ALL ON sq2 TO r;
	CREATE FUNCTION catches() RETURNS text LANGUAGE plpgsql AS $$
		BEGIN PERFORM nextval('sq2'); RETURN 'not cancelled';
		EXCEPTION WHEN query_canceled THEN RETURN 'cancelled'; END $$});

my $c;
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return records($node, pid => $c->pid, event => qr{^(?:statement|error)$}); }

# What names of columns are read from cannot be read by anybody else.
my $other = SecauditProto->connect($node);
sub lock_columns
{
	$other->query('BEGIN; LOCK TABLE pg_catalog.pg_attribute IN ACCESS EXCLUSIVE MODE');
	$other->until_ready;
	return;
}
sub unlock { $other->query('ROLLBACK'); $other->until_ready; return; }

# The next statement is one of the client's own, has a record, and a slot.
sub is_clean
{
	my ($name) = @_;
	is($c->error_code(query('SELECT a + 41 FROM t')), undef, "$name: the next statement runs");
	is_record((got())[-1], { command => 'SELECT', outcome => 'success', level => undef, parent => undef,
			origin => undef, query => 'SELECT a + 41 FROM t', rows => 1 },
		"$name: and is nested in nothing");
	return;
}

# Before the executor starts: the table is known to the session, its columns
# are not known to secaudit.
$c = SecauditProto->connect($node);
query(q{SET secaudit.log = none; SET secaudit.log_superuser = off});
query('SELECT count(a) FROM t');
query(q{SET secaudit.log = 'all'});
query(q{SET statement_timeout = '300ms'});
lock_columns();
is($c->error_code(query('SELECT a FROM t')), '57014', 'the objects of a query cannot be named in time');
unlock();
query('SET statement_timeout = 0');
my @failed = grep { ($_->{query} // '') eq 'SELECT a FROM t' } got();
is(scalar(@failed), 1, 'it has one record');
is_record($failed[0], { event => 'statement', command => 'SELECT', outcome => 'failure', sqlstate => '57014', level => undef },
	'the statement failed');
is_clean('before the executor starts');

# After it has started: what a call of a built-in function is about.
$c = SecauditProto->connect($node, user => 'r');
query('SELECT a FROM t');
query(q{SET statement_timeout = '300ms'});
lock_columns();
is($c->error_code(query(q{SELECT nextval('sq')})), '57014', 'the sequence cannot be named in time');
unlock();
query('SET statement_timeout = 0');
@failed = grep { ($_->{query} // '') eq q{SELECT nextval('sq')} } got();
is(scalar(@failed), 1, 'it has one record');
is_record($failed[0], { command => 'SELECT', outcome => 'failure', sqlstate => '57014', level => undef }, 'the statement failed');
is_clean('after the executor has started');

# The same inside a function that goes on.
query(q{SET statement_timeout = '300ms'});
lock_columns();
my @rows = $c->rows(query('SELECT catches()'));
unlock();
query('SET statement_timeout = 0');
is($rows[0][0], 'cancelled', 'a function catches it');
my @inside = grep { ($_->{query} // '') =~ /catches|sq2/ } got();
is_deeply([ map { ($_->{level} // 0) . " $_->{outcome}" } @inside ], [ '1 failure', '0 success' ],
	'what failed in it and the function both have their record');
is_clean('inside a function');

# What a crash leaves of the next one.
$c->query('SELECT pg_sleep(100)');
$node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = \'PgSleep\' AND pid = ' . $c->pid) or die;
my $pid = $c->pid;
kill 'KILL', $pid;
$c->vanish;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid") or die;
my @unknown = records($node, pid => $pid, outcome => 'unknown', event => 'statement');
is(scalar(@unknown), 1, 'a crash leaves a record of the statement that ran');
is_record($unknown[0], { query => 'SELECT pg_sleep(100)' }, 'and of none before it') if @unknown;

done_testing();
