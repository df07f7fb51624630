# secauditctl on hostile trails: what is no file, what is broken, and what changes while it is read.
use strict;
use warnings;

use IPC::Run ();
use JSON::PP ();
use POSIX qw(mkfifo :sys_wait_h);
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $json = JSON::PP->new->utf8;

sub line
{
	my ($seq, %more) = @_;
	my $user = $more{user} // 'alice';
	my $query = $more{query} // "SELECT $seq";
	my $object = $more{object} // 'public.card';
	return qq({"v":1,"log":"00112233aabbccdd","ts":"2026-01-31T23:59:00.000000Z","event":"statement","class":"read","command":"SELECT",)
	  . qq("outcome":"success","user":"$user","session":"6a1b2c3d.1f4e","pid":8014,"client_addr":"10.1.2.3",)
	  . qq("objects":[{"type":"table","name":"$object","access":["select"]}],"query":"$query","seq":$seq}\n);
}

sub path { my ($dir, $number, $suffix) = @_; return sprintf '%s/secaudit-20260131T2359%02dZ-%06d.%s', $dir, $number, $number, $suffix // 'jsonl'; }

sub write_file
{
	my ($path, @content) = @_;
	open my $fh, '>:raw', $path or die "$path: $!";
	print {$fh} @content;
	close $fh or die $!;
	return $path;
}

# Three files of so many records each.
sub trail
{
	my ($records) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir();
	foreach my $number (1 .. 3)
	{
		write_file(path($dir, $number), map { line($records * ($number - 1) + $_) } 1 .. $records);
	}
	return $dir;
}

# Exit status or how it ended, and what was said; nothing takes longer than half a minute.
sub ctl
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	eval { IPC::Run::run([ 'secauditctl', @args ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(30)); 1 } or return ("hangs: $@", $out, $err);
	return ($? & 127 ? 'signal ' . ($? & 127) : $? >> 8, $out, $err);
}

my %commands = (
	search => [qw(search --output=json)],
	'search --user' => [qw(search --user=alice --output=json)],
	'search --jobs' => [qw(search --jobs=2 --output=json)],
	tail => [qw(tail -n all --raw)],
	stats => [qw(stats --json)],
	verify => [qw(verify --json)],
	info => [qw(info --json)],
	session => [qw(session 6a1b2c3d.1f4e)],
	show => [qw(show 5)],
	index => [qw(index --force)],
	archive => [qw(archive --keep)],
	shipped => [qw(shipped)]);

# ---- what is no file -------------------------------------------------------------------

my %bad = (
	'a FIFO' => [ sub { mkfifo($_[0], 0600) or die $! }, qr/is not a regular file/ ],
	'a directory' => [ sub { mkdir $_[0] or die $! }, qr/is not a regular file/ ],
	'a link to nothing' => [ sub { symlink 'nothing', $_[0] or die $! }, undef ],
	'a link to itself' => [ sub { symlink $_[0] =~ s{.*/}{}r, $_[0] or die $! }, qr/Too many levels of symbolic links/ ],
	'a link to a device' => [ sub { symlink '/dev/zero', $_[0] or die $! }, qr/is not a regular file/ ]);
$bad{'unreadable'} = [ sub { write_file($_[0], line(5)); chmod 0, $_[0] }, qr/Permission denied/ ] if $> != 0;

foreach my $what (sort keys %bad)
{
	my ($make, $message) = @{ $bad{$what} };
	my $dir = trail(4);
	unlink path($dir, 2);
	$make->(path($dir, 2));
	foreach my $command (sort keys %commands)
	{
		my ($status, $out, $err) = ctl(@{ $commands{$command} }, $dir);
		like($status, qr/^[012]$/, "$command, where a file is $what: ends in order") or diag $err;
		next if $command =~ /^(index|archive|shipped|show|session)$/ or !defined $message;
		like($err, $message, '... and says what it is');
		is($status, 2, '... with status 2');
	}
	my (undef, $out) = ctl(qw(search --output=json), $dir);
	is(scalar(() = $out =~ /"query":"SELECT (?:[1-4]|9|1[012])"/g), 8, "the other files are searched where one is $what");
}

# ---- what is in files ---------------------------------------------------------------------

{
	my $dir = trail(4);
	my $name = 'n' x 8192;
	write_file(path($dir, 2),
		line(5, user => $name), line(6, object => "public.$name"), line(7, query => 'x' x 1_000_000),
		"{\n", "[]\n", "\n", "\0\0\0\n", '{"seq":7', "\n", "\xff\xfe\n", '{' x 100_000 . "\n", line(8, user => 'a\\u0000b'));
	my ($status, $out, $err) = ctl(qw(search --output=json -q), $dir);
	my @records = map { $json->decode($_) } split /\n/, $out;
	is(scalar @records, 12, 'among broken lines all records are found');
	is(length $records[4]{user}, 8192, 'with a name of 8 kB');
	is(length $records[6]{query}, 1_000_000, 'and a text of 1 MB');
	my $part = 'n' x 1000;
	is((ctl('search', '--count', '-q', "--user=$part*", $dir))[1], "1\n", 'a user of 8 kB can be asked for by the beginning');
	is((ctl('search', '--count', '-q', "--object=public.$part*", $dir))[1], "1\n", 'and an object');
	like((ctl('search', "--user=$name", $dir))[2], qr/^secauditctl: --user: the pattern is longer than 1024 bytes$/m, 'a longer pattern is refused');
	ctl('index', $dir);
	is((ctl('search', '--count', '-q', "--user=$part*", $dir))[1], "1\n", 'an index changes nothing of it');
	foreach my $command (sort keys %commands)
	{
		($status, undef, $err) = ctl(@{ $commands{$command} }, $dir);
		like($status, qr/^[012]$/, "$command ends in order on broken lines") or diag $err;
	}
	foreach my $command (sort keys %commands)
	{
		($status, undef, $err) = ctl(@{ $commands{$command} }, '/' . 'd' x 8000);
		is($status, 2, "$command of a path of 8 kB: status 2");
		like($err, qr/File name too long|Not a directory|No such file|no trail file/, '... which says why');
	}
}

# ---- indexes and archives that are damaged ----------------------------------------------------

{
	my $dir = trail(3000);
	my $all = (ctl(qw(search --output=json --user=alice), $dir))[1];
	ctl('index', $dir);
	open my $fh, '<:raw', path($dir, 1, 'idx') or die $!;
	my $index = do { local $/; <$fh> };
	close $fh;
	my %damage = (
		empty => '',
		'cut in its header' => substr($index, 0, 20),
		'cut in a block' => substr($index, 0, length($index) - 100),
		'all zeros' => "\0" x length $index,
		'of many blocks' => substr($index, 0, 8) . pack('Q<', 2**62) . substr($index, 16),
		'text' => 'x' x length $index,
		'altered in the middle' => substr($index, 0, 2000) . '!' . substr($index, 2001));
	foreach my $what (sort keys %damage)
	{
		write_file(path($dir, 1, 'idx'), $damage{$what});
		is((ctl(qw(search --output=json --user=alice), $dir))[1], $all, "an index that is $what hides nothing");
	}
	unlink path($dir, 1, 'idx');
	mkfifo(path($dir, 1, 'idx'), 0600) or die $!;
	my ($status, $out) = ctl(qw(search --output=json --user=alice), $dir);
	is($status, 0, 'an index that is a FIFO is not waited for');
	is($out, $all, 'and hides nothing');
}
foreach my $case ([ 'archive' => 'zst' ], [ 'archive --seekable' => 'zst' ], [ 'archive --gzip' => 'gz' ])
{
	my ($command, $suffix) = @$case;
	my $dir = trail(3000);
	foreach my $number (1, 2)
	{
		open my $fh, '>>:raw', path($dir, $number) or die $!;
		print {$fh} qq({"v":1,"log":"00112233aabbccdd","ts":"2026-01-31T23:59:59.000000Z","event":"audit.close","class":"audit","seq":${number}9999}\n);
		close $fh;
	}
	ctl(split(/ /, $command), $dir);
	my $archive = path($dir, 1, "jsonl.$suffix");
	ok(-s $archive, "$command") or next;
	truncate $archive, int((-s $archive) / 2);
	foreach my $name (sort keys %commands)
	{
		my ($status, $out, $err) = ctl(@{ $commands{$name} }, $dir);
		like($status, qr/^[012]$/, "$name ends in order where an archive ($command) is half there") or diag $err;
		next if $name !~ /^(search|tail|stats|verify|info)/;
		is($status, 2, '... with status 2');
		like($err . $out, qr/cut|end|damaged/, '... and says so');
	}
}

# ---- what changes while it is read --------------------------------------------------------------

# What happens to a file of the trail, again and again.
sub trouble
{
	my ($dir, $i) = @_;
	my $path = path($dir, 1 + $i % 3);
	my @what = (
		sub { truncate $path, 1000 * ($i % 300) },
		sub { open my $fh, '>>:raw', $path or return; print {$fh} line($i), substr(line($i), 0, 50 + $i % 100); close $fh },
		sub { unlink $path },
		sub { write_file("$path.new", map { line($_) } 1 .. 2000); rename "$path.new", $path },
		sub { unlink $path; mkfifo($path, 0600) },
		sub { unlink $path; symlink '/dev/zero', $path },
		sub { unlink $path; mkdir $path },
		sub { chmod 0, $path },
		sub { rename $path, "$path.away"; rename "$path.away", path($dir, 4 + $i % 3) });
	$what[ $i % @what ]->();
	rmdir $path if -d $path && $i % 5 == 0;
	write_file($path, map { line($_) } 1 .. 2000) if !-e $path && !-l $path && $i % 2 == 0;
	unlink $path if (-p $path || -l $path) && $i % 7 == 0;
	return;
}

foreach my $command (sort keys %commands)
{
	my $dir = trail(2000);
	my $child = fork // die $!;
	if ($child == 0)
	{
		srand 1;
		for (my $i = 0;; $i++) { eval { trouble($dir, int(rand 10_000)) }; select undef, undef, undef, 0.001; }
	}
	my %seen;
	foreach (1 .. 5)
	{
		my ($status, $out, $err) = ctl(@{ $commands{$command} }, $dir);
		$seen{$status}++;
		$seen{"lines that are no records: $out"}++ if $command =~ /^search/ && grep { !eval { $json->decode($_) } } split /\n/, $out;
	}
	kill 'KILL', $child;
	waitpid $child, 0;
	is(join(', ', sort grep { !/^[012]$/ } keys %seen), '', "$command ends in order while files grow, vanish and turn into something else");
	is(scalar(glob("$dir/*.tmp") // ''), '', '... and leaves no half file');
}

done_testing();
