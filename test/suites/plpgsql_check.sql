-- plpgsql_check: plans the statements of functions without running them, profiles
-- and checks what runs by the hooks of PL/pgSQL.
\set VERBOSITY terse
LOAD 'plpgsql';
CREATE EXTENSION plpgsql_check;
CREATE TABLE t (a int, b text);
CREATE FUNCTION good(x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	INSERT INTO t VALUES (x, 'x') RETURNING b INTO r;
	FOR i IN 1 .. 3 LOOP
		UPDATE t SET a = i WHERE a = x;
	END LOOP;
	EXECUTE format('DELETE FROM %I WHERE a = $1', 't') USING x;
	RETURN r;
END $$;
CREATE FUNCTION bad(x int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE unused int; r record;
BEGIN
	SELECT c FROM t INTO r;
	PERFORM not_there(x);
	EXECUTE 'SELECT ' || x;
	RETURN r.c;
END $$;
CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.c := 1;
	RETURN NEW;
END $$;
SELECT * FROM plpgsql_check_function('good(int)');
SELECT * FROM plpgsql_check_function('bad(int)', fatal_errors := false, all_warnings := true);
SELECT * FROM plpgsql_check_function('fires()', 't');
SELECT functionid IS NOT NULL, lineno, statement, sqlstate, message FROM plpgsql_check_function_tb('bad(int)');
SELECT type, schema, name, params FROM plpgsql_show_dependency_tb('good(int)') ORDER BY 1, 3;
SET plpgsql_check.mode = 'every_start';
SET plpgsql_check.fatal_errors = off;
SELECT good(1);
SELECT bad(1);
SET plpgsql_check.profiler = on;
SELECT good(2), good(3);
SELECT lineno, stmt_lineno, cmds_on_row, exec_stmts, source FROM plpgsql_profiler_function_tb('good(int)');
SELECT plpgsql_coverage_statements('good(int)'), plpgsql_coverage_branches('good(int)');
SELECT plpgsql_profiler_reset('good(int)');
SET plpgsql_check.enable_tracer = on;
SET plpgsql_check.tracer = on;
SET plpgsql_check.tracer_verbosity = terse;
DO $$ BEGIN NULL; END $$;
DROP EXTENSION plpgsql_check;
