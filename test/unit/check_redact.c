/*-------------------------------------------------------------------------
 *
 * check_redact.c
 *	  Secrets in SQL text are hidden, and nothing else is.
 *
 * Two tables, one of texts with secrets and one of innocent texts, carry most
 * of it.  In the first, every secret contains the letters "hush", so that no
 * mistake in an expected text can hide that one was let through.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"
#include "core/redact/words.h"

static char   storage[1 << 16];
static AudBuf out;

static const AudRedactPolicy policy = {.mode = AUD_REDACT_SECRETS};
static const AudRedactPolicy backslash_policy = {.backslash = true};

static unsigned int
redacted(const char *sql)
{
	aud_buf_init(&out, storage, sizeof(storage));
	return aud_redact_sql(&out, &policy, sql, strlen(sql));
}

#define R "<redacted>"

static const struct
{
	const char *sql;
	const char *redacted;
} secrets[] = {
	/* roles */
	{"ALTER ROLE x SUPERUSER PASSWORD 'hush' CREATEDB",
	 "ALTER ROLE x SUPERUSER PASSWORD '" R "' CREATEDB"},
	{"create user x with encrypted password 'hush' valid until '2030-01-01'",
	 "create user x with encrypted password '" R "' valid until '2030-01-01'"},
	{"CREATE ROLE x UNENCRYPTED PASSWORD\n\t'hush'",
	 "CREATE ROLE x UNENCRYPTED PASSWORD\n\t'" R "'"},
	{"CREATE ROLE x PaSsWoRd'hush'LOGIN", "CREATE ROLE x PaSsWoRd'" R "'LOGIN"},
	{"ALTER ROLE password PASSWORD 'hush' LOGIN",
	 "ALTER ROLE password PASSWORD '" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD /* the 'new' one */ 'hush' -- ok",
	 "ALTER ROLE x PASSWORD /* the 'new' one */ '" R "' -- ok"},
	{"ALTER ROLE x PASSWORD ''", "ALTER ROLE x PASSWORD '" R "'"},
	/* all forms of literals */
	{"ALTER ROLE x PASSWORD 'it''s hush' LOGIN",
	 "ALTER ROLE x PASSWORD '" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD E'a\\'hush' LOGIN",
	 "ALTER ROLE x PASSWORD E'" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD E'a\\\\' LOGIN",
	 "ALTER ROLE x PASSWORD E'" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD U&'\\0068ush' UESCAPE '!'",
	 "ALTER ROLE x PASSWORD U&'" R "' UESCAPE '!'"},
	{"ALTER ROLE x PASSWORD N'hush' LOGIN",
	 "ALTER ROLE x PASSWORD N'" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD $$hush$$ LOGIN",
	 "ALTER ROLE x PASSWORD $$" R "$$ LOGIN"},
	{"ALTER ROLE x PASSWORD $a$hu$$sh'$a$ LOGIN",
	 "ALTER ROLE x PASSWORD $a$" R "$a$ LOGIN"},
	{"ALTER ROLE x PASSWORD 'hu'\n  'hush' LOGIN",
	 "ALTER ROLE x PASSWORD '" R "' LOGIN"},
	{"ALTER ROLE x PASSWORD 'hu' -- go on\n\n 'hush' LOGIN",
	 "ALTER ROLE x PASSWORD '" R "' LOGIN"},
	/* unterminated, broken, or without quotes */
	{"ALTER ROLE x PASSWORD 'hush", "ALTER ROLE x PASSWORD '" R},
	{"ALTER ROLE x PASSWORD E'hush\\'", "ALTER ROLE x PASSWORD E'" R},
	{"ALTER ROLE x PASSWORD $a$hush$b$", "ALTER ROLE x PASSWORD $a$" R},
	{"ALTER ROLE x PASSWORD 'it's hush' LOGIN", "ALTER ROLE x PASSWORD '" R},
	{"ALTER ROLE x PASSWORD hush42", "ALTER ROLE x PASSWORD " R},
	{"ALTER ROLE x PASSWORD hush! VALID UNTIL '2030-01-01'",
	 "ALTER ROLE x PASSWORD " R " VALID UNTIL '2030-01-01'"},
	{"ALTER ROLE x PASSWORD 42hush;", "ALTER ROLE x PASSWORD " R ";"},
	{"ALTER ROLE x PASSWORD #hush", "ALTER ROLE x PASSWORD " R},
	{"ALTER ROLE x PASSWORD \"hush\" LOGIN",
	 "ALTER ROLE x PASSWORD \"" R "\" LOGIN"},
	{"ALTER ROLE x PASSWORD = 'hush'", "ALTER ROLE x PASSWORD = '" R "'"},
	{"ALTER ROLE x PASSWORD = hush LOGIN", "ALTER ROLE x PASSWORD = " R " LOGIN"},
	{"ALTER ROLE x PASSWORD AS 'hush'", "ALTER ROLE x PASSWORD " R " '" R "'"},
	{"CREATE USER x IDENTIFIED BY 'hush'", "CREATE USER x IDENTIFIED BY '" R "'"},
	{"CREATE USER x IDENTIFIED BY hush", "CREATE USER x IDENTIFIED BY " R},
	{"SELECT 'a; ALTER ROLE x PASSWORD 'hush'",
	 "SELECT 'a; ALTER ROLE x PASSWORD '" R "'"},
	/* foreign servers, subscriptions */
	{"CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password 'hush')",
	 "CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password '" R "')"},
	{"ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password 'hush', ADD user 'bob')",
	 "ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password '" R
	 "', ADD user 'bob')"},
	{"CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', aws_secret_access_key 'hush', region 'eu')",
	 "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', aws_secret_access_key '" R
	 "', region 'eu')"},
	{"CREATE FOREIGN DATA WRAPPER w OPTIONS (\"Api_Key\" 'hush')",
	 "CREATE FOREIGN DATA WRAPPER w OPTIONS (\"Api_Key\" '" R "')"},
	{"CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=hush dbname=d' PUBLICATION p",
	 "CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=" R
	 " dbname=d' PUBLICATION p"},
	{"ALTER SUBSCRIPTION s CONNECTION 'password = hush host=h'",
	 "ALTER SUBSCRIPTION s CONNECTION 'password = " R " host=h'"},
	{"ALTER SUBSCRIPTION s CONNECTION 'host=h password=''hu sh\\'' hush'' dbname=d'",
	 "ALTER SUBSCRIPTION s CONNECTION 'host=h password=''" R "'' dbname=d'"},
	{"ALTER SUBSCRIPTION s CONNECTION 'host=h password=hu\\ hush dbname=d'",
	 "ALTER SUBSCRIPTION s CONNECTION 'host=h password=" R " dbname=d'"},
	{"ALTER SUBSCRIPTION s CONNECTION 'postgresql://u:hush@h:5432/d?sslmode=require'",
	 "ALTER SUBSCRIPTION s CONNECTION 'postgresql://u:" R
	 "@h:5432/d?sslmode=require'"},
	{"ALTER SUBSCRIPTION s CONNECTION 'postgres://u:hu@hush@h/d'",
	 "ALTER SUBSCRIPTION s CONNECTION 'postgres://u:" R "@h/d'"},
	{"ALTER SUBSCRIPTION s CONNECTION 'postgres://h/d?user=u&password=hush&sslmode=require'",
	 "ALTER SUBSCRIPTION s CONNECTION 'postgres://h/d?user=u&password=" R
	 "&sslmode=require'"},
	{"ALTER SYSTEM SET primary_conninfo = 'host=h password=hush user=u'",
	 "ALTER SYSTEM SET primary_conninfo = '" R "'"},
	{"SELECT * FROM dblink('host=x password=hush', 'SELECT 1') AS t(a int)",
	 "SELECT * FROM dblink('host=x password=" R "', 'SELECT 1') AS t(a int)"},
	{"SELECT dblink_connect('c', 'sslpassword=hush')",
	 "SELECT dblink_connect('c', 'sslpassword=" R "')"},
	{"SELECT 'Driver={x};Uid=u;Pwd=hush;Db=d'",
	 "SELECT 'Driver={x};Uid=u;Pwd=" R ";Db=d'"},
	{"COPY t FROM PROGRAM 'PGPASSWORD=hush psql -h h -c \"select 1\"'",
	 "COPY t FROM PROGRAM 'PGPASSWORD=" R " psql -h h -c \"select 1\"'"},
	{"COPY t FROM PROGRAM 'psql \"host=h password=hush user=u\" -c x'",
	 "COPY t FROM PROGRAM 'psql \"host=h password=" R " user=u\" -c x'"},
	{"COPY t FROM PROGRAM 'curl --password=hush http://h/'",
	 "COPY t FROM PROGRAM 'curl --password=" R " http://h/'"},
	{"COPY t FROM PROGRAM 'mysql --password hush --host h'",
	 "COPY t FROM PROGRAM 'mysql --password " R " --host h'"},
	{"COPY t FROM PROGRAM 'x -v --Api-Key  hush\"hush a'",
	 "COPY t FROM PROGRAM 'x -v --Api-Key  " R " a'"},
	{"COPY t FROM PROGRAM 'x --api-key=hush a'",
	 "COPY t FROM PROGRAM 'x --api-key=" R " a'"},
	{"COPY t FROM PROGRAM 'x --token \"hush hush\" a'",
	 "COPY t FROM PROGRAM 'x --token \"" R "\" a'"},
	{"COPY t FROM PROGRAM 'x --token ''hush hush'' a'",
	 "COPY t FROM PROGRAM 'x --token ''" R "'' a'"},
	{"COPY t FROM PROGRAM 'sh -c \"x --pass hush\" a'",
	 "COPY t FROM PROGRAM 'sh -c \"x --pass " R "\" a'"},
	{"COPY t FROM PROGRAM 'x -password hush'",
	 "COPY t FROM PROGRAM 'x -password " R "'"},
	{"CREATE FOREIGN TABLE t (a text) SERVER s OPTIONS (program 'x --secret-key hush', format 'csv')",
	 "CREATE FOREIGN TABLE t (a text) SERVER s OPTIONS (program 'x --secret-key " R
	 "', format 'csv')"},
	{"SELECT format('x --token %s', 'hush'), 'a'",
	 "SELECT format('x --token %s', '" R "'), 'a'"},
	{"SELECT 'x --token ' || 'hush', 'a'", "SELECT 'x --token ' || '" R "', 'a'"},
	{"COPY t FROM PROGRAM 'curl -H \"Authorization: Bearer hush\" http://h'",
	 "COPY t FROM PROGRAM 'curl -H \"Authorization: " R "\" http://h'"},
	/* settings */
	{"SET app.password = 'hush'", "SET app.password = '" R "'"},
	{"SET LOCAL app.api_key TO 'hush'", "SET LOCAL app.api_key TO '" R "'"},
	{"SET app.client_secret TO hush", "SET app.client_secret TO " R},
	{"SET app.token = 42hush", "SET app.token = " R},
	{"SET app.token = \"hush\"", "SET app.token = \"" R "\""},
	{"ALTER ROLE x SET app.password TO hush",
	 "ALTER ROLE x SET app.password TO " R},
	{"ALTER SYSTEM SET app.token = 'hush'",
	 "ALTER SYSTEM SET app.token = '" R "'"},
	{"SET app.token_1='hush'", "SET app.token_1='" R "'"},
	{"SET SESSION \"app\".\"Password_File\" TO 'hush'",
	 "SET SESSION \"app\".\"Password_File\" TO '" R "'"},
	{"SET \"my.pass.word\" = hush", "SET \"my.pass.word\" = " R},
	{"SET my . pass . word = 'hush'", "SET my . pass . word = '" R "'"},
	{"SET app.password_encryption = 'hush'",
	 "SET app.password_encryption = '" R "'"},
	{"SET app.key = 'hush'", "SET app.key = '" R "'"},
	{"SET key.of_it = 'hush'", "SET key.of_it = '" R "'"},
	{"SET app.conninfo TO 'hush'", "SET app.conninfo TO '" R "'"},
	{"SET app.token_1 = 'hush', 'hush', hush",
	 "SET app.token_1 = '" R "', '" R "', " R},
	{"ALTER ROLE x IN DATABASE d SET app.secret_x TO 'hush'",
	 "ALTER ROLE x IN DATABASE d SET app.secret_x TO '" R "'"},
	{"ALTER SYSTEM SET ssl_passphrase_command='echo hush'",
	 "ALTER SYSTEM SET ssl_passphrase_command='" R "'"},
	{"ALTER SYSTEM SET ssl_key_file = '/hush'",
	 "ALTER SYSTEM SET ssl_key_file = '" R "'"},
	{"CREATE FUNCTION f(a text DEFAULT 'b') RETURNS int LANGUAGE sql SET app.token_1 = hush AS 'SELECT 1'",
	 "CREATE FUNCTION f(a text DEFAULT 'b') RETURNS int LANGUAGE sql SET app.token_1 = " R
	 " AS 'SELECT 1'"},
	{"DO $$BEGIN SET app.token_1 = 'hush'; PERFORM 'a'; END$$",
	 "DO $$BEGIN SET app.token_1 = '" R "'; PERFORM 'a'; END$$"},
	{"DO $$BEGIN EXECUTE 'SET app.key TO ''hush'''; END$$",
	 "DO $$BEGIN EXECUTE 'SET app.key TO ''" R "'''; END$$"},
	{"SELECT set_config('app.password_1','hush',false), 'a'",
	 "SELECT set_config('app.password_1','" R "',false), 'a'"},
	{"DO $$BEGIN PERFORM set_config('app.key', 'hush', true); END$$",
	 "DO $$BEGIN PERFORM set_config('app.key', '" R "', true); END$$"},
	{"SELECT set_config('primary_conninfo', 'hush', true)",
	 "SELECT set_config('primary_conninfo', '" R "', true)"},
	{"SELECT set_config('app.password', 'hush', false)",
	 "SELECT set_config('app.password', '" R "', false)"},
	{"SELECT pg_catalog.set_config('app.jwt_token', 'hu' || 'hush', true), 'bob'",
	 "SELECT pg_catalog.set_config('app.jwt_token', '" R "' || '" R
	 "', true), 'bob'"},
	/* columns, arguments, variables */
	{"UPDATE t SET password = 'hush', name = 'bob' WHERE id = '7'",
	 "UPDATE t SET password = '" R "', name = 'bob' WHERE id = '7'"},
	{"SELECT 1 FROM t WHERE name = 'bob' AND t.password = 'hush' AND a = 'b'",
	 "SELECT 1 FROM t WHERE name = 'bob' AND t.password = '" R "' AND a = 'b'"},
	{"SELECT 1 FROM t WHERE password = md5('hush' || 'salt') OR a = 'b'",
	 "SELECT 1 FROM t WHERE password = md5('" R "' || '" R "') OR a = 'b'"},
	{"SELECT 1 WHERE password = encode(digest('hush', 'sha256'), 'hex') AND a = 'b'",
	 "SELECT 1 WHERE password = encode(digest('" R
	 "', 'sha256'), 'hex') AND a = 'b'"},
	{"SELECT 1 WHERE password IN ('hush', 'hush2') AND a = 'b'",
	 "SELECT 1 WHERE password IN ('" R "', '" R "') AND a = 'b'"},
	{"SELECT 1 WHERE password <> 'hush' AND a <> 'b'",
	 "SELECT 1 WHERE password <> '" R "' AND a <> 'b'"},
	{"SELECT 1 WHERE password::text = 'hush'::text AND a = 'b'",
	 "SELECT 1 WHERE password::text = '" R "'::text AND a = 'b'"},
	{"UPDATE t SET \"Password\"='hush',a='b'",
	 "UPDATE t SET \"Password\"='" R "',a='b'"},
	{"UPDATE t SET password = CASE WHEN a THEN 'hush' ELSE 'hush' END, b = 'c'",
	 "UPDATE t SET password = CASE WHEN a THEN '" R "' ELSE '" R "' END, b = 'c'"},
	{"UPDATE t SET password = CAST('hush' AS text), b = 'c'",
	 "UPDATE t SET password = CAST('" R "' AS text), b = 'c'"},
	{"UPDATE t SET password = text 'hush', b = 'c'",
	 "UPDATE t SET password = text '" R "', b = 'c'"},
	{"UPDATE t SET tokens = 'a', token = ARRAY['hush']::text[], b = 'c'",
	 "UPDATE t SET tokens = 'a', token = ARRAY['" R "']::text[], b = 'c'"},
	{"UPDATE t SET (a, password, b) = ('bob', 'hush', 'c') WHERE d = ('e')",
	 "UPDATE t SET (a, password, b) = ('bob', '" R "', 'c') WHERE d = ('e')"},
	{"INSERT INTO t (name, password, a) VALUES ('bob', 'hush', 'c'), ('al', lower('hush'), 'd') RETURNING 'e'",
	 "INSERT INTO t (name, password, a) VALUES ('bob', '" R
	 "', 'c'), ('al', lower('" R "'), 'd') RETURNING 'e'"},
	{"INSERT INTO s.t AS x (name, \"api_key\") OVERRIDING USER VALUE VALUES ('bob', 'hush') ON CONFLICT (name) DO UPDATE SET a = 'b'",
	 "INSERT INTO s.t AS x (name, \"api_key\") OVERRIDING USER VALUE VALUES ('bob', '" R
	 "') ON CONFLICT (name) DO UPDATE SET a = 'b'"},
	{"INSERT INTO t (name, password) SELECT 'bob', 'hush' FROM u WHERE a = 'b'",
	 "INSERT INTO t (name, password) SELECT 'bob', '" R "' FROM u WHERE a = 'b'"},
	{"MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, password) VALUES ('b', 'hush')",
	 "MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT (a, password) VALUES ('b', '" R
	 "')"},
	{"SELECT f(a => 'b', p_password => 'hush', c := 'd')",
	 "SELECT f(a => 'b', p_password => '" R "', c := 'd')"},
	{"CALL set_password('bob', 'hush')", "CALL set_password('" R "', '" R "')"},
	{"SELECT auth.check_password('hush'), 'bob'",
	 "SELECT auth.check_password('" R "'), 'bob'"},
	{"ALTER TABLE t ADD COLUMN password varchar(20) NOT NULL DEFAULT 'hush', ADD a text DEFAULT 'b'",
	 "ALTER TABLE t ADD COLUMN password varchar(20) NOT NULL DEFAULT '" R
	 "', ADD a text DEFAULT 'b'"},
	{"ALTER TABLE t ALTER password SET DEFAULT 'hush'",
	 "ALTER TABLE t ALTER password SET DEFAULT '" R "'"},
	{"SELECT jsonb_build_object('user', 'bob', 'password', 'hush', 'a', 'b')",
	 "SELECT jsonb_build_object('user', 'bob', 'password', '" R "', 'a', 'b')"},
	{"SELECT 1 FROM t WHERE doc->>'password' = 'hush' AND doc->>'a' = 'b'",
	 "SELECT 1 FROM t WHERE doc->>'password' = '" R "' AND doc->>'a' = 'b'"},
	{"INSERT INTO t VALUES ('{\"user\": \"bob\", \"password\": \"hu\\\"hush\", \"a\": \"b\"}')",
	 "INSERT INTO t VALUES ('{\"user\": \"bob\", \"password\": \"" R
	 "\", \"a\": \"b\"}')"},
	{"SELECT '{\"token\":\"hush\",\"n\":{\"api_key\" : \"hush\"},\"a\":[1]}'::jsonb",
	 "SELECT '{\"token\":\"" R "\",\"n\":{\"api_key\" : \"" R
	 "\"},\"a\":[1]}'::jsonb"},
	{"SELECT '{\"password\":[\"hush\",\"hush\"],\"secret\":{\"k\":\"hush\"},\"a\":\"b\"}'",
	 "SELECT '{\"password\":[\"" R "\",\"" R "\"],\"secret\":{\"k\":\"" R
	 "\"},\"a\":\"b\"}'"},
	{"SELECT net.http_post('https://h/', headers := '{\"Authorization\": \"Bearer hush\", \"a\": \"b\"}')",
	 "SELECT net.http_post('https://h/', headers := '{\"Authorization\": \"" R
	 "\", \"a\": \"b\"}')"},
	{"SELECT 'password=>\"hush\",a=>b'::hstore",
	 "SELECT 'password=>\"" R "\",a=>b'::hstore"},
	/* pgcrypto and its like */
	{"SELECT pgp_sym_encrypt('data', 'hush'), 'a'",
	 "SELECT pgp_sym_encrypt('data', '" R "'), 'a'"},
	{"SELECT pgp_sym_decrypt(col, 'hush', 'cipher-algo=aes256')",
	 "SELECT pgp_sym_decrypt(col, '" R "', 'cipher-algo=aes256')"},
	{"SELECT pgp_pub_decrypt(col, dearmor('hush'), 'hush')",
	 "SELECT pgp_pub_decrypt(col, dearmor('" R "'), '" R "')"},
	{"SELECT public.crypt('hush', gen_salt('bf', 8))",
	 "SELECT public.crypt('" R "', gen_salt('bf', 8))"},
	{"SELECT hmac('data', 'hush', 'sha256')",
	 "SELECT hmac('data', '" R "', 'sha256')"},
	{"SELECT encrypt(a, decode('hush', 'hex'), 'aes'), decrypt_iv(a, 'hush', 'iv', 'aes')",
	 "SELECT encrypt(a, decode('" R "', 'hex'), 'aes'), decrypt_iv(a, '" R
	 "', 'iv', 'aes')"},
	{"SELECT vault.create_secret('hush', 'name', 'text')",
	 "SELECT vault.create_secret('" R "', 'name', 'text')"},
	{"SELECT dearmor('-----BEGIN PGP PRIVATE KEY BLOCK-----\nhush\n-----END PGP PRIVATE KEY BLOCK-----')",
	 "SELECT dearmor('-----BEGIN PGP PRIVATE KEY BLOCK" R "')"},
	{"SELECT f('-----BEGIN RSA PRIVATE KEY-----\nhush\n')",
	 "SELECT f('-----BEGIN RSA PRIVATE KEY" R "')"},
	/* text in text */
	{"DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''hush'''; END$$",
	 "DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''" R "'''; END$$"},
	{"DO $$DECLARE password text := 'hush'; a text := 'b'; BEGIN END$$",
	 "DO $$DECLARE password text := '" R "'; a text := 'b'; BEGIN END$$"},
	{"DO 'BEGIN EXECUTE ''ALTER ROLE x PASSWORD ''''hu''''''''hush'''' LOGIN''; END'",
	 "DO 'BEGIN EXECUTE ''ALTER ROLE x PASSWORD ''''" R "'''' LOGIN''; END'"},
	{"SELECT E'ALTER ROLE x\\nPASSWORD \\'hush\\' LOGIN'",
	 "SELECT E'ALTER ROLE x\\nPASSWORD \\'" R "\\' LOGIN'"},
	{"SELECT E'ALTER ROLE x PASSWORD \\047hush\\x27 LOGIN'",
	 "SELECT E'ALTER ROLE x PASSWORD \\047" R "\\x27 LOGIN'"},
	{"DO $a$BEGIN EXECUTE $b$ALTER ROLE x PASSWORD 'hush'$b$; PERFORM 'b'; END$a$",
	 "DO $a$BEGIN EXECUTE $b$ALTER ROLE x PASSWORD '" R
	 "'$b$; PERFORM 'b'; END$a$"},
	{"SELECT 'ALTER ROLE x '\n'PASSWORD ''hush'' LOGIN'",
	 "SELECT 'ALTER ROLE x '\n'PASSWORD ''" R "'' LOGIN'"},
	{"DO $$BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'bob', 'hush'); RAISE NOTICE 'done'; END$$",
	 "DO $$BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', '" R "', '" R
	 "'); RAISE NOTICE 'done'; END$$"},
	{"SELECT format('SET app.token =%L', 'hush'), 'a'",
	 "SELECT format('SET app.token =%L', '" R "'), 'a'"},
	{"SELECT format('host=%s password=%s', 'h', 'hush'), 'a'",
	 "SELECT format('host=%s password=%s', '" R "', '" R "'), 'a'"},
	{"DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ' || quote_literal('hush') || ' LOGIN'; PERFORM 'a'; END$$",
	 "DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ' || quote_literal('" R
	 "') || '" R "'; PERFORM 'a'; END$$"},
	{"SELECT dblink('host=h password=' || 'hush', 'a')",
	 "SELECT dblink('host=h password=' || '" R "', 'a')"},
	{"DO $$password = 'hush'\nname = 'bob'$$ LANGUAGE plpython3u",
	 "DO $$password = '" R "'\nname = 'bob'$$ LANGUAGE plpython3u"},
	{"DO $$\nc = connect(\"host=h password=hush\")\npassword = p_word\n$$ LANGUAGE plpython3u",
	 "DO $$\nc = connect(\"host=h password=" R
	 "\")\npassword = p_word\n$$ LANGUAGE plpython3u"},
	/* foreign and broken quoting, in the places where it is met */
	{"ALTER ROLE x PASSWORD \xE2\x80\x98hush hush\xE2\x80\x99 LOGIN",
	 "ALTER ROLE x PASSWORD " R " LOGIN"},
	{"ALTER ROLE x PASSWORD `hush hush` LOGIN",
	 "ALTER ROLE x PASSWORD " R " LOGIN"},
	{"ALTER ROLE x PASSWORD : 'hush'", "ALTER ROLE x PASSWORD " R " '" R "'"},
	{"ALTER ROLE x PASSWORD [hush]", "ALTER ROLE x PASSWORD " R},
	{"ALTER ROLE x PASSWORD ('hush') LOGIN",
	 "ALTER ROLE x PASSWORD ('" R "') LOGIN"},
	{"ALTER ROLE x PASSWORD (SELECT 'hush')",
	 "ALTER ROLE x PASSWORD (" R " '" R "')"},
	/* expressions around the name */
	{"SELECT 1 FROM t WHERE lower(password) = 'hush' AND a = 'b'",
	 "SELECT 1 FROM t WHERE lower(password) = '" R "' AND a = 'b'"},
	{"SELECT 1 FROM t WHERE digest(t.password, 'sha1') = 'hush' AND a = 'b'",
	 "SELECT 1 FROM t WHERE digest(t.password, 'sha1') = '" R "' AND a = 'b'"},
	{"SELECT 1 FROM t WHERE (name, password) = ('bob', 'hush')",
	 "SELECT 1 FROM t WHERE (name, password) = ('bob', '" R "')"},
	{"SELECT 1 FROM t WHERE 'hush' = t.password AND 'b' = a",
	 "SELECT 1 FROM t WHERE '" R "' = t.password AND 'b' = a"},
	{"SELECT 'hush' AS \"Password\", 'b' AS a",
	 "SELECT '" R "' AS \"Password\", 'b' AS a"},
	{"SELECT 1 FROM t WHERE password IS NOT DISTINCT FROM 'hush' AND a = 'b'",
	 "SELECT 1 FROM t WHERE password IS NOT DISTINCT FROM '" R "' AND a = 'b'"},
	{"SELECT 1 FROM t WHERE password = (SELECT 'hush' FROM u WHERE a = 'b')",
	 "SELECT 1 FROM t WHERE password = (SELECT '" R "' FROM u WHERE a = 'b')"},
	{"INSERT INTO t (a, password) (SELECT 'b', 'hush' FROM u WHERE c = 'd')",
	 "INSERT INTO t (a, password) (SELECT 'b', '" R "' FROM u WHERE c = 'd')"},
	{"SELECT jsonb_set(doc, '{auth,password}', '\"hush\"', true), 'a'",
	 "SELECT jsonb_set(doc, '{auth,password}', '" R "', true), 'a'"},
	{"SELECT '<user>bob</user><password>hush</password>'::xml",
	 "SELECT '<user>bob</user><password>" R "</password>'::xml"},
	{"SELECT http_post('https://h/', 'grant_type=password&password=hush&a=b')",
	 "SELECT http_post('https://h/', 'grant_type=password&password=" R "&a=b')"},
	{"DO $$return f({headers: {\"Authorization\": \"Bearer hush\"}, token: \"hush\", a: \"b\"})$$ LANGUAGE plv8",
	 "DO $$return f({headers: {\"Authorization\": \"" R "\"}, token: \"" R
	 "\", a: \"b\"})$$ LANGUAGE plv8"},
	{"DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''' || 'hush' || ''''; PERFORM 'a'; END$$",
	 "DO $$BEGIN EXECUTE 'ALTER ROLE x PASSWORD ''" R "' || '" R "' || '" R
	 "'; PERFORM 'a'; END$$"},
	/* verifiers, wherever they are */
	{"ALTER ROLE x PASSWORD 'SCRAM-SHA-256$4096:hush$a:b='",
	 "ALTER ROLE x PASSWORD '" R "'"},
	{"SELECT * FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$4096:hush$ab/+=:cd=' OR a = 'b'",
	 "SELECT * FROM pg_authid WHERE rolpassword LIKE '" R "' OR a = 'b'"},
	{"SELECT 'x', 'is SCRAM-SHA-256$4096:hush$ab/+=:cd= here'",
	 "SELECT 'x', 'is " R " here'"},
	{"SELECT 'md50123456789abcdef0123456789ABCDEF', 'hu'", "SELECT '" R "', 'hu'"},
};

