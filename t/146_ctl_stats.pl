# secauditctl stats: what it counts, in which tables, how it prints them, and what it refuses.
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
my $plain = JSON::PP->new->allow_nonref->ascii;
my $true = JSON::PP::true;
my $dir = PostgreSQL::Test::Utils::tempdir();
my $seq = 0;

# A record as the writer spells it; undef takes a key away.
sub line
{
	my (%more) = @_;
	my %r = (
		ts => sprintf('2026-01-31T22:59:%02d.000000Z', ++$seq % 60), event => 'statement', class => 'read', command => 'SELECT', outcome => 'success',
		db => 'shop', user => 'alice', session => '6a1b2c3d.1f4e', app => 'psql', client_addr => '10.1.2.3', %more);
	my @first = grep { exists $r{$_} } qw(ts event class command outcome db user);
	my %first = map { $_ => 1 } @first;
	return '{"v":1,"log":"00112233aabbccdd",'
	  . join(',', map { qq("$_":) . $plain->encode($r{$_}) } grep { defined $r{$_} } @first, sort grep { !$first{$_} } keys %r)
	  . qq(,"seq":$seq}\n);
}

sub file
{
	my ($where, $number, @lines) = @_;
	my $path = sprintf '%s/secaudit-20260131T2259%02dZ-%06d.jsonl', $where, $number, $number;
	open my $fh, '>:raw', $path or die $!;
	print {$fh} @lines;
	close $fh;
	return $path;
}

sub stats
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'stats', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

