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

--
-- Compliance: what is checked, what it was found to be, and what is left to
-- people.  The checks are a list inside a function and no table: their queries
-- run as the owner, and a table could be written by pg_write_all_data.
--
-- The controls of the STIG: the last three digits of V-261nnn, its SRG id, the
-- ids for servers from 16 on and up to 15, NIST SP 800-53, CCI.
CREATE FUNCTION secaudit.controls()
RETURNS TABLE (control integer, srg text, stig_16 text, stig_15 text, nist text, cci text)
LANGUAGE sql IMMUTABLE ROWS 111
AS $controls$ VALUES
	(857, 'SRG-APP-000001-DB-000031', 'CD16-00-000100', 'CD12-00-001200', 'AC-10', 'CCI-000054'),
	(858, 'SRG-APP-000023-DB-000001', 'CD16-00-000200', 'CD12-00-000500', 'AC-2(1)', 'CCI-000015'),
	(859, 'SRG-APP-000033-DB-000084', 'CD16-00-000300', 'CD12-00-000900', 'AC-3', 'CCI-000213'),
	(860, 'SRG-APP-000080-DB-000063', 'CD16-00-000400', 'CD12-00-009700', 'AU-10', 'CCI-000166'),
	(861, 'SRG-APP-000089-DB-000064', 'CD16-00-000500', 'CD12-00-007400', 'AU-12a', 'CCI-000169'),
	(862, 'SRG-APP-000090-DB-000065', 'CD16-00-000600', 'CD12-00-002600', 'AU-12b', 'CCI-000171'),
	(863, 'SRG-APP-000091-DB-000066', 'CD16-00-000700', 'CD12-00-005500', 'AU-12c', 'CCI-000172'),
	(864, 'SRG-APP-000091-DB-000325', 'CD16-00-000800', 'CD12-00-005300', 'AU-12c', 'CCI-000172'),
	(865, 'SRG-APP-000092-DB-000208', 'CD16-00-000900', 'CD12-00-008600', 'AU-14(1)', 'CCI-001464'),
	(866, 'SRG-APP-000095-DB-000039', 'CD16-00-001000', 'CD12-00-010400', 'AU-3,AU-3a', 'CCI-000130'),
	(867, 'SRG-APP-000096-DB-000040', 'CD16-00-001100', 'CD12-00-011100', 'AU-3,AU-3b', 'CCI-000131'),
	(868, 'SRG-APP-000097-DB-000041', 'CD16-00-001200', 'CD12-00-007100', 'AU-3,AU-3c', 'CCI-000132'),
	(869, 'SRG-APP-000098-DB-000042', 'CD16-00-001300', 'CD12-00-008800', 'AU-3,AU-3d', 'CCI-000133'),
	(870, 'SRG-APP-000099-DB-000043', 'CD16-00-001400', 'CD12-00-000200', 'AU-3,AU-3e', 'CCI-000134'),
	(871, 'SRG-APP-000100-DB-000201', 'CD16-00-001500', 'CD12-00-007800', 'AU-3,AU-3f', 'CCI-001487'),
	(872, 'SRG-APP-000101-DB-000044', 'CD16-00-001600', 'CD12-00-003500', 'AU-3(1)', 'CCI-000135'),
	(873, 'SRG-APP-000109-DB-000049', 'CD16-00-001700', 'CD12-00-002900', 'AU-5b', 'CCI-000140'),
	(874, 'SRG-APP-000109-DB-000321', 'CD16-00-001800', 'CD12-00-002800', 'AU-5b', 'CCI-000140'),
	(875, 'SRG-APP-000118-DB-000059', 'CD16-00-002000', 'CD12-00-004200', 'AU-9,AU-9a', 'CCI-000162'),
	(876, 'SRG-APP-000119-DB-000060', 'CD16-00-002100', 'CD12-00-000400', 'AU-9,AU-9a', 'CCI-000163'),
	(877, 'SRG-APP-000120-DB-000061', 'CD16-00-002200', 'CD12-00-002300', 'AU-9,AU-9a', 'CCI-000164'),
	(878, 'SRG-APP-000121-DB-000202', 'CD16-00-002300', 'CD12-00-010700', 'AU-9,AU-9a', 'CCI-001493'),
	(879, 'SRG-APP-000122-DB-000203', 'CD16-00-002400', 'CD12-00-012200', 'AU-9', 'CCI-001494'),
	(880, 'SRG-APP-000123-DB-000204', 'CD16-00-002500', 'CD12-00-011200', 'AU-9', 'CCI-001495'),
	(881, 'SRG-APP-000133-DB-000179', 'CD16-00-002600', 'CD12-00-000700,CD12-00-000710', 'CM-5(6)', 'CCI-001499'),
	(882, 'SRG-APP-000133-DB-000198', 'CD16-00-002700', 'CD12-00-003200', 'CM-5(6)', 'CCI-001499'),
	(883, 'SRG-APP-000133-DB-000199', 'CD16-00-002800', 'CD12-00-003300', 'CM-5(6)', 'CCI-001499'),
	(884, 'SRG-APP-000133-DB-000200', 'CD16-00-002900', 'CD12-00-003100', 'CM-5(6)', 'CCI-001499'),
	(885, 'SRG-APP-000133-DB-000362', 'CD16-00-003000', 'CD12-00-001300', 'CM-5(6)', 'CCI-001499'),
	(886, 'SRG-APP-000141-DB-000091', 'CD16-00-003200', 'CD12-00-008900', 'CM-7a', 'CCI-000381'),
	(887, 'SRG-APP-000141-DB-000092', 'CD16-00-003300', 'CD12-00-009200', 'CM-7a', 'CCI-000381'),
	(888, 'SRG-APP-000141-DB-000093', 'CD16-00-003400', 'CD12-00-009100', 'CM-7a', 'CCI-000381'),
	(889, 'SRG-APP-000142-DB-000094', 'CD16-00-003500', 'CD12-00-000100', 'CM-7b', 'CCI-000382'),
	(890, 'SRG-APP-000148-DB-000103', 'CD16-00-003600', 'CD12-00-011500', 'IA-2', 'CCI-000764'),
	(891, 'SRG-APP-000171-DB-000074', 'CD16-00-003800', 'CD12-00-009500', 'IA-5(1)(c),IA-5(1)(d)', 'CCI-000196,CCI-004062'),
	(892, 'SRG-APP-000172-DB-000075', 'CD16-00-003900', 'CD12-00-000800', 'IA-5(1)(c)', 'CCI-000197'),
	(893, 'SRG-APP-000175-DB-000067', 'CD16-00-004000', 'CD12-00-007000', 'IA-5(2)(a),IA-5(2)(b)(1)', 'CCI-000185'),
	(894, 'SRG-APP-000176-DB-000068', 'CD16-00-004100', 'CD12-00-010200', 'IA-5(2)(b),IA-5(2)(a)(1)', 'CCI-000186'),
	(895, 'SRG-APP-000177-DB-000069', 'CD16-00-004200', 'CD12-00-011800', 'IA-5(2)(c),IA-5(2)(a)(2)', 'CCI-000187'),
	(896, 'SRG-APP-000179-DB-000114', 'CD16-00-004400', 'CD12-00-012300,CD12-00-012800', 'IA-7', 'CCI-000803'),
	(897, 'SRG-APP-000180-DB-000115', 'CD16-00-004500', 'CD12-00-001400', 'IA-8', 'CCI-000804'),
	(898, 'SRG-APP-000211-DB-000122', 'CD16-00-004600', 'CD12-00-008500', 'SC-2', 'CCI-001082'),
	(899, 'SRG-APP-000220-DB-000149', 'CD16-00-004700', 'CD12-00-010600', 'SC-23(1)', 'CCI-001185'),
	(900, 'SRG-APP-000224-DB-000384', 'CD16-00-004900', 'CD12-00-011400', 'SC-23(3)', 'CCI-001188'),
	(901, 'SRG-APP-000231-DB-000154', 'CD16-00-005200', 'CD12-00-008300', 'SC-28', 'CCI-001199'),
	(902, 'SRG-APP-000233-DB-000124', 'CD16-00-005300', 'CD12-00-004000', 'SC-3', 'CCI-001084'),
	(903, 'SRG-APP-000243-DB-000128', 'CD16-00-005400', 'CD12-00-011900', 'SC-4', 'CCI-001090'),
	(904, 'SRG-APP-000243-DB-000374', 'CD16-00-005600', 'CD12-00-012000', 'SC-4', 'CCI-001090'),
	(905, 'SRG-APP-000251-DB-000160', 'CD16-00-005700', 'CD12-00-001800', 'SI-10', 'CCI-001310'),
	(906, 'SRG-APP-000251-DB-000391', 'CD16-00-005800', 'CD12-00-001900', 'SI-10', 'CCI-001310'),
	(907, 'SRG-APP-000251-DB-000392', 'CD16-00-005900', 'CD12-00-002000', 'SI-10', 'CCI-001310'),
	(908, 'SRG-APP-000266-DB-000162', 'CD16-00-006000', 'CD12-00-000600', 'SI-11a', 'CCI-001312'),
	(909, 'SRG-APP-000267-DB-000163', 'CD16-00-006100', 'CD12-00-002500', 'SI-11b', 'CCI-001314'),
	(910, 'SRG-APP-000295-DB-000305', 'CD16-00-006200', 'CD12-00-011600', 'AC-12', 'CCI-002361'),
	(911, 'SRG-APP-000311-DB-000308', 'CD16-00-006400', 'CD12-00-001700', 'AC-16a', 'CCI-002262'),
	(912, 'SRG-APP-000313-DB-000309', 'CD16-00-006500', 'CD12-00-009400', 'AC-16a', 'CCI-002263'),
	(913, 'SRG-APP-000314-DB-000310', 'CD16-00-006600', 'CD12-00-001100', 'AC-16a', 'CCI-002264'),
	(914, 'SRG-APP-000328-DB-000301', 'CD16-00-006700', 'CD12-00-002200', 'AC-3(4)', 'CCI-002165'),
	(915, 'SRG-APP-000340-DB-000304', 'CD16-00-006800', 'CD12-00-011700', 'AC-6(10)', 'CCI-002235'),
	(916, 'SRG-APP-000342-DB-000302', 'CD16-00-006900', 'CD12-00-003600', 'AC-6(8)', 'CCI-002233'),
	(917, 'SRG-APP-000356-DB-000314', 'CD16-00-007000', '', 'AU-3(2)', 'CCI-001844'),
	(918, 'SRG-APP-000357-DB-000316', 'CD16-00-007200', 'CD12-00-002100', 'AU-4', 'CCI-001849'),
	(919, 'SRG-APP-000359-DB-000319', 'CD16-00-007300', 'CD12-00-009900', 'AU-5(1)', 'CCI-001855'),
	(920, 'SRG-APP-000360-DB-000320', 'CD16-00-007400', 'CD12-00-002700', 'AU-5(2)', 'CCI-001858'),
	(921, 'SRG-APP-000374-DB-000322', 'CD16-00-007500', 'CD12-00-002400', 'AU-8b', 'CCI-001890'),
	(922, 'SRG-APP-000375-DB-000323', 'CD16-00-007600', 'CD12-00-007700', 'AU-8b', 'CCI-001889'),
	(923, 'SRG-APP-000378-DB-000365', 'CD16-00-007700', 'CD12-00-008400', 'CM-11(2)', 'CCI-001812,CCI-003980'),
	(924, 'SRG-APP-000380-DB-000360', 'CD16-00-007800', 'CD12-00-009600', 'CM-5(1),CM-5(1)(a)', 'CCI-001813'),
	(925, 'SRG-APP-000381-DB-000361', 'CD16-00-007900', 'CD12-00-004100', 'CM-5(1),CM-5(1)(b)', 'CCI-001814,CCI-003938'),
	(926, 'SRG-APP-000383-DB-000364', 'CD16-00-008000', 'CD12-00-004150', 'CM-7(1)(b)', 'CCI-001762'),
	(927, 'SRG-APP-000389-DB-000372', 'CD16-00-008100', 'CD12-00-010100', 'IA-11,SC-11b', 'CCI-002038,CCI-004895'),
	(928, 'SRG-APP-000416-DB-000380', 'CD16-00-008300', 'CD12-00-008100', 'SC-13,SC-13b', 'CCI-002450'),
	(929, 'SRG-APP-000427-DB-000385', 'CD16-00-008400', 'CD12-00-010300', 'SC-23(5)', 'CCI-002470'),
	(930, 'SRG-APP-000428-DB-000386', 'CD16-00-008500', 'CD12-00-008700', 'SC-28(1)', 'CCI-002475'),
	(931, 'SRG-APP-000429-DB-000387', 'CD16-00-008600', 'CD12-00-010500', 'SC-28(1)', 'CCI-002476'),
	(932, 'SRG-APP-000441-DB-000378', 'CD16-00-008800', 'CD12-00-007200', 'SC-8(2)', 'CCI-002420'),
	(933, 'SRG-APP-000442-DB-000379', 'CD16-00-008900', 'CD12-00-003000', 'SC-8(2)', 'CCI-002422'),
	(934, 'SRG-APP-000447-DB-000393', 'CD16-00-009000', 'CD12-00-003700', 'SI-10(3)', 'CCI-002754'),
	(935, 'SRG-APP-000454-DB-000389', 'CD16-00-009100', 'CD12-00-004300', 'SI-2(6)', 'CCI-002617'),
	(936, 'SRG-APP-000456-DB-000390', 'CD16-00-009200', 'CD12-00-000300', 'SI-2c', 'CCI-002605'),
	(937, 'SRG-APP-000456-DB-000400', 'CD16-00-009300', 'CD12-00-012900', 'SA-22a', 'CCI-003376'),
	(938, 'SRG-APP-000492-DB-000332', 'CD16-00-009400', 'CD12-00-006000', 'AU-12c', 'CCI-000172'),
	(939, 'SRG-APP-000492-DB-000333', 'CD16-00-009500', 'CD12-00-004500', 'AU-12c', 'CCI-000172'),
	(940, 'SRG-APP-000494-DB-000344', 'CD16-00-009600', 'CD12-00-004400', 'AU-12c', 'CCI-000172'),
	(941, 'SRG-APP-000494-DB-000345', 'CD16-00-009700', 'CD12-00-005900', 'AU-12c', 'CCI-000172'),
	(942, 'SRG-APP-000495-DB-000326', 'CD16-00-009800', 'CD12-00-004900', 'AU-12c', 'CCI-000172'),
	(943, 'SRG-APP-000495-DB-000327', 'CD16-00-009900', 'CD12-00-006900', 'AU-12c', 'CCI-000172'),
	(944, 'SRG-APP-000495-DB-000328', 'CD16-00-010000', 'CD12-00-006400', 'AU-12c', 'CCI-000172'),
	(945, 'SRG-APP-000495-DB-000329', 'CD16-00-010100', 'CD12-00-006800', 'AU-12c', 'CCI-000172'),
	(946, 'SRG-APP-000496-DB-000334', 'CD16-00-010200', 'CD12-00-006600', 'AU-12c', 'CCI-000172'),
	(947, 'SRG-APP-000496-DB-000335', 'CD16-00-010300', 'CD12-00-004800', 'AU-12c', 'CCI-000172'),
	(948, 'SRG-APP-000498-DB-000346', 'CD16-00-010400', 'CD12-00-006700', 'AU-12c', 'CCI-000172'),
	(949, 'SRG-APP-000498-DB-000347', 'CD16-00-010500', 'CD12-00-005600', 'AU-12c', 'CCI-000172'),
	(950, 'SRG-APP-000499-DB-000330', 'CD16-00-010600', 'CD12-00-006100', 'AU-12c', 'CCI-000172'),
	(951, 'SRG-APP-000499-DB-000331', 'CD16-00-010700', 'CD12-00-005400', 'AU-12c', 'CCI-000172'),
	(952, 'SRG-APP-000501-DB-000336', 'CD16-00-010800', 'CD12-00-005200', 'AU-12c', 'CCI-000172'),
	(953, 'SRG-APP-000501-DB-000337', 'CD16-00-010900', 'CD12-00-006300', 'AU-12c', 'CCI-000172'),
	(954, 'SRG-APP-000502-DB-000348', 'CD16-00-011000', 'CD12-00-012500', 'AU-12c', 'CCI-000172'),
	(955, 'SRG-APP-000502-DB-000349', 'CD16-00-011100', 'CD12-00-005000', 'AU-12c', 'CCI-000172'),
	(956, 'SRG-APP-000503-DB-000350', 'CD16-00-011200', 'CD12-00-005100', 'AU-12c', 'CCI-000172'),
	(957, 'SRG-APP-000503-DB-000351', 'CD16-00-011300', 'CD12-00-004600', 'AU-12c', 'CCI-000172'),
	(958, 'SRG-APP-000504-DB-000354', 'CD16-00-011400', 'CD12-00-005800', 'AU-12c', 'CCI-000172'),
	(959, 'SRG-APP-000504-DB-000355', 'CD16-00-011500', 'CD12-00-006500', 'AU-12c', 'CCI-000172'),
	(960, 'SRG-APP-000505-DB-000352', 'CD16-00-011600', 'CD12-00-004700', 'AU-12c', 'CCI-000172'),
	(961, 'SRG-APP-000506-DB-000353', 'CD16-00-011700', 'CD12-00-006200', 'AU-12c', 'CCI-000172'),
	(962, 'SRG-APP-000507-DB-000356', 'CD16-00-011800', 'CD12-00-012600', 'AU-12c', 'CCI-000172'),
	(963, 'SRG-APP-000507-DB-000357', 'CD16-00-011900', 'CD12-00-005700', 'AU-12c', 'CCI-000172'),
	(964, 'SRG-APP-000508-DB-000358', 'CD16-00-012000', 'CD12-00-012700', 'AU-12c', 'CCI-000172'),
	(965, 'SRG-APP-000514-DB-000382', 'CD16-00-012200', 'CD12-00-008000', 'SC-13,SC-13b', 'CCI-002450'),
	(966, 'SRG-APP-000514-DB-000383', 'CD16-00-012300', 'CD12-00-008200', 'SC-13,SC-13b', 'CCI-002450'),
	(967, 'SRG-APP-000515-DB-000318', 'CD16-00-012400', 'CD12-00-011300', 'AU-4(1)', 'CCI-001851')
