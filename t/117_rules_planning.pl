# A statement that a rule refuses is not planned: the planner runs code of users, and shows it
# values of pg_statistic. One whose planning fails has its objects and tags.
use strict;
use warnings;

use SecauditProto;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('planning', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
write_rules($node,
	[ 'no-card', 'refuse', { user => 'ann', object => 'public.card', class => [ 'read', 'write' ] } ],
	[ 'no-tag', 'refuse', { user => 'ann', tag => 'phi' } ],
	[ 'no-call', 'refuse', { user => 'ann', object => 'public.never()', class => 'read' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN;
CREATE TABLE card (pan text, cents int); INSERT INTO card SELECT '4111', 5 FROM generate_series(1, 100); ANALYZE card;
CREATE TABLE patients (name text, cents int); INSERT INTO patients SELECT 'Marie', 5 FROM generate_series(1, 100); ANALYZE patients;
CREATE TABLE ok (pan text); INSERT INTO ok SELECT 'fine' FROM generate_series(1, 100); ANALYZE ok;
SECURITY LABEL FOR secaudit ON TABLE patients IS 'phi';
CREATE VIEW through AS SELECT * FROM card;
CREATE FUNCTION leak(text, text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'seen %', $1; RETURN true; END $$;
CREATE OPERATOR <<< (LEFTARG = text, RIGHTARG = text, FUNCTION = leak, RESTRICT = eqsel);
CREATE FUNCTION noisy(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE NOTICE 'seen folded'; RETURN $1; END $$;
CREATE FUNCTION never() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1';
CREATE FUNCTION inlined(text) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT pan FROM card WHERE pan <<< $1';
CREATE FUNCTION through_view(text) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT pan FROM through WHERE pan <<< $1';
CREATE FUNCTION analyzed(x text) RETURNS SETOF text LANGUAGE sql STABLE BEGIN ATOMIC SELECT pan FROM card WHERE pan <<< x; END;
CREATE FUNCTION by_plpgsql() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM card WHERE pan <<< 'x'); END $$;
CREATE FUNCTION for_fun() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM card WHERE pan <<< 'x' LOOP NULL; END LOOP; END $$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO ann, bob; GRANT CREATE ON SCHEMA public TO ann;
EOF

# What ann sees of it, and the records and alerts of it.
sub try
{
	my ($sql, $user) = @_;
	my $mark = mark($node);
	my (undef, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $user // 'ann' ], on_error_stop => 0);
	return ($out, $err, [ alerts($node, $mark) ], [ records($node, since => $mark, event => 'statement', outcome => 'failure') ]);
}

my ($out, $err, $alerts, $failed) = try(q{SELECT count(*) FROM ok WHERE pan <<< 'x'});
like($err, qr/seen fine/, 'the planner has the operator called with values of pg_statistic');
is_deeply($alerts, [], 'of what may be read that is no matter');
(undef, $err) = try(q{EXPLAIN SELECT count(*) FROM card WHERE pan <<< 'x'}, 'bob');
like($err, qr/seen 4111/, 'nor is it for somebody else');

foreach my $case (
	[ 'SELECT', q{SELECT count(*) FROM card WHERE pan <<< 'x'} ],
	[ 'SELECT', q{SELECT count(*) FROM card WHERE noisy(1) = 2} ],
	[ 'SELECT', q{SELECT * FROM through WHERE pan <<< 'x'} ],
	[ 'SELECT', q{WITH x AS MATERIALIZED (SELECT * FROM card WHERE pan <<< 'x') SELECT 1 FROM ok WHERE EXISTS (SELECT 1 FROM x)} ],
	[ 'UPDATE', q{UPDATE card SET cents = 1 WHERE pan <<< 'x'} ],
	[ 'INSERT', q{INSERT INTO ok SELECT pan FROM card WHERE pan <<< 'x'} ],
	[ 'EXPLAIN', q{EXPLAIN SELECT count(*) FROM card WHERE pan <<< 'x'} ],
	[ 'EXPLAIN', q{EXPLAIN ANALYZE SELECT count(*) FROM card WHERE pan <<< 'x'} ],
	[ 'EXPLAIN', q{EXPLAIN CREATE TABLE made AS SELECT * FROM card WHERE pan <<< 'x'} ],
	[ 'EXECUTE', q{PREPARE p AS SELECT count(*) FROM card WHERE pan <<< 'x'; EXECUTE p} ],
	[ 'EXPLAIN', q{PREPARE p AS SELECT count(*) FROM card WHERE pan <<< 'x'; EXPLAIN EXECUTE p} ],
	[ 'DECLARE CURSOR', q{BEGIN; DECLARE c CURSOR FOR SELECT * FROM card WHERE pan <<< 'x'} ],
	[ 'CREATE TABLE AS', q{CREATE TABLE made AS SELECT * FROM card WHERE pan <<< 'x'} ],
	[ 'CREATE MATERIALIZED VIEW', q{CREATE MATERIALIZED VIEW made AS SELECT * FROM card WHERE pan <<< 'x'} ],
	[ 'COPY', q{COPY (SELECT * FROM card WHERE pan <<< 'x') TO STDOUT} ],
	[ 'SELECT', q{SELECT * FROM inlined('x')} ],
	[ 'SELECT', q{SELECT * FROM through_view('x')} ],
	[ 'SELECT', q{SELECT * FROM analyzed('x')} ],
	[ 'EXPLAIN', q{EXPLAIN SELECT * FROM inlined('x')} ],
	[ 'SELECT', q{SELECT by_plpgsql()}, 'nested' ],
	[ 'SELECT', q{SELECT for_fun()}, 'nested' ],
	[ 'SELECT', q{DO $$ BEGIN PERFORM * FROM card WHERE pan <<< 'x'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$}, 'caught' ])
{
	my ($command, $sql, $nested) = @$case;
	($out, $err, $alerts, $failed) = try($sql);
	unlike($err, qr/seen/, "nothing of it is seen: $sql");
	like($err, qr/statement refused by audit rule "no-card"/, "it is refused: $sql") if ($nested // '') ne 'caught';
	is_deeply($alerts, ['refused no-card'], "with one alert: $sql");
	my @by = grep { $_->{rules} } @$failed;
	is_deeply([ map { [ $_->{command}, $_->{sqlstate}, $_->{rules} ] } @by ], [ [ $command, '42501', ['no-card'] ] ], "and one record: $sql");
	ok((grep { $_->{name} eq 'public.card' } @{ $by[0]{objects} }), "that has the table: $sql");
	is($by[0]{level} // 0, $nested ? 1 : 0, "where it stands: $sql");
}
is($node->safe_psql('postgres', q{SELECT to_regclass('made') IS NULL}), 't', 'nothing is made');

(undef, $err, $alerts, $failed) = try(q{SELECT name FROM patients WHERE name <<< 'x'});
unlike($err, qr/seen/, 'by a tag as well');
is_deeply($alerts, ['refused no-tag'], 'with an alert');
is_deeply([ map { $_->{tags} } @$failed ], [ ['phi'] ], 'and the tags');
(undef, $err, $alerts) = try(q{SELECT never() FROM ok WHERE pan <<< 'x'});
unlike($err, qr/seen/, 'by a function that stands in it, too');
is_deeply($alerts, ['refused no-call'], 'with an alert');

my $wire = SecauditProto->connect($node, user => 'ann');
my $mark = mark($node);
$wire->parse('s1', q{SELECT count(*) FROM card WHERE pan <<< 'x'})->bind('p1', 's1', [])->sync;
my @answers = $wire->until_ready;
is($wire->error_code(@answers), '42501', 'a statement that is only bound is refused');
is_deeply([ grep { $_->[0] eq 'N' } @answers ], [], 'and has seen nothing');
is_deeply([ alerts($node, $mark) ], ['refused no-card'], 'one alert');
is_record(one_record($node, since => $mark, event => 'statement', outcome => 'failure'),
	{ command => 'SELECT', query => q{SELECT count(*) FROM card WHERE pan <<< 'x'} }, 'and a record');
$wire->terminate;

# Labels without rules.
use_rules($node);
foreach my $sql (q{SELECT name FROM patients WHERE 1 / 0 = cents}, q{DO $$ BEGIN PERFORM name FROM patients WHERE 1 / 0 = cents; END $$},
	q{DO $$ BEGIN PERFORM name FROM patients WHERE 1 / 0 = cents; EXCEPTION WHEN division_by_zero THEN NULL; END $$},
	q{EXPLAIN SELECT name FROM patients WHERE 1 / 0 = cents}, q{SELECT noisy(1), name FROM patients WHERE 1 / 0 = cents})
{
	$mark = mark($node);
	$node->psql('postgres', $sql, extra_params => [ '-U', 'ann' ]);
	my @found = grep { $_->{tags} } records($node, since => $mark);
	is_deeply([ map { $_->{tags} } @found ], [ ['phi'] ], "what fails while it is planned has its tags: $sql");
	ok((grep { $_->{name} eq 'public.patients' && ($_->{tags} // [])->[0] eq 'phi' } @{ $found[0]{objects} }), "and its objects: $sql");
}
$wire = SecauditProto->connect($node, user => 'ann');
$mark = mark($node);
$wire->parse('s1', q{SELECT count(*) FROM patients WHERE name <<< 'x'})->bind('p1', 's1', [])->sync;
@answers = $wire->until_ready;
isnt(scalar(grep { $_->[0] eq 'N' } @answers), 0, 'a statement that is only bound has seen something');
$wire->terminate;
is_record(one_record($node, since => $mark, event => 'statement'), { command => 'SELECT', tags => ['phi'] }, 'and has a record with its tags');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