START_TEST(a_secret_is_hidden_and_nothing_else)
{
	const char *sql = secrets[_i].sql;

	ck_assert_uint_eq(redacted(sql), AUD_REDACTED_SECRET);
	ck_assert_str_eq(out.data, secrets[_i].redacted);
	ck_assert_ptr_null(strstr(out.data, "hush"));
	ck_assert(!out.truncated);
	ck_assert(aud_redact_may_apply(&policy, sql, strlen(sql)));
}
END_TEST

START_TEST(what_has_been_redacted_stays_as_it_is)
{
	redacted(secrets[_i].redacted);
	ck_assert_str_eq(out.data, secrets[_i].redacted);
}
END_TEST

static const char *const innocent[] = {
	"",
	"SELECT 1",
	"SELECT password FROM t WHERE name = 'bob'",
	"SELECT password, 'a', \"password\", 'b' FROM t",
	"SELECT password AS \"x\", 'a'",
	"SELECT t.password.x, 'a' FROM password.t WHERE b = 'c'",
	"SELECT 'a' FROM token WHERE b = 'c'",
	"SELECT 'a' FROM token t JOIN secret s ON s.a = t.a AND s.b = 'c'",
	"SELECT 'a' || password || 'b' FROM t",
	"SELECT count(password), 'a' FROM t GROUP BY password HAVING max(b) = 'c'",
	"SELECT * FROM t WHERE password = $1 AND name = 'bob'",
	"SELECT * FROM t WHERE password = other AND name = 'bob'",
	"SELECT * FROM t WHERE password IS NOT NULL AND name = 'bob'",
	"SELECT * FROM t WHERE password = (SELECT p FROM u WHERE name = 'bob')",
	"SELECT * FROM t WHERE name IN ('password', 'bob')",
	"SELECT * FROM t WHERE kind = 'password' AND name = 'bob'",
	"UPDATE t SET password = p.password, name = 'bob' FROM p WHERE p.a = 'b'",
	"UPDATE token SET name = 'bob'",
	"DELETE FROM secret WHERE name = 'bob'",
	"INSERT INTO password (name, a) VALUES ('bob', 'b')",
	"INSERT INTO password VALUES ('bob')",
	"INSERT INTO t (password, a) VALUES ($1, 'b') ON CONFLICT DO NOTHING",
	"CREATE TABLE password (name text DEFAULT 'bob', password text)",
	"CREATE TYPE token AS ENUM ('a', 'b')",
	"CREATE INDEX i ON t (password) WHERE name = ('bob')",
	"CREATE ROLE password LOGIN",
	"CREATE ROLE x IN ROLE password LOGIN VALID UNTIL '2030-01-01'",
	"ALTER ROLE x PASSWORD NULL VALID UNTIL '2030-01-01'",
	"ALTER ROLE x VALID UNTIL '2030-01-01' -- PASSWORD 'a'",
	"ALTER ROLE x /* PASSWORD 'a' /* 'b' */ PASSWORD 'c' */ LOGIN",
	"ALTER ROLE x PASSWORD",
	"CREATE USER MAPPING FOR password SERVER s OPTIONS (user 'bob')",
	"GRANT password TO bob",
	"ALTER TABLE t RENAME COLUMN password TO pwd_hash",
	"ALTER TABLE t ALTER COLUMN password TYPE text, ALTER a SET DEFAULT 'b'",
	"COMMENT ON COLUMN t.password IS 'a hash'",
	"SECURITY LABEL FOR secaudit ON COLUMN t.password IS 'pci'",
	"SET password_encryption = 'scram-sha-256'",
	"SET password_encryption TO md5",
	"SET app.password TO DEFAULT",
	"SHOW password_encryption",
	"SET SESSION AUTHORIZATION 'alice'",
	"CREATE SCHEMA AUTHORIZATION alice CREATE TABLE t (a text DEFAULT 'b')",
	"SELECT set_config('search_path', 'public', false)",
	"SELECT set_config('password_encryption', 'md5', false)",
	"SELECT set_config('search_path', 'token_1', false), f('app.key', 'a')",
	"UPDATE t SET key = 'a', token_1 = 'b' WHERE password_file = 'c'",
	"DO $$BEGIN UPDATE t SET api_key_id = 'a'; END$$",
	"ALTER TABLE t SET SCHEMA key_a, ALTER token_1 SET DEFAULT 'a'",
	"ALTER ROLE x SET search_path TO token_1, 'app.key'",
	"ALTER SERVER s OPTIONS (SET key_column 'a')",
	"ALTER FUNCTION f() SET app.token_1 FROM CURRENT SET a.b = 'c', 'd'",
	"SELECT a FROM t WHERE key = 'b' AND t.key = 'c' FOR KEY SHARE",
	"SELECT md5('a'), digest('a', 'md5'), sha256('a')",
	"SELECT md5abcdef, 'md50123456789abcdef' FROM t",
	"SELECT gen_salt('bf'), armor('a'), pgp_pub_encrypt('a', dearmor('b'))",
	"SELECT count(password), 'a' AS b FROM t WHERE 'c' = d",
	"SELECT * FROM logs WHERE msg LIKE '%password=%' AND name = 'bob'",
	"SELECT * FROM t WHERE password IS NULL AND name = 'bob'",
	"DO $$BEGIN IF password IS NULL THEN x := 'a'; END IF; END$$",
	"NOTIFY token, 'payload'",
	"CREATE POLICY p ON token USING (name = 'bob')",
	"SELECT jsonb_build_object('user', 'bob', 'kind', 'password')",
	"SELECT '{\"kind\": \"password\", \"name\": \"bob\", \"tokens\": \"x\"}'::jsonb",
	"SELECT 'http://host:8080/path?a=b@c', 'mailto:bob@example.org'",
	"SELECT 'https://user@host/', 'a://b:/c@d'",
	"SELECT 'Enter your password: ', 'the token is lost', 'password'",
	"COPY t FROM PROGRAM 'psql --no-password --password -h h --token-file f'",
	"COPY t FROM PROGRAM 'x --password'",
	"SELECT 'a b-token c', 'd - token e'",
	"SELECT 'it''s a secret', 'no private key here'",
	"SELECT format('%s has no password', 'bob')",
	"DO $$BEGIN IF v_password = p_password THEN RAISE NOTICE 'same'; END IF; END$$",
	"DO $$BEGIN IF has_password THEN x := 'a'; END IF; UPDATE t SET password=p_new WHERE a='b'; END$$",
	"CREATE FUNCTION f(password text) RETURNS text LANGUAGE sql AS 'SELECT a FROM t WHERE password=$1 AND b=''c'''",
	"CREATE FUNCTION f(password text, b text DEFAULT 'c') RETURNS text LANGUAGE sql AS $$SELECT 'd'$$",
	"SELECT $1$2, $a, $ $, 'password'",
	"\"password 'a",
	"SELECT 'abc -- password",
	"/* PASSWORD 'x'",
	"SELECT B'101', X'1F', U&\"d\\0061t\", U&'\\0041', 'crypt'",
};

