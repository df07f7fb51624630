# secaudit.redact: what each mode leaves of statements, parameters, messages and
# values, on every way into the trail.  Whatever a mode has to hide below contains
# the letters "hush".
use strict;
use warnings;

use Digest::SHA qw(hmac_sha256 sha256_hex);
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $key = join '', map { sprintf '%02x', $_ } 0 .. 31;
my $key_file = input_file("$key\n");
my $node = new_node(
	'main',
	settings => {
		'secaudit.log' => 'all',
		'secaudit.lock' => 'off',
		'secaudit.log_parameters' => 'on',
		'secaudit.token_key_command' => "cat $key_file",
		'restart_after_crash' => 'on'
	});
$node->safe_psql('postgres', 'CREATE TABLE card (id int PRIMARY KEY, owner text)');

# the token of a value, without us
sub token { return '~' . encode_base64url(substr hmac_sha256($_[0], pack 'H*', $key), 0, 15); }

my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error|config|role)$/ } records($node, pid => $c->pid); }
sub set { query("SET secaudit.redact = $_[0]"); return; }

# what is sent, what its record says
sub recorded
{
	my ($sql, $expected, $name) = @_;
	query($sql);
	return is_record((got())[-1], $expected, $name);
}

sub bound
{
	my ($sql, @values) = @_;
	$c->parse('', $sql);
	$c->bind('', '', [@values]);
	$c->execute('');
	$c->sync;
	$c->until_ready;
	return (got())[-1];
}

# the settings
is($node->safe_psql('postgres', 'SHOW secaudit.redact'), 'secrets', 'secrets are hidden by default');
recorded('SET secaudit.redact = literals',
	{ event => 'statement', setting => 'secaudit.redact', old_value => 'secrets', new_value => 'literals', class => 'config' },
	'a change leaves a record, with the values as they are');

# literals: texts
recorded(q{INSERT INTO card VALUES (1, 'hush') /* hush */ RETURNING id + 2.5},
	{ query => q{INSERT INTO card VALUES (?, '?') RETURNING id + ?}, redacted => ['literal'], outcome => 'success' },
	'literals: constants and comments');
recorded('SELECT id FROM card', { query => 'SELECT id FROM card', redacted => undef }, 'literals: a statement without any');
recorded(q{DO $$BEGIN PERFORM 1 FROM card WHERE owner = 'hush'; END$$},
	{ query => q{DO $$BEGIN PERFORM ? FROM card WHERE owner = '?'; END$$}, redacted => ['literal'] },
	'literals: code is treated as code');
is_record((got())[-2], { level => 1, query => q{SELECT ? FROM card WHERE owner = '?'}, redacted => ['literal'] },
	'literals: nested statements');
recorded(q{ALTER ROLE postgres PASSWORD 'hush'},
	{ query => q{ALTER ROLE postgres PASSWORD '?'}, redacted => [ 'secret', 'literal' ] }, 'literals: a secret is one of them');

# literals: messages
recorded(q{SELECT 'hush'::int},
	{ query => q{SELECT '?'::int}, error => 'invalid input syntax for type integer: "?"', redacted => ['literal'] },
	'literals: a message has no value');
recorded(q{SELECT 1 FROM nowhere}, { error => 'relation "nowhere" does not exist' }, 'literals: but names');
recorded(q{INSERT INTO card VALUES (1, 'hush')},
	{ error => 'duplicate key value violates unique constraint "card_pkey"', sqlstate => '23505' },
	'literals: also the name of what is violated');
recorded(q{DO $$BEGIN RAISE EXCEPTION 'no hush %', 5; END$$}, { error => '?', sqlstate => 'P0001' },
	'literals: nothing of what a user has put together');
recorded(q{SELECT 1; SELECT 1/0; SELECT 'hush'},
	{ query => 'SELECT ?/?', skipped_query => q{SELECT '?'}, error => 'division by zero' },
	'literals: what was skipped');

# literals: parameters, objects, prepared statements, settings
is_deeply(
	bound('SELECT owner FROM card WHERE owner = $1 AND id = $2::int', 'hush', undef)->{params},
	[ { type => 'text', redacted => JSON::PP::true }, { type => 'integer', null => JSON::PP::true } ],
	'literals: a parameter has its type');
my $failed = bound('SELECT $1::text::int', 'hush');
is_record($failed, { error => 'invalid input syntax for type integer: "?"' }, 'literals: a value that was bound is in no message');
recorded(q{SELECT pg_read_file('hush', 0, 1, true)}, { query => q{SELECT pg_read_file('?', ?, ?, true)} }, 'literals: arguments');
unlike(JSON::PP->new->encode((got())[-1]{objects}), qr/hush/, 'literals: and the objects that they are');
query(q{PREPARE p AS SELECT 'hush', $1::text});
recorded(q{EXECUTE p('hush')}, { query => q{EXECUTE p('?')}, prepared_query => q{PREPARE p AS SELECT '?', $1::text} },
	'literals: a prepared statement');
