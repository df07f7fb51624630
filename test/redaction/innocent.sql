# nothing is hidden

SELECT 1
==

SELECT password FROM t WHERE name = 'bob'
==

SELECT password, 'a', "password", 'b' FROM t
==

SELECT password AS "x", 'a'
==

SELECT t.password.x, 'a' FROM password.t WHERE b = 'c'
==

SELECT 'a' FROM token WHERE b = 'c'
==

SELECT 'a' FROM token t JOIN secret s ON s.a = t.a AND s.b = 'c'
==

SELECT 'a' || password || 'b' FROM t
==

SELECT count(password), 'a' FROM t GROUP BY password HAVING max(b) = 'c'
==

SELECT * FROM t WHERE password = $1 AND name = 'bob'
==

SELECT * FROM t WHERE password = other AND name = 'bob'
==

SELECT * FROM t WHERE password IS NOT NULL AND name = 'bob'
==

SELECT * FROM t WHERE password = (SELECT p FROM u WHERE name = 'bob')
==

SELECT * FROM t WHERE name IN ('password', 'bob')
==

SELECT * FROM t WHERE kind = 'password' AND name = 'bob'
==

UPDATE t SET password = p.password, name = 'bob' FROM p WHERE p.a = 'b'
==

UPDATE token SET name = 'bob'
==

DELETE FROM secret WHERE name = 'bob'
==

INSERT INTO password (name, a) VALUES ('bob', 'b')
==

INSERT INTO password VALUES ('bob')
==

INSERT INTO t (password, a) VALUES ($1, 'b') ON CONFLICT DO NOTHING
==

CREATE TABLE password (name text DEFAULT 'bob', password text)
==

CREATE TYPE token AS ENUM ('a', 'b')
==

CREATE INDEX i ON t (password) WHERE name = ('bob')
==

CREATE ROLE password LOGIN
==

CREATE ROLE x IN ROLE password LOGIN VALID UNTIL '2030-01-01'
==

ALTER ROLE x PASSWORD NULL VALID UNTIL '2030-01-01'
==

ALTER ROLE x VALID UNTIL '2030-01-01' -- PASSWORD 'a'
==

ALTER ROLE x /* PASSWORD 'a' /* 'b' */ PASSWORD 'c' */ LOGIN
==

ALTER ROLE x PASSWORD
==

CREATE USER MAPPING FOR password SERVER s OPTIONS (user 'bob')
==

GRANT password TO bob
==

ALTER TABLE t RENAME COLUMN password TO pwd_hash
==

ALTER TABLE t ALTER COLUMN password TYPE text, ALTER a SET DEFAULT 'b'
==

COMMENT ON COLUMN t.password IS 'a hash'
==

SECURITY LABEL FOR secaudit ON COLUMN t.password IS 'pci'
==

SET password_encryption = 'scram-sha-256'
==

SET password_encryption TO md5
==

SET app.password TO DEFAULT
==

SHOW password_encryption
==

SET SESSION AUTHORIZATION 'alice'
==

CREATE SCHEMA AUTHORIZATION alice CREATE TABLE t (a text DEFAULT 'b')
==

SELECT set_config('search_path', 'public', false)
==

SELECT set_config('password_encryption', 'md5', false)
==

SELECT set_config('search_path', 'token_1', false), f('app.key', 'a')
==

UPDATE t SET key = 'a', token_1 = 'b' WHERE password_file = 'c'
==

DO $$BEGIN UPDATE t SET api_key_id = 'a'; END$$
==

ALTER TABLE t SET SCHEMA key_a, ALTER token_1 SET DEFAULT 'a'
==

ALTER ROLE x SET search_path TO token_1, 'app.key'
==

ALTER SERVER s OPTIONS (SET key_column 'a')
==

ALTER FUNCTION f() SET app.token_1 FROM CURRENT SET a.b = 'c', 'd'
==

SELECT a FROM t WHERE key = 'b' AND t.key = 'c' FOR KEY SHARE
==

SELECT md5('a'), digest('a', 'md5'), sha256('a')
==

SELECT md5abcdef, 'md50123456789abcdef' FROM t
==

SELECT gen_salt('bf'), armor('a'), pgp_pub_encrypt('a', dearmor('b'))
==

SELECT count(password), 'a' AS b FROM t WHERE 'c' = d
==

SELECT * FROM logs WHERE msg LIKE '%password=%' AND name = 'bob'
==

SELECT * FROM t WHERE password IS NULL AND name = 'bob'
==

DO $$BEGIN IF password IS NULL THEN x := 'a'; END IF; END$$
==

NOTIFY token, 'payload'
==

CREATE POLICY p ON token USING (name = 'bob')
==

SELECT jsonb_build_object('user', 'bob', 'kind', 'password')
==

SELECT '{"kind": "password", "name": "bob", "tokens": "x"}'::jsonb
==

SELECT 'http://host:8080/path?a=b@c', 'mailto:bob@example.org'
==

SELECT 'https://user@host/', 'a://b:/c@d'
==

SELECT 'Enter your password: ', 'the token is lost', 'password'
==

COPY t FROM PROGRAM 'psql --no-password --password -h h --token-file f'
==

COPY t FROM PROGRAM 'x --password'
==

SELECT 'a b-token c', 'd - token e'
==

SELECT 'it''s a secret', 'no private key here'
==

SELECT format('%s has no password', 'bob')
==

DO $$BEGIN IF v_password = p_password THEN RAISE NOTICE 'same'; END IF; END$$
==

DO $$BEGIN IF has_password THEN x := 'a'; END IF; UPDATE t SET password=p_new WHERE a='b'; END$$
==

CREATE FUNCTION f(password text) RETURNS text LANGUAGE sql AS 'SELECT a FROM t WHERE password=$1 AND b=''c'''
==

CREATE FUNCTION f(password text, b text DEFAULT 'c') RETURNS text LANGUAGE sql AS $$SELECT 'd'$$
==

SELECT $1$2, $a, $ $, 'password'
==

"password 'a
==

SELECT 'abc -- password
==

/* PASSWORD 'x'
==

SELECT B'101', X'1F', U&"d\0061t", U&'\0041', 'crypt'
==