START_TEST(an_innocent_text_is_left_alone)
{
	ck_assert_uint_eq(redacted(innocent[_i]), 0);
	ck_assert_str_eq(out.data, innocent[_i]);
}
END_TEST

START_TEST(a_backslash_quotes_a_quote_where_the_session_says_so)
{
	static const char sql[] = "ALTER ROLE x PASSWORD 'a\\'hush' LOGIN";

	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert_uint_eq(aud_redact_sql(&out, &backslash_policy, sql, strlen(sql)),
					  AUD_REDACTED_SECRET);
	ck_assert_str_eq(out.data, "ALTER ROLE x PASSWORD '" R "' LOGIN");
	redacted("ALTER ROLE x PASSWORD 'a\\' LOGIN");
	ck_assert_str_eq(out.data, "ALTER ROLE x PASSWORD '" R "' LOGIN");
}
END_TEST

/* One run per size: whatever fits is a prefix of the whole, secrets hidden. */
START_TEST(a_short_buffer_cuts_the_text_and_bares_no_secret)
{
	static const char sql[] =
		"ALTER ROLE \"\xC3\xA9\" PASSWORD 'hush'; SET app.token = 'hush'";
	char small[80];
	char whole[80];

	redacted(sql);
	memcpy(whole, out.data, out.len + 1);
	aud_buf_init(&out, small, (size_t) _i + 1);
	ck_assert_uint_eq(aud_redact_sql(&out, &policy, sql, strlen(sql)),
					  AUD_REDACTED_SECRET);
	ck_assert(out.truncated == (strlen(whole) > (size_t) _i));
	ck_assert_mem_eq(out.data, whole, out.len);
	ck_assert_ptr_null(strstr(out.data, "hush"));
	ck_assert(out.len == 0 || (unsigned char) out.data[out.len - 1] != 0xC3);
}
END_TEST

