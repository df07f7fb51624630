# Statements that end in the middle: cancelled, timed out, terminated, their
# client gone; COPY that breaks off; and how their sessions end.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_node('main', settings => { 'secaudit.log' => 'all' }, conf => "autovacuum = off\n");
$node->safe_psql('postgres', q{
	CREATE ROLE r LOGIN; ALTER ROLE r SET log_min_messages = 'panic';
	CREATE TABLE t (a int); CREATE TABLE c (a int CHECK (a < 100)); GRANT ALL ON t, c TO r;
	INSERT INTO t SELECT generate_series(1, 10)});

my $c;
sub open_session { $c = SecauditProto->connect($node, user => 'r'); return; }
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid); }
sub end_of { return (records($node, pid => $c->pid, event => 'session.end'))[0]; }
sub gone
{
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ' . $c->pid) or die;
	return;
}
sub wait_for { return $node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = ' . $c->pid . " AND $_[0]"); }
my $sleeping = q{wait_event = 'PgSleep'};

# 71
open_session();
query(q{SET statement_timeout = '200ms'});
is($c->error_code(query('SELECT a, pg_sleep(0.05) FROM t')), '57014', '71: statement_timeout');
my @got = got();
is_record($got[-1], { command => 'SELECT', class => 'read', outcome => 'failure', sqlstate => '57014',
		error => 'canceling statement due to statement timeout', objects => ['table public.t select'], incomplete => undef },
	'71: the statement failed by it');
ok($got[-1]{rows} > 0 && $got[-1]{rows} < 10, '71: with the rows it had sent') or diag $got[-1]{rows};
query('SET statement_timeout = 0');
{
	my $other = SecauditProto->connect($node);
	$other->query('BEGIN; LOCK TABLE t'); $other->until_ready;
	query(q{SET lock_timeout = '100ms'});
	is($c->error_code(query('UPDATE t SET a = a')), '55P03', '71: lock_timeout');
	is_record((got())[-1], { event => 'error', outcome => 'failure', sqlstate => '55P03', query => 'UPDATE t SET a = a' }, '71: on the way to the statement');
	is($c->error_code(query('LOCK TABLE t')), '25P01', '71: (needs a block)');
	$other->query('ROLLBACK'); $other->until_ready; $other->terminate;
}
$c->query('SELECT pg_sleep(60)');
wait_for($sleeping);
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $c->pid . ')');
$c->until_ready;
is_record((got())[-1], { command => 'SELECT', outcome => 'failure', sqlstate => '57014', error => 'canceling statement due to user request' }, '71: cancelled');
$c->query('DO $$ BEGIN PERFORM a FROM t; PERFORM pg_sleep(60); END $$');
wait_for($sleeping);
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $c->pid . ')');
$c->until_type('E'); gone();
@got = got();
is_record($got[-1], { command => 'DO', outcome => 'failure', sqlstate => '57P01', level => undef }, '71: terminated, in a function');
is_deeply([ map { ($_->{level} // 0) . " $_->{outcome}" } @got[ -3 .. -1 ] ], [ '1 success', '1 failure', '0 failure' ], '71: with what was under way in it');
is_record(end_of(), { outcome => 'failure', reason => 'terminated', sqlstate => '57P01' }, '71: and the session ended by it');
ok(end_of()->{duration_us} > 100_000, '71: after some time');

# the clean-up of temporary tables ends the transaction before we do
open_session();
query('CREATE TEMP TABLE mine (a int)');
$c->query('SELECT pg_terminate_backend(pg_backend_pid())');
$c->until_type('E'); gone();
@got = got();
is_record($got[-1], { command => 'SELECT', outcome => 'failure', sqlstate => '57P01', incomplete => undef },
	'71: terminated, with temporary tables');
is(scalar(grep { $_->{event} eq 'error' } @got), 0, '71: and that is told once');

open_session();
query(q{SET idle_in_transaction_session_timeout = '100ms'});
query('BEGIN; INSERT INTO t VALUES (99)');
$c->until_type('E'); gone();
is_record(end_of(), { reason => 'timeout', sqlstate => '25P03' }, '71: idle_in_transaction_session_timeout');
is_record((records($node, pid => $c->pid, event => 'transaction'))[-1], { command => 'ROLLBACK', outcome => 'failure', sqlstate => '25P03' },
	'71: which rolls the transaction back');
open_session();
query(q{SET idle_session_timeout = '100ms'});
$c->until_type('E'); gone();
is_record(end_of(), { reason => 'timeout', sqlstate => '57P05' }, '71: idle_session_timeout');
open_session();
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $c->pid . ')');
gone();
is_record(end_of(), { reason => 'terminated', sqlstate => '57P01', statements => 0 }, '71: an idle session that is terminated');

# 87
open_session();
sub copy_in
{
	my ($sql, $data, $how) = @_;
	$c->query($sql); $c->until_type('G');
	$c->copy_data($_) foreach @$data;
	$how->();
	return $c->until_ready;
}
my $copy = { command => 'COPY', class => 'write', outcome => 'failure', objects => ['table public.c insert'] };
copy_in('COPY c FROM STDIN', [ "1\n2\n", "3\n" ], sub { $c->copy_done });
is_record((got())[-1], { %$copy, outcome => 'success', rows => 3 }, '87: COPY that goes well');
# From 16 on the server counts rows when it has written a batch of them.
sub so_far { my ($rows) = @_; return server_major() >= 16 ? 0 : $rows; }
copy_in('COPY c FROM STDIN', [ "1\n2\n", "x\n" ], sub { $c->copy_done });
is_record((got())[-1], { %$copy, sqlstate => '22P02', rows => so_far(2) }, '87: COPY of bad data, with the rows so far');
copy_in('COPY c FROM STDIN', ["1\n2\n200\n"], sub { $c->copy_done });
is_record((got())[-1], { %$copy, sqlstate => '23514', rows => so_far(2) }, '87: COPY against a constraint');
copy_in('COPY c FROM STDIN', ["1\n"], sub { $c->copy_fail('had enough') });
is_record((got())[-1], { %$copy, sqlstate => '57014', error => 'COPY from stdin failed: had enough', rows => so_far(1) }, '87: CopyFail');
$c->query('COPY c FROM STDIN'); $c->until_type('G');
$c->copy_data("1\n2\n");
wait_for(q{wait_event = 'ClientRead'});
$c->vanish; gone();
is_record((got())[-1], { %$copy, sqlstate => '08006', rows => so_far(2) }, '87: a client that vanishes');
is_record(end_of(), { reason => 'connection lost' }, '87: and its session');
open_session();
query('BEGIN');
$c->query('COPY (SELECT a, pg_sleep(0.05), repeat(md5(a::text), 30000) FROM t) TO STDOUT'); $c->until_type('d');
$c->vanish; gone();
@got = grep { $_->{command} && $_->{command} eq 'COPY' } got();
is(scalar(@got), 1, '87: COPY TO a client that vanishes: one record');
is_record($got[0], { class => 'read', outcome => 'failure', objects => ['table public.t select'] }, '87: which has failed');

# 89
open_session();
$c->query('SELECT a, pg_sleep(0.2) FROM t');
wait_for($sleeping);
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $c->pid . ')');
$c->until_type('E'); gone();
is_record((got())[0], { command => 'SELECT', outcome => 'failure', sqlstate => '57P01', objects => ['table public.t select'] },
	'89: SIGTERM in the middle of a statement');
open_session();
$c->query(q{SELECT a, repeat('x', 100000), pg_sleep(0.05) FROM t, generate_series(1, 100)});
$c->until_type('D');
$c->vanish; gone();
@got = got();
is(scalar(@got), 1, '89: a connection that drops in the middle: one record');
is_record($got[0], { command => 'SELECT', outcome => 'failure', objects => ['table public.t select'] }, '89: which has failed');
is_record(end_of(), { reason => 'connection lost' }, '89: and the end of the session');
open_session();
query('DECLARE c CURSOR WITH HOLD FOR SELECT a FROM t');
query('BEGIN'); query('DECLARE d CURSOR FOR SELECT a FROM c'); query('FETCH 1 FROM d');
$c->vanish; gone();
is_record(end_of(), { reason => 'connection lost', outcome => 'success', sqlstate => undef }, '89: a session that vanishes while idle');
open_session();
$c->query('SELECT a, pg_sleep(1) FROM t');
wait_for($sleeping);
$node->stop('fast');
my @late = read_trail($node, pid => $c->pid);
is_record((grep { $_->{event} eq 'statement' } @late)[0], { command => 'SELECT', outcome => 'failure', sqlstate => '57P01' }, '89: a fast shutdown in the middle of a statement');
is_record((grep { $_->{event} eq 'session.end' } @late)[0], { reason => 'terminated' }, '89: ends the session');
is((all_records($node))[-1]{event}, 'audit.close', '97: the last record of a stopped server closes the file');
my @events = map { $_->{event} } all_records($node);
is($events[-2], 'audit.stop', '97: after that of the stop');
$node->start;
is_record((read_trail($node, event => 'audit.start'))[-1], { reason => 'normal' }, '97: a normal start');
$node->stop('immediate');
$node->start;
is_record((records($node, event => 'audit.start'))[-1], { reason => 'crash' }, '97: a start after a crash');
my @all = all_records($node);
is($all[-1]{seq}, scalar @all, '98: numbered without a gap, whatever the clock says');
my $text = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($text, qr/had enough|statement timeout/, 'the server log was told of none of it');
done_testing;
