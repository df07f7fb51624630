# SecauditFault: nodes whose trail can be made to fail.
#
#   use SecauditFault;
#   my $node = new_faulty_node('main', settings => {...});
#   set_faults($node, 'write ENOSPC', 'fdatasync EIO 1');
#   clear_faults($node);
#   my @taken = faults_taken($node);      # 'write ENOSPC', ...
#   cut_power($node);                     # kill -9, drop what was not synced
#
# The library test/fault/shim.c is built once per run and preloaded into the
# server; it tells what the rules mean.
package SecauditFault;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(basename dirname);
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

our @EXPORT = qw(
  new_faulty_node start_faulty set_faults clear_faults faults_taken
  writer_pid postmaster_pid kill_server cut_power wait_until watcher
);

my $top = abs_path(dirname(__FILE__) . '/../..');
my $shim;

# The library, or a skip of the whole test where there is no C compiler.
sub shim
{
	return $shim if $shim;
	my $target = "$PostgreSQL::Test::Utils::tmp_check/fault_shim.so";
	my $cc = $ENV{CC} // 'cc';

	if (!-f $target)
	{
		my @build = ($cc, '-shared', '-fPIC', '-O1', '-o', "$target.$$",
			"$top/test/fault/shim.c", '-ldl');
		plan skip_all => "no C compiler to build the fault shim with"
		  if system("$cc --version >/dev/null 2>&1") != 0;
		die "could not build the fault shim" if system(@build) != 0;
		rename "$target.$$", $target or die "rename: $!";
	}
	return $shim = $target;
}

sub control
{
	my ($node) = @_;
	return $node->basedir . '/fault';
}

# As new_node(), but with the shim under the server.
sub new_faulty_node
{
	my ($name, %opt) = @_;
	shim();
	my $node = new_node($name, %opt, no_start => 1);
	mkdir control($node) . '.synced';
	clear_faults($node);
	start_faulty($node);
	SecauditTest::prepare($node) unless $opt{no_prepare};
	return $node;
}

sub start_faulty
{
	my ($node) = @_;
	local $ENV{LD_PRELOAD} = shim();
	local $ENV{SECAUDIT_FAULT} = control($node);
	$node->start;
	return;
}

sub set_faults
{
	my ($node, @rules) = @_;
	my $file = control($node);
	open my $fh, '>', "$file.new" or die "$file.new: $!";
	print $fh map { "$_\n" } @rules;
	close $fh or die "$file.new: $!";
	rename "$file.new", $file or die "$file: $!";
	return;
}

sub clear_faults
{
	my ($node) = @_;
	return set_faults($node);
}

sub faults_taken
{
	my ($node) = @_;
	my $file = control($node) . '.log';
	return () unless -f $file;
	return split /\n/, slurp_file($file);
}

# As long as nobody has seen it end; its file goes away before it does.
sub postmaster_pid
{
	my ($node) = @_;
	return $node->{_pid} if defined $node->{_pid};
	my ($pid) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	return $pid;
}

# The children of the postmaster with their titles.
sub children
{
	my ($parent) = @_;
	return map { /^\s*(\d+)\s+(.*)$/ ? [ $1, $2 ] : () }
	  split /\n/, `ps --ppid $parent -o pid=,args=`;
}

sub writer_pid
{
	my ($node) = @_;
	my ($writer) =
	  grep { $_->[1] =~ /secaudit writer/ } children(postmaster_pid($node));
	return $writer ? $writer->[0] : undef;
}

# Kill the postmaster and everything that it forked, and wait until they are
# gone; nobody gets a chance to clean up.
sub kill_server
{
	my ($node) = @_;
	my $postmaster = postmaster_pid($node);
	my @pids = ($postmaster, map { $_->[0] } children($postmaster));

	kill 'STOP', @pids; # or the last would hear of the death of the first
	kill 'KILL', @pids;
	wait_until(sub { !grep { kill 0, $_ } @pids }) or die "server would not die";
	$node->{_pid} = undef;
	return;
}

# What a power failure does: all processes gone, and of the trail's files only
# what was synced.
sub cut_power
{
	my ($node) = @_;
	my $dropped = 0;

	kill_server($node);
	foreach my $file (trail_files($node))
	{
		my $note = control($node) . '.synced/' . basename($file);
		my $synced = -f $note ? 0 + slurp_file($note) : 0;

		$dropped += (-s $file) - $synced;
		if ($synced > 0) { truncate $file, $synced or die "truncate: $!"; }
		else { unlink $file; }
	}
	return $dropped;
}

# watcher(NODE): a function that runs a query and returns its first value, in a
# session that is open already and leaves no record, so that it can look at a
# server whose buffer is full.
sub watcher
{
	my ($node) = @_;
	my $session = SecauditProto->connect($node);
	$session->query('SET secaudit.log = none');
	$session->until_ready;
	return sub {
		my ($sql) = @_;
		$session->query($sql);
		my ($row) = $session->rows($session->until_ready);
		return $row ? $row->[0] : undef;
	};
}

# wait_until(CODE, SECONDS): until it returns true, one minute at most if nothing
# else is said.
sub wait_until
{
	my ($code, $seconds) = @_;
	my $until = time + ($seconds // 60);
	until ($code->())
	{
		return 0 if time > $until;
		select undef, undef, undef, 0.1;
	}
	return 1;
}

1;
