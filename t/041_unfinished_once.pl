# The writer dies when what a crash interrupted is on disk, before it can note that.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('unfinished', settings => { 'secaudit.flush_interval' => '20ms' });
my $session = $node->background_psql('postgres', on_error_stop => 0);
my ($pid) = $session->query('SELECT pg_backend_pid()') =~ /(\d+)/;
$session->query_until(qr/started/, "\\echo started\nSELECT pg_sleep(600);\n");
$node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid");
$node->stop('immediate');

# Each of these lives ends with its first batch.
foreach my $deaths (1 .. 3)
{
	set_faults($node, 'fdatasync KILL 1');
	{
		local $ENV{LD_PRELOAD} = SecauditFault::shim();
		local $ENV{SECAUDIT_FAULT} = $node->basedir . '/fault';
		$node->start(fail_ok => 1);
	}
	wait_until(sub { (grep { $_ eq 'fdatasync KILL' } faults_taken($node)) >= $deaths }) or die 'not killed';
	wait_until(sub { !-f $node->data_dir . '/postmaster.pid' }) or die 'still there';
	$node->{_pid} = undef;
}
clear_faults($node);
start_faulty($node);

is(scalar(records($node, pid => $pid, event => 'statement', outcome => 'unknown')), 1, 'the statement is in the trail once');
is(scalar(records($node, pid => $pid, event => 'session.end')), 1, 'so is the end of its session');
eval { $session->quit };
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
