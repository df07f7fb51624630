--
-- Errors wherever they can come from, transactions and what becomes of them.
--
SELECT;
SELEC 1;
SELECT 'not terminated;
';
SELECT * FROM nowhere;
SELECT nothing FROM shop.card;
SELECT 1 / 0;
SELECT 'x'::int;
INSERT INTO shop.card VALUES (1);
ALTER ROLE nobody PASSWORD 'secret';
CREATE TABLE shop.card (a int);
DROP TABLE nowhere;
GRANT SELECT ON shop.card TO nobody;
SELECT json_build_object('password', 'secret')::int;
BEGIN;
SELECT 1 / 0;
SELECT 1;
COMMIT;

-- subtransactions
BEGIN;
INSERT INTO shop.copy VALUES (1);
SAVEPOINT a;
INSERT INTO shop.copy VALUES (2);
SAVEPOINT b;
SELECT 1 / 0;
ROLLBACK TO b;
RELEASE b;
ROLLBACK TO a;
COMMIT AND CHAIN;
INSERT INTO shop.copy VALUES (3);
ROLLBACK AND CHAIN;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
COMMIT;
BEGIN;
INSERT INTO shop.copy VALUES (4);
PREPARE TRANSACTION 'one';
COMMIT PREPARED 'one';
BEGIN;
INSERT INTO shop.copy VALUES (5);
PREPARE TRANSACTION 'two';
ROLLBACK PREPARED 'two';
ROLLBACK PREPARED 'three';

-- exceptions
CREATE FUNCTION shop.tries(n int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	done int := 0;
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			INSERT INTO shop.card VALUES (i, 'x', 'y');
			done := done + 1;
		EXCEPTION
			WHEN unique_violation THEN
				PERFORM count(*) FROM shop.card WHERE id = i;
			WHEN OTHERS THEN
				RAISE;
		END;
	END LOOP;
	RETURN done;
END $$;
SELECT shop.tries(10);
CREATE FUNCTION shop.deep(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	IF n = 0 THEN
		RAISE EXCEPTION 'at the bottom' USING ERRCODE = 'P0042', DETAIL = 'a detail', HINT = 'a hint';
	END IF;
	EXECUTE format('SELECT shop.deep(%s)', n - 1);
	RETURN n;
EXCEPTION WHEN division_by_zero THEN
	RETURN 0;
END $$;
SELECT shop.deep(5);
CREATE FUNCTION shop.endless() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE OR REPLACE FUNCTION shop.endless() RETURNS int LANGUAGE sql AS 'SELECT shop.endless()';
SET max_stack_depth = '200kB';
SELECT shop.endless();
RESET max_stack_depth;
CREATE PROCEDURE shop.commits() LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 3 LOOP
		INSERT INTO shop.copy VALUES (i);
		IF i = 2 THEN ROLLBACK; ELSE COMMIT; END IF;
	END LOOP;
END $$;
CALL shop.commits();
BEGIN;
CALL shop.commits();
ROLLBACK;
CREATE FUNCTION shop.rows() RETURNS SETOF shop.card LANGUAGE plpgsql AS
	$$ BEGIN RETURN QUERY SELECT * FROM shop.card; RETURN QUERY SELECT * FROM shop.copy; END $$;
SELECT count(*) FROM shop.rows();
DO $$
DECLARE
	c CURSOR FOR SELECT * FROM shop.card;
	r record;
BEGIN
	OPEN c;
	FETCH c INTO r;
	PERFORM 1 / 0;
EXCEPTION WHEN division_by_zero THEN
	RAISE NOTICE 'caught';
END $$;
SET statement_timeout = '100ms';
SELECT pg_sleep(5);
RESET statement_timeout;
SET lock_timeout = '10ms';
SET CONSTRAINTS ALL DEFERRED;
DROP OWNED BY clerk;
DROP SCHEMA shop CASCADE;
