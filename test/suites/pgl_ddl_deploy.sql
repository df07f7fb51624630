-- pgl_ddl_deploy: event triggers that read the client's own text and send it on through
-- pglogical, whose workers run in the background.
\set VERBOSITY terse
CREATE EXTENSION pglogical;
CREATE EXTENSION pgl_ddl_deploy;
SELECT pglogical.create_node('provider', format('dbname=%s', current_database())) > 0;
SELECT pglogical.create_replication_set('deployed') > 0;
INSERT INTO pgl_ddl_deploy.set_configs (set_name, include_schema_regex, driver)
	VALUES ('deployed', '^shop.*$', 'pglogical');
SELECT pgl_ddl_deploy.deploy('deployed');
CREATE SCHEMA shop;
CREATE TABLE shop.t (id int PRIMARY KEY);
ALTER TABLE shop.t ADD COLUMN b text;
SELECT set_name, set_reloid::regclass FROM pglogical.replication_set_table JOIN pglogical.replication_set USING (set_id) ORDER BY 1;
CREATE TABLE shop.two AS SELECT 1 AS a;
DROP TABLE shop.t;
SELECT command_tag, ddl_sql_raw FROM pgl_ddl_deploy.events ORDER BY id;
SELECT command_tag, reason FROM pgl_ddl_deploy.unhandled ORDER BY id;
SELECT pgl_ddl_deploy.disable('deployed');
SELECT pglogical.drop_node('provider');
