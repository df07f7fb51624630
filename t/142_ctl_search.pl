# secauditctl search: which records it finds, how it prints them, what it refuses.
use strict;
use warnings;

use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $json = JSON::PP->new->utf8;
my $dir = PostgreSQL::Test::Utils::tempdir();

# A record as the writer spells it: keys in its order, no blanks.
my @order = qw(v log ts event class classes command outcome sqlstate error db user login_user current_user superuser
  session pid app client_addr context stmt origin rule objects privileged rows duration_us tags rules query seq h);

sub line
{
	my ($seq, %more) = @_;
	my %r = (
		v => 1,
		log => '00112233aabbccdd',
		ts => sprintf('2026-01-31T23:59:%02d.000000Z', $seq),
		event => 'statement',
		class => 'read',
		command => 'SELECT',
		outcome => 'success',
		db => 'shop',
		user => 'alice',
		session => '6a1b2c3d.1f4e',
		pid => 8014,
		app => 'psql',
		client_addr => '10.1.2.3',
		stmt => $seq,
		query => "SELECT $seq",
		seq => $seq,
		h => 'ZfETInw0UyzQjqQsKLoFqX0akp9dGIxs',
		%more);
	return '{' . join(',', map { "\"$_\":" . JSON::PP->new->allow_nonref->encode($r{$_}) }
		  grep { defined $r{$_} } @order) . "}\n";
}

sub file
{
	my ($number, @lines) = @_;
	my $path = sprintf '%s/secaudit-20260131T2359%02dZ-%06d.jsonl', $dir, $number, $number;
	open my $fh, '>>:raw', $path or die $!;
	print $fh @lines;
	close $fh;
	return $path;
}

my $true = JSON::PP::true;
my $first = file(1,
	line(1),
	line(2, user => 'bob', current_user => 'admin', superuser => $true),
	line(3, user => 'eve', login_user => 'carol', session => '6a1b2c3d.2000', pid => 8192),
	line(4, class => 'write', classes => [ 'write', 'read' ], command => 'UPDATE', rows => 5000,
		objects => [
			{ type => 'table', name => 'public.card', access => ['update'] },
			{ type => 'function', name => 'public.f(integer,text)', access => ['execute'] }
		],
		tags => ['pci'], rules => ['bulk'], query => "UPDATE public.card SET a = 1"),
	line(5, class => 'ddl', command => 'DROP TABLE', outcome => 'failure', sqlstate => '42501',
		error => 'must be owner of table card', client_addr => undef, duration_us => 1500000,
		objects => [ { type => 'table', name => 'hr.staff', access => ['drop'] } ]));
