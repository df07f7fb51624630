# Who acts: every way to change it is a record of class role that says from
# whom to whom, and every statement afterwards says in whose name it ran.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('identity');
my $su = getpwuid($<);

$node->safe_psql(
	'postgres', q{
	CREATE ROLE boss SUPERUSER;
	CREATE ROLE alice LOGIN;
	CREATE ROLE bob;
	GRANT boss, bob TO alice;
	CREATE FUNCTION borrowed() RETURNS int LANGUAGE plpgsql SET role = 'bob'
		AS 'BEGIN PERFORM 1 AS borrowed; RETURN 1; END';
	CREATE FUNCTION changes_role() RETURNS void LANGUAGE plpgsql
		AS 'BEGIN SET ROLE boss; END';
	CREATE FUNCTION definer() RETURNS name LANGUAGE plpgsql SECURITY DEFINER
		AS 'BEGIN PERFORM 1 AS in_definer; RETURN current_user; END';
	GRANT EXECUTE ON FUNCTION definer() TO alice;
});

my @alice = (user => 'alice', login_user => undef);
my %none = (from_role => undef, to_role => undef, gains_superuser => undef);

statements_are(
	$node,
	{ params => [ '-U', 'alice' ] },
	[   'SET ROLE boss',
		{   class => 'role',
			command => 'SET',
			outcome => 'success',
			@alice,
			current_user => undef,
			superuser => undef,
			target_role => 'boss',
			from_role => 'alice',
			to_role => 'boss',
			from_user => undef,
			gains_superuser => 1,
			local => undef
		},
		'32: SET ROLE is class role, from, to, and gains superuser' ],
	[   'SELECT 1 AS as_boss',
		{ class => 'read', @alice, current_user => 'boss', superuser => 1, %none },
		'33: a statement after SET ROLE has the new current user' ],
	[   'SET ROLE bob',
		{   class => 'role',
			current_user => 'boss',
			from_role => 'boss',
			to_role => 'bob',
			gains_superuser => undef
		},
		'32: leaving a superuser gains nothing' ],
	[   'SET ROLE bob',
		{ class => 'role', from_role => 'bob', to_role => 'bob' },
		'32: SET ROLE to the same role says so' ],
	[   'RESET ROLE',
		{ class => 'role', command => 'RESET', from_role => 'bob', to_role => 'alice' },
		'32: RESET ROLE' ],
	[   qq{SET ROLE "$su"},
		{   class => 'role',
			outcome => 'failure',
			sqlstate => '42501',
			target_role => $su,
			%none
		},
		'32: a refused SET ROLE names the role, and changes nothing' ],
	[   q{SELECT set_config('role', 'boss', false)},
		{   class => 'role',
			command => 'SELECT',
			target_role => 'boss',
			from_role => 'alice',
			to_role => 'boss',
			gains_superuser => 1
		},
		'32: set_config() is the same as SET ROLE' ],
	[   q{SELECT set_config('role', 'none', false)},
		{ class => 'role', from_role => 'boss', to_role => 'alice' },
		'32: and so is its way back' ],
	['BEGIN'],
	[   'SET LOCAL ROLE bob',
		{ class => 'role', from_role => 'alice', to_role => 'bob', local => 1 },
		'32: SET LOCAL ROLE is marked as local' ],
	['COMMIT'],
	[   'SELECT 1 AS after_local', { @alice, current_user => undef },
		'33: after COMMIT it is over' ],
	['PREPARE p AS SELECT set_config($1, $2, false)'],
	[   q{EXECUTE p('role', 'boss')},
		{   class => 'role',
			command => 'EXECUTE',
			target_role => 'boss',
			from_role => 'alice',
			to_role => 'boss',
			gains_superuser => 1
		},
		'32: set_config() with parameters of a prepared statement' ],
	['RESET ROLE'],
	[   q{DO $$ BEGIN EXECUTE 'SET ROLE bob'; END $$},
		{ class => 'function', %none },
		'32: a DO block leaves a change to the statement in it' ],
	['RESET ROLE'],
	[   q{DO $$ DECLARE x text; BEGIN x := set_config('role', 'boss', false);}
		  . q{ PERFORM 1 AS hidden; x := set_config('role', 'alice', false); END $$},
		{   class => 'role',
			command => 'DO',
			from_role => 'alice',
			to_role => 'boss',
			gains_superuser => 1
		},
		'32: a change by an expression, taken back before the end, is seen' ],
	['RESET ROLE'],
	[   'SELECT borrowed()',
		{   class => 'role',
			command => 'SELECT',
			current_user => undef,
			from_role => 'alice',
			to_role => 'bob',
			local => 1
		},
		q{32: a function's own SET role, for the function} ],
	[   'SELECT definer()',
		{ class => 'read', current_user => undef, %none },
		'32: SECURITY DEFINER borrows rights, and changes no role' ],
	[   'SELECT changes_role()',
		{ class => 'read', %none },
		'32: a function that sets the role: the statement in it tells' ],
	[   'DISCARD ALL',
		{   class => 'role',
			classes => [ 'role', 'misc' ],
			from_role => 'boss',
			to_role => 'alice'
		},
		'32: DISCARD ALL resets the role, too' ],);

is_record(
	one_record($node, query => 'SELECT 1 AS borrowed', level => 1),
	{ current_user => 'bob', user => 'alice', origin => 'function' },
	q{33: inside, the function's role});
is_record(
	one_record($node, query => 'SELECT 1 AS in_definer'),
	{ current_user => $su, user => 'alice', superuser => 1 },
	'33: inside SECURITY DEFINER, the definer');
is_record(
	one_record($node, query => 'SELECT 1 AS hidden'),
	{ current_user => 'boss', superuser => 1, user => 'alice' },
	'33: and what ran in between, ran as the other role');
is_record(
	one_record($node, query => 'SET ROLE boss', level => 1),
	{   class => 'role',
		origin => 'function',
		from_role => 'alice',
		to_role => 'boss',
		gains_superuser => 1
	},
	'32: SET ROLE in a function');

# SET SESSION AUTHORIZATION needs a superuser.
statements_are(
	$node, {},
	[   'SET SESSION AUTHORIZATION alice',
		{   class => 'role',
			user => $su,
			target_role => 'alice',
			from_role => $su,
			to_role => 'alice',
			from_user => $su,
			to_user => 'alice',
			gains_superuser => undef
		},
		'32: SET SESSION AUTHORIZATION changes user and role' ],
	[   'SELECT 1 AS as_alice',
		{ user => 'alice', login_user => $su, current_user => undef, superuser => undef },
		'33: login_user is who logged in' ],
	['SET ROLE boss'],
	[   'SELECT 2 AS as_boss',
		{ user => 'alice', login_user => $su, current_user => 'boss', superuser => 1 },
		'33: login, session and current user at once' ],
	[   'RESET SESSION AUTHORIZATION',
		{   class => 'role',
			command => 'RESET',
			from_user => 'alice',
			to_user => $su,
			from_role => 'boss',
			to_role => $su
		},
		'32: RESET SESSION AUTHORIZATION' ],
	['SET SESSION AUTHORIZATION alice'],
	[   'DISCARD ALL',
		{   class => 'role',
			from_role => 'alice',
			to_role => $su,
			from_user => 'alice',
			to_user => $su,
			gains_superuser => 1
		},
		'32: DISCARD ALL gives the superuser back, and says so' ],
	[q{ALTER ROLE alice SET role = 'bob'}],);

# A role by default, from the first moment of the session.
my $since = mark($node);
$node->safe_psql('postgres', 'SELECT 1 AS at_once', extra_params => [ '-U', 'alice' ]);
is_record(
	one_record($node, since => $since, event => 'session.start'),
	{ user => 'alice', current_user => 'bob' },
	'32: ALTER ROLE ... SET role: the session starts as the other role');
is_record(
	one_record($node, since => $since, query => 'SELECT 1 AS at_once'),
	{ user => 'alice', current_user => 'bob' },
	'33: and so do its statements');

# Nothing of it can be hidden in a function.
$node->safe_psql(
	'postgres', q{
	ALTER SYSTEM SET secaudit.log = 'role';
	ALTER SYSTEM SET secaudit.log_nested = off;
	ALTER SYSTEM SET secaudit.log_superuser = off;
	ALTER ROLE alice RESET role;
	SELECT pg_reload_conf()});
$since = mark($node);
$node->safe_psql('postgres', 'SELECT changes_role()', extra_params => [ '-U', 'alice' ]);
is_deeply(
	[   map { "$_->{query} $_->{from_role}-$_->{to_role}" }
		  records($node, since => $since, event => 'statement', user => 'alice')
	],
	['SET ROLE boss alice-boss'],
	'32: with log = role and log_nested off, SET ROLE in a function is recorded');

$node->stop;
done_testing();
