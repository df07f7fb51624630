# SecauditReader: other users than the server's, who read a trail or try to.
#
#   use SecauditReader;               # may skip the test
#   my $dir = readers_dir('ours');    # a directory that they can get to
#   my ($status, $output) = run_as(user => 64110, group => 64100, script => 'ls');
#
# That takes root.  scripts/test.sh starts a process that runs scripts on demand
# (scripts/as-reader.sh), and names its directory in SECAUDIT_READERS.  In it are,
# with mode 0750 and of the user of the tests:
#
#   ours            of a group in which this user is
#   strange         of one in which he is not
#   strange-setgid  of that one, with the setgid bit
package SecauditReader;

use strict;
use warnings;

use parent 'Exporter';

use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(readers_dir run_as);

my $dir = $ENV{SECAUDIT_READERS};
my $number = 0;

sub import
{
	plan skip_all => 'needs users that only read: scripts/test.sh offers them where it runs as root'
	  unless $dir;
	return __PACKAGE__->export_to_level(1, @_);
}

sub readers_dir { return "$dir/$_[0]"; }

# Exit status and output of a shell script, run as that user in that group alone.
sub run_as
{
	my (%opt) = @_;
	my $run = "$dir/$$-" . ++$number;

	open my $script, '>', "$run.sh" or die "$run.sh: $!";
	print $script "PATH='$ENV{PATH}'\ncd /\n$opt{script}\n";
	close $script or die "$run.sh: $!";
	open my $order, '>', "$dir/order" or die "$dir/order: $!";
	print $order "$$-$number $opt{user} $opt{group}\n";
	close $order or die "$dir/order: $!";
	foreach (1 .. 600)
	{
		return (0 + slurp("$run.status"), slurp("$run.out")) if -e "$run.status";
		sleep 0.1;
	}
	die "no answer to $opt{script}\n";
}

sub slurp
{
	my ($file) = @_;
	local $/;
	open my $fh, '<', $file or die "$file: $!";
	return <$fh> // '';
}

1;
