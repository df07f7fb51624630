-- hypopg: indexes that only the planner sees, by hooks of planner and utility.
\set VERBOSITY terse
CREATE EXTENSION hypopg;
CREATE TABLE t AS SELECT i AS id, i % 100 AS b FROM generate_series(1, 10000) i;
ANALYZE t;
SELECT count(*) FROM hypopg_create_index('CREATE INDEX ON t (id)');
CREATE FUNCTION plan_of(q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; whole text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || q LOOP
		whole := whole || regexp_replace(line, '<\d+>', '<N>') || E'\n';
	END LOOP;
	RETURN whole;
END $$;
SELECT plan_of('SELECT * FROM t WHERE id = 1');
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) SELECT * FROM t WHERE id = 1;
SELECT indexname ~ 't_id' FROM hypopg();
SELECT hypopg_get_indexdef(indexrelid) ~ 'btree', hypopg_relation_size(indexrelid) > 0 FROM hypopg();
SELECT count(*) FROM hypopg_create_index('CREATE INDEX ON not_there (id)');
SELECT count(*) FROM hypopg_create_index('DROP TABLE t');
ALTER TABLE t ADD COLUMN c int;
SELECT hypopg_drop_index(indexrelid) FROM hypopg();
SELECT hypopg_reset();
DROP TABLE t;
DROP EXTENSION hypopg;
