# Compliance checks where the trail is in trouble: its volume is nearly full, its
# writer stands still, or the module is not loaded at all.
use strict;
use warnings;
use SecauditVolume;

use lib 't/lib';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditOutage;
use SecauditTest;
use Test::More;

my $volume = small_volume();
my $node = new_node('trouble', trail_dir => "$volume/trail", settings => outage_settings('secaudit.on_failure' => 'continue'));
my $dir = trail_dir($node);
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit');

sub check
{
	my ($id, $what) = @_;
	$what //= 'status';
	return $node->safe_psql('postgres', "SELECT $what FROM secaudit.compliance_check() WHERE check_id = '$id'");
}

# Room, and for how long.
is(check('C45', q{status, evidence->'full_in_days'}), 'pass|null', 'C45 passes while there is room, and does not guess from less than a day');
my $now = time;
my @day = gmtime($now - 10 * 86400);
my $old = sprintf "$dir/secaudit-%04d%02d%02dT000000Z-000000.jsonl.zst", $day[5] + 1900, $day[4] + 1, $day[3];
my $new = $old =~ s/000000\.jsonl/000001.jsonl/r;
foreach my $file ([ $old, $now - 9 * 86400, 70000 ], [ $new, $now - 2 * 86400, 700_000 ])
{
	open my $fh, '>', $file->[0] or die $!;
	print $fh 'x' x $file->[2];
	close $fh;
	utime $file->[1], $file->[1], $file->[0];
}
my ($status, $per_day, $days, $seen) = split /\|/, check('C45', q{status, evidence->'bytes_per_day', evidence->'full_in_days', observed});
is($status, 'pass', 'with files of ten days it still passes');
my $all = 0;
$all += -s $_ foreach glob "$dir/*";
ok($per_day >= 100_000 && $per_day <= $all / 6, "the growth is that of seven days ($per_day bytes a day)");
cmp_ok($days, '<', 80, "and says when it is full ($days days)");
like($seen, qr/percent used, full in $days days at the growth of the last week$/, 'in words, too');
unlink $old, $new;
my ($size, $used) = qx(df -B1 --output=size,used '$volume') =~ /(\d+)\s+(\d+)\s*$/;
my $filler = int(0.8 * $size) - $used; # what the trail has by now depends on how long it took
append_to_file("$volume/filler", 'x' x ($filler > 0 ? $filler : 0));
is(check('C45'), 'fail', 'C45 fails when three quarters are used');
empty_volume();

# Nothing is lost, then the writer stands still.
is(check('C66'), 'pass', 'C66 passes when nothing is lost');
my $look = observer($node);
my $stopped = stop_writer($node);
my $filling = fill_buffer($node, $look);
my ($took) = timed(sub { is(check('C66'), 'fail', 'C66 fails in an outage') });
cmp_ok($took, '<', 30, sprintf 'and the run ends (%.1f s)', $took);
like(check('C47', 'status || $$ $$ || observed'), qr/^fail .*outage: writer_stalled; the test record was not found/, 'C47 fails and names the outage');
go_on_writer($stopped);
$filling->terminate;
await_no_outage($look);

# Without the module.
is(check('C01'), 'pass', 'C01 passes when the module is preloaded');
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
is(check('C01', 'status, observed'), 'fail|', 'C01 fails when it is not');
isnt(check($_), 'pass', "and $_ does not pass") foreach qw(C41 C45 C46 C47 C48 C63 C64 C65 C66);
is(check('C15'), 'pass', 'what has to do with the server alone is checked all the same');
is($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM secaudit.compliance_run'), 't', 'and results are kept');

$node->stop;
done_testing();
