-- periods: system versioning and temporal keys, by triggers in C and event triggers that
-- run queries with SPI.
\set VERBOSITY terse
CREATE EXTENSION periods CASCADE;
CREATE TABLE emp (id int, s date, e date, name text);
SELECT periods.add_period('emp', 'valid', 's', 'e');
SELECT periods.add_unique_key('emp', ARRAY['id'], 'valid', key_name := 'emp_key');
CREATE TABLE dep (id int, s date, e date);
SELECT periods.add_period('dep', 'valid', 's', 'e');
SELECT periods.add_foreign_key('dep', ARRAY['id'], 'valid', 'emp_key');
SELECT periods.add_for_portion_view('emp', 'valid');
INSERT INTO emp VALUES (1, '2020-01-01', '2021-01-01', 'one');
INSERT INTO emp VALUES (1, '2020-06-01', '2020-07-01', 'overlaps');
INSERT INTO dep VALUES (1, '2020-02-01', '2020-03-01');
INSERT INTO dep VALUES (1, '2022-02-01', '2022-03-01');
DELETE FROM emp;
UPDATE emp__for_portion_of_valid SET s = '2020-03-01', e = '2020-04-01', name = 'changed' WHERE id = 1;
SELECT * FROM emp ORDER BY s;
CREATE TABLE versioned (id int PRIMARY KEY, v text);
SELECT periods.add_system_time_period('versioned');
SELECT periods.add_system_versioning('versioned');
INSERT INTO versioned VALUES (1, 'a');
UPDATE versioned SET v = 'b';
DELETE FROM versioned;
SELECT id, v FROM versioned_history ORDER BY 2;
INSERT INTO versioned_history SELECT * FROM versioned_history;
ALTER TABLE versioned RENAME TO renamed;
DROP TABLE emp;
SELECT periods.drop_system_versioning('versioned');
SELECT periods.drop_foreign_key('dep', 'dep_id_valid');
DROP TABLE dep;
DROP EXTENSION periods CASCADE;
