# secauditctl report: what it counts, in JSON, CSV and on the page alike.
use strict;
use warnings;

use FindBin ();
use lib "$FindBin::RealBin/lib";
use IPC::Run ();
use POSIX ();
use PostgreSQL::Test::Utils;
use SecauditReport;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $dir = PostgreSQL::Test::Utils::tempdir();
my $trail = "$dir/trail";
my $card = [ { type => 'table', name => 'public.card', access => ['select'], tags => [ 'pci', 'pii' ] } ];

my $file = write_trail(
	$trail,
	record(event => 'session.start', class => 'session', command => undef, ts => '2026-01-01T08:00:00.000000Z'),
	record(class => 'role', command => 'ALTER ROLE', user => 'dba', superuser => JSON::PP::true, target_role => 'sleeper',
		attributes => ['superuser'], ts => '2026-01-01T08:30:00.000000Z', query => "ALTER ROLE sleeper SUPERUSER PASSWORD '<redacted>'"),
	record(event => 'session.start', class => 'session', command => undef, ts => '2026-05-04T10:00:00.000000Z'),
	record(event => 'session.start', class => 'session', command => undef, app => 'webshop', client_addr => undef, ts => '2026-05-04T10:00:01.000000Z'),
	record(rows => 20, tags => [ 'pci', 'pii' ], objects => $card, ts => '2026-05-04T10:01:00.000000Z'),
	record(rows => 5, tags => [ 'pci', 'pii' ], objects => $card, ts => '2026-05-04T11:01:00.000000Z'),
	(map { record(event => 'session.auth', class => 'session', command => undef, session => undef, user => 'intern', outcome => 'failure', sqlstate => '28P01',
			error => 'password authentication failed for user "intern"', client_addr => $_, ts => '2026-05-04T11:02:00.000000Z') } '10.9.9.9', '10.9.9.9', undef),
	record(class => 'role', command => 'GRANT ROLE', user => 'dba', superuser => JSON::PP::true, grantees => ['intern'], member_of => ['payments'],
		session => '6a1b2c3d.aaaa', ts => '2026-05-04T12:00:00.000000Z', query => 'GRANT payments TO intern'),
	record(class => 'write', user => 'intern', current_user => 'payments', command => 'DELETE', outcome => 'failure', sqlstate => '42501',
		error => 'permission denied for table card', objects => [ { type => 'table', name => 'public.card', denied => JSON::PP::true } ], ts => '2026-05-04T12:01:00.000000Z'),
	record(event => 'config', class => 'config', command => 'RELOAD', user => undef, session => undef, setting => 'secaudit.log', old_value => 'all', new_value => 'ddl', ts => '2026-05-04T12:02:00.000000Z'),
	record(event => 'alert', class => 'alert', command => undef, outcome => 'failure', reason => 'rule', rule => 'bulk', severity => 'high', ts => '2026-05-04T12:03:00.000000Z'),
	record(event => 'audit.gap', class => 'audit', command => undef, user => undef, session => undef, outcome => 'failure', lost => 7, ts => '2026-05-04T12:04:00.000000Z'),
	record(part => 2, parts => 2, ts => '2026-05-04T12:05:00.000000Z'),
);

my $all = sections($trail);
my %total = map { $_->{what} => $_->{records} } @{ $all->{totals}{rows} };

is_deeply(
	\%total,
	{
		records => 15, 'sessions opened' => 3, 'failed logins' => 3, 'privileged operations' => 2, 'definitions (DDL)' => 0,
		'changes of roles and rights' => 2, 'changes of configuration' => 1, 'superuser records' => 2, 'uses of labelled data' => 2,
		'denied accesses' => 1, alerts => 1, 'records known to be lost' => 7, 'lines that are no records' => 0,
	},
	'totals: a split record counts once, a reload is nobody\'s privileged work');
my $verified = $all->{trails}{rows}[0];
is_deeply([ @{$verified}{qw(log files records first_seq last_seq verdict closed)} ], [ '00112233aabbccdd', 1, 16, 1, 16, 'sound', 'no' ],
	'the trail, with its numbers and its verdict');
is($all->{summary}{rows}[0]{value}, 'SOUND: no fault was found in the chain and the numbers', 'the verdict in words');

is_deeply(
	[ map { join ' ', @{$_}{qw(client user records)} } @{ $all->{failed_logins}{rows} } ],
	[ '10.9.9.9 intern 2', '[local] intern 1' ],
	'failed logins with their sources');
is_deeply(
	[ map { join ' | ', @{$_}{qw(user object tags records rows)} } @{ $all->{tagged_objects}{rows} } ],
	['alice | public.card | pci, pii | 2 | 25'],
	'users and labelled objects, with rows');
is_deeply(
	[ map { join ' | ', @{$_}{qw(record who from command whom what)} } @{ $all->{role_changes}{rows} } ],
	[ '00112233aabbccdd:3 | dba | 10.1.2.3 | ALTER ROLE | sleeper | superuser', '00112233aabbccdd:11 | dba | 10.1.2.3 | GRANT ROLE | intern | payments' ],
	'who changed whose rights, and which');
