# secauditctl info: what it says of a trail, of several, of damaged ones; where -D PGDATA looks.
use strict;
use warnings;

use Cwd qw(abs_path);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $json = JSON::PP->new->utf8;
our $log = '00112233aabbccdd';

sub line
{
	my ($seq, $event, $more) = @_;
	$more = defined $more ? ",$more" : '';
	return sprintf qq({"v":1,"log":"%s","ts":"2026-01-31T23:%02d:%02d.000000Z","event":"%s"%s,"seq":%s}\n), $log, $seq / 60 % 60, $seq % 60, $event, $more, $seq;
}

sub name { return sprintf 'secaudit-20260131T23%02d00Z-%06d.jsonl', $_[0], $_[0]; }

# A file of the trail: its number, what is the last record before it, its lines but the first.
sub file
{
	my ($dir, $number, $before, @lines) = @_;
	open my $fh, '>:raw', "$dir/" . name($number) or die $!;
	my $prev = $before ? sprintf('"prev_file":"%s","prev_bytes":%d,"prev_seq":%d,', name($number - 1), -s "$dir/" . name($number - 1) || 0, $before) : '';
	print {$fh} line($before + 1, 'audit.open', $prev . '"system_identifier":"7512345678901234567"'), @lines;
	close $fh;
	return;
}

sub info
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'info', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub logs
{
	my (@args) = @_;
	my ($status, $out, $err) = info('--json', @args);
	diag($err) if $err ne '';
	return @{ $json->decode($out)->{logs} };
}

sub spit
{
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print {$fh} $text;
	close $fh;
	return;
}

my $start = '"server_version":"17.2","secaudit_version":"1.1"';
my $dir = PostgreSQL::Test::Utils::tempdir();
file($dir, 1, 0, line(2, 'audit.start', $start), line(3, 'audit.checkpoint', '"records":2,"lost":0'), map { line($_, 'statement') } 4 .. 9);
file($dir, 2, 9, map({ line($_, 'statement') } 11 .. 19), line(20, 'audit.checkpoint', '"records":19,"lost":0'), line(21, 'audit.close'));

# ---- a sound trail -----------------------------------------------------------------------

my $bytes = (-s "$dir/" . name(1)) + (-s "$dir/" . name(2));
my $size = sprintf '%.1f kB', $bytes / 1024;
my ($status, $out, $err) = info('--utc', $dir);
is("$status$err", '0', 'a trail without losses');
my $expected = <<"END";
log 00112233aabbccdd
  files       2, $size
  records     21, seq 1 to 21
  time        2026-01-31 23:00:01.000 to 2026-01-31 23:00:21.000 UTC
  lost        none recorded
  checkpoint  2026-01-31 23:00:20.000, seq 20; 19 records, 0 lost since the server started
  server      PostgreSQL 17.2, secaudit 1.1, started 2026-01-31 23:00:02.000
  system      7512345678901234567
  newest file @{[name(2)]}, closed
END
is($out, $expected, 'what it consists of');
is((info('--utc', '--quick', $dir))[1], $expected =~ s/none recorded/not looked for (--quick)/r, '--quick: the same without the losses');
is_deeply(
	[ logs($dir) ],
	[   {   log => $log, files => 2, bytes => $bytes, archived_files => 0, archived_bytes => 0, records => 21, first_seq => 1, last_seq => 21,
			first_ts => '2026-01-31T23:00:01.000000Z', last_ts => '2026-01-31T23:00:21.000000Z', gaps => 0, lost => 0, missing_records => 0, missing => [],
			checkpoint => { ts => '2026-01-31T23:00:20.000000Z', seq => 20, records => 19, lost => 0 },
			started => '2026-01-31T23:00:02.000000Z', server_version => '17.2', secaudit_version => '1.1', system_identifier => '7512345678901234567',
			newest_file => name(2), closed => JSON::PP::true } ],
	'--json');
{
	local $ENV{TZ} = 'Asia/Kolkata';
	like((info($dir))[1], qr/^  time        2026-02-01 04:30:01\.000 to 2026-02-01 04:30:21\.000$/m, 'local times');
	local $ENV{SECAUDIT_DIRECTORY} = $dir;
	is((info('--utc'))[1], $expected, 'SECAUDIT_DIRECTORY names the trail');
}

# ---- losses ------------------------------------------------------------------------------

