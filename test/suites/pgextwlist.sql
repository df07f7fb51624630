-- pgextwlist: a plain role creates extensions as a superuser, by a wrapper of
-- ProcessUtility; what is not on the list stays refused.
\set VERBOSITY terse
CREATE ROLE suite_owner;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO suite_owner', current_database()); END $$;
GRANT CREATE ON SCHEMA public TO suite_owner;
SET ROLE suite_owner;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION dblink;
SELECT extname, extowner::regrole FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1;
SELECT 'a=>1'::hstore -> 'a', 'A'::citext = 'a'::citext;
ALTER EXTENSION hstore UPDATE;
COMMENT ON EXTENSION hstore IS 'a comment';
DROP EXTENSION citext;
BEGIN;
CREATE EXTENSION citext;
ROLLBACK;
DROP EXTENSION hstore;
RESET ROLE;
DROP OWNED BY suite_owner;
DROP ROLE suite_owner;
