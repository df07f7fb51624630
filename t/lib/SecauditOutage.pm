# SecauditOutage: a writer that does nothing, what the sessions feel of it, and
# how long that takes.
#
#   use SecauditOutage;
#   my $node = outage_node('stopped');
#   my $look = observer($node);
#   my $load = start_load($node);
#   stop_writer($node);
#   await_outage($look);
#   go_on_writer($node);
#   my @before = latencies($load, undef, $stopped_at);
#
# The buffer takes 1 MB and failure_timeout is 1 s, so a load fills it within
# moments and everything that follows takes seconds.
package SecauditOutage;

use strict;
use warnings;

use Exporter 'import';
use IO::Select ();
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditProto;
use SecauditTest;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
  outage_node outage_settings outage_conf silent_role observer await_outage await_no_outage stop_writer go_on_writer fill_buffer
  start_load end_load count_done latencies percentile latencies_are slow_ones timed backends
);

sub outage_settings
{
	return {
		'secaudit.buffer_size' => '1MB',
		'secaudit.failure_timeout' => '1s',
		'secaudit.flush_interval' => '20ms',
		@_ };
}

# The server log is for what secaudit says, and not the slowest part of a load.
sub outage_conf { return "log_statement = none\nmax_connections = 60\n"; }

# outage_node(NAME, %settings)
sub outage_node
{
	my ($name, %settings) = @_;
	return new_node($name, settings => outage_settings(%settings), conf => outage_conf());
}

# A role of which nothing is recorded, and which "error" does not refuse.
my %has_role;

sub silent_role
{
	my ($node) = @_;
	return 'silent' if $has_role{ $node->name }++;
	return 'silent' if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_roles WHERE rolname = 'silent'});
	$node->safe_psql(
		'secaudit_test', q{
		CREATE ROLE silent LOGIN SUPERUSER;
		ALTER ROLE silent SET secaudit.log = none;
		ALTER ROLE silent SET secaudit.log_superuser = off});
	return 'silent';
}

# A function that asks secaudit.status() for a column, in a session that leaves
# no record and so is never in its own way.
sub observer
{
	my ($node) = @_;
	my $session = SecauditProto->connect($node, user => silent_role($node), database => 'secaudit_test');
	return sub {
		my ($what, $from) = @_;
		$session->query("SELECT $what FROM " . ($from // 'secaudit.status()'));
		my ($row) = $session->rows($session->until_ready);
		return $row ? $row->[0] : undef;
	};
}

sub await_outage
{
	my ($look) = @_;
	wait_until(sub { defined $look->('outage') }) or die 'there is no outage';
	return;
}

sub await_no_outage
{
	my ($look) = @_;
	wait_until(sub { !defined $look->('outage') }) or die 'the outage does not end';
	return;
}

sub stop_writer
{
	my ($node) = @_;
	my $pid = writer_pid($node) or die 'no writer';
	kill 'STOP', $pid;
	return $pid;
}


sub go_on_writer { my ($pid) = @_; kill 'CONT', $pid; return; }

# With the writer stopped: statements until the outage begins, in a session that
# stays, since its numbers tell how many records are missing.  With "block" the
# last of them is still waiting.
sub fill_buffer
{
	my ($node, $look) = @_;
	my $session = SecauditProto->connect($node);
	my $socket = IO::Select->new($session->{socket});
	foreach my $i (1 .. 1000)
	{
		$session->query("SELECT 'fills', $i /* @{[ 'x' x 6000 ]} */");
		last if !$socket->can_read(0.5) && wait_until(sub { defined $look->('outage') || $socket->can_read(0) }) && !$socket->can_read(0.2);
		$session->until_ready;
		last if $i % 20 == 0 && defined $look->('outage');
	}
	await_outage($look);
	return $session;
}

# timed(CODE): the seconds it took, and what it returned.
sub timed
{
	my ($code) = @_;
	my $began = time;
	my @got = $code->();
	return (time - $began, @got);
}

my $loads = 0;

# Clients of pgbench, which notes how long each transaction took.
sub start_load
{
	my ($node, %opt) = @_;
	my $script = $node->basedir . '/load.sql';
	my $prefix = $node->basedir . '/load.' . ++$loads;
	append_to_file($script, "\\sleep 5 ms\nSELECT 'load', :client_id /* @{[ 'x' x 1000 ]} */;\n") unless -f $script;
	my $run = IPC::Run::start(
		[ $node->installed_command('pgbench'), '-n', '-c', $opt{clients} // 4, '-j', 2, '-T', $opt{seconds} // 120,
			'-l', '--log-prefix', $prefix, '-f', $script, $node->connstr('postgres') ],
		'>', '/dev/null', '2>', '/dev/null');
	my $load = { run => $run, prefix => $prefix };
	wait_until(sub { count_done($load) > 200 }) or die 'no load';
	return $load;
}

# pgbench writes its notes in blocks; so does what counts them lag.
sub notes
{
	my ($load) = @_;
	return map { split /\n/, slurp_file($_) } glob "$load->{prefix}.*";
}

sub count_done { return scalar notes($_[0]); }

# Its sessions are terminated: at the end of all of them pgbench writes the rest
# of its notes, which it would not if it were killed.
sub end_load
{
	my ($node, $load) = @_;
	$node->safe_psql('postgres',
		q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT ''load''%'});
	$load->{run}->finish;
	return;
}

# Seconds that each transaction took which ended between two moments.
sub latencies
{
	my ($load, $from, $to) = @_;
	my @took;
	foreach my $line (notes($load))
	{
		my (undef, undef, $us, undef, $s, $frac) = split / /, $line;
		next unless defined $frac && length $frac;
		my $end = $s + $frac / 1e6;
		push @took, $us / 1e6 if $end >= ($from // 0) && $end < ($to // 1e12);
	}
	return sort { $a <=> $b } @took;
}

sub percentile
{
	my ($percent, @sorted) = @_;
	return $sorted[ int($#sorted * $percent / 100) ];
}

sub slow_ones { my ($limit, @took) = @_; return scalar grep { $_ >= $limit } @took; }

# latencies_are(NAME, LIMIT, @sorted): a test of p99, with how many there were.
sub latencies_are
{
	my ($name, $limit, @took) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	cmp_ok(scalar @took, '>', 100, "$name: there were transactions (" . @took . ')');
	my $p99 = @took ? percentile(99, @took) : 1e9;
	return cmp_ok($p99, '<', $limit, sprintf '%s: p99 is below %g s (%.1f ms)', $name, $limit, 1000 * $p99);
}

# The pids of the sessions that a server has.  An "io worker 0" (18) is none.
sub backends
{
	my ($node) = @_;
	return map { $_->[0] }
	  grep { $_->[1] =~ /^postgres: (?:\S+: )?(?!io worker )\S+ \S+ (?:\[local\]|\d)/ } SecauditFault::children(postmaster_pid($node));
}

1;
