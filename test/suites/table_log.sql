-- table_log: a trigger in C writes every change into another table with SPI, and a function
-- restores from it.
\set VERBOSITY terse
CREATE EXTENSION table_log;
CREATE TABLE t (id int PRIMARY KEY, b text);
SELECT table_log_init(5, 'public', 't', 'public', 't_log');
INSERT INTO t VALUES (1, 'a'), (2, 'b');
UPDATE t SET b = 'c' WHERE id = 1;
DELETE FROM t WHERE id = 2;
SELECT id, b, trigger_mode, trigger_tuple, trigger_user = current_user FROM t_log ORDER BY trigger_id;
SELECT table_log_restore_table('t', 'id', 't_log', 'trigger_id', 't_back', now() + interval '1 hour');
SELECT id, b FROM t_back ORDER BY id;
DROP TABLE t_log;
INSERT INTO t VALUES (3, 'd');
DROP TABLE t;
DROP EXTENSION table_log;
