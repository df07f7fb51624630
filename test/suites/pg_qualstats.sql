-- pg_qualstats: hooks of the executor collect predicates, and their constants.
\set VERBOSITY terse
CREATE EXTENSION pg_qualstats;
CREATE TABLE t AS SELECT i AS id, i % 10 AS b FROM generate_series(1, 1000) i;
SELECT pg_qualstats_reset();
SELECT count(*) FROM t WHERE id = 5;
SELECT count(*) FROM t WHERE id > 5 AND b = 1;
SELECT count(*) FROM t x JOIN t y ON x.id = y.b WHERE x.b <> 3;
PREPARE p(int) AS SELECT count(*) FROM t WHERE id < $1;
EXECUTE p(10);
UPDATE t SET b = 0 WHERE id = 17;
DELETE FROM t WHERE id = 18;
SELECT lrelid::regclass, lattnum, opno::regoper, occurences, execution_count, nbfiltered, constvalue
	FROM pg_qualstats WHERE lrelid = 't'::regclass ORDER BY 1, 2, 3::text, 7;
SELECT left_table::text, operator, right_table::text, occurences FROM pg_qualstats_pretty WHERE left_table::text LIKE '%t' ORDER BY 1, 2, 3, 4;
SELECT count(*) > 0 FROM pg_qualstats_example_queries();
SELECT v FROM json_array_elements(pg_qualstats_index_advisor(min_filter => 1)->'indexes') v;
SELECT pg_qualstats_reset();
DROP EXTENSION pg_qualstats;
