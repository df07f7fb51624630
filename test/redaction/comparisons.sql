# ways to compare a column that are no plain operator

SELECT 1 FROM t WHERE password SIMILAR TO 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE password SIMILAR TO '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE lower(password) NOT SIMILAR TO 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE lower(password) NOT SIMILAR TO '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE password OPERATOR(pg_catalog.=) 'hush' AND a OPERATOR(pg_catalog.=) 'b'
=> SELECT 1 FROM t WHERE password OPERATOR(pg_catalog.=) '<redacted>' AND a OPERATOR(pg_catalog.=) 'b'

SELECT 1 FROM t WHERE lower(password) OPERATOR(=) 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE lower(password) OPERATOR(=) '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE 'hush' OPERATOR(pg_catalog.=) password AND 'b' OPERATOR(pg_catalog.=) a
=> SELECT 1 FROM t WHERE '<redacted>' OPERATOR(pg_catalog.=) password AND 'b' OPERATOR(pg_catalog.=) a

SELECT 1 FROM t WHERE password COLLATE "C" = 'hush' AND a COLLATE "C" = 'b'
=> SELECT 1 FROM t WHERE password COLLATE "C" = '<redacted>' AND a COLLATE "C" = 'b'

SELECT 1 FROM t WHERE lower(password) COLLATE pg_catalog."C" LIKE 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE lower(password) COLLATE pg_catalog."C" LIKE '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE 'hush' COLLATE "C" = password AND 'b' COLLATE "C" = a
=> SELECT 1 FROM t WHERE '<redacted>' COLLATE "C" = password AND 'b' COLLATE "C" = a

SELECT 1 FROM t WHERE 'hush'::text = t.password AND 'b'::text = a
=> SELECT 1 FROM t WHERE '<redacted>'::text = t.password AND 'b'::text = a

SELECT 1 FROM t WHERE password||'' = 'hush' AND a||'' = 'b'
=> SELECT 1 FROM t WHERE password||'' = '<redacted>' AND a||'' = 'b'

SELECT 1 FROM t WHERE ''||password = 'hush' AND a = 'b'
=> SELECT 1 FROM t WHERE ''||password = '<redacted>' AND a = 'b'

SELECT 1 FROM t WHERE 'hush' = ''||password AND 'b' = ''||a
=> SELECT 1 FROM t WHERE '<redacted>' = ''||password AND 'b' = ''||a

SELECT 1 FROM t WHERE 'hush' IN (password) AND 'b' IN (a)
=> SELECT 1 FROM t WHERE '<redacted>' IN (password) AND 'b' IN (a)

SELECT 1 FROM t WHERE 'hush' NOT IN (a, lower(t.password)) AND 'b' NOT IN (a)
=> SELECT 1 FROM t WHERE '<redacted>' NOT IN (a, lower(t.password)) AND 'b' NOT IN (a)

SELECT 1 FROM t WHERE 'hush' LIKE password || '%' AND 'b' LIKE a
=> SELECT 1 FROM t WHERE '<redacted>' LIKE password || '%' AND 'b' LIKE a

SELECT 1 FROM t WHERE 'hush' SIMILAR TO password AND 'b' SIMILAR TO a
=> SELECT 1 FROM t WHERE '<redacted>' SIMILAR TO password AND 'b' SIMILAR TO a

SELECT 1 FROM t WHERE u&"\0070\0061\0073\0073\0077\006f\0072\0064" = 'hush' AND "u&" = 'b'
=> SELECT 1 FROM t WHERE u&"\0070\0061\0073\0073\0077\006f\0072\0064" = '<redacted>' AND "u&" = 'b'

SELECT 1 FROM t WHERE U&"passw!006Frd" UESCAPE '!' = 'hush' AND U&"d!0061" UESCAPE '!' = 'b'
=> SELECT 1 FROM t WHERE U&"passw!006Frd" UESCAPE '!' = '<redacted>' AND U&"d!0061" UESCAPE '!' = 'b'

SELECT 1 FROM t WHERE U&"passw\006Frd" = 'hush' AND U&"\0061" = 'b'
=> SELECT 1 FROM t WHERE U&"passw\006Frd" = '<redacted>' AND U&"\0061" = 'b'

SELECT 1 FROM t WHERE password ^@ 'hush' AND a ^@ 'b'
=> SELECT 1 FROM t WHERE password ^@ '<redacted>' AND a ^@ 'b'

SELECT 1 FROM t WHERE 'hush' ^@ password AND 'b' ^@ a
=> SELECT 1 FROM t WHERE '<redacted>' ^@ password AND 'b' ^@ a

SELECT starts_with(password, 'hush'), starts_with(a, 'b') FROM t
=> SELECT starts_with(password, '<redacted>'), starts_with(a, 'b') FROM t

SELECT position('hush' IN password), position('b' IN a), strpos(t.password, 'hush') FROM t
=> SELECT position('<redacted>' IN password), position('b' IN a), strpos(t.password, '<redacted>') FROM t

SELECT replace(password, 'hush', 'hush'), replace(a, 'b', 'c') FROM t
=> SELECT replace(password, '<redacted>', '<redacted>'), replace(a, 'b', 'c') FROM t

