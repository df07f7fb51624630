# secauditctl tail: what it shows, of which records, and what it never shows.
use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

use IPC::Run ();

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $json = JSON::PP->new->ascii->canonical;
my $dir = PostgreSQL::Test::Utils::tempdir();

sub record
{
	my ($seq, %more) = @_;
	return $json->encode(
		{   v => 1,
			log => '00112233aabbccdd',
			ts => sprintf('2026-01-31T23:59:%02d.123456Z', $seq),
			event => 'statement',
			class => 'read',
			command => 'SELECT',
			outcome => 'success',
			user => 'alice',
			db => 'shop',
			query => "SELECT $seq",
			seq => $seq,
			%more
		}) . "\n";
}

# The line of the record with this number, as the writer ends it.
sub sealed
{
	my ($seq, %more) = @_;
	my $line = record($seq, %more);
	$line =~ s/,"seq":\d+// or $line =~ s/"seq":\d+,//;
	$line =~ s/}\n\z/,"seq":$seq}\n/;
	return $line;
}

sub file { return sprintf '%s/secaudit-20260131T2359%02dZ-%06d.jsonl', $dir, @_[ 0, 0 ]; }

sub append
{
	my ($number, @lines) = @_;
	open my $fh, '>>:raw', file($number) or die $!;
	print $fh @lines;
	close $fh;
	return;
}

sub tail
{
	my @args = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'tail', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# The numbers of the records that a call showed, from their queries.
sub shown
{
	my ($status, $out, $err) = tail(@_);
	is("$status$err", '0', "tail @_ succeeds quietly");
	return join ' ', $out =~ /SELECT (\d+)$/mg;
}

# The output on a terminal of so many columns.
sub on_terminal
{
	my ($columns, $args, %env) = @_;
	my $out = '';
	local @ENV{ keys %env } = values %env;
	local $ENV{TERM} = 'xterm';
	IPC::Run::run(
		[ 'script', '-qec', "stty cols $columns; secauditctl tail $args $dir", '/dev/null' ],
		'<', \undef, '>', \$out);
	$out =~ s/\r//g;
	return $out;
}

my ($status, $out, $err) = tail($dir);
is($status, 2, 'a directory without a trail is an error');
like($err, qr/^secauditctl: there are no trail files in "\Q$dir\E"$/m, 'which is said');

append(1, map { sealed($_) } 1 .. 6);
append(
	2,
	sealed(7, user => 'bob', current_user => 'admin', class => 'ddl'),
	sealed(
		8,
		class => 'read',
		classes => [ 'read', 'write' ],
		outcome => 'failure',
		sqlstate => '42501',
		error => 'permission denied for table card'),
	sealed(9, event => 'session.end', class => 'session'),
	map { sealed($_) } 10 .. 12);

is(shown($dir), '3 4 5 6 7 8 9 10 11 12', 'the last ten records are the default');
is(shown('-n', 2, $dir), '11 12', '-n asks for another number');
is(shown('-n', 'all', $dir), '1 2 3 4 5 6 7 8 9 10 11 12', '-n all shows all');
is(shown('-n', 100, $dir), '1 2 3 4 5 6 7 8 9 10 11 12', 'so does more than there are');
is(shown('-n', 0, $dir), '', '-n 0 shows none');
is(shown('-n', 3, file(1)), '4 5 6', 'a file may be named');
is(shown('--user', 'bob', $dir), '7', '--user selects by session user');
is(shown('--user', 'admin,nobody', $dir), '7', '--user selects by effective user');
is(shown('--class', 'write,ddl', $dir), '7 8', '--class looks at all classes');
is(shown('--outcome', 'failure', $dir), '8', '--outcome selects');
is(shown('--event', 'session', $dir), '9', '--event takes a family of events');
is(shown('--event', 'session.end', $dir), '9', '--event takes an event');
is(shown('-n', 1, '--outcome', 'success', '--user', 'alice', '--class', 'read', $dir),
	'12', '-n counts what the filters leave');
is(shown('--since', '2026-01-31 23:59:10', $dir), '10 11 12', '--since a time');
is(shown('--since', '2026-01-31T23:59:10.2Z', $dir), '11 12', '--since a fraction');
is(shown('--since', '2026-01-31', '--user', 'alice', $dir),
	'1 2 3 4 5 6 8 9 10 11 12', '--since shows all from then on');
is(shown('--since', '1h', $dir), '', '--since so long ago');
{
	local $ENV{TZ} = 'Europe/Vienna';
	is(shown('--since', '2026-02-01 00:59:11', $dir), '11 12', '--since is local time');
	is(shown('--utc', '--since', '2026-01-31 23:59:11', $dir), '11 12', 'UTC with --utc');
	like((tail('-n', 1, $dir))[1], qr/^2026-02-01 00:59:12\.123 /, 'times are local');
	like((tail('-n', 1, '--utc', $dir))[1], qr/^2026-01-31 23:59:12\.123 /, 'or UTC');
}
{
	local $ENV{SECAUDIT_DIRECTORY} = $dir;
	is(shown('-n', 1), '12', 'SECAUDIT_DIRECTORY is the default');
}
is((tail('--raw', '-n', 2, $dir))[1], sealed(11) . sealed(12), '--raw shows the lines as they are');

# What a row looks like.
like((tail('--user', 'bob', $dir))[1],
	qr/^2026-01-31 23:59:07\.123 ✓ ddl +SELECT +bob→admin +shop +SELECT 7$/,
	'a row says when, how it ended, what, who, where');
like((tail('--outcome', 'failure', $dir))[1],
	qr/ ✗ read .* 42501 permission denied for table card SELECT 8$/,
	'a failure says why');
{
	local $ENV{LC_ALL} = 'C';
	unlike((tail('-n', 1, $dir))[1], qr/[^\x20-\x7e\n]/, 'no UTF-8 of our own where it is not spoken')
	  or diag((tail('-n', 1, $dir))[1]);
}

# Text that wants to be more than text.
append(3,
	sealed(13, query => "\e]0;owned\a\e[2J\x{9b}31m\r\n\x7f\x{202e}drop\x{200b} SELECT 13"));
$out = (tail('-n', 1, $dir))[1];
unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]/,
	'no control or bidirectional character of a query gets out');
