# secaudit.on_failure: each policy does what it says when nothing can be written.
use strict;
use warnings;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('policies', settings => policy_settings());
my $way = {
	fail => sub { set_faults($node, 'write ENOSPC', 'open ENOSPC') },
	mend => sub { clear_faults($node) },
	start => sub { start_faulty($node) } };

$node->safe_psql('postgres', 'CREATE ROLE alice LOGIN');
policy_continue($node, $way);
policy_error($node, $way);
policy_block($node, $way);
policy_overwrite($node, $way);
policy_shutdown($node, $way);
policy_end($node);
done_testing();