static void
note_secret(AudRedactSink *sink, size_t from, size_t to)
{
	(void) from;
	(void) to;
	sink->reason = AUD_REDACTED_SECRET;
}

/* What a scan finds that does not ask the quick test first. */
static bool
scan_finds(const char *sql, size_t len)
{
	AudRedactSink sink = {.policy = &policy, .hide = note_secret};
	AudLevel      level;

	aud_lex_source(&level, sql, len);
	aud_scan_text(&sink, &level);
	return sink.reason != 0;
}

/* One letter of PASSWORD missing, doubled, another, or moved; anywhere. */
START_TEST(the_quick_test_notices_every_mistyped_password)
{
	static const char right[] = "PASSWORD";
	const size_t      n = sizeof(right) - 1;

	for (size_t at = 0; at < n; at++)
		for (int how = 0; how < 4; how++)
			for (int pad = 0; pad < 40; pad++)
			{
				char   word[16];
				char   sql[128];
				size_t rest = how == 0 || how == 2 ? at + 1 : at;

				snprintf(word,
						 sizeof(word),
						 "%.*s%s%s",
						 (int) at,
						 right,
						 how == 1 || how == 2 ? "q" : "",
						 right + rest);
				if (how == 3 && at + 1 < n)
				{
					word[at] = right[at + 1];
					word[at + 1] = right[at];
				}
				snprintf(sql, sizeof(sql), "ALTER ROLE %*s %s 'hush'", pad, "a", word);
				REQUIRE(scan_finds(sql, strlen(sql)));
				REQUIRE(aud_redact_may_apply(&policy, sql, strlen(sql)));
				REQUIRE(aud_redact_has_hint_bytewise(sql, strlen(sql)));
			}
}
END_TEST

