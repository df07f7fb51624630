--
-- Reading the trail in SQL: which records, in which order, as what.
--
CREATE EXTENSION secaudit;
SELECT 1 AS regress_secaudit_first;
SELECT 2 AS regress_secaudit_second;
SELECT secaudit.flush() > 0 AS flushed;

-- Columns are what every record has; the record itself has the rest.
SELECT attname, atttypid::regtype AS type FROM pg_attribute
WHERE attrelid = 'secaudit.trail_record'::regclass AND attnum > 0 ORDER BY attnum;
SELECT event, class, command, outcome, record->>'query' AS query
FROM secaudit.records()
WHERE record->>'query' ~ '^SELECT \d AS regress_secaudit_' AND pg_backend_pid() = (record->>'pid')::int
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
	LATERAL (SELECT seq FROM secaudit.read_trail(NULL, NULL, g, NULL) LIMIT g) r;


-- NULL is no filter; all of them hold at once.
SELECT count(*) FROM secaudit.records(NULL, NULL, 3);
SELECT count(*) FROM secaudit.records(now() + interval '1 hour', NULL, 3);
SELECT count(*) FROM secaudit.records(now(), now() - interval '1 hour');
SELECT count(*) FROM secaudit.records('infinity');
SELECT count(*) > 3 AS everything FROM secaudit.records('-infinity', 'infinity');

-- since includes the instant that it names, until does not.
SELECT max(ts) AS at FROM secaudit.records() WHERE record->>'query' LIKE '%_secaudit_first' \gset
SELECT count(*) > 0 AS there FROM secaudit.records(since => :'at')
WHERE record->>'query' LIKE '%_secaudit_first';
SELECT count(*) > 0 AS there FROM secaudit.records(since => :'at'::timestamptz + interval '1 microsecond')
WHERE record->>'query' LIKE '%_secaudit_first';
SELECT count(*) > 0 AS there FROM secaudit.records(until => :'at')
WHERE record->>'query' LIKE '%_secaudit_first';
SELECT count(*) > 0 AS there FROM secaudit.records(until => :'at'::timestamptz + interval '1 microsecond')
WHERE record->>'query' LIKE '%_secaudit_first';

-- The last ones are the newest, in the order of the trail.
SELECT seq - 3 AS before FROM secaudit.status() \gset
SELECT min(seq) > :before AS newest, count(*) FROM secaudit.records(last => 3);
SELECT bool_and(seq > before) AS ascending
FROM (SELECT seq, lag(seq, 1, 0::bigint) OVER () AS before FROM secaudit.records()) r;

-- What is no time and no number is refused as everywhere.
SELECT count(*) FROM secaudit.records('yesterday or so');
SELECT count(*) FROM secaudit.records(last => 'many');

-- A condition of the match language.
SELECT count(*) FROM secaudit.records(match => '{"text": "~^SELECT \\d AS regress_secaudit_"}');
SELECT count(*) > 0 AS found, bool_and(class = 'ddl') AS ddl FROM secaudit.records(match => '{"class": "ddl"}')
WHERE record->'classes' IS NULL;
SELECT count(*) AS nobody FROM secaudit.records(match => '{"user": "nobody", "event": "statement"}');
SELECT count(*) FROM secaudit.records(last => 5, match => '{"event": "statement", "not_event": "statement"}');
SELECT count(*) > 0 AS found FROM secaudit.records(since => now() - interval '1 hour', match => '{"time": {"zone": "Europe/Berlin"}}');
SELECT * FROM secaudit.records(match => '{"clas": "ddl"}');
SELECT * FROM secaudit.records(match => '{"class": "dll"}');
SELECT * FROM secaudit.records(match => '{"member_of": "x"}');
SELECT * FROM secaudit.records(match => '[]');
DROP EXTENSION secaudit;
