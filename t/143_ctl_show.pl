# secauditctl show: a record in long form, and what belongs to it.
use strict;
use warnings;
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditLines;
use SecauditTest;
use Test::More;

delete @ENV{qw(SECAUDIT_DIRECTORY NO_COLOR)};
$ENV{LC_ALL} = 'C.UTF-8';
$ENV{TZ} = 'UTC';

my $true = JSON::PP::true;
my $dir = PostgreSQL::Test::Utils::tempdir();
my %none = (command => undef, query => undef, stmt => undef);

write_file($dir, 1,
	line(1, %none, event => 'session.start', class => 'session', auth_method => 'trust', hba_line => 12),
	line(2, stmt => 1, query => 'before'),
	line(3, stmt => 4, parent => 3, level => 2, query => 'innermost', ts => '2026-01-31T23:59:06.400000Z'),
	line(4, stmt => 3, parent => 2, level => 1, query => 'inner', ts => '2026-01-31T23:59:06.300000Z'),
	line(5, stmt => 5, parent => 2, level => 1, origin => 'function', query => 'another', ts => '2026-01-31T23:59:06.500000Z'),
	line(6, stmt => 2, class => 'write', classes => [ 'write', 'read' ], command => 'UPDATE', outcome => 'failure', sqlstate => '42501',
		error => 'permission denied', rows => 5, duration_us => 2971,
		objects => [
			{ type => 'table', name => 'public.card', access => [ 'select', 'update' ], columns => [ 'id', 'n' ], denied => $true },
			{ type => 'function', name => 'public.f(integer)', access => ['execute'] }
		],
		privileged => $true, query => "UPDATE card\n\tSET n = 1;\n\n-- \e[2Jend",
		params => [ { type => 'integer', value => '5' }, { type => 'text', null => $true } ]));
write_file($dir, 2,
	line(7, %none, event => 'alert', class => 'alert', outcome => 'failure', reason => 'rule', rule => 'bulk', severity => 'high', stmt => 2),
	line(8, session => '697e9745.2000', ssn => 1, stmt => 2, query => 'of another session'),
	line(9, %none, event => 'transaction', class => 'transaction', command => 'ROLLBACK', outcome => 'failure', statements => 5, first_stmt => 1, last_stmt => 5),
	line(10, stmt => 6),
	line(11, %none, event => 'transaction', class => 'transaction', command => 'COMMIT', first_stmt => 6, last_stmt => 6),
	line(12, stmt => 8, parent => 6, origin => 'trigger', query => 'deferred'));

# show(ARGUMENT...): with one blank where there are several, but the beginning of a line as it is.
sub show
{
	my ($status, $out, $err) = ctl('show', @_);
	$out =~ s/(?<=\S) {2,}(?=\S)/  /g;
	$out =~ s/ +$//mg;
	return ($status, $out, $err);
}

my ($status, $out, $err) = show(6, $dir);
is("$status$err", '0', 'a record is shown');
is($out, <<'END', 'its keys in groups with what they mean, and what belongs to it');
Record 6 of log 00112233aabbccdd

Which record
  v  1  Schema version
  log  00112233aabbccdd  Name of this trail
  seq  6  Gapless number of the record in the trail
  ts  2026-01-31T23:59:06.000000Z  When it began: RFC 3339, UTC, microseconds
  event  statement  What kind of thing happened
  class  write  Primary class
  classes  write,read  All classes, where there are several
  command  UPDATE  Command tag, as PostgreSQL spells it

How it ended
  outcome  failure  How it ended
  sqlstate  42501  On failure: the error's code
  error  permission denied  On failure: the error's primary message, redacted like the query
  rows  5  Rows processed
  duration_us  2971 (3.0ms)  How long it took, microseconds

Who
  user  alice  Session user: who logged in, or whom SET SESSION AUTHORIZATION named

From where
  node  db7  secaudit.node_name, by default the host name
  db  shop  Database
  session  697e9745.1f4e  <start hex>.<pid hex>, the same as %c in log_line_prefix
  ssn  6  Number of this record within the session, gapless from 1
  pid  8014  Process id
  app  psql  Application_name
  client_addr  10.1.2.3  Client's address

