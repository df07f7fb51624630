-- pg_stat_kcache and pg_stat_statements: both count at the executor's and planner's hooks.
\set VERBOSITY terse
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION pg_stat_kcache;
CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 1000) i;
CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM t); END $$;
SELECT pg_stat_kcache_reset();
SELECT pg_stat_statements_reset();
SELECT count(*) FROM t WHERE id < 100;
SELECT count(*) FROM t WHERE id < 200;
SELECT f();
INSERT INTO t SELECT 1 FROM generate_series(1, 10);
CALL not_there();
COPY (SELECT count(*) FROM t) TO STDOUT;
SELECT calls, rows, plans, query FROM pg_stat_statements WHERE query !~ 'pg_stat' ORDER BY query COLLATE "C";
SELECT s.query, k.exec_user_time >= 0, k.top
	FROM pg_stat_kcache() k JOIN pg_stat_statements s USING (queryid, userid, dbid)
	WHERE s.query ~ 'FROM t' AND s.query !~ 'pg_stat' AND s.toplevel = k.top ORDER BY s.query COLLATE "C", k.top;
DROP EXTENSION pg_stat_kcache;
DROP EXTENSION pg_stat_statements;
