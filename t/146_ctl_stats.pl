# secauditctl stats and info: what they count, and what they say of a trail.
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
my $json = JSON::PP->new->canonical;

sub line
{
	my ($seq, %more) = @_;
	my %r = (event => 'statement', class => 'read', command => 'SELECT', outcome => 'success', user => 'alice', %more);
	return sprintf '{"v":1,"log":"00112233aabbccdd","ts":"2026-01-31T%02d:00:00.000000Z",%s,"seq":%d}' . "\n", $seq,
	  join(',', map { "\"$_\":" . JSON::PP->new->allow_nonref->canonical->encode($r{$_}) } grep { defined $r{$_} }
		  qw(event class command outcome sqlstate error user db client_addr objects privileges grantees rows duration_us query)),
	  $seq;
}

sub file
{
	my ($number, @lines) = @_;
	my $path = sprintf '%s/secaudit-20260131T2359%02dZ-%06d.jsonl', $dir, $number, $number;
	open my $fh, '>:raw', $path or die $!;
	print $fh @lines;
	close $fh;
	return;
}

sub ctl
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

my $card = [ { type => 'table', name => 'public.card', access => ['select'] } ];
file(1,
	line(1, objects => $card, rows => 10, duration_us => 1000, query => "SELECT * FROM card WHERE id = 1"),
	line(2, objects => $card, rows => 20, duration_us => 3000, query => "SELECT * FROM card WHERE id = 22"),
	line(3, user => "bob\e[31m", client_addr => '10.1.2.3', outcome => 'failure', sqlstate => '42501', error => 'no',
		query => 'SELECT 1'));
file(2,
	line(4, class => 'role', command => 'GRANT', user => 'dba', privileges => [ 'select', 'update' ], grantees => ['bob'],
		objects => [ { type => 'table', name => 'public.card', access => ['grant'] } ]),
	line(5, event => 'session.auth', class => 'session', command => undef, user => 'eve', outcome => 'failure',
		sqlstate => '28P01', error => 'password authentication failed for user "eve"', client_addr => '10.9.9.9'));

my ($status, $out, $err) = ctl('stats', '--by=user,object,statement', $dir);
is("$status$err", '0', 'counting succeeds quietly');
like($out, qr/^5 records, 2 failed, in 2 files, 2026-01-31 01:00:00\.000 to 2026-01-31 05:00:00\.000$/m, 'records, failures, files and times');
like($out, qr/^ +2 +0 +alice$/m, 'by user');
like($out, qr/^ +1 +1 +bob\\x1b\[31m$/m, 'without control characters');
like($out, qr/^ +3 +0 +public\.card$/m, 'by object');
like($out, qr/^ +2 +0 +4\.0 ms +2\.0 ms +30 +SELECT \* FROM card WHERE id = \?$/m, 'statements without their constants');
unlike($out, qr/Classes/, 'nothing else, where --by says what');

$out = (ctl('stats', $dir))[1];
like($out, qr/^Failed logins\n.*\n +1 +10\.9\.9\.9 +28P01 /m, 'failed logins by address and reason');
like($out, qr/^Rights granted\n.*\n +1 +bob +dba +select.*public\.card/m, 'rights, to whom, by whom');
is((ctl('stats', '--by=user', '--class=role', '--json', $dir))[0], 0, 'filters and JSON');
my $counted = $json->decode((ctl('stats', '--by=user', '--class=role', '--json', $dir))[1]);
is(ref $counted, 'HASH', 'one JSON object');
is((ctl('stats', '--user=nobody', $dir))[0], 1, 'where nothing matches the exit status is 1');
($status, $out, $err) = ctl('stats', '--by=usr', $dir);
is("$status$out", '2', 'an unknown table is refused');
like($err, qr/invalid value for --by: "usr"\nThe nearest is "user"\./, 'with the nearest one');

($status, $out, $err) = ctl('info', $dir);
is("$status$err", '0', 'info of a whole trail succeeds quietly');
like($out, qr/^log 00112233aabbccdd\n  files +2, .*\n  records +5, seq 1 to 5\n/m, 'files, records, numbers');
like($out, qr/^  newest file secaudit-20260131T235902Z-000002\.jsonl, not closed/m, 'and the newest file');
is($json->decode((ctl('info', '--json', $dir))[1])->{logs}[0]{log}, '00112233aabbccdd', 'as JSON');
file(3, line(9));
($status, $out) = ctl('info', $dir);
is($status, 1, 'numbers that are missing make the exit status 1');
like($out, qr/6 to 8|6-8|3 (numbers|records)/, 'and are named');
is((ctl('info', "$dir/none"))[0], 2, 'what cannot be read, 2');
foreach my $command (qw(stats info))
{
	command_like([ 'secauditctl', $command, '--help' ], qr/secauditctl $command .*Exit status/s, "$command --help describes it");
}

done_testing();
