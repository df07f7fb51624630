--
-- The settings: which there are, what they refuse and what they say then.
--
SELECT name, vartype AS type, context, unit, boot_val AS value, min_val AS min, max_val AS max, enumvals
FROM pg_settings WHERE name LIKE 'secaudit.%' ORDER BY name COLLATE "C";

-- Nothing is set within a session as long as secaudit.lock says so, ...
SET secaudit.log = 'none';
SET secaudit.log_catalog = off;
SET secaudit.query_max_bytes = '1kB';
SET LOCAL secaudit.log_parameters = on;
SELECT set_config('secaudit.log', 'none', false);
SET secaudit.lock = off;
SHOW secaudit.log;

-- ... for roles and databases it is, but only what is sound.
CREATE ROLE regress_secaudit_role;
ALTER ROLE regress_secaudit_role SET secaudit.log = 'all, -read, NONE, ddl';
ALTER ROLE regress_secaudit_role SET secaudit.log = 'ddl, reads';
ALTER ROLE regress_secaudit_role SET secaudit.log = '-none';
ALTER ROLE regress_secaudit_role SET secaudit.log = '-';
-- (The text names units from PostgreSQL 16 on.)
\set VERBOSITY sqlstate
ALTER ROLE regress_secaudit_role SET secaudit.query_max_bytes = '255B';
ALTER ROLE regress_secaudit_role SET secaudit.parameter_max_bytes = '2MB';
\set VERBOSITY default
ALTER ROLE regress_secaudit_role SET secaudit.record_max_bytes = '16kB';
ALTER ROLE regress_secaudit_role SET secaudit.directory = '/tmp';
SELECT unnest(setconfig) FROM pg_db_role_setting WHERE setrole = 'regress_secaudit_role'::regrole;

-- None of them is for everybody.
SET ROLE regress_secaudit_role;
SET secaudit.log = 'none';
ALTER ROLE regress_secaudit_role SET secaudit.log_nested = off;
ALTER ROLE regress_secaudit_role RESET secaudit.log;
RESET ROLE;
ALTER ROLE regress_secaudit_role RESET secaudit.log;

-- The prefix is ours: a name that was mistyped is an error.
SET secaudit.logs = 'all';
ALTER ROLE regress_secaudit_role SET secaudit.logs = 'all';
DROP ROLE regress_secaudit_role;

-- What a file could not have either.
ALTER SYSTEM SET secaudit.log = 'everything';
ALTER SYSTEM SET secaudit.directory = '';
ALTER SYSTEM SET secaudit.directory = E'a\x01b';
SELECT format('ALTER SYSTEM SET secaudit.directory = %L', repeat('d', 1000)) AS command \gset
:command;
ALTER SYSTEM SET secaudit.file_mode = '0644';
ALTER SYSTEM SET secaudit.file_mode = '0600x';
SELECT format('ALTER SYSTEM SET secaudit.node_name = %L', repeat('n', 300)) AS command \gset
:command;
ALTER SYSTEM SET secaudit.integrity = 'sha1';
ALTER SYSTEM SET secaudit.durability = 'maybe';
ALTER SYSTEM SET secaudit.on_failure = 'ignore';
ALTER SYSTEM SET secaudit.lock = 'maybe';
\set VERBOSITY sqlstate
ALTER SYSTEM SET secaudit.buffer_size = '64kB';
ALTER SYSTEM SET secaudit.flush_interval = 0;
ALTER SYSTEM SET secaudit.warn_percent = 101;
ALTER SYSTEM SET secaudit.checkpoint_interval = '1ms';
ALTER SYSTEM SET secaudit.failure_timeout = '2h';
ALTER SYSTEM SET secaudit.rotation_size = -1;
\set VERBOSITY default
SELECT name FROM pg_settings WHERE name LIKE 'secaudit.%' AND pending_restart;
