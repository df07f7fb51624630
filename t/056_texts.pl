# What records hold of the client's texts: parameters, encodings, bytes that are
# no text, long statements, application names.
use strict;
use warnings;
use utf8;

use Digest::SHA qw(sha256_hex);
use Encode qw(encode);
use MIME::Base64;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', init => [ extra => [ '--encoding=UTF8', '--locale=C' ] ], settings => { 'secaudit.log' => 'all' });
$node->safe_psql('postgres', q{
	CREATE ROLE r LOGIN; ALTER DATABASE postgres SET secaudit.log_parameters = on;
	CREATE TABLE t (a int, b text); GRANT ALL ON t TO r; GRANT CREATE ON SCHEMA public TO r;
	CREATE FUNCTION nested(x int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (x, 'n'); RETURN x; END $$;
	CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
	CREATE DATABASE euc ENCODING 'EUC_JP' LOCALE 'C' TEMPLATE template0;
	CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0});

my ($c, $number);
sub open_session { $c = SecauditProto->connect($node, user => 'r', @_); $number = 0; return; }
sub query { $c->query($_[0]); return $c->until_ready; }
sub got
{
	my @all = grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
	my @new = @all[ $number .. $#all ];
	$number = @all;
	return @new;
}
sub bound
{
	my ($types, $values, %opt) = @_;
	my $i = 0;
	my $sql = 'SELECT ' . join ', ', map { '$' . ++$i } @$types;
	$c->parse('', $sql, @$types)->bind('', '', $values, %opt)->execute('')->sync;
	my @m = $c->until_ready;
	is($c->error_code(@m), undef, 'bound: ' . join ', ', @$types);
	return (got())[0]{params};
}

# 82, 83; each type is in 056_parameters.pl
open_session();
is_deeply(bound([ 23, 25 ], [ pack('N', 42), 'x' ], binary => 1), [ { type => 'integer', value => 42 }, { type => 'text', value => 'x' } ],
	'82: binary parameters are decoded');
is_deeply(bound([ 25, 25, 23 ], [ undef, '', undef ]),
	[ { type => 'text', null => JSON::PP::true }, { type => 'text', value => '' }, { type => 'integer', null => JSON::PP::true } ],
	'83: NULL is not the empty string');
$c->parse('', 'SELECT ' . join(', ', map { "\$${_}::text" } 1 .. 30))->bind('', '', [ ('z' x 500) x 30 ])->execute('')->sync->until_ready;
my @got = got();
ok(@{ $got[0]{params} } >= 4 && @{ $got[0]{params} } < 30, '83: those that do not fit are left out');
is_deeply($got[0]{truncated}, ['params'], '83: and the record says so');
query(q{PREPARE e (int, text) AS INSERT INTO t VALUES ($1, $2)}); query(encode('UTF-8', q{EXECUTE e(7, 'é')})); query('SELECT nested(5)');
@got = got();
is_deeply($got[1]{params}, [ { type => 'integer', value => 7 }, { type => 'text', value => 'é' } ], '83: those of EXECUTE');
is_deeply([ map { $_->{params} } @got[ 2 .. 3 ] ], [ undef, undef ], q{83: a function's variables are no parameters});
$c->parse('', q{SELECT $1::text})->bind('', '', [q{ALTER ROLE x PASSWORD 'hunter2'}])->execute('')->sync->until_ready;
@got = got();
unlike(JSON::PP->new->encode($got[0]), qr/hunter2/, '83: a secret in a parameter is hidden');
is_deeply($got[0]{redacted}, ['secret'], '83: and the record says so');
$c->terminate;

# 94
open_session(application_name => 'pool');
query('SELECT 1'); query(q{SET application_name = 'client "b"'}); query('SELECT 2'); query('DISCARD ALL'); query('SELECT 3');
is($c->error_code(query(q{SET secaudit.log = 'none'})), '42501', '94: who is no superuser does not change what is recorded');
is($c->error_code(query('RESET ALL')), undef, '94: RESET ALL');
query('SELECT 4');
@got = got();
is_deeply([ map { "$_->{query}: " . ($_->{app} // '-') } grep { $_->{command} eq 'SELECT' } @got ],
	[ 'SELECT 1: pool', 'SELECT 2: client "b"', 'SELECT 3: pool', 'SELECT 4: pool' ], '94: each statement has the application name of its moment');
is_deeply([ map { $_->{command} } @got ], [ 'SELECT', 'SET', 'SELECT', 'DISCARD ALL', 'SELECT', 'SET', 'RESET', 'SELECT' ], '94: and DISCARD ALL hides nothing');
$c->terminate;

# 95
sub run_in
{
	my ($db, $encoding, @sql) = @_;
	open_session(database => $db, ($encoding ? (client_encoding => $encoding) : ()));
	query($_) foreach @sql;
	my @r = got();
	$c->terminate;
	return @r;
}
my $umlaut = q{SELECT 'Grüße', '☃' -- 日本};
@got = run_in('postgres', undef, encode('UTF-8', $umlaut));
is_record($got[0], { query => $umlaut, enc => undef }, '95: UTF-8');
@got = run_in('latin', 'LATIN1', encode('latin1', q{SELECT 'Grüße'}), encode('latin1', q{SELECT 'ü' FROM nowhere}));
is_deeply([ map { $_->{query} } @got ], [ q{SELECT 'Grüße'}, q{SELECT 'ü' FROM nowhere} ], '95: LATIN1, errors too');
@got = run_in('euc', 'UTF8', encode('UTF-8', q{SELECT '日本語'}), encode('UTF-8', q{SELECT '日本語' FROM nowhere}));
is_deeply([ map { $_->{query} } @got ], [ q{SELECT '日本語'}, q{SELECT '日本語' FROM nowhere} ], '95: EUC_JP, errors too');
@got = run_in('euc', 'SJIS', encode('shiftjis', q{SELECT '日本' AS x}));
is($got[0]{query}, q{SELECT '日本' AS x}, '95: a client in SJIS');
my $broken = "SELECT '\xff\xfe', 'ok\xc3\xa9'";
@got = run_in('ascii', undef, $broken, "SELECT 'a\x01\tb\x7f'", "SELECT '\xe2\x80\xae'");
is_record($got[0], { query => "SELECT '\x{fffd}\x{fffd}', 'ok\x{e9}'", enc => ['query'], query_raw_b64 => encode_base64($broken, '') }, '95: bytes that are no text are kept in base64');
is_record($got[1], { query => "SELECT 'a\x01\tb\x7f'", enc => undef }, '95: control characters');
is_record($got[2], { query => "SELECT '\x{202e}'", enc => undef }, '95: characters that turn text around');
my $bad = 'SELECT ' . join ', ', map { "'\xff$_'" } 1 .. 4000;
@got = run_in('ascii', undef, $bad);
ok(@got > 3, '95: a long text that is none is split');
is(join('', map { decode_base64($_->{query_raw_b64}) } sort { $a->{part} <=> $b->{part} } @got), $bad, '95: and its parts are its bytes');
@got = run_in('postgres', undef, "SELECT '\xff'");
is_record($got[0], { event => 'error', sqlstate => '22021' }, '95: what the server refuses');
my $big = "SELECT '" . ('0123456789' x 5000) . "', 'Ende'";
@got = sort { $a->{part} <=> $b->{part} } run_in('postgres', undef, $big);
is(join('', map { $_->{query} } @got), $big, '95: a statement of 50 kB, part by part');
is_deeply([ map { $_->{query_sha256} } @got ], [ (sha256_hex($big)) x @got ], '95: with the digest of the whole');
my $huge = "SELECT length('" . ('x' x 1_000_000) . "'), 'Ende'";
@got = sort { $a->{part} <=> $b->{part} } run_in('postgres', undef, $huge);
my $whole = join '', map { $_->{query} } @got;
like($whole, qr/^SELECT length\('x+…\[\d+ bytes omitted\]…x+'\), 'Ende'$/, '95: one of 1 MB: its head and its tail');
is_record($got[0], { query_len => length $huge, query_sha256 => sha256_hex($huge), truncated => ['query'], rows => 1 }, '95: with its length and digest');
@got = run_in('postgres', undef, "SELECT 1;\n\n  SELECT\n\t2 -- two\n");
is($got[1]{query}, "SELECT\n\t2 -- two", '95: newlines stay');
done_testing;
