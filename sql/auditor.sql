--
-- secaudit_auditor: reads the trail, and causes nothing.
--
DROP ROLE IF EXISTS secaudit_auditor;
CREATE EXTENSION secaudit;
SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolinherit,
	shobj_description(oid, 'pg_authid') AS comment
FROM pg_roles WHERE rolname = 'secaudit_auditor';

-- What it may use, beside what everybody may.
SELECT p.oid::regprocedure AS function, has_function_privilege('secaudit_auditor', p.oid, 'execute') AS auditor
FROM pg_proc p WHERE p.pronamespace = 'secaudit'::regnamespace ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT has_table_privilege('secaudit_auditor', 'secaudit.stat', 'select') AS reads,
	has_table_privilege('secaudit_auditor', 'secaudit.stat', 'insert, update, delete, truncate') AS writes,
	has_schema_privilege('secaudit_auditor', 'secaudit', 'usage') AS uses,
	has_schema_privilege('secaudit_auditor', 'secaudit', 'create') AS creates;

CREATE ROLE regress_secaudit_anna IN ROLE secaudit_auditor;
SET ROLE regress_secaudit_anna;
SELECT count(*) > 0 AS readable FROM secaudit.records(last => 3);
SELECT count(*) > 0 AS readable FROM secaudit.read_trail(NULL, NULL, 3, NULL);
SELECT running FROM secaudit.status();
SELECT up FROM secaudit.stat;
SELECT secaudit.flush();
SELECT secaudit.rotate();
RESET ROLE;

-- The role stays when the extension goes, and members that were given to it
-- meanwhile are nothing to warn of.
DROP EXTENSION secaudit;
SELECT count(*) AS there FROM pg_roles WHERE rolname = 'secaudit_auditor';
CREATE EXTENSION secaudit;
DROP EXTENSION secaudit;
DROP ROLE secaudit_auditor;

-- A role of that name that is somebody else's gets the rights all the same,
-- and whoever makes the extension is told what to look at.
CREATE ROLE secaudit_auditor LOGIN CREATEDB;
GRANT secaudit_auditor TO regress_secaudit_anna;
CREATE EXTENSION secaudit;
SELECT has_function_privilege('secaudit_auditor', 'secaudit.records(timestamptz,timestamptz,bigint,jsonb)', 'execute') AS granted,
	rolcanlogin, rolcreatedb
FROM pg_roles WHERE rolname = 'secaudit_auditor';
DROP EXTENSION secaudit;
DROP ROLE secaudit_auditor;

-- One that can do nothing and has no members is no reason for a warning.
CREATE ROLE secaudit_auditor;
CREATE EXTENSION secaudit;

-- While it has rights here it cannot be dropped.
\set VERBOSITY terse
DROP ROLE secaudit_auditor;
\set VERBOSITY default
DROP EXTENSION secaudit;
DROP ROLE secaudit_auditor, regress_secaudit_anna;
