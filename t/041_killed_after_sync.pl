# The writer dies when a batch is on disk, before it can note that: nothing of it
# is written a second time.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

# Batches gather for a second, so that the first one after a pause has more than
# the beginning of a session.
my $node = new_faulty_node('after_sync', settings => { %{ policy_settings() }, 'secaudit.flush_interval' => '1s' });
my $deaths = 0;

# Whoever looks at the losses must not add to them.
$node->safe_psql('postgres', 'CREATE ROLE watcher LOGIN IN ROLE pg_monitor; ALTER ROLE watcher SET secaudit.log = none');
$node->safe_psql('secaudit_test', 'GRANT USAGE ON SCHEMA secaudit TO watcher; GRANT EXECUTE ON FUNCTION secaudit.status() TO watcher');

sub count_lost
{
	return $node->safe_psql('secaudit_test', 'SELECT lost FROM secaudit.status()', extra_params => [ '-U', 'watcher' ]);
}

# The next batch but so many is the last one of this life; returns in a new one.
sub die_after_batches
{
	my ($passed, $meanwhile) = @_;
	set_faults($node, ($passed ? "fdatasync PASS $passed" : ()), 'fdatasync KILL 1');
	$meanwhile->();
	$deaths++;
	wait_until(sub { (grep { $_ eq 'fdatasync KILL' } faults_taken($node)) >= $deaths }) or die 'not killed';
	clear_faults($node);
	$node->stop('immediate', fail_ok => 1);
	start_faulty($node);
	return;
}

sub events { my ($name) = @_; return grep { $_->{event} eq $name } stored_records($node); }

# Statements.  On a busy machine a life may be too short for any.
my ($life, $statements) = (0, 0);
while ($life++ < 3 || ($statements == 0 && $life < 20))
{
	my ($out, %count);
	flush_trail($node);
	die_after_batches(0, sub {
		$node->psql('postgres', join('', map { "SELECT 'life $life', $_;\n" } 1 .. 100), stdout => \$out, on_error_stop => 0);
	});
	my @answered = $out =~ /^life $life\|(\d+)$/mg;
	$count{$_}++ foreach map { ($_->{query} // '') =~ /^SELECT 'life $life', (\d+)$/ ? $1 : () } all_records($node);
	$statements += @answered;
	is(join(' ', grep { ($count{$_} // 0) != 1 } @answered), '', "every statement that was answered is in the trail once, life $life");
	is(join(' ', grep { $count{$_} > 1 } keys %count), '', "and none twice, life $life");
}
cmp_ok($statements, '>', 0, "statements were answered before the writer died ($statements)");
check_trail($node, 'the trail is sound');

# Losses: the first batch that can be written was made before them, the second
# one tells of them.
set_faults($node, 'write ENOSPC', 'open ENOSPC');
$node->safe_psql('postgres', join('', map { "SELECT 'lost', $_ /* @{[ 'x' x 1000 ]} */;\n" } 1 .. 1500));
my $lost = count_lost();
cmp_ok($lost, '>', 100, "records were lost ($lost)");
die_after_batches(1, sub { });
flush_trail($node);
my $told = 0;
$told += $_->{lost} foreach events('audit.gap');
cmp_ok(scalar(() = events('audit.gap')), '>', 0, 'audit.gap was in the batch after which it died');
is($told, $lost, 'the losses were told once');
$node->safe_psql('postgres', 'SELECT 1');
flush_trail($node);
is(scalar(() = events('audit.gap')), 1, 'nor are they told later');

# What is lost from now on is told as before.
set_faults($node, 'write ENOSPC', 'open ENOSPC');
$node->safe_psql('postgres', join('', map { "SELECT 'lost', $_ /* @{[ 'x' x 1000 ]} */;\n" } 1 .. 1500));
$lost = count_lost();
clear_faults($node);
flush_trail($node);
$told = -$told;
$told += $_->{lost} foreach events('audit.gap');
is($told, $lost, 'new losses are told for themselves');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
