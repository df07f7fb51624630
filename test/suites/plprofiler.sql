-- plprofiler: counts at the hooks of PL/pgSQL, in this session and in shared memory.
\set VERBOSITY terse
CREATE EXTENSION plprofiler;
CREATE TABLE t (a int);
CREATE FUNCTION inner_one(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO t VALUES (i);
	RETURN i;
END $$;
CREATE FUNCTION outer_one() RETURNS int LANGUAGE plpgsql AS $$
DECLARE n int := 0;
BEGIN
	FOR i IN 1 .. 5 LOOP
		n := n + inner_one(i);
	END LOOP;
	BEGIN
		PERFORM 1/0;
	EXCEPTION WHEN division_by_zero THEN NULL;
	END;
	RETURN n;
END $$;
SELECT pl_profiler_set_enabled_local(true);
SELECT outer_one();
SELECT func_oid::regproc, line_number, exec_count FROM pl_profiler_linestats_local()
	WHERE exec_count > 0 ORDER BY 1, 2;
SELECT pl_profiler_get_stack(stack) IS NOT NULL, call_count FROM pl_profiler_callgraph_local() ORDER BY 2;
SELECT pl_profiler_collect_data() >= 0;
SELECT count(*) > 0 FROM pl_profiler_linestats_shared();
SELECT count(*) > 0 FROM pl_profiler_funcs_source(pl_profiler_func_oids_local());
SELECT pl_profiler_set_enabled_local(false);
SELECT pl_profiler_reset_local();
SELECT pl_profiler_reset_shared();
DROP EXTENSION plprofiler;
