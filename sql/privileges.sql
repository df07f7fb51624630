--
-- Who may do what with the schema secaudit.
--
CREATE EXTENSION secaudit;

-- All of it lies in one schema and none of it is for PUBLIC.
SELECT p.oid::regprocedure AS function,
	has_function_privilege('pg_monitor', p.oid, 'execute') AS monitor,
	coalesce(bool_or(a.grantee = 0), false) AS public
FROM pg_proc p
	LEFT JOIN LATERAL aclexplode(p.proacl) a ON true
WHERE p.pronamespace = 'secaudit'::regnamespace
GROUP BY p.oid ORDER BY p.oid::regprocedure::text COLLATE "C";

CREATE ROLE regress_secaudit_monitor IN ROLE pg_monitor;
CREATE ROLE regress_secaudit_reader;
CREATE ROLE regress_secaudit_nobody;

SET ROLE regress_secaudit_nobody;
SELECT running FROM secaudit.status();
RESET ROLE;
GRANT USAGE ON SCHEMA secaudit TO regress_secaudit_nobody;
SET ROLE regress_secaudit_nobody;
SELECT running FROM secaudit.status();
SELECT secaudit.flush();
SELECT count(*) FROM secaudit.records();
SELECT count(*) FROM secaudit.read_trail(NULL, NULL, NULL, NULL);
SELECT up FROM secaudit.stat;
RESET ROLE;

SET ROLE regress_secaudit_monitor;
SELECT running FROM secaudit.status();
SELECT secaudit.flush() > 0 AS flushed;
SELECT up FROM secaudit.stat;
SELECT count(*) FROM secaudit.records();
SELECT secaudit.rotate();
RESET ROLE;

-- Reading can be granted.
GRANT USAGE ON SCHEMA secaudit TO regress_secaudit_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA secaudit TO regress_secaudit_reader;
SET ROLE regress_secaudit_reader;
SELECT count(*) > 0 AS readable FROM secaudit.records();
RESET ROLE;

-- The function beneath the view asks, whoever owns or was granted the view.
GRANT SELECT ON secaudit.stat TO regress_secaudit_nobody;
SET ROLE regress_secaudit_nobody;
SELECT up FROM secaudit.stat;
RESET ROLE;

-- Nobody puts things of his own beside them.
SET ROLE regress_secaudit_monitor;
CREATE TABLE secaudit.mine (a int);
CREATE OR REPLACE FUNCTION secaudit.flush() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
ALTER FUNCTION secaudit.flush() RENAME TO not_flush;
DROP EXTENSION secaudit;
RESET ROLE;

-- Only what sets labels runs with more than its caller's rights, with a safe path.
SELECT proname, proconfig FROM pg_proc
WHERE pronamespace = 'secaudit'::regnamespace AND prosecdef ORDER BY proname COLLATE "C";

-- A schema of that name that is somebody else's is an error, not a trap.
DROP EXTENSION secaudit;
CREATE SCHEMA secaudit AUTHORIZATION regress_secaudit_nobody;
-- (From PostgreSQL 18 on, with the line of the script as context.)
\set SHOW_CONTEXT never
CREATE EXTENSION secaudit;
\set SHOW_CONTEXT errors
DROP SCHEMA secaudit;

-- The extension is not a trusted one.
SELECT current_database() AS db \gset
GRANT CREATE ON DATABASE :"db" TO regress_secaudit_nobody;
SET ROLE regress_secaudit_nobody;
CREATE EXTENSION secaudit;
RESET ROLE;
REVOKE CREATE ON DATABASE :"db" FROM regress_secaudit_nobody;

DROP ROLE regress_secaudit_monitor, regress_secaudit_reader, regress_secaudit_nobody;
