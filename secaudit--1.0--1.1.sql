-- secaudit 1.1: outages in status() and stat, events of applications, explain(), the
-- role secaudit_auditor and what it may label, comments.

\echo Use "ALTER EXTENSION secaudit UPDATE TO '1.1'" to load this file. \quit

--
-- Who looks at the trail's state sees an outage in it.
--
DROP VIEW secaudit.stat;
DROP FUNCTION secaudit.status();

CREATE FUNCTION secaudit.status(
	OUT running boolean,              -- is the writer there?
	OUT writer_pid integer,
	OUT log_id text,                  -- "log" of every record
	OUT seq bigint,                   -- of the last record on disk
	OUT file text,                    -- being written; NULL: none yet
	OUT file_bytes bigint,
	OUT free_bytes bigint,            -- for us on the file system of the trail
	OUT head bigint,                  -- position after the last record appended
	OUT tail bigint,                  -- everything before it is on disk
	OUT buffered_bytes bigint,        -- head - tail
	OUT buffer_bytes bigint,          -- size of the buffer
	OUT appended bigint,              -- records handed over by processes
	OUT records bigint,               -- lines written, those of the writer too
	OUT bytes bigint,
	OUT batches bigint,
	OUT waits bigint,                 -- appends that waited for space
	OUT wait_seconds double precision,
	OUT lost bigint,                  -- records dropped
	OUT lost_by_reason jsonb,
	OUT errors bigint,                -- failed attempts to write
	OUT last_error text,
	OUT last_error_at timestamptz,
	OUT outage text,                  -- cannot_write, writer_stalled, no_writer
	OUT outage_since timestamptz,     -- NULL: there is none
	OUT outages bigint)
AS 'MODULE_PATHNAME', 'secaudit_status'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

CREATE VIEW secaudit.stat AS
	SELECT
		running::integer AS up,
		seq AS last_seq,
		head AS buffer_head_bytes,
		tail AS buffer_tail_bytes,
		buffered_bytes AS buffer_used_bytes,
		buffer_bytes AS buffer_size_bytes,
		free_bytes,
		file_bytes,
		appended AS appended_records_total,
		records AS written_records_total,
		bytes AS written_bytes_total,
		batches AS batches_total,
		waits AS waits_total,
		wait_seconds AS wait_seconds_total,
		lost AS lost_records_total,
		errors AS write_errors_total,
		extract(epoch FROM last_error_at)::double precision
			AS last_error_timestamp_seconds,
		(outage IS NOT NULL)::integer AS outage,
		outages AS outages_total
	FROM secaudit.status();

REVOKE ALL ON FUNCTION secaudit.status() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secaudit.status() TO pg_monitor;
GRANT SELECT ON secaudit.stat TO pg_monitor;

--
-- Reading the trail, with a condition of the match language.
--
DROP FUNCTION secaudit.records(timestamptz, timestamptz, bigint);
DROP FUNCTION secaudit.read_trail(timestamptz, timestamptz, bigint);

CREATE FUNCTION secaudit.read_trail(
	since timestamptz,
	until timestamptz,
	last bigint,
	match jsonb)
RETURNS SETOF secaudit.trail_record
AS 'MODULE_PATHNAME', 'secaudit_read_trail'
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10000 COST 10;

CREATE FUNCTION secaudit.records(
	since timestamptz DEFAULT NULL,   -- that began at or after
	until timestamptz DEFAULT NULL,   -- that began before
	last bigint DEFAULT NULL,         -- only so many lines from the end
	match jsonb DEFAULT NULL)         -- only what matches, as in a rule
RETURNS SETOF secaudit.trail_record
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10000
AS $$
	SELECT (r).ts, (r).seq, (r).event, (r).class, (r).command, (r).outcome,
		(r)."user", (r).db, (r).record
	FROM (SELECT secaudit.read_trail($1, $2, $3, $4) AS r) AS trail
$$;

REVOKE ALL ON FUNCTION
	secaudit.read_trail(timestamptz, timestamptz, bigint, jsonb),
	secaudit.records(timestamptz, timestamptz, bigint, jsonb)
FROM PUBLIC;

--
-- An application's own events.
--
CREATE FUNCTION secaudit.record(
	event text,                       -- a name like "order.approved"
	detail jsonb DEFAULT '{}')
RETURNS void
AS 'MODULE_PATHNAME', 'secaudit_record'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

REVOKE ALL ON FUNCTION secaudit.record(text, jsonb) FROM PUBLIC;

--
-- Would it be recorded?
--
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
GRANT EXECUTE ON FUNCTION secaudit.explain(text, text, text, text) TO pg_monitor;

