-- secaudit 1.2: explain().

\echo Use "ALTER EXTENSION secaudit UPDATE TO '1.2'" to load this file. \quit

CREATE FUNCTION secaudit.explain(
	"user" text,                      -- NULL: any
	db text,
	command text,                     -- as in a record: "SELECT", "CREATE TABLE"
	object text DEFAULT NULL,         -- its name as in a record
	OUT step integer,
	OUT what text,                    -- a rule, a setting, or "result"
	OUT verdict text,
	OUT why text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'secaudit_explain'
LANGUAGE C STABLE;

REVOKE ALL ON FUNCTION secaudit.explain(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secaudit.explain(text, text, text, text) TO pg_monitor, secaudit_auditor;

COMMENT ON FUNCTION secaudit.explain(text, text, text, text) IS
	'would this be recorded, and why: each rule and setting in their order, then the result';
