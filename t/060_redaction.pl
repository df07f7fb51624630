# No secret reaches the disk: not in a record, whatever became of the
# statement, and not in the buffer on the way there.  Whatever is secret below
# contains the letters "hush".
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off' });
$node->safe_psql('postgres', 'CREATE TABLE users (name text, password text); CREATE ROLE bob');

my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid); }

# what is sent, what its record says (undef: the same), and of which kind
sub hides
{
	my ($sql, $recorded, %facts) = @_;
	my $name = delete $facts{name} // $recorded;

	query($sql);
	is_record((got())[-1], { query => $recorded, redacted => ['secret'], outcome => 'success', %facts }, $name);
	return;
}

hides(q{ALTER ROLE bob SUPERUSER PASSWORD 'hush' CREATEDB}, q{ALTER ROLE bob SUPERUSER PASSWORD '<redacted>' CREATEDB});
hides(q{ALTER ROLE bob PASSWORD $x$hush$x$}, q{ALTER ROLE bob PASSWORD $x$<redacted>$x$});
hides(q{SET app.token = 'hush'}, q{SET app.token = '<redacted>'}, new_value => '<redacted>');
hides(q{SET app.token_1 = 'hush'}, q{SET app.token_1 = '<redacted>'}, new_value => '<redacted>');
hides(q{ALTER ROLE bob SET app.secret_x TO 'hush'}, q{ALTER ROLE bob SET app.secret_x TO '<redacted>'}, new_value => '<redacted>');
hides(q{ALTER SYSTEM SET ssl_key_file = '/hush'}, q{ALTER SYSTEM SET ssl_key_file = '<redacted>'}, new_value => '<redacted>');
hides(q{SELECT set_config('app.key', 'hush', false)}, q{SELECT set_config('app.key', '<redacted>', false)});
hides(q{SET app.dsn = 'host=h password=hush'}, q{SET app.dsn = 'host=h password=<redacted>'}, new_value => 'host=h password=<redacted>');
hides(q{INSERT INTO users (name, password) VALUES ('bob', 'hush')}, q{INSERT INTO users (name, password) VALUES ('bob', '<redacted>')});
hides(q{DO $$BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''hush'''; END$$}, q{DO $$BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''<redacted>'''; END$$});
is_record((got())[-2], { level => 1, query => q{ALTER ROLE bob PASSWORD '<redacted>'} }, 'what the block executed');

# failures, and what their messages quote
hides(q{ALTER ROLE bob PASSWORD hush42}, q{ALTER ROLE bob PASSWORD <redacted>},
	event => 'error', outcome => 'failure', sqlstate => '42601', error => q{syntax error at or near "<redacted>"});
hides(q{SELECT 1 FROM users WHERE password = 'hush'::int::text}, q{SELECT 1 FROM users WHERE password = '<redacted>'::int::text},
	event => 'error', outcome => 'failure', sqlstate => '22P02', error => q{invalid input syntax for type integer: "<redacted>"});
hides(q{ALTER ROLE nobody PASSWORD 'hush'}, q{ALTER ROLE nobody PASSWORD '<redacted>'}, outcome => 'failure', sqlstate => '42704',
	error => q{role "nobody" does not exist});
hides(q{ALTER ROLE bob PASSWORD 'hush}, q{ALTER ROLE bob PASSWORD '<redacted>}, event => 'error', outcome => 'failure', sqlstate => '42601', redacted => [ 'secret', 'syntax' ]);

