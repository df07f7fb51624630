# kill -9, of anybody, under load: what was acknowledged is in the trail, once.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

my $clients = 4;
my $rounds = $ENV{SECAUDIT_KILL_ROUNDS} // 1;
# The long form: 200 sessions at a time for a minute.
my ($visitors, $rate, $minute) = $rounds > 1 ? (200, 300, 60) : (8, 40, 4);
my $node = new_node(
	'kill',
	settings => {
		'restart_after_crash' => 'on',
		'log_statement' => 'none',
		'secaudit.buffer_size' => '1MB',
		'secaudit.flush_interval' => '50ms'
	});
$node->append_conf('postgresql.conf', "log_statement = 'none'\nrestart_after_crash = on\nmax_connections = 250");
$node->restart;
my $script = $node->basedir . '/load.sql';
append_to_file($script, "SELECT 'load', :round, :client_id;\n");
my $round = 0;
my $acknowledged = 0;
my $recorded = 0;

# Start a load of which every acknowledged transaction is logged by pgbench.
sub start_load
{
	my ($seconds) = @_;
	$round++;
	my $prefix = $node->basedir . "/acked.$round";
	return IPC::Run::start(
		[ $node->installed_command('pgbench'), '-n', '-c', $clients, '-j', 2, '-R', 400, '-T', $seconds // 60,
			'-D', "round=$round", '-l', '--log-prefix', $prefix, '-f', $script, $node->connstr('postgres') ],
		'>', '/dev/null', '2>', '/dev/null');
}

# Compare what pgbench saw with what the trail has.
sub compare
{
	my ($what) = @_;
	my (%acked, %got);

	foreach my $file (glob $node->basedir . "/acked.$round.*")
	{
		/^(\d+) / && $acked{$1}++ foreach split /\n/, slurp_file($file);
	}
	flush_trail($node);
	foreach my $r (all_records($node))
	{
		$got{$1}++ if $r->{event} eq 'statement' && $r->{outcome} eq 'success'
		  && ($r->{query} // '') =~ /^SELECT 'load', $round, (\d+)$/;
	}
	my @short = grep { ($got{$_} // 0) < $acked{$_} } keys %acked;
	my @long = grep { ($got{$_} // 0) > $acked{$_} + 1 } keys %acked;
	my ($sum, $have) = (0, 0);
	$sum += $_ foreach values %acked;
	$have += $_ foreach values %got;
	$acknowledged += $sum;
	$recorded += $have;
	cmp_ok($sum, '>', 50, "$what: there was a load ($sum transactions acknowledged)");
	is("@short", '', "$what: every acknowledged transaction has its record");
	is("@long", '', "$what: at most one more per client, on its way when it died");
	return;
}

# How many transactions pgbench has seen acknowledged in this round.
sub count_acknowledged
{
	my $count = 0;
	$count += () = slurp_file($_) =~ /\n/g foreach glob $node->basedir . "/acked.$round.*";
	return $count;
}

# Kills come at any instant of a load that is running: once between 100 and
# 500 more transactions were acknowledged, and that many milliseconds more.
sub await_load
{
	my $enough = 100 + int rand 400;
	wait_until(sub { count_acknowledged() >= $enough }) or die 'no load';
	sleep rand 0.1;
	return;
}

sub back_again
{
	wait_until(sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 }) or die 'server is not coming back';
	return;
}

sub backend_of_load
{
	my @pids = map { $_->[0] } grep { $_->[1] =~ /\bpostgres \[local\] / }
	  SecauditFault::children(postmaster_pid($node));
	return $pids[ rand @pids ];
}

my %kill = (
	'a backend' => sub { kill 'KILL', backend_of_load(); },
	'the writer' => sub { kill 'KILL', writer_pid($node); },
	'the postmaster' => sub { kill_server($node); $node->start; },
	'everybody, by an immediate stop' => sub { $node->stop('immediate'); $node->start; });

foreach my $who (sort keys %kill)
{
	foreach my $i (1 .. $rounds)
	{
		my $load = start_load();
		await_load();
		$kill{$who}->();
		$load->finish;
		back_again();
		compare("$who, time $i");
	}
}

# A writer that stands still for less than failure_timeout: the sessions wait,
# nothing is lost.
{
	my $load = start_load(11);
	wait_until(sub { grep { -s } glob($node->basedir . "/acked.$round.*") }) or die 'no load';
	my $writer = writer_pid($node);
	kill 'STOP', $writer;
	sleep 5;
	kill 'CONT', $writer;
	$load->finish;
	compare('a writer stopped for 5 seconds');
	is($node->safe_psql('secaudit_test', 'SELECT lost FROM secaudit.status()'), 0, 'and nothing was lost');
}

# Sessions that come and go: every start has its end.
{
	my $file = $node->basedir . '/one.sql';
	append_to_file($file, "SELECT 1;\n");
	$node->command_ok([ 'pgbench', '-n', '-C', '-R', $rate, '-c', $visitors, '-j', 2, '-T', $minute, '-f', $file, $node->connstr('postgres') ], 'sessions come and go');
	$node->stop;
	my (%start, %end);
	foreach my $r (all_records($node))
	{
		$start{ $r->{session} }++ if $r->{event} eq 'session.start';
		$end{ $r->{session} }++ if $r->{event} eq 'session.end';
	}
	cmp_ok(scalar(keys %start), '>', 30, 'many sessions (' . keys(%start) . ')');
	is(scalar(grep { ($end{$_} // 0) != 1 } keys %start), 0, 'every one that began has ended, once');
	is(scalar(grep { !$start{$_} } keys %end), 0, 'and none ended that had not begun');
	note(keys(%start) . ' sessions began and ended');
}

note(scalar(@{ [ all_records($node) ] }) . ' records, ' . 4 * $rounds . ' kills');
note("$acknowledged transactions acknowledged, $recorded recorded, none lost");
check_trail($node, 'the trail is sound');
done_testing();
