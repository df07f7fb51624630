# Every way in which a write can fail: told, and nothing is lost.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('faults', settings => { 'secaudit.flush_interval' => '20ms' });
my $statements = 0;

# Run some statements while the faults are set, and wait until the trail has
# them all; returns how many files there were before and after.
sub work_with
{
	my (@rules) = @_;
	my $before = () = trail_files($node);
	my $from = $statements + 1;

	set_faults($node, @rules);
	$node->safe_psql('postgres', join('', map { "SELECT 'work', " . ++$statements . ";\n" } 1 .. 50));
	flush_trail($node);
	clear_faults($node);
	my $after = () = trail_files($node);
	my @got = records($node, query => qr/^SELECT 'work'/);
	is(scalar(@got), $statements, "all records are there with @rules");
	return ($before, $after);
}

my ($before, $after) = work_with('write EINTR 3');
is($after, $before, 'EINTR: the write goes on, in the same file');

($before, $after) = work_with('write SHORT 2');
is($after, $before, 'short write: the rest follows, in the same file');

($before, $after) = work_with('write ENOSPC 2');
is($after, $before + 1, 'a full disk, for a moment: a new file');

($before, $after) = work_with('write EDQUOT 1');
is($after, $before + 1, 'a quota that is used up, for a moment: a new file');

($before, $after) = work_with('write EIO 1');
is($after, $before + 1, 'an error of the disk while writing: a new file');

($before, $after) = work_with('fdatasync EIO 1');
is($after, $before + 1, 'an error of the disk while syncing: a new file');
my ($open) = grep { $_->{event} eq 'audit.open' && ($_->{prev_tail} // '') eq 'unsynced' } all_records($node);
cmp_ok($open->{repeats}, '>', 0, 'in which the doubtful records are repeated');

# The new file fails too, several times, in several ways.
($before, $after) = work_with('write EIO 2', 'open EACCES 1', 'fdatasync EIO 2');
is($after, $before + 1, 'failed attempts leave no files behind');

($before, $after) = work_with('write EIO 1', 'open EMFILE 2');
is($after, $before + 1, 'a file that cannot be made is made later');

is(join(',', sort { $a cmp $b } keys %{ { map { $_ => 1 } faults_taken($node) } }),
	'fdatasync EIO,open EACCES,open EMFILE,write EDQUOT,write EINTR,write EIO,write ENOSPC,write SHORT',
	'every fault was really met');

like(slurp_file($node->logfile), qr/WARNING:  could not write a file in audit trail directory .*: No space left on device/,
	'the server log names the cause');
like(slurp_file($node->logfile), qr/LOG:  the audit trail is being written again/,
	'and the recovery');

# The writer is killed in the middle of a write: half a line stays behind.
foreach my $i (1 .. 3)
{
	set_faults($node, 'write KILL 1');
	$node->psql('postgres', join('', map { "SELECT 'work', " . ++$statements . ";\n" } 1 .. 20), on_error_stop => 0);
	wait_until(sub { (grep { $_ eq 'write KILL' } faults_taken($node)) >= $i }) or die 'not killed';
	clear_faults($node);
	$node->stop('immediate', fail_ok => 1);
	start_faulty($node);
	# The session's last statements may have died with the server; what was
	# answered must be there.
	$statements = scalar(() = records($node, query => qr/^SELECT 'work'/, outcome => 'success'));
	cmp_ok($statements, '>=', 1, "records after the writer was killed, time $i");
}
my @torn = grep { $_->{event} eq 'audit.open' && ($_->{prev_tail} // '') =~ /repeated|torn/ } all_records($node);
cmp_ok(scalar(@torn), '>=', 1, 'torn lines were repeated in a new file');

# At shutdown nothing can be written: the next start has it.
set_faults($node, 'write EIO', 'open EIO');
$node->safe_psql('postgres', "SELECT 'at the end'");
$node->stop;
clear_faults($node);
start_faulty($node);
is(scalar(records($node, query => "SELECT 'at the end'")), 1,
	'what could not be written at shutdown is written at the next start');

$node->stop;
check_trail($node, 'the trail is sound after all of this');
done_testing();
