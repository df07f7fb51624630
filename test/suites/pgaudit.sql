-- pgaudit: hooks at all the places where secaudit's are, an event trigger, and messages
-- that are shown to the client.
\set VERBOSITY terse
CREATE EXTENSION pgaudit;
SET pgaudit.log = 'all';
SET pgaudit.log_client = on;
SET pgaudit.log_level = notice;
SET pgaudit.log_relation = on;
SET pgaudit.log_parameter = on;
CREATE ROLE suite_auditor;
SET pgaudit.role = 'suite_auditor';
CREATE TABLE t (id int PRIMARY KEY, b text);
GRANT SELECT (b) ON t TO suite_auditor;
INSERT INTO t VALUES (1, 'x'), (2, 'y');
SELECT b FROM t;
PREPARE p(int) AS SELECT * FROM t WHERE id = $1;
EXECUTE p(1);
CREATE FUNCTION f(i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE t SET b = 'z' WHERE id = i;
	RETURN (SELECT b FROM t WHERE id = i);
END $$;
SELECT f(1);
DO $$ BEGIN EXECUTE 'TRUNCATE t'; END $$;
BEGIN; DECLARE c CURSOR FOR SELECT * FROM t; FETCH ALL FROM c; CLOSE c; COMMIT;
COPY t FROM STDIN;
3	three
\.
COPY t TO STDOUT;
EXPLAIN (COSTS off) SELECT * FROM t;
ALTER TABLE t ADD COLUMN c int;
CREATE ROLE suite_secret PASSWORD 'secret';
DROP ROLE suite_secret;
SELECT not_there FROM t;
RESET pgaudit.role;
DROP TABLE t CASCADE;
DROP ROLE suite_auditor;
RESET pgaudit.log;
DROP EXTENSION pgaudit;
