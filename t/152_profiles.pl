# Each file of profiles/ loads, and what it sets is in force.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('profile');
$node->init;
mkdir trail_dir($node), 0700;
my $plain = PostgreSQL::Test::Utils::slurp_file($node->data_dir . '/postgresql.conf');
my @profiles = glob 'profiles/*.conf';
is(scalar @profiles, 6, 'there are six profiles');

foreach my $file (@profiles)
{
	my $text = PostgreSQL::Test::Utils::slurp_file($file);
	my %set = $text =~ /^([\w.]+) = ('[^']*'|\d+) /mg;
	foreach my $line (grep { /^[^#\s]/ } split /\n/, $text)
	{
		like($line, qr/^[\w.]+ = (?:'[^']*'|\d+) +# \S/, "$file says why: $line");
	}
	open my $fh, '>', $node->data_dir . '/postgresql.conf' or die $!;
	print $fh $plain, $text, "secaudit.directory = '", trail_dir($node), "'\n";
	close $fh;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS secaudit');
	is($node->safe_psql('postgres', 'SELECT string_agg(format($$%s: %s$$, name, error), $$; $$) FROM pg_file_settings WHERE error IS NOT NULL'), '', "$file has no errors");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_file_settings WHERE applied AND name LIKE $$secaudit.%$$'),
		1 + grep({ /^secaudit\./ } keys %set), "all of $file is applied");
	my ($profile) = $file =~ m{(\w+)\.conf};
	if ($profile =~ /^(?:stig|pci|hipaa|gdpr)$/)
	{
		is($node->safe_psql('postgres', "SELECT string_agg(check_id || ': ' || observed, '; ') FROM secaudit.compliance_check('$profile')
			WHERE status NOT IN ('pass', 'not_applicable', 'manual') AND check_id IN ('C01', 'C06', 'C08', 'C14', 'C46', 'C47', 'C58', 'C64', 'C65', 'C66')
				AND (check_id NOT IN ('C06', 'C08') OR '$profile' = 'stig')"),
			'', "its checks of settings pass with $file");
	}
	$node->stop;
}
done_testing();
