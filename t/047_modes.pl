# Standby, promotion, base backup, single-user mode, crash loop.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('primary', init => [ allows_streaming => 1 ]);
$node->safe_psql('postgres', "SELECT 'on the primary'");
$node->backup('base');

# A standby made from a base backup: a trail of its own, from its own buffer.
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
ok(!$standby->start(fail_ok => 1), 'a copy that would write to the same trail is refused');
mkdir trail_dir($standby), 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . trail_dir($standby) . "'\nsecaudit.node_name = 'standby'");
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', "SELECT 'on the standby', pg_is_in_recovery()"), 'on the standby|t', 'a standby serves queries');
flush_trail($standby);
my ($record) = grep { ($_->{query} // '') =~ /^SELECT 'on the standby'/ } all_records($standby);
is($record->{node}, 'standby', 'and records them');
my ($start) = grep { $_->{event} eq 'audit.start' } all_records($standby);
ok($start->{standby}, 'its audit.start says that it is one');
is($start->{set_aside}, 'secaudit.buf.foreign-1', 'the copied buffer file is set aside, by the start that is not refused');
ok(!-e $standby->data_dir . '/secaudit.buf.damaged-1', 'and the refused one has left none that counts as damaged');
is(scalar(grep { ($_->{query} // '') eq "SELECT 'on the primary'" } all_records($standby)), 0,
	'nothing of the primary is in its trail');
my %logs = map { $_->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()') => 1 } $node, $standby;
is(scalar(keys %logs), 2, 'the two trails have different names');

$standby->promote;
$standby->safe_psql('postgres', "SELECT 'after promotion'");
flush_trail($standby);
is(scalar(grep { ($_->{query} // '') eq "SELECT 'after promotion'" } all_records($standby)), 1, 'promotion changes nothing');
$standby->stop;
check_trail($standby, 'the trail of the standby is sound');

# Single-user mode: the process writes the trail itself.
$node->stop;
my $postgres = $node->installed_command('postgres');
my ($in, $out, $err) = ("SELECT 'alone';\n", '', '');
IPC::Run::run([ $postgres, '--single', '-D', $node->data_dir, 'postgres' ], '<', input_file($in), '>', \$out, '2>', \$err);
like($out, qr/alone/, 'single-user mode works') or diag($err);
is(scalar(read_trail($node, query => qr/SELECT 'alone'/)), 1, 'and is recorded');
my @events = map { $_->{event} } all_records($node);
is_deeply([ @events[ -3 .. -1 ] ], [ 'audit.checkpoint', 'audit.stop', 'audit.close' ], 'its trail ends in order');
$in = join('', map { "SELECT '" . ('x' x 3000) . "', $_;\n" } 1 .. 1000);
IPC::Run::run([ $postgres, '--single', '-D', $node->data_dir, '-c', 'secaudit.buffer_size=1MB', 'postgres' ], '<', input_file($in), '>', \$out, '2>', \$err);
is(scalar(read_trail($node, query => qr/^SELECT 'xxx/)), 1000, 'also when it is more than the buffer holds');

# A crash loop: every life leaves its records, once.
foreach my $life (1 .. 4)
{
	$node->start;
	$node->safe_psql('postgres', "SELECT 'life', $life");
	kill_server($node);
}
$node->start;
is(join(',', map { scalar(records($node, query => "SELECT 'life', $_")) } 1 .. 4), '1,1,1,1', 'each of four lives is in the trail once');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