# One table of --json: rows as "key key ...: records/failed".
sub table
{
	my ($by, @args) = @_;
	my ($status, $out, $err) = stats("--by=$by", '--json', '--utc', @args);
	diag($err) if $err ne '';
	my @parts = { login => [qw(client sqlstate reason)], right => [qw(to by right)] }->{$by};
	my $table = $json->decode($out)->{tables}{$by};
	return [ map { my $row = $_; join(' | ', map { $row->{$_} } @{ $parts[0] // [$by] }) . ": $row->{records}/$row->{failed}" } @{ $table->{rows} } ];
}

my @card = (objects => [ { type => 'table', name => 'public.card', access => ['select'] } ]);
file($dir, 1,
	line(query => "SELECT * FROM card WHERE id = 1", rows => 1, duration_us => 1000, @card),
	line(query => "SELECT * FROM card -- the second\n  WHERE id = 22", rows => 2, duration_us => 2000, @card),
	line(query => "SELECT * FROM card WHERE id = 'x'", duration_us => 600, outcome => 'failure', sqlstate => '22P02', user => 'bob', @card),
	line(query => 'SELECT f(1)', part => 1, parts => 2, rows => 7, objects => [ { type => 'function', name => 'public.f(integer)' } ]),
	line(query => ', 2', part => 2, parts => 2, rows => 7, objects => [ { type => 'function', name => 'public.f(integer)' } ]),
	line(client_addr => undef, class => 'write', command => 'INSERT', query => "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')", user => 'bob'),
	line(client_addr => undef, backend => 'autovacuum worker', user => undef, class => 'misc', command => 'ANALYZE'));
file($dir, 2,
	line(ts => '2026-01-31T23:10:00.000000Z', event => 'audit.checkpoint', class => 'audit', map({ $_ => undef } qw(db user session app client_addr command))),
	line(ts => '2026-02-01T00:10:00.000000Z', query => "insert into T values (9,'z')", command => 'INSERT', class => 'write'));

# ---- the tables ------------------------------------------------------------------------

is_deeply(table('class', $dir), [ 'read: 4/1', 'write: 2/0', 'audit: 1/0', 'misc: 1/0' ], 'classes, most frequent first; a split record counts once');
is_deeply(table('outcome', $dir), [ 'success: 7/0', 'failure: 1/1' ], 'outcomes');
is_deeply(table('event', $dir), [ 'statement: 7/1', 'audit.checkpoint: 1/0' ], 'events');
is_deeply(table('command', $dir), [ 'SELECT: 4/1', 'INSERT: 2/0', 'ANALYZE: 1/0' ], 'commands');
is_deeply(table('user', $dir), [ 'alice: 4/0', 'bob: 2/1' ], 'session users; what has none is in no row');
is_deeply(table('db', $dir), ['shop: 7/1'], 'databases');
is_deeply(table('app', $dir), ['psql: 7/1'], 'applications');
is_deeply(table('client', $dir), [ '10.1.2.3: 5/1', '[local]: 1/0' ], 'clients: a Unix socket is [local], a process of the server none');
is_deeply(table('object', $dir), [ 'public.card: 3/1', 'function public.f(integer): 1/0' ], 'objects');
is_deeply(table('hour', $dir), [ '00: 1/0', '22: 6/1', '23: 1/0' ], 'hours of the day, in their order');
is_deeply(table('day', $dir), [ '2026-01-31: 7/1', '2026-02-01: 1/0' ], 'days');
{
	local $ENV{TZ} = 'Asia/Kolkata';
	my ($status, $out) = stats('--by=hour,day', '--json', $dir);
	my $tables = $json->decode($out)->{tables};
	is(join(' ', map { "$_->{hour}=$_->{records}" } @{ $tables->{hour}{rows} }), '04=7 05=1', 'local hours, where the offset is no whole hour');
	is(join(' ', map { "$_->{day}=$_->{records}" } @{ $tables->{day}{rows} }), '2026-02-01=8', 'and local days');
}

is_deeply(
	$json->decode((stats('--by=statement', '--json', $dir))[1])->{tables}{statement},
	{   distinct => 4, complete => $true,
		rows => [
			{ statement => 'SELECT * FROM card WHERE id = ?', records => 3, failed => 1, duration_us => 3600, mean_us => 1200, rows => 3 },
			{ statement => 'INSERT INTO t VALUES (?, ...)', records => 1, failed => 0, duration_us => 0, mean_us => 0, rows => 0 },
			{ statement => 'SELECT f(?)', records => 1, failed => 0, duration_us => 0, mean_us => 0, rows => 7 },
			{ statement => 'insert into T values (?, ...)', records => 1, failed => 0, duration_us => 0, mean_us => 0, rows => 0 }
		],
		others => { records => 0, failed => 0, duration_us => 0, mean_us => 0, rows => 0 } },
	'statements without constants and comments: records, time, rows');

# ---- statements ---------------------------------------------------------------------------

my $more = PostgreSQL::Test::Utils::tempdir();
foreach my $case (
	[ 'SELECT 1, 2, 3', 'SELECT ?, ...' ],
	[ 'SELECT a FROM t WHERE b IN (1,2,3) AND c = 4', 'SELECT a FROM t WHERE b IN (?, ...) AND c = ?' ],
	[ q{SELECT E'it\\'s', $x$ ' $x$, U&'x', 1.5e3}, 'SELECT ?, ...' ],
	[ 'SELECT 1, a, 2', 'SELECT ?, a, ?' ],
	[ 'SELECT $1 /* a /* b */ c */ + 7', 'SELECT $1 + ?' ],
	[ 'INSERT INTO t VALUES (1), (2)', 'INSERT INTO t VALUES (?)' ],
	[ 'INSERT INTO t VALUES (1), (now())', 'INSERT INTO t VALUES (?), (now())' ],
	[ 'SELECT f(1), (2)', 'SELECT f(?), (?)' ],
	[ q{SELECT "a 1" FROM "t;2"}, 'SELECT "a 1" FROM "t;2"' ],
	[ q{SELECT 'not ended}, 'SELECT ?' ],
	[ '  SELECT   1 ; ', 'SELECT ? ;' ],
	[ ",,1,,\x{1}(", ",,?,,\x{1}(" ])
{
	my ($query, $expected) = @$case;
	file($more, 1, line(query => $query));
	is($json->decode((stats('--by=statement', '--json', $more))[1])->{tables}{statement}{rows}[0]{statement}, $expected, "normal form of $query" =~ s/[^ -~]/?/gr);
}

# ---- failed logins, rights --------------------------------------------------------------

sub login
{
	my ($user, %more) = @_;
	return line(event => 'session.auth', class => 'session', command => undef, outcome => 'failure', user => $user, sqlstate => '28P01',
		error => qq{password authentication failed for user "$user"}, %more);
}
file($more, 1,
	login('bob'), login('b"o"b'), login('ghost', detail => 'Role "ghost" does not exist.'),
	login('bob', client_addr => undef), login('bob', sqlstate => '28000', error => 'no pg_hba.conf entry for host "10.1.2.3", user "bob", no encryption'),
	line(error => 'not a login', outcome => 'failure'), line(event => 'session.auth', class => 'session'));
is_deeply(
	table('login', $more),
	[   '10.1.2.3 | 28P01 | password authentication failed for user "...": 2/2',
		'10.1.2.3 | 28000 | no pg_hba.conf entry for host "...", no encryption: 1/1',
		'10.1.2.3 | 28P01 | password authentication failed for user "...": Role "..." does not exist.: 1/1',
		'[local] | 28P01 | password authentication failed for user "...": 1/1' ],
	'failed logins by address and reason, whoever it was');

sub role
{
	my ($command, %more) = @_;
	return line(class => 'role', command => $command, user => 'dba', %more);
}
sub granted { return [ map { { type => $_->[0], name => $_->[1], access => [ $_->[2] // 'grant' ] } } @_ ]; }
file($more, 1,
	role('GRANT', privileges => [ 'select', 'update' ], column_privileges => ['update(b)'], grantees => [ 'bob', 'eve' ], objects => granted([ 'table', 's.t' ])),
	role('GRANT', privileges => ['all'], grantees => ['public'], grant_options => ['grant'], current_user => 'owner', objects => granted([ 'schema', 's' ], [ 'table', 's.x', 'revoke' ])),
	role('GRANT', privileges => ['all'], grantees => ['bob'], objects => granted([ 'schema', 's' ]), outcome => 'failure'),
	role('REVOKE', privileges => ['all'], grantees => ['bob'], objects => granted([ 'schema', 's', 'revoke' ])),
	role('ALTER DEFAULT PRIVILEGES', privileges => ['select'], grantees => ['eve'], object_type => 'tables', owned_by => ['bob'], schemas => ['s'],
		query => 'ALTER DEFAULT PRIVILEGES FOR ROLE bob IN SCHEMA s GRANT SELECT ON TABLES TO eve'),
	role('ALTER DEFAULT PRIVILEGES', privileges => ['select'], grantees => ['eve'], object_type => 'tables',
		query => 'ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM eve'),
	role('GRANT ROLE', members => ['eve'], admin_option => $true, objects => granted([ 'role', 'boss' ])),
	role('REVOKE ROLE', members => ['eve'], objects => granted([ 'role', 'boss', 'revoke' ])),
	role('CREATE ROLE', target_role => 'new', attributes => [ 'superuser', 'nologin', 'connection limit 5' ], member_of => ['g'], members => ['m'], admin_members => ['a'],
		objects => granted([ 'role', 'new', 'create' ])),
	role('ALTER ROLE', target_role => 'g', members => ['m'], objects => [ { type => 'role', name => 'g', access => [ 'alter', 'grant' ] } ]),
	role('ALTER ROLE', target_role => 'g', members => ['m'], objects => [ { type => 'role', name => 'g', access => [ 'alter', 'revoke' ] } ]),
	role('ALTER ROLE', target_role => 'n', attributes => [ 'nosuperuser', 'createrole' ]),
	role('SET ROLE', from_role => 'dba', to_role => 'postgres', gains_superuser => $true));
is_deeply(
	[ sort @{ table('right', '--top=100', $more) } ],
	[   'a | dba | member of role new, with admin option: 1/0',
		'bob | dba | select, update, columns update(b) on table s.t: 1/0',
		'dba | dba | superuser, as role postgres: 1/0',
		'eve | dba | member of role boss, with admin option: 1/0',
		'eve | dba | select on future tables of bob in schema s: 1/0',
		'eve | dba | select, update, columns update(b) on table s.t: 1/0',
		'm | dba | member of role g: 1/0',
		'm | dba | member of role new: 1/0',
		'n | dba | attribute createrole: 1/0',
		'new | dba | attribute superuser: 1/0',
		'new | dba | member of role g: 1/0',
		'public | owner | all on schema s, with grant option: 1/0' ],
	'rights that were granted: to whom, by whom, which');

# ---- how it prints -------------------------------------------------------------------------

my ($status, $out, $err) = stats('--utc', '--top=1', '--by=class,user,client,login,statement', $dir);
is("$status$err", '0', 'stats succeeds quietly');
is($out, <<'END', 'tables');
8 records, 1 failed, in 2 files, 2026-01-31 22:59:01.000 to 2026-02-01 00:10:00.000 UTC

Classes
   records    failed  class
         4         1  read
         4         0  (others: 3)

Session users
   records    failed  user
         4         0  alice
         2         1  (others: 1)

Clients
   records    failed  client
         5         1  10.1.2.3
         1         0  (others: 1)

Failed logins: none

Statements
   records    failed       total        mean        rows  statement
         3         1      3.6 ms      1.2 ms           3  SELECT * FROM card WHERE id = ?
         3         0      0.0 ms      0.0 ms           7  (others: 3)
END
is((stats('--by=right', $more))[1] =~ s/^.*\n\n//r =~ s/(?:.*\n){8}\z//r, <<'END', 'several columns of text');
Rights granted
   records  to   by   right
         1  a    dba  member of role new, with admin option
         1  bob  dba  select, update, columns update(b) on table s.t
         1  dba  dba  superuser, as role postgres
END
my $all = $json->decode((stats('--json', '--utc', $dir))[1]);
is_deeply([ sort keys %{ $all->{tables} } ], [ sort qw(class outcome user client object hour login right statement) ], 'the usual tables');
delete $all->{tables};
is_deeply($all,
	{ files => 2, lines => 9, damaged => 0, records => 8, failed => 1, first_ts => '2026-01-31T22:59:01.000000Z', last_ts => '2026-02-01T00:10:00.000000Z', utc => $true },
	'--json: what stands above the tables');
is_deeply(table('user', '--class=write', '--user=bob', $dir), ['bob: 1/0'], 'filters');
is_deeply(table('user', '--sort=failed', $dir), [ 'bob: 2/1', 'alice: 4/0' ], '--sort=failed');
is($json->decode((stats('--by=statement', '--sort=rows', '--top=1', '--json', $dir))[1])->{tables}{statement}{rows}[0]{statement}, 'SELECT f(?)', '--sort=rows');
is($json->decode((stats('--by=statement', '--sort=duration', '--top=1', '--json', $dir))[1])->{tables}{statement}{rows}[0]{duration_us}, 3600, '--sort=duration');
is_deeply([ (stats('--json', '--user=nobody', $dir))[ 0, 2 ] ], [ 1, '' ], 'where nothing matches the exit status is 1');

# ---- hostile trails ---------------------------------------------------------------------------

my $hostile = PostgreSQL::Test::Utils::tempdir();
file($hostile, 1,
	"not json\n", qq({"user":"half\n), "\n", qq([1]\n),
	line(user => "a\e[2Jb\x{202e}\n", query => "SELECT '\e]0;x\a' AS \"\e[31m\"", rows => 0),
	qq({"ts":"\e","user":"x\\u0000y","client_addr":7,"objects":[{"name":5},7,{"type":"table"}],"rows":-1,"duration_us":1e400,"seq":2}\n),
	qq({"ts":"\\u001b[2J","user":"x\\u0000y","client_addr":7,"objects":[{"name":5},7,{"type":"table"}],"rows":-1,"duration_us":1e400,"seq":2}\n),
	(map { line(rows => 999999999999999999, duration_us => 999999999999999999, user => 'big', query => 'SELECT big') } 1 .. 30),
	line(user => 'u' x 8000, query => 'SELECT ' . ('y' x 8000), db => "\x{fc}" x 8000),
	line(user => 'u' x 8001, db => "\x{fc}" x 8000),
	qq({"event":"session.auth","outcome":"failure","error":["x"],"seq":3}\n),
	role('GRANT', privileges => 7, grantees => {}, objects => 'x'),
	role('GRANT', privileges => ['select'], grantees => [ map { "g$_" } 1 .. 60 ], objects => granted(map { [ 'table', "t$_" ] } 1 .. 60)));
($status, $out, $err) = stats('--by=user,db,client,object,login,right,statement', $hostile);
is("$status$err", '0', 'a hostile trail');
unlike($out, qr/[^\n -~\x80-\xff]/, 'no control character comes through');
like($out, qr/^5 lines are no records; "secauditctl verify" says where$/m, 'what is no record is counted');
like($out, qr/  a\\x1b\[2Jb\\u202e $/m, 'a name with control characters is shown escaped');
like($out, qr/ 30 +0 +5124095576\.0 h +170803185\.9 h +18446744073709551615  SELECT big$/m, 'sums that overflow stay at the highest number');
like($out, qr/^ +1 +0  u{500}\x{e2}\x{80}\x{a6}$/m, 'of long names the beginning is shown');
is(scalar(() = $out =~ /^ +\d+ +\d+  u{500}/mg), 2, 'and they are told apart by the rest');
my $decoded = $json->decode((stats('--by=user,db,right', '--json', '--top=100000', $hostile))[1]);
is($decoded->{damaged}, 5, 'in JSON as well');
is_deeply([ map { $_->{user} } grep { $_->{user} =~ /^[ax]/ } @{ $decoded->{tables}{user}{rows} } ], [ "a\e[2Jb\x{202e}\n", 'x\\u0000y' ], 'which has names as they are');
is(length((grep { $_->{cut} } @{ $decoded->{tables}{db}{rows} })[0]{db}), 250, 'or their beginning, in whole letters');
is($decoded->{tables}{right}{distinct}, 1000, 'one record counts a thousand rights,');
is($decoded->{tables}{right}{records_cut}, 1, 'says in how many records there were more,');
like($out, qr/^\(1 record gives more than 1000 rights; of these, only so many are here\)$/m, 'in the table, too,');
is(JSON::PP::is_bool($decoded->{tables}{right}{complete}) && !$decoded->{tables}{right}{complete}, 1, 'and that it had more is said');

# More different names than are kept.
{
	my $many = PostgreSQL::Test::Utils::tempdir();
	my $path = sprintf '%s/secaudit-20260131T225901Z-000001.jsonl', $many;
	open my $fh, '>:raw', $path or die $!;
	print {$fh} map { qq({"user":"u$_","seq":$_}\n) } 1 .. 100_500;
	print {$fh} qq({"user":"u1","seq":100501}\n);
	close $fh;
	($status, $out) = stats('--by=user', '--top=1', $many);
	like($out, qr/^ +2 +0  u1\n +100499 +0  \(others: more than 100000 are not told apart\)$/m, 'of 100,500 names 100,000 are counted each for itself');
	my $users = $json->decode((stats('--by=user', '--top=1', '--json', $many))[1])->{tables}{user};
	is("$users->{distinct} $users->{others}{records}", '100000 100499', 'and the others together');
}

# ---- what is refused ----------------------------------------------------------------------------

foreach my $case (
	[ ['--by=usr'], qr/invalid value for --by: "usr"\nThe nearest is "user"\.  There are: class, outcome, event, .*statement\.$/m ],
	[ ['--by=,'], qr/invalid value for --by: ""/ ],
	[ ['--top=0'], qr/invalid value for --top: "0"\nExpected a number from 1 to 100000\./ ],
	[ ['--top=x'], qr/invalid value for --top: "x"/ ],
	[ ['--sort=size'], qr/invalid value for --sort: "size"\nExpected records, failed, rows or duration\./ ],
	[ ['--color=pink'], qr/invalid value for --color: "pink"/ ],
	[ ['--class=raed'], qr/unknown class "raed"/ ],
	[ ['--usr=x'], qr/unrecognized option "--usr=x"/ ])
{
	my ($args, $message) = @$case;
	($status, $out, $err) = stats(@$args, $dir);
	is("$status$out", '2', "stats @$args: exit status 2 and no output");
	like($err, $message, '... and it says why');
	like($err, qr/^Try "secauditctl stats --help"/m, '... and where to look');
}
($status, $out, $err) = stats("$dir/none");
is("$status$out", '2', 'a trail that is not there');
like($err, qr/could not access "\Q$dir\E\/none"/, 'is named');
my @help = split /\n/, (stats('--help'))[1];
cmp_ok(scalar(@help), '<=', 50, '--help fits a screen');
is(scalar(grep { length > 80 } @help), 0, 'of 80 columns');

done_testing();