SELECT regexp_match(password, 'hush'), regexp_like(lower(password), 'hush'), regexp_replace(a, 'b', 'c') FROM t
=> SELECT regexp_match(password, '<redacted>'), regexp_like(lower(password), '<redacted>'), regexp_replace(a, 'b', 'c') FROM t

SELECT password || 'a' FROM t WHERE b = 'c'
==

# rows that are selected from

INSERT INTO u(name, password) SELECT * FROM (VALUES ('bob', 'hush')) v
=> INSERT INTO u(name, password) SELECT * FROM (VALUES ('bob', '<redacted>')) v

INSERT INTO u(name, password) SELECT * FROM (VALUES ('bob', 'hush'), ('joe', 'hush')) AS v(a, b) WHERE a = 'c'
=> INSERT INTO u(name, password) SELECT * FROM (VALUES ('bob', '<redacted>'), ('joe', '<redacted>')) AS v(a, b) WHERE a = 'c'

INSERT INTO u(name, password) SELECT b, a FROM (VALUES ('hush', 'bob')) v(a, b)
=> INSERT INTO u(name, password) SELECT b, a FROM (VALUES ('<redacted>', '<redacted>')) v(a, b)

UPDATE u SET password = v.p FROM (VALUES ('bob', 'hush')) v(n, p) WHERE name = n AND a = 'b'
=> UPDATE u SET password = v.p FROM (VALUES ('bob', '<redacted>')) v(n, p) WHERE name = n AND a = 'b'

UPDATE u SET password = v.p, token = v.q FROM (VALUES ('bob', 'hush', 'hush')) v(n, p, q) WHERE name = 'joe'
=> UPDATE u SET password = v.p, token = v.q FROM (VALUES ('<redacted>', '<redacted>', '<redacted>')) v(n, p, q) WHERE name = 'joe'

MERGE INTO u USING (VALUES ('bob', 'hush')) v(n, p) ON name = n WHEN MATCHED THEN UPDATE SET password = v.p
=> MERGE INTO u USING (VALUES ('<redacted>', '<redacted>')) v(n, p) ON name = n WHEN MATCHED THEN UPDATE SET password = v.p

MERGE INTO u USING (SELECT 'bob' AS n, 'hush' AS p) v ON name = n WHEN NOT MATCHED THEN INSERT (name, password) VALUES (n, p)
=> MERGE INTO u USING (SELECT '<redacted>' AS n, '<redacted>' AS p) v ON name = n WHEN NOT MATCHED THEN INSERT (name, password) VALUES (n, p)

MERGE INTO u USING (VALUES ('bob', 'a')) v(n, p) ON name = n WHEN MATCHED THEN UPDATE SET city = v.p
==

# CASE that is written to a column

UPDATE u SET password = CASE WHEN name = 'hush' THEN 'hush' ELSE 'hush' END WHERE a = 'b'
=> UPDATE u SET password = CASE WHEN name = '<redacted>' THEN '<redacted>' ELSE '<redacted>' END WHERE a = 'b'

INSERT INTO u(name, password) SELECT 'bob', CASE WHEN name = 'hush' THEN 'hush' END FROM t WHERE a = 'b'
=> INSERT INTO u(name, password) SELECT 'bob', CASE WHEN name = '<redacted>' THEN '<redacted>' END FROM t WHERE a = 'b'

UPDATE u SET (a, password) = (SELECT 'b', CASE WHEN c = 'hush' THEN 'hush' END)
=> UPDATE u SET (a, password) = (SELECT 'b', CASE WHEN c = '<redacted>' THEN '<redacted>' END)

SELECT CASE WHEN name = 'hush' THEN 'hush' END AS password, 'b' AS a
=> SELECT CASE WHEN name = '<redacted>' THEN '<redacted>' END AS password, 'b' AS a

# PL/pgSQL; none of these runs, as docs/redaction.md says what is recorded of them then

DO $$DECLARE v_password text; BEGIN SELECT 'hush' INTO v_password; SELECT 'a' INTO b; END$$
=> DO $$DECLARE v_password text; BEGIN SELECT '<redacted>' INTO v_password; SELECT 'a' INTO b; END$$

DO $$DECLARE v_password text; BEGIN SELECT 'bob', 'hush' INTO STRICT v_name, v_password FROM t WHERE a = 'b'; END$$
=> DO $$DECLARE v_password text; BEGIN SELECT 'bob', '<redacted>' INTO STRICT v_name, v_password FROM t WHERE a = 'b'; END$$

DO $$BEGIN SELECT 'bob', 'hush' FROM t WHERE a = 'b' INTO v_name, v_password; END$$
=> DO $$BEGIN SELECT 'bob', '<redacted>' FROM t WHERE a = 'b' INTO v_name, v_password; END$$

select 'hush' into password
=> select '<redacted>' into password

DO $$DECLARE c CURSOR (n text, p_password text) FOR SELECT 1; BEGIN OPEN c('bob', 'hush'); PERFORM f('a'); END$$
=> DO $$DECLARE c CURSOR (n text, p_password text) FOR SELECT 1; BEGIN OPEN c('bob', '<redacted>'); PERFORM f('a'); END$$

# SET with a list

set my.token to 5, 'hush'
=> set my.token to <redacted>, '<redacted>'

SET my.token = 'hush', 'hush', hush
=> SET my.token = '<redacted>', '<redacted>', <redacted>

SET my.token = -5, 'hush'
=> SET my.token = <redacted>, '<redacted>'

