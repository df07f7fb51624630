# secauditctl report: names that are markup stay text, what is too much is cut and said, --redact hides values.
use strict;
use warnings;

use FindBin ();
use lib "$FindBin::RealBin/lib";
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditReport;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';
my $dir = PostgreSQL::Test::Utils::tempdir();

# ---- hostile names, in every place where a record has one

my @evil = ('</script><script>alert(1)</script>', '</table></title><svg onload=alert(1)>', '"><img src=http://x.invalid/>', "a\x{202e}gpj.exe", 'x' x 10000);
my @records;
foreach my $e (@evil)
{
	my %names = map { $_ => $e } qw(user app client_addr db command session sqlstate error detail reason rule severity setting old_value new_value target_role query class ts);
	push @records, record(%names, ts => '2026-05-04T10:00:00.000000Z', class => $_->[0], event => $_->[1], outcome => 'failure', $_->[1] eq 'statement' ? (sqlstate => '42501') : (),
		superuser => JSON::PP::true, tags => [$e], objects => [ { type => 'table', name => $e, tags => [$e], denied => JSON::PP::true } ],
		grantees => [$e], members => [$e], privileges => [$e], attributes => [$e])
	  for [qw(role statement)], [qw(config config)], [qw(alert alert)], [qw(session session.auth)], [qw(session session.start)], [ $e, 'statement' ], [ 'read', $e ];
}
write_trail("$dir/evil", @records);
my ($status, $html, $err) = report('--rows=1000', "$dir/evil");
$html =~ s/<wbr>//g;
is("$status$err", '0', 'a trail of hostile names has a report');
my %tags;
$tags{$1}++ while $html =~ m{<([a-zA-Z]+)}g;
is_deeply([ grep { exists $tags{$_} } qw(script img iframe object embed link form input) ], [], 'no element that loads or runs anything');
unlike($html, qr/<[^>]*\son[a-z]+\s*=/i, 'no handler of events');
unlike($html, qr/<[^>]*(?:src|href)\s*=\s*"(?!#)/i, 'no address but those of its own sections');
unlike($html, qr/\xe2\x80\xae/, 'no character that turns the order round');
like($html, qr/a&lt;U\+202E&gt;gpj\.exe/, 'it is named');
like($html, qr/x{100}x*\xe2\x80\xa6 \(10000 bytes, SHA-256 [0-9a-f]{8}\xe2\x80\xa6\)/, 'a name of 10,000 bytes is shortened and says so');
unlike($html, qr/x{200}/, 'nowhere is more of it');
like($html, qr/Content-Security-Policy" content="default-src 'none';/, 'the page forbids itself to load anything');
my ($open, $close) = (0, 0);
$open++ while $html =~ /<(?:table|section|svg|div|figure)[ >]/g;
$close++ while $html =~ m{</(?:table|section|svg|div|figure)>}g;
is($open, $close, 'what is opened is closed');
is(ref sections("$dir/evil"), 'HASH', 'JSON of it is JSON');

# ---- nothing, and next to nothing

write_trail("$dir/one");
is(sections("$dir/one")->{totals}{rows}[0]{records}, 1, 'a trail of one record');
($status, $html, $err) = report("$dir/one");
is("$status$err", '0', 'has a page');
($status, $html, $err) = report('--since=2030-01-01', "$dir/one");
is("$status$err", '0', 'so has a period without records');
like($html, qr{<b>Failed logins:</b> none}, 'which says that there are none');
mkdir "$dir/none";
($status, $html, $err) = report("$dir/none");
is($status, 2, 'a directory without a trail: exit status 2');
like($err, qr/there are no trail files in/, 'and a message');
open my $fh, '>', "$dir/none/secaudit-20260131T225900Z-000001.jsonl" or die $!;
close $fh;
($status, $html) = report("$dir/none");
like($html, qr/<h1>Audit report/, 'an empty file has a page');

# ---- too much

write_trail("$dir/many", map { record(event => 'session.start', class => 'session', user => "u$_", ts => '2026-05-04T10:00:00.000000Z') } 1 .. 9000);
($status, $html) = report('--rows=10', "$dir/many");
like($html, qr/Only 10 of 8,000 rows are shown/, 'a table that is cut says so');
like($html, qr/1,000 further records had more different values than are kept/, 'and what has no row at all');
is(sections("$dir/many")->{new_triples}{uncounted}, 1000, 'JSON says it, too');

# ---- --redact

write_trail(
	"$dir/secret",
	record(class => 'role', command => 'ALTER ROLE', target_role => 'bob', query => "ALTER ROLE bob CONNECTION LIMIT 4711 VALID UNTIL 'hush-1'"),
	record(class => 'role', command => 'ALTER ROLE', target_role => 'bob', query => "ALTER ROLE bob VALID UNTIL 'hush-2" . 'x' x 500 . "'"),
	record(event => 'config', class => 'config', command => 'ALTER SYSTEM', setting => 'x.y', old_value => 'hush-3', new_value => 'hush-4'),
	record(event => 'session.auth', class => 'session', outcome => 'failure', error => 'bad value "hush-5" for "a"'),
	record(outcome => 'failure', sqlstate => '42501', error => 'must be owner of "hush-6"'),
	record(event => 'alert', class => 'alert', reason => 'rule', detail => 'value "hush-7"'),
);
foreach my $format (qw(html json csv))
{
	my (undef, $shown) = report("--format=$format", "$dir/secret");
	my (undef, $hidden) = report("--format=$format", '--redact', "$dir/secret");
	my %shown = map { $_ => 1 } $shown =~ /hush-(\d)/g;
	is(join('', sort keys %shown), '1234567', "$format shows values");
	unlike($hidden, qr/hush|4711/, "$format with --redact shows none");
	like($hidden, qr/ALTER ROLE bob/, "and $format shows statements all the same");
}

# ---- usage

foreach (
	[ 'no format' => qr/invalid value for --format: "pdf"/, '--format=pdf', "$dir/one" ],
	[ 'no number' => qr/invalid value for --rows: "0"/, '--rows=0', "$dir/one" ],
	[ 'no time' => qr/invalid value for --since: "soon"/, '--since=soon', "$dir/one" ],
	[ 'no such directory' => qr/could not write "\/nowhere\/r.html": No such file or directory/, '-o', '/nowhere/r.html', "$dir/one" ],
  )
{
	my ($name, $message, @args) = @$_;
	($status, undef, $err) = report(@args);
	is($status, 2, "$name: exit status 2");
	like($err, $message, "$name: a message");
}

done_testing();
