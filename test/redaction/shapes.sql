# verifiers, wherever they are

ALTER ROLE x PASSWORD 'SCRAM-SHA-256$4096:hush$a:b='
=> ALTER ROLE x PASSWORD '<redacted>'

SELECT * FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$4096:hush$ab/+=:cd=' OR a = 'b'
=> SELECT * FROM pg_authid WHERE rolpassword LIKE '<redacted>' OR a = 'b'

SELECT 'x', 'is SCRAM-SHA-256$4096:hush$ab/+=:cd= here'
=> SELECT 'x', 'is <redacted> here'

SELECT 'md50123456789abcdef0123456789ABCDEF', 'hu'
=> SELECT '<redacted>', 'hu'

# access keys and tokens, by their published prefixes

SELECT 'use eyJhushGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U now'
=> SELECT 'use <redacted> now'

SELECT f('AKIAIOSFODNN7EXAMPLE'), 'eyJ', 'AKIA', 'ghp_a', 'AKIAIOSFODNN7EXAMPLES'
=> SELECT f('<redacted>'), 'eyJ', 'AKIA', 'ghp_a', 'AKIAIOSFODNN7EXAMPLES'

SELECT 1, 'ghp_hushhushhushhushhushhushhushhushhush', 'b'
=> SELECT 1, '<redacted>', 'b'

SELECT 'git clone https://x-access-token:ghs_hushhushhushhushhushhushhushhushhush@github.com/a/b'
=> SELECT 'git clone https://x-access-token:<redacted>@github.com/a/b'

SELECT 'github_pat_hushhushhushhushhushhu_hushhushhushhushhushhushhushhushhushhushhushhushhushhushhus', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'glpat-hushhushhushhushhush', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'xoxb-1234567890-hushhushhush', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'x AIzahushhushhushhushhushhushhushhus-hus y', 'b'
=> SELECT 'x <redacted> y', 'b'

SELECT 'sk_live_hushhushhushhushhushhush', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'npm_hushhushhushhushhushhushhushhushhush', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'pypi-hushhushhushhushhushhushhushhushhush', 'b'
=> SELECT '<redacted>', 'b'

SELECT 'abc8Q~hushhushhushhushhushhushhushhushhus', 'b'
=> SELECT '<redacted>', 'b'