--
-- Whoever is a member of secaudit_auditor may read the trail and see how it is
-- doing, and cause nothing.  A role is of the whole cluster and not a part of
-- this extension: another database may have made it, and it stays when the
-- extension is dropped.
--
-- Where a role of that name was there before, and not by us, it may have rights
-- or members of its own: that is for somebody to look at.  The comment says
-- whether we have made it.
--
DO $$
DECLARE
	made_by_us constant text := 'may read the secaudit trail; made by CREATE EXTENSION secaudit';
	auditor record;
	worries text[];
	members text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'secaudit_auditor') THEN
		BEGIN
			CREATE ROLE secaudit_auditor NOLOGIN;
			EXECUTE format('COMMENT ON ROLE secaudit_auditor IS %L', made_by_us);
			RETURN;
		EXCEPTION WHEN duplicate_object OR unique_violation THEN
			NULL; -- another database has been quicker
		END;
	END IF;

	SELECT r.oid, r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolcreatedb,
			r.rolreplication, r.rolbypassrls, shobj_description(r.oid, 'pg_authid') AS comment
		INTO auditor FROM pg_roles r WHERE r.rolname = 'secaudit_auditor';
	IF auditor.comment = made_by_us THEN
		RETURN;
	END IF;
	SELECT string_agg(quote_ident(m.rolname), ', ' ORDER BY m.rolname) INTO members
		FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
		WHERE a.roleid = auditor.oid;
	worries := array_remove(ARRAY[
		CASE WHEN auditor.rolcanlogin THEN 'it may log in' END,
		CASE WHEN auditor.rolsuper OR auditor.rolcreaterole OR auditor.rolcreatedb
				OR auditor.rolreplication OR auditor.rolbypassrls
			THEN 'it has rights of its own (' || array_to_string(array_remove(ARRAY[
				CASE WHEN auditor.rolsuper THEN 'SUPERUSER' END,
				CASE WHEN auditor.rolcreaterole THEN 'CREATEROLE' END,
				CASE WHEN auditor.rolcreatedb THEN 'CREATEDB' END,
				CASE WHEN auditor.rolreplication THEN 'REPLICATION' END,
				CASE WHEN auditor.rolbypassrls THEN 'BYPASSRLS' END], NULL), ', ') || ')' END,
		CASE WHEN members IS NOT NULL THEN 'it has members (' || members || ')' END], NULL);
	IF cardinality(worries) = 0 THEN
		RAISE NOTICE 'role "secaudit_auditor" exists already and may read the audit trail from now on';
	ELSE
		RAISE WARNING 'role "secaudit_auditor" exists already and may read the audit trail from now on'
			USING DETAIL = format('The role was not made by secaudit: %s.', array_to_string(worries, ', ')),
				HINT = 'See to it that all who can act as this role may read the audit trail.';
	END IF;
END
$$;

GRANT USAGE ON SCHEMA secaudit TO secaudit_auditor;
GRANT EXECUTE ON FUNCTION
	secaudit.status(),
	secaudit.read_trail(timestamptz, timestamptz, bigint, jsonb),
	secaudit.records(timestamptz, timestamptz, bigint, jsonb),
	secaudit.explain(text, text, text, text)
TO secaudit_auditor;
GRANT SELECT ON secaudit.stat TO secaudit_auditor;

--
-- SECURITY LABEL is for owners, who are those that are audited.  An auditor
-- labels what others own, and needs no right on it: so names are texts, which
-- are looked up here, with their schema.
--
CREATE FUNCTION secaudit.label_relation(relation text, label text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON %s %s IS %L',
		(SELECT CASE relkind
			WHEN 'v' THEN 'VIEW'
			WHEN 'm' THEN 'MATERIALIZED VIEW'
			WHEN 'f' THEN 'FOREIGN TABLE'
			WHEN 'S' THEN 'SEQUENCE'
			ELSE 'TABLE' END FROM pg_class WHERE oid = relation::regclass),
		relation::regclass, label);
END
$$;

