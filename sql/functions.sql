--
-- The SQL functions: who may call them, what they answer.
--
CREATE EXTENSION secaudit;

-- All of it lies in one schema and none of it is for PUBLIC.
SELECT p.oid::regprocedure AS function,
	has_function_privilege('pg_monitor', p.oid, 'execute') AS monitor,
	coalesce(bool_or(a.grantee = 0), false) AS public
FROM pg_proc p
	LEFT JOIN LATERAL aclexplode(p.proacl) a ON true
WHERE p.pronamespace = 'secaudit'::regnamespace
GROUP BY p.oid ORDER BY 1::text;

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
SELECT count(*) FROM secaudit.read_trail(NULL, NULL, NULL);
SELECT up FROM secaudit.stat;
RESET ROLE;

SET ROLE regress_secaudit_monitor;
SELECT running FROM secaudit.status();
SELECT secaudit.flush() > 0 AS flushed;
SELECT up FROM secaudit.stat;
SELECT count(*) FROM secaudit.records();
RESET ROLE;

-- Reading can be granted.
GRANT USAGE ON SCHEMA secaudit TO regress_secaudit_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA secaudit TO regress_secaudit_reader;
SET ROLE regress_secaudit_reader;
SELECT count(*) > 0 AS readable FROM secaudit.records();
RESET ROLE;

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
	errors, last_error, last_error_at
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

-- Numbers have no gap.
SELECT count(*) = max(seq) - min(seq) + 1 AS gapless,
	count(DISTINCT record->>'log') AS logs, min(seq)
FROM secaudit.records();

-- The last ones, and those of a time.
SELECT count(*) FROM secaudit.records(last => 5);
SELECT count(*) FROM secaudit.records(last => 0);
SELECT count(*) = max(seq) AS everything FROM secaudit.records(last => 1000000000000);
SELECT count(*) FROM secaudit.records(last => -1);
SELECT count(*) FROM secaudit.records(since => now() + interval '1 hour');
SELECT count(*) FROM secaudit.records(until => now() - interval '1 hour');
SELECT count(*) > 5 AS recent, min(ts) >= now() - interval '1 hour' AS since
FROM secaudit.records(now() - interval '1 hour', now() + interval '1 hour');

-- LIMIT stops the reading: the planner puts the function's query in place.
EXPLAIN (COSTS OFF) SELECT * FROM secaudit.records() LIMIT 1;
SELECT event FROM secaudit.records() LIMIT 1;
-- As a function that is run to its end it works too, and again within a query.
SELECT count(*) FROM generate_series(1, 3) g,
	LATERAL (SELECT seq FROM secaudit.read_trail(NULL, NULL, g) LIMIT g) r;

-- An extension that is gone takes nothing with it but the functions.
DROP TABLE regress_secaudit_t;
DROP EXTENSION secaudit;
DROP ROLE regress_secaudit_monitor, regress_secaudit_reader, regress_secaudit_nobody;
