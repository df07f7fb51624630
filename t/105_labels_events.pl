# Events that are no statements have the tags of the role that acts, and of the database.
use strict;
use warnings;

use SecauditTest;
use Test::More;

my $node = new_node(
	'events',
	settings => { 'secaudit.log' => 'session, error, replication, write', 'secaudit.log_superuser' => 'off' },
	conf => "wal_level = logical\nmax_wal_senders = 4\nmax_replication_slots = 4\nmax_logical_replication_workers = 4\n");
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(source target);
$node->safe_psql('postgres', q{CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; SECURITY LABEL FOR secaudit ON ROLE ann IS 'external'});

my $mark = mark($node);
$node->psql('postgres', 'SELECT 1; SELEC 2', extra_params => [ '-U', 'ann' ], on_error_stop => 0);
foreach my $event (qw(session.start session.end error))
{
	my ($record) = await_records($node, 1, since => $mark, event => $event, user => 'ann');
	is_deeply($record->{tags}, ['external'], "$event has the tags of the role");
}
$mark = mark($node);
$node->psql('postgres', 'SELECT 1; SELEC 2', extra_params => [ '-U', 'bob' ], on_error_stop => 0);
my @records = await_records($node, 3, since => $mark, user => 'bob');
is_deeply([ grep { $_->{tags} } @records ], [], 'of another role they have none');

$node->safe_psql('source', 'CREATE TABLE t (a int PRIMARY KEY); CREATE PUBLICATION p FOR TABLE t');
$node->safe_psql('source', q{SELECT pg_create_logical_replication_slot('s', 'pgoutput')});
$node->safe_psql('target', q{CREATE TABLE t (a int PRIMARY KEY); SECURITY LABEL FOR secaudit ON TABLE t IS 'phi'; SECURITY LABEL FOR secaudit ON DATABASE target IS 'copy'});
$mark = mark($node);
my $source = $node->connstr . ' dbname=source';
$node->safe_psql('target', "CREATE SUBSCRIPTION s CONNECTION '$source' PUBLICATION p WITH (create_slot = false, copy_data = false)");
$node->safe_psql('source', 'INSERT INTO t VALUES (1)');
my ($apply) = await_records($node, 1, since => $mark, command => 'APPLY');
is_deeply($apply->{tags}, [ 'copy', 'phi' ], 'what logical replication applies has those of the database and the tables');
is_deeply($apply->{objects}[0]{tags}, ['phi'], 'and each table its own');
my ($start) = await_records($node, 1, since => $mark, command => 'START APPLY');
is_deeply($start->{tags}, ['copy'], 'the worker that starts has those of the database');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