$controls$;

CREATE FUNCTION secaudit.file_facts(
	path text,                        -- a link is not followed
	OUT kind text,                    -- file, directory, link, other
	OUT mode text,                    -- octal, '0600'
	OUT owner text,
	OUT "group" text,
	OUT is_ours boolean,              -- owned by who runs the server
	OUT is_root boolean,
	OUT bytes bigint,
	OUT device bigint,
	OUT error text)                   -- why it cannot be looked at
AS 'MODULE_PATHNAME', 'secaudit_file_facts'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

CREATE FUNCTION secaudit.host_facts()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'secaudit_host_facts'
LANGUAGE C VOLATILE PARALLEL SAFE;

CREATE FUNCTION secaudit.certificate_days(path text)
RETURNS integer
AS 'MODULE_PATHNAME', 'secaudit_certificate_days'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

-- A path of a setting, from the data directory on.
CREATE FUNCTION secaudit.full_path(path text)
RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT CASE WHEN path LIKE '/%' THEN path ELSE current_setting('data_directory') || '/' || path END $$;

-- A directory and all above it.
CREATE FUNCTION secaudit.parents(path text)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE
AS $$
	SELECT coalesce(nullif(array_to_string(parts[1:i], '/'), ''), '/')
	FROM string_to_array(rtrim(path, '/'), '/') AS parts, generate_series(1, cardinality(parts)) AS i
$$;

-- Puts an event into the trail and finds it there again.
CREATE FUNCTION secaudit.self_test()
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	token constant text := gen_random_uuid()::text;
BEGIN
	PERFORM secaudit.record('compliance.self_test', jsonb_build_object('test', token));
	PERFORM secaudit.flush();
	RETURN EXISTS (SELECT FROM secaudit.records(last => 10000, match => '{"event": "custom"}') r
		WHERE r.record::text LIKE '%' || token || '%');
END
$$;

-- kind: rows: what the query returns is wrong; approved: what it returns as
-- "name" is wrong unless secaudit.baseline has it; settings: "want" has regular
-- expressions for all profiles ("*") and for some; verdict: the query says it
-- itself; manual: nobody can tell from in here.  "if" of "want": a query without
-- whose rows there is nothing to look at.  $1: the approved values, $2: the
-- profile.
CREATE FUNCTION secaudit.checks()
RETURNS TABLE (check_id text, title text, severity text, scope text, kind text, profiles text[],
	controls integer[], other jsonb, approved text, expected text, want jsonb, query text, remediation text)
LANGUAGE sql STABLE ROWS 70
AS $checks$ VALUES
('C01', 'The audit library is preloaded', 'high', 'cluster', 'verdict', NULL::text[],
	'{860,863,865,938,939,940,941,942,943,944,945,946,947,948,949,950,951,952,953,954,955,956,957,958,959,960,961,962,963,964}'::integer[],
	'{"pci_dss": ["10.2.1"], "hipaa": ["164.312(b)"], "cis": ["3.2"], "gdpr": ["32(1)(b)"]}'::jsonb, NULL::text,
	'shared_preload_libraries has secaudit', NULL::jsonb,
	$q$ SELECT CASE WHEN 'secaudit' = ANY(l) THEN 'pass' ELSE 'fail' END, array_to_string(l, ', '), to_jsonb(l)
		FROM (SELECT array_agg(regexp_replace(trim(' "' FROM x), '^.*/|\.so$', '', 'g')) AS l
			FROM string_to_table(current_setting('shared_preload_libraries'), ',') x) s $q$,
	'Add secaudit to shared_preload_libraries and restart.'),
