# Rules with action refuse about a class that only the plan, or a call, tells.
use strict;
use warnings;

use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('late', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
write_rules($node,
	[ 'no-role', 'refuse', { class => 'role', user => 'bob' } ],
	[ 'no-ddl', 'refuse', { class => 'ddl', user => 'ann' } ],
	[ 'no-config', 'refuse', { class => 'config', user => 'eve' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE boss SUPERUSER; CREATE ROLE bob LOGIN; CREATE ROLE ann LOGIN; CREATE ROLE eve LOGIN; GRANT boss TO bob;
GRANT CREATE ON SCHEMA public TO ann, bob;
CREATE TABLE names (n text, v text); INSERT INTO names VALUES ('role', 'boss'), ('row_security', 'off');
GRANT SELECT ON names TO bob, eve;
CREATE FUNCTION by_expression() RETURNS text LANGUAGE plpgsql AS $$
DECLARE x text; BEGIN x := set_config('role', 'boss', false); RETURN x; END $$;
CREATE FUNCTION caught() RETURNS text LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('role', 'boss', false); RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN 'caught'; END $$;
EOF

sub try
{
	my ($user, $sql) = @_;
	my $mark = mark($node);
	my (undef, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $user ], on_error_stop => 0);
	return ($out, $err, alerts($node, $mark));
}

foreach my $sql (
	'SET ROLE boss',
	q{SELECT set_config('role', 'boss', false)},
	q{SELECT set_config('ro' || 'le', 'boss', false)},
	q{SELECT set_config(n, v, false) FROM names WHERE n = 'role'},
	'SELECT by_expression()',
	q{EXPLAIN ANALYZE SELECT set_config('role', 'boss', false)},
	q{PREPARE p AS SELECT set_config($1, 'boss', false); EXECUTE p('role')},
	q{COPY (SELECT set_config('role', 'boss', false)) TO STDOUT})
{
	my ($out, $err, @alerts) = try('bob', "$sql; SELECT current_setting('is_superuser')");
	like($err, qr/statement refused by audit rule "no-role"/, "class role is refused: $sql");
	like($out, qr/off\z/, "nobody else acts: $sql");
	is_deeply(\@alerts, ['refused no-role'], "an alert: $sql");
}
my ($out, $err, @alerts) = try('bob', q{SELECT caught() || current_setting('is_superuser')});
is($out, 'caughtoff', 'a refusal may be caught');
is_deeply(\@alerts, ['refused no-role'], 'and is an alert all the same');
($out, $err, @alerts) = try('bob', q{SELECT set_config('work_mem', '5MB', false)});
is($out, '5MB', 'a setting that is no role is not refused');

foreach my $sql (
	q{SELECT set_config('row_security', 'off', false)},
	q{SELECT set_config(n, v, false) FROM names WHERE n = 'row_security'},
	q{UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'})
{
	($out, $err) = try('eve', "$sql; SHOW row_security");
	like($err, qr/statement refused by audit rule "no-config"/, "class config is refused: $sql");
	like($out, qr/on\z/, "nothing is changed: $sql");
}

foreach my $sql (
	'CREATE TABLE made AS SELECT 1 a',
	'EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1 a',
	'EXPLAIN (ANALYZE) SELECT 1 AS a INTO made',
	'EXPLAIN ANALYZE CREATE MATERIALIZED VIEW made AS SELECT 1 a',
	'PREPARE q AS SELECT 1 a; EXPLAIN ANALYZE CREATE TABLE made AS EXECUTE q')
{
	($out, $err, @alerts) = try('ann', $sql);
	like($err, qr/statement refused by audit rule "no-ddl"/, "class ddl is refused: $sql");
	is_deeply(\@alerts, ['refused no-ddl'], "an alert: $sql");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_class WHERE relname = 'made'}), '0', "nothing is made: $sql");
}
($out, $err, @alerts) = try('ann', 'EXPLAIN CREATE TABLE made AS SELECT 1 a');
is_deeply([@alerts], [], 'EXPLAIN alone makes nothing, and is not refused');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