file($dir, 3, 21,
	line(23, 'audit.gap', '"reason":"buffer_full","lost":7,"from":"2026-01-31T23:00:21.500000Z","to":"2026-01-31T23:00:22.000000Z"'), line(24, 'statement'),
	line(25, 'audit.gap', '"reason":"record_too_large","lost":3,"from":"2026-01-31T23:00:24.000000Z","to":"2026-01-31T23:00:24.500000Z"'),
	line(26, 'audit.checkpoint', '"records":20,"lost":10'), '{"half a line');
($status, $out, $err) = info('--utc', $dir);
is("$status$err", '1', 'records that were lost: exit status 1');
like($out, qr/^  lost        10 records in 2 gaps, 2026-01-31 23:00:21\.500 to 2026-01-31 23:00:24\.500, last reason record_too_large$/m, 'are told');
like($out, qr/^  newest file \Q${\name(3)}\E, not closed: being written, or its server died$/m, 'a file that is being written');
like($out, qr/^  records     26, seq 1 to 26$/m, 'whose half line does not count');
my ($l) = logs($dir);
is("$l->{gaps} $l->{lost} $l->{lost_from} $l->{lost_to} $l->{lost_reason}", '2 10 2026-01-31T23:00:21.500000Z 2026-01-31T23:00:24.500000Z record_too_large', '--json has them');
is((info('--quick', $dir))[0], 1, '--quick sees them in the last checkpoint');

unlink "$dir/" . name(2);
($status, $out, $err) = info('--utc', $dir);
is("$status$err", '1', 'a file that is not there');
like($out, qr/^  missing     seq 10 to 21, before \Q${\name(3)}\E$/m, 'leaves numbers that are missing');
like($out, qr/^  records     14, seq 1 to 26$/m, 'and that are no records');
($l) = logs($dir);
is_deeply([ @$l{qw(missing_records missing)} ], [ 12, [ { first_seq => 10, last_seq => 21, before_file => name(3) } ] ], '--json has them');
unlink "$dir/" . name(1);
($status, $out) = info('--utc', $dir);
like($out, qr/^  records     5, seq 22 to 26$/m, 'what retention deleted from its beginning is not missing');
unlike($out, qr/missing/, 'and nothing says so');

# ---- a new file that repeats, archives, several trails --------------------------------------

my $many = PostgreSQL::Test::Utils::tempdir();
file($many, 1, 0, map { line($_, 'statement') } 2 .. 9);
my $counts = length join '', line(1, 'audit.open', '"system_identifier":"7512345678901234567"'), map { line($_, 'statement') } 2 .. 7;
spit("$many/" . name(2), line(10, 'audit.open', sprintf('"prev_file":"%s","prev_bytes":%d,"prev_seq":7,"repeats":2', name(1), $counts)) . join '',
	map { line($_, 'statement') } 8, 9, 11, 12);
($l) = logs($many);
is_deeply([ @$l{qw(records first_seq last_seq missing_records)} ], [ 12, 1, 12, 0 ], 'records that a file repeats count once');
is((info($many))[0], 0, 'and are no fault');

{
	file($many, 3, 12, line(14, 'audit.close'));
	system('gzip', '-k', map { "$many/" . name($_) } 1 .. 3) == 0 or die;
	unlink map { "$many/" . name($_) } 1, 2;
	my $archived = (-s "$many/" . name(1) . '.gz') + (-s "$many/" . name(2) . '.gz');
	($l) = logs($many);
	is_deeply([ @$l{qw(files archived_files archived_bytes records first_seq last_seq missing_records closed)} ],
		[ 3, 2, $archived, 14, 1, 14, 0, JSON::PP::true ], 'archives count as files; one that is there plain as well once');
	unlink "$many/" . name(3), "$many/" . name(3) . '.gz';
	($l) = logs('--quick', $many);
	is_deeply([ @$l{qw(files archived_files last_seq closed newest_file)} ], [ 2, 2, 12, JSON::PP::false, name(2) . '.gz' ], 'where the newest is an archive it is read to its end');
	like((info($many))[1], qr/^  files       2, \S+ \w+; of these 2 archived, \S+ \w+$/m, 'and as text');
}
$log = 'ffeeddccbbaa9988';
spit("$many/secaudit-20260201T000000Z-000007.jsonl",
	line(1, 'audit.open', '"prev_log":"00112233aabbccdd","prev_log_file":"' . name(2) . '","prev_log_seq":12') . line(2, 'audit.start', $start));
($status, $out) = info('--utc', $many);
is($status, 0, 'two trails in one directory');
like($out, qr/\Alog 00112233aabbccdd\n.*\n\nlog ffeeddccbbaa9988\n.*^  follows     log 00112233aabbccdd at seq 12\n/ms, 'each has its block, the younger one says which it follows');
is_deeply([ map { [ @$_{qw(log records follows_log follows_seq)} ] } logs($many) ], [ [ '00112233aabbccdd', 12, undef, undef ], [ $log, 2, '00112233aabbccdd', 12 ] ], 'in JSON as well');

