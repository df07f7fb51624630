-- orafce: C functions that read and write files, keep state in shared memory and build
-- queries of their own.
\set VERBOSITY terse
CREATE EXTENSION orafce;
CREATE TABLE emp (id int, name varchar2(10));
INSERT INTO emp VALUES (1, 'one'), (2, 'two');
SELECT oracle.sysdate() IS NOT NULL, oracle.nvl(NULL::text, 'x'), oracle.add_months(date '2001-01-31', 1);
SELECT dummy FROM oracle.dual;
SELECT dbms_output.enable();
SELECT dbms_output.put_line('a line');
SELECT lines FROM dbms_output.get_lines(10);
SELECT dbms_pipe.create_pipe('p');
SELECT dbms_pipe.pack_message('hello');
SELECT dbms_pipe.send_message('p');
SELECT dbms_pipe.receive_message('p', 1);
SELECT dbms_pipe.unpack_message_text();
SELECT dbms_alert.register('an_alert');
SELECT dbms_alert.signal('an_alert', 'said');
SELECT name, message FROM dbms_alert.waitone('an_alert', 1);
DO $$
DECLARE c int; n int; name text;
BEGIN
	c := dbms_sql.open_cursor();
	CALL dbms_sql.parse(c, 'SELECT id, name FROM emp WHERE id > :x');
	CALL dbms_sql.bind_variable(c, 'x', 1);
	CALL dbms_sql.define_column(c, 1, n);
	CALL dbms_sql.define_column(c, 2, name);
	PERFORM dbms_sql.execute(c);
	WHILE dbms_sql.fetch_rows(c) > 0 LOOP
		CALL dbms_sql.column_value(c, 2, name);
		RAISE NOTICE '%', name;
	END LOOP;
	CALL dbms_sql.close_cursor(c);
END $$;
INSERT INTO utl_file.utl_file_dir VALUES (utl_file.tmpdir());
DO $$
DECLARE f utl_file.file_type;
BEGIN
	f := utl_file.fopen(utl_file.tmpdir(), 'secaudit_suite.txt', 'w');
	PERFORM utl_file.put_line(f, 'a line');
	f := utl_file.fclose(f);
	f := utl_file.fopen(utl_file.tmpdir(), 'secaudit_suite.txt', 'r');
	RAISE NOTICE '%', utl_file.get_line(f);
	f := utl_file.fclose(f);
	PERFORM utl_file.fremove(utl_file.tmpdir(), 'secaudit_suite.txt');
END $$;
SELECT dbms_assert.enquote_literal('it''s'), dbms_assert.object_name('emp');
SELECT dbms_assert.object_name('not_there');
SELECT dbms_utility.format_call_stack() IS NOT NULL;
DROP TABLE emp;
DROP EXTENSION orafce;
