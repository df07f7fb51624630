# Outages where the server is not as usual: there is no writer, for want of a
# worker process; a standby is promoted; in single-user mode the disk fails.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditOutage;
use SecauditPolicies;
use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = new_faulty_node('nobody', init => [ allows_streaming => 1 ], settings => outage_settings(), conf => outage_conf());
$node->append_conf('postgresql.conf', "max_worker_processes = 0\n");
$node->stop;
start_faulty($node);

my $look = observer($node);
my $from = -s $node->logfile;
is($look->('running'), 'f', 'there is no writer');
my $session = fill_buffer($node, $look);
is($look->('outage'), 'no_writer', 'status() says so');
foreach my $n (1 .. 3)
{
	my ($took) = timed(sub { $session->query("SELECT 'A', $n"); $session->until_ready; });
	cmp_ok($took, '<', 0.9, "statement $n in the outage does not wait");
}
my $log = substr(slurp_file($node->logfile), $from);
like($log, qr/LOG:  the audit trail is not being written: there is no writer/, 'the server log says so');
like($log, qr/HINT:  The writer needs one of max_worker_processes/, 'and what it needs');
$session->terminate;
my $lost = $look->('lost');
my ($took) = timed(sub { $node->stop });
cmp_ok($took, '<', 10, 'the server stops all the same');
$node->append_conf('postgresql.conf', "max_worker_processes = 8\n");
start_faulty($node);
flush_trail($node);
my ($gap) = grep { $_->{event} eq 'audit.gap' } stored_records($node);
cmp_ok($gap->{lost}, '>=', $lost, "the next start with a writer tells the gap ($gap->{lost})");
is(scalar(grep { ($_->{query} // '') =~ /^SELECT 'fills', 1 / } stored_records($node)), 1, 'and writes what was in the buffer');

# A standby is promoted while its writer is stopped.
observer($node);
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
mkdir trail_dir($standby), 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . trail_dir($standby) . "'\nsecaudit.node_name = 'standby'");
$standby->start;
my $look_there = observer($standby);
my $stopped = stop_writer($standby);
my $filler = fill_buffer($standby, $look_there);
($took) = timed(sub { $standby->promote; $standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'not promoted' });
cmp_ok($took, '<', 20, sprintf 'a standby in an outage is promoted (%.1f s)', $took);
($took) = timed(sub { $filler->query('CREATE TABLE after_promotion ()'); $filler->until_ready; });
cmp_ok($took, '<', 3, 'and can be written to');
go_on_writer($stopped);
await_no_outage($look_there);
ok( wait_until(sub { flush_trail($standby); grep { ($_->{command} // '') eq 'PROMOTE' } stored_records($standby) }),
	'the promotion is recorded when the writer can go on');
$standby->stop;

# Single-user mode: the process itself is the writer.
$node->stop;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
my $sql = $node->basedir . '/single.sql';
append_to_file($sql, join '', map { "SELECT 'single', $_ /* @{[ 'x' x 2000 ]} */\n" } 1 .. 1000);
my ($out, $err) = ('', '');
{
	local $ENV{LD_PRELOAD} = SecauditFault::shim();
	local $ENV{SECAUDIT_FAULT} = SecauditFault::control($node);
	($took) = timed(
		sub {
			IPC::Run::run([ $node->installed_command('postgres'), '--single', '-D', $node->data_dir, 'postgres' ],
				'<', $sql, '>', \$out, '2>', \$err);
		});
}
cmp_ok($took, '<', 20, sprintf 'single-user mode: a thousand statements with a full buffer wait once (%.1f s)', $took);
like($err, qr/LOG:  the audit trail is not being written: every attempt has failed for 1000 ms/, 'single-user mode: it is reported');
like($out, qr/= "1000"/, 'single-user mode: the statements run');
clear_faults($node);
start_faulty($node);
flush_trail($node);
my @gaps = grep { $_->{event} eq 'audit.gap' } stored_records($node);
my @got = grep { ($_->{query} // '') =~ /^SELECT 'single'/ } stored_records($node);
cmp_ok($gaps[-1]{lost} + @got, '>=', 1000, 'single-user mode: what is not in the trail is in the gap');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
