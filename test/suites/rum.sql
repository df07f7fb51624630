-- rum: an access method with its own pages and WAL, functions that read them.
\set VERBOSITY terse
CREATE EXTENSION rum;
CREATE TABLE t (id int, v tsvector);
INSERT INTO t SELECT i, to_tsvector('simple', 'word' || i % 10 || ' other') FROM generate_series(1, 500) i;
CREATE INDEX t_v ON t USING rum (v rum_tsvector_ops);
SET enable_seqscan = off;
SELECT count(*) FROM t WHERE v @@ to_tsquery('simple', 'word3 & other');
SELECT id FROM t WHERE v @@ to_tsquery('simple', 'word3') ORDER BY v <=> to_tsquery('simple', 'word3'), id LIMIT 3;
DELETE FROM t WHERE id < 100;
VACUUM t;
SELECT count(*) FROM t WHERE v @@ to_tsquery('simple', 'other');
SELECT count(*) > 0 FROM rum_metapage_info('t_v', 0);
REINDEX INDEX t_v;
DROP TABLE t;
DROP EXTENSION rum;
