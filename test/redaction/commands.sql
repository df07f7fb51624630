# options of command lines, and what stands in front of a command

COPY t FROM PROGRAM 'PGPASSWORD=hush psql -h h -c "select 1"'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h -c "select 1"'

COPY t FROM PROGRAM 'psql "host=h password=hush user=u" -c x'
=> COPY t FROM PROGRAM 'psql "host=h password=<redacted> user=u" -c x'

COPY t FROM PROGRAM 'curl --password=hush http://h/'
=> COPY t FROM PROGRAM 'curl --password=<redacted> http://h/'

COPY t FROM PROGRAM 'mysql --password hush --host h'
=> COPY t FROM PROGRAM 'mysql --password <redacted> --host h'

COPY t FROM PROGRAM 'x -v --Api-Key  hush"hush a'
=> COPY t FROM PROGRAM 'x -v --Api-Key  <redacted> a'

COPY t FROM PROGRAM 'x --api-key=hush a'
=> COPY t FROM PROGRAM 'x --api-key=<redacted> a'

COPY t FROM PROGRAM 'x --token "hush hush" a'
=> COPY t FROM PROGRAM 'x --token "<redacted>" a'

COPY t FROM PROGRAM 'x --token ''hush hush'' a'
=> COPY t FROM PROGRAM 'x --token ''<redacted>'' a'

COPY t FROM PROGRAM 'sh -c "x --pass hush" a'
=> COPY t FROM PROGRAM 'sh -c "x --pass <redacted>" a'

COPY t FROM PROGRAM 'x -password hush'
=> COPY t FROM PROGRAM 'x -password <redacted>'

CREATE FOREIGN TABLE t (a text) SERVER s OPTIONS (program 'x --secret-key hush', format 'csv')
=> CREATE FOREIGN TABLE t (a text) SERVER s OPTIONS (program 'x --secret-key <redacted>', format 'csv')

SELECT format('x --token %s', 'hush'), 'a'
=> SELECT format('x --token %s', '<redacted>'), 'a'

SELECT 'x --token ' || 'hush', 'a'
=> SELECT 'x --token ' || '<redacted>', 'a'

COPY t FROM PROGRAM 'curl -H "Authorization: Bearer hush" http://h'
=> COPY t FROM PROGRAM 'curl -H "Authorization: <redacted>" http://h'

# curl and its like: the password behind the user

COPY t FROM PROGRAM 'curl -u bob:hush https://h/'
=> COPY t FROM PROGRAM 'curl -u bob:<redacted> https://h/'

COPY t FROM PROGRAM 'curl -s --user "bob:hu sh hush" https://h/'
=> COPY t FROM PROGRAM 'curl -s --user "bob:<redacted>" https://h/'

COPY t FROM PROGRAM 'curl --proxy-user=bob:hush -u al: https://h/'
=> COPY t FROM PROGRAM 'curl --proxy-user=bob:<redacted> -u al: https://h/'

COPY t FROM PROGRAM 'curl -ubob:hush https://h/'
=> COPY t FROM PROGRAM 'curl -ubob:<redacted> https://h/'

COPY t FROM PROGRAM 'curl https://bob:hush@h/x'
=> COPY t FROM PROGRAM 'curl https://bob:<redacted>@h/x'

COPY t TO PROGRAM 'sudo -u postgres cat'
==

# -pPW, where -p is no port

COPY t FROM PROGRAM 'mysql -h h -phush -u bob db'
=> COPY t FROM PROGRAM 'mysql -h h -p<redacted> -u bob db'

COPY t FROM PROGRAM '/usr/bin/mysqldump -p''hu hush'' db | cat'
=> COPY t FROM PROGRAM '/usr/bin/mysqldump -p''<redacted>'' db | cat'

COPY t FROM PROGRAM 'sshpass -p hush ssh -p 22 bob@h cat x'
=> COPY t FROM PROGRAM 'sshpass -p <redacted> ssh -p 22 bob@h cat x'

COPY t FROM PROGRAM 'sshpass -phush ssh -p22 bob@h cat x'
=> COPY t FROM PROGRAM 'sshpass -p<redacted> ssh -p22 bob@h cat x'

COPY t FROM PROGRAM 'mysql -p db; mkdir -p /tmp/x && psql -p5432'
==

# a value behind its name

COPY t FROM PROGRAM 'aws configure set aws_secret_access_key hush --profile p'
=> COPY t FROM PROGRAM 'aws configure set aws_secret_access_key <redacted> --profile p'

COPY t FROM PROGRAM 'npm config set //r/:_authToken hush'
=> COPY t FROM PROGRAM 'npm config set //r/:_authToken <redacted>'

# what a shell puts together

COPY t FROM PROGRAM 'PGPASSWORD=$(echo $(cat hush) hush) psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h'

COPY t FROM PROGRAM 'PGPASSWORD=`echo hush` psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h'

COPY t FROM PROGRAM 'PGPASSWORD=''a hush'' psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD=''<redacted>'' psql -h h'

COPY t FROM PROGRAM 'PGPASSWORD="a hush" psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD="<redacted>" psql -h h'

COPY t FROM PROGRAM 'PGPASSWORD=a''b hush''"c hush" psql -h h; true'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h; true'

COPY t FROM PROGRAM 'PGPASSWORD=$''a hush'' psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h'

COPY t FROM PROGRAM 'PGPASSWORD=a\ hush psql -h h'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted> psql -h h'

COPY t FROM PROGRAM 'x --password $(echo hush) -h h; x --token=`echo hush` -v'
=> COPY t FROM PROGRAM 'x --password <redacted> -h h; x --token=<redacted> -v'

COPY t FROM PROGRAM 'PGPASSWORD=$(echo hush'
=> COPY t FROM PROGRAM 'PGPASSWORD=<redacted>'

