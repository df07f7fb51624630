--
-- The SQL functions: what they answer about the trail that is being written.
--
CREATE EXTENSION secaudit;

-- The state agrees with itself.
SELECT running, writer_pid > 0 AS writer,
	log_id ~ '^[0-9a-f]{16}$' AS log_id,
	file ~ '^secaudit-\d{8}T\d{6}Z-\d{6,}\.jsonl$' AS file,
	seq > 0 AS seq, file_bytes > 0 AS file_bytes, free_bytes > 0 AS free_bytes,
	head >= tail AS positions, head - tail = buffered_bytes AS buffered,
	buffer_bytes >= buffered_bytes AS buffer,
	appended > 0 AS appended, records > 0 AS records, bytes > records AS bytes,
	batches > 0 AS batches, waits >= 0 AND wait_seconds >= 0 AS waits,
	lost, (SELECT sum(value::bigint) FROM jsonb_each_text(lost_by_reason)) AS lost_by_reason,
	errors, last_error, last_error_at, outage, outage_since, outages
FROM secaudit.status() \gx
SELECT flushed <= tail AS durable
FROM (SELECT secaudit.flush() AS flushed OFFSET 0) f, LATERAL
	(SELECT tail FROM secaudit.status() WHERE flushed IS NOT NULL) s;

-- What was done is in the trail as soon as flush() has returned.
CREATE TABLE regress_secaudit_t (a int);
INSERT INTO regress_secaudit_t SELECT generate_series(1, 3);
SELECT 1 / 0 AS regress_secaudit_error;
SELECT secaudit.flush() > 0 AS flushed;
SELECT event, class, command, outcome, "user" = session_user AS me,
	db = current_database() AS here, ts <= now() AS past,
	record->>'sqlstate' AS sqlstate,
	seq = (record->>'seq')::bigint AS same_seq
FROM secaudit.records()
WHERE record->>'query' LIKE '%regress\_secaudit\_%' AND pg_backend_pid() = (record->>'pid')::int
	AND class IN ('ddl', 'write', 'error') OR record->>'query' LIKE '%regress_secaudit_error'
ORDER BY seq;

-- A new file begins where the old one ends.
SELECT file AS before, seq AS before_seq FROM secaudit.status() \gset
SELECT secaudit.rotate() AS after \gset
SELECT :'after' ~ '^secaudit-\d{8}T\d{6}Z-\d{6,}\.jsonl$' AS name, :'after' <> :'before' AS another,
	file = :'after' AS current
FROM secaudit.status();
SELECT secaudit.flush() > 0 AS flushed;
SELECT event, record->>'reason' AS reason, record->>'file' = :'after' AS after,
	record->>'prev_file' = :'before' AS before
FROM secaudit.records()
WHERE event IN ('audit.open', 'audit.close') AND seq > :before_seq
ORDER BY seq;

-- An extension that is gone takes nothing with it but the functions.
DROP TABLE regress_secaudit_t;
DROP EXTENSION secaudit;