/* Every keyword and function of the tables, as soon as it is followed by one. */
START_TEST(the_quick_test_notices_every_name_of_a_secret)
{
	static const char *const names[] = {
		"password",    "passwd",      "passphrase",     "passcode",
		"pwd",         "pass",        "user_pass",      "secret",
		"token",       "credential",  "credentials",    "apikey",
		"api_key",     "jwt",         "accesskey",      "access_key",
		"account_key", "auth_key",    "encryption_key", "master_key",
		"privatekey",  "private_key", "secretkey",      "secret_key",
		"shared_key",  "signing_key",
	};

	for (int i = 0; i < COUNT(names); i++)
	{
		char sql[128];

		ck_assert_int_ne(aud_redact_secrecy(&policy, names[i], strlen(names[i])),
						 AUD_SECRECY_NONE);
		for (int pad = 0; pad < 40; pad++)
		{
			snprintf(sql, sizeof(sql), "%*s%s='hush'", pad, "", names[i]);
			ck_assert(aud_redact_may_apply(&policy, sql, strlen(sql)));
			ck_assert_uint_eq(redacted(sql), AUD_REDACTED_SECRET);
		}
	}
}
END_TEST

/* At any distance from the beginning, as the test goes by steps of sixteen. */
static void
is_noticed(const char *word)
{
	for (int pad = 0; pad < 40; pad++)
	{
		char sql[128];

		snprintf(sql, sizeof(sql), "%*s%s", pad, "", word);
		for (int behind = 0; behind < 2; behind++)
		{
			ck_assert_msg(aud_redact_may_apply(&policy, sql, strlen(sql)),
						  "%s",
						  sql);
			ck_assert_msg(aud_redact_has_hint_bytewise(sql, strlen(sql)),
						  "%s",
						  sql);
			strcat(sql, " 'x' OR name = 'some more text'");
		}
	}
}

