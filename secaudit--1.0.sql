-- secaudit 1.0: SQL functions.  Auditing itself needs none of this, only
-- shared_preload_libraries.

\echo Use "CREATE EXTENSION secaudit" to load this file. \quit

-- Made here and not by the control file: so it belongs to the extension, and a
-- schema of that name that somebody else owns is an error, not a trap.
CREATE SCHEMA secaudit;

--
-- How the trail is doing: one row.  Positions are bytes since the buffer was
-- made; counters count from the server's start.
--
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
	OUT last_error_at timestamptz)
AS 'MODULE_PATHNAME', 'secaudit_status'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

--
-- Wait until everything that was appended before the call is on disk.
-- Returns the position up to which it is.
--
CREATE FUNCTION secaudit.flush()
RETURNS bigint
AS 'MODULE_PATHNAME', 'secaudit_flush'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

--
-- End the current file and begin a new one, whose name is returned.
--
CREATE FUNCTION secaudit.rotate()
RETURNS text
AS 'MODULE_PATHNAME', 'secaudit_rotate'
LANGUAGE C VOLATILE STRICT PARALLEL SAFE;

CREATE TYPE secaudit.trail_record AS (
	ts timestamptz,
	seq bigint,
	event text,
	class text,
	command text,
	outcome text,
	"user" text,
	db text,
	record jsonb);

--
-- The trail, one row per record, from the files of secaudit.directory.
-- read_trail() hands out one record at a time; records() is SQL that the
-- planner expands in place, because a set-returning function in FROM would
-- be run to its end before a LIMIT could stop it.
--
CREATE FUNCTION secaudit.read_trail(
	since timestamptz,
	until timestamptz,
	last bigint)
RETURNS SETOF secaudit.trail_record
AS 'MODULE_PATHNAME', 'secaudit_read_trail'
LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10000 COST 10;

CREATE FUNCTION secaudit.records(
	since timestamptz DEFAULT NULL,   -- that began at or after
	until timestamptz DEFAULT NULL,   -- that began before
	last bigint DEFAULT NULL)         -- only so many lines from the end
RETURNS SETOF secaudit.trail_record
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10000
AS $$
	SELECT (r).ts, (r).seq, (r).event, (r).class, (r).command, (r).outcome,
		(r)."user", (r).db, (r).record
	FROM (SELECT secaudit.read_trail($1, $2, $3) AS r) AS trail
$$;

--
-- Counters and gauges under the names that Prometheus wants, for exporters
-- that turn a query's columns into metrics.
--
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
			AS last_error_timestamp_seconds
	FROM secaudit.status();

--
-- Nothing is for PUBLIC.  Whoever monitors sees how the trail is doing and may
-- have it flushed; what is in it is for superusers and those whom they name.
--
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA secaudit FROM PUBLIC;
GRANT USAGE ON SCHEMA secaudit TO pg_monitor;
GRANT EXECUTE ON FUNCTION secaudit.status(), secaudit.flush() TO pg_monitor;
GRANT SELECT ON secaudit.stat TO pg_monitor;
