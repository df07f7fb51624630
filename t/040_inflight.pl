# A crash must not take what the sessions were doing with it.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('inflight', settings => { restart_after_crash => 'on' });
my $long = 'x' x 3000;

# A session that will be in the middle of a statement, one that will be idle.
my $victim = $node->background_psql('postgres', on_error_stop => 0);
my $idle = $node->background_psql('postgres', on_error_stop => 0);
$victim->query('SELECT 1 AS before');
$idle->query('SELECT 2 AS before');
my ($victim_pid) = $victim->query('SELECT pg_backend_pid()') =~ /(\d+)/;
my ($idle_pid) = $idle->query('SELECT pg_backend_pid()') =~ /(\d+)/;
$victim->query_until(qr/started/,
	"\\echo started\nSELECT pg_sleep(600), 'password=hush' /* $long */;\n");
ok( $node->poll_query_until('postgres',
		"SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $victim_pid"),
	'the statement runs');

kill 'KILL', $victim_pid;
ok( wait_until(sub { slurp_file($node->logfile) =~ /database system is ready to accept connections.*ready to accept connections/s }),
	'the server has restarted');
$node->poll_query_until('postgres', 'SELECT true');

my $record = one_record($node, outcome => 'unknown', event => 'statement');
is($record->{pid}, $victim_pid, 'the statement that died is in the trail, with its session');
is($record->{command}, 'SELECT', 'with its command');
is($record->{class}, 'read', 'with its class');
is($record->{user}, $node->connstr =~ /user=(\w+)/ ? $1 : (getpwuid($<))[0], 'with its user');
like($record->{query}, qr/^SELECT pg_sleep\(600\), 'password=<redacted>' /, 'with the beginning of its text');
is(length($record->{query}), 1024, 'of which the first kilobyte is kept');
is_deeply($record->{truncated}, ['query'], 'which it says');
is($record->{query_len}, 3000 + length(q{SELECT pg_sleep(600), 'password=<redacted>' /*  */}), 'and how long it was');
is_deeply($record->{redacted}, ['secret'], 'and what was hidden in it');

my ($end) = records($node, event => 'session.end', pid => $victim_pid);
is($end->{reason}, 'crash', 'its session ended by the crash');
is($end->{ssn}, $record->{ssn} + 1, 'right after the statement');
my ($idle_end) = records($node, event => 'session.end', pid => $idle_pid);
is($idle_end->{reason}, 'crash', 'so did the session that was idle');
is(scalar(records($node, pid => $idle_pid, outcome => 'unknown', event => 'statement')), 0,
	'which was in no statement');

my $start = one_record($node, event => 'audit.start', reason => 'crash');
cmp_ok($start->{seq}, '<', $record->{seq}, 'audit.start says crash, and comes first');

# What ended in order leaves nothing behind for the next start.
$node->stop;
$node->start;
is(scalar(records($node, outcome => 'unknown', event => 'statement')), 1,
	'a start after a clean stop adds nothing');

# A command of the replication protocol: a base backup that nobody reads.
$node->append_conf('postgresql.conf', "max_wal_senders = 2\nwal_level = replica\n");
$node->append_conf('pg_hba.conf', "local replication all trust\n");
$node->restart;
my $sender = SecauditProto->connect($node, replication => 'true');
$sender->query('BASE_BACKUP');
$node->poll_query_until('postgres', 'SELECT wait_event = $$ClientWrite$$ FROM pg_stat_activity WHERE pid = ' . $sender->pid)
  or die;
$node->stop('immediate');
$node->start;
my ($backup) = records($node, pid => $sender->pid, outcome => 'unknown', event => qr/^(?!session)/);
is("@{$backup}{qw(event class command)}", 'replication replication BASE_BACKUP', 'a base backup that a crash interrupted is an event of replication');
$sender->vanish;

# Immediate stop: sessions end without a chance to say so.
my $other = $node->background_psql('postgres', on_error_stop => 0);
my ($other_pid) = $other->query('SELECT pg_backend_pid()') =~ /(\d+)/;
$node->stop('immediate');
$node->start;
my ($other_end) = records($node, event => 'session.end', pid => $other_pid);
is($other_end->{reason}, 'crash', 'an immediate stop ends sessions by crash');

eval { $_->quit } for $victim, $idle, $other;
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