recorded(q{SET work_mem = '64MB'}, { query => q{SET work_mem = '?'}, setting => 'work_mem', new_value => '64MB' },
	'literals: the value of a setting is no data');
recorded(q{SET app.customer = 'hush'}, { query => q{SET app.customer = '?'}, setting => 'app.customer', new_value => '?' },
	'literals: that of a variable is');

# tokens
recorded('SET secaudit.redact = tokens', { new_value => 'tokens', old_value => 'literals' }, 'tokens can be set with a key');
my ($hush, $five) = map { token($_) } 'hush', '5';
recorded(q{SELECT 'hush', E'h\x75sh', $$hush$$, 5, '5'},
	{ query => "SELECT '$hush', '$hush', '$hush', '$five', '$five'", redacted => ['token'] },
	'tokens: the same value has the same token');
is_deeply(
	[ map { $_->{value} } @{ bound('SELECT $1::text, $2::int, $3::text[]', 'hush', '5', '{hush}')->{params} } ],
	[ $hush, $five, [$hush] ], 'tokens: also where it is bound');
recorded(q{SELECT 'hush'::int}, { error => qq{invalid input syntax for type integer: "$hush"} }, 'tokens: and in a message');
recorded(q{ALTER ROLE postgres PASSWORD 'hush'},
	{ query => q{ALTER ROLE postgres PASSWORD '<redacted>'} }, 'tokens: a secret has none');
is_record((records($node, event => 'audit.start'))[-1],
	{ token_key => substr(sha256_hex(pack 'H*', $key), 0, 16) }, 'audit.start says which key it is');

# secauditctl token
my @ctl = ($node->installed_command('secauditctl'), 'token');
command_like([ @ctl, '--key-file', $key_file, 'hush', '5' ], qr/\A\Q$hush\E\n\Q$five\E\n\z/, 'secauditctl makes the same tokens');
command_like([ @ctl, "--key-command=cat $key_file", '--', 'hush' ], qr/\A\Q$hush\E\n\z/, 'also with a command');
command_like([ @ctl, '--key-file', $key_file, '--key-id' ], qr/\A630dcd2966c43366\n\z/, 'and says which key it is');
{
	my ($out, $err) = ('', '');
	my $in = "hush\n5";
	ok(IPC::Run::run([ @ctl, '--key-file', $key_file, '-' ], '<', \$in, '>', \$out, '2>', \$err), 'values on standard input');
	is($out, "$hush\n$five\n", 'are lines');
}
command_exit_is([ @ctl, 'hush' ], 2, 'no key: wrong usage');
command_exit_is([ @ctl, '--key-file', $key_file ], 2, 'no value: wrong usage');
command_exit_is([ @ctl, '--key-command', 'false', 'hush' ], 2, 'a command that fails');
command_exit_is([ @ctl, '--key-file', '/nonexistent', 'hush' ], 2, 'a file that is not there');

# none
set('none');
recorded(q{SET app.password = 'x'}, { query => q{SET app.password = 'x'}, redacted => undef }, 'none: everything stays');

# patterns, functions, options
set('secrets');
query(q{SET secaudit.redact_patterns = 'pan, email'});
recorded(q{SELECT '4111 1111 1111 1111 hello', 4111111111111111, 'joe@example.org', 'DE89370400440532013000'},
	{ query => q{SELECT '<pan> hello', <pan>, '<email>', 'DE89370400440532013000'}, redacted => [ 'pan', 'email' ] },
	'patterns in constants');
is_deeply(
	[ map { $_->{value} } @{ bound('SELECT $1::text, $2::int8, $3::int8', 'to joe@example.org', '4111111111111111', '4')->{params} } ],
	[ 'to <email>', '<pan>', 4 ], 'patterns in parameters');
recorded(q{SELECT 'to joe@example.org'::int},
	{ error => 'invalid input syntax for type integer: "to <email>"' }, 'patterns in messages');
query(q{SET secaudit.redact_functions = 'charge:2, Other.Fn'});
query(q{SET secaudit.redact_options = 'ssn'});
query(q{CREATE FUNCTION charge(text, text) RETURNS text LANGUAGE sql RETURN $1});
recorded(q{SELECT charge('a', 'hush')}, { query => q{SELECT charge('a', '<redacted>')}, redacted => ['secret'] }, 'a listed function');
is_deeply(
	[ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ bound('SELECT charge($1, $2)', 'a', 'hush')->{params} } ],
	[ 'a', 'hidden' ], 'its parameters');
