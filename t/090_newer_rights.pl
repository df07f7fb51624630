# Rights and settings that PostgreSQL 17 and later brought; a section is skipped
# below the major that its number says.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

plan skip_all => 'nothing of it before 17' if server_major() < 17;

my $node = new_node('newer_rights');
$node->safe_psql('postgres', q{
	CREATE ROLE alice LOGIN;
	CREATE ROLE bob LOGIN;
	CREATE TABLE t (id int PRIMARY KEY);
	CREATE TABLE s (id int PRIMARY KEY);
});

# MAINTAIN
my @maintain = (class => 'role', outcome => 'success', privileges => ['maintain']);
statements_are(
	$node, {},
	[ 'GRANT MAINTAIN ON t TO alice', { @maintain, command => 'GRANT', grantees => ['alice'], objects => ['table public.t grant'] }, '17: GRANT MAINTAIN' ],
	[ 'GRANT pg_maintain TO bob', { class => 'role', command => 'GRANT ROLE', target_role => 'pg_maintain', members => ['bob'] }, '17: membership of pg_maintain' ],
	[ 'ALTER DEFAULT PRIVILEGES GRANT MAINTAIN ON TABLES TO bob', { @maintain, command => 'ALTER DEFAULT PRIVILEGES', grantees => ['bob'], object_type => 'tables' }, '17: default MAINTAIN' ]);
my @maintained = (class => 'misc', outcome => 'success', objects => ['table public.t maintain']);
statements_are(
	$node, { params => [ '-U', 'alice' ] },
	[ 'VACUUM t', { @maintained, command => 'VACUUM', sqlstate => undef }, '17: VACUUM by MAINTAIN is a success' ],
	[ 'ANALYZE t', { @maintained, command => 'ANALYZE', sqlstate => undef }, '17: so is ANALYZE' ],
	[ 'CLUSTER t USING t_pkey', { command => 'CLUSTER', outcome => 'success' }, '17: and CLUSTER' ],
	[ 'REINDEX TABLE t', { command => 'REINDEX', outcome => 'success' }, '17: and REINDEX' ],
	[ 'VACUUM s', { command => 'VACUUM', outcome => 'partial', sqlstate => '01000', objects => ['table public.s maintain'] }, '17: without it the table is left out' ],
	[ 'CLUSTER s USING s_pkey', { command => 'CLUSTER', outcome => 'failure', sqlstate => '42501' }, '17: or the command refused' ]);
statements_are(
	$node, {},
	[ 'REVOKE MAINTAIN ON t FROM alice', { @maintain, command => 'REVOKE', grantees => ['alice'], objects => ['table public.t revoke'] }, '17: REVOKE MAINTAIN' ]);

# transaction_timeout
statements_are(
	$node, {},
	[ q{SET transaction_timeout = '200ms'}, { class => 'misc_set', setting => 'transaction_timeout', old_value => '0', new_value => '200ms' }, '17: transaction_timeout is set' ],
	['BEGIN'],
	[ 'SELECT pg_sleep(60)', { outcome => 'failure', sqlstate => '25P04', error => 'terminating connection due to transaction timeout' }, '17: a statement that it ends' ]);
my ($end) = await_records($node, 1, event => 'session.end', sqlstate => '25P04');
is_record($end, { outcome => 'failure', reason => 'timeout' }, '17: and its session');
is(scalar(records($node, session => $end->{session}, command => 'ROLLBACK', event => 'transaction', outcome => 'failure', sqlstate => '25P04')), 1, '17: and its transaction');

# ALTER SYSTEM is not allowed
$node->append_conf('postgresql.conf', 'allow_alter_system = off');
my $since = mark($node);
$node->reload;
my ($reload) = await_records($node, 1, since => $since, command => 'RELOAD', setting => 'allow_alter_system');
is_record($reload, { event => 'config', class => 'config', old_value => 'on', new_value => 'off' }, '17: a reload that forbids ALTER SYSTEM');
statements_are(
	$node, {},
	[ q{ALTER SYSTEM SET log_statement = 'none'},
		{ command => 'ALTER SYSTEM', class => 'config', outcome => 'failure', sqlstate => '0A000', setting => 'log_statement', new_value => 'none' },
		'17: ALTER SYSTEM that is not allowed is a failure' ],
	[ 'ALTER SYSTEM RESET ALL', { command => 'ALTER SYSTEM', class => 'config', outcome => 'failure', sqlstate => '0A000' }, '17: RESET ALL, too' ]);
$node->append_conf('postgresql.conf', 'allow_alter_system = on');
$node->reload;

