# secauditctl convert: records of every event, bare and with every key of the schema, hostile
# text in all of them, as ECS, OCSF, CEF and CSV; what is no record is told and leaves nothing.
use strict;
use warnings;

use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $dir = PostgreSQL::Test::Utils::tempdir();
my $json = JSON::PP->new->utf8->canonical;

sub write_file
{
	my ($name, @content) = @_;
	open my $fh, '>:raw', "$dir/$name" or die "$dir/$name: $!";
	print {$fh} @content;
	close $fh or die $!;
	return "$dir/$name";
}

# Exit status, what was printed and what was said.
sub run_it
{
	my ($in, @command) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([@command], '<', $in // \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub convert { my ($in, @args) = @_; return run_it($in, 'secauditctl', 'convert', @args); }

sub check
{
	my ($format, $trail, $output) = @_;
	my ($status, $out) = run_it(undef, 'test/convert/check.py', $format, $trail, write_file('output', $output));
	return ($status, $out);
}

# ---- every event, every key -------------------------------------------------------------

my ($status, $made, $err) = run_it(undef, 'test/convert/check.py', 'make');
is($status, 0, 'records are made') or diag($err);
my $all = write_file('secaudit-20260131T235959Z-000001.jsonl', $made);
my $count = () = $made =~ /\n/g;
my %output;
foreach my $to (qw(ecs ecs:9 ocsf ocsf:1.7 cef cef:1 csv))
{
	($status, $output{$to}, $err) = convert(undef, "--to=$to", $all);
	is("$status$err", '0', "$to: all are converted");
	my ($format) = $to =~ /^(\w+)/;
	my ($ok, $said) = check($format, $all, $output{$to});
	is($ok, 0, "$to: valid, complete and each text in its field") or diag($said);
	like($said, qr/^$count records, 0 faults$/m, "$to: that many were looked at");
}
like($output{ecs}, qr/"ecs":\{"version":"8\.17\.0"\}/, 'ecs is 8.17');
like($output{'ecs:9'}, qr/"ecs":\{"version":"9\.0\.0"\}/, 'ecs:9 is 9.0');
like($output{ocsf}, qr/"metadata":\{[^}]*"version":"1\.4\.0"/, 'ocsf is 1.4');
like($output{cef}, qr/^CEF:0\|.* c6a2=2001:db8::1 /m, 'CEF 0 has IPv6 addresses in c6a2');
like($output{'cef:1'}, qr/^CEF:1\|.* src=2001:db8::1 /m, 'CEF 1 in src');

# The check is able to fail, on the first records
my $first = join '', ($made =~ /[^\n]*\n/g)[ 0 .. 99 ];
my $few = write_file('few.txt', $first);
foreach my $to (qw(ecs ocsf cef csv)) { (undef, $output{$to}) = convert($few, "--to=$to", '-'); }
# of each: a value lost, a type, a key twice, a field that breaks out.
my @broken = (
	[ ecs => qr/"hash":"[^"]*"/ => '"hash":7', 'not of type|is lost' ],
	[ ecs => qr/"type":\["info"\]/ => '"type":["denied"]', 'is not expected' ],
	[ ecs => qr/"host":\{"name":"db7"\}/ => '"host":{"name":"db7","name":"x"}', 'twice' ],
	[ ecs => qr/"secaudit":\{"log":"\w+",/ => '"secaudit":{', 'required' ],
	[ ocsf => qr/"activity_id":4/ => '"activity_id":44', 'is not one of|type_uid' ],
	[ ocsf => qr/"actor":\{/ => '"actors":{', 'required|unexpected' ],
	[ cef => qr/\\=/ => '=', 'twice|not escaped|expected' ],
	[ cef => qr/\\n/ => "\\\\n", 'expected' ],
	[ csv => qr/'=1\+1/ => '=1+1', 'a formula' ]);
foreach my $case (@broken)
{
	my ($format, $from, $to, $says) = @$case;
	(my $bad = $output{$format}) =~ s/$from/$to/ or die "nothing to break in $format: $from";
	my ($bad_status, $said) = check($format, $few, $bad);
	is($bad_status, 1, "the check of $format sees $to");
	like($said, qr/$says/, '... and says what');
}

# ---- what is no record ------------------------------------------------------------------

my %good = (v => 1, log => 'b0112233aabbccdd', ts => '2026-01-31T23:59:59.123456Z', event => 'statement', class => 'read', node => 'n', seq => 1);
sub line { my (%more) = @_; my %r = (%good, %more); delete $r{$_} foreach grep { !defined $r{$_} } keys %r; return $json->encode(\%r) . "\n"; }
my @bad = (
	[ "not json\n", qr/not a record, no JSON object/ ],
	[ "\n", qr/no JSON object/ ],
	[ "{\"v\":1\n", qr/no JSON object/ ],
	[ line() =~ s/\}\n/} x\n/r, qr/no JSON object/ ],
	[ line(v => 2), qr/not a record of schema version 1/ ],
	[ line(seq => undef), qr/a key that every record has is missing: seq/ ],
	[ line(node => undef), qr/missing: node/ ],
	[ line(seq => 'x'), qr/the value of a key is of the wrong kind: seq/ ],
	[ line(user => { a => 1 }), qr/wrong kind: user/ ],
	[ line(objects => ['x']), qr/wrong kind: objects/ ],
	[ line(tags => [1]), qr/wrong kind: tags/ ],
	[ line(log => 'b0112233aabbcc|='), qr/log is no name of a trail/ ],
	[ line(ts => '2026-01-31 23:59:59'), qr/ts is no time/ ],
	[ line(ts => '2026-13-31T23:59:59.123456Z'), qr/ts is no time/ ],
	[ line(ts => '2026-02-29T23:59:59.123456Z'), qr/ts is no time/ ],
	[ line() =~ s/\}\n/,"seq":2}\n/r, qr/a key is there twice: seq/ ],
	[ line() =~ s/\}\n/,"new":2,"new":3}\n/r, qr/a key is there twice/ ],
	[ line() =~ s/\}\n/,"a.b":2}\n/r, qr/other characters than a-z/ ],
	[ line() =~ s/\}\n/,"app":"\\ud800"}\n/r, qr/not valid UTF-8/ ],
	[ line() =~ s/\}\n/,"app":"\\u0000"}\n/r, qr/not valid UTF-8/ ],
	[ line() =~ s/\}\n/,"app":"\xff"}\n/r, qr/not valid UTF-8/ ],
	[ line() =~ s/\}\n/,"objects":[{"type":"table","type":"view","name":"x"}]}\n/r, qr/wrong kind: objects/ ],
	[ line() =~ s/\}\n/,"x":${\('[' x 1000)}${\(']' x 1000)}}\n/r, qr/no JSON object/ ],
	[ line(map { ("k$_" => 1) } 1 .. 70), qr/too many unknown keys/ ]);
