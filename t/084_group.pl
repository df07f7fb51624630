# secaudit.file_mode = 0640: the files have the group of their directory.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

# A group of ours that new files do not have by themselves.
my ($primary, @groups) = split / /, $);
my ($group) = grep { $_ != $primary } @groups;
plan skip_all => 'the user of the tests is in one group only' if !defined $group;

my $node = new_node('main', no_start => 1, settings => { 'secaudit.file_mode' => '0640' });
my $dir = trail_dir($node);
chown(-1, $group, $dir) == 1 or die "chown: $!";
chmod 0750, $dir or die $!;
$node->start;
SecauditTest::prepare($node);

sub group_and_mode
{
	my @stat = stat((trail_files($node))[-1]);
	return sprintf '%d %04o', $stat[5], $stat[2] & 07777;
}
flush_trail($node);
is(group_and_mode(), "$group 0640", 'a new file has the group of its directory, which has no setgid bit');

my $before = (trail_files($node))[-1];
unlink $before or die $!;
$node->safe_psql('postgres', 'SELECT 1');
flush_trail($node);
my ($put_back) = grep { $_ eq $before } trail_files($node);
is((stat $put_back)[5], $group, 'a file that was removed and put back has it, too');

chmod 02750, $dir or die $!;
$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
flush_trail($node);
is(group_and_mode(), "$group 0640", 'with the setgid bit nothing changes');
chmod 0750, $dir or die $!;

$node->append_conf('postgresql.conf', 'secaudit.file_mode = 0600');
my $files = () = trail_files($node);
$node->reload;
foreach (1 .. 300)
{
	flush_trail($node);
	last if (() = trail_files($node)) > $files;
	select undef, undef, undef, 0.1;
}
is(group_and_mode(), "$primary 0600", 'a file that no group may read keeps the group of the server');
is(scalar(() = records($node, event => 'alert', reason => 'group_not_set')), 0, 'no alert about a group');
$node->stop;
done_testing();
