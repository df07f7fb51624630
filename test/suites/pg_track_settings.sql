-- pg_track_settings: snapshots of the settings, by functions in PL/pgSQL.
\set VERBOSITY terse
CREATE EXTENSION pg_track_settings;
SELECT pg_track_settings_snapshot();
ALTER SYSTEM SET work_mem = '7MB';
SELECT pg_reload_conf();
\c
ALTER ROLE postgres SET maintenance_work_mem = '33MB';
SELECT pg_track_settings_snapshot();
SELECT name, setting_exists, setting FROM pg_track_settings_log('work_mem') ORDER BY ts;
ALTER ROLE postgres RESET maintenance_work_mem;
ALTER SYSTEM RESET work_mem;
SELECT pg_reload_conf();
DROP EXTENSION pg_track_settings;
