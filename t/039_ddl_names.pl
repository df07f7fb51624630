# DDL: old and new names and owners, every object that goes with a DROP, the
# target of what was refused; with no event trigger and no extension.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('ddl');
my $su = getpwuid($<);
my @security = (class => 'role', classes => [ 'role', 'ddl' ], outcome => 'success');
my @ddl = (class => 'ddl', outcome => 'success');

$node->safe_psql(
	'postgres', q{
	CREATE ROLE bob;
	CREATE TABLE t (a int PRIMARY KEY);
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'});

statements_are(
	$node, {},

	# 39: what decides who may do what
	[   'ALTER TABLE t OWNER TO bob',
		{   @security,
			old_owner => $su,
			new_owner => 'bob',
			security => ['owner'],
			objects => [ 'index public.t_pkey alter', 'table public.t alter' ]
		},
		'39: ALTER TABLE OWNER, from and to' ],
	[   'ALTER FUNCTION f() OWNER TO bob',
		{ @security, old_owner => $su, new_owner => 'bob', objects => ['function public.f() alter'] },
		'39: and of a function' ],
	[   'ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
		{ @security, security => [ 'row_security_enabled', 'row_security_forced' ] },
		'39: ENABLE and FORCE ROW LEVEL SECURITY' ],
	[   'ALTER TABLE t DISABLE ROW LEVEL SECURITY',
		{ @security, security => ['row_security_disabled'] },
		'39: DISABLE ROW LEVEL SECURITY' ],
	[   'CREATE POLICY p ON t USING (true)',
		{ @security, security => ['policy'], objects => [ 'policy p on public.t create', 'table public.t alter' ] },
		'39: CREATE POLICY' ],
	[   'ALTER POLICY p ON t USING (false)',
		{ @security, security => ['policy'], objects => ['policy p on public.t alter'] },
		'39: ALTER POLICY' ],
	[   'DROP POLICY p ON t',
		{ @security, security => ['policy'], objects => ['policy p on public.t drop'] },
		'39: DROP POLICY' ],
	[   'ALTER FUNCTION f() SECURITY DEFINER LEAKPROOF',
		{ @security, security => [ 'security_definer', 'leakproof' ] },
		'39: SECURITY DEFINER' ],
	[   'ALTER FUNCTION f() SECURITY INVOKER',
		{ @security, security => ['security_invoker'] },
		'39: SECURITY INVOKER' ],
	[   q{CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER SET role = 'bob' AS 'SELECT 1'},
		{ @security, security => [ 'security_definer', 'function_setting' ] },
		'39: CREATE FUNCTION ... SECURITY DEFINER' ],
	[   q{SECURITY LABEL FOR nobody ON TABLE t IS 'secret'},
		{   class => 'role',
			outcome => 'failure',
			label_provider => 'nobody',
			label => 'secret',
			security => ['security_label'],
			objects => ['table public.t alter']
		},
		'39: SECURITY LABEL, here one without provider' ],
	[   'ALTER TABLE t DISABLE TRIGGER ALL', { @security, security => ['trigger_disabled'] },
		'39: DISABLE TRIGGER' ],

	# 62
	[   'CREATE EVENT TRIGGER ev ON ddl_command_start EXECUTE FUNCTION et()',
		{ @security, security => ['event_trigger'], objects => ['event trigger ev create'] },
		'62: CREATE EVENT TRIGGER' ],
	[   'ALTER EVENT TRIGGER ev DISABLE',
		{ @security, security => ['event_trigger_disabled'], objects => ['event trigger ev alter'] },
		'62: an event trigger is disabled' ],
	['DROP EVENT TRIGGER ev'],
	[   'SET session_replication_role = replica',
		{ class => 'config', old_value => 'origin', new_value => 'replica' },
		'62: session_replication_role is class config' ],
	[   'CREATE TABLE in_replica (a int)', { @ddl, objects => ['table public.in_replica create'] },
		'62: names come without event triggers' ],
	['RESET session_replication_role'],

	# 55
	[   'ALTER TABLE t RENAME TO u',
		{ @ddl, old_name => 'public.t', new_name => 'public.u', objects => ['table public.t alter'] },
		'55: RENAME, old and new' ],
	[   'ALTER TABLE u RENAME COLUMN a TO b',
		{ @ddl, old_name => 'public.u.a', new_name => 'public.u.b', objects => ['table public.u alter'] },
		'55: RENAME COLUMN' ],
	[   'ALTER TABLE u RENAME CONSTRAINT t_pkey TO u_pkey',
		{ @ddl, old_name => 't_pkey on public.u', new_name => 'u_pkey on public.u' },
		'55: RENAME CONSTRAINT' ],
	['CREATE SCHEMA one'],
	[   'ALTER TABLE u SET SCHEMA one', { @ddl, old_name => 'public.u', new_name => 'one.u' },
		'55: SET SCHEMA' ],
	[   'ALTER SCHEMA one RENAME TO two', { @ddl, old_name => 'one', new_name => 'two' },
		'55: of a schema' ],
	[   'ALTER FUNCTION f() RENAME TO ff',
		{ @ddl, old_name => 'public.f()', new_name => 'public.ff()' },
		'55: of a function' ],
	[   'ALTER ROLE bob RENAME TO bert',
		{ class => 'role', old_name => 'bob', new_name => 'bert', objects => ['role bob alter'] },
		'55: of a role' ],
	[   'ALTER TABLE nothing RENAME TO something',
		{   class => 'ddl',
			outcome => 'failure',
			sqlstate => '42P01',
			new_name => undef,
			objects => ['table nothing alter']
		},
		'55: refused, the target is named as it was written' ],

	# 54
	['CREATE TYPE two.mood AS ENUM (\'good\')'],
	['CREATE DOMAIN two.age AS int'],
	['CREATE VIEW two.v AS SELECT * FROM two.u'],
	['CREATE FUNCTION two.f() RETURNS int LANGUAGE sql AS \'SELECT 1\''],
	['CREATE TABLE feels (m two.mood, a two.age)'],
	[   'DROP SCHEMA two',
		{ class => 'ddl', outcome => 'failure', sqlstate => '2BP01', objects => ['schema two drop'] },
		'54: a refused DROP SCHEMA names it' ],
	[   'DROP TYPE two.mood CASCADE',
		{ @ddl, objects => [ 'table public.feels alter', 'type two.mood drop' ] },
		'54: DROP TYPE CASCADE: the type, and the table that loses a column' ],
	[   'DROP SCHEMA two CASCADE',
		{   @ddl,
			objects => [
				'function two.f() drop',
				'index two.u_pkey drop',
				'schema two drop',
				# from 18 on NOT NULL is an object
				(server_major() >= 18 ? 'table constraint t_a_not_null on two.u drop' : ()),
				'table constraint u_pkey on two.u drop',
				'table public.feels alter',
				'table two.u drop',
				'type two.age drop',
				'view two.v drop'
			]
		},
		'54: DROP SCHEMA CASCADE: everything in it, and the schema' ],
	[   'DROP TABLE IF EXISTS nothing', { @ddl, objects => [ 'table nothing ' ] },
		'54: what does not exist is named, and was not dropped' ],
	['CREATE TABLE x (a int)'],
	[   'CREATE RULE r AS ON INSERT TO x DO ALSO SELECT 1', { @ddl, objects => [ 'rule r on public.x create', 'table public.x alter' ] },
		'39: CREATE RULE: the rule, and the table whose statements it changes' ],
	[   'DROP RULE r ON x', { @ddl, objects => [ 'rule r on public.x drop' ] },
		'39: DROP RULE: the rule' ],
	['CREATE TABLE y (a int)'],
	[   'DROP TABLE x, y', { @ddl, objects => [ 'table public.x drop', 'table public.y drop' ] },
		'54: several roots' ],

	# Refused DDL names its target, whatever kind of target it is.
	map {
		my ($sql, $object, $class) = @$_;
		[   $sql,
			{ class => $class // 'ddl', outcome => 'failure', objects => [ split / \+ /, $object ] },
			"72: refused: $sql" ]
	} (
		[ 'DROP FUNCTION no.f(int)', 'function no.f(pg_catalog.int4) drop' ],
		[ 'DROP AGGREGATE no(int)', 'aggregate no(pg_catalog.int4) drop' ],
		[ 'DROP TYPE no', 'type no drop' ],
		[ 'DROP DOMAIN no', 'type no drop' ],
		[ 'DROP SEQUENCE no', 'sequence no drop' ],
		[ 'DROP INDEX no', 'index no drop' ],
		[ 'DROP TRIGGER no ON feels', 'trigger feels.no drop' ],
		[ 'DROP EXTENSION no', 'extension no drop' ],
		[ 'DROP LANGUAGE no', 'language no drop' ],
		[ 'DROP COLLATION no', 'collation no drop' ],
		[ 'DROP OPERATOR CLASS no USING btree', 'operator class btree.no drop' ],
		[ 'DROP CAST (int AS point)', 'cast pg_catalog.int4.point drop' ],
		[ 'DROP PUBLICATION no', 'publication no drop' ],
		[ 'DROP SUBSCRIPTION no', 'subscription no drop' ],
		[ 'DROP SERVER no', 'server no drop' ],
		[ 'DROP DATABASE no', 'database no drop' ],
		[ 'DROP TABLESPACE no', 'tablespace no drop' ],
		[ 'DROP ROLE no', 'role no drop', 'role' ],
		[ 'CREATE FUNCTION no.f(a int) RETURNS int LANGUAGE sql AS \'SELECT 1\'',
			'function no.f(pg_catalog.int4) create' ],
		[ 'CREATE INDEX no ON nothing (a)', 'index no create + table nothing alter' ],
		[ 'CREATE VIEW no.v AS SELECT 1', 'view no.v create' ],
		[ 'CREATE TYPE no.t AS ENUM ()', 'type no.t create' ],
		[ 'CREATE SEQUENCE no.s', 'sequence no.s create' ],
		[ 'CREATE TABLE feels (a int)', 'table public.feels create' ],
		[ 'CREATE TABLE no.t AS SELECT 1', 'table no.t create' ],
		[ 'CREATE SCHEMA pg_no', 'schema pg_no create' ],
		[ 'CREATE EXTENSION no', 'extension no create' ],
		[ 'CREATE TRIGGER no BEFORE INSERT ON feels FOR EACH ROW EXECUTE FUNCTION nof()',
			'table public.feels alter + trigger feels.no create' ],
		[ 'CREATE AGGREGATE no (int) (sfunc = nof, stype = int)', 'aggregate no create' ],
		[ 'CREATE DATABASE postgres', 'database postgres create' ],
		[ 'ALTER FUNCTION no() IMMUTABLE', 'function no() alter' ],
		[ 'ALTER SEQUENCE no RESTART', 'sequence no alter' ],
		[ 'ALTER TYPE no ADD VALUE \'x\'', 'type no alter' ],
		[ 'ALTER INDEX no SET (fillfactor = 50)', 'index no alter' ],
		[ 'ALTER TABLE feels DROP COLUMN no', 'table public.feels alter' ],
		[ 'ALTER DATABASE no CONNECTION LIMIT 5', 'database no alter' ],
		[ 'ALTER EXTENSION no UPDATE', 'extension no alter' ],
		[ 'ALTER POLICY no ON feels USING (true)', 'policy feels.no alter', 'role' ],
		[ 'COMMENT ON FUNCTION no() IS \'x\'', 'function no() alter' ],
	));

my $drop = one_record($node, query => 'DROP SCHEMA two CASCADE');
is($drop->{objects}[0]{name}, 'two', '54: the root comes first');
is_deeply([ map { $_->{name} } grep { $_->{root} } @{ $drop->{objects} } ],
	['two'], '54: and is marked, alone');

# More objects than one line holds.
$node->safe_psql('postgres',
	'CREATE SCHEMA big; SELECT count(*) FROM (SELECT 1) x; '
	  . join('', map { "CREATE TABLE big.table_number_$_ (a int);" } 1 .. 150));
$node->safe_psql('postgres', 'DROP SCHEMA big CASCADE');
my @parts = records($node, query => qr/DROP SCHEMA big CASCADE/);
@parts = records($node, command => 'DROP SCHEMA', stmt => $parts[0]{stmt}, session => $parts[0]{session});
my %dropped = map { $_->{name} => 1 } map { @{ $_->{objects} } } @parts;
is(scalar(keys %dropped), 151, '54: 150 tables and their schema, over several lines');
is(scalar(map { @{ $_->{objects} } } @parts), 151, '54: each of them once');

$node->stop;
done_testing();
