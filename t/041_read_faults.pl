# A file that cannot be read after a start is not one that ends: what it holds
# has numbers, and nothing is written until it is known which.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('unread', settings => { %{ policy_settings() }, 'secaudit.flush_interval' => '20ms' });

# The newest file holds records that the buffer does not know to be there: the
# writer dies when they are on disk.
sub leave_unnoted_records
{
	my ($name) = @_;
	flush_trail($node);
	my $deaths = () = grep { $_ eq 'fdatasync KILL' } faults_taken($node);
	set_faults($node, 'fdatasync KILL 1');
	$node->psql('postgres', "SELECT '$name'");
	wait_until(sub { (() = grep { $_ eq 'fdatasync KILL' } faults_taken($node)) > $deaths }) or die 'not killed';
	$node->stop('immediate', fail_ok => 1);
	return;
}

sub files { return map { $_ => -s $_ } trail_files($node); }

foreach my $lost (0, 1)
{
	my $case = $lost ? 'without the buffer' : 'with the buffer';
	leave_unnoted_records($case);
	my %before = files();
	# without a buffer the log's name is in the files: that has to be read
	unlink $node->data_dir . '/secaudit.buf' if $lost;
	set_faults($node, ($lost ? 'read PASS 2' : ()), 'read EIO');
	my $from = -s $node->logfile;
	my $started = eval { start_faulty($node); 1 };
	if ($started)
	{
		ok(wait_until(sub { substr(slurp_file($node->logfile), $from) =~ /could not read a file in audit trail directory/ }), "$case: a read error is reported");
		$node->psql('postgres', "SELECT 'meanwhile'");
		sleep 2;
		is_deeply({ files() }, \%before, "$case: and nothing is written");
		clear_faults($node);
	}
	else
	{
		like(substr(slurp_file($node->logfile), $from), qr/FATAL:  could not read a file of audit trail directory/, "$case: the server does not start");
		is_deeply({ files() }, \%before, "$case: and nothing is written");
		clear_faults($node);
		start_faulty($node);
		$node->safe_psql('postgres', "SELECT 'meanwhile'");
	}
	flush_trail($node);
	check_trail($node, "$case: when it can be read, the trail goes on, soundly");
	my $n = () = grep { ($_->{query} // '') eq "SELECT 'meanwhile'" } all_records($node);
	is($n, $lost + 1, "$case: with what was done meanwhile");
}
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'no number was given twice');
done_testing();
