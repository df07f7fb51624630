# pg_dump and pg_restore of a pgbench database: recorded once, restored right,
# and the dump is the same with and without secaudit.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditClients;
use SecauditTest;
use Test::More;

my $node = new_client_node('audited');
my $dir = $node->basedir;

$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
delete $ENV{PGAPPNAME};    # the programs shall give their own names

$node->safe_psql('postgres', 'CREATE DATABASE bench');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
system_or_bail('pgbench', '-i', '-q', '-s', '1', '--foreign-keys', 'bench');
system_or_bail('pgbench', '-n', '-t', '50', 'bench');

my ($log, $mark) = (log_position($node), mark($node));
command_ok([ 'pg_dump', '-Fc', '-f', "$dir/bench.dump", 'bench' ], 'pg_dump succeeds');
my @records = trail_matches_log($node, $log, $mark,
	'every statement that pg_dump sends is in the trail once');
is_deeply(
	[ sort map { @{ objects_of($_) } } grep { ($_->{command} // '') eq 'COPY' } @records ],
	[ map { "table public.pgbench_$_ select" } qw(accounts branches history tellers) ],
	'pg_dump: the trail names every table whose rows left');
is_deeply([ map { $_->{app} } grep { ($_->{command} // '') eq 'COPY' } @records ],
	[ ('pg_dump') x 4 ], 'pg_dump: and by which program');

($log, $mark) = (log_position($node), mark($node));
command_ok([ 'pg_restore', '-d', 'copy', "$dir/bench.dump" ], 'pg_restore succeeds');
@records = trail_matches_log($node, $log, $mark,
	'every statement that pg_restore sends is in the trail once');
my %rows = map { $_->{objects}[0]{name} => $_->{rows} }
  grep { ($_->{command} // '') eq 'COPY' } @records;
is_deeply(
	\%rows,
	{
		'public.pgbench_accounts' => 100000,
		'public.pgbench_branches' => 1,
		'public.pgbench_history' => 50,
		'public.pgbench_tellers' => 10
	},
	'pg_restore: the trail counts the rows of every table');
is(scalar(grep { ($_->{command} // '') eq 'CREATE TABLE' } client_statements(@records)),
	4, 'pg_restore: four CREATE TABLE');

# Two jobs: more than one session at once.
$node->safe_psql('postgres', 'CREATE DATABASE copy2');
($log, $mark) = (log_position($node), mark($node));
command_ok([ 'pg_restore', '-j', 2, '-d', 'copy2', "$dir/bench.dump" ], 'pg_restore -j 2 succeeds');
trail_matches_log($node, $log, $mark, 'every statement of its jobs is in the trail once');

sub dump_text
{
	my ($name, $database) = @_;
	system_or_bail('pg_dump', '-f', "$dir/$name.sql", $database);
	my $text = slurp_file("$dir/$name.sql");
	$text =~ s/^\\(un)?restrict .*\n//mg;    # a random key in each dump
	return $text;
}
my $audited = dump_text('audited', 'bench');
ok($audited eq dump_text('restored', 'copy'), 'what was restored dumps the same');
check_trail($node, 'the trail is sound');

$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
ok($audited eq dump_text('plain', 'bench'), 'the dump is the same without secaudit');

$node->stop;
done_testing();
