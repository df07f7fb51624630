# SecauditFrozen: a file system that can be frozen, so that whoever writes to it
# waits in the kernel, where no signal reaches it, as with a disk that hangs.
#
#   use SecauditFrozen;               # may skip the test
#   my $volume = frozen_volume();     # a directory
#   freeze_volume();
#   thaw_volume();
#
# That takes root.  scripts/test.sh mounts the file system, starts a process that
# freezes it on demand, and names both in SECAUDIT_FROZEN_VOLUME: orders go to
# the pipe VOLUME.order, VOLUME.state says what was done.
package SecauditFrozen;

use strict;
use warnings;

use parent 'Exporter';

# Before our END, so that its own, which stops the servers, runs after it.
use PostgreSQL::Test::Cluster ();
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(frozen_volume freeze_volume thaw_volume is_uninterruptible);

my $volume = $ENV{SECAUDIT_FROZEN_VOLUME};
my $frozen;

sub import
{
	plan skip_all => 'needs a file system that can be frozen: scripts/test.sh makes one where it runs as root'
	  unless $volume;
	return __PACKAGE__->export_to_level(1, @_);
}

sub frozen_volume { return $volume; }

sub state
{
	open my $fh, '<', "$volume.state" or return '';
	my $state = <$fh> // '';
	chomp $state;
	return $state;
}

sub order
{
	my ($what, $state) = @_;
	open my $fh, '>', "$volume.order" or die "$volume.order: $!";
	print $fh "$what\n";
	close $fh or die "$volume.order: $!";
	foreach (1 .. 600)
	{
		return if state() eq $state;
		sleep 0.1;
	}
	die "the file system is not $state\n";
}

sub freeze_volume { order('freeze', 'frozen'); $frozen = 1; return; }
sub thaw_volume { order('thaw', 'thawed'); $frozen = 0; return; }

# Does the process wait in the kernel where no signal reaches it?
sub is_uninterruptible
{
	my ($pid) = @_;
	open my $fh, '<', "/proc/$pid/stat" or return 0;
	my $line = <$fh>;
	return $line =~ /\) D /;
}

# A test that has died must not leave a server that nobody can stop.
END
{
	my $status = $?;
	thaw_volume() if $frozen;
	$? = $status;
}

1;
