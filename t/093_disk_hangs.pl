# A disk that does not answer: the writer waits in the kernel, where no signal
# reaches it.  Sessions and logins go on, a shutdown ends them.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFrozen;
use SecauditFault;
use SecauditOutage;
use SecauditPolicies;
use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = new_node(
	'hangs',
	settings => outage_settings(),
	trail_dir => frozen_volume() . '/trail',
	conf => outage_conf());
my $look = observer($node);

my $load = start_load($node);
my $writer = writer_pid($node);
my $frozen_at = time;
freeze_volume();
await_outage($look);
ok(is_uninterruptible($writer), 'the writer waits in the kernel, where no signal reaches it');
is($look->('outage'), 'writer_stalled', 'status() says so, and does not wait itself');
my ($took, $session) = timed(sub { SecauditProto->connect($node) });
cmp_ok($took, '<', 1, 'a login in the outage does not wait');
foreach my $n (1 .. 3)
{
	($took) = timed(sub { $session->query("SELECT 'A', $n"); $session->until_ready; });
	cmp_ok($took, '<', 1, "statement $n in the outage does not wait");
}
sleep 3;
my $thawed_at = time;
thaw_volume();
await_no_outage($look);
my $over_at = time;
$session->query("SELECT 'A', 4");
$session->until_ready;
sleep 2;
my $ended_at = time;
end_load($node, $load);
flush_trail($node);

my @during = latencies($load, $frozen_at, $thawed_at);
latencies_are('before', 1, latencies($load, undef, $frozen_at));
latencies_are('during', 1, @during);
latencies_are('after', 1, latencies($load, $over_at, $ended_at));
cmp_ok(slow_ones(0.8, @during), '<=', 4, 'during: each of the four clients has waited once at most');

my $missing = count_missing($node);
my $told = 0;
$told += $_->{lost} foreach grep { $_->{event} eq 'audit.gap' } stored_records($node);
cmp_ok($missing, '>', 0, "records were lost ($missing)");
is($told, $missing, 'audit.gap tells exactly how many');

# Shutdown: the sessions end, the server does when the disk answers.
my $from = -s $node->logfile;
freeze_volume();
my $filler = fill_buffer($node, $look);
kill 'INT', postmaster_pid($node);
($took) = timed(sub { wait_until(sub { !backends($node) }) or die 'still there' });
cmp_ok($took, '<', 3, 'a fast shutdown ends the sessions');
ok(-f $node->data_dir . '/postmaster.pid', 'the server waits for its writer');
thaw_volume();
ok(wait_for_log($node, qr/database system is shut down/, $from), 'and is down when the disk answers');
$node->{_pid} = undef;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
