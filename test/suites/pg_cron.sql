-- pg_cron: jobs in sessions of their own and in background workers, which run
-- them by SPI; good ones, failing ones, one that waits.
\set VERBOSITY terse
CREATE EXTENSION pg_cron;
CREATE TABLE done (job text, who text);
CREATE PROCEDURE await(what text) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 1400 LOOP
		PERFORM 1 FROM cron.job_run_details d JOIN cron.job j USING (jobid)
			WHERE j.jobname = what AND d.status IN ('succeeded', 'failed');
		IF FOUND THEN RAISE NOTICE '% has run', what; RETURN; END IF;
		COMMIT;
		PERFORM pg_sleep(0.1);
	END LOOP;
	RAISE NOTICE '% has not run', what;
END $$;
SELECT cron.schedule('writes', '* * * * *', $$INSERT INTO done VALUES ('writes', current_user)$$) > 0;
SELECT cron.schedule('two', '* * * * *', $$INSERT INTO done VALUES ('two', current_user); DELETE FROM done WHERE job = 'two'$$) > 0;
SELECT cron.schedule('fails', '* * * * *', $$SELECT 1/0$$) > 0;
SELECT cron.schedule('not there', '* * * * *', $$SELECT * FROM not_there$$) > 0;
SELECT cron.schedule('reads', '* * * * *', $$SELECT * FROM generate_series(1, 5)$$) > 0;
SELECT cron.schedule('vacuum', '* * * * *', $$VACUUM done$$) > 0;
CREATE ROLE suite_cron LOGIN;
GRANT USAGE ON SCHEMA cron TO suite_cron;
SET ROLE suite_cron;
SELECT cron.schedule('refused', '* * * * *', $$INSERT INTO done VALUES ('refused', current_user)$$) > 0;
RESET ROLE;
CALL await('writes');
CALL await('two');
CALL await('fails');
CALL await('not there');
CALL await('reads');
CALL await('vacuum');
CALL await('refused');
SELECT count(*) > 0 AS written, job FROM done GROUP BY job ORDER BY job;
SELECT DISTINCT j.jobname, d.status, d.username, d.return_message
	FROM cron.job_run_details d JOIN cron.job j USING (jobid)
	WHERE d.status IN ('succeeded', 'failed') ORDER BY 1, 2;
SELECT cron.alter_job(jobid, active := false) FROM cron.job WHERE jobname = 'reads';
SELECT cron.unschedule(jobname) FROM cron.job ORDER BY jobname;
SELECT cron.schedule('bad', 'every now and then', 'SELECT 1');
DROP EXTENSION pg_cron;
DROP ROLE suite_cron;
