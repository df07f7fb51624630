# columns, arguments, variables

UPDATE t SET password = 'hush', name = 'bob' WHERE id = '7'
=> UPDATE t SET password = '<redacted>', name = 'bob' WHERE id = '7'

SELECT 1 FROM t WHERE name = 'bob' AND t.password = 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE name = 'bob' AND t.password = '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE password = md5('hush' || 'salt') OR a = 'b'
=> SELECT 1 FROM t WHERE password = md5('<redacted>' || '<redacted>') OR a = 'b'

SELECT 1 WHERE password = encode(digest('hush', 'sha256'), 'hex') AND a = 'b'
=> SELECT 1 WHERE password = encode(digest('<redacted>', 'sha256'), 'hex') AND a = 'b'

SELECT 1 WHERE password IN ('hush', 'hush2') AND a = 'b'
=> SELECT 1 WHERE password IN ('<redacted>', '<redacted>') AND a = 'b'

SELECT 1 WHERE password <> 'hush' AND a <> 'b'
=> SELECT 1 WHERE password <> '<redacted>' AND a <> 'b'

SELECT 1 WHERE password::text = 'hush'::text AND a = 'b'
=> SELECT 1 WHERE password::text = '<redacted>'::text AND a = 'b'

UPDATE t SET "Password"='hush',a='b'
=> UPDATE t SET "Password"='<redacted>',a='b'

UPDATE t SET password = CASE WHEN a THEN 'hush' ELSE 'hush' END, b = 'c'
=> UPDATE t SET password = CASE WHEN a THEN '<redacted>' ELSE '<redacted>' END, b = 'c'

UPDATE t SET password = CAST('hush' AS text), b = 'c'
=> UPDATE t SET password = CAST('<redacted>' AS text), b = 'c'

UPDATE t SET password = text 'hush', b = 'c'
=> UPDATE t SET password = text '<redacted>', b = 'c'

UPDATE t SET tokens = 'a', token = ARRAY['hush']::text[], b = 'c'
=> UPDATE t SET tokens = 'a', token = ARRAY['<redacted>']::text[], b = 'c'

UPDATE t SET (a, password, b) = ('bob', 'hush', 'c') WHERE d = ('e')
=> UPDATE t SET (a, password, b) = ('bob', '<redacted>', 'c') WHERE d = ('e')

INSERT INTO t (name, password, a) VALUES ('bob', 'hush', 'c'), ('al', lower('hush'), 'd') RETURNING 'e'
=> INSERT INTO t (name, password, a) VALUES ('bob', '<redacted>', 'c'), ('al', lower('<redacted>'), 'd') RETURNING 'e'

INSERT INTO s.t AS x (name, "api_key") OVERRIDING USER VALUE VALUES ('bob', 'hush') ON CONFLICT (name) DO UPDATE SET a = 'b'
=> INSERT INTO s.t AS x (name, "api_key") OVERRIDING USER VALUE VALUES ('bob', '<redacted>') ON CONFLICT (name) DO UPDATE SET a = 'b'

INSERT INTO t (name, password) SELECT 'bob', 'hush' FROM u WHERE a = 'b'
=> INSERT INTO t (name, password) SELECT 'bob', '<redacted>' FROM u WHERE a = 'b'

MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, password) VALUES ('b', 'hush')
=> MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, password) VALUES ('b', '<redacted>')

SELECT f(a => 'b', p_password => 'hush', c := 'd')
=> SELECT f(a => 'b', p_password => '<redacted>', c := 'd')

CALL set_password('bob', 'hush')
=> CALL set_password('<redacted>', '<redacted>')

SELECT auth.check_password('hush'), 'bob'
=> SELECT auth.check_password('<redacted>'), 'bob'

ALTER TABLE t ADD COLUMN password varchar(20) NOT NULL DEFAULT 'hush', ADD a text DEFAULT 'b'
=> ALTER TABLE t ADD COLUMN password varchar(20) NOT NULL DEFAULT '<redacted>', ADD a text DEFAULT 'b'

ALTER TABLE t ALTER password SET DEFAULT 'hush'
=> ALTER TABLE t ALTER password SET DEFAULT '<redacted>'

SELECT jsonb_build_object('user', 'bob', 'password', 'hush', 'a', 'b')
=> SELECT jsonb_build_object('user', 'bob', 'password', '<redacted>', 'a', 'b')

SELECT 1 FROM t WHERE doc->>'password' = 'hush' AND doc->>'a' = 'b'
=> SELECT 1 FROM t WHERE doc->>'password' = '<redacted>' AND doc->>'a' = 'b'

INSERT INTO t VALUES ('{"user": "bob", "password": "hu\"hush", "a": "b"}')
=> INSERT INTO t VALUES ('{"user": "bob", "password": "<redacted>", "a": "b"}')

SELECT '{"token":"hush","n":{"api_key" : "hush"},"a":[1]}'::jsonb
=> SELECT '{"token":"<redacted>","n":{"api_key" : "<redacted>"},"a":[1]}'::jsonb

SELECT '{"password":["hush","hush"],"secret":{"k":"hush"},"a":"b"}'
=> SELECT '{"password":["<redacted>","<redacted>"],"secret":{"k":"<redacted>"},"a":"b"}'

SELECT net.http_post('https://h/', headers := '{"Authorization": "Bearer hush", "a": "b"}')
=> SELECT net.http_post('https://h/', headers := '{"Authorization": "<redacted>", "a": "b"}')

SELECT 'password=>"hush",a=>b'::hstore
=> SELECT 'password=>"<redacted>",a=>b'::hstore

# expressions around the name

