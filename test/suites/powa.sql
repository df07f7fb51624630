-- powa: a background worker that takes snapshots of what other extensions count, by
-- functions with dynamic SQL.
\set VERBOSITY terse
CREATE EXTENSION powa CASCADE;
CREATE EXTENSION pg_qualstats;
CREATE EXTENSION pg_stat_kcache;
CREATE EXTENSION pg_wait_sampling;
CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 100) i;
SELECT count(*) FROM t WHERE id = 7;
SELECT powa_take_snapshot();
SELECT powa_take_snapshot();
SELECT count(*) > 0 FROM powa_statements;
SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type ~ 'powa';
SELECT powa_register_server('127.0.0.1', password := 'secret');
SELECT count(*) FROM powa_servers;
SELECT powa_delete_and_purge_server(1);
SELECT powa_reset(0);
DROP EXTENSION powa CASCADE;
