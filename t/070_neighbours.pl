# Other extensions with hooks of their own, before and after secaudit in
# shared_preload_libraries: everybody does their work, nobody disturbs.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my @workload = (
	'CREATE TABLE t (a int PRIMARY KEY, b text)',
	q{INSERT INTO t SELECT g, 'x' FROM generate_series(1, 10) g},
	'SELECT count(*) FROM t',
	q{CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT sum(a) FROM t); END'},
	'SELECT f()',
	q{DO $$ BEGIN PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END $$},
	'SELECT * FROM nowhere',
	'BEGIN',
	'DECLARE c CURSOR FOR SELECT * FROM t',
	'FETCH 3 FROM c',
	'COMMIT',
	q{COPY t TO STDOUT},
	'EXPLAIN ANALYZE SELECT a FROM t',
	'PREPARE p AS SELECT b FROM t WHERE a = $1',
	'EXECUTE p(1)',
	'DROP TABLE t',
);
my $text = join(";\n", @workload) . ";\n";

# What the client is told, and the shape of what the trail holds.
sub run_with
{
	my ($name, $libraries) = @_;
	my $node = new_node(
		$name,
		settings => { 'secaudit.log' => 'all, -transaction' },
		conf => "shared_preload_libraries = '$libraries'\n"
		  . ($libraries =~ /auto_explain/ ? "auto_explain.log_min_duration = 0\nauto_explain.log_nested_statements = on\nauto_explain.log_analyze = on\n" : '')
		  . ($libraries =~ /pgaudit/ ? "pgaudit.log = 'all'\n" : ''));
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset()')
	  if $libraries =~ /pg_stat_statements/;
	my $since = mark($node);
	my ($status, $out, $err) = $node->psql('postgres', $text, on_error_stop => 0);
	$out =~ s/(?:cost|actual time|rows|Time).*//g;
	my @got = map { join ' ', $_->{level} // 0, $_->{class}, $_->{command} // $_->{event}, $_->{outcome}, $_->{rows} // '-', @{ objects_of($_) } }
	  records($node, since => $since, event => qr/^(?:statement|error)$/);
	my $calls = $libraries =~ /pg_stat_statements/
	  ? $node->safe_psql('postgres', q{SELECT calls FROM pg_stat_statements WHERE query = 'SELECT count(*) FROM t'}) : undef;
	my $log = slurp_file($node->logfile);
	check_trail($node, "$name: the trail is sound");
	$node->stop;
	return { out => "$status\n$out\n$err", records => \@got, calls => $calls, log => $log };
}

my $alone = run_with('alone', 'secaudit');
cmp_ok(scalar(@{ $alone->{records} }), '>', scalar(@workload), 'the workload leaves records');

my $all = join ', ', grep { has_library($_) } qw(pg_stat_statements auto_explain pgaudit set_user);
note("beside secaudit: $all");
for my $order ([ before => "$all, secaudit" ], [ after => "secaudit, $all" ])
{
	my ($name, $libraries) = @$order;
	my $got = run_with($name, $libraries);
	is($got->{out}, $alone->{out}, "$name: the client is told the same");
	is_deeply($got->{records}, $alone->{records}, "$name: the records are the same")
	  or diag explain [ $got->{records}, $alone->{records} ];
	is($got->{calls}, 1, "$name: pg_stat_statements counts once");
	like($got->{log}, qr/Query Text: SELECT count\(\*\) FROM t/, "$name: auto_explain explains");
	like($got->{log}, qr/AUDIT: SESSION,\d+,\d+,READ,SELECT,.*count\(\*\) FROM t/, "$name: pgaudit audits")
	  if has_library('pgaudit');
	unlike($got->{log}, qr/secaudit.*(?:ERROR|WARNING)|stack is not empty/, "$name: nobody complains");
}

done_testing();
