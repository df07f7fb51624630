# secaudit.context: what an application says of its own request.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('context', settings => { 'secaudit.log' => 'all' }, conf => "restart_after_crash = on\n");
$node->safe_psql('postgres', 'CREATE ROLE app LOGIN');

# The records of a session of app, by query.
sub session
{
	my ($sql, %opt) = @_;
	flush_trail($node);
	my $seq = (stored_records($node))[-1]{seq};
	local $ENV{PGOPTIONS} = $opt{options} // '';
	my (undef, undef, $stderr) = $node->psql('postgres', $sql, extra_params => [ '-U', 'app' ], on_error_stop => 0);
	flush_trail($node);
	my @got = grep { $_->{seq} > $seq && ($_->{user} // '') eq 'app' } stored_records($node);
	return ($stderr, @got);
}

sub contexts
{
	my (undef, @got) = @_;
	return join "\n", map { $_->{query} . ' -> ' . ($_->{context} // '-') } grep { $_->{event} eq 'statement' } @got;
}

# secaudit.lock is "session", and app is nobody.
my ($stderr, @got) = session(q{
	SELECT 'before';
	SET secaudit.context = 'user=jane request=4711';
	SELECT 'in';
	BEGIN;
	SET LOCAL secaudit.context = 'user=joe';
	SELECT 'local';
	ROLLBACK;
	SELECT 'after';
	DISCARD ALL;
	SELECT 'reset'});
is($stderr, '', 'any session may set its context, whatever secaudit.lock says');
is(contexts($stderr, @got), <<'END' =~ s/\n$//r, 'each record has the context of its moment');
SELECT 'before' -> -
SET secaudit.context = 'user=jane request=4711' -> user=jane request=4711
SELECT 'in' -> user=jane request=4711
BEGIN -> user=jane request=4711
SET LOCAL secaudit.context = 'user=joe' -> user=joe
SELECT 'local' -> user=joe
ROLLBACK -> user=joe
SELECT 'after' -> user=jane request=4711
DISCARD ALL -> -
SELECT 'reset' -> -
END
my ($set) = grep { ($_->{query} // '') =~ /^SET secaudit/ } @got;
is($set->{class}, 'misc_set', 'to set it changes nothing of the audit');

(undef, @got) = session(q{SELECT 'x' FROM nowhere; SELECT 'y'}, options => '-c secaudit.context=pool=web');
is(scalar(grep { ($_->{context} // '') ne 'pool=web' } grep { $_->{event} ne 'session.auth' } @got), 0,
	'a pool gives it with the connection, and the session, its failures and its end have it');
is((grep { $_->{event} eq 'error' } @got)[0]{context}, 'pool=web', 'so has an error');

# What is no context.
foreach my $case (
	[ 'jane', 'DETAIL:  "jane" is not a pair of key and value.' ],
	[ 'user=', 'DETAIL:  "user=" is not a pair of key and value.' ],
	[ '=x', 'DETAIL:  "=x" is not a pair of key and value.' ],
	[ '1a=x', 'DETAIL:  "1a=x" is not a pair of key and value.' ],
	[ 'a=b c', 'DETAIL:  "c" is not a pair of key and value.' ],
	[ "a=b\nc=d", "is not a pair of key and value." ],
	[ 'a=' . 'x' x 255, 'DETAIL:  The context may have up to 256 bytes, this has 257.' ])
{
	my ($value, $detail) = @$case;
	($stderr) = session("SET secaudit.context = '$value'");
	like($stderr, qr/ERROR:  invalid value for parameter "secaudit.context".*\Q$detail\E/s, 'refused: ' . substr($value =~ s/\n/\\n/r, 0, 20));
}
($stderr, @got) = session("SET secaudit.context = 'a=" . 'x' x 254 . "'; SELECT 'long'");
is($got[-2]{context}, 'a=' . 'x' x 254, '256 bytes are recorded whole');
($stderr, @got) = session(q{SET secaudit.context = 'name="\\x" who=Jane'; SELECT 'odd'});
is((grep { ($_->{query} // '') eq q{SELECT 'odd'} } @got)[0]{context}, 'name="\\x" who=Jane', 'quotes and backslashes are those that were set');
($stderr, @got) = session(q{SET secaudit.context = 'dsn=postgres://a:hush@h/d'; SELECT 'secret'});
unlike(join('', map { $_->{context} // '' } @got), qr/hush/, 'a password in it is hidden');

# What a server that dies leaves of the statement has it.
{
	my $session = SecauditProto->connect($node, user => 'app', database => 'postgres');
	$session->query(q{SET secaudit.context = 'request=dies'});
	$session->until_ready;
	$session->query('SELECT pg_sleep(600)');
	wait_until(sub { $node->safe_psql('postgres', qq{SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep' AND usename = 'app'}) eq '1' })
	  or die 'does not run';
	my $dying = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep' AND usename = 'app'});
	kill 'KILL', $dying;
	$node->poll_query_until('postgres', 'SELECT 1', '1') or die 'does not come back';
	flush_trail($node);
	my ($unknown) = grep { $_->{outcome} // '' eq 'unknown' and ($_->{query} // '') =~ /pg_sleep\(600\)/ } stored_records($node);
	is($unknown->{context}, 'request=dies', 'the record of a statement that never ended has it');
}

secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