Which statement, and what it belongs to
  stmt  2  Number of the statement within the session

What it touched
  objects  2  What it touched
    table public.card  access select,update  columns id,n  denied
    function public.f(integer)  access execute
  privileged  yes  It reached beyond the database's own tables

The texts
  query  The statement's own slice of what the client sent, redacted
    UPDATE card
        SET n = 1;

    -- \x1b[2Jend
  params  2  Bound parameters, typed, redacted
    integer  value 5
    text  null

Login
        1 2026-01-31 23:59:01.000 ✓ session.start  alice  from 10.1.2.3 trust psql  hba_line=12

Ran inside of it
        4 2026-01-31 23:59:06.300 ✓ SELECT  alice  inner
        3 2026-01-31 23:59:06.400 ✓ └ SELECT  alice  innermost
        5 2026-01-31 23:59:06.500 ✓ SELECT  alice  another

What became of it
  rolled back:
        9 2026-01-31 23:59:09.000 ✗ ROLLBACK  alice  statements 1..5

Alerts
        7 2026-01-31 23:59:07.000 ✗ alert  alice  rule rule=bulk severity=high
END

# The parts of others.
sub section
{
	my ($title, @args) = @_;
	my $text = (show(@args))[1];
	return $text =~ /^\Q$title\E\n(.*?)(?:\n\n|\n?\z)/ms ? $1 : undef;
}
is(section('Inside of', 3, $dir), <<'END' =~ s/\n\z//r, 'what an inner statement ran inside of, the outermost first');
        6 2026-01-31 23:59:06.000 ✗ UPDATE  alice  public.card(select,update) function public.f(integer)(execute)  5r  3.0ms 42501 permission denied privileged $1='5' $2=NULL UPDATE card SET n = 1; -- \x1b[2Jend
        4 2026-01-31 23:59:06.300 ✓ └ SELECT  alice  inner
END
is(section('Ran inside of it', 3, $dir), undef, 'nothing ran inside of that');
like(section('What became of it', 3, $dir), qr/\A  rolled back:\n +9 /, 'it shared the fate');
like(section('What became of it', 10, $dir), qr/\A  committed:\n +11 /, 'another was committed');
like(section('What became of it', 8, $dir), qr/not in these files: it has not ended/, 'of one it is not known');
like(section('Login', 8, $dir), qr/the beginning of its session is not in these files/, 'nor where it came from');
like(section('About', 7, $dir), qr/\A +6 .* UPDATE /, 'an alert has the statement that it is about');
like(section('Inside of', 12, $dir), qr/\A +10 .*SELECT 10\z/, 'what runs at a commit has the statement before it');
is(section('Login', 1, $dir), undef, 'a login has none');
{
	local $ENV{TZ} = 'Europe/Vienna';
	like((show(6, $dir))[1], qr/^  ts  2026-01-31T23:59:06\.000000Z \(2026-02-01 00:59:06\.000\)  When/m, 'local time as well');
	like((show('--utc', 6, $dir))[1], qr/^  ts  2026-01-31T23:59:06\.000000Z  When/m, 'unless UTC is asked for');
}

# JSON.
($status, $out, $err) = ctl('show', '--output=json', 6, $dir);
is("$status$err", '0', 'JSON');
my $all = JSON::PP->new->utf8->decode($out);
sub seqs { return [ map { { $_->{record}{seq} => seqs(@{ $_->{inside} }) } } @_ ]; }
is_deeply(
	[ sort keys %$all ], [qw(alerts inside login record transaction)], 'is one object');
is_deeply(seqs(@{ $all->{inside} }), [ { 4 => [ { 3 => [] } ] }, { 5 => [] } ], 'with the inner statements as a tree');
is_deeply([ $all->{record}{seq}, $all->{login}{seq}, $all->{transaction}{seq}, map { $_->{seq} } @{ $all->{alerts} } ],
	[ 6, 1, 9, 7 ], 'login, transaction and alerts');
is_deeply([ map { $_->{seq} } @{ JSON::PP->new->utf8->decode((ctl('show', '--output=json', 3, $dir))[1])->{parents} } ], [ 4, 6 ],
	'and the outer ones, the nearest first');

# The groups are those of the reference.
my ($reference) = slurp_file('docs/record.md') =~ /^## Keys\n(.*?)^## /ms;
my ($group, @expected, @keys) = ('');
foreach (split /\n/, $reference)
{
	push @expected, $group = $1 if /^### (.*)/;
	$group = '' if /^#### /;    # keys of what is inside of a key
	push(@expected, map { "  $_" } $1 =~ /`(\w+)`/g) if $group && /^\| (`[^|]*`) \|/;
}
@keys = map { s/^  //r } grep { /^  / && !/^  (?:v|seq|h)$/ } @expected;
my $own = PostgreSQL::Test::Utils::tempdir();
write_file($own, 1, '{"v":1,' . join(',', map { "\"$_\":\"x\"" } reverse @keys) . ',"frob":[1,{"a":2}],"lost":3,"seq":1,"h":"x"}' . "\n");
my @shown = map { s/^(  \w+) .*/$1/r } grep { /^(?:\S|  \w)/ } split /\n/, (show(1, $own))[1];
shift @shown;
is_deeply(\@shown, [ @expected, 'Of this event', '  frob', '  lost', 'Inside of', '  what' ],
	'keys are grouped as the reference has them, unknown ones behind');

# Hostile trails.
sub hostile
{
	my ($seq, @lines) = @_;
	my $place = PostgreSQL::Test::Utils::tempdir();
	write_file($place, 1, @lines);
	my ($code, $text, $message) = show($seq, $place);
	unlike($text, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]/, 'nothing but text gets out');
	return ($code, $text, $message =~ s/\Q$place\E/DIR/gr);
}
my $huge = '9' x 60;
my $long = 'n' x 8000;
($status, $out, $err) = hostile(
	4,
	line(1, stmt => 2, parent => 2),
	line(2, stmt => 3, parent => 4),
	line(3, stmt => 4, parent => 3),
	line(4, stmt => 2, parent => 2, user => "$long\x{202e}", error => "\e]0;x\a", query => "a\r\nb\x{2028}c\0",
		objects => [ 5, "\e", { name => "\x{9b}2J" }, {} ]) =~ s/"ssn":4/"ssn":$huge/r);
is("$status$err", '0', 'a statement inside of itself');
like($out, qr/^  user  n{8000}\\u202e  Session user/m, 'a long name, with its control character escaped');
like($out, qr/^  ssn  9{60}  Number/m, 'a huge number');
like($out, qr/^    a\\r\\nb\\u2028c\\u0000$/m, 'a text with escapes that are none');
like($out, qr/^  objects  4  What it touched\n    5\n    \\x1b\n    \\u009b2J\n\n/m, 'objects that are none');
($status, $out, $err) = hostile(3, line(1, stmt => 3, parent => 4), line(2, stmt => 4, parent => 3), line(3, stmt => 4, parent => 3, session => "x\e"));
is("$status$err", '0', 'a session that is none');
unlike($out, qr/^Login/m, 'has no login');
($status, $out, $err) = hostile(2, line(1), '{"v":1,"event":"statement","stmt":,"seq":2}' . "\n", line(3));
is("$status$out", '1', 'a record that is damaged');
is($err, "secauditctl: DIR/secaudit-20260131T235931Z-000001.jsonl:2: record 2 is damaged: not a record, no JSON object\n"
	  . "secauditctl: there is no record 2 in these files\n", 'is named with its place');

# Several logs.
write_file($dir, 3, line(1, log => 'ffffffffffffffff', user => 'eve'), line(6, log => 'ffffffffffffffff', user => 'eve'));
($status, $out, $err) = show(6, $dir);
is($status, 1, 'a number that two logs have');
is($err, "secauditctl: 2 logs have a record 6; name one as LOG:SEQ\n", 'is said');
like($out, qr/\A00112233aabbccdd:6  2026-01-31 23:59:06\.000 ✗ write .*\nffffffffffffffff:6  2026-01-31 23:59:06\.000 ✓ read  SELECT  eve  shop  SELECT 6\n\z/,
	'with the records');
like((show('ffffffffffffffff:6', $dir))[1], qr/\ARecord 6 of log ffffffffffffffff\n.*^  user  eve /ms, 'a log may be named');
like((show('00112233aabbccdd:6', $dir))[1], qr/\ARecord 6 of log 00112233aabbccdd\n.*^  user  alice /ms, 'or the other');

foreach my $case (
	[ [], 2, qr/no record is named/ ],
	[ [ 'x', $dir ], 2, qr/"x" is no record: expected its number, or LOG:SEQ/ ],
	[ [ '0', $dir ], 2, qr/"0" is no record/ ],
	[ [ '99999999999999999999999', $dir ], 2, qr/is no record|"9+" is no record/ ],
	[ [ 'pid:5', $dir ], 2, qr/"pid:5" is no record/ ],
	[ [ '--output=csv', 6, $dir ], 2, qr/unknown format "csv"\nThere are: text, json\./ ],
	[ [ 99, $dir ], 1, qr/there is no record 99 in these files/ ],
	[ [ '1111111111111111:6', $dir ], 1, qr/there is no record 6 of log 1111111111111111 in these files/ ],
	[ [ 6, "$dir/missing" ], 2, qr/could not access/ ])
{
	my ($args, $code, $message) = @$case;
	($status, $out, $err) = show(@$args);
	is("$status$out", $code, "show @$args: exit status $code");
	like($err, qr/^secauditctl: $message/m, '... and why');
}
my @help = split /\n/, (ctl('show', '--help'))[1];
cmp_ok(scalar(@help), '<=', 50, '--help fits a screen');
is(scalar(grep { length > 80 } @help), 0, 'of 80 columns');

# A server's.
my $node = new_node('main');
$node->append_conf('postgresql.conf', "secaudit.log = 'all'");
$node->restart;
$node->safe_psql('postgres', q{
	CREATE TABLE card (id int PRIMARY KEY);
	CREATE FUNCTION fill(i int) RETURNS int LANGUAGE plpgsql AS $$
		BEGIN
			BEGIN INSERT INTO card VALUES (i); PERFORM 1 / 0; EXCEPTION WHEN division_by_zero THEN NULL; END;
			RETURN (SELECT count(*) FROM card);
		END $$});
my $mark = mark($node);
$node->safe_psql('postgres', "BEGIN; SELECT fill(1); COMMIT;\nSELECT '" . ('x' x 20000) . "'");
my @records = records($node, since => $mark);
my ($insert) = grep { ($_->{command} // '') eq 'INSERT' } @records;
my ($call) = grep { ($_->{query} // '') =~ /^SELECT fill/ } @records;
my ($part) = grep { ($_->{part} // 0) == 2 } @records;
like(section('What became of it', $insert->{seq}, trail_dir($node)), qr/\A  rolled back, with a part of its transaction:\n.*ROLLBACK/,
	'what an exception has undone');
like(section('Inside of', $insert->{seq}, trail_dir($node)), qr/\A +$call->{seq} .*SELECT fill\(1\)\z/, 'what it ran inside of');
like(section('What became of it', $call->{seq}, trail_dir($node)), qr/\A  committed:\n.*COMMIT/, 'which was committed');
like(section('Ran inside of it', $call->{seq}, trail_dir($node)), qr/\A +$insert->{seq} .*\n.*division by zero.*\n.*count\(\*\)/i, 'with all that ran inside of it')
  or diag((show($call->{seq}, trail_dir($node)))[1]);
like((show($part->{seq}, trail_dir($node)))[1], qr/^    SELECT 'x{20000}'$/m, 'the text of a record that was split is whole');

done_testing();
