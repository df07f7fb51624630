-- pldebugger: a library at the hooks of PL/pgSQL, with the executor's hooks.
\set VERBOSITY terse
CREATE EXTENSION pldbgapi;
CREATE FUNCTION f(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF i > 0 THEN RETURN f(i - 1); END IF;
	RETURN 0;
END $$;
SELECT pldbg_create_listener() AS session \gset
SELECT pldbg_set_global_breakpoint(:session, 'f(int)'::regprocedure, -1, NULL);
SELECT func::regprocedure, linenumber FROM pldbg_get_breakpoints(:session);
SELECT pldbg_get_source(:session, 'f(int)'::regprocedure) ~ 'RETURN 0';
SELECT pldbg_drop_breakpoint(:session, 'f(int)'::regprocedure, -1);
SELECT f(3);
SELECT serverversionstr IS NOT NULL FROM pldbg_get_proxy_info();
SELECT returnset FROM pldbg_get_target_info('f(int)', 'f');
SELECT pldbg_abort_target(:session);
DROP EXTENSION pldbgapi;
