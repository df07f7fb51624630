-- pg_repack: the client program swaps a table's storage from C functions, with triggers.
\set VERBOSITY terse
\setenv PGDATABASE :DBNAME
CREATE EXTENSION pg_repack;
CREATE TABLE t (id int PRIMARY KEY, b text);
CREATE INDEX t_b ON t (b);
INSERT INTO t SELECT i, repeat('x', i % 50) FROM generate_series(1, 2000) i;
DELETE FROM t WHERE id % 3 = 0;
CREATE TABLE no_key (a int);
\! pg_repack --table=t --wait-timeout=30 2>&1
\! pg_repack --table=t --order-by=b 2>&1
\! pg_repack --table=t --only-indexes 2>&1
\! pg_repack --table=no_key 2>&1
\! pg_repack --table=not_there 2>&1
SELECT count(*), min(id), max(id) FROM t;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass;
SELECT tablename FROM pg_tables WHERE schemaname = 'repack';
DROP EXTENSION pg_repack;