# in functions, whose callers know nothing of it; swallowed
query(q{CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN EXECUTE 'ALTER ROLE bob PASSWORD hush42'; EXCEPTION WHEN syntax_error THEN PERFORM 1 FROM users WHERE password = 'hush'::int::text; END$$});
query('SELECT f()');
my @failed = (grep { ($_->{outcome} // '') eq 'failure' } got())[ -2, -1 ];
is_deeply([ map { "$_->{sqlstate} $_->{error}" } @failed ],
	[ '42601 syntax error at or near "<redacted>"', q{22P02 invalid input syntax for type integer: "<redacted>"} ],
	'errors in and of a function')
	or diag explain [ got() ];

# backslashes quote where the session says so, which it cannot from 19 on
if (server_major() < 19)
{
	query('SET standard_conforming_strings = off');
	hides(q{ALTER ROLE bob PASSWORD 'a\'hush'}, q{ALTER ROLE bob PASSWORD '<redacted>'});
	query('SET standard_conforming_strings = on');
}

# prepared, by name
hides(q{PREPARE p AS SELECT 1 FROM users WHERE password = 'hush' AND name = $1},
	q{PREPARE p AS SELECT 1 FROM users WHERE password = '<redacted>' AND name = $1});
query(q{EXECUTE p ('bob')});
like((got())[-1]{prepared_query}, qr/password = '<redacted>' AND name = \$1$/, 'the text that EXECUTE stands for');

# bound: where a literal would be hidden, and what would be in one
query('SET secaudit.log_parameters = on');
$c->parse('', 'UPDATE users SET password = $1 WHERE name = $2');
$c->bind('', '', [ 'hush', 'bob' ]);
$c->execute('');
$c->sync; $c->until_ready;
is_deeply([ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ (got())[-1]{params} } ], [ 'hidden', 'bob' ],
	'a parameter in the place of a secret');
$c->parse('', 'SELECT $1::text, $2::json');
$c->bind('', '', [ 'postgres://u:hush@h/db', '{"password":"hush"}' ]);
$c->execute('');
$c->sync; $c->until_ready;
is_deeply([ map { $_->{value} } @{ (got())[-1]{params} } ], [ 'postgres://u:<redacted>@h/db', '{"password":"<redacted>"}' ],
	'a secret in a parameter');
query('SET secaudit.log_parameters = off');

# what is long is cut after it was searched: no half of a literal is left
my $long = 'x' x 100_000;
query(qq{ALTER ROLE bob PASSWORD 'hush${long}hush' /* $long */});
my ($first) = grep { ($_->{part} // 0) == 1 } got();
like($first->{query}, qr{^ALTER ROLE bob PASSWORD '<redacted>' /\* x}, 'a secret that is longer than a record');

# commands, paths and names, wherever they are repeated
hides(q{COPY users TO PROGRAM 'PGPASSWORD=hush cat > /dev/null'}, q{COPY users TO PROGRAM 'PGPASSWORD=<redacted> cat > /dev/null'},
	objects => [ 'program PGPASSWORD=<redacted> cat > /dev/null copy_to', 'table public.users select' ]);
hides(q{COPY users TO PROGRAM 'cat > /dev/null; true --password hush'}, q{COPY users TO PROGRAM 'cat > /dev/null; true --password <redacted>'},
	objects => [ 'program cat > /dev/null; true --password <redacted> copy_to', 'table public.users select' ]);
hides(q{COPY users TO PROGRAM 'cat > /dev/null; false --token "hush"'}, q{COPY users TO PROGRAM 'cat > /dev/null; false --token "<redacted>"'}, outcome => 'failure',
	sqlstate => '38000', error => q{program "cat > /dev/null; false --token "<redacted>"" failed});
hides(q{SELECT pg_read_file('/nowhere/password=hush')}, q{SELECT pg_read_file('/nowhere/password=<redacted>')},
	outcome => 'failure', sqlstate => '58P01',
	error => q{could not open file "/nowhere/password=<redacted>" for reading: No such file or directory});
is_deeply([ map { $_->{arguments} // $_->{name} } @{ (got())[-1]{objects} } ],
	[ ['/nowhere/password=<redacted>'], '/nowhere/password=<redacted>' ], 'its arguments and its file');
query(q{SET application_name = 'password=hush'});
query('SELECT 1');
is((got())[-1]{app}, 'password=<redacted>', 'what a client calls itself');
query('RESET application_name');

# the names of secrets alone hide nothing
query(q{SELECT password FROM users WHERE name = 'bob'});
is_record((got())[-1], { query => q{SELECT password FROM users WHERE name = 'bob'}, redacted => undef }, 'an innocent text is left alone');

$c->terminate;
check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node), $node->data_dir . '/secaudit.buf')
{
	unlike(slurp_file($file), qr/hush/, "not one in $file");
}

done_testing();