SKIP:
{
	skip 'log_connections became a list with 18', 3 if server_major() < 18;
	statements_are(
		$node, {},
		[ q{ALTER SYSTEM SET log_connections = 'receipt, authentication'},
			{ class => 'config', command => 'ALTER SYSTEM', outcome => 'success', setting => 'log_connections', new_value => 'receipt, authentication' },
			'18: log_connections as a list' ],
		[ q{ALTER SYSTEM SET log_connections = 'receipts'},
			{ class => 'config', outcome => 'failure', sqlstate => '22023', setting => 'log_connections', new_value => 'receipts' },
			'18: a word that it does not have' ]);
	$node->reload;
	$since = mark($node);
	$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'alice' ]);
	is(scalar(records($node, since => $since, user => 'alice', event => 'session.start')), 1, '18: it has no part in what is recorded of sessions');
}

SKIP:
{
	skip 'GRANTED BY on objects, and publications and subscriptions of that kind, came with 19', 13 if server_major() < 19;
	statements_are(
		$node, {},
		['GRANT SELECT ON t TO alice WITH GRANT OPTION'],
		[ 'GRANT SELECT ON t TO bob GRANTED BY alice',
			{ class => 'role', outcome => 'success', privileges => ['select'], grantees => ['bob'], grantor => 'alice', objects => ['table public.t grant'] },
			'19: GRANT ... GRANTED BY' ],
		[ 'REVOKE SELECT ON t FROM bob GRANTED BY alice',
			{ class => 'role', outcome => 'success', privileges => ['select'], grantees => ['bob'], grantor => 'alice', objects => ['table public.t revoke'] },
			'19: REVOKE ... GRANTED BY' ],
		[ 'GRANT UPDATE ON t TO bob GRANTED BY alice',
			{ class => 'role', outcome => 'partial', sqlstate => '01007', grantor => 'alice' },
			'19: by somebody who has nothing to give' ]);

	# Publications that leave out tables.
	my @created = (class => 'ddl', outcome => 'success');
	my $excluded = 'publication relation public.%s excluded from publication p %s';
	statements_are(
		$node, {},
		[ 'CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE t)',
			{ @created, command => 'CREATE PUBLICATION', except_tables => ['public.t'], objects => ['publication p create'] },
			'19: CREATE PUBLICATION names what it leaves out' ],
		[ 'ALTER PUBLICATION p SET ALL TABLES EXCEPT (TABLE s)',
			{ @created, command => 'ALTER PUBLICATION', except_tables => ['public.s'],
				objects => [ 'publication p alter', sprintf($excluded, 's', 'create'), sprintf($excluded, 't', 'drop') ] },
			'19: ALTER PUBLICATION names what is left out now, and no more' ],
		[ 'ALTER PUBLICATION p SET ALL TABLES',
			{ @created, except_tables => undef, objects => [ 'publication p alter', sprintf($excluded, 's', 'drop') ] },
			'19: or that nothing is' ],
		[ 'CREATE PUBLICATION q FOR ALL TABLES EXCEPT (TABLE t, no_table)',
			{ outcome => 'failure', sqlstate => '42P01', except_tables => [ 'public.t', 'no_table' ] },
			'19: a table that is not there is named as it was written' ],
		[ 'CREATE PUBLICATION q FOR TABLE t', { @created, except_tables => undef }, '19: one that leaves out nothing' ]);

	# Subscriptions by a foreign server.
	$node->safe_psql('postgres', q{
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER here FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nowhere', dbname 'postgres');
		CREATE SERVER there FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nowhere', dbname 'postgres');
		CREATE USER MAPPING FOR CURRENT_USER SERVER here;
		CREATE USER MAPPING FOR CURRENT_USER SERVER there;
	});
	statements_are(
		$node, {},
		[ 'CREATE SUBSCRIPTION sub SERVER here PUBLICATION p WITH (connect = false)',
			{ @created, command => 'CREATE SUBSCRIPTION', server => 'here', objects => ['subscription sub create'] },
			'19: CREATE SUBSCRIPTION names the server' ],
		[ 'ALTER SUBSCRIPTION sub SERVER there',
			{ @created, command => 'ALTER SUBSCRIPTION', server => 'there', objects => ['subscription sub alter'] },
			'19: so does ALTER SUBSCRIPTION' ],
		[ q{ALTER SUBSCRIPTION sub CONNECTION 'host=/nowhere password=secret'},
			{ @created, server => undef, objects => ['subscription sub alter'] },
			'19: with a connection string there is none',
			q{ALTER SUBSCRIPTION sub CONNECTION 'host=/nowhere password=<redacted>'} ],
		[ 'CREATE SUBSCRIPTION other SERVER nowhere PUBLICATION p WITH (connect = false)',
			{ outcome => 'failure', sqlstate => '42704', server => 'nowhere', objects => ['subscription other create'] },
			'19: a server that is not there is named, too' ],
		['ALTER SUBSCRIPTION sub SET (slot_name = NONE)'],
		[ 'DROP SUBSCRIPTION sub', { @created, objects => ['subscription sub drop'], server => undef }, '19: DROP SUBSCRIPTION names the subscription' ]);
}

check_trail($node, 'the trail is sound');
done_testing();
