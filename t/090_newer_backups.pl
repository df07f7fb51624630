# Incremental base backups (17): the manifest that is uploaded and the backup.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

plan skip_all => 'incremental backups came with 17' if server_major() < 17;

my $node = new_node('incremental', init => [ allows_streaming => 1 ], conf => "summarize_wal = on\n");
$node->safe_psql('postgres', 'CREATE TABLE t AS SELECT generate_series(1, 1000) a');

sub backup
{
	my ($name, @options) = @_;
	my $since = mark($node);
	$node->command_ok([ 'pg_basebackup', '--no-sync', '--checkpoint', 'fast', '--pgdata', $node->backup_dir . "/$name", '--host', $node->host, '--port', $node->port, '--wal-method', 'none', @options ],
		"backup $name");
	return records($node, since => $since, event => 'replication', command => qr/^(UPLOAD_MANIFEST|BASE_BACKUP)$/);
}

my @got = backup('full');
is(join(' ', map { $_->{command} } grep { !$_->{phase} } @got), 'BASE_BACKUP', 'a full backup uploads nothing');
unlike($got[-1]{query}, qr/INCREMENTAL/, 'and is none of the other kind');

$node->safe_psql('postgres', 'INSERT INTO t VALUES (0)');
@got = backup('changes', '--incremental', $node->backup_dir . '/full/backup_manifest');
is(join(' ', map { $_->{command} } grep { !$_->{phase} } @got), 'UPLOAD_MANIFEST BASE_BACKUP', 'an incremental one uploads the manifest of the one before');
my ($upload, $begin, $backup) = @got;
is_record($upload, { class => 'replication', outcome => 'success', query => 'UPLOAD_MANIFEST' }, 'UPLOAD_MANIFEST');
is_record($begin, { command => 'BASE_BACKUP', phase => 'begin', stmt => $backup->{stmt} }, 'the backup has a record when it begins');
is_record($backup, { class => 'replication', outcome => 'success', privileged => 1 }, 'and when it ends');
like($backup->{query}, qr/^BASE_BACKUP .*INCREMENTAL/, 'its text says that it is incremental');
cmp_ok($backup->{bytes_sent}, '>', 0, 'and how much of it was sent');

# A manifest that is none.
my $broken = $node->basedir . '/broken_manifest';
append_to_file($broken, '{"this is": "no manifest"}');
my $since = mark($node);
$node->command_fails([ 'pg_basebackup', '--no-sync', '--pgdata', $node->backup_dir . '/none', '--host', $node->host, '--port', $node->port, '--incremental', $broken ], 'a backup on top of nothing');
my ($failed) = records($node, since => $since, command => 'UPLOAD_MANIFEST');
is_record($failed, { event => 'replication', outcome => 'failure', class => 'replication' }, 'an upload that the server does not take is a failure');
like($failed->{sqlstate} // '', qr/^[0-9A-Z]{5}$/, 'with its SQLSTATE');

check_trail($node, 'the trail is sound');
done_testing();