# ---- hostile trails -------------------------------------------------------------------------

my $hostile = PostgreSQL::Test::Utils::tempdir();
spit("$hostile/" . name(1),
	line(5, 'audit.open', '"system_identifier":"\u001b[2J\u202e","prev_log":"\u001b[31m"') . "\e]0;x\a\n" . '{"seq":' . ('9' x 40) . "}\n"
	  . line(6, 'audit.start', '"server_version":"' . ('x' x 5000) . '","secaudit_version":["x"]')
	  . line(7, 'audit.gap', '"lost":999999999999999999,"from":"\u001b[2J","to":7,"reason":"' . ('y' x 200) . '"')
	  . line(8, 'audit.gap', '"lost":-1') . line(9, 'audit.gap', '"lost":99999999999999999999999') . line(10, 'audit.checkpoint', '"records":1e9,"lost":"x"')
	  . line(11, 'statement', '"query":"' . ('z' x 300_000) . '"'));
spit("$hostile/" . name(2), "\0\0\0\n" . line('18446744073709551615', 'statement') . line(12, 'statement'));
spit("$hostile/" . name(3), '');
spit("$hostile/" . name(4), "no newline");
($status, $out, $err) = info('--utc', $hostile);
is("$status$err", '1', 'a hostile trail');
unlike($out, qr/[^\n -~]/, 'no control character comes through');
like($out, qr/^  lost        999999999999999999 records in 3 gaps, /m, 'numbers that are none count as 0');
like($out, qr/^  files       4, /m, 'files without a line are files');
($status, $out, $err) = info('--json', $hostile);
is("$status$err", '1', 'the same as JSON');
is(ref $json->decode($out)->{logs}, 'ARRAY', 'which is valid');
spit("$hostile/" . name(2), line('18446744073709551615', 'audit.open', '"prev_seq":999999999999999999') . line('18446744073709551615', 'statement'));
($l) = logs($hostile);
is($l->{missing_records}, 999999999999999999 - 11, 'numbers that are missing by the quintillion');

my $torn = PostgreSQL::Test::Utils::tempdir();
spit("$torn/" . name($_), line(10 * $_, 'statement')) for 1 .. 59;
spit("$torn/" . sprintf('secaudit-20260201T000000Z-%06d.jsonl', $_), line(10 * $_, 'statement')) for 60 .. 250;
($l) = logs($torn);
is(scalar(@{ $l->{missing} }) . " $l->{missing_records} $l->{records}", '100 2241 250', 'of many places the first hundred are listed, all are counted');
like((info($torn))[1], qr/^  missing     \.\.\. in 249 places$/m, 'and that there are more is said');

# ---- -D PGDATA --------------------------------------------------------------------------------

my $pgdata = abs_path(PostgreSQL::Test::Utils::tempdir());
sub trail
{
	my ($path, $id) = @_;
	mkdir $path;
	local $log = sprintf '%016x', $id;
	spit("$path/secaudit-20260131T235900Z-000001.jsonl", line(1, 'audit.open'));
	return;
}

