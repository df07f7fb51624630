# A trail that a group may read, as docs/configuration.md says: by a user in the group
# all of it, and nothing but read; by another one nothing.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditReader;
use SecauditTest;
use Test::More;

use constant { READER => 64110, OUTSIDER => 64111 };

my $dir = readers_dir('ours');
my $group = (stat $dir)[5];
my $node = new_node('readers', no_start => 1, trail_dir => $dir, settings => { 'secaudit.file_mode' => '0640' });
$node->start;
SecauditTest::prepare($node);

sub as_reader { return run_as(user => READER, group => $group, script => $_[0]); }
sub as_outsider { return run_as(user => OUTSIDER, group => OUTSIDER, script => $_[0]); }

# The trail's bytes and modes, to be compared.
sub state_of
{
	return join '', map { sprintf "%s %o\n", $_, (stat $_)[2] } $dir, trail_files($node);
}

sub reads_all
{
	my ($when) = @_;
	flush_trail($node);
	my @files = trail_files($node);
	my $before = join '', map { slurp_file($_) } @files;
	my ($status, $output) = as_reader("cd '$dir' && ls *.jsonl && cat *.jsonl");
	my @names = map { m{([^/]+)$} } @files;
	is($status, 0, "$when: the reader can list and read all files");
	# the writer goes on: what was there before has been read, and nothing but what is there now
	my $names = join '', map { "$_\n" } @names;
	my $after = $names . join('', map { slurp_file($_) } @files);
	is(substr($output, 0, length($names . $before)), $names . $before, "$when: to the last byte");
	is($output, substr($after, 0, length $output), "$when: and nothing else");
	($status, $output) = as_reader("secauditctl verify '$dir'");
	is($status, 0, "$when: and verify the trail");
	like($output, qr/sound, not closed/, "$when: which is sound");
	($status, $output) = as_reader("secauditctl tail --raw -n 1 --event=audit.start '$dir'");
	is($status, 0, "$when: and look at its end");
	like($output, qr/"event":"audit.start"/, "$when: with the record that was asked for");
	return;
}

sub only_reads
{
	my ($when) = @_;
	my ($file) = reverse trail_files($node);
	my $before = state_of();
	foreach ([ 'append to a file', "echo x >> '$file'" ], [ 'write over one', "echo x 1<> '$file'" ],
		[ 'cut one', "truncate -s 0 '$file'" ], [ 'delete one', "rm -f '$file'" ], [ 'rename one', "mv '$file' '$dir/other'" ],
		[ 'make one', "echo x > '$dir/other'" ], [ 'make a link', "ln -s /etc/passwd '$dir/other'" ],
		[ 'change its mode', "chmod 0666 '$file'" ], [ 'change the directory', "chmod 0770 '$dir'" ])
	{
		my ($what, $script) = @$_;
		my ($status, $output) = as_reader($script);
		isnt($status, 0, "$when: the reader cannot $what");
		like($output, qr/denied|not permitted/i, "$when: it may not");
	}
	is(state_of(), $before, "$when: and nothing has changed");
	return;
}

sub keeps_out
{
	my ($when) = @_;
	my ($file) = reverse trail_files($node);
	foreach ("ls '$dir'", "cat '$file'", "secauditctl verify '$dir'", "secauditctl tail '$dir'", "echo x >> '$file'", "echo x > '$dir/other'")
	{
		my ($status, $output) = as_outsider($_);
		isnt($status, 0, "$when: an outsider cannot: " . s/'\S*'/.../r);
		like($output, qr/denied/i, "$when: that is denied");
	}
	return;
}

foreach my $mode (0750, 02750)
{
	my $which = $mode == 0750 ? 'no setgid bit' : 'setgid bit';
	chmod $mode, $dir or die $!;
	$node->restart if $mode != 0750;
	is((stat $dir)[2] & 07777, $mode, "$which: the directory is as it is to be");
	reads_all($which);
	$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
	reads_all("$which, after a rotation");
	$node->restart;
	reads_all("$which, after a restart");
	$node->stop('immediate');
	$node->start;
	reads_all("$which, after a crash");
	only_reads($which);
	keeps_out($which);
}
is(scalar(() = records($node, event => 'alert', reason => 'group_not_set')), 0, 'no alert about a group');
$node->stop;

# The server's user is not in the directory's group.
sub strange_node
{
	my ($name) = @_;
	my $strange = readers_dir($name);
	my $n = new_node($name, no_start => 1, trail_dir => $strange, settings => { 'secaudit.file_mode' => '0640' });
	$n->start;
	SecauditTest::prepare($n);
	flush_trail($n);
	return ($n, $strange, (stat $strange)[5]);
}

my ($strange_node, $strange, $strange_group) = strange_node('strange');
my ($file) = trail_files($strange_node);
isnt($strange_group, $group, 'the directory has another group');
is(sprintf('%04o', (stat $file)[2] & 07777), '0600', 'a group that the server cannot give: its owner alone reads the file');
isnt((stat $file)[5], $strange_group, 'which does not have that group');
like(slurp_file($strange_node->logfile), qr/WARNING:  could not give audit trail file "\S+" the group of its directory: Operation not permitted/,
	'a WARNING says so');
is_record(one_record($strange_node, event => 'alert', reason => 'group_not_set'), { outcome => 'failure', file => $file =~ s{.*/}{}r },
	'and an alert');
my ($status, $output) = run_as(user => READER, group => $strange_group, script => "ls '$strange'");
is($status, 0, 'a user in that group sees the file');
($status, $output) = run_as(user => READER, group => $strange_group, script => "cat '$file'");
isnt($status, 0, 'and cannot read it');
like($output, qr/denied/i, 'that is denied');
$strange_node->stop;

($strange_node, $strange) = strange_node('strange-setgid');
($file) = trail_files($strange_node);
($status, $output) = run_as(user => READER, group => $strange_group, script => "secauditctl verify '$strange' && cat '$strange'/*.jsonl");
is($status, 0, 'with the setgid bit a user in that group reads the trail');
is((stat $file)[5], $strange_group, 'since each file gets the group by itself');
is(scalar(() = records($strange_node, event => 'alert', reason => 'group_not_set')), 0, 'and there is no alert');
($status, $output) = as_outsider("cat '$file'");
isnt($status, 0, 'while an outsider reads nothing');
$strange_node->stop;
done_testing();