static void
is_noticed_in_any_case(const char *word)
{
	char as[64];

	for (int which = 0; which < 4; which++)
	{
		size_t n = 0;

		for (; word[n] != '\0'; n++)
			as[n] =
				(char) (which == 1 || (which > 1 && n % 2 == (size_t) which % 2)
							? toupper((unsigned char) word[n])
							: word[n]);
		as[n] = '\0';
		is_noticed(as);
	}
}

/* What is added to a table and not to the quick test would leak silently. */
START_TEST(the_quick_test_notices_every_word_of_the_tables)
{
	static const char *const others[] = {"authorization: x",
										 "cookie: x",
										 "private key",
										 "identified by",
										 "sig=x",
										 "://u:x@h",
										 "scram-sha-256$",
										 "md5",
										 "eyjhbgcioijiuzi1nij9",
										 " -u a:x",
										 " -px",
										 " --user a:x",
										 " --proxy-user a:x",
										 "u&\"p\\0061ssw\\006Frd\"",
										 "abc8q~"};
	int                      count = 0;

	for (size_t i = 0; aud_redact_nth_word(i) != NULL; i++, count++)
		is_noticed_in_any_case(aud_redact_nth_word(i));
	for (size_t i = 0; aud_redact_nth_prefix(i) != NULL; i++, count++)
		is_noticed(aud_redact_nth_prefix(i));
	for (int i = 0; i < COUNT(others); i++)
		is_noticed_in_any_case(others[i]);
	ck_assert_int_ge(count, 60);
}
END_TEST

START_TEST(names_that_only_look_like_secrets_are_none)
{
	static const char *const names[] = {"bypass",
										"tokens",
										"password_encryption",
										"keyboard",
										"primary_key",
										"passport",
										""};

	for (int i = 0; i < COUNT(names); i++)
		ck_assert_int_eq(aud_redact_secrecy(&policy, names[i], strlen(names[i])),
						 AUD_SECRECY_NONE);
	ck_assert_int_eq(aud_redact_secrecy(&policy, "app.user_password", 17),
					 AUD_SECRECY_PASSWORD);
}
END_TEST

/* Does the text of a statement hide values of this setting? */
static void
check_setting(const char *name, unsigned int reasons)
{
	static const char *const forms[] = {"SET \"%s\" = 'hush'",
										"ALTER SYSTEM SET \"%s\" TO 'hush'",
										"SELECT set_config('%s', 'hush', true)"};
	char                     sql[128];

	for (int i = 0; i < COUNT(forms); i++)
	{
		snprintf(sql, sizeof(sql), forms[i], name);
		ck_assert_msg(redacted(sql) == reasons, "%s", sql);
	}
}