SELECT 1 FROM t WHERE lower(password) = 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE lower(password) = '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE digest(t.password, 'sha1') = 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE digest(t.password, 'sha1') = '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE (name, password) = ('bob', 'hush')
=> SELECT 1 FROM t WHERE (name, password) = ('bob', '<redacted>')

SELECT 1 FROM t WHERE 'hush' = t.password AND 'b' = a
=> SELECT 1 FROM t WHERE '<redacted>' = t.password AND 'b' = a

SELECT 'hush' AS "Password", 'b' AS a
=> SELECT '<redacted>' AS "Password", 'b' AS a

SELECT 1 FROM t WHERE password IS NOT DISTINCT FROM 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE password IS NOT DISTINCT FROM '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE password = (SELECT 'hush' FROM u WHERE a = 'b')
=> SELECT 1 FROM t WHERE password = (SELECT '<redacted>' FROM u WHERE a = 'b')

INSERT INTO t (a, password) (SELECT 'b', 'hush' FROM u WHERE c = 'd')
=> INSERT INTO t (a, password) (SELECT 'b', '<redacted>' FROM u WHERE c = 'd')

SELECT jsonb_set(doc, '{auth,password}', '"hush"', true), 'a'
=> SELECT jsonb_set(doc, '{auth,password}', '<redacted>', true), 'a'

SELECT '<user>bob</user><password>hush</password>'::xml
=> SELECT '<user>bob</user><password><redacted></password>'::xml

SELECT http_post('https://h/', 'grant_type=password&password=hush&a=b')
=> SELECT http_post('https://h/', 'grant_type=password&password=<redacted>&a=b')

DO $$return f({headers: {"Authorization": "Bearer hush"}, token: "hush", a: "b"})$$ LANGUAGE plv8
=> DO $$return f({headers: {"Authorization": "<redacted>"}, token: "<redacted>", a: "b"})$$ LANGUAGE plv8

DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''' || 'hush' || ''''; PERFORM 'a'; END$$
=> DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''<redacted>' || '<redacted>' || '<redacted>'; PERFORM 'a'; END$$

# columns that are named behind or in front of their rows

MERGE INTO t USING (VALUES ('bob', 'hush'), ('al', 'hush')) AS v(name, password) ON t.name = v.name WHEN MATCHED THEN UPDATE SET a = 'b'
=> MERGE INTO t USING (VALUES ('bob', '<redacted>'), ('al', '<redacted>')) AS v(name, password) ON t.name = v.name WHEN MATCHED THEN UPDATE SET a = 'b'

WITH v(name, password) AS (VALUES ('bob', 'hush')) INSERT INTO t SELECT name, 'b' FROM v
=> WITH v(name, password) AS (VALUES ('bob', '<redacted>')) INSERT INTO t SELECT name, 'b' FROM v

WITH v (name, password) AS NOT MATERIALIZED (SELECT 'bob', 'hush' FROM t WHERE a = 'b') SELECT * FROM v
=> WITH v (name, password) AS NOT MATERIALIZED (SELECT 'bob', '<redacted>' FROM t WHERE a = 'b') SELECT * FROM v

SELECT * FROM (SELECT 'bob', 'hush') v(name, password) WHERE a = 'b'
=> SELECT * FROM (SELECT 'bob', '<redacted>') v(name, password) WHERE a = 'b'

SELECT * FROM (VALUES ('bob', 'b')) v(name, a) WHERE password IS NULL
==

# around a column

SELECT CASE password WHEN 'hush' THEN 'a' WHEN 'hush' THEN 'b' ELSE 'c' END, 'd'
=> SELECT CASE password WHEN '<redacted>' THEN 'a' WHEN '<redacted>' THEN 'b' ELSE 'c' END, 'd'

SELECT CASE lower(t.password) WHEN 'hush' THEN 'a' END, 'd'
=> SELECT CASE lower(t.password) WHEN '<redacted>' THEN 'a' END, 'd'

SELECT CASE a WHEN 'b' THEN password ELSE 'c' END
==

SELECT NULLIF(password, 'hush'), 'a'
=> SELECT NULLIF(password, '<redacted>'), 'a'

SELECT COALESCE('hush', t.password), nullif(a, 'b')
=> SELECT COALESCE('<redacted>', t.password), nullif(a, 'b')

SELECT greatest(password, 'hush'), least(a, 'b')
=> SELECT greatest(password, '<redacted>'), least(a, 'b')

SELECT 1 FROM t WHERE ARRAY[password] = ARRAY['hush'] AND a = 'b'
=> SELECT 1 FROM t WHERE ARRAY[password] = ARRAY['<redacted>'] AND a = 'b'

SELECT 1 FROM t WHERE ARRAY['hush', 'hush'] @> ARRAY[password] AND a = 'b'
=> SELECT 1 FROM t WHERE ARRAY['<redacted>', '<redacted>'] @> ARRAY[password] AND a = 'b'

SELECT 1 FROM t WHERE password = ANY (ARRAY['hush', 'hush']) AND a = 'b'
=> SELECT 1 FROM t WHERE password = ANY (ARRAY['<redacted>', '<redacted>']) AND a = 'b'

SELECT 1 FROM t WHERE 'hush' = lower(password) AND 'b' = lower(a)
=> SELECT 1 FROM t WHERE '<redacted>' = lower(password) AND 'b' = lower(a)

SELECT 1 FROM t WHERE password BETWEEN 'hush' AND 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE password BETWEEN '<redacted>' AND '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE password NOT BETWEEN SYMMETRIC 'hush' AND lower('hush') AND a = 'b'
=> SELECT 1 FROM t WHERE password NOT BETWEEN SYMMETRIC '<redacted>' AND lower('<redacted>') AND a = 'b'

