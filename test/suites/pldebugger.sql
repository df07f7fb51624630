-- pldebugger: a library at the hooks of PL/pgSQL.  Nobody debugs: two sessions would have to.
\set VERBOSITY terse
CREATE EXTENSION pldbgapi;
CREATE FUNCTION f(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF i > 0 THEN RETURN f(i - 1); END IF;
	RETURN 0;
END $$;
SELECT f(3);
SELECT serverversionstr IS NOT NULL FROM pldbg_get_proxy_info();
SELECT returnset FROM pldbg_get_target_info('f(int)', 'f');
DROP EXTENSION pldbgapi;
