# Every wait for the writer answers to cancel, terminate, statement_timeout, a
# client that goes and a fast shutdown within a second, and shows what it is.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditOutage;
use SecauditPolicies;
use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

# The machine may be busy; what is to be told apart is a second from forever.
my $soon = 3;

my $node = outage_node('waits', 'secaudit.on_failure' => 'block');
$node->safe_psql('postgres', 'CREATE TABLE t (a int)');
my $look = observer($node);

# What a session does: before the writer is stopped, and then to wait.
my %wait = (
	'a statement that waits for room' => { run => "SELECT 'wants room'" },
	'a COMMIT whose record waits for room' => { before => "BEGIN; SELECT 'in a transaction'", run => 'COMMIT' },
	'secaudit.flush()' => { silent => 1, run => 'SELECT secaudit.flush()' },
	'secaudit.rotate()' => { silent => 1, run => 'SELECT secaudit.rotate()' },
	'a statement that is to be on disk' => { run => "SELECT 'to disk'" },
	'a commit that waits for the disk' => { run => 'INSERT INTO t VALUES (1)' });

sub run { my ($session, $sql) = @_; $session->query($sql); return $session->until_ready; }

sub open_session
{
	my ($what) = @_;
	my %who = $what->{silent} ? (user => silent_role($node), database => 'secaudit_test') : ();
	my $session = SecauditProto->connect($node, %who);
	run($session, $what->{before}) if $what->{before};
	return $session;
}

sub is_waiting
{
	my ($session) = @_;
	my $event = $look->("wait_event_type || ' ' || state", 'pg_stat_activity WHERE pid = ' . $session->pid);
	return ($event // '') eq 'Extension active';
}

sub is_gone { my ($session) = @_; return !kill 0, $session->pid; }

# The ways to ask; each returns when the session has answered, or has gone.
my %ask = (
	'cancel' => sub { my ($s) = @_; kill 'INT', $s->pid; $s->until_ready; },
	'terminate' => sub { my ($s) = @_; kill 'TERM', $s->pid; wait_until(sub { is_gone($s) }) or die 'still there'; },
	'a lost client' => sub { my ($s) = @_; $s->vanish; wait_until(sub { is_gone($s) }) or die 'still there'; },
	'statement_timeout' => sub { my ($s) = @_; $s->until_ready; });

sub check_wait
{
	my ($name, $way, $session) = @_;
	$session->query($wait{$name}{run});
	ok(wait_until(sub { is_waiting($session) }), "$name: the wait is visible") if $way eq 'cancel';
	wait_until(sub { is_waiting($session) }) or die "$name does not wait";
	my ($took, @got) = timed(sub { $ask{$way}->($session) });
	cmp_ok($took, '<', $soon + ($way eq 'statement_timeout' ? 2 : 0), "$name: $way ends it");
	return @got;
}

sub set_durability
{
	my ($durability) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.durability = $durability; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres', "SELECT current_setting('secaudit.durability') = '$durability'");
	flush_trail($node);
	return;
}

# With a buffer that is full.
my @names = ('a statement that waits for room', 'a COMMIT whose record waits for room', 'secaudit.flush()', 'secaudit.rotate()');
my %session;
foreach my $name (@names)
{
	foreach my $way (keys %ask)
	{
		my $s = $session{$name}{$way} = open_session($wait{$name});
		run($s, q{SET statement_timeout = '2s'}) if $way eq 'statement_timeout';
	}
}
my %last = map { $_ => open_session($wait{$_}) } @names;
my ($usual) = timed(sub { SecauditProto->connect($node)->terminate for 1 .. 32 });
my $from = -s $node->logfile;
my $writer = stop_writer($node);
my $filler = fill_buffer($node, $look);

# A busy machine may need that long for as many at any time.
# The first of them find some room yet: what the last record of the filler did not fit into.
my ($took, @logins) = timed(sub { map { SecauditProto->connect($node) } 1 .. 32 });
cmp_ok($took, '<', $soon + 2 * $usual, 'block: 32 logins in the outage do not wait');
foreach my $name (@names)
{
	foreach my $way (sort keys %ask)
	{
		my @got = check_wait($name, $way, $session{$name}{$way});
		next unless $way eq 'cancel' || $way eq 'statement_timeout';
		next if $name =~ /COMMIT/;
		is(SecauditProto->error_code(@got), '57014', "$name: and it has not run");
	}
}
my $log = substr(slurp_file($node->logfile), $from);
like($log, qr/LOG:  audit record: \{"v":1,.*"event":"session\.start"/, 'block: the record of a login goes to the server log');
like($log, qr/LOG:  audit record: \{"v":1,.*"query":"COMMIT"/, 'block: so does that of a statement whose wait was ended');
my $logged = $look->(q{(lost_by_reason ->> 'written_to_server_log')::int});
is($logged, scalar(() = $log =~ /LOG:  audit record: /g), "block: all $logged of them are counted");
is($look->('lost'), $logged, 'block: and nothing else is lost');

# A fast shutdown with one of each.
my @waiting = ($filler, values %last);
$last{$_}->query($wait{$_}{run}) foreach @names;
wait_until(sub { !grep { !is_waiting($_) } @waiting }) or die 'not all of them wait';
kill 'INT', postmaster_pid($node);
($took) = timed(sub { wait_until(sub { !backends($node) }) or die 'still there' });
cmp_ok($took, '<', $soon, 'a fast shutdown ends all of them, while the writer is still stopped');
go_on_writer($writer);
ok(wait_for_log($node, qr/database system is shut down/, $from), 'and the server is down when it can go on');
$node->{_pid} = undef;
$node->start;

# Waits for the disk.
foreach my $case ([ 'statement', 'a statement that is to be on disk' ], [ 'commit', 'a commit that waits for the disk' ])
{
	my ($durability, $name) = @$case;
	set_durability($durability);
	$look = observer($node);
	my %s = map { $_ => open_session($wait{$name}) } keys %ask;
	run($s{statement_timeout}, q{SET statement_timeout = '2s'});
	$writer = stop_writer($node);
	check_wait($name, $_, $s{$_}) foreach sort grep { $_ ne 'statement_timeout' } keys %ask;
	my ($secs) = timed(sub { run($s{statement_timeout}, $wait{$name}{run}) });
	cmp_ok($secs, '<', $soon + 2, "$name: statement_timeout ends it");
	go_on_writer($writer);
	await_no_outage($look);
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM t'), 0, 'and a commit that was asked to stop has not happened');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
