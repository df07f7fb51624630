# Logical replication, the receiving side: workers that start and stop, what
# each transaction changed, and statements that run in background workers.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $apply_worker = server_major() >= 16 ? 'logical replication apply worker' : 'logical replication worker';

# Publisher and subscriber are two databases of one server.
my $node = new_node(
	'apply',
	settings => { 'secaudit.log_superuser' => 'off' },
	conf => "wal_level = logical\nmax_wal_senders = 8\nmax_replication_slots = 8\nmax_logical_replication_workers = 4\n");
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(source target);
$node->safe_psql('source',
	'CREATE TABLE t (a int PRIMARY KEY, b text); CREATE TABLE u (a int PRIMARY KEY);'
	  . q{INSERT INTO t VALUES (1, 'one'), (2, 'two');}
	  . 'CREATE PUBLICATION p FOR ALL TABLES;');
$node->safe_psql('source', q{SELECT pg_create_logical_replication_slot('s', 'pgoutput')});
$node->safe_psql(
	'target', q{
	CREATE TABLE t (a int PRIMARY KEY, b text);
	CREATE TABLE u (a int PRIMARY KEY);
	CREATE TABLE seen (n int);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql
		AS 'BEGIN INSERT INTO public.seen VALUES (NEW.a); RETURN NEW; END';
	CREATE TRIGGER note AFTER UPDATE ON u FOR EACH ROW EXECUTE FUNCTION note();
	ALTER TABLE u ENABLE ALWAYS TRIGGER note});
my $source = $node->connstr . ' dbname=source';
my $since = mark($node);
$node->safe_psql('target',
	"CREATE SUBSCRIPTION s CONNECTION '$source' PUBLICATION p WITH (create_slot = false)");
$node->poll_query_until('target',
	q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'})
  or die 'tables were not synchronized';

# Wait until everything done at the source has been applied.
sub catch_up
{
	my $lsn = $node->safe_psql('source', 'SELECT pg_current_wal_lsn()');
	$node->poll_query_until('target',
		"SELECT latest_end_lsn >= '$lsn' FROM pg_stat_subscription WHERE relid IS NULL")
	  or die 'changes were not applied';
	return;
}

is_record(
	one_record($node, since => $since, command => 'START APPLY'),
	{   event => 'replication',
		class => 'replication',
		outcome => 'success',
		db => 'target',
		user => scalar getpwuid($<),
		subscription => 's',
		backend => $apply_worker,
		worker => 'postgres.ApplyWorkerMain'
	},
	'65: an apply worker starts');
is(scalar(records($node, since => $since, command => 'START TABLE SYNC')),
	2, '65: so do table synchronization workers');
is(scalar(records($node, since => $since, command => 'STOP TABLE SYNC')),
	2, '65: and end');
is_record(
	one_record($node, since => $since, command => 'TABLE SYNC'),
	{   event => 'replication',
		class => 'write',
		subscription => 's',
		objects => ['table public.t insert'],
		rows => 2
	},
	'65: the rows of the first copy');

$since = mark($node);
$node->safe_psql('source',
	q{BEGIN; INSERT INTO t VALUES (3, 'x'), (4, 'y'); DELETE FROM t WHERE a = 1; INSERT INTO u VALUES (7); COMMIT});
catch_up();
is_record(
	one_record($node, since => $since, command => 'APPLY'),
	{   class => 'write',
		db => 'target',
		subscription => 's',
		objects => [ 'table public.t insert,delete', 'table public.u insert' ],
		rows => 4
	},
	'65: one record for a transaction, with its tables and the number of rows');

$since = mark($node);
$node->safe_psql('source', 'UPDATE u SET a = 8');
catch_up();
is_record(
	one_record($node, since => $since, query => qr{INSERT INTO public.seen}),
	{   class => 'write',
		command => 'INSERT',
		origin => 'trigger',
		backend => $apply_worker,
		worker => 'postgres.ApplyWorkerMain',
		objects => ['table public.seen insert'],
		rows => 1
	},
	'66: a statement in a background worker, named with its code');
is_deeply(
	objects_of(one_record($node, since => $since, command => 'APPLY')),
	[ 'table public.seen insert', 'table public.u update' ],
	'65: what its triggers changed is among the changes');

$since = mark($node);
$node->safe_psql('source', 'CREATE TABLE quiet (a int)');
$node->safe_psql('target', 'ALTER SUBSCRIPTION s DISABLE');
$node->poll_query_until('target', 'SELECT count(pid) = 0 FROM pg_stat_subscription')
  or die 'the worker did not stop';
is_record(
	one_record($node, since => $since, command => 'STOP APPLY'),
	{ event => 'replication', class => 'replication', subscription => 's', db => 'target' },
	'65: an apply worker stops');

$node->safe_psql('target', 'ALTER SUBSCRIPTION s SET (slot_name = NONE); DROP SUBSCRIPTION s');
$node->safe_psql('source', q{SELECT pg_drop_replication_slot('s')});
$node->stop;
done_testing();
