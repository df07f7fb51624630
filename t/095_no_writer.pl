# A server that has no writer, for want of a worker process, and one in
# single-user mode whose disk fails: both wait once.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditOutage;
use SecauditPolicies;
use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = new_faulty_node('nobody', settings => outage_settings(), conf => outage_conf());
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
