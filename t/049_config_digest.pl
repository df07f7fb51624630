# audit.checkpoint tells which configuration was in force, in one digest.
use strict;
use warnings;
use FindBin ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node(
	'digest',
	settings => {
		'secaudit.checkpoint_interval' => '100ms',
		'secaudit.flush_interval' => '20ms',
		'secaudit.file_mode' => '0640',
		'log_file_mode' => '0640'
	});

# As docs/trail.md gives it.
my ($sql) = slurp_file("$FindBin::Bin/../docs/trail.md") =~ /^    (SELECT encode\(sha256.*?;)$/ms;

# The digest of the first checkpoint that comes after this moment.
sub next_digest
{
	my $seq = mark($node);
	my $found;

	wait_until(sub {
			flush_trail($node);
			($found) = grep { $_->{event} eq 'audit.checkpoint' && $_->{seq} > $seq } all_records($node);
			return $found;
		}) or die 'no checkpoint';
	return $found->{config_sha256};
}

sub from_settings { return $node->safe_psql('postgres', $sql); }

my $first = next_digest();
like($first, qr/^[0-9a-f]{64}$/, 'a checkpoint carries a digest of the configuration');
is($first, from_settings(), 'it is the one that the documented query makes of pg_settings');

$node->reload;
is(next_digest(), $first, 'a reload that changes nothing does not change it');

$node->safe_psql('postgres', 'ALTER ROLE ' . (getpwuid($<))[0] . q{ SET secaudit.log_parameters = on});
is(next_digest(), $first, 'nor does what a role sets for itself');
$node->safe_psql('postgres', 'ALTER ROLE ' . (getpwuid($<))[0] . ' RESET ALL');

foreach my $setting ([ 'secaudit.log', 'ddl, role' ], [ 'log_min_messages', 'error' ], [ 'row_security', 'off' ])
{
	my ($name, $value) = @$setting;
	my $before = next_digest();
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = $value");
	$node->reload;
	ok(wait_until(sub { next_digest() ne $before }), "a reload that changes $name does");
	is(next_digest(), from_settings(), 'to the new one');
	$node->safe_psql('postgres', "ALTER SYSTEM RESET $name");
	$node->reload;
	ok(wait_until(sub { next_digest() eq $before }), 'and back');
}

my $before = next_digest();
$node->safe_psql('postgres', 'ALTER SYSTEM SET work_mem = 65536');
$node->reload;
is(next_digest(), $before, 'a setting that concerns neither auditing nor logging is not in it');

$node->restart;
is(next_digest(), $before, 'it is the same after a restart');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