recorded(q{SET app.ssn = 'hush'}, { query => q{SET app.ssn = '<redacted>'}, new_value => '<redacted>' }, 'a listed setting');

# what is refused
my @wrong = (
	[ 'secaudit.redact', 'literal', 'Unrecognized mode "literal".', 'Perhaps you meant "literals". Valid modes are secrets, literals, tokens and none.' ],
	[ 'secaudit.redact', 'all', 'Unrecognized mode "all".', 'Valid modes are secrets, literals, tokens and none.' ],
	[ 'secaudit.redact_patterns', 'pan, emial', 'Unrecognized pattern "emial".', 'Perhaps you meant "email". Valid patterns are pan, email and iban.' ],
	[ 'secaudit.redact_functions', 'f:0', '"f:0" is no name of a function.',
		'Write function, schema.function, or either with :n for its argument n alone, from 1 to 63.' ],
	[ 'secaudit.redact_options', 'a.b', '"a.b" is no name of an option, a setting or a column.',
		'Write the last part of the name, without a schema or table, of up to 63 bytes.' ],
);
foreach my $case (@wrong)
{
	my ($setting, $value, $detail, $hint) = @$case;
	my ($status, undef, $err) = $node->psql('postgres', "SET $setting = '$value'");
	is($status, 3, "$setting = $value is refused");
	like($err, qr/DETAIL:  \Q$detail\E\nHINT:  \Q$hint\E/, 'and explained');
}

# what was running when its backend was killed
set('literals');
$c->query(q{SELECT 'hush', pg_sleep(600)});
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}) or die;
my $pid = $c->pid;
kill 'KILL', $pid;
$node->poll_query_until('postgres', 'SELECT true') or die;
my ($unknown) = await_records($node, 1, pid => $pid, outcome => 'unknown', event => 'statement');
is($unknown->{query}, q{SELECT '?', pg_sleep(?)}, 'a slot that a dead session has left');

# secaudit.lock
$node->append_conf('postgresql.conf', "secaudit.lock = session\nsecaudit.redact = tokens");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.redact') = 'tokens'}) or die;
foreach my $setting (qw(redact redact_functions redact_options redact_patterns))
{
	my ($status, undef, $err) = $node->psql('postgres', "SET secaudit.$setting = 'none'");
	like($err, qr/secaudit settings cannot be changed here/, "secaudit.lock covers secaudit.$setting");
}
my ($locked, undef, $denied) = $node->psql('postgres', q{CREATE ROLE eve; SET ROLE eve; SET secaudit.redact = 'none'});
is($locked, 3, 'and nobody without the right to can set it');

# the key is in no setting, and the command is shown to nobody
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE setting LIKE '%$key%'"), '0', 'no setting has the key');
is( (grep { /^secaudit\.token_key_command=/ } @{ (records($node, event => 'audit.start'))[-1]{settings} })[0],
	'secaudit.token_key_command=<redacted>', 'the trail does not have the command');

# without a key, or with a wrong one
sub starts_not
{
	my ($conf, $what, $name) = @_;
	my $log = -s $node->logfile;
	$node->append_conf('postgresql.conf', $conf);
	ok(!$node->start(fail_ok => 1), $name);
	like(substr(slurp_file($node->logfile), $log), $what, "$name: the reason");
	return;
}
$node->stop;
starts_not('secaudit.token_key_command = false', qr/FATAL:  secaudit\.token_key_command failed\n.*DETAIL:  Command "false": child process exited with exit code 1\.\n.*HINT:  The command has to print a key of 32 bytes or more/s,
	'a command that fails stops the start');
starts_not(q{secaudit.token_key_command = 'echo 0102'}, qr/FATAL:  secaudit\.token_key_command gives no key\n.*DETAIL:  Command "echo 0102": the key has 2 bytes, it needs at least 32\./s,
	'a short key does, too');
starts_not(q{secaudit.token_key_command = ''}, qr/Tokens need a key, and the server was started without one\..*Set secaudit\.token_key_command and restart the server\./s,
	'so does redact = tokens without a key');
$node->append_conf('postgresql.conf', "secaudit.redact = literals\nsecaudit.lock = off");
ok($node->start, 'it starts without tokens');
my ($status, undef, $err) = $node->psql('postgres', 'SET secaudit.redact = tokens');
like($err, qr/DETAIL:  Tokens need a key, and the server was started without one\.\nHINT:  Set secaudit\.token_key_command and restart the server\./,
	'and there can be none');
is((records($node, event => 'audit.start'))[-1]{token_key}, undef, 'audit.start names no key');

# nothing of it anywhere, as bytes
my $bytes = join '', map { slurp_file($_) } trail_files($node);
my @lines = grep { /hush/ } split /\n/, $bytes;
is("@lines", '', 'nothing that was to be hidden is in the trail');

done_testing;
