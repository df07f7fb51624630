# pgbench: every statement it sends is recorded once, and the counts agree with
# what pgbench itself reports.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IPC::Run ();
use SecauditClients;
use SecauditTest;
use Test::More;

my $transactions = 60;
my $clients = 3;
my $node = new_client_node('audited');

# Runs pgbench; returns its report, the records and the counts per command.
sub bench
{
	my ($name, @args) = @_;
	my ($log, $mark) = (log_position($node), mark($node));
	my ($out, $err);
	my $ok = IPC::Run::run([ 'pgbench', @args, 'postgres' ], '>', \$out, '2>', \$err);
	ok($ok, "pgbench $name succeeds") or diag($err);
	my @records = trail_matches_log($node, $log, $mark,
		"$name: every statement sent is in the trail once, and no other");
	my %count;
	$count{ $_->{command} // 'none' }++ foreach client_statements(@records);
	is(scalar(grep { ($_->{outcome} // 'success') ne 'success' } @records),
		0, "$name: every outcome is success");
	return ($out . $err, \@records, \%count);
}

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

my ($report, $records, $count) = bench('-i', '-i', '-q', '-s', '1');
# from 17 on it fills the other tables in the same way
my ($copy) = grep { ($_->{command} // '') eq 'COPY' && $_->{objects}[0]{name} eq 'public.pgbench_accounts' } @$records;
is($copy->{rows}, 100000, '-i: the COPY of accounts says 100000 rows');
is_deeply(objects_of($copy), ['table public.pgbench_accounts insert'],
	'-i: and the table it filled');
is($count->{'CREATE TABLE'}, 4, '-i: four tables are created');
is($count->{'ALTER TABLE'}, 3, '-i: three primary keys are made');

# What one TPC-B transaction consists of.
my %tpcb = (BEGIN => 1, UPDATE => 3, INSERT => 1, COMMIT => 1);

foreach my $mode (qw(simple extended prepared))
{
	($report, $records, $count) = bench("TPC-B, $mode",
		'-n', '-M', $mode, '-c', $clients, '-j', 2, '-t', $transactions);
	my ($processed) = $report =~ /actually processed: (\d+)/;
	is($processed, $clients * $transactions, "TPC-B, $mode: pgbench processed all transactions");
	is($count->{$_}, $processed * $tpcb{$_}, "TPC-B, $mode: $_ as often as pgbench reports")
	  foreach sort keys %tpcb;
	my @changed = grep { ($_->{command} // '') eq 'UPDATE' } @$records;
	is(scalar(grep { $_->{rows} == 1 } @changed), 3 * $processed,
		"TPC-B, $mode: every UPDATE changed one row");
	is(scalar(grep { $_->{class} eq 'write' } @changed), 3 * $processed,
		"TPC-B, $mode: every UPDATE is of class write");
	is(scalar(grep { grep { /^table public\.pgbench_/ } @{ objects_of($_) } } @changed),
		3 * $processed, "TPC-B, $mode: every UPDATE names its table");

	($report, $records, $count) = bench("-S, $mode",
		'-n', '-S', '-M', $mode, '-c', $clients, '-j', 2, '-t', $transactions);
	($processed) = $report =~ /actually processed: (\d+)/;
	my @reads = grep { ($_->{query} // '') =~ /^SELECT abalance FROM pgbench_accounts/ } @$records;
	is(scalar(@reads), $processed, "-S, $mode: one SELECT per transaction");
	is_deeply([ map { [ $_->{rows}, $_->{class}, objects_of($_) ] } @reads ],
		[ map { [ 1, 'read', ['table public.pgbench_accounts select'] ] } @reads ],
		"-S, $mode: each read one row of pgbench_accounts");
}

check_trail($node, 'the trail is sound');

# The same seed leaves the same rows, audited or not.
sub state_after
{
	my ($server) = @_;
	local $ENV{PGHOST} = $server->host;
	local $ENV{PGPORT} = $server->port;
	system_or_bail('pgbench', '-i', '-q', 'postgres');
	system_or_bail('pgbench', '-n', '--random-seed=4711', '-t', 100, 'postgres');
	return $server->safe_psql('postgres', <<'SQL');
SELECT md5(string_agg(a::text, ' ' ORDER BY aid)) FROM pgbench_accounts a;
SELECT string_agg(t::text, ' ' ORDER BY tid) FROM pgbench_tellers t;
SELECT bbalance FROM pgbench_branches;
SELECT count(*), sum(delta), sum(aid) FROM pgbench_history;
SQL
}
my $plain = new_node('plain', no_preload => 1);
is(state_after($node), state_after($plain), 'pgbench leaves the same rows with and without secaudit');

$plain->stop;
$node->stop;
done_testing();