# Which of the trails is it?
sub trail_of
{
	my (@args) = @_;
	my ($code, $text, $error) = info('--json', @args);
	return $code == 2 ? $error : hex $json->decode($text)->{logs}[0]{log};
}
trail("$pgdata/secaudit", 1);
trail("$pgdata/other", 2);
trail("$pgdata/it's #3", 3);
like(trail_of('-D', $pgdata), qr/there is no postgresql\.conf in "\Q$pgdata\E"\nName the directory that has it/, '-D: without a configuration');
spit("$pgdata/postgresql.conf", "port = 5432\n#secaudit.directory = 'other'\n");
is(trail_of('-D', $pgdata), 1, '-D: the default');
is(trail_of("--pgdata=$pgdata/"), 1, '--pgdata');
foreach my $case (
	[ "secaudit.directory = 'other'\n", 2, 'a value in quotes' ],
	[ "  SecAudit.Directory   other  # comment", 2, 'no equals sign, other letters, a comment, no newline' ],
	[ "secaudit.directory = '$pgdata/other'\n", 2, 'absolute' ],
	[ "secaudit.directory = 'it''s #3' # x\n", 3, 'doubled quotes' ],
	[ "secaudit.directory='it\\'s #3'\n", 3, 'a backslash' ],
	[ "secaudit.directory = other\nsecaudit.directory = secaudit\n", 1, 'the last one wins' ],
	[ "secaudit.directory = 'other\n", 1, 'a quote without an end' ],
	[ "include 'a.conf'\n", 2, 'include' ],
	[ "secaudit.directory = secaudit\ninclude_if_exists = 'a.conf'\n", 2, 'include_if_exists' ],
	[ "include_if_exists 'none.conf'\n", 1, 'include_if_exists of what is not there' ],
	[ "include_dir 'conf.d'\n", 3, 'include_dir, in the order of names, .conf only' ])
{
	my ($text, $id, $what) = @$case;
	mkdir "$pgdata/conf.d";
	spit("$pgdata/a.conf", "secaudit.directory = other\n");
	spit("$pgdata/conf.d/1.conf", "include '../a.conf'\n");
	spit("$pgdata/conf.d/2.conf", "secaudit.directory = 'it''s #3'\n");
	spit("$pgdata/conf.d/$_", "secaudit.directory = secaudit\n") for '3.txt', '.4.conf';
	spit("$pgdata/postgresql.conf", $text);
	is(trail_of('-D', $pgdata), $id, "-D: $what");
}
spit("$pgdata/postgresql.conf", "include 'none.conf'\n");
like(trail_of('-D', $pgdata), qr/^secauditctl: could not open "\Q$pgdata\E\/none\.conf": No such file/, '-D: an included file that is not there');
spit("$pgdata/postgresql.conf", "include_dir 'none'\n");
like(trail_of('-D', $pgdata), qr/^secauditctl: could not open directory "\Q$pgdata\E\/none": No such file/, '-D: a directory');
spit("$pgdata/postgresql.conf", "include 'postgresql.conf'\n");
like(trail_of('-D', $pgdata), qr/"\Q$pgdata\E\/postgresql\.conf" is included by too many files/, '-D: a file that includes itself');
spit("$pgdata/postgresql.conf", "secaudit.directory = 'nowhere'\n");
like(trail_of('-D', $pgdata), qr/could not access "\Q$pgdata\E\/nowhere"/, '-D: a trail that is not there');
spit("$pgdata/postgresql.auto.conf", "# ALTER SYSTEM\nsecaudit.directory = 'other'\n");
is(trail_of('-D', $pgdata), 2, '-D: postgresql.auto.conf comes last');
spit("$pgdata/postmaster.opts", qq(/usr/bin/postgres "-D" "$pgdata" "-c" "secaudit.directory=secaudit"\n));
is(trail_of('-D', $pgdata), 1, '-D: but for the command line');

# As Debian has it: the configuration elsewhere.
my $etc = abs_path(PostgreSQL::Test::Utils::tempdir());
rename "$pgdata/postgresql.conf", "$etc/postgresql.conf" or die $!;
unlink "$pgdata/postgresql.auto.conf";
spit("$etc/postgresql.conf", "data_directory = '$pgdata'\nsecaudit.directory = 'other'\n");
spit("$pgdata/postmaster.opts", qq(/usr/bin/postgres "-D" "$pgdata" "-c" "config_file=$etc/postgresql.conf"\n));
is(trail_of('-D', $etc), 2, '-D: the directory of the configuration, relative to the data directory that it names');
is(trail_of('-D', $pgdata), 2, '-D: the data directory, with the configuration that its server was started with');

# ---- what is refused -----------------------------------------------------------------------------

foreach my $case (
	[ [ '-D', $pgdata, $dir ], qr/-D names the directory; there can be no other/ ],
	[ ['-D'], qr/option "-D" needs a value/ ],
	[ [ '--color=pink', $dir ], qr/invalid value for --color: "pink"/ ],
	[ [ '--user=x', $dir ], qr/unrecognized option "--user=x"/ ],
	[ [], qr/no file or directory given/ ])
{
	my ($args, $message) = @$case;
	($status, $out, $err) = info(@$args);
	is("$status$out", '2', "info @$args: exit status 2 and no output");
	like($err, $message, '... and it says why');
	like($err, qr/^Try "secauditctl info --help"/m, '... and where to look');
}
my $empty = PostgreSQL::Test::Utils::tempdir();
($status, $out, $err) = info($empty);
is("$status$out$err", qq(2secauditctl: there are no trail files in "$empty"\n), 'a directory without a trail');
my @help = split /\n/, (info('--help'))[1];
cmp_ok(scalar(@help), '<=', 24, '--help fits a screen');
is(scalar(grep { length > 80 } @help), 0, 'of 80 columns');

done_testing();
