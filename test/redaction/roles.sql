# roles

ALTER ROLE x SUPERUSER PASSWORD 'hush' CREATEDB
=> ALTER ROLE x SUPERUSER PASSWORD '<redacted>' CREATEDB

create user x with encrypted password 'hush' valid until '2030-01-01'
=> create user x with encrypted password '<redacted>' valid until '2030-01-01'

CREATE ROLE x UNENCRYPTED PASSWORD
	'hush'
=> CREATE ROLE x UNENCRYPTED PASSWORD
=> 	'<redacted>'

CREATE ROLE x PaSsWoRd'hush'LOGIN
=> CREATE ROLE x PaSsWoRd'<redacted>'LOGIN

ALTER ROLE password PASSWORD 'hush' LOGIN
=> ALTER ROLE password PASSWORD '<redacted>' LOGIN

ALTER ROLE x PASSWORD /* the 'new' one */ 'hush' -- ok
=> ALTER ROLE x PASSWORD /* the 'new' one */ '<redacted>' -- ok

ALTER ROLE x PASSWORD ''
=> ALTER ROLE x PASSWORD '<redacted>'

# all forms of literals

ALTER ROLE x PASSWORD 'it''s hush' LOGIN
=> ALTER ROLE x PASSWORD '<redacted>' LOGIN

ALTER ROLE x PASSWORD E'a\'hush' LOGIN
=> ALTER ROLE x PASSWORD E'<redacted>' LOGIN

ALTER ROLE x PASSWORD E'a\\' LOGIN
=> ALTER ROLE x PASSWORD E'<redacted>' LOGIN

ALTER ROLE x PASSWORD U&'\0068ush' UESCAPE '!'
=> ALTER ROLE x PASSWORD U&'<redacted>' UESCAPE '!'

ALTER ROLE x PASSWORD N'hush' LOGIN
=> ALTER ROLE x PASSWORD N'<redacted>' LOGIN

ALTER ROLE x PASSWORD $$hush$$ LOGIN
=> ALTER ROLE x PASSWORD $$<redacted>$$ LOGIN

ALTER ROLE x PASSWORD $a$hu$$sh'$a$ LOGIN
=> ALTER ROLE x PASSWORD $a$<redacted>$a$ LOGIN

ALTER ROLE x PASSWORD 'hu'
  'hush' LOGIN
=> ALTER ROLE x PASSWORD '<redacted>' LOGIN

ALTER ROLE x PASSWORD 'hu' -- go on
 'hush' LOGIN
=> ALTER ROLE x PASSWORD '<redacted>' LOGIN

# a word that touches the quote

ALTER ROLE x PassWord'hush'CREATEDB
=> ALTER ROLE x PassWord'<redacted>'CREATEDB

ALTER ROLE x PASSWORD'hush'VALID UNTIL'2030-01-01'
=> ALTER ROLE x PASSWORD'<redacted>'VALID UNTIL'2030-01-01'

ALTER ROLE x PASSWORD 'a'login hush' LOGIN
=> ALTER ROLE x PASSWORD '<redacted>

# what is wrong beside a password is data

ALTER ROLE x PASSWORD 'hush' VALID UNTIL 'next never'
=> ALTER ROLE x PASSWORD '<redacted>' VALID UNTIL 'next never'

CREATE ROLE x PASSWORD 'hush' CONNECTION LIMIT 7 IN ROLE a, b
=> CREATE ROLE x PASSWORD '<redacted>' CONNECTION LIMIT 7 IN ROLE a, b

ALTER USER MAPPING FOR bob SERVER s OPTIONS (DROP password)
==

ALTER USER MAPPING FOR bob SERVER s OPTIONS (DROP password, ADD user 'bob')
==

ALTER USER MAPPING FOR bob SERVER s OPTIONS (DROP password, ADD passcode 'hush')
=> ALTER USER MAPPING FOR bob SERVER s OPTIONS (DROP password, ADD passcode '<redacted>')