/* What is a secret in a text is one in a setting, and some more are. */
START_TEST(the_value_of_a_setting_that_sounds_secret_is_one)
{
	static const char *const secret[] =
		{"app.Password",
		 "app.dbpassword",
		 "app.user_pwd",
		 "pass",
		 "my.pass.word",
		 "app.api-key",
		 "app.token",
		 "app.token_1",
		 "app.jwt.claims",
		 "app.old_passwd_hash",
		 "app.passphrase",
		 "ssl_passphrase_command",
		 "app.credentials",
		 "app.credential_a",
		 "app.secret_name",
		 "app.apikey",
		 "app.key",
		 "key.of_it",
		 "ssl_key_file",
		 "primary_conninfo",
		 "a.long_name_before_the_word_that_says_it_password"};
	static const char *const harmless[] = {"password_encryption",
										   "PASSWORD_ENCRYPTION",
										   "bypass",
										   "app.tokens",
										   "app.keyboard",
										   "app.monkey",
										   "conninformation",
										   "krb_server_keyfile",
										   "work_mem",
										   "_",
										   ""};

	for (int i = 0; i < COUNT(secret); i++)
	{
		ck_assert_msg(aud_redact_is_secret_setting(&policy, secret[i]),
					  "%s",
					  secret[i]);
		check_setting(secret[i], AUD_REDACTED_SECRET);
	}
	for (int i = 0; i < COUNT(harmless); i++)
	{
		ck_assert_msg(!aud_redact_is_secret_setting(&policy, harmless[i]),
					  "%s",
					  harmless[i]);
		check_setting(harmless[i], 0);
	}
}
END_TEST

static const struct
{
	const char *text;
	const char *redacted;
} texts[] = {
	{"host=h password=hush", "host=h password=" R},
	{"password = 'hu sh' host=h", "password = '" R "' host=h"},
	{"postgres://u:hush@h/d", "postgres://u:" R "@h/d"},
	{"{\"password\":\"hush\"}", "{\"password\":\"" R "\"}"},
	{"ALTER ROLE x PASSWORD 'hush'", "ALTER ROLE x PASSWORD '" R "'"},
	{"it's a text with password=hush in it",
	 "it's a text with password=" R " in it"},
	{"x --password hush", "x --password " R},
	{"--token 'hush hush'; y", "--token '" R "'; y"},
	{"could not connect: --password=hush", "could not connect: --password=" R},
	{"a plain value, no password in it", "a plain value, no password in it"},
};

START_TEST(a_value_that_is_not_sql_is_redacted_too)
{
	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_text(&out, &policy, texts[_i].text, strlen(texts[_i].text));
	ck_assert_str_eq(out.data, texts[_i].redacted);
}
END_TEST

static const struct
{
	const char *sql;
	const char *message;
	const char *redacted;
} messages[] = {
	{"ALTER ROLE x PASSWORD hush42",
	 "syntax error at or near \"hush42\"",
	 "syntax error at or near \"" R "\""},
	{"ALTER ROLE x PASSWORD hush!42",
	 "Syntaxfehler bei \xC2\xBBhush\xC2\xAB",
	 "Syntaxfehler bei \xC2\xBB" R "\xC2\xAB"},
	{"ALTER ROLE x PASSWORD 'a' 'hush'",
	 "syntax error at or near \"x\"",
	 "syntax error at or near \"x\""},
	{"ALTER ROLE x PASSWORD 'it's hush'",
	 "syntax error at or near \"s hush\"",
	 "syntax error at or near \"" R "\""},
	{"SELECT 1 WHERE password = 'hush'::int",
	 "invalid input syntax for type integer: \"hush\"",
	 "invalid input syntax for type integer: \"" R "\""},
	{"SELECT 'hush'::int",
	 "invalid input syntax for type integer: \"hush\"",
	 "invalid input syntax for type integer: \"hush\""},
	{"ALTER ROLE x PASSWORD pw",
	 "syntax error at or near \"pw\"",
	 "syntax error at or near \"" R "\""},
	{"ALTER ROLE hushed PASSWORD 'hush'",
	 "role \"hushed\" does not exist",
	 "role \"hushed\" does not exist"},
	/* the server's own words say nothing of a secret that begins or ends like them,
	 * unless they are hidden: then that tells what it begins or ends with */
	{"ALTER ROLE x PASSWORD 'tooshrt'",
	 "password is too short",
	 "password is too short"},
	{"ALTER ROLE x PASSWORD 'alessnicelongpassword'",
	 "password must contain both letters and nonletters",
	 "password must contain both letters and nonletters"},
	{"ALTER ROLE x PASSWORD 'xyzuser1'",
	 "password must not contain user name",
	 "password must not contain user name"},
	{"ALTER ROLE x PASSWORD 123hush",
	 "trailing junk after numeric literal at or near \"123h\"",
	 "trailing junk after numeric literal at or near \"" R "\""},
	{"SELECT f(password => 'hush hunter')", "no entry for hunter", "no entry for" R},
	{"SELECT f(password => 'hush')", "no entry for hush", "no entry for " R},
};

static void
redact_message(const char *message, size_t len, const char *sql)
{
	AudRedactSource source = {sql, strlen(sql)};

	aud_buf_init(&out, storage, sizeof(storage));
	aud_redact_message(&out, &policy, message, len, &source, 1);
}

START_TEST(a_message_does_not_tell_what_its_statement_hides)
{
	redact_message(messages[_i].message,
				   strlen(messages[_i].message),
				   messages[_i].sql);
	ck_assert_str_eq(out.data, messages[_i].redacted);
}
END_TEST

START_TEST(a_message_hides_the_last_of_many_secrets_too)
{
	static char       sql[20000] = "INSERT INTO t (password) VALUES ('x0')";
	static const char message[] = "key \"(password)=(hush999)\" exists";

	for (int i = 1; i < 1000; i++)
		sprintf(sql + strlen(sql), ",('hush%d')", i);
	redact_message(message, strlen(message), sql);
	ck_assert_str_eq(out.data, "key \"(password)=(" R ")\" exists");
}
END_TEST

START_TEST(a_message_too_long_to_compare_ends_early)
{
	static const char sql[] = "ALTER ROLE x PASSWORD hush";
	char              message[1100];

	memset(message, 'm', sizeof(message));
	memcpy(message + sizeof(message) - 4, "hush", 4);
	redact_message(message, sizeof(message), sql);
	ck_assert_uint_eq(out.len, 1024 + strlen(R));
	ck_assert_mem_eq(out.data, message, 1024);
	ck_assert_str_eq(out.data + 1024, R);

	redact_message(message, sizeof(message), "SELECT 1");
	ck_assert_uint_eq(out.len, sizeof(message));
	ck_assert_mem_eq(out.data, message, sizeof(message));
}
END_TEST

/*
 * Take the texts above apart and put them together at random: the result may
 * be hidden more or less, but never overruns, is stable, has the innocent
 * length, and changes only where the quick test saw a reason.
 */
