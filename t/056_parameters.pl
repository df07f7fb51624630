# Values of bound parameters are JSON: numbers, words, arrays and objects where
# they can be, in both formats of the protocol.  No output function of a user's
# type is called, and none of ours fails.
use strict;
use warnings;
use utf8;

use Digest::SHA qw(sha256_hex);
use Encode qw(decode encode);
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', init => [ extra => [ '--encoding=UTF8', '--locale=C' ] ], settings => {
	'secaudit.log' => 'all', 'secaudit.log_parameters' => 'on',
	log_statement => 'none', log_min_duration_statement => -1, # the server's log calls output functions
});
$node->safe_psql('postgres', q{
	CREATE TYPE mood AS ENUM ('sad', 'happy "é"');
	CREATE TYPE pair AS (a int, b text);
	CREATE TYPE deep AS (p pair, gone int, m mood[], at date);
	ALTER TYPE deep DROP ATTRIBUTE gone;
	CREATE TYPE login AS (name text, password text);
	CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);
	CREATE DOMAIN even_more AS even CHECK (VALUE > 2);
	CREATE DOMAIN pairs AS pair[];
	CREATE TYPE textrange AS RANGE (subtype = text);
	CREATE TYPE shout;
	CREATE FUNCTION shout_in(cstring) RETURNS shout LANGUAGE internal IMMUTABLE STRICT AS 'textin';
	CREATE FUNCTION shout_out(shout) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
	CREATE FUNCTION shout_recv(internal) RETURNS shout LANGUAGE internal STABLE STRICT AS 'textrecv';
	CREATE FUNCTION shout_send(shout) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
	CREATE TYPE shout (INPUT = shout_in, OUTPUT = shout_out, RECEIVE = shout_recv, SEND = shout_send);
	CREATE DOMAIN shouted AS shout;
	CREATE TYPE mixed AS (a int, s shout)});
my %oid = map { split /\|/ } split /\n/, $node->safe_psql('postgres', 'SELECT typname, oid FROM pg_type');

my $c = SecauditProto->connect($node);
sub last_record { return (grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid))[-1]; }
sub query { $c->query($_[0]); return $c->until_ready; }

sub run_bound
{
	my ($types, $values, %opt) = @_;
	my $i = 0;
	$c->parse('', 'SELECT ' . join(', ', map { '$' . ++$i } @$types), map { $oid{$_} } @$types);
	$c->bind('', '', $values, %opt)->execute('')->sync;
	is($c->error_code($c->until_ready), undef, "bound: @$types");
	return;
}

# the record of a statement with these values
sub bound { run_bound(@_); return last_record(); }

