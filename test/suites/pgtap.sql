-- pgtap: tests in functions, with savepoints, dynamic SQL and prepared statements.
\set VERBOSITY terse
CREATE EXTENSION pgtap;
CREATE TABLE t (id int PRIMARY KEY, b text NOT NULL DEFAULT 'x');
CREATE ROLE suite_tap;
BEGIN;
SELECT plan(9);
SELECT has_table('t');
SELECT col_is_pk('t', 'id');
SELECT throws_ok('INSERT INTO t VALUES (1, NULL)', '23502');
SELECT lives_ok('INSERT INTO t VALUES (1, ''one'')');
PREPARE q AS SELECT id FROM t;
SELECT results_eq('q', ARRAY[1]);
SELECT is_empty('SELECT 1 FROM t WHERE id = 2');
SELECT throws_like('SELECT 1/0', '%zero');
SELECT table_privs_are('t', 'suite_tap', '{}'::name[]);
SELECT fail('fails');
SELECT * FROM finish();
ROLLBACK;
CREATE SCHEMA tap;
CREATE FUNCTION tap.test_one() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO t VALUES (5);
	RETURN NEXT is((SELECT count(*)::int FROM t), 1);
END $$;
CREATE FUNCTION tap.test_dies() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT is(1, 1/0);
END $$;
SELECT * FROM runtests('tap'::name);
SELECT count(*) FROM t;
DROP EXTENSION pgtap CASCADE;
DROP ROLE suite_tap;
