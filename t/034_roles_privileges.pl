# Roles, privileges and who owns what: the commands in structured form.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('privileges');
my $su = getpwuid($<);
my @ok = (class => 'role', outcome => 'success');

statements_are(
	$node, {},
	[   q{CREATE ROLE alice LOGIN},
		{ @ok, target_role => 'alice', attributes => ['login'], objects => ['role alice create'] },
		'34: CREATE ROLE' ],
	[   q{CREATE USER bob NOINHERIT CREATEDB CONNECTION LIMIT 5 VALID UNTIL '2030-01-01'},
		{   @ok,
			command => 'CREATE ROLE',
			attributes => [ 'login', 'noinherit', 'createdb', 'connection limit 5', 'valid until 2030-01-01' ]
		},
		'34: its attributes in the words of SQL' ],
	[   q{ALTER ROLE bob SUPERUSER},
		{ @ok, target_role => 'bob', attributes => ['superuser'], objects => ['role bob alter'] },
		'34: ALTER ROLE ... SUPERUSER' ],
	[q{ALTER ROLE bob NOSUPERUSER}],
	[   q{COMMENT ON ROLE bob IS 'password'},
		{   class => 'ddl',
			objects => ['role bob alter'],
			query => q{COMMENT ON ROLE bob IS 'password'},
			redacted => undef
		},
		'34: a comment about passwords is no password' ],
	[   q{ALTER ROLE nobody PASSWORD NULL},
		{   class => 'role',
			outcome => 'failure',
			sqlstate => '42704',
			target_role => 'nobody',
			attributes => ['password null'],
			objects => ['role nobody alter']
		},
		'34: a refused ALTER ROLE names its target' ],
	[q{CREATE ROLE boss SUPERUSER}],

	# 36: membership
	[   q{GRANT bob, boss TO alice WITH ADMIN OPTION},
		{   @ok,
			command => 'GRANT ROLE',
			target_role => undef,
			members => ['alice'],
			admin_option => 1,
			objects => [ 'role bob grant', 'role boss grant' ]
		},
		'36: GRANT of several roles names each' ],
	[   q{REVOKE ADMIN OPTION FOR bob FROM alice CASCADE},
		{   @ok,
			command => 'REVOKE ROLE',
			target_role => 'bob',
			members => ['alice'],
			admin_option => 1,
			behavior => 'cascade',
			objects => ['role bob revoke']
		},
		'36: REVOKE ADMIN OPTION' ],
	(   server_major() < 16 ? () :
		  ([   q{GRANT bob TO alice WITH INHERIT FALSE, SET TRUE, ADMIN FALSE},
				{   @ok,
					members => ['alice'],
					admin_option => 0,
					inherit_option => 0,
					set_option => 1,
					objects => ['role bob grant']
				},
				'36: the options of a membership, with their values' ],
			[   q{REVOKE INHERIT OPTION FOR bob FROM alice},
				{ @ok, admin_option => undef, inherit_option => 1, set_option => undef, objects => ['role bob revoke'] },
				'36: REVOKE INHERIT OPTION says which is taken away' ],
			[   q{REVOKE SET OPTION FOR bob FROM alice},
				{ @ok, inherit_option => undef, set_option => 1, objects => ['role bob revoke'] },
				'36: REVOKE SET OPTION says which is taken away' ],
			[   q{REVOKE bob FROM alice},
				{ @ok, admin_option => undef, inherit_option => undef, set_option => undef, objects => ['role bob revoke'] },
				'36: a plain REVOKE names none' ],)),
	[   q{CREATE ROLE carol IN ROLE bob ROLE alice ADMIN boss},
		{   @ok,
			target_role => 'carol',
			member_of => ['bob'],
			members => ['alice'],
			admin_members => ['boss']
		},
		'36: CREATE ROLE with members of all kinds' ],
	[   q{ALTER GROUP bob ADD USER boss},
		{   @ok,
			command => 'ALTER ROLE',
			target_role => 'bob',
			members => ['boss'],
			attributes => undef,
			objects => ['role bob alter,grant']
		},
		'36: ALTER GROUP ADD USER' ],
	[   q{ALTER GROUP bob DROP USER boss},
		{ @ok, members => ['boss'], objects => ['role bob alter,revoke'] },
		'36: ALTER GROUP DROP USER' ],
	[   q{CREATE ROLE twice ROLE alice ROLE bob},
		{ outcome => 'failure', sqlstate => '42601', members => ['alice'] },
		'36: an option given twice leaves no key twice' ],

	# 35: privileges
	[q{CREATE SCHEMA s CREATE TABLE t1 (a int, b text) CREATE TABLE t2 (a int) CREATE SEQUENCE q}],
	[q{CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'}],
	[q{CREATE TYPE s.mood AS ENUM ('good')}],
	[q{SELECT lo_create(4711)}],
	[   q{GRANT SELECT (a), UPDATE (b) ON s.t1 TO alice, carol WITH GRANT OPTION},
		{   @ok,
			command => 'GRANT',
			privileges => [ 'select', 'update' ],
			column_privileges => [ 'select(a)', 'update(b)' ],
			grantees => [ 'alice', 'carol' ],
			grant_options => ['grant'],
			objects => ['table s.t1 grant']
		},
		'35: columns, grantees, grant option' ],
	[   q{GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA s TO PUBLIC},
		{   @ok,
			privileges => [ 'select', 'insert' ],
			grantees => ['public'],
			schemas => ['s'],
			objects => [ 'table s.t1 grant', 'table s.t2 grant' ]
		},
		'35: ALL TABLES IN SCHEMA, each by name' ],
	[   q{GRANT USAGE ON ALL SEQUENCES IN SCHEMA s TO alice},
		{ @ok, objects => ['sequence s.q grant'] },
		'35: ALL SEQUENCES IN SCHEMA' ],
	[   q{REVOKE ALL ON ALL FUNCTIONS IN SCHEMA s FROM PUBLIC CASCADE},
		{   @ok,
			command => 'REVOKE',
			privileges => ['all'],
			behavior => 'cascade',
			objects => ['function s.f(integer) revoke']
		},
		'35: ALL FUNCTIONS IN SCHEMA' ],
	[   q{GRANT EXECUTE ON FUNCTION s.f(int) TO alice},
		{ @ok, privileges => ['execute'], objects => ['function s.f(integer) grant'] },
		'35: a function' ],
	[   q{GRANT USAGE ON TYPE s.mood TO alice}, { @ok, objects => ['type s.mood grant'] },
		'35: a type' ],
	[   q{GRANT CREATE, USAGE ON SCHEMA s TO alice}, { @ok, objects => ['schema s grant'] },
		'35: a schema' ],
	[   q{GRANT CONNECT ON DATABASE postgres TO alice},
		{ @ok, objects => ['database postgres grant'] },
		'35: a database' ],
	[   q{GRANT SELECT ON LARGE OBJECT 4711 TO alice},
		{ @ok, objects => ['large object 4711 grant'] },
		'35: a large object' ],
	[   q{GRANT SET, ALTER SYSTEM ON PARAMETER work_mem TO alice},
		{   @ok,
			privileges => [ 'set', 'alter system' ],
			objects => ['parameter work_mem grant']
		},
		'35: a parameter' ],
	[   q{REVOKE GRANT OPTION FOR SELECT (a) ON s.t1 FROM alice},
		{ @ok, grant_options => ['grant'], column_privileges => ['select(a)'] },
		'35: REVOKE GRANT OPTION' ],
	[   q{GRANT SELECT ON s.nothing TO alice},
		{   class => 'role',
			outcome => 'failure',
			sqlstate => '42P01',
			objects => ['table s.nothing grant'],
			grantees => ['alice']
		},
		'35: what does not exist is named as it was written' ],

	# 37
	[   q{ALTER DEFAULT PRIVILEGES FOR ROLE bob IN SCHEMA s GRANT SELECT ON TABLES TO alice},
		{   @ok,
			privileges => ['select'],
			grantees => ['alice'],
			object_type => 'tables',
			owned_by => ['bob'],
			schemas => ['s']
		},
		'37: ALTER DEFAULT PRIVILEGES' ],
	[   q{ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC},
		{ @ok, grantees => ['public'], object_type => 'functions', owned_by => undef },
		'37: for oneself' ],

	# 38
	[q{ALTER TABLE s.t2 OWNER TO carol}],
	[q{ALTER FUNCTION s.f(int) OWNER TO carol}],
	[   q{REASSIGN OWNED BY carol TO bob},
		{   class => 'role',
			classes => [ 'role', 'ddl' ],
			owned_by => ['carol'],
			new_owner => 'bob',
			objects => [ 'function s.f(integer) alter', 'table s.t2 alter' ]
		},
		'38: REASSIGN OWNED, each object' ],
	[q{GRANT SELECT ON s.t1 TO bob}],
	[   q{DROP OWNED BY bob CASCADE},
		{   class => 'role',
			outcome => 'success',
			owned_by => ['bob'],
			behavior => 'cascade',
			objects => [
				'default acl for role bob in schema s on tables drop',
				'function s.f(integer) drop',
				'table s.t1 revoke',
				'table s.t2 drop'
			]
		},
		'38: DROP OWNED: what is dropped, and what was only granted' ],
	[q{DROP OWNED BY carol}],
	[   q{DROP ROLE bob, carol},
		{ @ok, objects => [ 'role bob drop', 'role carol drop' ] },
		'34: DROP ROLE' ],);

# 35: what a GRANT leaves undone.
$node->safe_psql(
	'postgres', q{
	CREATE TABLE shared (a int, b int);
	CREATE TABLE closed (a int);
	CREATE ROLE other;
	GRANT SELECT ON shared TO alice WITH GRANT OPTION;
	SELECT lo_create(4712);
	GRANT SELECT ON LARGE OBJECT 4712 TO alice WITH GRANT OPTION});
foreach my $quiet (0, 1)
{
	my $how = $quiet ? 'also where no warning is shown' : 'with a warning';
	statements_are(
		$node,
		{ params => [ '-U', 'alice' ] },
		[ $quiet ? 'SET client_min_messages = error' : 'SELECT 1' ],
		[   'GRANT SELECT, UPDATE ON shared TO other',
			{   class => 'role',
				outcome => 'partial',
				sqlstate => '01007',
				objects => ['table public.shared grant']
			},
			"35: GRANT of what one may not grant is partial, $how" ],
		[   'GRANT SELECT (a), UPDATE (b) ON shared TO other',
			{ outcome => 'partial', sqlstate => '01007' },
			"35: on columns, $how" ],
		[   'GRANT ALL ON shared TO other',
			{ outcome => 'success', sqlstate => undef },
			"35: ALL means what one may grant, $how" ],
		[   'GRANT DELETE ON shared TO other', { outcome => 'partial', sqlstate => '01007' },
			"35: nothing of it granted, $how" ],
		[   'REVOKE INSERT, SELECT ON shared FROM other',
			{ outcome => 'partial', sqlstate => '01006' },
			"35: REVOKE, $how" ],
		[   'REVOKE SELECT ON shared FROM other', { outcome => 'success', sqlstate => undef },
			"35: all of it revoked, $how" ],
		[   q{GRANT SELECT ON closed TO other},
			{ outcome => 'failure', sqlstate => '42501', objects => ['table public.closed grant'] },
			"35: refused, $how" ],);
}
is_record(
	one_record($node, query => 'GRANT SELECT (a), UPDATE (b) ON s.t1 TO alice, carol WITH GRANT OPTION'),
	{ user => $su, superuser => 1 },
	'35: by whom');
is_deeply(
	one_record($node, query => 'GRANT SELECT (a), UPDATE (b) ON s.t1 TO alice, carol WITH GRANT OPTION')
	  ->{objects}[0]{columns},
	[ 'a', 'b' ],
	'35: the columns stand with their table');

$node->safe_psql('postgres', q{CREATE SCHEMA given CREATE TABLE given_away (a int) GRANT SELECT ON given_away TO PUBLIC});
is_record(
	one_record($node, command => 'CREATE SCHEMA', query => qr/CREATE SCHEMA given/),
	{ class => 'ddl', outcome => 'success', objects => [ 'schema given create', 'table given.given_away create' ] },
	'35: CREATE SCHEMA with a GRANT in it');
is_record(
	one_record($node, command => 'GRANT', level => 1, query => qr/CREATE SCHEMA given/),
	{ @ok, privileges => ['select'], grantees => ['public'], objects => ['table given.given_away grant'] },
	'35: and the GRANT, in a record of its own');

$node->stop;
done_testing();
