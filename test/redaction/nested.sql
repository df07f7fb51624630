# text in text

DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''hush'''; END$$
=> DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''<redacted>'''; END$$

DO $$DECLARE password text := 'hush'; a text := 'b'; BEGIN END$$
=> DO $$DECLARE password text := '<redacted>'; a text := 'b'; BEGIN END$$

DO 'BEGIN EXECUTE ''ALTER ROLE x PASSWORD ''''hu''''''''hush'''' LOGIN''; END'
=> DO 'BEGIN EXECUTE ''ALTER ROLE x PASSWORD ''''<redacted>'''' LOGIN''; END'

SELECT E'ALTER ROLE x\nPASSWORD \'hush\' LOGIN'
=> SELECT E'ALTER ROLE x\nPASSWORD \'<redacted>\' LOGIN'

SELECT E'ALTER ROLE x PASSWORD \047hush\x27 LOGIN'
=> SELECT E'ALTER ROLE x PASSWORD \047<redacted>\x27 LOGIN'

DO $a$BEGIN EXECUTE $b$ALTER ROLE x PASSWORD 'hush'$b$; PERFORM 'b'; END$a$
=> DO $a$BEGIN EXECUTE $b$ALTER ROLE x PASSWORD '<redacted>'$b$; PERFORM 'b'; END$a$

SELECT 'ALTER ROLE x '
'PASSWORD ''hush'' LOGIN'
=> SELECT 'ALTER ROLE x '
=> 'PASSWORD ''<redacted>'' LOGIN'

DO $$BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'bob', 'hush'); RAISE NOTICE 'done'; END$$
=> DO $$BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', '<redacted>', '<redacted>'); RAISE NOTICE 'done'; END$$

SELECT format('SET app.token =%L', 'hush'), 'a'
=> SELECT format('SET app.token =%L', '<redacted>'), 'a'

SELECT format('host=%s password=%s', 'h', 'hush'), 'a'
=> SELECT format('host=%s password=%s', '<redacted>', '<redacted>'), 'a'

DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ' || quote_literal('hush') || ' LOGIN'; PERFORM 'a'; END$$
=> DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ' || quote_literal('<redacted>') || '<redacted>'; PERFORM 'a'; END$$

SELECT dblink('host=h password=' || 'hush', 'a')
=> SELECT dblink('host=h password=' || '<redacted>', 'a')

DO $$password = 'hush'
name = 'bob'$$ LANGUAGE plpython3u
=> DO $$password = '<redacted>'
=> name = 'bob'$$ LANGUAGE plpython3u

DO $$
c = connect("host=h password=hush")
password = p_word
$$ LANGUAGE plpython3u
=> DO $$
=> c = connect("host=h password=<redacted>")
=> password = p_word
=> $$ LANGUAGE plpython3u

