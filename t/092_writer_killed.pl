# A writer that is killed, under load and in an outage: the server starts its
# processes anew, and what was known of the outage is not forgotten by that.
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

my $node = new_faulty_node('killed', settings => outage_settings(), conf => outage_conf() . "restart_after_crash = on\n");

sub back_again
{
	wait_until(sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 }) or die 'the server does not come back';
	return;
}

# Under load, with a disk that works.
my $load = start_load($node);
my $killed_at = time;
kill 'KILL', writer_pid($node);
$load->{run}->finish;
back_again();
my $back_at = time;
cmp_ok($back_at - $killed_at, '<', 20, 'the server is back');
my $again = start_load($node);
sleep 1;
my $ended_at = time;
end_load($node, $again);
latencies_are('before', 1, latencies($load, undef, $killed_at));
latencies_are('after', 1, latencies($again, $back_at, $ended_at));
my $look = observer($node);
is($look->('outages'), 0, 'a crash is no outage');
is($look->('lost'), 0, 'and nothing is lost');

# In an outage: the disk cannot be written.
my $from = -s $node->logfile;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
my $session = fill_buffer($node, $look);
my ($kind, $since) = map { $look->($_) } qw(outage outage_since);
is($kind, 'cannot_write', 'the outage is that nothing can be written');
my $lost = 0;
foreach my $n (1 .. 1000) # the outage may have begun long before the buffer is full
{
	$session->query("SELECT 'lost', $n /* @{[ 'x' x 6000 ]} */");
	$session->until_ready;
	last if $n % 50 == 0 && ($lost = $look->('lost')) >= 50;
}
cmp_ok($lost, '>=', 50, 'records are lost');
kill 'KILL', writer_pid($node);
wait_until(sub { substr(slurp_file($node->logfile), $from) =~ /all server processes terminated; reinitializing/ })
  or die 'no crash';
back_again();
$look = observer($node);
is($look->('outage'), $kind, 'after a crash of the writer the outage is still known');
is($look->('outage_since'), $since, 'and since when');
$session = SecauditProto->connect($node);
foreach my $n (1 .. 3)
{
	my ($took) = timed(sub { $session->query("SELECT 'after', $n"); $session->until_ready; });
	cmp_ok($took, '<', 0.9, "statement $n after it does not wait for failure_timeout anew");
}
$lost += $look->('lost');
clear_faults($node);
await_no_outage($look);
like(substr(slurp_file($node->logfile), $from),
	qr/DETAIL:  The outage \(cannot_write\) took \d+ ms, in which \d+ records were lost/, 'the server log says how long it was');
$look->('1', 'generate_series(1, 1)');
flush_trail($node);
my $told = 0;
$told += $_->{lost} foreach grep { $_->{event} eq 'audit.gap' } stored_records($node);
cmp_ok($told, '>=', $lost, "audit.gap tells what was lost before the crash and after it (at least $lost)");
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
