# A writer that is stopped, as by a disk that hangs: sessions wait once for
# failure_timeout, all together, and then no more; losses are counted to the
# last record.
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

my $node = outage_node('stopped');
my $look = observer($node);

sub log_of { return substr(slurp_file($node->logfile), $_[0]); }

# Under load.
my $from = -s $node->logfile;
my $load = start_load($node);
my $stopped_at = time;
my $writer = stop_writer($node);
await_outage($look);
my $latched_at = time;
is($look->('outage'), 'writer_stalled', 'status() says that the writer does nothing');
is($look->('outage_since BETWEEN now() - interval \'10 s\' AND now()'), 't', 'and since when');
is($look->('free_bytes'), undef, 'and does not ask a file system that may not answer');
is($look->('outages'), 1, 'it is the first outage');

# Whoever comes now.
my ($took, $session) = timed(sub { SecauditProto->connect($node) });
cmp_ok($took, '<', 1, 'a login in the outage does not wait');
foreach my $n (1 .. 3)
{
	($took) = timed(sub { $session->query("SELECT 'A', $n"); $session->until_ready; });
	cmp_ok($took, '<', 1, "statement $n in the outage does not wait");
}
my $lost = $look->('lost');
cmp_ok($lost, '>', 0, 'records are lost, and counted');
sleep 3;
cmp_ok($look->('lost'), '>', $lost, 'and more of them while it lasts');
is($look->('outages'), 1, 'all of it is one outage');

my $went_on_at = time;
go_on_writer($writer);
await_no_outage($look);
my $over_at = time;
cmp_ok($over_at - $went_on_at, '<', 10, 'when the writer has written again, the outage is over');
$session->query("SELECT 'A', 4");
$session->until_ready;
sleep 2;
my $ended_at = time;
end_load($node, $load);
flush_trail($node);

my @before = latencies($load, undef, $stopped_at);
my @during = latencies($load, $stopped_at, $went_on_at);
my @after = latencies($load, $over_at, $ended_at);
latencies_are('before', 1, @before);
latencies_are('during', 1, @during);
latencies_are('after', 1, @after);
cmp_ok(slow_ones(0.8, @during), '<=', 4, 'during: each of the four clients has waited once at most');
cmp_ok($during[-1], '<', 3, sprintf 'during: for failure_timeout, not for many times that (%.1f s)', $during[-1]);

my $missing = count_missing($node);
my @gaps = grep { $_->{event} eq 'audit.gap' } stored_records($node);
my $told = 0;
$told += $_->{lost} foreach @gaps;
is($told, $missing, "audit.gap tells exactly how many records are missing ($missing)");
is(scalar(grep { $_->{reason} ne 'buffer_full' } @gaps), 0, 'and why');

my $log = log_of($from);
is(scalar(() = $log =~ /LOG:  the audit trail is not being written: the writer has done nothing for 1000 ms/g),
	1, 'the server log says once that it does nothing');
like($log, qr/DETAIL:  The parameter "secaudit.on_failure" is set to "continue"/, 'and what follows from it');
like($log, qr/HINT:  Process $writer may be stopped/, 'and which process to look at');
like($log, qr/LOG:  the audit trail is being written again/, 'and that it is over');
like($log, qr/DETAIL:  The outage \(writer_stalled\) took \d+ ms, in which [1-9]\d* records were lost/,
	'with its length, and how many records it has cost');

# A stop that does not fill the buffer is none of anybody's business.
$writer = stop_writer($node);
my ($quick) = timed(sub { $node->safe_psql('postgres', "SELECT 'B', $_") for 1 .. 3 });
go_on_writer($writer);
is($look->('outages'), 1, 'a writer that is stopped behind a buffer with room is no outage');

# What the policies do, at once, with a writer that is stopped.
sub with_policy
{
	my ($policy, $code) = @_;
	set_policy($node, $policy);
	my $watch = observer($node);
	my $pid = stop_writer($node);
	my $filler = fill_buffer($node, $watch);
	$code->($watch, $filler);
	go_on_writer($pid);
	await_no_outage($watch);
	return;
}

$node->safe_psql('postgres', 'CREATE ROLE alice LOGIN');
set_policy($node, 'error');
{
	my $alice = SecauditProto->connect($node, user => 'alice');
	# as long as what fills the buffer: a short one may still fit
	my $refused = "SELECT 'refused' /* @{[ 'x' x 6000 ]} */";
	with_policy(
		'error',
		sub {
			my @got;
			($took, @got) = timed(sub { $alice->query($refused); $alice->until_ready });
			is($alice->error_code(@got), '58030', 'error: a statement is refused');
			cmp_ok($took, '<', 1, 'error: at once');
			($took, @got) = timed(sub { $alice->query('ROLLBACK'); $alice->until_ready });
			is($alice->error_code(@got), undef, 'error: a transaction can be ended');
			like(log_of(0), qr/LOG:  audit record: \{"v":1,.*"sqlstate":"58030"/, 'error: the record of it is in the server log');
		});
	$alice->query("SELECT 'accepted'");
	is($alice->error_code($alice->until_ready), undef, 'error: statements are accepted when the outage is over');
}
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');

# shutdown: nobody is left to decide but the process that finds out.
set_policy($node, 'shutdown');
$from = -s $node->logfile;
$writer = stop_writer($node);
my $filler = SecauditProto->connect($node);
eval {
	local $SIG{PIPE} = 'IGNORE';
	foreach my $i (1 .. 1000)
	{
		$filler->query("SELECT 'stops', $i /* @{[ 'x' x 6000 ]} */");
		last unless grep { $_->[0] eq 'Z' } $filler->until_ready;
	}
};
ok(wait_for_log($node, qr/LOG:  received fast shutdown request/, $from), 'shutdown: the server is being stopped');
like(log_of($from), qr/LOG:  stopping the server because the audit trail cannot be written/, 'shutdown: and says why');
ok(wait_until(sub { !backends($node) }), 'shutdown: the sessions are gone while the writer is still stopped');
go_on_writer($writer);
ok(wait_for_log($node, qr/database system is shut down/, $from), 'shutdown: it is down when the writer can go on');
$node->{_pid} = undef;

# With durability "commit", nobody commits in the moment between the outage and
# the signal that ends the session.
$node->append_conf('postgresql.conf', "secaudit.durability = 'commit'");
$node->start;
my @late = map { SecauditProto->connect($node) } 1 .. 30;
$writer = stop_writer($node);
$late[$_]->query("BEGIN; CREATE TABLE late_$_ (); COMMIT") foreach 0 .. $#late;
my %codes = map { ($_->error_code($_->until_ready) // 'none') => 1 } @late;
is(join(' ', grep { !/\A(?:58030|57P01)\z/ } keys %codes), '', 'shutdown: a commit whose record is not on disk is an error');
go_on_writer($writer);
wait_until(sub { !-e $node->data_dir . '/postmaster.pid' }) or die 'the server is still there';
$node->{_pid} = undef;
$node->append_conf('postgresql.auto.conf', "secaudit.on_failure = 'continue'");
$node->start;
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname LIKE 'late%'}), '0', 'shutdown: and is rolled back');
done_testing();
