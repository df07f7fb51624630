# secauditctl session: a whole session as a tree, and what of it is missing.
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
my $id = '697e9745.1f4e';
my $dir = PostgreSQL::Test::Utils::tempdir();
my %none = (command => undef, query => undef, stmt => undef);

sub start { return line($_[0], %none, event => 'session.start', class => 'session', auth_method => 'scram-sha-256', hba_line => 12, client_port => 50412); }

sub finish
{
	return line($_[0], %none, event => 'session.end', class => 'session', reason => 'disconnect', statements => 3, duration_us => 8000000);
}

# Rows with one blank where there are several; indentation of the command is kept.
sub tidy { my ($text) = @_; $text =~ s/(?<=\S) {2,}(?=[^└↑ ])/ /g; $text =~ s/^ +//mg; return $text; }

sub session
{
	my ($status, $out, $err) = ctl('session', '--columns=time,outcome,command,text', @_);
	return ($status, tidy($out), $err);
}

my $first = write_file($dir, 1,
	start(1),
	line(2, command => 'BEGIN', class => 'misc', stmt => 1, query => 'BEGIN'),
	line(5, ssn => 3, stmt => 3, parent => 2, level => 1, command => 'INSERT', query => 'INSERT inner'),
	line(6, ssn => 4, stmt => 5, parent => 4, level => 2, query => 'SELECT deepest'),
	line(7, ssn => 5, stmt => 4, parent => 2, level => 1, query => 'SELECT deeper'),
	line(8, session => '697e9745.2000', pid => 8192, ssn => 1, query => 'of another one'),
	line(9, ssn => 6, %none, event => 'transaction', class => 'transaction', command => 'ROLLBACK', outcome => 'failure',
		sqlstate => '22012', error => 'division by zero', subtransaction => $true, statements => 2, first_stmt => 4, last_stmt => 5),
	line(10, ssn => 7, stmt => 2, query => 'SELECT f()', ts => '2026-01-31T23:59:04.500000Z'));
my $second = write_file($dir, 2,
	line(11, ssn => 8, stmt => 6, command => 'GRANT', class => 'role', privileges => ['select'], grantees => [ 'eve', 'bob' ], query => 'GRANT SELECT ON t TO eve, bob'),
	line(12, ssn => 9, %none, event => 'transaction', class => 'transaction', command => 'COMMIT', statements => 5, first_stmt => 1, last_stmt => 6),
	finish(13) =~ s/"ssn":13/"ssn":10/r);

my ($status, $out, $err) = session($id, $dir);
is("$status$err", '0', 'a session is printed');
is($out, <<'END', 'head, tree with times since its beginning, and end');
Session 697e9745.1f4e of log 00112233aabbccdd
began 2026-01-31 23:59:01.000
user alice
database shop
from 10.1.2.3:50412
app psql
login scram-sha-256, line 12 of pg_hba.conf
process 8014 on db7

+1.000 ✓ BEGIN BEGIN
+3.500 ✓ SELECT SELECT f()
+4.000 ✓ └ INSERT INSERT inner
+6.000 ✓ └ SELECT SELECT deeper
+5.000 ✓   └ SELECT SELECT deepest
+8.000 ✗ └ ROLLBACK 22012 division by zero subtransaction, statements 4..5
+10.000 ✓ GRANT privileges=select grantees=eve,bob GRANT SELECT ON t TO eve, bob
+11.000 ✓ COMMIT statements 1..6

ended 2026-01-31 23:59:13.000
after 8.00s
by disconnect
records 10, 0 of them failures; none is missing
END

like((session('--absolute', $id, $dir))[1], qr/^2026-01-31 23:59:02\.000 ✓ BEGIN BEGIN$/m, '--absolute: times of day');
like((session('--utc', $id, $dir))[1], qr/^began 2026-01-31 23:59:01\.000 UTC$/m, '--utc says so');

# Other names of it.
foreach my $name ('pid:8014', '5', '00112233aabbccdd:13', "00112233aabbccdd:$id")
{
	is((session($name, $dir))[1], $out, "$name is the same one");
}

# What is not there.
($status, $out, $err) = session($id, $second);
is("$status$err", '0', 'a part of a session is printed');
is($out, <<'END', 'and what is missing named');
Session 697e9745.1f4e of log 00112233aabbccdd
user alice
database shop
from 10.1.2.3
app psql
login its record is not in these files
process 8014 on db7

records 1-7 are not in these files
+10.000 ✓ GRANT privileges=select grantees=eve,bob GRANT SELECT ON t TO eve, bob
+11.000 ✓ COMMIT statements 1..6

ended 2026-01-31 23:59:13.000
after 8.00s
by disconnect
records 3, 0 of them failures; 7 missing
END
like((session($id, $first))[1], qr/its end is not in these files\nrecords 7, 0 of them failures; none is missing$/,
	'a session that goes on');

sub with_lines
{
	my (@lines) = @_;
	my $own = PostgreSQL::Test::Utils::tempdir();
	write_file($own, 1, @lines);
	my @got = session($id, $own);
	$got[1] =~ s/\A.*?\n\n//s;
	$got[1] =~ s/\n\n.*records /\nrecords /s;
	$got[2] =~ s/\Q$own\E/DIR/g;
	return @got;
}

is((with_lines(start(1), line(3), line(5), line(4), finish(6)))[1], <<'END', 'single records, and those in the wrong order');
record 2 is not in these files
+2.000 ✓ SELECT SELECT 3
record 4 is not in these files
+4.000 ✓ SELECT SELECT 5
record 4 stands behind record 5
+3.000 ✓ SELECT SELECT 4
records 5, 0 of them failures; 2 missing
END

is((with_lines(start(1), finish(3), line(4)))[1], <<'END', 'where something is missing, what stands behind the end is read as well');
record 2 is not in these files
+3.000 ✓ SELECT SELECT 4
records 3, 0 of them failures; 1 missing
END

is((with_lines(line(1, stmt => 1, parent => 1), line(2, stmt => 3, parent => 2), line(3, stmt => 2, parent => 3), line(4, stmt => 9)))[1],
	<<'END', 'parents of themselves and circles of parents end');
+0.000 ✓ ↑ SELECT SELECT 1
+1.000 ✓ ↑ SELECT SELECT 2
+2.000 ✓   └ SELECT SELECT 3
+3.000 ✓ SELECT SELECT 4
records 4, 0 of them failures; none is missing
END

is((with_lines(start(1), line(2, stmt => 3, parent => 2), line(3, stmt => 5)))[1], <<'END', 'the parent is not in the trail');
+1.000 ✓ ↑ SELECT SELECT 2
+2.000 ✓ SELECT SELECT 3
records 3, 0 of them failures; none is missing
END

my $huge = '9' x 60;
my $name = "n\x{e9}" . ('x' x 8000);
($status, $out, $err) = with_lines(
	start(1),
	line(2, query => "\e]0;owned\a\x{202e}drop", user => $name) =~ s/"stmt":2/"stmt":$huge,"parent":$huge/r,
	qq({"session":"$id", broken\n),
	line(3) =~ s/"ssn":3/"ssn":$huge/r);
is($status, 0, 'a hostile trail is read to its end');
is($err, "secauditctl: DIR/secaudit-20260131T235931Z-000001.jsonl:3: not a record, no JSON object\n", 'a line that is no record is named');
like($out, qr/^\+1\.000 ✓ SELECT \\x1b\]0;owned\\x07\\u202edrop$/m, 'control characters are escaped');
unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]/, 'none gets out');
like((ctl('session', $id, $first, '--color=always'))[1], qr/\e\[1;33m/, 'with colours');

# Which one?
my $more = write_file($dir, 3, line(14, session => '697e9752.1f4e', ssn => 1, user => "m\e[2J"),
	line(15, log => 'ffffffffffffffff', ssn => 1), line(16, log => 'ffffffffffffffff', ssn => 2));
($status, $out, $err) = ctl('session', 'pid:8014', $dir);
is($status, 1, 'several sessions of a process id');
is($out, <<"END", 'are listed');
00112233aabbccdd:697e9745.1f4e  2026-01-31T23:59:01.000000Z  alice
00112233aabbccdd:697e9752.1f4e  2026-01-31T23:59:14.000000Z  m\\x1b[2J
ffffffffffffffff:697e9745.1f4e  2026-01-31T23:59:15.000000Z  alice
END
is($err, "secauditctl: 3 sessions are of \"pid:8014\"; name one of them\n", 'which is said');
like((session("ffffffffffffffff:$id", $more))[1], qr/^Session \S+ of log ffffffffffffffff$/m, 'a log may be named');
unlink $more;
my $elsewhere = PostgreSQL::Test::Utils::tempdir();
write_file($elsewhere, 1, line(1), finish(3));
write_file($elsewhere, 2, map { line($_, log => 'ffffffffffffffff') } 1, 2);
like((session($id, $elsewhere))[1], qr/^log ffffffffffffffff has a session of this id as well: session ffffffffffffffff:$id$/m,
	'a session of the same id in another log is named');

foreach my $case (
	[ [], 2, qr/no session is named/ ],
	[ [ 'frob', $dir ], 2, qr/"frob" is no session: expected its id as/ ],
	[ [ 'pid:0', $dir ], 2, qr/"pid:0" is no session/ ],
	[ [ '697e9745.', $dir ], 2, qr/\S+ is no session/ ],
	[ [ ('a' x 5000) . '.1', $dir ], 2, qr/\S+ is no session/ ],
	[ [ '--columns=tme', $id, $dir ], 2, qr/unknown column "tme"\nThe nearest is "time"/ ],
	[ [ '697e9745.ffff', $dir ], 1, qr/there is no session "697e9745.ffff" in these files/ ],
	[ [ 'pid:1', $dir ], 1, qr/"pid:1" is of no session in these files/ ],
	[ [ '999', $dir ], 1, qr/"999" is of no session in these files/ ],
	[ [ $id, "$dir/missing" ], 2, qr/could not access/ ])
{
	my ($args, $code, $message) = @$case;
	($status, $out, $err) = ctl('session', @$args);
	my $shown = substr "@$args", 0, 60;
	is("$status$out", $code, "session $shown: exit status $code");
	like($err, qr/^secauditctl: $message/m, '... and why');
}
my @help = split /\n/, (ctl('session', '--help'))[1];
cmp_ok(scalar(@help), '<=', 50, '--help fits a screen');
is(scalar(grep { length > 80 } @help), 0, 'of 80 columns');

# A server's.
my $node = new_node('main');
$node->append_conf('postgresql.conf', "secaudit.log = 'all'");
$node->restart;
$node->safe_psql('postgres', q{
	CREATE TABLE card (id int PRIMARY KEY);
	CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
		BEGIN INSERT INTO card VALUES (1); COMMIT; INSERT INTO card VALUES (1); END $$;
	CREATE FUNCTION count_cards() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM card); END'});
my $mark = mark($node);
$node->psql('postgres', "BEGIN; SELECT count_cards(); ROLLBACK;\n CALL fill();\n SELECT '" . ('x' x 20000) . "'", on_error_stop => 0);
my @records = records($node, since => $mark);
my ($end) = grep { $_->{event} eq 'session.end' } @records;
($status, $out, $err) = session($end->{session}, trail_dir($node));
is("$status$err", '0', 'a session of a server');
$out =~ s/x{100,}/.../g;
my @rows = map { s/^\S+ //r } grep { /^\+/ } split /\n/, $out;
is_deeply(
	\@rows,
	[   '✓ BEGIN BEGIN',
		'✓ SELECT SELECT count_cards()',
		'✓ └ SELECT (SELECT count(*) FROM card)',
		'✓ ROLLBACK ROLLBACK',
		'✓ ROLLBACK statements 1..4',
		'✗ CALL 23505 duplicate key value violates unique constraint "card_pkey" CALL fill()',
		'✓ └ INSERT INSERT INTO card VALUES (1)',
		'✓ └ COMMIT statements 5..6',
		'✗ └ INSERT 23505 duplicate key value violates unique constraint "card_pkey" INSERT INTO card VALUES (1)',
		'✗ ROLLBACK 23505 duplicate key value violates unique constraint "card_pkey" statement 7',
		"✓ SELECT [1/3] SELECT '...",
		'✓ SELECT [2/3] ...',
		"✓ SELECT [3/3] ...'",
		'✓ COMMIT statement 8' ],
	'has its statements in the order in which they began') or diag($out);
like($out, qr/^by disconnect\nrecords \d+, 2 of them failures; none is missing$/m, 'and none is missing');

done_testing();