my $second = file(2,
	line(6, event => 'session.start', class => 'session', command => undef, client_addr => '192.168.7.9', query => undef),
	line(7, event => 'alert', class => 'alert', command => undef, rule => 'bulk', query => undef),
	line(8, event => 'audit.checkpoint', class => 'audit', command => undef, user => undef, query => undef),
	line(9, origin => 'function', privileged => $true, app => 'a,b', context => 'user=jane ticket=7',
		query => qq{SELECT "x", 'it''s'\nFROM t; -- Ünicode}),
	line(10, user => '=cmd', query => 'multi
line'));

sub search
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'search', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub found
{
	my (@args) = @_;
	my ($status, $out, $err) = search('--output=json', '--quiet', @args, $dir);
	diag($err) if $err ne '';
	return join ' ', map { $json->decode($_)->{seq} } split /\n/, $out;
}

# ---- each filter, and its negation ---------------------------------------------------

foreach my $case (
	[ [], '1 2 3 4 5 6 7 8 9 10' ],
	[ ['--user=alice'], '1 4 5 6 7 9' ],
	[ ['--user=carol'], '3' ],
	[ ['--user=admin'], '2' ],
	[ ['--user=a*'], '1 2 4 5 6 7 9' ],
	[ ['--user=bob,eve'], '2 3' ],
	[ [ '--user=bob', '--user=eve' ], '2 3' ],
	[ ['--not-user=alice'], '2 3 8 10' ],
	[ ['--session-user=admin'], '' ],
	[ ['--session-user=bob'], '2' ],
	[ ['--current-user=admin'], '2' ],
	[ ['--not-current-user=alice,admin'], '3 8 10' ],
	[ ['--db=shop'], '1 2 3 4 5 6 7 8 9 10' ],
	[ ['--not-db=shop'], '' ],
	[ ['--client=10.0.0.0/8'], '1 2 3 4 7 8 9 10' ],
	[ ['--client=192.168.7.9'], '6' ],
	[ ['--not-client=10.0.0.0/8'], '5 6' ],
	[ ['--app=psql'], '1 2 3 4 5 6 7 8 10' ],
	[ ['--not-app=psql'], '9' ],
	[ ['--session=6a1b2c3d.2000'], '3' ],
	[ ['--not-session=6a1b2c3d.1f4e'], '3' ],
	[ ['--pid=8192'], '3' ],
	[ ['--not-pid=8014,1'], '3' ],
	[ ['--context=ticket=7'], '9' ],
	[ ['--class=read'], '1 2 3 4 9 10' ],
	[ ['--class=write,ddl'], '4 5' ],
	[ ['--class=alert'], '7' ],
	[ ['--class=audit'], '8' ],
	[ ['--not-class=read'], '5 6 7 8' ],
	[ ['--event=session'], '6' ],
	[ ['--event=session.start,alert'], '6 7' ],
	[ ['--not-event=statement'], '6 7 8' ],
	[ [ '--command=drop table' ], '5' ],
	[ ['--command=DROP *'], '5' ],
	[ ['--outcome=failure'], '5' ],
	[ ['--not-outcome=success'], '5' ],
	[ ['--sqlstate=42501'], '5' ],
	[ ['--sqlstate=42*'], '5' ],
	[ ['--object=public.card'], '4' ],
	[ ['--object=public.f(integer,text)'], '4' ],
	[ [ '--object=public.*', '--object=hr.*' ], '4 5' ],
	[ ['--object=~^hr\.'], '5' ],
	[ [ '--not-object=public.*', '--class=ddl,write' ], '5' ],
	[ ['--access=update'], '4' ],
	[ [ '--not-access=update', '--class=ddl,write' ], '5' ],
	[ ['--tag=pci'], '4' ],
	[ ['--rule=bulk'], '4 7' ],
	[ ['--origin=function'], '9' ],
	[ ['--not-origin=client'], '9' ],
	[ ['--privileged'], '9' ],
	[ [ '--not-privileged', '--seq=8-' ], '8 10' ],
	[ ['--superuser'], '2' ],
	[ ['--min-rows=5000'], '4' ],
	[ ['--min-rows=5001'], '' ],
	[ ['--min-duration=1500ms'], '5' ],
	[ ['--min-duration=1s'], '5' ],
	[ ['--min-duration=2s'], '' ],
	[ ['--grep=FROM t'], '9' ],
	[ ['--grep=owner of'], '5' ],
	[ ['--grep=it\'\'s'], '9' ],
	[ ['--grep="x"'], '9' ],
	[ ['--grep=^multi$'], '' ],
	[ ['--grep=^multi\nline$'], '10' ],
	[ ['--grep=from T'], '' ],
	[ [ '--grep=from T', '--ignore-case' ], '9' ],
	[ [ '--ignore-case', '--grep=from T' ], '9' ],
	[ ['--grep=ünicode'], '' ],
	[ ['--grep=Ünicode'], '9' ],
	[ [ '--not-grep=SELECT|UPDATE|owner' ], '6 7 8 10' ],
	[ ['--seq=4'], '4' ],
	[ ['--seq=4-6'], '4 5 6' ],
	[ ['--seq=9-'], '9 10' ],
	[ ['--seq=-2'], '1 2' ],
	[ ['--since=2026-01-31T23:59:09Z'], '9 10' ],
	[ [ '--since=2026-01-31 23:59:08', '--until=2026-01-31 23:59:10' ], '8 9' ],
	[ ['--until=2026-02-01T01:59:02+02:00'], '1' ],
	[ ['--since=yesterday'], '' ],
	[ [ '--user=alice', '--class=read', '--not-privileged' ], '1 4' ],
	[ [ '--limit=2', '--user=alice' ], '1 4' ])
{
	my ($args, $expected) = @$case;
	is(found(@$args), $expected, 'search ' . (join(' ', @$args) || 'without a filter'));
	is(found('--jobs=2', @$args), $expected, '... and in two jobs') if @$args == 1;
}

# ---- how it prints -----------------------------------------------------------------------

my ($status, $out, $err) = search('--output=json', '--user=bob', $dir);
is("$status$err", '0', 'a search that finds something succeeds quietly');
is($out, line(2, user => 'bob', current_user => 'admin', superuser => $true), '--output=json: the line as it is');
is((search('--output=json', '--fields=user,seq', '--seq=2', $dir))[1], qq({"user":"bob","seq":2}\n),
	'and with --fields an object of these');
is((search('--output=csv', '--fields=seq,user,objects,query', '--seq=9-', $dir))[1], <<'EOF', '--output=csv');
seq,user,objects,query
9,alice,,"SELECT ""x"", 'it''s'
FROM t; -- Ünicode"
10,"'=cmd",,"multi
line"
EOF
is((search('--output=csv', '--fields=seq,objects', '--seq=4', $dir))[1],
	qq{seq,objects\n4,"public.card(update) function public.f(integer,text)(execute)"\n},
	'objects are one cell');
is((search('--output=csv', '--fields=classes,tags', '--seq=4', $dir))[1], qq{classes,tags\n"write, read",pci\n}, 'so are words');
like((search('--output=csv', '--seq=5', $dir))[1],
	qr/^seq,ts,event,class.*\n5,2026-01-31T23:59:05.000000Z,statement,ddl,DROP TABLE,failure,42501,must be owner/,
	'without --fields it has the most important ones');
is((search('--output=logfmt', '--fields=seq,app,query,error', '--seq=9-', $dir))[1],
	qq{seq=9 app=a,b query="SELECT \\"x\\", 'it''s'\\nFROM t; -- Ünicode"\nseq=10 app=psql query="multi\\nline"\n},
	'--output=logfmt leaves out what a record has not');
is((search('--count', '--class=read', $dir))[1], "6\n", '--count');
is((search('--count', '--class=read', '--jobs=3', $dir))[1], "6\n", '--count in three jobs');
like((search('--seq=5', $dir))[1], qr/^2026-01-31 23:59:05\.000 ✗ ddl .*DROP TABLE .*hr\.staff\(drop\)/, 'a table is the default');
like((search('--fields=help'))[1], qr/^seq +Gapless number of the record in the trail$/m, '--fields=help says what keys there are');

my %schema = map { $_ => 1 } keys %{ JSON::PP->new->decode(slurp_file('docs/secaudit-record-1.schema.json'))->{properties} };
my %listed = map { /^(\w+)/ ? ($1 => 1) : () } split /\n/, (search('--fields=help'))[1];
is_deeply(\%listed, \%schema, 'they are those of the schema');

# ---- nothing found, damage ------------------------------------------------------------------

($status, $out, $err) = search('--user=mallory', $dir);
is("$status$out", '1', 'where nothing matches the exit status is 1');
is($err, "No record matches.  Looked through: 2 files, 10 records, 2026-01-31T23:59:01.000000Z to 2026-01-31T23:59:10.000000Z.\n",
	'and what was searched is said');
is((search('--quiet', '--user=mallory', $dir))[2], '', 'unless with --quiet');

file(3, qq({"user":"alice",\n), "alice\n", line(11));
($status, $out, $err) = search('--output=json', '--user=alice', '--seq=11', $dir);
is($status, 0, 'a line that is no record does not stop the search');
is($out, line(11), 'of what is behind it');
like($err, qr/^secauditctl: \Q$dir\E\S+-000003\.jsonl:1: not a record, no JSON object$/m, 'it is reported with its place');
unlink glob "$dir/*-000003.jsonl";

# ---- what is refused ------------------------------------------------------------------------

foreach my $case (
	[ ['--class=raed'], qr/--class: unknown class "raed", perhaps you meant "read"\nThere are: read, write, .*alert, audit\./ ],
	[ ['--outcome=failed'], qr/--outcome: unknown outcome "failed", perhaps you meant "failure"|expected one of success, failure, partial, unknown/ ],
	[ ['--not-event=session.begin'], qr/--not-event: unknown event "session.begin"/ ],
	[ ['--access=read'], qr/--access: unknown access "read"/ ],
	[ ['--client=10.0.0.0/40'], qr/--client: / ],
	[ ['--grep=(a'], qr/--grep: .*missing closing parenthesis/ ],
	[ ['--min-rows=many'], qr/invalid value for --min-rows: "many"\nExpected a number below/ ],
	[ ['--min-duration=5x'], qr/invalid value for --min-duration: "5x"\nExpected .*500ms, 2s/ ],
	[ ['--pid=x'], qr/invalid value for --pid: "x"\nExpected a number/ ],
	[ ['--user='], qr/invalid value for --user: ""/ ],
	[ ['--seq=5-3'], qr/invalid value for --seq: "5-3"/ ],
	[ ['--seq='], qr/invalid value for --seq: ""/ ],
	[ ['--since=2026-02-30'], qr/invalid time for --since: "2026-02-30"/ ],
	[ ['--since=tomorow'], qr/invalid time for --since: "tomorow"\nExpected "2026-01-31 23:59".*today,\nyesterday, this-week/ ],
	[ [ '--since=today', '--until=yesterday' ], qr/nothing is since "today" and until "yesterday"/ ],
	[ ['--output=jsn'], qr/unknown format "jsn"\nThe nearest is "json"\./ ],
	[ ['--fields=usr'], qr/a record has no key "usr"\nThe nearest is "user"\./ ],
	[ ['--fields=,'], qr/no field is named/ ],
	[ ['--limit=0'], qr/invalid value for --limit: "0"\nExpected a number from 1/ ],
	[ ['--jobs=1000'], qr/invalid value for --jobs: "1000"/ ],
	[ ['--color=pink'], qr/invalid value for --color: "pink"/ ],
	[ ['--usr=x'], qr/unrecognized option "--usr=x"/ ])
{
	my ($args, $message) = @$case;
	($status, $out, $err) = search(@$args, $dir);
	is("$status$out", '2', "search @$args: exit status 2 and no output");
	like($err, $message, '... and it says why');
	like($err, qr/^Try "secauditctl search --help"/m, '... and where to look');
}
($status, $out, $err) = search();
is($status, 2, 'without a trail');
like($err, qr/no file or directory given, and SECAUDIT_DIRECTORY is not set/, 'it says so');
{
	local $ENV{SECAUDIT_DIRECTORY} = $dir;
	is((search('--count'))[1], "10\n", 'SECAUDIT_DIRECTORY names one');
}
command_like([qw(secauditctl search --help)], qr/--object=NAME.*--output=FORMAT.*Exit status/s, '--help describes it');
my @help = split /\n/, (search('--help'))[1];
cmp_ok(scalar(@help), '<=', 50, 'and fits a screen');
is(scalar(grep { length > 80 } @help), 0, 'of 80 columns');

done_testing();
