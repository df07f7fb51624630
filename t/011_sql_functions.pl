# The SQL functions beyond what SQL alone can show: damaged lines, waiting that
# can be cancelled, files that are left behind by nobody, other encodings, a
# server that did not preload the module.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_node('functions');
my $dir = trail_dir($node);
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit');

sub sql { return $node->psql('postgres', $_[0]); }

# flush() means on disk, for other programs too.
$node->safe_psql('postgres', q{SELECT 'needle in the trail'});
$node->safe_psql('postgres', 'SELECT secaudit.flush()');
my ($newest) = reverse trail_files($node);
like(slurp_file($newest), qr/needle in the trail/, 'after flush() the record is in the file');

# While the writer cannot write, flush() waits and can be cancelled.
my $writer = $node->safe_psql('postgres', 'SELECT writer_pid FROM secaudit.status()');
kill STOP => $writer or die "writer $writer: $!";
my ($status, $out, $err) = sql(q{SET statement_timeout = '500ms'; SELECT secaudit.flush()});
kill CONT => $writer;
is($status, 3, 'flush() waits while the writer does not write');
like($err, qr/canceling statement due to statement timeout/, 'and can be cancelled');
like($node->safe_psql('postgres', 'SELECT secaudit.flush()'), qr/^\d+$/, 'then it succeeds');

# Files of another trail, with lines that are no records.  The server would
# never write such files, but disks, tools and attackers do.
my $foreign = "$dir/secaudit-20200101T000000Z-000001.jsonl";
append_to_file(
	$foreign,
	join("\n",
		'{"v":1,"log":"00000000000000ff","ts":"2020-01-01T00:00:01.000001Z","event":"statement",'
		  . '"class":"read","command":"SELECT","outcome":"success","user":"eve","db":"d","seq":7}',
		'{"v":1,"log":"00000000000000ff","ts":"not a time","seq":8}',
		'no JSON at all',
		'[1, 2]',
		'{"a":"\u0000","seq":9}',
		'{"a":1e999999,"seq":9}',
		"{\"a\":\"\xff\xfe\",\"seq\":9}",
		'{"v":1,"log":"00000000000000ff","ts":"2020-01-01T00:00:02.000001Z","user":7,"seq":-1}',
		'{"v":1,"log":"00000000000000ff","ts":"2020-02-30T00:00:02.000001Z","seq":10}',
		'{"half":')
);
append_to_file("$dir/secaudit-20200101T000000Z-000002.jsonl",
	qq({"v":1,"log":"00000000000000ff","ts":"2020-01-02T00:00:00.000000Z","seq":11}\n));
append_to_file("$dir/not-a-trail-file.jsonl", "nor are these\n");

($status, $out, $err) = $node->psql('postgres', q{
	SELECT ts AT TIME ZONE 'UTC', seq, event, class, command, outcome, "user", db,
		record->>'log' FROM secaudit.records() WHERE ts < '2021-01-01' OR ts IS NULL});
is($status, 0, 'damaged lines do not make records() fail');
is( $out,
	join("\n",
		'2020-01-01 00:00:01.000001|7|statement|read|SELECT|success|eve|d|00000000000000ff',
		'|8|||||||00000000000000ff',
		'2020-01-01 00:00:02.000001||||||||00000000000000ff',
		'|10|||||||00000000000000ff',
		'2020-01-02 00:00:00|11|||||||00000000000000ff'),
	'the records among them are returned');
foreach ([ 3, 'Token "no" is invalid' ],
	[ 4, 'not a JSON object' ],
	[ 5, '\\\\u0000 cannot be converted to text' ],
	[ 6, 'value overflows numeric format' ],
	[ 7, 'invalid byte sequence for encoding "UTF8"' ],
	[ 10, 'The line is incomplete' ])
{
	my ($line, $why) = @$_;
	like($err,
		qr/WARNING:  line $line of file "\Q$foreign\E" is not an audit record\nDETAIL:  [^\n]*$why/,
		"line $line is a warning that says why");
}
is(scalar(() = $err =~ /WARNING/g), 6, 'there is one warning per damaged line');

# since passes over files that cannot hold what is wanted.
($status, $out, $err) = sql(q{SELECT count(*) > 0 FROM secaudit.records(since => '2022-01-01') WHERE ts IS NOT NULL});
is("$out$err", 't', 'files that are too old are not even read');

# An encoding that cannot hold everything.
$node->safe_psql('postgres',
	q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
$node->safe_psql('latin', 'CREATE EXTENSION secaudit');
append_to_file("$dir/secaudit-20200101T000000Z-000002.jsonl",
	qq({"user":"r\xc3\xa9my","log":"00000000000000ff","seq":12}\n{"user":"\xe6\x97\xa5","seq":13}\n));
($status, $out, $err) = $node->psql('latin',
	q{SELECT length("user") FROM secaudit.records() WHERE seq IN (12, 13) AND ts IS NULL});
is($out, 4, 'text is converted to the encoding of the database');
like($err, qr/line 3 of file "[^"]*000002.jsonl" is not an audit record\nDETAIL:  character with byte sequence 0xe6 0x97 0xa5/,
	'where it cannot be, that is a warning');
unlink $foreign, "$dir/secaudit-20200101T000000Z-000002.jsonl", "$dir/not-a-trail-file.jsonl";

# A link that leads nowhere is no file that retention has deleted.
my $link = "$dir/secaudit-20200101T000000Z-000001.jsonl";
symlink 'nothing', $link or die $!;
($status, $out, $err) = sql('SELECT count(*) FROM secaudit.records()');
like($err, qr/ERROR:  could not open file "\Q$link\E": No such file or directory/, 'a file that leads nowhere is an error');
unlink $link;

# Whoever stops reading early leaves no file open.
SKIP:
{
	skip 'no /proc', 1 unless -d '/proc/self/fd';
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_safe('SELECT seq FROM secaudit.records() LIMIT 1') for 1 .. 20;
	$session->query('SELECT seq / 0 FROM secaudit.records()');
	is(scalar(grep { (readlink($_) // '') =~ /\.jsonl$/ } glob "/proc/$pid/fd/*"),
		0, 'a reader that was stopped leaves no file open');
	$session->quit;
}

# A directory that has gone is an error, not a crash.  The writer would make it
# again, so it has to hold still.
$writer = $node->safe_psql('postgres', 'SELECT writer_pid FROM secaudit.status()');
kill 'STOP', $writer;
rename $dir, "$dir.away" or die $!;
($status, $out, $err) = sql('SELECT count(*) FROM secaudit.records()');
like($err, qr/ERROR:  could not access "\Q$dir\E": No such file or directory/,
	'a missing directory is an error');
is($node->safe_psql('postgres', 'SELECT free_bytes IS NULL FROM secaudit.status()'),
	't', 'of which status() knows no free space');
rename "$dir.away", $dir or die $!;
kill 'CONT', $writer;
$node->stop;

# Not preloaded.
my $plain = new_node('plain', no_preload => 1, no_start => 1);
$plain->start;
($status, $out, $err) = $plain->psql('postgres', 'CREATE EXTENSION secaudit');
is($status, 3, 'without preloading the extension cannot be created');
like($err, qr/ERROR:  secaudit must be loaded via shared_preload_libraries/, 'which is said');
like($err, qr/HINT:  Add secaudit to shared_preload_libraries/, 'with a hint');
$plain->stop;

done_testing();
