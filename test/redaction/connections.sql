# foreign servers, subscriptions

CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password 'hush')
=> CREATE USER MAPPING FOR x SERVER s OPTIONS (user 'bob', password '<redacted>')

ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password 'hush', ADD user 'bob')
=> ALTER USER MAPPING FOR x SERVER s OPTIONS (SET password '<redacted>', ADD user 'bob')

CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', aws_secret_access_key 'hush', region 'eu')
=> CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', aws_secret_access_key '<redacted>', region 'eu')

CREATE FOREIGN DATA WRAPPER w OPTIONS ("Api_Key" 'hush')
=> CREATE FOREIGN DATA WRAPPER w OPTIONS ("Api_Key" '<redacted>')

CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=hush dbname=d' PUBLICATION p
=> CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=<redacted> dbname=d' PUBLICATION p

ALTER SUBSCRIPTION s CONNECTION 'password = hush host=h'
=> ALTER SUBSCRIPTION s CONNECTION 'password = <redacted> host=h'

ALTER SUBSCRIPTION s CONNECTION 'host=h password=''hu sh\'' hush'' dbname=d'
=> ALTER SUBSCRIPTION s CONNECTION 'host=h password=''<redacted>'' dbname=d'

ALTER SUBSCRIPTION s CONNECTION 'host=h password=hu\ hush dbname=d'
=> ALTER SUBSCRIPTION s CONNECTION 'host=h password=<redacted> dbname=d'

ALTER SUBSCRIPTION s CONNECTION 'postgresql://u:hush@h:5432/d?sslmode=require'
=> ALTER SUBSCRIPTION s CONNECTION 'postgresql://u:<redacted>@h:5432/d?sslmode=require'

ALTER SUBSCRIPTION s CONNECTION 'postgres://u:hu@hush@h/d'
=> ALTER SUBSCRIPTION s CONNECTION 'postgres://u:<redacted>@h/d'

ALTER SUBSCRIPTION s CONNECTION 'postgres://h/d?user=u&password=hush&sslmode=require'
=> ALTER SUBSCRIPTION s CONNECTION 'postgres://h/d?user=u&password=<redacted>&sslmode=require'

ALTER SYSTEM SET primary_conninfo = 'host=h password=hush user=u'
=> ALTER SYSTEM SET primary_conninfo = '<redacted>'

SELECT * FROM dblink('host=x password=hush', 'SELECT 1') AS t(a int)
=> SELECT * FROM dblink('host=x password=<redacted>', 'SELECT 1') AS t(a int)

SELECT dblink_connect('c', 'sslpassword=hush')
=> SELECT dblink_connect('c', 'sslpassword=<redacted>')

SELECT 'Driver={x};Uid=u;Pwd=hush;Db=d'
=> SELECT 'Driver={x};Uid=u;Pwd=<redacted>;Db=d'

# cloud services, and files with names and values

SELECT 'DefaultEndpointsProtocol=https;AccountName=bob;AccountKey=hush==;EndpointSuffix=core.windows.net'
=> SELECT 'DefaultEndpointsProtocol=https;AccountName=bob;AccountKey=<redacted>;EndpointSuffix=core.windows.net'

SELECT 'Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey=hush='
=> SELECT 'Endpoint=sb://h/;SharedAccessKeyName=a;SharedAccessKey=<redacted>'

SELECT 'user: bob, private_key: hush'
=> SELECT 'user: bob, private_key: <redacted>'

SELECT 'https://h/?sv=2020&sig=hush%3D&se=2030'
=> SELECT 'https://h/?sv=2020&sig=<redacted>&se=2030'

