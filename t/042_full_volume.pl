# A file system that is really full: the alarm before, each policy, and after.
use strict;
use warnings;
use SecauditVolume;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

my $volume = small_volume();
my $node = new_node('full', settings => policy_settings(), trail_dir => "$volume/trail");

# The alarm, before it is too late.
sub alerts { return grep { $_->{event} eq 'alert' } all_records($node); }

sub count_warnings
{
	return scalar(() = slurp_file($node->logfile) =~ /WARNING:  the volume of the audit trail is \d+ percent full/g);
}

# Each new file makes the writer look.
sub look
{
	$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
	$node->safe_psql('postgres', 'SELECT 1');
	flush_trail($node);
	return;
}

look();
is(scalar(alerts()), 0, 'no alarm while there is room');
fill_volume(80);
look();
my ($alert) = alerts();
is_record($alert, { class => 'alert', outcome => 'failure', reason => 'disk_space' },
	'past secaudit.warn_percent there is an alarm in the trail');
# The writer also looks by itself, and may have done so while it was being filled.
ok($alert->{used_percent} >= 75 && $alert->{used_percent} <= 80, "which says how full it is ($alert->{used_percent} percent)");
is(count_warnings(), 1, 'and one in the server log');
look() for 1 .. 3;
is(scalar(alerts()), 1, 'not a second one at once in the trail');
is(count_warnings(), 1, 'nor in the server log');
empty_volume();
look();
fill_volume(80);
look();
is(scalar(alerts()), 2, 'but again when there was room meanwhile');
empty_volume();

# Full to the last byte.
my $way = {
	fail => sub { fill_volume(100) },
	mend => sub { empty_volume() },
	start => sub { $node->start },
	room_helps => 1 };

$node->safe_psql('postgres', 'CREATE ROLE alice LOGIN');
policy_continue($node, $way);
like(slurp_file($node->logfile), qr/WARNING:  could not write a file in audit trail directory .*: No space left on device/,
	'the server log names the cause');
policy_error($node, $way);
policy_block($node, $way);
policy_overwrite($node, $way);
policy_shutdown($node, $way);
policy_end($node);
done_testing();