('C02', 'No role or database overrides what is recorded', 'medium', 'cluster', 'approved', NULL, '{862,879}',
	'{"pci_dss": ["10.2.1.6"]}', 'override', 'no such setting of a role or database that is not approved', NULL,
	$q$ SELECT format('%s/%s/%s', coalesce(r.rolname, '*'), coalesce(d.datname, '*'), cfg) AS name
		FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
			LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) cfg
		WHERE split_part(cfg, '=', 1) ~ '^(secaudit\.|pgaudit\.|log_|client_min_messages|session_preload_libraries|local_preload_libraries|row_security|session_replication_role|password_encryption)' $q$,
	'ALTER ROLE name RESET setting; or ALTER DATABASE name RESET setting;'),
('C03', 'The settings in force are those of the files', 'medium', 'cluster', 'rows', NULL, '{862,879}', '{"pci_dss": ["10.2.1.6"]}', NULL,
	'no setting waits for a restart, no configuration file has an error', NULL,
	$q$ SELECT name, 'waits for a restart' AS why FROM pg_settings WHERE pending_restart
		UNION ALL SELECT format('%s:%s', sourcefile, sourceline), error FROM pg_file_settings
		WHERE error IS NOT NULL AND name IS DISTINCT FROM '' AND error NOT LIKE '%restart%' $q$,
	'Mend the file and restart the server, or SELECT pg_reload_conf();'),
('C04', 'Lines of the server log say who, where and when', 'low', 'cluster', 'rows', '{stig,cis}', '{860,866,867,868,869,871,922,961}', '{"cis": ["3.1.24"]}', NULL,
	'log_line_prefix has %m %a %u %d %r %p %c %s', NULL,
	$q$ SELECT e AS name FROM unnest(ARRAY['%m','%a','%u','%d','%r','%p','%c','%s']) e
		WHERE position(e IN current_setting('log_line_prefix')) = 0
			AND NOT ($2 = 'cis' AND e IN ('%c', '%s')) AND NOT ($2 = 'cis' AND e = '%r' AND position('%h' IN current_setting('log_line_prefix')) > 0) $q$,
	$r$ALTER SYSTEM SET log_line_prefix = '%m [%p] %c %s user=%u,db=%d,app=%a,client=%r ';$r$),
('C05', 'The server log keeps warnings, and statements that fail', 'medium', 'cluster', 'settings', NULL, '{861,870}', '{"cis": ["3.1.14", "3.1.15"]}', NULL,
	'log_min_messages at most warning, log_min_error_statement at most error',
	'{"*": {"log_min_messages": "^(debug[1-5]|info|notice|warning)$", "log_min_error_statement": "^(debug[1-5]|info|notice|warning|error)$"}}', NULL,
	'ALTER SYSTEM SET log_min_messages = ''warning''; ALTER SYSTEM SET log_min_error_statement = ''error'';'),
('C06', 'Connections and their ends are logged', 'medium', 'cluster', 'settings', NULL, '{866,956,957,960,961,964}', '{"cis": ["3.1.20", "3.1.21"], "hipaa": ["164.308(a)(5)(ii)(C)"]}', NULL,
	'log_connections and log_disconnections on',
	'{"*": {"log_connections": "^(on|true|yes|1)$|all|receipt|authentication|authorization", "log_disconnections": "^on$"}}', NULL,
	'ALTER SYSTEM SET log_connections = ''on''; ALTER SYSTEM SET log_disconnections = ''on'';'),
('C07', 'Detail of the server log', 'low', 'cluster', 'settings', '{stig,cis}', '{869,870}', '{"cis": ["3.1.22", "3.1.23"]}', NULL,
	'log_error_verbosity default or verbose and log_hostname on (stig); verbose and off (cis)',
	'{"stig": {"log_error_verbosity": "^(default|verbose)$", "log_hostname": "^on$"}, "cis": {"log_error_verbosity": "^verbose$", "log_hostname": "^off$"}}', NULL,
	'ALTER SYSTEM SET log_error_verbosity = ''default''; ALTER SYSTEM SET log_hostname = ''on''; for cis ''verbose'' and ''off''.'),
('C08', 'The server log has times in UTC', 'low', 'cluster', 'settings', NULL, '{921}', '{"pci_dss": ["10.6"], "cis": ["3.1.26"]}', NULL, 'log_timezone is UTC',
	'{"*": {"log_timezone": "^(Etc/)?(UTC|GMT|UCT|Zulu|Universal|Greenwich)$"}}', NULL, 'ALTER SYSTEM SET log_timezone = ''UTC'';'),
('C09', 'The server log goes somewhere, and is private', 'medium', 'cluster', 'settings', NULL, '{865,875,876,877,879,909}', '{"cis": ["3.1.2", "3.1.3", "3.1.6"]}', NULL,
	'log_destination has stderr, csvlog, jsonlog or syslog (stig: stderr or syslog); log_file_mode 0600',
	'{"*": {"log_destination": "stderr|csvlog|jsonlog|syslog", "log_file_mode": "^0?600$"}, "stig": {"log_destination": "stderr|syslog"}}', NULL,
	'ALTER SYSTEM SET log_destination = ''stderr''; ALTER SYSTEM SET log_file_mode = ''0600'';'),
('C10', 'Superusers are approved', 'high', 'cluster', 'approved', NULL, '{862,878,888,890,897,924}', '{"pci_dss": ["7.2.1", "7.2.2"], "cis": ["4.3"], "gdpr": ["32(4)"]}', 'superuser',
	'every superuser is in the baseline', NULL, $q$ SELECT rolname::text AS name FROM pg_roles WHERE rolsuper $q$,
	'ALTER ROLE name NOSUPERUSER; or approve it: INSERT INTO secaudit.baseline (kind, value) VALUES (''superuser'', ''name'');'),
('C11', 'Roles with administrative attributes are approved', 'medium', 'cluster', 'approved', NULL, '{898}', '{"pci_dss": ["7.2.2"], "cis": ["4.3"]}', 'admin',
	'every role with CREATEROLE, CREATEDB, BYPASSRLS or REPLICATION is in the baseline', NULL,
	$q$ SELECT rolname::text AS name, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles
		WHERE (rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication) AND NOT rolsuper $q$,
	'ALTER ROLE name NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION;'),
('C12', 'Members of powerful predefined roles are approved', 'medium', 'cluster', 'approved', NULL, '{888,898,915}', '{"pci_dss": ["7.2.2"], "cis": ["4.9"]}', 'predefined_role',
	'every member is in the baseline, as role:predefined_role', NULL,
	$q$ SELECT m.rolname || ':' || p.rolname AS name FROM pg_roles m, pg_roles p
		WHERE p.rolname IN ('pg_execute_server_program','pg_read_server_files','pg_write_server_files','pg_write_all_data','pg_read_all_data','pg_signal_backend','pg_create_subscription','pg_maintain','pg_use_reserved_connections')
			AND m.oid <> p.oid AND NOT m.rolsuper AND pg_has_role(m.oid, p.oid, 'MEMBER') $q$,
	'REVOKE predefined_role FROM name;'),
('C13', 'Roles that log in have a connection limit', 'medium', 'cluster', 'rows', '{stig,cis}', '{857}', '{"cis": ["5.5"]}', NULL,
	'no role that may log in, but for superusers, has CONNECTION LIMIT -1', NULL,
	$q$ SELECT rolname::text AS name FROM pg_roles WHERE rolcanlogin AND rolconnlimit = -1 AND NOT rolsuper $q$,
	'ALTER ROLE name CONNECTION LIMIT 10;'),
('C14', 'Passwords are kept as SCRAM-SHA-256', 'high', 'cluster', 'rows', NULL, '{891}', '{"pci_dss": ["8.3.2"], "hipaa": ["164.312(d)"], "cis": ["5.12"], "gdpr": ["32(1)(b)"]}', NULL,
	'password_encryption is scram-sha-256, and so is each stored password', NULL,
	$q$ SELECT rolname::text AS name, CASE WHEN rolpassword LIKE 'md5%' THEN 'md5' ELSE 'other' END AS why FROM pg_authid
		WHERE rolpassword IS NOT NULL AND rolpassword NOT LIKE 'SCRAM-SHA-256$%'
		UNION ALL SELECT 'password_encryption', current_setting('password_encryption') WHERE current_setting('password_encryption') <> 'scram-sha-256' $q$,
	'ALTER SYSTEM SET password_encryption = ''scram-sha-256''; then set the passwords of these roles anew.'),
