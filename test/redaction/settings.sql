# settings

SET app.password = 'hush'
=> SET app.password = '<redacted>'

SET LOCAL app.api_key TO 'hush'
=> SET LOCAL app.api_key TO '<redacted>'

SET app.client_secret TO hush
=> SET app.client_secret TO <redacted>

SET app.token = 42hush
=> SET app.token = <redacted>

SET app.token = "hush"
=> SET app.token = "<redacted>"

ALTER ROLE x SET app.password TO hush
=> ALTER ROLE x SET app.password TO <redacted>

ALTER SYSTEM SET app.token = 'hush'
=> ALTER SYSTEM SET app.token = '<redacted>'

SET app.token_1='hush'
=> SET app.token_1='<redacted>'

SET SESSION "app"."Password_File" TO 'hush'
=> SET SESSION "app"."Password_File" TO '<redacted>'

SET "my.pass.word" = hush
=> SET "my.pass.word" = <redacted>

SET my . pass . word = 'hush'
=> SET my . pass . word = '<redacted>'

SET app.password_encryption = 'hush'
=> SET app.password_encryption = '<redacted>'

SET app.key = 'hush'
=> SET app.key = '<redacted>'

SET key.of_it = 'hush'
=> SET key.of_it = '<redacted>'

SET app.conninfo TO 'hush'
=> SET app.conninfo TO '<redacted>'

SET app.token_1 = 'hush', 'hush', hush
=> SET app.token_1 = '<redacted>', '<redacted>', <redacted>

ALTER ROLE x IN DATABASE d SET app.secret_x TO 'hush'
=> ALTER ROLE x IN DATABASE d SET app.secret_x TO '<redacted>'

ALTER SYSTEM SET ssl_passphrase_command='echo hush'
=> ALTER SYSTEM SET ssl_passphrase_command='<redacted>'

ALTER SYSTEM SET ssl_key_file = '/hush'
=> ALTER SYSTEM SET ssl_key_file = '<redacted>'

CREATE FUNCTION f(a text DEFAULT 'b') RETURNS int LANGUAGE sql SET app.token_1 = hush AS 'SELECT 1'
=> CREATE FUNCTION f(a text DEFAULT 'b') RETURNS int LANGUAGE sql SET app.token_1 = <redacted> AS 'SELECT 1'

DO $$BEGIN SET app.token_1 = 'hush'; PERFORM 'a'; END$$
=> DO $$BEGIN SET app.token_1 = '<redacted>'; PERFORM 'a'; END$$

DO $$BEGIN EXECUTE 'SET app.key TO ''hush'''; END$$
=> DO $$BEGIN EXECUTE 'SET app.key TO ''<redacted>'''; END$$

SELECT set_config('app.password_1','hush',false), 'a'
=> SELECT set_config('app.password_1','<redacted>',false), 'a'

DO $$BEGIN PERFORM set_config('app.key', 'hush', true); END$$
=> DO $$BEGIN PERFORM set_config('app.key', '<redacted>', true); END$$

SELECT set_config('primary_conninfo', 'hush', true)
=> SELECT set_config('primary_conninfo', '<redacted>', true)

SELECT set_config('app.password', 'hush', false)
=> SELECT set_config('app.password', '<redacted>', false)

SELECT pg_catalog.set_config('app.jwt_token', 'hu' || 'hush', true), 'bob'
=> SELECT pg_catalog.set_config('app.jwt_token', '<redacted>' || '<redacted>', true), 'bob'

# named arguments, in any order

SELECT set_config(new_value => 'hush', setting_name => 'app.password', is_local => false), 'a'
=> SELECT set_config(new_value => '<redacted>', setting_name => 'app.password', is_local => false), 'a'

SELECT set_config(is_local := true, new_value := 'hu' || 'hush', setting_name := 'app.key')
=> SELECT set_config(is_local := true, new_value := '<redacted>' || '<redacted>', setting_name := 'app.key')

SELECT set_config(setting_name => 'app.password', new_value => 'hush', is_local => false)
=> SELECT set_config(setting_name => 'app.password', new_value => '<redacted>', is_local => false)

SELECT set_config(new_value => 'a', setting_name => 'search_path', is_local => false), password
==

