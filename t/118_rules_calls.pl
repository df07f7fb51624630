# Functions that a rule refuses by name are refused wherever they are called: also where no
# expression stands, by a deferred trigger, and by an expression that has run before.
use strict;
use warnings;

use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('calls', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
my %ann = (current_user => 'ann');
write_rules($node,
	[ 'no-cmp', 'refuse', { %ann, object => 'public.cmp(integer,integer)' } ],
	[ 'no-diff', 'refuse', { %ann, object => 'public.diff(*' } ],
	[ 'no-late', 'refuse', { %ann, object => 'public.late()' } ],
	[ 'no-f', 'refuse', { %ann, object => 'public.f()' } ],
	[ 'no-labelled', 'refuse', { %ann, tag => 'secret' } ],
	[ 'no-commit', 'refuse', { %ann, command => 'COMMIT' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; GRANT ann TO bob; GRANT CREATE ON SCHEMA public TO ann, bob;
CREATE FUNCTION cmp(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 - $2; END';
CREATE OPERATOR CLASS own FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 cmp(int, int);
CREATE TABLE sorted (i int); INSERT INTO sorted VALUES (1); CREATE INDEX ON sorted (i own);
CREATE FUNCTION diff(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN $1 - $2; END';
CREATE TYPE frange AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = diff);
CREATE TABLE ranges (r frange); CREATE INDEX ranges_r ON ranges USING gist (r);
INSERT INTO ranges SELECT frange(i, i + 1) FROM generate_series(1, 10) i;
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''late''; RETURN NULL; END';
CREATE TABLE deferred (i int); CREATE CONSTRAINT TRIGGER t AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; SECURITY LABEL FOR secaudit ON FUNCTION g() IS 'secret';
CREATE FUNCTION call_f() RETURNS int LANGUAGE plpgsql AS 'DECLARE i int; BEGIN i := f(); RETURN i; END';
CREATE FUNCTION call_g() RETURNS int LANGUAGE plpgsql AS 'DECLARE i int; BEGIN i := g(); RETURN i; END';
CREATE TABLE other (i int);
GRANT ALL ON ALL TABLES IN SCHEMA public TO ann, bob;
EOF

sub try
{
	my ($user, $sql) = @_;
	my $mark = mark($node);
	my (undef, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $user ], on_error_stop => 0);
	return ($out, $err, alerts($node, $mark));
}

foreach my $case (
	[ 'no-cmp', 'INSERT INTO sorted VALUES (2)', 'SELECT count(*) FROM sorted', '1' ],
	[ 'no-diff', 'INSERT INTO ranges SELECT frange(i, i + 1) FROM generate_series(1, 2000) i', 'SELECT count(*) FROM ranges', '10' ],
	[ 'no-late', 'INSERT INTO deferred VALUES (1)', 'SELECT count(*) FROM deferred', '0' ],
	[ 'no-late', 'BEGIN; INSERT INTO deferred VALUES (1); COMMIT', 'SELECT count(*) FROM deferred', '0' ],
	[ 'no-f', 'SELECT call_f()', 'SELECT 1', '1' ],
	[ 'no-labelled', 'SELECT call_g()', 'SELECT 1', '1' ],
	[ 'no-f', 'BEGIN; SELECT call_f(); ROLLBACK', 'SELECT 1', '1' ])
{
	my ($rule, $sql, $check, $is) = @$case;
	my ($out, $err, @alerts) = try('ann', $sql);
	like($err, qr/statement refused by audit rule "$rule"/, "refused: $sql");
	unlike($err, qr/NOTICE/, "it does not run: $sql");
	is_deeply(\@alerts, ["refused $rule"], "one alert: $sql");
	is($node->safe_psql('postgres', $check), $is, "nothing is done: $sql");
}
my ($out, $err, @alerts) = try('ann', 'BEGIN; INSERT INTO other VALUES (1); COMMIT');
is($err, '', 'a COMMIT itself is not refused');
foreach my $sql ('INSERT INTO sorted VALUES (2)', 'BEGIN; INSERT INTO deferred VALUES (1); COMMIT', 'SELECT call_f()')
{
	($out, $err, @alerts) = try('bob', $sql);
	unlike($err, qr/ERROR/, "somebody else may: $sql");
	is_deeply(\@alerts, [], "without an alert: $sql");
}

# What has run before, by somebody else or under other rules.
foreach my $call ('call_f()', 'call_g()')
{
	($out, $err, @alerts) = try('bob', "BEGIN; SELECT $call; SET LOCAL ROLE ann; SELECT $call; ROLLBACK");
	like($err, qr/statement refused by audit rule/, "refused to the role that acts now: $call");
	is(scalar(@alerts), 1, "with an alert: $call");
	($out, $err, @alerts) = try('bob', "BEGIN; SELECT $call; SAVEPOINT a; SET LOCAL ROLE ann; SELECT 1; ROLLBACK TO a; SELECT $call; SET LOCAL ROLE ann; SELECT $call; ROLLBACK");
	is($out, "1\n1\n1", "as often as it changes: $call");
	is(scalar(@alerts), 1, "with an alert: $call");
}
use_rules($node, [ 'other', 'refuse', { user => 'nobody' } ]);
my $session = $node->background_psql('postgres', extra_params => [ '-U', 'ann' ], on_error_stop => 0);
$session->query('BEGIN');
is($session->query('SELECT call_f()'), '1', 'an expression that no rule refuses yet');
use_rules($node, [ 'no-f', 'refuse', { %ann, object => 'public.f()' } ]);
my $mark = mark($node);
$session->query('SELECT call_f()');
is_deeply([ alerts($node, $mark) ], ['refused no-f'], 'is refused by new rules in the same transaction');
$session->quit;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
