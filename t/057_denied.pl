# What a user may not do: functions that are not executed, tables that a
# command leaves out with no more than a warning.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('denied');

$node->safe_psql(
	'postgres', q{
	CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN;
	CREATE TABLE mine (a int); ALTER TABLE mine OWNER TO alice;
	CREATE TABLE theirs (a int); ALTER TABLE theirs OWNER TO bob;
	-- not ALL: it has MAINTAIN, from 17 on
	GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON theirs TO alice;
	CREATE TABLE parts (a int) PARTITION BY RANGE (a);
	CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9);
	ALTER TABLE parts OWNER TO alice;
	CREATE DATABASE hers OWNER alice});

my @alice = (params => [ '-U', 'alice' ]);
my @partial = (outcome => 'partial', sqlstate => '01000');

# 52
statements_are(
	$node, {@alice},
	[ 'VACUUM mine', { outcome => 'success', sqlstate => undef, objects => ['table public.mine maintain'] }, '52: VACUUM of an own table' ],
	[ 'VACUUM theirs', { @partial, objects => ['table public.theirs maintain'] }, '52: VACUUM of another one is skipped' ],
	[ 'ANALYZE theirs', { @partial, objects => ['table public.theirs maintain'] }, '52: ANALYZE as well' ],
	[ 'ANALYZE theirs (a)', {@partial}, '52: and of a column' ],
	[ 'VACUUM mine, theirs', {@partial}, '52: one of two' ],
	[ 'ANALYZE parts', {@partial}, '52: a partition of an own table' ],
	[ 'ANALYZE', {@partial}, '52: a whole database' ],
	['SET client_min_messages = error'],
	[ 'ANALYZE theirs', {@partial}, '52: whoever hears the warning' ],
	[ 'ANALYZE nothing', { outcome => 'failure', sqlstate => '42P01' }, '52: a table that is not there' ],
	[ 'VACUUM theirs, nothing', { outcome => 'failure', sqlstate => '42P01' }, '52: or one of two, is a failure' ]);
statements_are(
	$node, {},
	[ 'ANALYZE theirs', { outcome => 'success', sqlstate => undef }, '52: a superuser may' ],
	[ 'ANALYZE', { outcome => 'success', sqlstate => undef }, '52: everything' ]);
statements_are(
	$node, { @alice, database => 'hers' },
	[ 'ANALYZE pg_class', { outcome => 'success', sqlstate => undef }, '52: so may the owner of the database' ],
	[ 'ANALYZE pg_authid', {@partial}, '52: but not what all databases share' ]);

# 17: whoever may MAINTAIN it, may.
if (server_major() >= 17)
{
	$node->safe_psql('postgres', 'GRANT MAINTAIN ON theirs TO alice');
	statements_are($node, {@alice},
		[ 'VACUUM mine, theirs', { outcome => 'success', sqlstate => undef }, '52: nor is one left out with MAINTAIN on it' ]);
}

$node->stop;
done_testing();