('C15', 'PUBLIC may create in no schema', 'medium', 'database', 'rows', NULL, '{923,924}', '{"cis": ["4.10"]}', NULL, 'no schema grants CREATE to PUBLIC', NULL,
	$q$ SELECT n.nspname::text AS name FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
		WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' $q$, 'REVOKE CREATE ON SCHEMA name FROM PUBLIC;'),
('C16', 'PUBLIC has no privilege on tables', 'medium', 'database', 'approved', NULL, '{859,885,914}', '{"pci_dss": ["7.2.1"], "cis": ["4.6"]}', 'public_grant',
	'what PUBLIC may do outside of system schemas is in the baseline', NULL,
	$q$ SELECT format('%I.%I:%s', n.nspname, c.relname, a.privilege_type) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
		WHERE a.grantee = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
			AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') $q$,
	'REVOKE ALL ON TABLE name FROM PUBLIC;'),
('C17', 'Grant options of others than owners are approved', 'medium', 'database', 'approved', NULL, '{914}', NULL, 'grant_option', 'each is in the baseline', NULL,
	$q$ SELECT format('%I.%I:%s:%s', n.nspname, c.relname, a.grantee::regrole, a.privilege_type) AS name
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
		WHERE a.is_grantable AND a.grantee <> c.relowner AND a.grantee <> 0 $q$,
	'REVOKE GRANT OPTION FOR privilege ON name FROM role;'),
('C18', 'Owners of objects are approved', 'medium', 'database', 'approved', NULL, '{884,914}', NULL, 'owner', 'every owner is in the baseline', NULL,
	$q$ SELECT pg_get_userbyid(owner)::text AS name, count(*) AS objects FROM (
			SELECT relowner AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_(toast|temp)'
			UNION ALL SELECT proowner FROM pg_proc UNION ALL SELECT typowner FROM pg_type
			UNION ALL SELECT nspowner FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' AND pg_get_userbyid(nspowner) <> 'pg_database_owner') o
		GROUP BY owner $q$, 'REASSIGN OWNED BY name TO approved_owner;'),
('C19', 'SECURITY DEFINER functions are approved', 'medium', 'database', 'approved', NULL, '{916}', '{"cis": ["4.5"]}', 'secdef',
	'each is in the baseline; approve only what has its search_path set and is not for PUBLIC', NULL,
	$q$ SELECT p.oid::regprocedure::text AS name, pg_get_userbyid(p.proowner) AS owner,
			EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search\_path=%') AS search_path_set,
			has_function_privilege('public', p.oid, 'EXECUTE') AS public_execute
		FROM pg_proc p WHERE p.prosecdef AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') $q$,
	'ALTER FUNCTION name SECURITY INVOKER; or SET search_path = pg_catalog, pg_temp and REVOKE EXECUTE ... FROM PUBLIC;'),
('C20', 'No untrusted language', 'medium', 'database', 'approved', NULL, '{888,915}', NULL, 'untrusted_language', 'none but C and internal that is not in the baseline', NULL,
	$q$ SELECT lanname::text AS name FROM pg_language WHERE NOT lanpltrusted AND lanname NOT IN ('c', 'internal') $q$, 'DROP EXTENSION name;'),
('C21', 'Extensions are approved', 'medium', 'database', 'approved', NULL, '{886,888}', '{"cis": ["1.8"]}', 'extension', 'each is in the baseline', NULL,
	$q$ SELECT extname::text AS name, extversion FROM pg_extension $q$, 'DROP EXTENSION name;'),
('C22', 'Privileges on system catalogs are as they were made', 'medium', 'database', 'rows', NULL, '{902}', NULL, NULL, 'no difference from pg_init_privs', NULL,
	$q$ SELECT c.oid::regclass::text AS name, c.relacl::text AS now FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			LEFT JOIN pg_init_privs i ON i.objoid = c.oid AND i.classoid = 'pg_class'::regclass AND i.objsubid = 0
		WHERE (n.nspname = 'pg_catalog' AND c.relacl IS DISTINCT FROM i.initprivs)
			OR (n.nspname = 'information_schema' AND EXISTS (SELECT FROM aclexplode(c.relacl) a
				WHERE a.grantee NOT IN (0, c.relowner) OR (a.grantee = 0 AND a.privilege_type <> 'SELECT')))
		UNION ALL SELECT p.oid::regprocedure::text, p.proacl::text FROM pg_proc p
			LEFT JOIN pg_init_privs i ON i.objoid = p.oid AND i.classoid = 'pg_proc'::regclass
		WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND p.proacl IS DISTINCT FROM i.initprivs $q$,
	'REVOKE or GRANT until the privileges are those of pg_init_privs again.'),
('C23', 'Memberships with ADMIN OPTION are approved', 'medium', 'cluster', 'approved', NULL, '{885,898}', '{"pci_dss": ["7.2.2"]}', 'admin_option', 'each is in the baseline, as role:member', NULL,
	$q$ SELECT format('%s:%s', roleid::regrole, member::regrole) AS name FROM pg_auth_members WHERE admin_option $q$,
	'REVOKE ADMIN OPTION FOR role FROM member;'),
('C24', 'Event triggers fire always', 'low', 'database', 'rows', NULL, '{880}', NULL, NULL, 'each event trigger is ENABLE ALWAYS', NULL,
	$q$ SELECT evtname::text AS name, evtenabled FROM pg_event_trigger WHERE evtenabled <> 'A' $q$, 'ALTER EVENT TRIGGER name ENABLE ALWAYS;'),
('C25', 'Default privileges give PUBLIC nothing', 'medium', 'database', 'rows', NULL, '{923}', NULL, NULL, 'no default privilege for PUBLIC', NULL,
	$q$ SELECT format('%s:%s:%s', pg_get_userbyid(d.defaclrole), d.defaclobjtype, a.privilege_type) AS name
		FROM pg_default_acl d, aclexplode(d.defaclacl) a WHERE a.grantee = 0 $q$,
	'ALTER DEFAULT PRIVILEGES FOR ROLE name REVOKE ALL ON TABLES FROM PUBLIC;'),
('C26', 'Row security is in force where there are policies', 'medium', 'database', 'rows', NULL, '{911,912,913}', '{"cis": ["4.7"]}', NULL,
	'each table with a policy has row security enabled (stig: forced, too)', NULL,
	$q$ SELECT c.oid::regclass::text AS name, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c
		WHERE EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AND NOT (c.relrowsecurity AND (c.relforcerowsecurity OR $2 <> 'stig')) $q$,
	'ALTER TABLE name ENABLE ROW LEVEL SECURITY; ALTER TABLE name FORCE ROW LEVEL SECURITY;'),
('C27', 'Sensitive tables have labels', 'medium', 'database', 'verdict', NULL, '{911,940,948,954}', '{"pci_dss": ["10.2.1.1"], "hipaa": ["164.312(b)"], "gdpr": ["30", "32(1)(b)"]}', 'sensitive',
	'each table that the baseline names as sensitive has a label of secaudit', NULL,
	$q$ SELECT CASE WHEN cardinality($1) = 0 THEN 'manual' WHEN count(*) FILTER (WHERE bare) > 0 THEN 'fail' ELSE 'pass' END,
			CASE WHEN cardinality($1) = 0 THEN 'no table is named as sensitive' ELSE count(*) FILTER (WHERE bare) || ' without a label' END,
			coalesce(jsonb_agg(v) FILTER (WHERE bare), '[]')
		FROM (SELECT v, NOT EXISTS (SELECT FROM pg_seclabel l WHERE l.provider = 'secaudit' AND l.classoid = 'pg_class'::regclass AND l.objoid = to_regclass(v)) AS bare
			FROM unnest($1) v) s $q$,
	$r$SELECT secaudit.label_relation('schema.table', 'tag');$r$),
('C28', 'Passwords end some day', 'low', 'cluster', 'rows', '{pci}', '{}', '{"pci_dss": ["8.3.9"]}', NULL, 'each role with a password has VALID UNTIL', NULL,
	$q$ SELECT rolname::text AS name FROM pg_authid WHERE rolcanlogin AND rolpassword IS NOT NULL AND (rolvaliduntil IS NULL OR rolvaliduntil = 'infinity') $q$,
	$r$ALTER ROLE name VALID UNTIL 'date';$r$),
('C29', 'Roles that log in do so', 'low', 'cluster', 'verdict', '{pci}', '{}', '{"pci_dss": ["8.2.6"]}', NULL, 'no role that may log in has been inactive for 90 days', NULL,
	$q$ SELECT CASE WHEN count(*) = 0 THEN 'pass' ELSE 'manual' END, CASE WHEN count(*) = 0 THEN 'each has a session now'
			ELSE count(*) || ' without a session now; the trail says when each logged in last' END, coalesce(jsonb_agg(rolname ORDER BY rolname), '[]')
		FROM pg_roles r WHERE rolcanlogin AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
			AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.backend_type = 'client backend') $q$,
	'secauditctl search --event=login --session-user=NAME --since=90d DIR; ALTER ROLE name NOLOGIN; for those who did not. Then attest it.'),
('C30', 'pg_hba.conf has no errors', 'medium', 'cluster', 'rows', NULL, '{858,890}', NULL, NULL, 'no line with an error', NULL,
	$q$ SELECT 'line ' || line_number AS name, error FROM pg_hba_file_rules WHERE error IS NOT NULL $q$, 'Mend the line, then SELECT pg_reload_conf();'),
('C31', 'Methods of authentication are approved', 'high', 'cluster', 'rows', NULL, '{858,890}', '{"pci_dss": ["8.3.1"], "hipaa": ["164.312(d)"], "cis": ["5.3", "5.4"]}', 'auth_method',
	'gss, sspi, ldap, cert or what the baseline has as auth_method (others than stig: scram-sha-256, too); peer for local lines', NULL,
	$q$ SELECT 'line ' || line_number AS name, auth_method FROM pg_hba_file_rules
		WHERE error IS NULL AND auth_method NOT IN ('reject', 'gss', 'sspi', 'ldap', 'cert') AND NOT (auth_method = 'scram-sha-256' AND $2 <> 'stig')
			AND NOT (type = 'local' AND auth_method = 'peer') AND (auth_method IN ('trust', 'password', 'md5', 'ident') OR NOT auth_method = ANY ($1)) $q$,
	'Change the method of these lines of pg_hba.conf, then SELECT pg_reload_conf();'),
('C32', 'No password in clear, or as MD5, and no trust', 'high', 'cluster', 'rows', NULL, '{892}', '{"pci_dss": ["8.3.2"], "hipaa": ["164.312(d)"], "cis": ["5.3", "5.4"]}', NULL,
	'no line with password, md5, trust or ident', NULL,
	$q$ SELECT 'line ' || line_number AS name, auth_method FROM pg_hba_file_rules WHERE auth_method IN ('password', 'md5', 'trust', 'ident') $q$,
	'Use scram-sha-256 or another approved method, then SELECT pg_reload_conf();'),
('C33', 'Remote connections are encrypted', 'high', 'cluster', 'rows', NULL, '{900,932}', '{"pci_dss": ["4.2.1"], "hipaa": ["164.312(e)"], "cis": ["5.8"], "gdpr": ["32(1)(a)"]}', NULL,
	'each line for other hosts is hostssl or hostgssenc',
	'{"if": "SELECT FROM pg_hba_file_rules WHERE type <> ''local'' AND auth_method <> ''reject'' AND coalesce(address, '''') NOT IN (''127.0.0.1'', ''::1'', ''samehost'')"}',
	$q$ SELECT 'line ' || line_number AS name, type, address FROM pg_hba_file_rules WHERE type IN ('host', 'hostnossl', 'hostnogssenc') AND auth_method <> 'reject'
		AND coalesce(address, '') NOT IN ('127.0.0.1', '::1', 'samehost') $q$, 'Write hostssl instead of host, then SELECT pg_reload_conf();'),
('C34', 'No line is open to all addresses', 'medium', 'cluster', 'rows', NULL, '{890}', '{"pci_dss": ["1.4.1"], "cis": ["5.9"]}', NULL, 'no address "all", 0.0.0.0/0 or ::/0',
	'{"if": "SELECT FROM pg_hba_file_rules WHERE type <> ''local'' AND auth_method <> ''reject''"}',
	$q$ SELECT 'line ' || line_number AS name, address FROM pg_hba_file_rules WHERE auth_method <> 'reject' AND type <> 'local' AND (address = 'all' OR netmask IN ('0.0.0.0', '::')) $q$,
	'Name the networks in pg_hba.conf, then SELECT pg_reload_conf();'),
('C35', 'Superusers do not come over the network', 'medium', 'cluster', 'rows', NULL, '{890,900}', '{"cis": ["5.10", "5.11"]}', NULL, 'no line but local ones lets "all" or a superuser in',
	'{"if": "SELECT FROM pg_hba_file_rules WHERE type <> ''local'' AND auth_method <> ''reject''"}',
	$q$ SELECT 'line ' || line_number AS name, user_name FROM pg_hba_file_rules WHERE type <> 'local' AND auth_method <> 'reject'
		AND ('all' = ANY (user_name) OR user_name && (SELECT array_agg(rolname::text) FROM pg_roles WHERE rolsuper)) $q$,
	'Name roles in these lines of pg_hba.conf, or put a reject for superusers before them.'),
('C36', 'Client certificates are asked for', 'medium', 'cluster', 'rows', '{stig}', '{893,895}', NULL, NULL, 'each hostssl line has method cert or clientcert',
	'{"if": "SELECT FROM pg_hba_file_rules WHERE type = ''hostssl'' AND auth_method <> ''reject''"}',
	$q$ SELECT 'line ' || line_number AS name, options FROM pg_hba_file_rules WHERE type = 'hostssl' AND auth_method NOT IN ('cert', 'reject')
		AND NOT coalesce(options, '{}') && '{clientcert=verify-ca,clientcert=verify-full}' $q$, 'Add clientcert=verify-full to these lines of pg_hba.conf.'),
('C37', 'Maps of identities name who they mean', 'medium', 'cluster', 'rows', NULL, '{895}', NULL, 'superuser_map', 'no error, no map of everybody, and none onto a superuser that is not approved',
	'{"if": "SELECT FROM pg_ident_file_mappings"}',
	-- since 16 the name may be "all", a regular expression, or a role with + before it
	$q$ SELECT name, map_name, sys_name, pg_username, error, superuser FROM (
			SELECT 'line ' || line_number AS name, m.*, (SELECT min(rolname) FROM pg_roles r WHERE rolsuper AND (rolname = pg_username
				OR current_setting('server_version_num')::integer >= 160000 AND CASE left(pg_username, 1)
					WHEN '/' THEN rolname ~ substr(pg_username, 2)
					WHEN '+' THEN r.oid IN (WITH RECURSIVE m AS (SELECT to_regrole(quote_ident(substr(pg_username, 2)))::oid AS member
						UNION SELECT a.member FROM pg_auth_members a JOIN m ON a.roleid = m.member) SELECT member FROM m)
					ELSE pg_username = 'all' END)) AS superuser
			FROM pg_ident_file_mappings m) s
		WHERE error IS NOT NULL OR sys_name ~ '^/\^?\(?\.[*+]\)?\$?$'
			OR (superuser IS NOT NULL AND NOT format('%s:%s:%s', map_name, sys_name, pg_username) = ANY ($1)) $q$, 'Mend pg_ident.conf, then SELECT pg_reload_conf();'),
('C38', 'TLS is on, and of a version that is in use', 'high', 'cluster', 'settings', NULL, '{900,928,932,933}', '{"pci_dss": ["4.2.1"], "hipaa": ["164.312(e)"], "cis": ["6.8", "6.10"], "gdpr": ["32(1)(a)"]}', NULL,
	'ssl on; ssl_min_protocol_version at least TLSv1.2 (cis: 1.3); no weak cipher asked for',
	'{"*": {"ssl": "^on$", "ssl_min_protocol_version": "^TLSv1\\.[23]$", "ssl_ciphers": "^(?!.*(^|:)(\\+?)(NULL|eNULL|aNULL|ADH|AECDH|RC4|3DES|DES|MD5|EXPORT|LOW|ALL)).*$"}, "cis": {"ssl_min_protocol_version": "^TLSv1\\.3$"}}', NULL,
	'ALTER SYSTEM SET ssl = ''on''; ALTER SYSTEM SET ssl_min_protocol_version = ''TLSv1.2''; SELECT pg_reload_conf();'),
('C39', 'Certificates and keys of the server', 'high', 'cluster', 'verdict', NULL, '{893,894,929}', '{"pci_dss": ["4.2.1"], "cis": ["6.8"]}', NULL,
	'the files are there, the key is 0600 of the server''s user or 0640 of root, the certificate has 30 days left', NULL,
	$q$ SELECT CASE WHEN current_setting('ssl') = 'off' THEN 'not_applicable' WHEN count(*) FILTER (WHERE why IS NOT NULL) > 0 THEN 'fail' ELSE 'pass' END,
			CASE WHEN current_setting('ssl') = 'off' THEN 'ssl is off' ELSE coalesce(string_agg(why, '; ' ORDER BY why), 'as expected') END, coalesce(jsonb_agg(to_jsonb(s)), '[]')
		FROM (SELECT p.name, path, mode, owner, days, CASE
				WHEN f.error IS NOT NULL THEN p.name || ': ' || f.error
				WHEN p.name = 'ssl_key_file' AND kind <> 'link' AND NOT (is_ours AND mode IN ('0600', '0400') OR is_root AND mode IN ('0640', '0440', '0600', '0400')) THEN p.name || ' has mode ' || mode || ' and owner ' || owner
				WHEN p.name = 'ssl_cert_file' AND days IS NULL THEN 'the certificate cannot be read'
				WHEN p.name = 'ssl_cert_file' AND days < 30 THEN 'the certificate ends in ' || days || ' days' END AS why
			FROM pg_settings p, secaudit.full_path(p.setting) AS path, secaudit.file_facts(path) f,
				LATERAL (SELECT CASE WHEN p.name = 'ssl_cert_file' THEN secaudit.certificate_days(path) END AS days) d
			WHERE p.name IN ('ssl_cert_file', 'ssl_key_file', 'ssl_ca_file', 'ssl_crl_file') AND p.setting <> '') s $q$,
	'chmod 600 the key, chown it to the user of the server, renew the certificate, SELECT pg_reload_conf();'),
('C40', 'The directory of the server log is private', 'medium', 'cluster', 'verdict', NULL, '{875,876,877,878}', NULL, NULL, 'log_directory 0700, its files 0600, owned by the server''s user', NULL,
	$q$ WITH dir AS (SELECT secaudit.full_path(current_setting('log_directory')) AS d),
		f AS (SELECT d AS path, 'directory' AS want, '0700' AS max FROM dir UNION ALL SELECT d || '/' || n, 'file', '0600' FROM dir, pg_ls_dir(d, true, false) n),
		x AS (SELECT path, kind, mode, owner, error, error IS NOT NULL OR NOT is_ours OR kind <> want OR mode > max AS bad FROM f, secaudit.file_facts(f.path))
		SELECT CASE WHEN current_setting('logging_collector') = 'off' THEN 'not_applicable' WHEN bool_or(bad) THEN 'fail' ELSE 'pass' END,
			CASE WHEN current_setting('logging_collector') = 'off' THEN 'logging_collector is off' ELSE count(*) FILTER (WHERE bad) || ' of ' || count(*) || ' not as expected' END,
			coalesce(jsonb_agg(to_jsonb(x)) FILTER (WHERE bad), '[]') FROM x $q$,
	'chmod 700 log_directory; chmod 600 its files; ALTER SYSTEM SET log_file_mode = ''0600'';'),
('C41', 'The directory of the trail is private', 'high', 'cluster', 'rows', NULL, '{875,876,877,878,904}', '{"pci_dss": ["10.3.1", "10.3.2"], "gdpr": ["32(1)(b)"]}', NULL,
	'0700 or 0750, files 0600 or 0640, owned by the server''s user, no link; nothing above it can be written by others, and it is outside the data directory', NULL,
	$q$ WITH dir AS (SELECT secaudit.full_path(current_setting('secaudit.directory')) AS d)
		SELECT f.path AS name, f.mode, f.owner, f.error FROM dir, LATERAL (
			SELECT d AS path, x.*, x.error IS NOT NULL OR NOT is_ours OR kind <> 'directory' OR mode NOT IN ('0700', '0750') AS bad FROM secaudit.file_facts(d) x
			UNION ALL SELECT d || '/' || n, x.*, error IS NOT NULL OR kind <> 'file' OR CASE
					WHEN n LIKE 'secaudit.shipped.%' THEN mode NOT IN ('0600', '0640', '0644') -- a number, by whoever ships
					ELSE NOT is_ours OR mode NOT IN ('0600', '0640', '0400', '0440') END
				FROM pg_ls_dir(d, true, false) n, secaudit.file_facts(d || '/' || n) x
			UNION ALL SELECT p, x.*, error IS NOT NULL OR (substr(mode, 4, 1) IN ('2', '3', '6', '7') AND substr(mode, 1, 1) NOT IN ('1', '3', '5', '7'))
				FROM secaudit.parents(d) p, secaudit.file_facts(p) x WHERE p <> d) f WHERE bad
		UNION ALL SELECT d, NULL, NULL, 'inside the data directory' FROM dir WHERE starts_with(d, current_setting('data_directory') || '/') $q$,
	'chmod 700 the directory, chmod 600 its files, chown them to the user of the server; set secaudit.directory to a place outside the data directory.'),
('C42', 'Configuration files are private', 'medium', 'cluster', 'rows', NULL, '{879,880,881}', NULL, NULL, '0600, 0640 or less, owned by the server''s user or root', NULL,
	$q$ SELECT path AS name, mode, owner, error FROM (SELECT setting AS path FROM pg_settings WHERE name IN ('config_file', 'hba_file', 'ident_file')
			UNION SELECT sourcefile FROM pg_file_settings
			UNION SELECT to_jsonb(h)->>'file_name' FROM pg_hba_file_rules h -- since 16 they may be included
			UNION SELECT to_jsonb(i)->>'file_name' FROM pg_ident_file_mappings i) s, secaudit.file_facts(path)
		WHERE path IS NOT NULL AND (error IS NOT NULL OR NOT (is_ours OR is_root) OR kind <> 'file' OR mode NOT IN ('0600', '0640', '0400', '0440')) $q$, 'chmod 600 these files.'),
('C43', 'The data directory is private', 'high', 'cluster', 'rows', NULL, '{862,878,880,904}', '{"pci_dss": ["7.2.1"]}', NULL, '0700 or 0750, one owner', NULL,
	$q$ SELECT path AS name, mode, owner, error FROM (SELECT current_setting('data_directory') AS path UNION ALL SELECT current_setting('data_directory') || '/' || n FROM pg_ls_dir(current_setting('data_directory')) n) s,
		secaudit.file_facts(path) WHERE (error IS NOT NULL AND path NOT LIKE '%.tmp') OR NOT is_ours OR (kind <> 'link' AND substr(mode, 4, 1) <> '0') $q$,
	'chmod 700 the data directory, chown -R it to the user of the server.'),
('C44', 'The software belongs to root', 'medium', 'cluster', 'rows', NULL, '{878,880,881,883}', '{"pci_dss": ["11.5.2"]}', NULL, 'owned by root and not to be written by others', NULL,
	$q$ SELECT path AS name, mode, owner, error FROM (SELECT setting AS path FROM pg_config() WHERE name IN ('BINDIR', 'PKGLIBDIR', 'SHAREDIR')
			UNION ALL SELECT setting || '/secaudit.so' FROM pg_config() WHERE name = 'PKGLIBDIR'
			UNION ALL SELECT setting || '/extension/secaudit.control' FROM pg_config() WHERE name = 'SHAREDIR') s, secaudit.file_facts(path)
		WHERE error IS NOT NULL OR NOT is_root OR (kind <> 'link' AND (substr(mode, 3, 1) IN ('2', '3', '6', '7') OR substr(mode, 4, 1) IN ('2', '3', '6', '7'))) $q$,
	'chown root:root these files, chmod go-w them.'),
('C45', 'The volume of the trail has room', 'medium', 'cluster', 'verdict', NULL, '{918,919}', '{"pci_dss": ["10.7.2"]}', NULL, 'less than 75 percent used', NULL,
	-- the growth of the last week, or of the time since the first file, if that is a day
	$q$ SELECT CASE WHEN p IS NULL THEN 'error' WHEN p < 75 THEN 'pass' ELSE 'fail' END,
			coalesce(p || ' percent used', 'unknown') || coalesce(', full in ' || full_in || ' days at the growth of the last week', ''),
			h || jsonb_build_object('bytes_per_day', bytes_per_day, 'full_in_days', full_in)
		FROM secaudit.host_facts() h, LATERAL (SELECT (h->>'volume_used_percent')::numeric AS p) s,
			(SELECT CASE WHEN days >= 1 THEN round(bytes / days) END AS bytes_per_day
				FROM (SELECT sum(size) FILTER (WHERE modification > now() - interval '7 days') AS bytes,
						least(7, extract(epoch FROM now() - min(to_timestamp(substr(n, 10, 16), 'YYYYMMDD"T"HH24MISS"Z"')::timestamp AT TIME ZONE 'UTC')) / 86400) AS days
					FROM secaudit.full_path(current_setting('secaudit.directory')) d, pg_ls_dir(d, true, false) n, pg_stat_file(d || '/' || n, true)
					WHERE n ~ '^secaudit-\d{8}T\d{6}Z-\d+\.jsonl') t) g,
			LATERAL (SELECT floor((h->>'volume_free_bytes')::numeric / nullif(bytes_per_day, 0)) AS full_in) f $q$,
	'Enlarge the volume, or set secaudit.retention_size.'),
('C46', 'What happens when the trail cannot be written is decided', 'medium', 'cluster', 'settings', NULL, '{873,874}', '{"pci_dss": ["10.7.2"]}', NULL,
	'secaudit.on_failure is not continue (stig: shutdown, error or block)', '{"*": {}, "stig": {"secaudit.on_failure": "^(?!continue$).*$"}, "pci": {"secaudit.on_failure": "^(?!continue$).*$"}}', NULL,
	'ALTER SYSTEM SET secaudit.on_failure = ''error'';'),
('C47', 'Auditing is active, and finds its own test record', 'high', 'cluster', 'verdict', NULL, '{861,938,939,940,941,942,943,944,945,946,947,948,949,950,951,952,953,954,955,956,957,958,959,960,961,962,963,964}',
	'{"pci_dss": ["10.2.1"], "hipaa": ["164.312(b)"], "gdpr": ["32(1)(d)"]}', NULL,
	'secaudit.log has ddl, role, session, error, config (stig, hipaa, pci: read and write, too) or all, the writer runs, and a test record is in the trail', NULL,
	-- in an outage the test record would be waited for until it ends
	$q$ SELECT CASE WHEN running AND found AND cardinality(missing) = 0 THEN 'pass' ELSE 'fail' END,
			concat_ws('; ', CASE WHEN NOT running THEN 'the writer is not running' END, 'outage: ' || outage, CASE WHEN NOT found THEN 'the test record was not found' END,
				CASE WHEN cardinality(missing) > 0 THEN 'secaudit.log lacks ' || array_to_string(missing, ', ') END, CASE WHEN running AND found THEN 'test record found' END),
			jsonb_build_object('secaudit.log', log, 'running', running, 'found', found)
		FROM (SELECT running, outage, CASE WHEN running AND outage IS NULL THEN secaudit.self_test() ELSE false END AS found, log, ARRAY(
				SELECT c FROM unnest('{ddl,role,session,error,config}'::text[] || CASE WHEN $2 IN ('stig', 'hipaa', 'pci') THEN '{read,write}'::text[] ELSE '{}' END) c
				WHERE (NOT c = ANY (words) AND NOT 'all' = ANY (words)) OR '-' || c = ANY (words)) AS missing
			FROM secaudit.status(), (SELECT reset_val AS log FROM pg_settings WHERE name = 'secaudit.log') l, regexp_split_to_array(lower(log), '\s*,\s*') words) s $q$,
	'ALTER SYSTEM SET secaudit.log = ''all''; SELECT pg_reload_conf();'),
('C48', 'The trail is chained, and the chain is verified', 'medium', 'cluster', 'verdict', NULL, '{876,877}', '{"pci_dss": ["10.3.4"]}', NULL,
	'secaudit.integrity is chain, and somebody runs secauditctl verify', NULL,
	$q$ SELECT CASE WHEN s = 'off' THEN 'fail' ELSE 'manual' END, 'secaudit.integrity is ' || s || CASE WHEN s = 'off' THEN '' ELSE '; whether the chain was verified cannot be seen from here' END, jsonb_build_object('secaudit.integrity', s)
		FROM current_setting('secaudit.integrity') s $q$, 'ALTER SYSTEM SET secaudit.integrity = ''chain''; and run secauditctl verify each day (secaudit-verify.timer). To attest it: INSERT INTO secaudit.baseline (kind, value, note) VALUES (''attestation'', ''C48'', ''who looks, and where its reports are'');'),
('C49', 'The trail is shipped to another place', 'medium', 'cluster', 'verdict', NULL, '{917,967}', '{"pci_dss": ["10.3.3"]}', NULL, 'what was shipped is at most 10000 records behind', NULL,
	$q$ SELECT CASE WHEN sent IS NULL THEN 'manual' WHEN seq - sent <= 10000 THEN 'pass' ELSE 'fail' END,
			coalesce((seq - sent) || ' records behind', 'nobody has said with secauditctl shipped how far it is'), jsonb_build_object('seq', seq, 'shipped', sent)
		FROM secaudit.status(), (SELECT (secaudit.host_facts()->>'shipped_seq')::bigint AS sent) h $q$, 'Ship the files, then secauditctl shipped FILE.'),
('C50', 'The server is a version that is maintained', 'high', 'cluster', 'verdict', NULL, '{936,937}', '{"pci_dss": ["6.3.3"]}', 'min_version', 'major version not past its end of life, minor version at least that of the baseline (min_version, as server_version_num)', NULL,
	$q$ SELECT CASE WHEN eol IS NULL THEN 'manual' WHEN eol <= current_date THEN 'fail' WHEN least_version IS NULL THEN 'manual'
				WHEN v < least_version THEN 'fail' ELSE 'pass' END,
			current_setting('server_version') || CASE WHEN eol IS NULL THEN ', end of life unknown' ELSE ', maintained until ' || eol END || CASE WHEN least_version IS NULL THEN '; no min_version in the baseline' ELSE '' END,
			jsonb_build_object('server_version_num', v, 'end_of_life', eol, 'min_version', least_version)
		FROM (SELECT current_setting('server_version_num')::integer AS v) s
			LEFT JOIN (VALUES (13, date '2025-11-13'), (14, '2026-11-12'), (15, '2027-11-11'), (16, '2028-11-09'), (17, '2029-11-08')) e(major, eol) ON major = v / 10000,
			(SELECT max(x::integer) AS least_version FROM unnest($1) x WHERE x ~ '^\d{5,6}$') b $q$,
	'Install the newest minor version and restart.'),
('C51', 'Data at rest is encrypted', 'medium', 'cluster', 'manual', NULL, '{901,930,931}', '{"pci_dss": ["3.5.1"], "hipaa": ["164.312(a)(2)(iv)"], "gdpr": ["32(1)(a)"]}', NULL, 'the volumes, or the columns, are encrypted', NULL, NULL,
	'Encryption of volumes cannot be seen from the server: attest it.'),
('C52', 'Passwords are checked and wrong ones are slowed down', 'low', 'cluster', 'rows', '{pci,cis}', '{}', '{"pci_dss": ["8.3.6", "8.3.4"], "cis": ["5.6", "5.7"]}', NULL,
	'a module for each is preloaded where pg_hba.conf asks for passwords', NULL,
	$q$ SELECT what AS name FROM (VALUES ('password quality', '(credcheck|passwordcheck)'), ('delay after a failure', '(auth_delay|credcheck)')) x(what, re)
		WHERE current_setting('shared_preload_libraries') !~ re AND EXISTS (SELECT FROM pg_hba_file_rules WHERE auth_method IN ('scram-sha-256', 'md5', 'password')) $q$,
	'Add passwordcheck and auth_delay to shared_preload_libraries and restart.'),
('C53', 'Ways out of the database are approved', 'medium', 'database', 'approved', NULL, '{903}', NULL, 'outward', 'each foreign server and subscription is in the baseline', NULL,
	$q$ SELECT 'server:' || srvname AS name FROM pg_foreign_server UNION ALL SELECT 'subscription:' || subname FROM pg_subscription $q$, 'DROP SERVER name; or DROP SUBSCRIPTION name;'),
('C54', 'The clock is synchronized', 'medium', 'cluster', 'verdict', NULL, '{867,921}', '{"pci_dss": ["10.6"]}', NULL, 'the kernel says so, with an error below 1 s', NULL,
	$q$ SELECT CASE WHEN h->'clock_synchronized' IS NULL THEN 'manual' WHEN (h->>'clock_synchronized')::boolean AND (h->>'clock_maxerror_us')::bigint < 1000000 THEN 'pass' ELSE 'fail' END,
			coalesce('synchronized: ' || (h->>'clock_synchronized') || ', error up to ' || (h->>'clock_maxerror_us') || ' us', 'the kernel does not say'), h FROM secaudit.host_facts() h $q$,
	'Run chrony or another NTP client on the host.'),
('C55', 'OpenSSL is in FIPS mode', 'high', 'cluster', 'verdict', '{stig}', '{896,965,966}', '{"cis": ["6.7"]}', NULL, 'FIPS mode is on and the fips provider is loaded; whether the module is validated is said by its certificate', NULL,
	$q$ SELECT CASE WHEN (h->>'fips_default')::boolean AND (h->>'fips_provider')::boolean THEN 'pass' ELSE 'fail' END,
			format('%s, FIPS mode %s', h->>'openssl', CASE WHEN (h->>'fips_default')::boolean THEN 'on' ELSE 'off' END), h FROM secaudit.host_facts() h $q$,
	'Enable FIPS mode on the host (fips-mode-setup --enable, or the fips provider in openssl.cnf) and restart.'),
('C56', 'Data pages have checksums', 'low', 'cluster', 'settings', NULL, '{}', '{"cis": ["1.4.3"], "hipaa": ["164.312(c)(1)"]}', NULL, 'data_checksums on', '{"*": {"data_checksums": "^on$"}}', NULL, 'pg_checksums --enable, with the server stopped.'),
('C57', 'Sessions that are idle or dead end', 'medium', 'cluster', 'settings', NULL, '{899,910}', '{"pci_dss": ["8.2.8"], "hipaa": ["164.312(a)(2)(iii)"]}', NULL,
	'keepalives and timeouts are set (stig: statement_timeout, too)',
	'{"*": {"tcp_keepalives_idle": "^[1-9]", "tcp_keepalives_interval": "^[1-9]", "tcp_keepalives_count": "^[1-9]", "idle_session_timeout": "^[1-9]", "idle_in_transaction_session_timeout": "^[1-9]", "authentication_timeout": "^([1-9]|[1-5][0-9]|60)$"}, "stig": {"statement_timeout": "^[1-9]"}}', NULL,
	'ALTER SYSTEM SET tcp_keepalives_idle = 60; and tcp_keepalives_interval = 10, tcp_keepalives_count = 6, idle_session_timeout = ''15min'', idle_in_transaction_session_timeout = ''5min'', statement_timeout = ''1h'';'),
('C58', 'Messages to clients say no more than they must', 'low', 'cluster', 'settings', '{stig}', '{908,909}', NULL, NULL, 'client_min_messages is error', '{"stig": {"client_min_messages": "^error$"}}', NULL, 'ALTER SYSTEM SET client_min_messages = ''error'';'),
('C59', 'Addresses and ports are approved', 'medium', 'cluster', 'verdict', NULL, '{889,926}', '{"cis": ["5.2"]}', 'listen', 'listen_addresses is not *, and address and port are in the baseline, as address:port', NULL,
	$q$ SELECT CASE WHEN count(*) FILTER (WHERE a IN ('*', '0.0.0.0', '::')) > 0 THEN 'fail' WHEN cardinality($1) = 0 THEN 'manual'
				WHEN count(*) FILTER (WHERE a <> '' AND NOT a || ':' || current_setting('port') = ANY ($1)) > 0 THEN 'fail' ELSE 'pass' END,
			format('%s port %s', current_setting('listen_addresses'), current_setting('port')), jsonb_agg(a || ':' || current_setting('port'))
		FROM regexp_split_to_table(current_setting('listen_addresses'), '\s*,\s*') a $q$, 'ALTER SYSTEM SET listen_addresses = ''address''; and restart.'),
('C60', 'Dangerous settings are at their safe values', 'medium', 'cluster', 'settings', NULL, '{915}', '{"cis": ["6.2"]}', NULL, 'each as the server is delivered',
	'{"*": {"allow_system_table_mods": "^off$", "ignore_system_indexes": "^off$", "zero_damaged_pages": "^off$", "session_replication_role": "^origin$", "row_security": "^on$", "post_auth_delay": "^0$", "pre_auth_delay": "^0$", "debug_print_parse": "^off$", "debug_print_rewritten": "^off$", "debug_print_plan": "^off$"}}', NULL,
	'ALTER SYSTEM RESET name; SELECT pg_reload_conf();'),
('C61', 'Preloaded libraries are approved', 'medium', 'cluster', 'approved', NULL, '{886,888}', NULL, 'library', 'each is in the baseline', NULL,
	$q$ SELECT DISTINCT trim(' "' FROM l) AS name FROM pg_settings s, string_to_table(s.reset_val, ',') l
		WHERE s.name IN ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'archive_library') AND trim(' "' FROM l) <> '' $q$,
	'Take it out of the setting and restart.'),
('C62', 'Replication commands are logged', 'low', 'cluster', 'settings', NULL, '{}', '{"cis": ["7.2"]}', NULL, 'log_replication_commands on', '{"*": {"log_replication_commands": "^on$"}}', NULL, 'ALTER SYSTEM SET log_replication_commands = ''on'';'),
('C63', 'How long the trail is kept is decided', 'medium', 'cluster', 'verdict', NULL, '{}', '{"pci_dss": ["10.5.1"], "hipaa": ["164.316(b)(2)(i)"], "gdpr": ["5(1)(e)"]}', NULL,
	'pci: at least 365 days, hipaa: at least 2190, gdpr: a limit is set; else what your policy says. 0 is no limit', NULL,
	$q$ SELECT CASE WHEN s IS NULL THEN 'error' WHEN $2 = 'gdpr' THEN CASE WHEN s > 0 THEN 'pass' ELSE 'fail' END
				WHEN $2 IN ('pci', 'hipaa') THEN CASE WHEN b > 0 THEN 'manual' WHEN s = 0 OR s >= CASE $2 WHEN 'pci' THEN 365 ELSE 2190 END THEN 'pass' ELSE 'fail' END
				ELSE 'manual' END,
			format('secaudit.retention_age is %s days, retention_size %s', round(s), current_setting('secaudit.retention_size')), jsonb_build_object('days', round(s)::bigint)
		FROM (SELECT extract(epoch FROM (CASE current_setting('secaudit.retention_age') WHEN '0' THEN '0s' ELSE replace(current_setting('secaudit.retention_age'), 'd', ' days') END)::interval) / 86400 AS s,
			(SELECT setting::numeric FROM pg_settings WHERE name = 'secaudit.retention_size') AS b) r $q$, 'ALTER SYSTEM SET secaudit.retention_age = ''400d''; SELECT pg_reload_conf();'),
('C64', 'Sessions cannot change what is recorded of them', 'medium', 'cluster', 'settings', NULL, '{862,879}', '{"pci_dss": ["10.2.1.6"]}', NULL, 'secaudit.lock is not off', '{"*": {"secaudit.lock": "^(?!off$).*$"}}', NULL, 'ALTER SYSTEM SET secaudit.lock = ''session''; SELECT pg_reload_conf();'),
('C65', 'Secrets are hidden in the trail', 'medium', 'cluster', 'settings', NULL, '{}', '{"pci_dss": ["3.3.1", "8.3.2"], "gdpr": ["5(1)(c)"]}', NULL, 'secaudit.redact is not none (gdpr: parameters are not recorded)',
	'{"*": {"secaudit.redact": "^(?!none$).*$"}, "gdpr": {"secaudit.log_parameters": "^off$"}}', NULL, 'ALTER SYSTEM SET secaudit.redact = ''secrets''; SELECT pg_reload_conf();'),
('C66', 'The trail has lost nothing', 'high', 'cluster', 'verdict', NULL, '{873,920}', '{"pci_dss": ["10.7.2", "10.7.3"]}', NULL, 'no record lost, no outage now', NULL,
	$q$ SELECT CASE WHEN lost IS NULL OR lost > 0 OR outage IS NOT NULL THEN 'fail' ELSE 'pass' END,
			format('%s lost, outage: %s, errors: %s', coalesce(lost::text, 'unknown'), coalesce(outage, 'none'), errors), jsonb_build_object('lost', lost, 'outage', outage, 'last_error', last_error) FROM secaudit.status() $q$,
	'See docs/operations.md, and the records audit.gap of the trail.'),
('C67', 'Somebody hears of failures of the trail', 'medium', 'cluster', 'manual', NULL, '{919,920}', '{"pci_dss": ["10.7.2"]}', NULL, 'alerts reach somebody, and it was tried', NULL, NULL, 'Watch secaudit.stat and the server log, try it, and attest it.'),
('C70', 'Records have the detail that the organisation asks for', 'medium', 'cluster', 'manual', NULL, '{872}', NULL, NULL, 'as the policy says', NULL, NULL, 'Compare the records with the policy.'),
('C71', 'The account that installs software is restricted', 'high', 'cluster', 'manual', NULL, '{882}', NULL, NULL, 'as the policy says', NULL, NULL, 'Review who can become that account.'),
('C72', 'No package is installed that is not needed', 'medium', 'cluster', 'manual', NULL, '{887}', NULL, NULL, 'as the policy says', NULL, NULL, 'Compare the list of the package manager with what is approved.'),
('C73', 'Applications check their input, and build no statements from it', 'medium', 'cluster', 'manual', NULL, '{905,906,907}', '{"pci_dss": ["6.2.4"]}', NULL, 'code was reviewed', NULL, NULL, 'Review the code of applications and functions.'),
('C74', 'What else was left to the organisation', 'medium', 'cluster', 'manual', NULL, '{927,935}', NULL, NULL, 'as the policy says', NULL, NULL, 'Review it.')
$checks$;

-- What has been approved.  A row with the value '' says that a list is known,
-- be it empty: a list of which nothing is known makes a check manual.
CREATE TABLE secaudit.baseline (
	kind text NOT NULL,
	value text NOT NULL,
	note text,
	recorded_by text NOT NULL DEFAULT session_user,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (kind, value));
SELECT pg_extension_config_dump('secaudit.baseline', '');

CREATE TABLE secaudit.compliance_run (
	run_id uuid PRIMARY KEY,
	at timestamptz NOT NULL,
	profile text NOT NULL,
	"by" text NOT NULL,
	counts jsonb NOT NULL,
	sha256 text NOT NULL,
	results jsonb NOT NULL);
SELECT pg_extension_config_dump('secaudit.compliance_run', '');

-- The STIG's ids are those of this server's version.
CREATE FUNCTION secaudit.check_refs(controls integer[], other jsonb)
RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH ids AS (
		SELECT DISTINCT k, id FROM secaudit.controls() c,
			LATERAL (VALUES ('srg', c.srg), ('nist', c.nist), ('cci', c.cci), ('stig',
				CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN c.stig_16 ELSE c.stig_15 END)) v(k, list),
			string_to_table(list, ',') id
		WHERE c.control = ANY ($1) AND id <> '')
	SELECT coalesce((SELECT jsonb_object_agg(k, list)
		FROM (SELECT k, jsonb_agg(id ORDER BY id) AS list FROM ids GROUP BY k) s), '{}') || coalesce($2, '{}')
$$;

-- One check: its query in a block of its own, so that an error is its result.
CREATE FUNCTION secaudit.check_one(kind text, want jsonb, query text, known boolean, approved text[], profile text,
	OUT status text, OUT observed text, OUT evidence jsonb)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	there boolean;
	all_rows jsonb;
	expected jsonb;
BEGIN
	IF want ? 'if' THEN
		EXECUTE format('SELECT EXISTS (%s)', want->>'if') INTO STRICT there;
		status := CASE WHEN NOT there THEN 'not_applicable' END;
	END IF;
	IF status IS NOT NULL THEN
		observed := 'there is nothing of the kind';
		evidence := '[]';
	ELSIF kind = 'manual' THEN
		status := 'manual';
		observed := 'cannot be seen from the server';
		evidence := '[]';
	ELSIF kind = 'verdict' THEN
		EXECUTE query INTO STRICT status, observed, evidence USING approved, profile;
	ELSIF kind = 'settings' THEN
		expected := coalesce(want->'*', '{}') || coalesce(want->profile, '{}');
		SELECT CASE WHEN count(*) = 0 THEN 'not_applicable' WHEN bool_and(good) THEN 'pass' ELSE 'fail' END,
				coalesce(string_agg(name || ' = ' || coalesce(nullif(value, ''), ''''''), ', ' ORDER BY name), 'not asked for by this profile'),
				coalesce(jsonb_agg(jsonb_build_object('name', name, 'value', value, 'good', good) ORDER BY name), '[]')
			INTO status, observed, evidence
			FROM (SELECT e.key AS name, s.value, coalesce(s.value ~ e.value, false) AS good
				FROM jsonb_each_text(expected) e
					JOIN (SELECT p.name, CASE WHEN p.context IN ('user', 'superuser') OR p.name LIKE 'tcp%'
						THEN p.reset_val ELSE p.setting END AS value FROM pg_settings p) s ON s.name = e.key) x;
	ELSE
		EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(q) ORDER BY to_jsonb(q)::text), ''[]'') FROM (%s) q', query)
			INTO STRICT all_rows USING approved, profile;
		SELECT coalesce(jsonb_agg(r), '[]') INTO evidence FROM jsonb_array_elements(all_rows) r
			WHERE kind = 'rows' OR NOT known OR NOT r->>'name' = ANY (approved);
		status := CASE WHEN kind = 'approved' AND NOT known THEN 'manual'
			WHEN jsonb_array_length(evidence) = 0 THEN 'pass' ELSE 'fail' END;
		observed := CASE WHEN status = 'manual' THEN 'nothing has been approved; found ' ELSE '' END ||
			CASE WHEN jsonb_array_length(evidence) = 0 THEN 'none' ELSE
				(SELECT string_agg(name, ', ') FROM (SELECT r->>'name' AS name FROM jsonb_array_elements(evidence) r LIMIT 10) s) ||
				CASE WHEN jsonb_array_length(evidence) > 10 THEN format(' and %s more', jsonb_array_length(evidence) - 10) ELSE '' END END;
	END IF;
EXCEPTION WHEN OTHERS THEN
	status := 'error';
	observed := SQLERRM;
	evidence := jsonb_build_object('sqlstate', SQLSTATE);
END
$$;

CREATE FUNCTION secaudit.compliance_check(profile text DEFAULT 'stig')
RETURNS TABLE (
	check_id text,
	srg text,
	refs jsonb,
	title text,
	severity text,                    -- high, medium, low
	status text,                      -- pass, fail, manual, not_applicable, error
	expected text,
	observed text,
	evidence jsonb,
	scope text,                       -- cluster, or the database that was looked at
	remediation text,
	checked_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER ROWS 70 SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	wanted constant text := $1;
	results jsonb := '[]';
	counts jsonb;
	digest text;
	run uuid := gen_random_uuid();
	c record;
	found record;
	approved text[];
BEGIN
	IF wanted IS NULL OR wanted NOT IN ('stig', 'pci', 'hipaa', 'gdpr', 'cis') THEN
		RAISE EXCEPTION 'there is no profile "%"', coalesce(wanted, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Profiles are stig, pci, hipaa, gdpr and cis.';
	END IF;
	FOR c IN SELECT * FROM secaudit.checks() ORDER BY check_id LOOP
		check_id := c.check_id;
		refs := secaudit.check_refs(c.controls, c.other);
		srg := refs->'srg'->>0;
		refs := refs - 'srg';
		title := c.title;
		severity := c.severity;
		expected := c.expected;
		scope := CASE c.scope WHEN 'cluster' THEN 'cluster' ELSE current_database()::text END;
		remediation := c.remediation;
		checked_at := clock_timestamp();
		IF c.profiles IS NOT NULL AND NOT wanted = ANY (c.profiles) THEN
			status := 'not_applicable';
			observed := 'not asked for by this profile';
			evidence := '[]';
		ELSE
			SELECT coalesce(array_agg(b.value) FILTER (WHERE b.value <> ''), '{}') INTO approved
				FROM secaudit.baseline b WHERE b.kind = c.approved;
			SELECT * INTO found FROM secaudit.check_one(c.kind, c.want, c.query,
				EXISTS (SELECT FROM secaudit.baseline b WHERE b.kind = c.approved), approved, wanted);
			status := found.status;
			observed := found.observed;
			evidence := found.evidence;
			IF status = 'manual' THEN
				SELECT evidence || coalesce(jsonb_agg(jsonb_build_object('attested', b.note, 'by', b.recorded_by, 'at', b.recorded_at)), '[]')
					INTO evidence FROM secaudit.baseline b WHERE b.kind = 'attestation' AND b.value = c.check_id;
			END IF;
		END IF;
		results := results || jsonb_build_object('check_id', check_id, 'srg', srg, 'refs', refs, 'title', title,
			'severity', severity, 'status', status, 'expected', expected, 'observed', observed, 'evidence', evidence,
			'scope', scope, 'remediation', remediation, 'checked_at', checked_at);
		RETURN NEXT;
	END LOOP;

	SELECT jsonb_object_agg(s, n) INTO counts FROM (
		SELECT s, (SELECT count(*) FROM jsonb_array_elements(results) r WHERE r->>'status' = s) AS n
		FROM unnest('{pass,fail,manual,not_applicable,error}'::text[]) s) x;
	digest := encode(sha256(convert_to(results::text, 'UTF8')), 'hex');
	-- without the module there is no trail, which C01 says
	IF EXISTS (SELECT FROM jsonb_array_elements(results) r WHERE r->>'check_id' = 'C01' AND r->>'status' = 'pass') THEN
		PERFORM secaudit.record('compliance.run', jsonb_build_object('run_id', run, 'profile', wanted, 'counts', counts, 'sha256', digest));
	END IF;
	IF NOT current_setting('transaction_read_only')::boolean THEN
		INSERT INTO secaudit.compliance_run VALUES (run, now(), wanted, session_user, counts, digest, results);
	END IF;
END
$$;

-- What is different between the last two runs of a profile.
CREATE FUNCTION secaudit.compliance_drift(profile text DEFAULT 'stig')
RETURNS TABLE (
	check_id text,
	title text,
	before text,                      -- NULL: the check was not there
	after text,
	observed_before text,
	observed_after text,
	before_at timestamptz,
	after_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH runs AS (
		SELECT at, results, row_number() OVER (ORDER BY at DESC, run_id) AS n
		FROM secaudit.compliance_run WHERE profile = $1),
	was AS (SELECT at, r FROM runs, jsonb_array_elements(results) r WHERE n = 2),
	is_now AS (SELECT at, r FROM runs, jsonb_array_elements(results) r WHERE n = 1)
	SELECT coalesce(is_now.r->>'check_id', was.r->>'check_id'), coalesce(is_now.r->>'title', was.r->>'title'),
		was.r->>'status', is_now.r->>'status', was.r->>'observed', is_now.r->>'observed', was.at, is_now.at
	FROM was FULL JOIN is_now ON was.r->>'check_id' = is_now.r->>'check_id'
	WHERE (SELECT count(*) FROM runs) > 1 AND was.r->>'status' IS DISTINCT FROM is_now.r->>'status'
	ORDER BY 1
$$;

-- Approves what is there now; returns how many values are new.
CREATE FUNCTION secaudit.baseline_capture(note text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
	n bigint;
	total bigint := 0;
BEGIN
	FOR c IN SELECT * FROM secaudit.checks() k WHERE k.kind = 'approved' ORDER BY k.check_id LOOP
		INSERT INTO secaudit.baseline (kind, value, note) VALUES (c.approved, '', $1) ON CONFLICT DO NOTHING;
		EXECUTE format('INSERT INTO secaudit.baseline (kind, value, note)
			SELECT DISTINCT %L, q.name, $3 FROM (%s) q ON CONFLICT DO NOTHING', c.approved, c.query)
			USING '{}'::text[], 'stig', $1;
		GET DIAGNOSTICS n = ROW_COUNT;
		total := total + n;
	END LOOP;
	RETURN total;
END
$$;

REVOKE ALL ON FUNCTION
	secaudit.controls(),
	secaudit.checks(),
	secaudit.file_facts(text),
	secaudit.host_facts(),
	secaudit.certificate_days(text),
	secaudit.full_path(text),
	secaudit.parents(text),
	secaudit.self_test(),
	secaudit.check_refs(integer[], jsonb),
	secaudit.check_one(text, jsonb, text, boolean, text[], text),
	secaudit.compliance_check(text),
	secaudit.compliance_drift(text),
	secaudit.baseline_capture(text)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	secaudit.controls(),
	secaudit.checks(),
	secaudit.compliance_check(text),
	secaudit.compliance_drift(text),
	secaudit.baseline_capture(text)
TO secaudit_auditor;
GRANT SELECT, DELETE, INSERT (kind, value, note) ON secaudit.baseline TO secaudit_auditor;
GRANT SELECT ON secaudit.compliance_run TO secaudit_auditor;

COMMENT ON FUNCTION secaudit.controls() IS 'the controls of the STIG that checks refer to, and their numbers elsewhere';
COMMENT ON FUNCTION secaudit.checks() IS 'the compliance checks: what each asks, of whom, and what to do';
COMMENT ON FUNCTION secaudit.file_facts(text) IS 'mode and owner of a file; a link is not followed';
COMMENT ON FUNCTION secaudit.host_facts() IS 'what OpenSSL, the clock and the volume of the trail are like';
COMMENT ON FUNCTION secaudit.certificate_days(text) IS 'days until the first certificate of a file ends; NULL: it cannot be read';
COMMENT ON FUNCTION secaudit.full_path(text) IS 'a path of a setting, from the data directory on';
COMMENT ON FUNCTION secaudit.parents(text) IS 'a directory and all above it';
COMMENT ON FUNCTION secaudit.self_test() IS 'puts an event into the trail: is it found there?';
COMMENT ON FUNCTION secaudit.check_refs(integer[], jsonb) IS 'numbers of the requirements that a check belongs to';
COMMENT ON FUNCTION secaudit.check_one(text, jsonb, text, boolean, text[], text) IS 'runs one check; an error is its result';
COMMENT ON FUNCTION secaudit.compliance_check(text) IS 'runs the compliance checks of a profile: stig, pci, hipaa, gdpr or cis';
COMMENT ON FUNCTION secaudit.compliance_drift(text) IS 'checks with another status than in the run before';
COMMENT ON FUNCTION secaudit.baseline_capture(text) IS 'approves all that the checks find now; returns how many values are new';
COMMENT ON TABLE secaudit.baseline IS 'what has been approved; the compliance checks compare with it';
COMMENT ON COLUMN secaudit.baseline.kind IS 'which list: superuser, owner, extension ..., attestation';
COMMENT ON COLUMN secaudit.baseline.value IS 'what is approved; empty: the list is known, even if it has nothing else';
COMMENT ON COLUMN secaudit.baseline.note IS 'why, or what is attested';
COMMENT ON COLUMN secaudit.baseline.recorded_by IS 'by whom';
COMMENT ON COLUMN secaudit.baseline.recorded_at IS 'when';
COMMENT ON TABLE secaudit.compliance_run IS 'results of compliance checks that were kept';
COMMENT ON COLUMN secaudit.compliance_run.run_id IS 'as in the record of the trail';
COMMENT ON COLUMN secaudit.compliance_run.at IS 'when';
COMMENT ON COLUMN secaudit.compliance_run.profile IS 'which';
COMMENT ON COLUMN secaudit.compliance_run."by" IS 'session user';
COMMENT ON COLUMN secaudit.compliance_run.counts IS 'how many checks had each status';
COMMENT ON COLUMN secaudit.compliance_run.sha256 IS 'of the text of results, also in the trail';
COMMENT ON COLUMN secaudit.compliance_run.results IS 'the rows of compliance_check()';
