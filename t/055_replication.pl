# Replication: base backups, WAL receivers, logical walsenders with SQL, slots,
# and the standby that comes of it.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', init => [ allows_streaming => 'logical' ],
	settings => { 'secaudit.log' => 'all', log_replication_commands => 'off' });
$node->safe_psql('postgres', q{
	CREATE ROLE repl LOGIN REPLICATION; ALTER ROLE repl SET log_min_messages = 'panic';
	CREATE TABLE t (a int); GRANT ALL ON t TO repl;
	GRANT CREATE ON DATABASE postgres TO repl});
$node->append_conf('pg_hba.conf', "local all all trust\nlocal replication all trust\n");
$node->reload;

sub commands { return grep { $_->{event} eq 'replication' } @_; }
sub short { return [ map { join ' ', $_->{command}, $_->{phase} // $_->{outcome} } @_ ]; }
my $c;
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return records($node, pid => $c->pid); }
sub gone { return $node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ' . $c->pid); }

# 92: message by message
$c = SecauditProto->connect($node, user => 'repl', replication => 'true');
query('IDENTIFY_SYSTEM');
query('SHOW wal_segment_size');
query('CREATE_REPLICATION_SLOT phys PHYSICAL RESERVE_WAL');
query('READ_REPLICATION_SLOT phys');
query('CREATE_REPLICATION_SLOT phys PHYSICAL');
query('TIMELINE_HISTORY 99');
query('SELECT 1');
query('NONSENSE');
query('DROP_REPLICATION_SLOT "phys"');
query('IDENTIFY_SYSTEM');
$c->terminate; gone();
my @all = got();
is_record($all[0], { event => 'session.start', user => 'repl', backend => 'walsender', replication => 'physical', outcome => 'success' }, '92: the login of a walsender');
my @got = commands(@all);
is_deeply(short(@got),
	[ 'IDENTIFY_SYSTEM success', 'SHOW success', 'CREATE_REPLICATION_SLOT success', 'READ_REPLICATION_SLOT success',
		'CREATE_REPLICATION_SLOT failure', 'TIMELINE_HISTORY failure', 'DROP_REPLICATION_SLOT success', 'IDENTIFY_SYSTEM success' ],
	'92: each command of a walsender has its record');
is_record($got[0], { class => 'replication', user => 'repl', query => 'IDENTIFY_SYSTEM', backend => 'walsender' }, '92: with its text');
is_record($got[2], { objects => ['replication slot phys create'], query => 'CREATE_REPLICATION_SLOT phys PHYSICAL RESERVE_WAL' }, '92: and its slot');
is_record($got[4], { sqlstate => '42710', error => 'replication slot "phys" already exists' }, '92: and its error');
is_record($got[6], { objects => ['replication slot phys drop'] }, '92: dropping one');
is_deeply([ map { $_->{sqlstate} } grep { $_->{event} eq 'error' } @all ], [ '0A000', '0A000' ], '92: what is no such command is an error');
is_record($all[-1], { event => 'session.end', reason => 'disconnect' }, '92: and the session has an end');
is_deeply([ map { $_->{stmt} } grep { $_->{stmt} } @all ], [ 1 .. 10 ], '92: nothing is recorded twice');
unlike(slurp_file($node->logfile), qr/received replication command/, '92: the server log is as quiet as it was set to be');

# 92: the real programs
my $mark = mark($node);
my $backup = $node->backup_dir . '/b1';
mkdir $node->backup_dir;
command_ok([ 'pg_basebackup', '-h', $node->host, '-p', $node->port, '-U', 'repl', '-D', $backup, '-c', 'fast', '-X', 'stream', '--no-sync' ],
	'92: pg_basebackup works');
@all = records($node, since => $mark, user => 'repl');
@got = commands(@all);
my ($end) = grep { $_->{command} eq 'BASE_BACKUP' && !$_->{phase} } @got;
my ($begin) = grep { $_->{command} eq 'BASE_BACKUP' && $_->{phase} } @got;
is_record($begin, { phase => 'begin', outcome => undef, class => 'replication' }, '92: BASE_BACKUP is recorded when it begins to stream');
is_record($end, { outcome => 'success', stmt => $begin->{stmt} }, '92: and when it is done');
ok($end->{bytes_sent} > 10_000_000, '92: with what it has sent') or diag $end->{bytes_sent};
is(scalar(grep { $_->{event} eq 'session.start' && $_->{replication} eq 'physical' } @all), 2, '92: of its two sessions');
($begin) = grep { $_->{command} eq 'START_REPLICATION' && $_->{phase} } @got;
like($begin->{objects}[0]{name}, qr/^pg_basebackup_\d+$/, '92: the other streams WAL from its slot');

$mark = mark($node);
$node->safe_psql('postgres', q{SELECT pg_create_physical_replication_slot('recv')});
my $receive = IPC::Run::start([ 'pg_receivewal', '-h', $node->host, '-p', $node->port, '-U', 'repl', '-S', 'recv', '-D', $node->backup_dir, '--no-loop' ],
	'>', \my $out, '2>', \my $err);
$node->poll_query_until('postgres', 'SELECT count(*) = 1 FROM pg_stat_replication') or die;
my $lsn = $node->safe_psql('postgres', 'INSERT INTO t VALUES (7); SELECT pg_switch_wal()');
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_replication WHERE sent_lsn >= '$lsn'");
($begin) = grep { $_->{phase} } records($node, since => $mark, event => 'replication', command => 'START_REPLICATION');
is_record($begin, { user => 'repl', objects => ['replication slot recv select'] }, '92: pg_receivewal is recorded while it streams');
$receive->signal('TERM'); $receive->finish;
$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_replication');
($end) = grep { !$_->{phase} } records($node, since => $mark, event => 'replication', command => 'START_REPLICATION');
is_record($end, { stmt => $begin->{stmt}, pid => $begin->{pid}, outcome => 'success', bytes_sent => $end->{bytes_sent} }, '92: and when it ends');
ok($end->{bytes_sent} > 0, '92: with what it has sent');

# 93
$c = SecauditProto->connect($node, user => 'repl', replication => 'database', database => 'postgres');
query('IDENTIFY_SYSTEM');
query('INSERT INTO t VALUES (1)');
query('SELECT count(*) FROM t');
query('SELECT nothing');
query('BEGIN'); query('SELECT 1/0'); query('IDENTIFY_SYSTEM'); query('ROLLBACK');
query('CREATE_REPLICATION_SLOT logi LOGICAL pgoutput');
query('DROP_REPLICATION_SLOT logi');
$c->terminate; gone();
@all = got();
is_record($all[0], { event => 'session.start', replication => 'database', db => 'postgres', backend => 'walsender' }, '93: a logical walsender');
is_deeply([ map { ($_->{command} // '-') . ' ' . ($_->{sqlstate} // $_->{outcome}) } grep { $_->{event} =~ /^(?:statement|error|replication)$/ } @all ],
	[ 'IDENTIFY_SYSTEM success', 'INSERT success', 'SELECT success', '- 42703', 'BEGIN success', '- 22012', 'IDENTIFY_SYSTEM 25P02', 'ROLLBACK success',
		'CREATE_REPLICATION_SLOT success', 'DROP_REPLICATION_SLOT success' ],
	'93: commands and SQL in their order');
is_record((grep { ($_->{command} // '') eq 'INSERT' } @all)[0], { class => 'write', rows => 1, objects => ['table public.t insert'], level => undef, parent => undef },
	'93: SQL as everywhere');
is_record((grep { ($_->{command} // '') eq 'IDENTIFY_SYSTEM' && $_->{sqlstate} } @all)[0], { event => 'replication', outcome => 'failure' }, '93: a command in a failed transaction');

# 96
my $standby = PostgreSQL::Test::Cluster->new('standby');
mkdir trail_dir($standby), 0700;
$node->safe_psql('postgres', 'CREATE TABLE s (a int); INSERT INTO s VALUES (1)');
$node->backup('b2');
$standby->init_from_backup($node, 'b2', has_streaming => 1);
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . trail_dir($standby) . "'\nsecaudit.node_name = 'standby'\n");
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', 'SELECT count(*) FROM s'), '1', '96: the standby answers');
$standby->psql('postgres', 'INSERT INTO s VALUES (2)');
is_record((records($standby, command => 'SELECT', query => 'SELECT count(*) FROM s'))[0],
	{ class => 'read', rows => 1, standby => JSON::PP::true, objects => ['table public.s select'], xid => undef, node => 'standby' }, '96: a query on a standby');
is_record((records($standby, outcome => 'failure', command => 'INSERT'))[0],
	{ class => 'write', sqlstate => '25006', standby => JSON::PP::true, objects => ['table public.s insert'] }, '96: what it refuses');
is_record((records($standby, event => 'session.start'))[0], { standby => JSON::PP::true }, '96: its sessions say where they are');
$standby->promote;
$standby->safe_psql('postgres', 'INSERT INTO s VALUES (3)');
is_record((records($standby, outcome => 'success', command => 'INSERT'))[0], { standby => undef, rows => 1 }, '96: after promotion it is none any more');
is_record((await_records($standby, 1, command => 'PROMOTE'))[0], { event => 'config', class => 'config', outcome => 'success' }, '96: which is a record of its own');
my @seq = map { $_->{log} } all_records($standby);
isnt($seq[0], (all_records($node))[0]{log}, '96: the trail of a standby is one of its own');
done_testing;
