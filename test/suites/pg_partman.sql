-- pg_partman: partitions made by a background worker, and by functions with dynamic SQL.
\set VERBOSITY terse
-- whether the worker is at it in this moment is said by notices
SET client_min_messages = warning;
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE TABLE public.events (id int NOT NULL, b text) PARTITION BY RANGE (id);
SELECT partman.create_parent('public.events', 'id', 'native', '100', p_premake := 2);
INSERT INTO events SELECT i, 'x' FROM generate_series(1, 450) i;
SELECT count(*) FROM events_default;
SELECT partman.run_maintenance('public.events');
CALL partman.partition_data_proc('public.events');
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
	WHERE inhparent = 'events'::regclass ORDER BY 1;
UPDATE partman.part_config SET infinite_time_partitions = true;
CALL partman.run_maintenance_proc();
UPDATE partman.part_config SET retention = '200', retention_keep_table = false;
SELECT partman.run_maintenance('public.events');
SELECT partman.undo_partition('public.events', p_target_table := 'public.events');
SELECT * FROM partman.check_default(true);
SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type ~ 'partman';
