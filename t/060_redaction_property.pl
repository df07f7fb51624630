# Whatever a secret is made of, and wherever it stands, it reaches no file of
# secaudit's and no line that it writes to the server's log: not as it is, nor in
# base64, in hex, or as JSON escapes it.  Everything around it stays.
use strict;
use warnings;

use MIME::Base64;
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditFault;
use SecauditTest;
use Encode qw(decode encode);
use Test::More;

my $node = new_node('main', init => [ extra => [ '--encoding=UTF8', '--locale=C' ] ],
	settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.log_parameters' => 'on', log_statement => 'none', restart_after_crash => 'on' });
$node->safe_psql('postgres', q{CREATE TABLE users (name text, password text, n int); CREATE ROLE keep1; CREATE TYPE login AS (name text, password text)});
my %oid = map { split /\|/ } split /\n/, $node->safe_psql('postgres', 'SELECT typname, oid FROM pg_type');
my $c = SecauditProto->connect($node);
my $seed = $ENV{REDACT_SEED} // time;
srand $seed;
note("REDACT_SEED=$seed");

# ---- secrets: each begins with a part that no other text has ----------------------

sub letters { my ($n, @from) = @_; return join '', map { $from[ rand @from ] } 1 .. $n; }
sub secret
{
	my ($kind) = @_;
	my $core = letters(10, 'A' .. 'Z', 'a' .. 'z', 0 .. 9);
	return "q$core" if $kind == 0;
	return "q$core'" . letters(3, qw(' " a)) . 'z' if $kind == 1;
	return "q$core\\" . letters(3, '\\', 'n', "'") . 'z' if $kind == 2;
	return "q$core\x{e9}\x{65e5}\x{1f511}z" if $kind == 3;
	return encode_base64("q$core$core", '') if $kind == 4;
	return "q$core \$1 \$\$ ;--/*" . letters(3, '{', '}', ')', '(') . 'z';
}

sub q_sql { my ($s) = @_; $s =~ s/'/''/g; return "'$s'"; }
sub q_escape { my ($s) = @_; $s =~ s/(['\\])/\\$1/g; return "E'$s'"; }
sub q_dollar { my ($s) = @_; return "\$zq\$$s\$zq\$"; }
sub q_json { my ($s) = @_; $s =~ s/(["\\])/\\$1/g; return "\"$s\""; }
sub q_conninfo { my ($s) = @_; $s =~ s/(['\\])/\\$1/g; return "'$s'"; }

# ---- places ------------------------------------------------------------------------

my @places = (
	sub { 'ALTER ROLE keep1 PASSWORD ' . q_sql($_[0]) . q{ VALID UNTIL 'infinity'} },
	sub { 'ALTER ROLE keep1 PASSWORD ' . q_escape($_[0]) . ' NOLOGIN' },
	sub { 'ALTER ROLE keep1 PASSWORD ' . q_dollar($_[0]) . ' NOLOGIN' },
	sub { 'ALTER ROLE keep1 pasword ' . q_sql($_[0]) . ' NOLOGIN' },
	sub { 'ALTER ROLE nobody_keep2 PASSWORD ' . q_sql($_[0]) },
	sub { 'SET keep1.api_token = ' . q_sql($_[0]) },
	sub { q{SELECT set_config('keep1.password', } . q_sql($_[0]) . q{, false), 'keep2'} },
	sub { q{SELECT set_config(new_value => } . q_sql($_[0]) . q{, setting_name => 'keep1.password', is_local => true), 'keep2'} },
	sub { q{INSERT INTO users (name, password) VALUES ('keep1', } . q_sql($_[0]) . q{)} },
	sub { q{UPDATE users SET password = } . q_escape($_[0]) . q{ WHERE name = 'keep1'} },
	sub { q{SELECT 1 FROM users WHERE password BETWEEN } . q_sql($_[0]) . q{ AND 'zz' AND name = 'keep1'} },
	sub { q{SELECT nullif(password, } . q_sql($_[0]) . q{), 'keep1' FROM users} },
	sub { q{SELECT 1 FROM users WHERE password = } . q_sql($_[0]) . q{::int::text AND name = 'keep1'} },
	sub { q{WITH v(name, password) AS (VALUES ('keep1', } . q_sql($_[0]) . q{)) SELECT name FROM v} },
	sub { q{SELECT jsonb_build_object('user', 'keep1', 'password', } . q_sql($_[0]) . ')' },
	sub { 'SELECT ' . q_sql('{"user": "keep1", "password": ' . q_json($_[0]) . '}') . '::jsonb' },
	sub { 'SELECT ' . q_sql('host=keep1 password=' . q_conninfo($_[0])) },
	sub { 'CREATE SUBSCRIPTION keep1 CONNECTION ' . q_sql('host=keep2 password=' . q_conninfo($_[0])) . ' PUBLICATION p WITH (connect = false)' },
	sub { q{SELECT hmac('keep1', } . q_sql($_[0]) . q{, 'sha256')} },
	sub { 'DO ' . q_sql('BEGIN EXECUTE ' . q_sql('ALTER ROLE keep1 PASSWORD ' . q_sql($_[0])) . '; END') },
	sub { 'DO $do$BEGIN EXECUTE format(\'ALTER ROLE keep1 PASSWORD %L\', ' . q_sql($_[0]) . '); END$do$' },
	sub { q{SELECT 'keep1'; ALTER ROLE keep1 PASSWORD } . q_sql($_[0]) . q{; SELECT 'keep2'} },
	sub { q{PREPARE TRANSACTION } . q_sql('password=' . q_conninfo($_[0])) },
	sub { q{SECURITY LABEL FOR dummy ON TABLE users IS } . q_sql('password=' . q_conninfo($_[0])) },
	sub { q{SELEC keep1, } . q_sql($_[0]) },
	sub { q{PREPARE keep1 AS SELECT 1 FROM users WHERE password = } . q_sql($_[0]) . q{; DEALLOCATE keep1} },
	sub { q{PREPARE keep1 AS SELECT 1 FROM users WHERE name = $1 AND password = $2; EXECUTE keep1('keep2', } . q_sql($_[0]) . q{); DEALLOCATE keep1} },
	sub { q{SELECT secaudit.record('keep1', message => } . q_sql('password=' . q_conninfo($_[0])) . ')' },
);

# what is bound, with the types of it
my @bound = (
	sub { [ q{UPDATE users SET password = $1 WHERE name = $2}, [], [ $_[0], 'keep1' ] ] },
	sub { [ q{UPDATE users SET n = $1 WHERE password = $2}, [], [ '7', $_[0] ] ] },
	sub { [ q{SELECT 'keep1' FROM users WHERE password = $1::int::text}, [], [ $_[0] ] ] },
	sub { [ q{SELECT set_config($1, $2, false), 'keep1'}, [], [ 'app.password', $_[0] ] ] },
	sub { [ q{SELECT $1, 'keep1'}, [ $oid{jsonb} ], [ '{"password": ' . q_json($_[0]) . '}' ] ] },
	sub { [ q{SELECT $1, 'keep1'}, [ $oid{_text} ], [ '{--password,' . q_json($_[0]) . '}' ] ] },
	sub { my $s = $_[0]; $s =~ s/(["\\])/$1$1/g; [ q{SELECT $1, 'keep1'}, [ $oid{login} ], [ qq{(bob,"$s")} ] ] },
	sub { [ q{SELECT $1, 'keep1'}, [ $oid{bytea} ], [ '\x' . unpack 'H*', encode('UTF-8', "password=$_[0]") ] ] },
	sub { [ q{SELECT $1, 'keep1'}, [ $oid{text} ], [ 'password=' . q_conninfo($_[0]) ] ] },
);

my @secrets;
my $sent = 0;
for my $kind (map { $_ % 6 } 1 .. 12)
{
	for my $place (@places)
	{
		push @secrets, secret($kind);
		my $sql = $place->($secrets[-1]);
		$c->query(encode('UTF-8', $sql))->until_ready;
		$sent++;
	}
	for my $bound (@bound)
	{
		push @secrets, secret($kind);
		my ($sql, $types, $values) = @{ $bound->($secrets[-1]) };
		$c->parse('', $sql, @$types)->bind('', '', [ map { encode('UTF-8', $_) } @$values ])->execute('')->sync->until_ready;
	}
	$c->query('ROLLBACK')->until_ready;
}
my @texts = map { $_->{query} // '' } records($node, pid => $c->pid);
my $all = join "\n", @texts;
cmp_ok(scalar(() = $all =~ /keep1/g), '>=', $sent, 'what is around them stays');
like($all, qr/^ALTER ROLE keep1 PASSWORD '<redacted>' VALID UNTIL 'infinity'$/m, 'as it was written');

# a statement that a crash interrupts
push @secrets, secret(0);
my $slow = SecauditProto->connect($node);
$slow->query(qq{SELECT pg_sleep(600), password = '$secrets[-1]' FROM (VALUES ('keep1')) v(password)});
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'}), 'a statement runs');
kill 'KILL', $slow->pid;
ok(wait_until(sub { slurp_file($node->logfile) =~ /all server processes terminated.*ready to accept connections/s }), 'the server has restarted');
$node->poll_query_until('postgres', 'SELECT true');
$node->stop('immediate');

# ---- none of them is anywhere --------------------------------------------------------

sub forms
{
	my ($secret) = @_;
	my $bytes = encode('UTF-8', $secret);
	my $json = $bytes;
	$json =~ s/(["\\])/\\$1/g;
	return ($bytes, $json, unpack('H*', $bytes), map { substr(encode_base64(('x' x $_) . $bytes, ''), 4, 12) } 0 .. 2);
}
my @log = grep { /secaudit/i && !/STATEMENT:|ERROR:/ } split /\n/, slurp_file($node->logfile);
my %files = ((map { $_ => slurp_file($_) } trail_files($node), $node->data_dir . '/secaudit.buf'), "secaudit's lines of the server log" => join "\n", @log);
for my $file (sort keys %files)
{
	my @found;
	for my $secret (@secrets)
	{
		for my $form (forms($secret))
		{
			my $at = index $files{$file}, $form;
			push @found, substr($files{$file}, $at < 300 ? 0 : $at - 300, 400) if $at >= 0;
		}
	}
	is_deeply(\@found, [], "none of " . @secrets . " in $file");
}
done_testing();
