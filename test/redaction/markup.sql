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