CREATE FUNCTION secaudit.label_column(relation text, col name, label text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON COLUMN %s.%I IS %L', relation::regclass, col, label);
END
$$;

CREATE FUNCTION secaudit.label_function(routine text, label text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON ROUTINE %s IS %L', routine::regprocedure, label);
END
$$;

CREATE FUNCTION secaudit.label_schema(schema_name text, label text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON SCHEMA %s IS %L', schema_name::regnamespace, label);
END
$$;

CREATE FUNCTION secaudit.label_role(role_name text, label text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('SECURITY LABEL FOR secaudit ON ROLE %s IS %L', role_name::regrole, label);
END
$$;

REVOKE ALL ON FUNCTION
	secaudit.label_relation(text, text),
	secaudit.label_column(text, name, text),
	secaudit.label_function(text, text),
	secaudit.label_schema(text, text),
	secaudit.label_role(text, text)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	secaudit.label_relation(text, text),
	secaudit.label_column(text, name, text),
	secaudit.label_function(text, text),
	secaudit.label_schema(text, text),
	secaudit.label_role(text, text)
TO secaudit_auditor;

COMMENT ON SCHEMA secaudit IS 'functions of the audit trail; auditing works without them';

COMMENT ON FUNCTION secaudit.status() IS
	'how the trail is doing: one row; positions in bytes since the buffer was made, counters since the server started';
COMMENT ON FUNCTION secaudit.explain(text, text, text, text) IS
	'would this be recorded, and why: each rule and setting in their order, then the result';
COMMENT ON FUNCTION secaudit.label_relation(text, text) IS
	'sets the tags of a table, view or sequence; NULL takes them away';
COMMENT ON FUNCTION secaudit.label_column(text, name, text) IS 'the same of a column';
COMMENT ON FUNCTION secaudit.label_function(text, text) IS 'the same of a function or procedure';
COMMENT ON FUNCTION secaudit.label_schema(text, text) IS 'the same of a schema, for all that is in it';
COMMENT ON FUNCTION secaudit.label_role(text, text) IS 'the same of a role, for all that it does';
COMMENT ON FUNCTION secaudit.record(text, jsonb) IS
	'puts an event "custom" of this name and detail, an object, into the trail; for applications';
COMMENT ON FUNCTION secaudit.flush() IS
	'waits until what was appended before the call is on disk; returns the position up to which it is';
COMMENT ON FUNCTION secaudit.rotate() IS
	'ends the current trail file and begins a new one; returns its name';
COMMENT ON FUNCTION secaudit.records(timestamptz, timestamptz, bigint, jsonb) IS
	'the records of the trail that began at or after "since" and before "until", of its "last" lines, and match';
COMMENT ON FUNCTION secaudit.read_trail(timestamptz, timestamptz, bigint, jsonb) IS
	'the same, one record at a time; use secaudit.records()';

COMMENT ON TYPE secaudit.trail_record IS 'one record of the trail';
COMMENT ON COLUMN secaudit.trail_record.ts IS 'when it began';
COMMENT ON COLUMN secaudit.trail_record.seq IS 'number in the trail, without a gap';
COMMENT ON COLUMN secaudit.trail_record.event IS 'what kind of thing happened: statement, session.start, alert ...';
COMMENT ON COLUMN secaudit.trail_record.class IS 'primary class: read, write, ddl, role ...';
COMMENT ON COLUMN secaudit.trail_record.command IS 'command tag; NULL: the event is no command';
COMMENT ON COLUMN secaudit.trail_record.outcome IS 'success, failure, partial, or unknown';
COMMENT ON COLUMN secaudit.trail_record."user" IS 'session user; NULL: the writer, or nobody yet';
COMMENT ON COLUMN secaudit.trail_record.db IS 'database; NULL: none';
COMMENT ON COLUMN secaudit.trail_record.record IS 'the whole record';

COMMENT ON VIEW secaudit.stat IS 'the numbers of secaudit.status(), named for Prometheus';
COMMENT ON COLUMN secaudit.stat.up IS '1: the writer is running';
COMMENT ON COLUMN secaudit.stat.last_seq IS 'number of the last record on disk';
COMMENT ON COLUMN secaudit.stat.buffer_head_bytes IS 'position after the last record appended';
COMMENT ON COLUMN secaudit.stat.buffer_tail_bytes IS 'position before which everything is on disk';
COMMENT ON COLUMN secaudit.stat.buffer_used_bytes IS 'bytes that wait to be written';
COMMENT ON COLUMN secaudit.stat.buffer_size_bytes IS 'size of the buffer';
COMMENT ON COLUMN secaudit.stat.free_bytes IS 'free space on the file system of the trail; NULL: unknown';
COMMENT ON COLUMN secaudit.stat.file_bytes IS 'size of the current trail file';
COMMENT ON COLUMN secaudit.stat.appended_records_total IS 'records handed over by processes';
COMMENT ON COLUMN secaudit.stat.written_records_total IS 'lines written, those of the writer too';
COMMENT ON COLUMN secaudit.stat.written_bytes_total IS 'bytes written';
COMMENT ON COLUMN secaudit.stat.batches_total IS 'writes to the trail';
COMMENT ON COLUMN secaudit.stat.waits_total IS 'records that waited for room in the buffer';
COMMENT ON COLUMN secaudit.stat.wait_seconds_total IS 'how long they waited';
COMMENT ON COLUMN secaudit.stat.lost_records_total IS 'records that were dropped';
COMMENT ON COLUMN secaudit.stat.write_errors_total IS 'failed attempts to write';
COMMENT ON COLUMN secaudit.stat.last_error_timestamp_seconds IS 'when the last one failed, in seconds since 1970; NULL: none has';
COMMENT ON COLUMN secaudit.stat.outage IS '1: there is an outage, and secaudit.on_failure decides';
COMMENT ON COLUMN secaudit.stat.outages_total IS 'outages that began';
