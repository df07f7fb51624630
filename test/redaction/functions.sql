# pgcrypto and its like

SELECT pgp_sym_encrypt('data', 'hush'), 'a'
=> SELECT pgp_sym_encrypt('data', '<redacted>'), 'a'

SELECT pgp_sym_decrypt(col, 'hush', 'cipher-algo=aes256')
=> SELECT pgp_sym_decrypt(col, '<redacted>', 'cipher-algo=aes256')

SELECT pgp_pub_decrypt(col, dearmor('hush'), 'hush')
=> SELECT pgp_pub_decrypt(col, dearmor('<redacted>'), '<redacted>')

SELECT public.crypt('hush', gen_salt('bf', 8))
=> SELECT public.crypt('<redacted>', gen_salt('bf', 8))

SELECT hmac('data', 'hush', 'sha256')
=> SELECT hmac('data', '<redacted>', 'sha256')

SELECT encrypt(a, decode('hush', 'hex'), 'aes'), decrypt_iv(a, 'hush', 'iv', 'aes')
=> SELECT encrypt(a, decode('<redacted>', 'hex'), 'aes'), decrypt_iv(a, '<redacted>', 'iv', 'aes')

SELECT vault.create_secret('hush', 'name', 'text')
=> SELECT vault.create_secret('<redacted>', 'name', 'text')

SELECT dearmor('-----BEGIN PGP PRIVATE KEY BLOCK-----
hush
-----END PGP PRIVATE KEY BLOCK-----')
=> SELECT dearmor('-----BEGIN PGP PRIVATE KEY BLOCK<redacted>')

SELECT f('-----BEGIN RSA PRIVATE KEY-----
hush
')
=> SELECT f('-----BEGIN RSA PRIVATE KEY<redacted>')

