--
-- Reading and writing in every way a session has.
--
INSERT INTO shop.card SELECT i, 'pan ' || i, 'owner ' || i % 7, 'good', '{"a": 1}' FROM generate_series(1, 200) i;
INSERT INTO shop.card VALUES (1, 'x', 'y') ON CONFLICT (id) DO UPDATE SET owner = excluded.owner RETURNING *;
INSERT INTO shop.parts VALUES (1, '2026-05-05'), (2, '2026-06-06');
INSERT INTO shop.parts VALUES (1, '2036-05-05');
UPDATE shop.parts SET id = id + 1;
MERGE INTO shop.copy c USING shop.card n ON c.id = n.id
	WHEN MATCHED THEN UPDATE SET id = c.id WHEN NOT MATCHED THEN INSERT VALUES (n.id);
WITH gone AS (DELETE FROM shop.copy WHERE id > 50 RETURNING id) SELECT count(*) FROM gone;
SELECT * FROM shop."Odd ""näme""";
SELECT c FROM shop.card c WHERE id = 1;
SELECT count(*), (SELECT max(id) FROM shop.parts) FROM shop.cards JOIN shop.owners USING (owner);
SELECT * FROM shop.card FOR UPDATE LIMIT 1;
TABLE shop.owners;
VALUES (1), (2);
SELECT nextval('shop.numbers'), currval('shop.numbers');
EXPLAIN SELECT * FROM shop.card;
EXPLAIN ANALYZE UPDATE shop.card SET owner = owner;
TRUNCATE shop.fast;
LOCK TABLE shop.fast;
ANALYZE shop.card;
VACUUM shop.card;
REINDEX TABLE shop.card;
CLUSTER shop.card USING card_pkey;
CHECKPOINT;
LISTEN channel;
NOTIFY channel, 'a message';
UNLISTEN *;

-- long texts, texts that are cut in a character, secrets in the middle
SELECT length('привет, мир: длинный текст, который не помещается целиком в запись'), repeat('é', 3000) = 'x';
\set long `printf "'%5000s'" x`
SELECT length(:long);
SELECT 'a' || :long || 'b', crypt('secret', gen_salt('md5'));
CREATE ROLE long_one PASSWORD 'secret' -- :long
;
/* a comment */ SELECT /* another */ 1; SELECT 2\; SELECT 3\; SELECT 4 / 0\; SELECT 5;
DO $$ BEGIN EXECUTE 'ALTER ROLE clerk PASSWORD ' || quote_literal('secret'); END $$;

-- COPY
COPY shop.card TO STDOUT;
COPY (SELECT owner FROM shop.card LIMIT 3) TO STDOUT (FORMAT csv);
COPY shop.fast FROM STDIN;
1
2
\.
COPY shop.fast FROM STDIN;
one
\.
\copy shop.fast TO '/dev/null'
COPY shop.fast TO PROGRAM 'cat > /dev/null';
COPY shop.fast FROM '/nowhere/at/all';

-- prepared statements and cursors
PREPARE by_id (int, text) AS SELECT * FROM shop.card WHERE id = $1 AND owner = $2;
EXECUTE by_id (1, 'y');
EXECUTE by_id (1 / 0, 'y');
EXPLAIN EXECUTE by_id (2, 'z');
CREATE TABLE shop.executed AS EXECUTE by_id (1, 'y');
DEALLOCATE by_id;
BEGIN;
DECLARE a_few SCROLL CURSOR FOR SELECT * FROM shop.card;
FETCH 5 FROM a_few;
MOVE BACKWARD ALL IN a_few;
FETCH ALL FROM a_few;
UPDATE shop.copy SET id = 1 WHERE CURRENT OF a_few;
ROLLBACK;
BEGIN;
DECLARE kept CURSOR WITH HOLD FOR SELECT generate_series(1, 10);
COMMIT;
FETCH 3 FROM kept;
CLOSE ALL;

-- large objects, which clients call by the fastpath
SELECT lo_create(4711);
BEGIN;
SELECT lowrite(lo_open(4711, 131072), 'bytes');
COMMIT;
SELECT lo_unlink(4711);

-- more than one process
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SELECT count(*) FROM shop.card WHERE owner LIKE '%1';
RESET ALL;

-- what the extension tells
SELECT running, lost FROM secaudit.status();
SELECT secaudit.flush() > 0;
SELECT secaudit.rotate();
SELECT count(*) FROM secaudit.records();
SELECT event, "user", record->>'query' FROM secaudit.records(last => 5);
SELECT up FROM secaudit.stat;
