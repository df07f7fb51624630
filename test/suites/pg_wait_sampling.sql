-- pg_wait_sampling: a background worker that looks at all processes, and hooks that
-- keep the query's identifier.
\set VERBOSITY terse
CREATE EXTENSION pg_wait_sampling;
SELECT pg_wait_sampling_reset_profile();
SELECT pg_sleep(0.5);
SELECT count(*) > 0 FROM pg_wait_sampling_profile WHERE pid = pg_backend_pid() AND event = 'PgSleep';
SELECT count(*) > 0 FROM pg_wait_sampling_history WHERE event = 'PgSleep';
SELECT count(*) > 0 FROM pg_wait_sampling_current;
SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type ~ 'sampling';
DROP EXTENSION pg_wait_sampling;
