--
-- DDL of all kinds, roles, privileges, settings.
--
CREATE EXTENSION secaudit;
CREATE EXTENSION pgcrypto;
CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('good', 'bad');
CREATE DOMAIN shop.amount AS numeric CHECK (VALUE >= 0);
CREATE SEQUENCE shop.numbers;
CREATE TABLE shop.card (id int PRIMARY KEY, pan text, owner text NOT NULL, mood shop.mood, extra jsonb);
CREATE TABLE shop."Odd ""näme""" ("Col ""1""" int, "другая" text);
CREATE TABLE shop.parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE shop.parts_1 PARTITION OF shop.parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNLOGGED TABLE shop.fast (id int);
CREATE TABLE shop.copy AS SELECT generate_series(1, 100) AS id;
SELECT 1 AS one INTO shop.into_target;
CREATE INDEX ON shop.card (owner);
CREATE INDEX CONCURRENTLY ON shop.copy (id);
CREATE VIEW shop.cards AS SELECT id, owner FROM shop.card;
CREATE MATERIALIZED VIEW shop.owners AS SELECT owner, count(*) FROM shop.card GROUP BY 1;
REFRESH MATERIALIZED VIEW shop.owners;
CREATE RULE gone AS ON DELETE TO shop.fast DO INSTEAD NOTHING;
DELETE FROM shop.fast;
ALTER TABLE shop.card ADD COLUMN note text DEFAULT 'x', ALTER COLUMN owner DROP NOT NULL;
ALTER TABLE shop.card DROP COLUMN note;
ALTER TABLE shop.card RENAME pan TO number;
COMMENT ON TABLE shop.card IS 'a comment with a password ''hunter2''';
CREATE FUNCTION shop.log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM nextval('shop.numbers');
	RETURN new;
END $$;
CREATE TRIGGER changes BEFORE INSERT OR UPDATE ON shop.card FOR EACH ROW EXECUTE FUNCTION shop.log_change();
CREATE FUNCTION shop.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
	$$ BEGIN PERFORM 1 FROM pg_event_trigger_ddl_commands(); END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION shop.on_ddl();
CREATE TABLE shop.watched (a int);
DROP TABLE shop.watched, shop.into_target;
DROP EVENT TRIGGER watch;
CREATE PUBLICATION all_of_it FOR ALL TABLES;
DROP PUBLICATION all_of_it;
CREATE PUBLICATION some_of_it FOR TABLE shop.card (id, owner) WHERE (id > 0);
DROP PUBLICATION some_of_it;
CREATE SUBSCRIPTION nowhere CONNECTION 'host=/nowhere password=secret dbname=x' PUBLICATION p
	WITH (connect = false);
DROP SUBSCRIPTION nowhere;
ALTER SUBSCRIPTION nowhere SET (slot_name = NONE);
DROP SUBSCRIPTION nowhere;
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER far FOREIGN DATA WRAPPER nothing OPTIONS (host 'h', password 'secret');
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'secret');
CREATE FOREIGN TABLE shop.far (a int) SERVER far;
SELECT * FROM shop.far;
CREATE CAST (text AS shop.mood) WITH INOUT AS ASSIGNMENT;
CREATE OPERATOR shop.=== (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int);
CREATE TEXT SEARCH CONFIGURATION shop.words (COPY = simple);
CREATE COLLATION shop.c FROM "C";
CREATE STATISTICS shop.both ON id, owner FROM shop.card;

-- who
CREATE ROLE with_password LOGIN PASSWORD 'valgrind';
CREATE ROLE refused LOGIN;
CREATE ROLE clerk IN ROLE pg_read_all_data;
CREATE ROLE clerk;
ALTER ROLE clerk PASSWORD 'md5e10adc3949ba59abbe56e057f20f883e' VALID UNTIL '2030-01-01' CONNECTION LIMIT 3;
ALTER ROLE clerk PASSWORD NULL;
ALTER ROLE clerk SET work_mem = '2MB';
ALTER ROLE clerk IN DATABASE postgres RESET ALL;
GRANT SELECT (id, owner), UPDATE (owner) ON shop.card TO clerk WITH GRANT OPTION;
GRANT USAGE ON SCHEMA shop TO clerk, with_password;
GRANT ALL ON ALL TABLES IN SCHEMA shop TO with_password;
GRANT clerk TO with_password WITH ADMIN OPTION;
REVOKE UPDATE (owner) ON shop.card FROM clerk CASCADE;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO clerk;
ALTER TABLE shop.fast OWNER TO clerk;
REASSIGN OWNED BY clerk TO postgres;
ALTER TABLE shop.card ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.card USING (owner = current_user);
SET ROLE clerk;
SELECT id, owner FROM shop.card;
SELECT number FROM shop.card;
UPDATE shop.card SET owner = 'me';
RESET ROLE;
SET SESSION AUTHORIZATION with_password;
SELECT session_user, current_user;
SELECT rolpassword FROM pg_authid;
RESET SESSION AUTHORIZATION;

-- settings
SET work_mem = '1MB';
SET LOCAL work_mem = '2MB';
SET secaudit.log = 'none, write';
SET secaudit.log = 'nonsense';
RESET secaudit.log;
SELECT set_config('secaudit.log', 'all', false), set_config('app.password', 'secret', false);
SET app.api_key = 'secret';
SHOW app.api_key;
SHOW ALL;
RESET ALL;
ALTER SYSTEM SET log_min_duration_statement = '1h';
ALTER SYSTEM SET secaudit.warn_percent = 70;
ALTER SYSTEM RESET ALL;
ALTER DATABASE postgres SET app.token = 'secret';
ALTER DATABASE postgres RESET app.token;
SELECT pg_reload_conf();
DISCARD ALL;
