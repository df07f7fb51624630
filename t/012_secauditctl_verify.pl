# secauditctl verify on a trail that a server wrote: sound as it is, live, after
# restarts and a crash; not sound any more after each kind of tampering.
use strict;
use warnings;

use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

use IPC::Run ();

delete $ENV{SECAUDIT_DIRECTORY};

sub verify
{
	my @args = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'verify', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub is_sound
{
	my ($where, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = verify(ref $where ? @$where : $where);
	return is("$status$err", '0', $name) || diag($out);
}

my $node = new_node('verify');
my $dir = trail_dir($node);

$node->safe_psql('postgres', 'CREATE TABLE t (a int)');
$node->safe_psql('postgres', "INSERT INTO t VALUES ($_)") for 1 .. 5;
$node->restart;
$node->safe_psql('postgres', 'SELECT count(*) FROM t');
is_sound($dir, 'a live trail is sound');

# Read while it grows.
my ($bench_out, $bench_err) = ('', '');
$node->run_log([ 'pgbench', '-i', '-q', '-s', 1, 'postgres' ]);
my $bench = IPC::Run::start(
	[ 'pgbench', '-n', '-S', '-c', 2, '-T', 4, '-h', $node->host, '-p', $node->port, 'postgres' ],
	'>', \$bench_out, '2>', \$bench_err);
is_sound($dir, 'a trail is sound while it is being written, time ' . $_) for 1 .. 5;
$bench->finish;
is_sound([ trail_files($node) ], 'and so are its files by name');

$node->stop('immediate');
is_sound($dir, 'a trail is sound after a crash');
is((verify('--closed', $dir))[0], 1, 'but it was not closed');
$node->start;
$node->safe_psql('postgres', q{SELECT 'after the crash'});
is_sound($dir, 'sound it is when the server goes on');
$node->stop;
is_sound($dir, 'and when it has stopped');
is_sound([ '--closed', $dir ], 'closed, too');

my @files = trail_files($node);
cmp_ok(scalar @files, '>=', 3, 'there are several files');

# What it says.
my ($status, $out, $err) = verify($dir);
my ($log) = $out =~ /^log ([0-9a-f]{16}): /m;
like($out,
	qr/^log $log: \d+ files, (\d+) records, seq 1 to \1, 20\d\d-[^ ]+Z to 20\d\d-[^ ]+Z: sound$/m,
	'the report counts files and records and names the time');
like($out, qr/^last record $log:\d+:[-_0-9A-Za-z]{32}$/m, 'and the last record');
my ($last) = $out =~ /^last record (.*)$/m;
is_sound([ '--expect', $last, $dir ], 'which can be expected');

my $report = JSON::PP::decode_json((verify('--json', $dir))[1]);
is($report->{result}, 'sound', '--json: result');
is($report->{all_faults}, 0, '--json: no faults');
is_deeply([ map { $_->{log} } @{ $report->{logs} } ], [$log], '--json: one log');
is("$log:$report->{logs}[0]{last_seq}:$report->{logs}[0]{last_h}", $last, '--json: its end');
is((verify('-q', $dir))[1], '', '-q prints nothing');

# Tampering, each on a copy.
my $copies = 0;

sub tampered
{
	my ($name, $how, $pattern) = @_;
	my $copy = PostgreSQL::Test::Utils::tempdir() . '/copy' . ++$copies;
	mkdir $copy or die $!;
	system('cp', @files, $copy) == 0 or die 'cp';
	my @copied = map { my ($n) = m{([^/]+)$}; "$copy/$n" } @files;
	$how->(@copied);
	my ($code, $text, $errors) = verify('--closed', $copy);
	is("$code$errors", '1', "$name: the trail is not sound");
	my @faults = grep { /^\Q$copy\E/ } split /\n/, $text;
	is(scalar @faults, 1, "$name: one fault") or diag($text);
	like($faults[0] // '', qr/^\Q$copy\E\/$pattern$/, "$name: which and where");
	is((verify('-q', '--closed', $copy))[0], 1, "$name: -q tells by the exit status");
	return JSON::PP::decode_json((verify('--json', '--closed', $copy))[1])->{faults}[0];
}

sub edit
{
	my ($file, $edit) = @_;
	my @lines = slurp_file($file) =~ /([^\n]*\n?)/g;
	pop @lines;
	$edit->(\@lines);
	open my $fh, '>:raw', $file or die $!;
	print $fh @lines;
	close $fh;
	return;
}
my @names = map { m{([^/]+)$} ? $1 : () } @files;
my ($first_seq) = slurp_file($files[1]) =~ /"seq":(\d+)/;
my $fourth = $first_seq + 3;

my $fault = tampered('user changed',
	sub { edit($_[1], sub { $_[0][3] =~ s/"v":1/"v":2/ or die }) },
	qr/\Q$names[1]\E:4: altered: seq $fourth/);
is_deeply(
	{ map { $_ => $fault->{$_} } qw(kind file line seq last_seq) },
	{ kind => 'altered', file => $names[1], line => 4, seq => $fourth, last_seq => $fourth },
	'--json says the same');
tampered('hash changed',
	sub { edit($_[1], sub { $_[0][3] =~ s/"h":"(.)/'"h":"' . ($1 eq 'A' ? 'B' : 'A')/e or die }) },
	qr/\Q$names[1]\E:4: altered: seq $fourth, its hash was changed/);
tampered('number changed',
	sub { edit($_[1], sub { $_[0][3] =~ s/"seq":\d+/"seq":99999999/ or die }) },
	qr/\Q$names[1]\E:4: altered: seq $fourth, its number was changed/);
tampered('line deleted',
	sub { edit($_[1], sub { splice @{ $_[0] }, 3, 1 }) },
	qr/\Q$names[1]\E:4: missing: seq $fourth/);
tampered('lines deleted',
	sub { edit($_[1], sub { splice @{ $_[0] }, 3, 5 }) },
	qr/\Q$names[1]\E:4: missing: seq $fourth to ${\($fourth + 4)}/);
tampered('line copied',
	sub { edit($_[1], sub { splice @{ $_[0] }, 6, 0, $_[0][3] }) },
	qr/\Q$names[1]\E:7: duplicated: seq $fourth/);
tampered('lines swapped',
	sub { edit($_[1], sub { @{ $_[0] }[ 3, 4 ] = @{ $_[0] }[ 4, 3 ] }) },
	qr/\Q$names[1]\E:4: reordered: seq ${\($fourth + 1)}/);
tampered('line inserted',
	sub { edit($_[1], sub { splice @{ $_[0] }, 3, 0, qq({"event":"statement"}\n) }) },
	qr/\Q$names[1]\E:4: inserted, not a record of this trail/);
$fault = tampered('file deleted',
	sub { unlink $_[1] },
	qr/\Q$names[2]\E:1: file missing \Q$names[1]\E: seq $first_seq to \d+/);
is($fault->{missing_file}, $names[1], '--json names the missing file');
tampered('first file deleted',
	sub { unlink $_[0] },
	qr/\Q$names[1]\E:1: file missing \Q$names[0]\E: seq 1 to ${\($first_seq - 1)}/);
tampered('file cut',
	sub { edit($_[0], sub { splice @{ $_[0] }, 4 }) },
	qr/\Q$names[0]\E:4: truncated: seq 5 to ${\($first_seq - 1)}/);
tampered('end of the trail cut',
	sub { edit($_[-1], sub { pop @{ $_[0] } }) },
	qr/\Q$names[-1]\E:\d+: truncated: seq \d+, it does not end in audit.close/);

# The end cut without --closed can only be told from what was noted down.
my $cut = PostgreSQL::Test::Utils::tempdir();
system('cp', @files, $cut) == 0 or die 'cp';
edit("$cut/$names[-1]", sub { pop @{ $_[0] } });
is_sound($cut, 'a trail that lost its last line looks like a live one');
($status, $out) = verify('--expect', $last, $cut);
is($status, 1, 'an expected record that is gone is a fault');
like($out, qr/: truncated: seq \d+, an expected record is not there$/m, 'which is named');
(my $other = $last) =~ s/:(.)([^:]*)$/':' . ($1 eq 'A' ? 'B' : 'A') . $2/e;
($status, $out) = verify('--expect', $other, $dir);
is($status, 1, 'an expected record with another hash is a fault');
like($out, qr/: rewritten: seq \d+, its hash is not the expected one$/m, 'called rewritten');

# What cannot be checked.
foreach (
	[ [], qr/no file or directory given/ ],
	[ ["$dir/missing"], qr/could not access "\Q$dir\E\/missing"/ ],
	[ [ PostgreSQL::Test::Utils::tempdir() ], qr/there are no trail files in/ ],
	[ [ '--frob', $dir ], qr/unrecognized option "--frob"/ ],
	[ [ '--expect', 'x', $dir ], qr/invalid record: "x"/ ],
	[ [ '--expect', '0000000000000000:1:' . 'A' x 32, $dir ], qr/there is no log 0000000000000000/ ])
{
	my ($args, $message) = @$_;
	($status, $out, $err) = verify(@$args);
	is($status, 2, "verify @$args: exit status 2");
	like($err, qr/^secauditctl: $message/m, "verify @$args: says why");
}
command_like([qw(secauditctl verify --help)], qr/--expect=LOG:SEQ:HASH/, '--help describes it');

done_testing();
