# Event triggers of a login (17): what they run is nested in a statement LOGIN,
# and whom they do not let in is found as a failed login.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

plan skip_all => 'login event triggers came with 17' if server_major() < 17;

my $node = new_node('login_trigger', init => [ allows_streaming => 'logical' ], settings => { restart_after_crash => 'on' });
$node->safe_psql('postgres', q{
	CREATE ROLE alice LOGIN;
	CREATE ROLE mallory LOGIN;
	CREATE ROLE trudy LOGIN;
	CREATE ROLE carol LOGIN;
	CREATE ROLE oscar LOGIN;
	CREATE TABLE logins (who text);
	CREATE TABLE secret (a int);
	GRANT INSERT ON logins TO PUBLIC;
	CREATE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO logins VALUES (session_user);
		CASE session_user
			WHEN 'mallory' THEN
				RAISE EXCEPTION 'not today' USING ERRCODE = '28000', DETAIL = 'no reason';
			WHEN 'trudy' THEN
				PERFORM a FROM secret;
			WHEN 'carol' THEN
				BEGIN
					PERFORM a FROM secret;
				EXCEPTION WHEN OTHERS THEN NULL;
				END;
			WHEN 'oscar' THEN
				PERFORM pg_sleep(600);
			ELSE NULL;
		END CASE;
	END $$;
	CREATE EVENT TRIGGER greet ON login EXECUTE FUNCTION greet();
	ALTER EVENT TRIGGER greet ENABLE ALWAYS;
});

# The session's records as the user's login leaves them: the last one is written
# when the client has gone.
sub records_of_login
{
	my ($user, $sql, %options) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql // 'SELECT 1', extra_params => [ '-U', $user ], %options);
	await_records($node, 1, since => $since, user => $user, event => qr/^session\.(auth|end)$/);
	return records($node, since => $since, user => $user);
}

