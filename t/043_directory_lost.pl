# The directory becomes read-only, or goes away for good, just when a new file is due.
use strict;
use warnings;
use File::Path qw(remove_tree);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

plan skip_all => 'root may write anywhere' if $> == 0;

my ($node, $parent, $dir, $statements);

sub begin
{
	my ($name) = @_;
	$parent = PostgreSQL::Test::Utils::tempdir() . '/parent';
	mkdir $parent, 0700 or die $!;
	$dir = "$parent/trail";
	$statements = 0;
	$node = new_node(
		$name,
		trail_dir => $dir,
		settings => {
			'secaudit.flush_interval' => '20ms',
			'secaudit.failure_timeout' => '1s',
			'secaudit.rotation_size' => '64kB'
		});
	return;
}

# More than a file may hold, so that a new one is due.
sub work
{
	$node->safe_psql('postgres', join('', map { $statements++; "SELECT 'work', $statements /* @{[ 'x' x 3000 ]} */;\n" } 1 .. 40));
	return;
}

# How often each statement is in the trail, where it is not once.
sub not_once
{
	my %count = map { $_ => 0 } 1 .. $statements;
	$count{$_}++ foreach map { ($_->{query} // '') =~ /^SELECT 'work', (\d+) / ? $1 : () } all_records($node);
	return join(' ', map { "$_:$count{$_}" } sort { $a <=> $b } grep { $count{$_} != 1 } keys %count);
}

sub status
{
	my ($column) = @_;
	return $node->safe_psql('secaudit_test', "SELECT $column FROM secaudit.status()");
}

# trouble(BREAK, MEND, PATTERN, NAME): while the directory is broken the server
# works and tells; afterwards everything is there.
sub trouble
{
	my ($break, $mend, $pattern, $name) = @_;
	my $from = -s $node->logfile;

	flush_trail($node);
	my $files = () = trail_files($node);
	$break->();
	work();
	# A new file is begun by the first record that needs it.
	ok(wait_until(sub { work(); substr(slurp_file($node->logfile), $from) =~ /WARNING:  could not $pattern/ }),
		"$name: the server log tells");
	like(status('last_error'), qr/^could not /, "$name: so does secaudit.status()");
	is($node->safe_psql('postgres', q{SELECT 'still there'}), 'still there', "$name: the server works on");
	$mend->();
	ok(wait_for_log($node, qr/LOG:  the audit trail is being written again/, $from), "$name: it is noticed when that is over");
	work();
	flush_trail($node);
	is(not_once(), '', "$name: every statement is in the trail, once");
	is(status('lost'), 0, "$name: nothing was lost");
	cmp_ok(scalar(() = trail_files($node)), '>', $files, "$name: in new files");
	return;
}

begin('read_only');
trouble(
	sub { chmod 0500, $dir or die $! },
	sub { chmod 0700, $dir or die $! },
	qr/create a file in audit trail directory "\Q$dir\E": Permission denied/,
	'read-only');

# Who waits for the disk has no answer until the record is there.
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.durability = statement});
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.on_failure = block});
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.durability') = 'statement'});
flush_trail($node);
chmod 0500, $dir or die $!;
my $from = -s $node->logfile;
my $file = "$parent/wait.sql";
append_to_file($file, join('', map { "SELECT '$_ @{[ 'y' x 3000 ]}';\n" } 1 .. 40));
my $waiting = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ], '>', '/dev/null');
ok(wait_for_log($node, qr/WARNING:  could not create a file/, $from), 'durability = statement: a new file is due, and cannot be had');
ok($waiting->pumpable, 'the session waits');
chmod 0700, $dir or die $!;
ok($waiting->finish, 'it has its answers when the file can be had');
flush_trail($node);
is(scalar(grep { ($_->{query} // '') =~ /^SELECT '\d+ yyy/ } all_records($node)), 40, 'and the trail the records');
$node->stop;
check_trail($node, 'the trail is sound');

# Removed, and it cannot be made again.  The trail has one file yet, which the
# writer has open, so not even what was in the directory is lost.
begin('removed');
trouble(
	sub { remove_tree($dir); chmod 0500, $parent or die $! },
	sub { chmod 0700, $parent or die $! },
	qr/put a removed file back in audit trail directory "\Q$dir\E": (Permission denied|No such file or directory)/,
	'removed');
is((stat $dir)[2] & 07777, 0700, 'the directory was made again for its owner alone');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
