# XML, and headers of HTTP in text

SELECT xml '<a><password><![CDATA[hush]]></password><b>1</b></a>'
=> SELECT xml '<a><password><![CDATA[<redacted>]]></password><b>1</b></a>'

SELECT xml '<user name="bob" password="hush" id="3"/>'
=> SELECT xml '<user name="bob" password="<redacted>" id="3"/>'

SELECT f('X-Api-Key: hush')
=> SELECT f('X-Api-Key: <redacted>')

SELECT f('Accept: text/html
X-Api-Key: hush
Host: h')
=> SELECT f('Accept: text/html
=> X-Api-Key: <redacted>
=> Host: h')

SELECT f('Cookie: a=hush; b=hush')
=> SELECT f('Cookie: <redacted>')

SELECT f('Set-Cookie: a=hush')
=> SELECT f('Set-Cookie: <redacted>')

SELECT f('Authorization: Bearer hush')
=> SELECT f('Authorization: <redacted>')

SELECT f('a cookie is eaten, the key: 5'), 'sort-key: 7'
==

SELECT xml '<a><![CDATA[x]]></a><key>1</key>'
==

SELECT '<password type="a>" enc="b">hush</password><a>b</a>'
=> SELECT '<password type="a>" enc="b"><redacted></password><a>b</a>'

SELECT '<a:password xml:lang="a">hush</a:password><a>b</a>'
=> SELECT '<a:password xml:lang="a"><redacted></a:password><a>b</a>'

SELECT '<password token="hush">hush</password><a>b</a>'
=> SELECT '<password token="<redacted>"><redacted></password><a>b</a>'

SELECT '<password hint="a"/><a>b</a>', '<token a>', '<password '
==

SELECT '<password>a<![CDATA[<hush>]]>hush</password><a>b</a>'
=> SELECT '<password><redacted></password><a>b</a>'

# JSON that somebody has escaped

SELECT '{\"password\": \"hush\", \"a\": \"b\"}'
=> SELECT '{\"password\": \"<redacted>\", \"a\": \"b\"}'

SELECT '{\\\"password\\\":\\\"hush\\\",\\\"a\\\":\\\"b\\\"}'
=> SELECT '{\\\"password\\\":\\\"<redacted>\\\",\\\"a\\\":\\\"b\\\"}'

SELECT E'{\"password\": \"hush\", \"a\": \"b\"}'
=> SELECT E'{\"password\": \"<redacted>\", \"a\": \"b\"}'

SELECT '"{\"password\":\"hush\",\"a\":\"b\"}"'
=> SELECT '"{\"password\":\"<redacted>\",\"a\":\"b\"}"'

SELECT '{\"a\": \"password\", \"b\": \"c\"}'
==

