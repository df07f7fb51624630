# unterminated, broken, or without quotes

ALTER ROLE x PASSWORD 'hush
=> ALTER ROLE x PASSWORD '<redacted>

ALTER ROLE x PASSWORD E'hush\'
=> ALTER ROLE x PASSWORD E'<redacted>

ALTER ROLE x PASSWORD $a$hush$b$
=> ALTER ROLE x PASSWORD $a$<redacted>

ALTER ROLE x PASSWORD 'it's hush' LOGIN
=> ALTER ROLE x PASSWORD '<redacted>

ALTER ROLE x PASSWORD hush42
=> ALTER ROLE x PASSWORD <redacted>

ALTER ROLE x PASSWORD hush! VALID UNTIL '2030-01-01'
=> ALTER ROLE x PASSWORD <redacted> VALID UNTIL '2030-01-01'

ALTER ROLE x PASSWORD 42hush;
=> ALTER ROLE x PASSWORD <redacted>;

ALTER ROLE x PASSWORD #hush
=> ALTER ROLE x PASSWORD <redacted>

ALTER ROLE x PASSWORD "hush" LOGIN
=> ALTER ROLE x PASSWORD "<redacted>" LOGIN

ALTER ROLE x PASSWORD = 'hush'
=> ALTER ROLE x PASSWORD = '<redacted>'

ALTER ROLE x PASSWORD = hush LOGIN
=> ALTER ROLE x PASSWORD = <redacted> LOGIN

ALTER ROLE x PASSWORD AS 'hush'
=> ALTER ROLE x PASSWORD <redacted> '<redacted>'

CREATE USER x IDENTIFIED BY 'hush'
=> CREATE USER x IDENTIFIED BY '<redacted>'

CREATE USER x IDENTIFIED BY hush
=> CREATE USER x IDENTIFIED BY <redacted>

SELECT 'a; ALTER ROLE x PASSWORD 'hush'
=> SELECT 'a; ALTER ROLE x PASSWORD '<redacted>'

# foreign and broken quoting, in the places where it is met

ALTER ROLE x PASSWORD ‘hush hush’ LOGIN
=> ALTER ROLE x PASSWORD <redacted> LOGIN

ALTER ROLE x PASSWORD `hush hush` LOGIN
=> ALTER ROLE x PASSWORD <redacted> LOGIN

ALTER ROLE x PASSWORD : 'hush'
=> ALTER ROLE x PASSWORD <redacted> '<redacted>'

ALTER ROLE x PASSWORD [hush]
=> ALTER ROLE x PASSWORD <redacted>

ALTER ROLE x PASSWORD ('hush') LOGIN
=> ALTER ROLE x PASSWORD ('<redacted>') LOGIN

ALTER ROLE x PASSWORD (SELECT 'hush')
=> ALTER ROLE x PASSWORD (<redacted> '<redacted>')

# one letter too few, too many, another, or two the wrong way round

CREATE ROLE a PASSWRD 'hush' LOGIN
=> CREATE ROLE a PASSWRD '<redacted>' LOGIN

ALTER ROLE u pasword 'hush'
=> ALTER ROLE u pasword '<redacted>'

ALTER USER u PASSWROD hush VALID UNTIL '2030-01-01'
=> ALTER USER u PASSWROD <redacted> VALID UNTIL '2030-01-01'

ALTER USER u PASSWORDD 'hush' CREATEDB
=> ALTER USER u PASSWORDD '<redacted>' CREATEDB

ALTER USER u PASSWORT 'hush' CREATEDB
=> ALTER USER u PASSWORT '<redacted>' CREATEDB

ALTER USER u PASXWORD 'hush' CREATEDB
=> ALTER USER u PASXWORD '<redacted>' CREATEDB

ALTER USER u PASSORD 'hush' CREATEDB
=> ALTER USER u PASSORD '<redacted>' CREATEDB

SELECT passport, 'a' FROM passwords WHERE b = 'c'
==

CREATE ROLE pasword LOGIN VALID UNTIL '2030-01-01'
==

# what follows a secret that was mistyped

ALTER ROLE x PASSWORD 'hush' 'hush2' CREATEDB
=> ALTER ROLE x PASSWORD '<redacted>' '<redacted>' CREATEDB

ALTER ROLE x PASSWORD hush hush2 CREATEDB
=> ALTER ROLE x PASSWORD <redacted> <redacted> CREATEDB

ALTER ROLE x PASSWORD 'hush' hush2 + 'hush3'; SELECT 'b'
=> ALTER ROLE x PASSWORD '<redacted>' <redacted> <redacted> '<redacted>'; SELECT 'b'

ALTER ROLE x PASSWORD U&'hu!0073h hush' UESCAPE '!' LOGIN
=> ALTER ROLE x PASSWORD U&'<redacted>' UESCAPE '!' LOGIN

# spaces that are none

ALTER ROLE x PASSWORD 'hush'
=> ALTER ROLE x PASSWORD '<redacted>'

ALTER ROLE x PASSWORD hush LOGIN
=> ALTER ROLE x PASSWORD <redacted> LOGIN

ALTER ROLE x PASSWORD　​'hush' LOGIN
=> ALTER ROLE x PASSWORD　​'<redacted>' LOGIN