sub events { return join ' ', map { $_->{command} // $_->{event} } @_; }

my @login = (class => 'function', command => 'LOGIN', stmt => 1, objects => ['function public.greet() execute'], query => undef, incomplete => undef);
my @insert = (command => 'INSERT', outcome => 'success', stmt => 2, parent => 1, level => 1, origin => 'function', objects => ['table public.logins insert']);

# Let in.
my @got = records_of_login('alice');
is(events(@got), 'INSERT LOGIN COMMIT session.start SELECT COMMIT session.end', 'a session starts when its event triggers have let it in');
is_record($got[0], {@insert}, 'what the trigger runs is nested in the login');
is_record($got[1], { @login, outcome => 'success', origin => undef }, 'the login names the function');
is_record($got[3], { outcome => 'success', auth_method => 'trust', db => 'postgres' }, 'the start says how the client was authenticated');
is_record($got[4], { outcome => 'success', stmt => 3, parent => undef, level => undef }, 'the first statement is not nested in anything');

# Refused by the function itself.
@got = records_of_login('mallory');
is(events(@got), 'INSERT LOGIN ROLLBACK session.auth', 'a session that a trigger refuses does not start');
is_record($got[1], { @login, outcome => 'failure', sqlstate => '28000', error => 'not today' }, 'the login has failed');
is_record(
	$got[3],
	{ class => 'session', outcome => 'failure', sqlstate => '28000', error => 'not today', detail => undef, auth_method => 'trust', user => 'mallory', db => 'postgres' },
	'what a trigger refuses is a failed login, without the detail of its error');

# Refused by a statement that the function runs: the server finds out late that
# nobody is there to catch the error.
@got = records_of_login('trudy');
is(events(@got), 'INSERT SELECT LOGIN ROLLBACK session.auth', 'the same where a statement of the function fails');
is_record($got[1], { outcome => 'failure', sqlstate => '42501', parent => 1, level => 1, objects => ['table public.secret select'] }, 'that statement is the failure');
is_record($got[2], { @login, outcome => 'failure', sqlstate => '42501' }, 'and so is the login');
is_record($got[4], { outcome => 'failure', sqlstate => '42501', error => 'permission denied for table secret', auth_method => 'trust' }, 'and the session');

# An error that the function catches refuses nobody.
@got = records_of_login('carol');
is(events(@got), 'INSERT SELECT ROLLBACK LOGIN COMMIT session.start SELECT COMMIT session.end', 'a caught error lets the client in');
is_record($got[3], { @login, outcome => 'success', sqlstate => undef }, 'the login is none of it');

# Ended while the function runs.
my $since = mark($node);
my $oscar = SecauditProto->connect($node, user => 'oscar', raw => 1);
$node->poll_query_until('postgres', q{SELECT count(pg_terminate_backend(pid)) = 1 FROM pg_stat_activity WHERE usename = 'oscar' AND wait_event = 'PgSleep'});
$oscar->until_type('E');
$oscar->vanish;
my ($auth) = await_records($node, 1, since => $since, event => 'session.auth', user => 'oscar');
is_record($auth, { outcome => 'failure', sqlstate => '57P01' }, 'a session that is ended in its triggers is a failed login');
is_record(one_record($node, since => $since, command => 'LOGIN', user => 'oscar'), { @login, outcome => 'failure', sqlstate => '57P01' }, 'and its login has failed');
is(scalar(records($node, since => $since, user => 'oscar', event => qr/^session\.(start|end)$/)), 0, 'it has neither started nor ended');

# Options of the connection are the client's, changes by the function are not.
$node->safe_psql('postgres', q{
	CREATE ROLE peggy LOGIN;
	CREATE ROLE worker;
	GRANT worker TO peggy;
	CREATE OR REPLACE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF session_user = 'peggy' THEN
			SET row_security = on;
			SET ROLE worker;
		END IF;
	END $$;
});
{
	local $ENV{PGOPTIONS} = '-c row_security=off';
	@got = records_of_login('peggy');
}
is(events(@got), 'CONNECT SET SET LOGIN COMMIT session.start SELECT COMMIT session.end', 'options are recorded before what the triggers change');
is_record($got[0], { event => 'config', setting => 'row_security', new_value => 'off' }, 'an option has the value that the client gave');
is_record($got[2], { parent => 1, level => 1, from_role => 'peggy', to_role => 'worker' }, 'the role that a trigger sets is recorded once');
is_record($got[6], { user => 'peggy', current_user => 'worker' }, 'and acts afterwards');

# A walsender for a database is asked as well.
@got = records_of_login(scalar getpwuid $<, 'IDENTIFY_SYSTEM', replication => 'database');
is(events(@got), 'LOGIN COMMIT session.start IDENTIFY_SYSTEM session.end', 'a walsender starts when its event triggers have let it in');
is_record($got[2], { replication => 'database', outcome => 'success' }, 'and its start says what it is');

# None that fires: the session starts as ever.
$node->safe_psql('postgres', 'ALTER EVENT TRIGGER greet DISABLE');
@got = records_of_login('alice');
is(events(@got), 'session.start SELECT COMMIT session.end', 'a trigger that is disabled leaves nothing');

# Killed while the function runs: what the slot of the process knows is found at
# the next start.
$node->safe_psql('postgres', q{
	CREATE OR REPLACE FUNCTION greet() RETURNS event_trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF session_user = 'oscar' THEN PERFORM pg_sleep(600); END IF;
	END $$;
	ALTER EVENT TRIGGER greet ENABLE;
});
$since = mark($node);
$oscar = SecauditProto->connect($node, user => 'oscar', raw => 1);
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE usename = 'oscar' AND wait_event = 'PgSleep'});
kill 'KILL', $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE usename = 'oscar'});
$oscar->until_type('Z');
$oscar->vanish;
$node->poll_query_until('postgres', 'SELECT true');
@got = await_records($node, 1, since => $since, user => 'oscar');
is(events(@got), 'LOGIN', 'a crash in the triggers leaves the login');
is_record($got[0], { event => 'statement', class => 'function', outcome => 'unknown', db => 'postgres', stmt => 1 }, 'with an outcome that nobody knows');

check_trail($node, 'the trail is sound');
done_testing();
