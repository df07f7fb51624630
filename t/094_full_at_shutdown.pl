# A stop while the buffer is full: it takes a bounded time, whatever the disk
# does, and what is in the buffer is in the trail after the next start.
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

my $node = new_faulty_node('stops', settings => outage_settings(), conf => outage_conf());

sub log_of { return substr(slurp_file($node->logfile), $_[0]); }

# A stop of a server under load; returns how long its sessions and it took.
sub stop_under_load
{
	my ($from) = @_;
	kill 'INT', postmaster_pid($node);
	my ($sessions) = timed(sub { wait_until(sub { !backends($node) }) or die 'sessions are still there' });
	my ($all) = timed(sub { wait_for_log($node, qr/database system is shut down/, $from) or die 'the server is still there' });
	$node->{_pid} = undef;
	return ($sessions, $sessions + $all);
}

# The disk fails, and has done so for longer than failure_timeout.
my $look = observer($node);
my $load = start_load($node);
my $from = -s $node->logfile;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
await_outage($look);
wait_until(sub { $look->('lost') > 0 }) or die 'nothing is lost';
my $buffered = $look->('head');
my ($sessions, $all) = stop_under_load($from);
$load->{run}->finish;
cmp_ok($sessions, '<', 3, 'in an outage, a full buffer does not keep sessions from ending');
cmp_ok($all, '<', 6, 'nor the server from stopping');
like(log_of($from), qr/LOG:  the audit trail could not be completed before shutdown/, 'the server log says that the trail is not complete');
like(log_of($from), qr/DETAIL:  What is in the audit buffer will be written at the next start/, 'and where the rest is');
clear_faults($node);
start_faulty($node);
flush_trail($node);
$look = observer($node);
cmp_ok($look->('tail'), '>=', $buffered, 'the next start writes what was in the buffer');
my $told = 0;
$told += $_->{lost} foreach grep { $_->{event} eq 'audit.gap' } stored_records($node);
cmp_ok($told, '>', 0, "and tells how many records did not get there ($told)");

# The disk begins to fail just before the stop.  A long failure_timeout is how
# long the writer goes on trying; the sessions do not wait for it.
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.failure_timeout = '4s'; SELECT pg_reload_conf()});
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.failure_timeout') = '4s'});
$load = start_load($node);
$from = -s $node->logfile;
set_faults($node, 'write EIO', 'open EIO');
sleep 1;
($sessions, $all) = stop_under_load($from);
$load->{run}->finish;
cmp_ok($sessions, '<', 3, 'a disk that begins to fail does not keep sessions from ending');
cmp_ok($all, '<', 9, 'and the server from stopping no longer than failure_timeout');
cmp_ok($all, '>', 2, 'for which the writer tries');
clear_faults($node);
start_faulty($node);

# It is mended meanwhile.
$load = start_load($node);
$from = -s $node->logfile;
set_faults($node, 'write EIO', 'open EIO');
sleep 0.5;
kill 'INT', postmaster_pid($node);
sleep 1;
clear_faults($node);
ok(wait_for_log($node, qr/database system is shut down/, $from), 'a disk that is mended while the server stops');
$node->{_pid} = undef;
$load->{run}->finish;
unlike(log_of($from), qr/could not be completed/, 'gets everything');
my @last = stored_records($node);
is($last[-2]{event}, 'audit.stop', 'and the end of the trail says that it was stopped');

# The writer is stopped; so it is not ours to end, but sessions are.
start_faulty($node);
$look = observer($node);
$from = -s $node->logfile;
$load = start_load($node);
my $writer = stop_writer($node);
sleep 1;
($sessions) = do {
	kill 'INT', postmaster_pid($node);
	timed(sub { wait_until(sub { !backends($node) }) or die 'still there' });
};
cmp_ok($sessions, '<', 3, 'a writer that is stopped does not keep sessions from ending');
go_on_writer($writer);
ok(wait_for_log($node, qr/database system is shut down/, $from), 'the server stops when the writer can go on');
$node->{_pid} = undef;
$load->{run}->finish;

# An immediate stop does not wait for it.
start_faulty($node);
$from = -s $node->logfile;
stop_writer($node);
$node->safe_psql('postgres', q{SELECT 'at the last'});
my ($took) = timed(sub { $node->stop('immediate') });
cmp_ok($took, '<', 20, 'an immediate stop ends a stopped writer, too');
start_faulty($node);
flush_trail($node);
is(scalar(grep { ($_->{query} // '') eq q{SELECT 'at the last'} } stored_records($node)), 1, 'and loses nothing');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
