# secauditctl archive: closed files become archives that every command reads, that
# verify the same, and that are never there by half, whatever the run dies of.
use strict;
use warnings;

use File::Basename qw(basename);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

use Digest::SHA 'sha256_hex';

delete $ENV{SECAUDIT_DIRECTORY};

my $copies = 0;

# Exit status, and what was said.
sub ctl
{
	my @args = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @args ], '>', \$out, '2>', \$err);
	return ($? & 127 ? 'killed' : $? >> 8, $out, $err);
}

sub names { my ($dir) = @_; return join ' ', map { basename($_) =~ s/^secaudit-\d+T\d+Z-0*//r =~ s/jsonl/j/r } sort glob("$dir/secaudit-*"); }

# A copy of some files of a directory.
sub copy_of
{
	my (@files) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir() . '/copy' . ++$copies;
	mkdir $dir or die $!;
	system('cp', '-p', @files, $dir) == 0 or die 'cp';
	return $dir;
}

# Digest of all records.
sub contents { my ($dir) = @_; my (undef, $out) = ctl('tail', '--raw', '-n', 'all', $dir); return sha256_hex($out) . ' ' . ($out =~ tr/\n//); }

sub copy { my ($file, $to) = @_; return system('cp', '-p', $file, $to) == 0 || die 'cp'; }

sub digest { my (@command) = @_; my $out = ''; IPC::Run::run([@command], '>', \$out) or die "@command"; return $out; }

my $node = new_node('archive', settings => { 'secaudit.flush_interval' => '20ms' });
my $dir = trail_dir($node);
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit; CREATE TABLE t (a int)');
foreach my $i (1 .. 4)
{
	$node->safe_psql('postgres', join('', map { "INSERT INTO t VALUES ($_);" } 1 .. 50) . "SELECT 'round $i'");
	$node->safe_psql('postgres', 'SELECT secaudit.rotate()');
}
flush_trail($node);
my @files = trail_files($node);
is(scalar @files, 5, 'there are four closed files and an open one');
my $all = copy_of(@files);
my $before = contents($all);
my ($verdict) = (ctl('verify', '--json', $all))[1];
# the server goes on writing its newest file
@files = trail_files($all);

# Each form.
foreach my $form ([ 'zstd' ], [ 'gzip', '--gzip' ], [ 'seekable', '--seekable' ], [ 'level 19', '--level=19' ], ['gzip, level 1', '--gzip', '--level=1'])
{
	my ($name, @options) = @$form;
	my $suffix = $name =~ /gzip/ ? 'gz' : 'zst';
	my $copy = copy_of(@files);
	my ($status, $out, $err) = ctl('archive', @options, $copy);
	is("$status$err", '0', "$name: done");
	like($out, qr/^4 files archived, \d+\.\d kB to \d+\.\d kB\n\z/, "$name: the summary");
	is(names($copy), join(' ', map({ "$_.j.$suffix" } 1 .. 4), '5.j'), "$name: all but the newest");
	is(contents($copy), $before, "$name: tail reads the same");
	is_deeply(JSON::PP::decode_json((ctl('verify', '--json', $copy))[1]), JSON::PP::decode_json($verdict), "$name: verify says the same");
	my ($archive) = glob("$copy/*-000001.jsonl.$suffix");
	ok(digest($suffix eq 'gz' ? 'gzip' : 'zstd', '-dc', $archive) eq slurp_file($files[0]), "$name: the format's own program reads it")
	  if $suffix eq 'gz' || IPC::Run::run([ 'sh', '-c', 'command -v zstd' ], '>', \my $which);
	is((ctl('verify', "$copy/" . basename($files[0]) . ".$suffix"))[0], 0, "$name: an archive by itself is sound");
	my ($again, $said) = ctl('archive', @options, $copy);
	is("$again$said", "00 files archived\n", "$name: nothing is left to do");
}

# Owner, mode and time stay.
{
	my $copy = copy_of(@files);
	my $file = "$copy/" . basename($files[0]);
	chmod 0640, $file;
	utime 1000000000, 1234567890, $file;
	my @before = stat $file;
	is((ctl('archive', $file))[0], 0, 'a file by its name');
	my @after = stat "$file.zst";
	is_deeply([ @after[ 2, 4, 5, 9 ] ], [ @before[ 2, 4, 5, 9 ] ], 'mode, owner, group and time of last change are kept');
	is(names($copy), '1.j.zst 2.j 3.j 4.j 5.j', 'only that file');
}

# What is refused.
{
	my $copy = copy_of(@files);
	my $newest = "$copy/" . basename($files[4]);
	my ($status, $out, $err) = ctl('archive', $newest);
	is("$status$err", "2secauditctl: \"$newest\" is not closed\n", 'the newest file is refused');
	append_to_file("$copy/notes.txt", "x\n");
	($status, $out, $err) = ctl('archive', "$copy/notes.txt");
	is("$status$err", "2secauditctl: \"$copy/notes.txt\" is not a trail's file\n", 'and what is no file of a trail');
	symlink $files[0], "$copy/secaudit-20200101T000000Z-000000.jsonl" or die $!;
	($status, $out, $err) = ctl('archive', "$copy/secaudit-20200101T000000Z-000000.jsonl");
	is($status, 2, 'and a symbolic link');
	is((ctl('archive', '--gzip', '--seekable', $copy))[0], 2, '--gzip --seekable is refused');
	is((ctl('archive', '--gzip', '--level=10', $copy))[0], 2, 'and a level that gzip does not have');
	is((ctl('archive', '--level=20', $copy))[0], 2, 'and one that zstd should not have');
	is((ctl('archive', '--older-than=soon', $copy))[0], 2, 'and an age that is none');
	is((ctl('archive', "$copy/none"))[0], 2, 'and what is not there');
}

# A file that is not closed: the writer may still have it open.
{
	my $copy = copy_of(@files[ 0, 3, 4 ]);
	my $file = "$copy/" . basename($files[0]);
	my @lines = split /^/, slurp_file($file);
	pop @lines;
	open my $fh, '>', $file or die $!;
	print $fh @lines;
	close $fh;
	my ($status, $out) = ctl('archive', $copy);
	is($status, 0, 'a file without audit.close that no file follows is left alone');
	like($out, qr/^1 file archived, .*; 1 left that is not closed$/, 'and counted');
	is(names($copy), '1.j 4.j.zst 5.j', 'it is as it was');
	copy($files[1], $copy);
	(undef, $out) = ctl('archive', $copy);
	is(names($copy), '1.j.zst 2.j.zst 4.j.zst 5.j', 'with the file that follows it, it is archived');
}

# --older-than, --keep.
{
	my $copy = copy_of(@files);
	utime time - 7200, time - 7200, map { "$copy/" . basename($_) } @files[ 0, 1 ];
	is((ctl('archive', '--older-than=1h', $copy))[0], 0, '--older-than');
	is(names($copy), '1.j.zst 2.j.zst 3.j 4.j 5.j', 'takes those that are older');
	is((ctl('archive', '--keep', $copy))[0], 0, '--keep');
	is(names($copy), '1.j.zst 2.j.zst 3.j 3.j.zst 4.j 4.j.zst 5.j', 'leaves the originals');
	is(contents($copy), $before, 'each record is read once');
	is((ctl('verify', $copy))[0], 0, 'and is sound');

	# the plain one counts
	my $third = "$copy/" . basename($files[2]);
	my ($status, $out, $err);
	open my $fh, '>', "$third.zst" or die $!;
	print $fh "no archive\n";
	close $fh;
	is((ctl('verify', $copy))[0], 0, 'of a file that is there twice the plain one counts');
	($status, $out, $err) = ctl('archive', $copy);
	is("$status$err", "2secauditctl: archive \"$third.zst\" is damaged: Unknown frame descriptor\n", 'an archive that is damaged is not taken for the file');
	is(names($copy), '1.j.zst 2.j.zst 3.j 3.j.zst 4.j.zst 5.j', 'the others go on');
	copy("$copy/" . basename($files[0]) . '.zst', "$third.zst");
	($status, $out, $err) = ctl('archive', $copy);
	is("$status$err", "2secauditctl: \"$third.zst\" is there, and does not hold what \"$third\" holds\n", 'nor one of another file');
	is(contents($copy), $before, 'nothing is lost');
}

# A damaged archive.
{
	my $copy = copy_of(@files);
	ctl('archive', $copy);
	my $second = "$copy/" . basename($files[1]) . '.zst';
	my $bytes = slurp_file($second);
	foreach my $damage ([ 'cut', substr($bytes, 0, length($bytes) - 10), 'it ends before its contents do' ],
		[ 'altered', substr($bytes, 0, -2) . 'xx', q{Restored data doesn't match checksum} ],
		[ 'empty', '', 'it is empty' ])
	{
		my ($how, $new, $why) = @$damage;
		open my $fh, '>:raw', $second or die $!;
		print $fh $new;
		close $fh;
		my ($status, $out, $err) = ctl('verify', $copy);
		is("$status$err", qq{2secauditctl: archive "$second" is damaged: $why\n}, "an archive that is $how: said");
		unlike($out, qr/sound/i, "$how: nothing says sound");
		is(JSON::PP::decode_json((ctl('verify', '--json', $copy))[1])->{result}, 'unchecked', "$how: --json");
		($status, $out, $err) = ctl('tail', '-n', 'all', $copy);
		is($status, 2, "$how: tail does not say that all was read");
		like($err, qr/^secauditctl: archive "\Q$second\E" is damaged: \Q$why\E$/m, "$how: and why");
	}
}

# What is in an archive is checked as in a plain file.
{
	my $copy = copy_of(@files);
	my $second = "$copy/" . basename($files[1]);
	my $text = slurp_file($second);
	$text =~ s/round 2/round 3/ or die;
	open my $fh, '>:raw', $second or die $!;
	print $fh $text;
	close $fh;
	ctl('archive', $copy);
	my ($status, $out) = ctl('verify', $copy);
	is($status, 1, 'a record that was changed before it was archived');
	like($out, qr/^\Q$second\E\.zst:\d+: altered: seq \d+$/m, 'is found in the archive');
}

# Died of at each step: the trail is whole, and the next run completes it.
my $shim = SecauditFault::shim();
foreach my $step (
	[ 'write KILL',         '1.j 1.j.zst.tmp 2.j 3.j 4.j 5.j', 'while the archive is written' ],
	[ 'fsync DIE',          '1.j 1.j.zst.tmp 2.j 3.j 4.j 5.j', 'before it is on disk' ],
	[ 'fsync KILL',         '1.j 1.j.zst.tmp 2.j 3.j 4.j 5.j', 'when it is on disk' ],
	[ 'rename DIE',         '1.j 1.j.zst.tmp 2.j 3.j 4.j 5.j', 'before it has its name' ],
	[ 'rename KILL',        '1.j 1.j.zst 2.j 3.j 4.j 5.j',     'when it has its name' ],
	[ 'unlink DIE',         '1.j 1.j.zst 2.j 3.j 4.j 5.j',     'before the original is removed' ],
	[ 'unlink KILL',        '1.j.zst 2.j 3.j 4.j 5.j',         'when the original is removed' ],
	[ 'open ENOSPC',        '1.j 2.j 3.j 4.j 5.j',             'no room to begin' ],
	[ 'write EIO',          '1.j 2.j 3.j 4.j 5.j',             'an archive cannot be written' ],
	[ 'read EIO',           '1.j 2.j 3.j 4.j 5.j',             'nothing can be read' ],
	[ 'fsync EIO',          '1.j 2.j 3.j 4.j 5.j',             'an archive cannot be synced' ],
	[ 'rename EACCES',      '1.j 2.j 3.j 4.j 5.j',             'an archive cannot be named' ],
	[ "unlink EACCES",      '1.j 1.j.zst 2.j 2.j.zst 3.j 3.j.zst 4.j 4.j.zst 5.j', 'an original cannot be removed' ])
{
	my ($fault, $left, $name) = @$step;
	my $copy = copy_of(@files);
	my $rules = "$copy/fault";
	append_to_file($rules, "$fault\n");
	local $ENV{LD_PRELOAD} = $shim;
	local $ENV{SECAUDIT_FAULT} = $rules;
	my ($status) = ctl('archive', $copy);
	delete local $ENV{LD_PRELOAD};
	is($status, $fault =~ /KILL|DIE/ ? 'killed' : 2, "$name: the run ends");
	is(names($copy), $left, "$name: what is left");
	is(contents($copy), $before, "$name: every record is there once");
	is((ctl('verify', $copy))[0], 0, "$name: the trail is sound");
	is((ctl('archive', $copy))[0], 0, "$name: the next run");
	is(names($copy), '1.j.zst 2.j.zst 3.j.zst 4.j.zst 5.j', "$name: completes it");
	is(contents($copy), $before, "$name: and every record is there");
}

# Interrupted: as if nothing had been begun.
{
	my $copy = PostgreSQL::Test::Utils::tempdir() . '/interrupted';
	mkdir $copy or die $!;
	my $log = '"log":"a1c73cc7a714f288"';
	open my $fh, '>', "$copy/secaudit-20260131T000000Z-000001.jsonl" or die $!;
	srand 1;
	print $fh '{"v":1,', $log, ',"x":"', join('', map { chr(97 + rand 26) } 1 .. 1000), "\"}\n" for 1 .. 2000;
	print $fh '{"v":1,', $log, ",\"event\":\"audit.close\"}\n";
	close $fh;
	append_to_file("$copy/secaudit-20260131T000000Z-000002.jsonl", "{\"v\":1,$log}\n");
	system('cp', "$copy/secaudit-20260131T000000Z-000001.jsonl", "$copy/secaudit-20260131T000000Z-000003.jsonl");
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start([ 'secauditctl', 'archive', '--level=19', $copy ], '>', \$out, '2>', \$err);
	wait_until(sub { names($copy) =~ /tmp/ }) or die 'it did not begin';
	$run->signal('INT');
	$run->finish;
	is($run->result(0), 2, 'interrupted: the exit status');
	is($err, "secauditctl: interrupted\n", 'is told apart from a fault');
	is(names($copy), '1.j 2.j 3.j', 'nothing is left behind');

	# two at once
	my $other = IPC::Run::start([ 'secauditctl', 'archive', '--level=19', $copy ], '>', \$out, '2>', \$err);
	wait_until(sub { names($copy) =~ /tmp/ }) or die 'it did not begin';
	my ($status, undef, $said) = ctl('archive', $copy);
	like($said, qr/^(secauditctl: "\S+-000001\.jsonl" is being archived by another process\n)?\z/, 'of two runs at once one leaves the file to the other');
	$other->finish;
	is(names($copy), '1.j.zst 2.j 3.j', 'which archives it');
}

# The server reads archives, and goes on.
my $count = $node->safe_psql('postgres', q{SELECT count(*), md5(string_agg(seq::text, ',' ORDER BY seq)) FROM secaudit.records() WHERE seq <= 200});
is((ctl('archive', $dir))[0], 0, 'the files of a running server');
is(names($dir), '1.j.zst 2.j.zst 3.j.zst 4.j.zst 5.j', 'are archived');
is($node->safe_psql('postgres', q{SELECT count(*), md5(string_agg(seq::text, ',' ORDER BY seq)) FROM secaudit.records() WHERE seq <= 200}), $count, 'SQL reads the same records');
$node->restart;
$node->safe_psql('postgres', 'SELECT secaudit.rotate()');
is((ctl('archive', '--gzip', $dir))[0], 0, 'more of them');
is(names($dir), '1.j.zst 2.j.zst 3.j.zst 4.j.zst 5.j.gz 6.j.gz 7.j', 'in another form');
is((ctl('verify', $dir))[0], 0, 'the chain goes through all of them');
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', 'SELECT 1');
is((ctl('verify', $dir))[0], 0, 'and on after a crash');

# A server that finds an archive in the place of its newest file.
$node->stop;
my ($newest) = reverse trail_files($node);
digest('gzip', '-n', $newest);
$node->start;
$node->safe_psql('postgres', 'SELECT 1');
flush_trail($node);
is((ctl('verify', $dir))[0], 0, 'a server whose newest file was compressed while it was down goes on');
is(names($dir) =~ s/.* (?=\S+ \S+$)//r, '8.j.gz 9.j', 'in a file of the next number');

# Damaged, the server says so.
my ($archive) = glob("$dir/*-000002.jsonl.zst");
open my $fh, '+<', $archive or die $!;
seek $fh, 100, 0;
print $fh 'xxxx';
close $fh;
my ($ret, $stdout, $stderr) = $node->psql('postgres', 'SELECT count(*) FROM secaudit.records()');
like($stderr, qr/ERROR:  archive ".*-000002\.jsonl\.zst" is damaged: /, 'a damaged archive is an error in SQL');

done_testing();