my $mixed = write_file('mixed.jsonl', map { ($_->[0], line()) } @bad);
my $lines = 2 * @bad;
foreach my $to (qw(ecs ocsf cef csv pgaudit))
{
	($status, my $out, $err) = convert(undef, "--to=$to", $mixed);
	is($status, 1, "$to: exit status 1 where lines are no records");
	my $got = () = $out =~ /\n/g;
	is($got, $to eq 'pgaudit' ? 0 : scalar(@bad) + ($to eq 'csv' ? 1 : 0), "$to: the others are all there");
	like($err, qr/^secauditctl: \Q$mixed\E:1: not a record/m, "$to: told with file and line");
	like($err, qr/^secauditctl: ${\ scalar @bad} lines are no record, and nothing became of them$/m, "$to: counted");
}
my $n = 0;
foreach my $case (@bad)
{
	my ($text, $says) = @$case;
	($status, my $out, $err) = convert(\$text, '--to=ecs', '-');
	is("$status$out", '1', 'no record, no output: ' . substr($text, 0, 60) =~ s/\s+$//r);
	like($err, qr/^secauditctl: standard input:1: .*$says/m, '... and why');
}
($status, my $quiet, $err) = convert(undef, '--to=ecs', '--quiet', $mixed);
is($status, 1, '--quiet: the exit status says it');
unlike($err, qr/:1: /, '--quiet: lines are not named');

# Later versions may add keys: they are kept.
my $newer = line(new_key => 'x', new_list => ['a', 'b'], new_object => { a => [1] }, event => 'new.event');
(undef, my $ecs) = convert(\$newer, '--to=ecs', '-');
like($ecs, qr/"secaudit":\{.*"new_key":"x"/, 'ecs: an unknown key is kept');
like($ecs, qr/"new_list":\["a","b"\]/, 'ecs: a list of words as one');
like($ecs, qr/"new_object":"\{\\"a\\":\[1\]\}"/, 'ecs: an object as text, so that no store has to map it');
(undef, my $csv) = convert(\$newer, '--to=csv', '-');
like($csv, qr/""new_key"":""x""/, 'csv: unknown keys are in "more"');

# ---- streams, files, filters --------------------------------------------------------------

(undef, my $from_stdin) = convert($all, '--to=ecs', '-');
(undef, my $whole) = convert(undef, '--to=ecs', $all);
is($from_stdin, $whole, 'standard input, file and directory give the same');
rename $mixed, "$dir/mixed.txt";
(undef, my $from_dir) = convert(undef, '--to=ecs', $dir);
is($from_dir, $whole, '... a directory');
system('gzip', '-k', $all) == 0 or die;
rename "$all.gz", "$dir/copy.gz";
(undef, my $from_gzip) = convert(undef, '--to=ecs', "$dir/copy.gz");
is($from_gzip, $whole, '... an archive');
foreach my $filter ([ '--event=alert' ], [ '--seq=5-9' ], [ '--class=role', '--outcome=failure' ], [ '--not-event=audit.*', '--user=u' ], [ '--since=2030-01-01' ])
{
	(undef, my $raw) = run_it(undef, 'secauditctl', 'search', '--output=json', '--all', '-q', @$filter, $all);
	(undef, my $converted) = convert(undef, '--to=ecs', @$filter, $all);
	my @want = map { $json->decode($_)->{seq} } split /\n/, $raw;
	my @got = map { $json->decode($_)->{event}{sequence} } split /\n/, $converted;
	is_deeply(\@got, \@want, "@$filter: what search finds");
	(undef, my $piped) = convert($all, '--to=ecs', @$filter, '-');
	is($piped, $converted, '... also of standard input');
}

# What has come is written before more is waited for.
my ($in, $out_now) = ('', '');
my $h = IPC::Run::start([ 'secauditctl', 'convert', '--to=ocsf', '-' ], '<', \$in, '>', \$out_now, IPC::Run::timeout(60));
$in .= line();
$h->pump until $out_now =~ /\n/;
like($out_now, qr/"metadata":\{"uid":"b0112233aabbccdd:1"/, 'a record comes out while the input is open');
$h->finish;

# A torn last line of standard input is no record; one without its newline is.
(my $torn = line()) =~ s/\n//;
($status, my $got) = convert(\$torn, '--to=cef', '-');
is($status . ($got =~ tr/\n//), '01', 'a last line without a newline is converted');
$torn = substr $torn, 0, 50;
($status, $got, $err) = convert(\$torn, '--to=cef', '-');
is("$status$got", '1', 'half a line is not');
my $long = write_file('long.txt', '{"a":"' . ('x' x 5_000_000) . "\"}\n", line());
($status, $got, $err) = convert($long, '--to=cef', '-');
is($status . ($got =~ tr/\n//), '11', 'a line of 5 MB is dropped, what follows is not');
like($err, qr/standard input:1: not a record, line too long\n/, '... and told');
my $both = write_file('both.txt', line(seq => undef), '{"a":"' . ('x' x 5_000_000) . "\"}\n");
($status, $got, $err) = convert($both, '--to=cef', '-');
like($err, qr/:1: not a record, [^\n]*\n[^\n]*:2: not a record, line too long\n/, 'a key at fault is named of its own line only');

# Half a line: what a crash leaves is told, what is being written is not.
mkdir "$dir/torn";
my @half = map { write_file("torn/secaudit-20260131T00000${_}Z-00000$_.jsonl", line(seq => $_), '{"v":1,"log":"b01') } 1, 2;
($status, $got, $err) = convert(undef, '--to=cef', "$dir/torn");
is($status . ($got =~ tr/\n//), '02', 'half a line at the end of a file is no fault');
is($err, "secauditctl: $half[0]:2: incomplete last line\n", '... told of each file but the newest');

# Output that cannot be written; a reader that has enough.
foreach my $file ($all, $few)
{
	($status, undef, $err) = run_it(undef, 'sh', '-c', "exec secauditctl convert --to=ecs '$file' > /dev/full");
	is($status, 2, 'a full disk: exit status 2');
	like($err, qr/^secauditctl: could not write to standard output.*$/, '... and why, in one line');
}
($status, $got, $err) = run_it(undef, 'sh', '-c', "secauditctl convert --to=ecs '$all' | head -n 1");
is("$status$err", '0', 'a reader that goes away is no fault');

# ---- usage ---------------------------------------------------------------------------------

foreach my $case (
	[ [], qr/no format given/ ], [ ['--to=exs'], qr/unknown format "exs", perhaps "ecs" is meant\nThere are: ecs:8\.17\.0, ecs:9\.0\.0, ocsf:1\.4\.0/ ],
	[ ['--to=ecs:7'], qr/ecs has no version "7" here/ ], [ ['--to=ecs:8.1'], qr/no version/ ], [ ['--to=ecs:'], qr/no version/ ],
	[ [ '--to=pgaudit', '--log-line-prefix=%Q' ], qr/invalid value for --log-line-prefix: "%Q"/ ], [ [ '--to=ecs', '--since=never' ], qr/invalid time/ ],
	[ [ '--to=ecs', "$dir/nothing" ], qr/nothing/ ])
{
	my ($args, $says) = @$case;
	($status, $got, $err) = convert(undef, @$args, "@$args" =~ /nothing/ ? () : $all);
	is("$status$got", '2', "@$args: exit status 2");
	like($err, $says, '... and why');
}

# ---- memory ----------------------------------------------------------------------------------

# 60 MB of records, each inside of a statement that never comes, by a program that may have 200 MB.
my $record = line(session => '6a1b2c3d.1f4e', stmt => 7, parent => 6, command => 'SELECT', query => 'x' x 1000) =~ s/\n//r;
open my $fh, '>:raw', "$dir/big.jsonl" or die $!;
print {$fh} "$record\n" foreach 1 .. 150_000;
close $fh;
foreach my $to (qw(ecs csv pgaudit))
{
	my ($ok, undef, $said) = run_it(undef, 'sh', '-c', "ulimit -v 300000; exec secauditctl convert --to=$to '$dir/big.jsonl' > /dev/null");
	is("$ok$said", '0', "$to: memory does not grow with the trail");
}

done_testing();
