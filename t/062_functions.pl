# Functions: where they are named, what runs inside of them, and as whom.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('functions');

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE alice LOGIN;
CREATE ROLE keeper;
CREATE TABLE card (id int PRIMARY KEY, pan text);
INSERT INTO card VALUES (1, 'x'), (2, 'y');
CREATE TABLE note (t text);
CREATE TABLE vault (t text);
ALTER TABLE vault OWNER TO keeper;
CREATE FUNCTION inner_f(text) RETURNS void LANGUAGE plpgsql AS
  $$BEGIN EXECUTE 'INSERT INTO note VALUES (' || quote_literal($1) || ')'; END$$;
CREATE FUNCTION outer_f() RETURNS void LANGUAGE plpgsql AS
  $$BEGIN PERFORM inner_f('n'); END$$;
CREATE FUNCTION definer() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
  $$BEGIN INSERT INTO vault VALUES ('s'); RETURN 1; END$$;
ALTER FUNCTION definer() OWNER TO keeper;
CREATE FUNCTION folded(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
  $$BEGIN PERFORM 1 FROM note; RETURN $1; END$$;
CREATE FUNCTION inlined(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION inlined_set() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT pan FROM card';
CREATE FUNCTION lazy_set() RETURNS SETOF int LANGUAGE sql VOLATILE AS 'SELECT id FROM card';
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE plpgsql AS $$BEGIN RETURN $1 + $2; END$$;
CREATE AGGREGATE total (int) (sfunc = plus, stype = int, initcond = 0);
CREATE OPERATOR @+@ (function = plus, leftarg = int, rightarg = int);
CREATE FUNCTION card_text(card) RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN $1.pan; END$$;
CREATE CAST (card AS text) WITH FUNCTION card_text(card);
CREATE PROCEDURE steps() LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO note VALUES ('kept'); COMMIT; INSERT INTO note VALUES ('gone'); ROLLBACK; END$$;
GRANT ALL ON card, note TO alice;
SQL

sub run
{
	my ($sql, %opt) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql, on_error_stop => 0,
		extra_params => [ '-U', $opt{user} // 'alice' ]);
	return records($node, since => $since, event => 'statement');
}

my @r = run(q{DO $$BEGIN INSERT INTO note VALUES ('d'); PERFORM 1 FROM card; END$$});
is_record($r[2], { command => 'DO', class => 'function', outcome => 'success', objects => [] },
	'23: DO is a function call');
is_deeply([ map { "$_->{command} $_->{level} $_->{parent} $_->{origin}" } @r[ 0, 1 ] ],
	[ map { "$_ 1 $r[2]{stmt} function" } 'INSERT', 'SELECT' ],
	'23: and what it runs is inside of it');
@r = run(q{DO $$BEGIN INSERT INTO note VALUES ('d'); PERFORM 1/(id-1) FROM card; END$$});
is_deeply([ map { "$_->{command} $_->{outcome} " . ($_->{sqlstate} // '') } @r ],
	[ 'INSERT success ', 'SELECT failure 22012', 'DO failure 22012' ],
	'23: its failure is known');

@r = run('SELECT outer_f()');
is_deeply([ map { "$_->{command} " . ($_->{level} // 0) . ": $_->{query}" } @r ],
	[   "INSERT 2: INSERT INTO note VALUES ('n')",
		"SELECT 1: SELECT inner_f('n')",
		'SELECT 0: SELECT outer_f()' ],
	'24: nested functions and dynamic SQL each with its own text and level');
is_deeply([ $r[0]{parent}, $r[1]{parent} ], [ $r[1]{stmt}, $r[2]{stmt} ], '24: and its parent');
is_record($r[2], { class => 'read', classes => [ 'read', 'function' ], objects => ['function public.outer_f() execute'] },
	'24: each names the function that it calls itself');

@r = run(q{DO $$BEGIN INSERT INTO note VALUES ('ok');
  BEGIN INSERT INTO card VALUES (1, 'dup'); EXCEPTION WHEN OTHERS THEN NULL; END; END$$});
is_deeply([ map { "$_->{command} $_->{outcome} " . ($_->{sqlstate} // '') } @r ],
	[ 'INSERT success ', 'INSERT failure 23505', 'DO success ' ],
	'25: a swallowed error is the failure of the statement inside');

@r = run('CALL steps()');
is_deeply([ map { "$_->{command} $_->{outcome} " . ($_->{level} // 0) } @r ],
	[ 'INSERT success 1', 'INSERT success 1', 'CALL success 0' ],
	'26: a procedure that ends transactions stays one statement');
is_record($r[2], { class => 'function', command => 'CALL', objects => ['procedure public.steps() execute'] },
	'31: CALL names its procedure');
is($r[0]{parent}, $r[2]{stmt}, '31: and is the parent of what runs in it');

@r = run('SELECT definer()');
is_record($r[0], { command => 'INSERT', outcome => 'success', user => 'alice', current_user => 'keeper',
		parent => $r[1]{stmt}, objects => ['table public.vault insert'] },
	'27: inside a SECURITY DEFINER function its owner acts for the caller');
is_record($r[1], { command => 'SELECT', user => 'alice', current_user => undef,
		objects => ['function public.definer() execute'] },
	'27: and the caller calls it');

@r = run('SELECT folded(1)');
is_record($r[0], { command => 'SELECT', level => 1, parent => $r[1]{stmt}, objects => ['table public.note select'] },
	'28: what a function does while it is folded to a constant is inside the statement');
is_record($r[1], { level => undef, classes => [ 'read', 'function' ], objects => ['function public.folded(integer) execute'] },
	'28: which names it');
@r = run('PREPARE f AS SELECT folded(1); EXECUTE f; EXECUTE f');
is_deeply([ map { "$_->{command} " . join ',', @{ objects_of($_) } } @r ],
	[ 'PREPARE ', 'SELECT table public.note select', 'EXECUTE function public.folded(integer) execute', 'EXECUTE ' ],
	'28: it runs when the plan is made, and then no more');
@r = run('SELECT folded(1), folded(2); SELECT 1');
is_record($r[-2], { objects => ['function public.folded(integer) execute'] }, '28: twice is once');
is_record($r[-1], { objects => [], classes => undef }, '28: and the next statement has nothing of it');

($r[0]) = run('SELECT inlined(id) FROM card');
is_record($r[0], { objects => [ 'function public.inlined(integer) execute', 'table public.card select' ] },
	'29: an inlined function is named');
@r = run('SELECT * FROM inlined_set()');
is(@r, 1, '29: an inlined set has no statement inside');
is_record($r[0], { rows => 2, objects => [ 'function public.inlined_set() execute', 'table public.card select' ] },
	'29: its tables are those of the statement');
@r = run('SELECT lazy_set() LIMIT 1');
is_record($r[0], { command => 'SELECT', level => 1, origin => 'function', rows => 1, parent => $r[1]{stmt},
		objects => ['table public.card select'] },
	'29: a set that is computed row by row, and given up, is inside its caller');
is_record($r[1], { level => undef, rows => 1, objects => ['function public.lazy_set() execute'] },
	'29: which goes on');

($r[0]) = run('SELECT total(id) FROM card');
is_record($r[0], { objects => [ 'aggregate public.total(integer) execute',
			'function public.plus(integer,integer) execute', 'table public.card select' ] },
	'30: an aggregate and the function behind it, once each');
($r[0]) = run('SELECT 1 @+@ id FROM card');
is_record($r[0], { objects => [ 'function public.plus(integer,integer) execute', 'table public.card select' ] },
	'30: the function of an operator');
($r[0]) = run('SELECT CAST(card AS text) FROM card');
is_record($r[0], { objects => [ 'function public.card_text(public.card) execute', 'table public.card select' ] },
	'30: the function of a cast');

# 67: what parallel workers do is the leader's
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE big AS SELECT g AS id FROM generate_series(1, 2000) g;
ALTER TABLE big SET (parallel_workers = 2);
CREATE FUNCTION looks(int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE STABLE AS
  $$BEGIN PERFORM 1 FROM note; RETURN $1; END$$;
GRANT SELECT ON big TO alice;
ANALYZE big;
SQL
my $force = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off; ';
@r = grep { $_->{command} eq 'SELECT' } run($force . 'SELECT count(*) FROM big');
is(@r, 1, '67: a parallel query leaves one record');
is_record($r[0], { rows => 1, objects => ['table public.big select'] }, '67: the leader\'s');
@r = grep { $_->{command} eq 'SELECT' } run($force . 'SELECT count(*) FROM big WHERE looks(id) < 0');
my ($leader) = grep { !$_->{level} } @r;
my @workers = grep { ($_->{origin} // '') eq 'worker' } @r;
is(@workers, 2000, '67: each call in a worker leaves its statement');
is_deeply([ keys %{ { map { $_->{session} => 1 } @workers } } ], [ $leader->{session} ],
	'67: in the session of the leader');
is_deeply([ grep { $_->{pid} == $leader->{pid} || $_->{backend} ne 'parallel worker' || $_->{user} ne 'alice' } @workers ],
	[], '67: with the worker\'s process and the leader\'s user');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