is_deeply([ map { join ' ', @{$_}{qw(setting old_value new_value)} } @{ $all->{configuration_changes}{rows} } ], ['secaudit.log all ddl'], 'settings, before and after');
is_deeply([ map { "$_->{session} $_->{records}" } @{ $all->{superuser_sessions}{rows} } ], [ '6a1b2c3d.1f4e 1', '6a1b2c3d.aaaa 1' ], 'sessions of superusers');
is_deeply([ map { "$_->{user} $_->{command} $_->{object}" } @{ $all->{denied_accesses}{rows} } ], ['payments DELETE public.card'], 'what was denied, to whom');
is_deeply([ map { "$_->{reason} $_->{rule} $_->{severity} $_->{records}" } @{ $all->{alert_counts}{rows} } ], ['rule bulk high 1'], 'alerts');
is_deeply([ map { "$_->{role}: $_->{last}" } @{ $all->{dormant_roles}{rows} } ], ['sleeper: never in this trail'],
	'a role that was made superuser and never came is dormant, one at work is not');
is($all->{privileged_hours}{rows}[0]{'12'}, 1, 'the GRANT of a Monday at noon is in the heat map');
is($all->{privileged_hours}{rows}[3]{'08'}, 1, 'and the ALTER ROLE of a Thursday morning');
is_deeply([ $all->{events_over_time}{rows}[0]{time}, scalar @{ $all->{events_over_time}{rows} } ], [ '2026-01-01', 124 ],
	'four months are shown by day, those without records too');

# ---- a period

my $may = sections('--since=2026-05-01', '--until=2026-05-04 12:00', $trail);
is($may->{totals}{rows}[0]{records}, 7, 'only records of the period are counted');
is_deeply([ map { "$_->{user} $_->{app} $_->{client}" } @{ $may->{new_triples}{rows} } ], ['alice webshop [local]'],
	'what was seen before the period is not new');
is_deeply([ map { $_->{time} } @{ $may->{events_over_time}{rows} } ], [ '2026-05-04 10:00', '2026-05-04 11:00' ], 'two hours, by hour');
is($may->{trails}{rows}[0]{records}, 16, 'the chain is checked over the whole trail');

# ---- the other forms

my ($status, $out, $err) = report('--format=csv', '--utc', $trail);
is($status, 0, 'CSV');
like($out, qr/^logins,failed_logins,1,records,"2"\r$/m, 'CSV has the same numbers');
my $html;
($status, $html, $err) = report('--utc', $trail);
$html =~ s/<wbr>//g;
is("$status$err", '0', 'the page');
like($html, qr{<th scope="row" data-l="Source">10\.9\.9\.9</th><td data-l="User">intern</td>}, 'the page has them too');
like($html, qr{<a href="#roles">roles</a>}, 'requirements have links to their sections');
unlike($html, qr/compliant/i, 'nothing is called compliant');

# ---- into a file

($status, $out, $err) = report('--utc', '-o', "$dir/out.html", $trail);
is("$status$out$err", '0', 'written to a file, without a word');
my $written = slurp_file("$dir/out.html");
s/<wbr>//g, s/Made<[^ ]+ by// foreach $written, $html;
is($written, $html, 'the file has the same page');
is(sprintf('%o', (stat "$dir/out.html")[2] & 07777), '600', 'which its owner alone may read');
is_deeply([ glob "$dir/out.html.*" ], [], 'nothing else is left');

# As root, a rename would put a file in the place of /dev/null.
POSIX::mkfifo("$dir/pipe", 0600) or die $!;
my $piped = '';
my $reader = IPC::Run::start([ 'cat', "$dir/pipe" ], '>', \$piped);
($status, $out, $err) = report('--utc', '-o', "$dir/pipe", $trail);
$reader->finish if -p "$dir/pipe";
s/<wbr>//g, s/Made<[^ ]+ by// foreach $piped;
is("$status$out$err", '0', 'written to a pipe');
ok(-p "$dir/pipe", 'which still is one');
is($piped, $html, 'and has passed the page on');
is((report('-o', '/dev/null', $trail))[0], 0, 'a device is written to');
ok(-c '/dev/null', 'and still is one');

# ---- a trail that is not what its writer wrote

my $text = slurp_file($file);
$text =~ s/"rows":20/"rows":21/;
open my $fh, '>:raw', $file or die $!;
print {$fh} $text;
close $fh;
($status, $html) = report('--utc', $trail);
is($status, 1, 'a trail that is not sound: exit status 1');
like($html, qr/class="verdict fault">FAULTY/, 'and the page begins with it');
is_deeply([ map { "$_->{kind} $_->{seq}" } @{ sections($trail)->{faults}{rows} } ], ['altered 6'], 'which record it is');

done_testing();