START_TEST(random_mixtures_are_redacted_within_bounds)
{
	srand(3u + (unsigned int) _i);
	for (int round = 0; round < 20000; round++)
	{
		char         sql[400];
		char         once[sizeof(sql) * 7];
		size_t       len = 0;
		unsigned int reasons;

		while (len < sizeof(sql) / 2)
		{
			const char *from = rand() % 4 == 0
								   ? innocent[rand() % COUNT(innocent)]
								   : secrets[rand() % COUNT(secrets)].sql;
			size_t      n = strlen(from);
			size_t      begin = n > 0 ? (size_t) rand() % n : 0;
			size_t take = n > begin ? 1 + (size_t) rand() % (n - begin) : 0;

			if (take > sizeof(sql) / 2)
				take = sizeof(sql) / 2;
			memcpy(sql + len, from + begin, take);
			len += take;
		}
		aud_buf_init(&out, once, sizeof(once));
		reasons = aud_redact_sql(&out, &policy, sql, len);
		REQUIRE(!out.truncated);
		REQUIRE(out.len <= len + 12 * (len / 2));
		if (!aud_redact_may_apply(&policy, sql, len))
			REQUIRE(reasons == 0 && !scan_finds(sql, len));
		REQUIRE(aud_redact_may_have_secrets(&policy, sql, len) ==
				aud_redact_has_hint_bytewise(sql, len));
		if (reasons == 0)
			REQUIRE(out.len == len && memcmp(once, sql, len) == 0);
	}
}
END_TEST

/* Deep quoting is cut off by hiding, and long texts take linear time. */
START_TEST(hostile_texts_are_finished_in_time)
{
	static const char *const pieces[] = {"'password=",
										 "<password a='>\"",
										 "<password ",
										 "password=$(`",
										 "\\\"password\\\":",
										 "WITH v AS (SELECT 'x' ",
										 "$a$password",
										 "(password=",
										 "/*",
										 "E'\\'",
										 "password='",
										 "''''",
										 "'a'\n",
										 "\"password\":{",
										 "$",
										 "$a"};
	static char              sql[200000];
	static char              large[sizeof(sql) * 7];

	for (size_t len = 0; len + 32 < sizeof(sql); len += strlen(pieces[_i]))
		strcpy(sql + len, pieces[_i]);
	aud_buf_init(&out, large, sizeof(large));
	aud_redact_sql(&out, &policy, sql, strlen(sql));
	ck_assert(!out.truncated);
}
END_TEST

START_TEST(a_literal_too_deep_to_read_is_hidden)
{
	char sql[4096] = "PASSWORD 'hush'";

	for (int depth = 0; depth < 8; depth++)
	{
		char  quoted[sizeof(sql)] = "SELECT 'SELECT ";
		char *to = quoted + strlen(quoted);

		for (const char *from = sql; *from != '\0'; from++)
		{
			REQUIRE(to < quoted + sizeof(quoted) - 4);
			if (*from == '\'')
				*to++ = '\'';
			*to++ = *from;
		}
		strcpy(to, "'");
		strcpy(sql, quoted);
		redacted(sql);
		ck_assert_ptr_null(strstr(out.data, "hush"));
	}
}
END_TEST

/* hidden: of $1, $2, $3 */
static const struct
{
	const char *sql;
	const char *hidden;
	bool        backslash;
} params[] = {
	{"SELECT $1, $2", "000", false},
	{"UPDATE t SET password = $1 WHERE id = $2 + $3", "100", false},
	{"/* don't */ UPDATE t SET password = $1 WHERE id = $2 + $3", "100", false},
	{"/* a /* don't */ ' */ UPDATE t SET password = $2, a = $1, b = $3",
	 "010",
	 false},
	{"-- it's\nUPDATE t SET a = $1, password = $2, b = $3", "010", false},
	{"UPDATE t SET a = E'it\\'s', password = $1, b = $2, c = $3", "100", false},
	{"UPDATE t SET a = 'it\\'s', password = $1, b = $2, c = $3", "100", true},
	{"UPDATE t SET a = $q$it's$q$, password = $1, b = $2, c = $3", "100", false},
	{"UPDATE t SET \"it's\" = $2, password = $1, c = $3", "100", false},
	{"UPDATE t SET a = '$1', b = $q$ $1 $q$, password = $1, c = $2, d = $3",
	 "100",
	 false},
	{"UPDATE t SET a = $1, password = $1, c = $2, d = $3", "100", false},
	{"UPDATE t SET password = $1, a = $1, c = $2, d = $3", "100", false},
	{"UPDATE t SET password = $1", "111", false}, /* not in the text */
	{"UPDATE t SET password = 'x', a = $1, b = $2, c = $3", "111", false},
	{"INSERT INTO t (a, password, b) VALUES ($1, $2, $3)", "010", false},
	{"SELECT set_config('app.key', $1, $2), $3", "100", false},
	{"SELECT $1 = password, $2, $3", "100", false},
	{"SELECT 1 WHERE password = $0 + $4 + $99999999999999999999999", "000", false},
	{"SELECT a$1, 'password', $2", "000", false},
	{"DO $x$ UPDATE t SET password = $1 $x$", "000", false},
	{"password $", "000", false},
};

START_TEST(a_parameter_in_the_place_of_a_secret_is_one)
{
	unsigned char hidden[3];
	size_t        len = strlen(params[_i].sql);
	char         *copy = malloc(len);
	bool          any;

	memcpy(copy, params[_i].sql, len);
	any = aud_redact_params(params[_i].backslash ? &backslash_policy : &policy,
							copy,
							len,
							hidden,
							3) != 0;
	for (int i = 0; i < 3; i++)
		ck_assert_msg(hidden[i] == params[_i].hidden[i] - '0',
					  "$%d of %s",
					  i + 1,
					  params[_i].sql);
	ck_assert(any == (strchr(params[_i].hidden, '1') != NULL));
	free(copy);
}
END_TEST

static Suite *
redact_suite(void)
{
	Suite *s = suite_create("redact");
	TCase *tc = tcase_create("redact");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_secret_is_hidden_and_nothing_else, 0, COUNT(secrets));
	tcase_add_loop_test(tc,
						what_has_been_redacted_stays_as_it_is,
						0,
						COUNT(secrets));
	tcase_add_loop_test(tc, an_innocent_text_is_left_alone, 0, COUNT(innocent));
	tcase_add_test(tc, a_backslash_quotes_a_quote_where_the_session_says_so);
	tcase_add_loop_test(tc, a_short_buffer_cuts_the_text_and_bares_no_secret, 0, 79);
	tcase_add_test(tc, the_quick_test_notices_every_name_of_a_secret);
	tcase_add_test(tc, the_quick_test_notices_every_word_of_the_tables);
	tcase_add_test(tc, the_quick_test_notices_every_mistyped_password);
	tcase_add_test(tc, names_that_only_look_like_secrets_are_none);
	tcase_add_test(tc, the_value_of_a_setting_that_sounds_secret_is_one);
	tcase_add_loop_test(tc,
						a_value_that_is_not_sql_is_redacted_too,
						0,
						COUNT(texts));
	tcase_add_loop_test(tc,
						a_message_does_not_tell_what_its_statement_hides,
						0,
						COUNT(messages));
	tcase_add_test(tc, a_message_hides_the_last_of_many_secrets_too);
	tcase_add_test(tc, a_message_too_long_to_compare_ends_early);
	tcase_add_loop_test(tc, random_mixtures_are_redacted_within_bounds, 0, 2);
	tcase_add_loop_test(tc, hostile_texts_are_finished_in_time, 0, 11);
	tcase_add_loop_test(tc,
						a_parameter_in_the_place_of_a_secret_is_one,
						0,
						COUNT(params));
	tcase_add_test(tc, a_literal_too_deep_to_read_is_hidden);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(redact);