# TYPE => [ text, JSON, binary ]: what the record says of the value
my @forms = (
	[ int2 => '-3', '-3', pack 's>', -3 ],
	[ int4 => '42', '42', pack 'N', 42 ],
	[ int8 => '9007199254740991', '9007199254740991', pack 'q>', 9007199254740991 ],
	[ int8 => '-9007199254740993', '"-9007199254740993"', pack 'q>', -9007199254740993 ],
	[ oid => '4294967295', '4294967295', pack 'N', 4294967295 ],
	[ float4 => '0.5', '0.5', pack 'f>', 0.5 ],
	[ float8 => '1e300', '1e+300', pack 'd>', 1e300 ],
	[ float8 => 'NaN', '"NaN"', "\x7f\xf8\0\0\0\0\0\0" ],
	[ float8 => '-Infinity', '"-Infinity"', "\xff\xf0\0\0\0\0\0\0" ],
	[ numeric => '-12.3400', '-12.3400', pack('n*', 2, 0, 0x4000, 4, 12, 3400) ],
	[ numeric => '123456789012345', '123456789012345' ],
	[ numeric => '0.1234567890123456', '"0.1234567890123456"' ],
	[ numeric => 'NaN', '"NaN"', pack('n*', 0, 0, 0xC000, 0) ],
	[ bool => 't', 'true', "\x01" ],
	[ bool => 'f', 'false', "\x00" ],
	[ text => "a\"\\\n\x{e9}", qq{"a\\"\\\\\\n\x{e9}"}, encode('UTF-8', "a\"\\\n\x{e9}") ],
	[ varchar => 'null', '"null"', 'null' ],
	[ bpchar => 'x ', '"x "', 'x ' ],
	[ name => 'me', '"me"', 'me' ],
	[ char => 'x', '"x"', 'x' ],
	[ char => '\377', '"\\\\377"', "\xff" ],
	[ date => '2024-02-29', '"2024-02-29"', pack 'N', 8825 ],
	[ time => '23:59:58.5', '"23:59:58.5"', pack 'q>', 86398500000 ],
	[ timetz => '01:02:03.5-02:30', '"01:02:03.5-02:30"', pack('q>', 3723500000) . pack 'N', 9000 ],
	[ timestamp => '2024-02-29 01:02:03.25', '"2024-02-29 01:02:03.25"', pack 'q>', 762483723250000 ],
	[ timestamptz => '2024-02-29 01:02:03+02', '"2024-02-28 23:02:03+00"', pack 'q>', 762476523000000 ],
	[ interval => '1 year 2 days -3 hours', '"P1Y2DT-3H"', pack('q> N N', -10800000000, 2, 12) ],
	[ uuid => 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', pack 'H*', 'a0eebc999c0b4ef8bb6d6bb9bd380a11' ],
	[ inet => '10.1.2.3/8', '"10.1.2.3/8"', "\x02\x08\x00\x04\x0a\x01\x02\x03" ],
	[ cidr => '10.0.0.0/8', '"10.0.0.0/8"', "\x02\x08\x01\x04\x0a\x00\x00\x00" ],
	[ inet => '::1', '"::1"' ],
	[ macaddr => '08:00:2b:01:02:03', '"08:00:2b:01:02:03"', "\x08\x00\x2b\x01\x02\x03" ],
	[ macaddr8 => '08:00:2b:01:02:03:04:05', '"08:00:2b:01:02:03:04:05"', "\x08\x00\x2b\x01\x02\x03\x04\x05" ],
	[ money => '$12.34', '1234', pack 'q>', 1234 ],
	[ bit => '1', '"1"', pack('N', 1) . "\x80" ],
	[ varbit => '10110', '"10110"', pack('N', 5) . "\xb0" ],
	[ pg_lsn => '16/B374D848', '"16/B374D848"', pack 'N N', 0x16, 0xB374D848 ],
	[ tid => '(7,8)', '"(7,8)"', pack 'N n', 7, 8 ],
	[ xid8 => '18446744073709551615', '"18446744073709551615"' ],
	[ json => '{"a" : [1]}', '"{\\"a\\" : [1]}"', '{"a" : [1]}' ],
	[ jsonb => '{"a" : [1, null, "x"]}', '"{\\"a\\": [1, null, \\"x\\"]}"', qq(\x01{"a" : [1, null, "x"]}) ],
	[ xml => '<a/>', '"<a/>"', '<a/>' ],
	[ _int4 => '{1,NULL,3}', '[1,null,3]', pack('N*', 1, 1, 23, 3, 1, 4, 1, 0xFFFFFFFF, 4, 3) ],
	[ _int4 => '[5:6][-1:0]={{1,2},{3,4}}', '[[1,2],[3,4]]', pack('N*', 2, 0, 23, 2, 5, 2, 0xFFFFFFFF, map { (4, $_) } 1 .. 4) ],
	[ _int4 => '{}', '[]', pack('N*', 0, 0, 23) ],
	[ _text => '{a,"b \"c\"",NULL,"NULL",""}', '["a","b \\"c\\"",null,"NULL",""]' ],
	[ _bool => '{t,f}', '[true,false]' ],
	[ _int8 => '{1,9007199254740993}', '[1,"9007199254740993"]' ],
	[ _numeric => '{1.50,NaN}', '[1.50,"NaN"]' ],
	[ int2vector => '1 2', '[1,2]' ],
	[ int4range => '(1,5]', '"[2,6)"', "\x02" . pack('N*', 4, 2, 4, 6) ],
	[ int4range => 'empty', '"empty"', "\x01" ],
	[ tstzrange => '[2024-01-01 00:00+00,)', '"[2024-01-01 00:00:00+00,)"' ],
	[ numrange => '(,1.50]', '"(,1.50]"' ],
	[ _daterange => '{"[2024-01-01,2024-02-01)"}', '["[2024-01-01,2024-02-01)"]' ],
	[ textrange => '[a,"b""c")', '"[a,b\\"c)"' ],
	[ mood => 'happy "é"', '"happy \\"é\\""', encode('UTF-8', 'happy "é"') ],
	[ _mood => '{sad,NULL}', '["sad",null]' ],
	[ pair => '(1,x)', '{"a":1,"b":"x"}', pack('N*', 2, 23, 4, 1, 25, 1) . 'x' ],
	[ pair => '(,"")', '{"b":""}' ],
	[ deep => '("(1,x)","{sad,sad}",2024-02-29)', '{"p":{"a":1,"b":"x"},"m":["sad","sad"],"at":"2024-02-29"}' ],
	[ _pair => '{"(1,x)",NULL}', '[{"a":1,"b":"x"},null]' ],
);

my @expected;
for my $form (@forms)
{
	my ($type, $text, $json, $binary) = @$form;
	run_bound([$type], [ encode('UTF-8', $text) ]);
	push @expected, [ "$type: $text", $json ];
	next unless defined $binary;
	run_bound([$type], [$binary], binary => 1);
	push @expected, [ "$type in binary: $text", $json ];
}
last_record(); # they are all written
for my $line (map { split /\n/, slurp_file($_) } trail_files($node))
{
	my ($value) = decode('UTF-8', $line) =~ /"params":\[\{"type":"(?:[^"\\]|\\.)+","value":(.*)\}\],"seq"/ or next;
	my ($name, $json) = @{ shift @expected };
	is($value, $json, $name);
}
is_deeply(\@expected, [], 'one record for each');

# one form, whatever the session is set to
query(q{SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'; SET intervalstyle = 'postgres_verbose'; SET bytea_output = 'escape'; SET extra_float_digits = -5});
is_deeply(
	[ map { $_->{value} } @{ bound([qw(date timestamptz timestamp interval float8)], [ '01.02.2024', 'infinity', '-infinity', '1 day', '0.1' ])->{params} } ],
	[ '2024-02-01', 'infinity', '-infinity', 'P1D', 0.1 ],
	'one form for all sessions');
query('RESET ALL');

# domains as what they are over
is_deeply(bound([qw(even even_more pairs)], [ '2', '4', '{"(1,x)"}' ])->{params},
	[ { type => 'integer', value => 2 }, { type => 'integer', value => 4 }, { type => 'pair[]', value => [ { a => 1, b => 'x' } ] } ],
	'domains');

# what is not shown: bytes, and types of users and of extensions
is_deeply(bound([qw(bytea bytea)], [ '\x00ff', '' ])->{params},
	[ { type => 'bytea', bytes => 2, sha256 => sha256_hex("\x00\xff") }, { type => 'bytea', bytes => 0, sha256 => sha256_hex('') } ],
	'bytea as its length and digest');
is_deeply(bound(['_bytea'], ['{"\\\\x00ff"}'])->{params}[0]{value}, [ { bytes => 2, sha256 => sha256_hex("\x00\xff") } ], 'in an array');
is_deeply(bound([qw(tsvector jsonpath point int4multirange)], [ 'a b', '$.a', '(1,2)', '{[1,2)}' ])->{params}[2], { type => 'point', bytes => 16 },
	'types that nobody binds: how many bytes');
$node->safe_psql('postgres', q{
	CREATE FUNCTION loud(shout) RETURNS cstring LANGUAGE internal STRICT AS 'any_out'; -- raises an error
	UPDATE pg_type SET typoutput = 'loud'::regproc WHERE typname = 'shout'});
for my $binary (0, 1)
{
	$c->parse('', 'SELECT 1 WHERE $1 IS NULL OR $2 IS NULL OR $3 IS NULL', @oid{qw(shout shouted _shout)});
	$c->bind('', '', [ 'abc', 'abc', $binary ? pack('N*', 1, 0, $oid{shout}, 1, 1, 3) . 'abc' : '{abc}' ], binary => $binary)->execute('')->sync;
	is($c->error_code($c->until_ready), undef, 'a type of a user is bound');
	is_deeply(last_record()->{params},
		[ { type => 'shout', bytes => 3 }, { type => 'shout', bytes => 3 }, { type => 'shout[]', value => [ { bytes => 3 } ] } ],
		'its output function is not called');
}
$c->parse('', 'SELECT 1 WHERE $1 IS NULL', $oid{mixed});
$c->bind('', '', ['(1,abc)'])->execute('')->sync->until_ready;
is_deeply(last_record()->{params}, [ { type => 'mixed', value => { a => 1, s => { bytes => 3 } } } ], 'nor in a composite');

# what is long is cut, and keeps its length and digest
my $long = [
	map { bound(@$_)->{params}[0] } [ ['text'], [ 'y' x 100_000 ] ], [ ['bytea'], [ '\x' . 'ab' x 5000 ] ],
	[ ['_int4'], [ '{' . join(',', 1 .. 5000) . '}' ] ], [ ['_text'], [ '{' . join(',', ('x' x 50) x 500) . '}' ] ],
	[ ['pair'], [ '(1,' . 'z' x 3000 . ')' ] ]
];
my $ints = '[' . join(',', 1 .. 5000) . ']';
is_deeply($long->[0], { type => 'text', value => 'y' x 1024, len => 100_000, sha256 => sha256_hex('y' x 100_000) }, 'a long text');
is_deeply($long->[1], { type => 'bytea', bytes => 5000, sha256 => sha256_hex("\xab" x 5000) }, 'long bytes');
is_record($long->[2], { type => 'integer[]', len => length $ints, sha256 => sha256_hex($ints) }, 'a long array: the digest of its JSON');
my @beginning = @{ $long->[2]{value} };
ok(@beginning > 100 && @beginning < 1024, 'its beginning');
is_deeply(\@beginning, [ 1 .. @beginning ], 'is one of whole elements');
cmp_ok(length join(',', @{ $long->[3]{value} }), '<', 1024, 'a long array of texts');
my $object = '{"a":1,"b":"' . 'z' x 3000 . '"}';
is_deeply($long->[4], { type => 'pair', len => length $object, sha256 => sha256_hex($object) }, 'a long composite is left out');

# secrets in them
my $hidden = bound([qw(jsonb text _text login _login)],
	[ '{"user":"bob","password":"hush"}', 'host=h password=hush', '{--user,bob,--password,hush,"token=hush"}', '(bob,hush)', '{"(bob,hush)"}' ]);
is_deeply([ map { $_->{value} } @{ $hidden->{params} } ],
	[
		'{"user": "bob", "password": "<redacted>"}', 'host=h password=<redacted>', [ '--user', 'bob', '--password', '<redacted>', 'token=<redacted>' ],
		{ name => 'bob', password => '<redacted>' }, [ { name => 'bob', password => '<redacted>' } ]
	],
	'secrets in them are hidden');
is_deeply($hidden->{redacted}, ['secret'], 'and the record says so');

# those of EXECUTE, with a type that is gone by then
query(q{CREATE TYPE short AS ENUM ('a'); PREPARE e (int, short, pair) AS SELECT $1, $3});
query(q{EXECUTE e(7, 'a', ROW(1, 'x'))});
is_deeply(last_record()->{params}, [ { type => 'integer', value => 7 }, { type => 'short', value => 'a' }, { type => 'pair', value => { a => 1, b => 'x' } } ],
	'those of EXECUTE');

$c->terminate;
check_trail($node, 'the trail is sound');
done_testing;
