# Compliance checks on a standby, and in a transaction that may not write: there
# are results, and nothing is kept.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $primary = new_node('primary', init => [ allows_streaming => 1 ]);
$primary->safe_psql('postgres', 'CREATE EXTENSION secaudit; SELECT secaudit.baseline_capture()');
$primary->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'b', has_streaming => 1);
mkdir $standby->basedir . '/trail', 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . $standby->basedir . "/trail'\n");
$standby->start;
$primary->wait_for_catchup($standby);

my $all = 'SELECT count(*) = (SELECT count(*) FROM secaudit.checks()), count(*) FILTER (WHERE status = $$error$$) FROM secaudit.compliance_check()';
is($standby->safe_psql('postgres', $all), 't|0', 'a standby has all results, without an error');
is($standby->safe_psql('postgres', q{SELECT status FROM secaudit.compliance_check() WHERE check_id = 'C10'}), 'pass', 'and reads the baseline');
is($standby->safe_psql('postgres', q{SELECT status FROM secaudit.compliance_check() WHERE check_id = 'C47'}), 'pass', 'and finds its test record in its own trail');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM secaudit.compliance_run'), '0', 'and keeps nothing');
is($primary->safe_psql('postgres', "BEGIN READ ONLY; $all; COMMIT"), 't|0', 'so does a transaction that may not write');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM secaudit.compliance_run'), '0', 'which keeps nothing either');

$standby->stop;
$primary->stop;
done_testing();