like($out, qr/\\x1b\]0;owned\\x07\\x1b\[2J\\u009b31m \\x7f\\u202edrop\\u200b SELECT 13/,
	'they are shown escaped');

SKIP:
{
	skip 'no script(1) to get a terminal from', 9
	  unless -x '/usr/bin/script';
	append(3, sealed(14, query => 'x' x 500), sealed(15, query => "\x{65e5}" x 300));

	foreach my $columns (200, 150, 120, 80, 60)
	{
		my $text = on_terminal($columns, '-n 3 --color=never');
		utf8::decode($text);
		# Each of these characters takes two columns.
		my ($widest) = sort { $b <=> $a }
		  map { length($_) + (() = /\x{65e5}/g) } split /\n/, $text;
		ok($widest <= $columns && $widest > $columns / 2,
			"no line is longer than a terminal of $columns columns")
		  or diag("$widest\n$text");
	}
	like(on_terminal(200, '-n 1'), qr/\e\[32m/, 'colours on a terminal');
	unlike(on_terminal(200, '-n 1', NO_COLOR => 1), qr/\e/, 'none with NO_COLOR');
	unlike(on_terminal(200, '-n 1 --color=never'), qr/\e/, 'none with --color=never');
	like(on_terminal(200, '-n 2 --raw'), qr/"query":"x{500}"/, '--raw is never shortened');
}
unlike((tail($dir))[1], qr/\e/, 'no colours in a pipe');
like((tail('--color=always', $dir))[1], qr/\e\[32m/, 'unless they are asked for');
append(3, sealed(16, query => 'x' x 9000));
like((tail('-n', 1, $dir))[1], qr/x{9000}$/, 'nothing is shortened in a pipe');

# Lines that are no records.
append(4, sealed(17), "no \e[31mJSON\n", "[1]\n", sealed(18));
($status, $out, $err) = tail('-n', 4, $dir);
is($status, 1, 'a line that is no record makes the exit status 1');
like($out, qr/^\Q${\file(4)}\E:2: not a record, no JSON object: no \\x1b\[31mJSON$/m,
	'it is shown with its place');
like($out, qr/^\Q${\file(4)}\E:3: not a record, no JSON object: \[1\]$/m, 'whatever it is');
like($out, qr/SELECT 18$/m, 'and reading goes on');

append(5, sealed(19), '{"v":1,"lo');
is(shown('-n', 1, $dir), '19', 'a line that is still being written is passed over');

# What the writer repeated in a new file, because it could not be sure of the
# old one, is shown once.
append(6, sealed(20), sealed(21), sealed(22));
append(7,
	sealed(
		23,
		event => 'audit.open',
		prev_file => (file(6) =~ m{([^/]+)$})[0],
		prev_bytes => length(sealed(20))),
	sealed(21), sealed(22), sealed(24));
is(shown('-n', 5, $dir), '19 20 21 22 24', 'repeated records are shown once, and audit.open is not counted');
is(shown('-n', 5, '--all', $dir), '20 23 21 22 24', '--all shows what the trail says of itself');

# Following.
my ($live, $live_err) = ('', '');
my $follower = IPC::Run::start([ 'secauditctl', 'tail', '-f', '-n', 1, $dir ],
	'>', \$live, '2>', \$live_err);

sub follower_shows
{
	my ($pattern, $name) = @_;
	my $end = time + 60;
	$follower->pump_nb, sleep 0.05 until $live =~ $pattern || time > $end;
	return like($live, $pattern, $name);
}
follower_shows(qr/SELECT 24$/m, '-f begins with the last records');
append(7, sealed(25));
follower_shows(qr/SELECT 25$/m, '-f shows what is appended');
my $half = sealed(26);
append(7, substr $half, 0, 40);
sleep 0.6;
append(7, substr $half, 40);
follower_shows(qr/SELECT 26$/m, '-f waits for the rest of a line');
append(8, sealed(27));
follower_shows(qr/SELECT 27$/m, '-f goes on to a new file');
append(9,
	sealed(
		28,
		event => 'audit.open',
		prev_file => (file(8) =~ m{([^/]+)$})[0],
		prev_bytes => 0),
	sealed(27), sealed(29));
append(10, sealed(30));
follower_shows(qr/SELECT 30$/m, '-f misses no file');
$follower->signal('INT');
$follower->finish;
is($follower->result(0), 0, '-f ends well on an interrupt');
is(join(' ', $live =~ /SELECT (\d+)$/mg), '24 25 26 27 29 30', '-f shows every record once');
is($live_err, '', '-f has nothing to complain about');

my $empty = PostgreSQL::Test::Utils::tempdir();
($live, $live_err) = ('', '');
$follower =
  IPC::Run::start([ 'secauditctl', 'tail', '-f', $empty ], '>', \$live, '2>', \$live_err);
sleep 0.5;
append(99, sealed(31));
rename file(99), "$empty/secaudit-20260131T235959Z-000001.jsonl" or die $!;
follower_shows(qr/SELECT 31$/m, '-f waits for the first file');
$follower->signal('TERM');
$follower->finish;
is($follower->result(0), 0, '-f ends well when it is asked to');

# A reader that has seen enough.
$status = system('bash', '-c', "set -o pipefail; secauditctl tail -n all $dir | head -n 1 > /dev/null");
ok($status == 0 || $status >> 8 == 1, 'a pipe that is closed is a normal end');

# Usage.
my ($version) = slurp_file('src/core/version.h') =~ /^#define AUD_VERSION "(.+)"$/m;
command_like([qw(secauditctl --version)], qr/^secauditctl \(secaudit\) \Q$version\E$/,
	'--version: the one of the sources');
command_like([qw(secauditctl tail --version)], qr/^secauditctl \(secaudit\) \Q$version\E$/, 'tail --version');
command_like([qw(secauditctl --help)], qr/^  tail /m, '--help names the commands');
command_like([qw(secauditctl tail --help)], qr/--since= --until=TIME.*SECAUDIT_DIRECTORY/s,
	'tail --help describes it');
command_like([qw(secauditctl tail -?)], qr/^Usage:/m, '-? is the same');
foreach (
	[ [], qr/no command given/ ],
	[ ['frob'], qr/unrecognized command "frob"/ ],
	[ ['serch'], qr/unrecognized command "serch"\nThe nearest is "search"\./ ],
	[ ['tail'], qr/no file or directory given, and SECAUDIT_DIRECTORY is not set/ ],
	[ [qw(tail --frob x)], qr/unrecognized option "--frob"/ ],
	[ [qw(tail -x y)], qr/unrecognized option "-x"/ ],
	[ [qw(tail -n)], qr/option "-n" needs a value/ ],
	[ [qw(tail -n x y)], qr/invalid number of records: "x"/ ],
	[ [qw(tail -n -1 y)], qr/invalid number of records: "-1"/ ],
	[ [qw(tail --since tomorrow y)], qr/invalid time for --since: "tomorrow"/ ],
	[ [qw(tail --color=pink y)], qr/invalid value for --color: "pink"/ ],
	[ [ 'tail', "$dir/missing" ], qr/could not access "\Q$dir\E\/missing": No such file/ ])
{
	my ($args, $message) = @$_;
	($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @$args ], '>', \$out, '2>', \$err);
	is($? >> 8, 2, "secauditctl @$args: exit status 2");
	like($err, qr/^secauditctl: $message/m, "secauditctl @$args: says why");
	is($out, '', "secauditctl @$args: nothing on standard output");
}

done_testing();
