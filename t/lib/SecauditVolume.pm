# SecauditVolume: a file system so small that a test can fill it.
#
#   use SecauditVolume;               # first of all; may skip the test
#   my $volume = small_volume();      # a directory
#   fill_volume(80);                  # percent; 100: to the last byte
#   empty_volume();
#
# scripts/test.sh mounts one where it may (as root) and names it in
# SECAUDIT_SMALL_VOLUME.  Otherwise the test runs itself again in a user
# namespace of its own, in which anybody may mount one, and which takes it away
# when it ends.  So it must be the first module that a test uses: the others
# take hold of its output.
package SecauditVolume;

use strict;
use warnings;

use parent 'Exporter';

use Fcntl qw(LOCK_EX);
use File::Path qw(remove_tree);
use File::Temp ();
use Test::More;

our @EXPORT = qw(small_volume fill_volume empty_volume);

my $megabytes = 8;
my $volume;

sub small_volume { return $volume; }

sub import
{
	$volume = $ENV{SECAUDIT_SMALL_VOLUME};
	run_again_with_volume() unless $volume;
	have_it_alone();
	return __PACKAGE__->export_to_level(1, @_);
}

# Two namespaces: in the first we are root and may mount, in the second
# ourselves again, since the server does not run as root.
sub run_again_with_volume
{
	my $dir = File::Temp::tempdir('secaudit-volume.XXXXXX', DIR => $ENV{TESTDATADIR} // '/tmp');
	my @first = ('unshare', '-Urm', 'sh', '-ec',
		"mount -t tmpfs -o size=${megabytes}m,mode=0700 none \"\$0\"; exec \"\$@\"", $dir);
	my @second = ('unshare', '-U', "--map-user=$>", '--map-group=' . (split / /, $))[0]);

	if (system("@{[ map { quotemeta } @first, @second, 'true' ]} >/dev/null 2>&1") != 0)
	{
		rmdir $dir;
		plan skip_all => 'needs a small file system: may neither mount one nor make a user namespace';
	}
	$ENV{SECAUDIT_SMALL_VOLUME} = $dir;
	exec @first, @second, $^X, (map { "-I$_" } @INC), $0 or die "unshare: $!";
}

# Tests run side by side, and there may be one volume for all of them.  The lock
# goes when the test ends, after its servers.
my $lock;

sub have_it_alone
{
	open $lock, '>', "$volume/lock" or die "$volume/lock: $!";
	flock $lock, LOCK_EX or die "$volume/lock: $!";
	remove_tree(grep { !m{/lock\z} } glob("$volume/*"));
	return;
}

sub used_percent
{
	my ($used, $free) = `df --output=used,avail -k $volume` =~ /(\d+)\s+(\d+)\s*$/ or die 'df';
	return 100 * $used / ($used + $free);
}

sub fill_volume
{
	my ($percent) = @_;
	open my $fh, '>>', "$volume/filler" or die "filler: $!";
	while ($percent >= 100 || used_percent() < $percent)
	{
		last unless defined syswrite $fh, 'x' x 4096;
	}
	close $fh;
	return;
}

sub empty_volume
{
	unlink "$volume/filler";
	return;
}

1;
