# secauditctl evidence: what is done on a server has its records, and nothing is left.
use strict;
use warnings;

use lib 't/lib';
use IPC::Run ();
use JSON::PP ();
use SecauditTest;
use Test::More;

my $node = new_node('evidence',
	# a subscription could find this server itself
	init => [ allows_streaming => 'logical' ],
	settings => { 'secaudit.log' => 'all', 'secaudit.log_catalog' => 'on', 'secaudit.log_parameters' => 'on' });

# Whoever is not the superuser has to say a password.
my $su = $node->safe_psql('postgres', 'SELECT current_user');
PostgreSQL::Test::Utils::append_to_file($node->data_dir . '/pg_hba.new', <<"HBA");
local all,replication $su trust
local all somebody trust
local all all scram-sha-256
host all $su all trust
host all all all scram-sha-256
HBA
rename $node->data_dir . '/pg_hba.new', $node->data_dir . '/pg_hba.conf';
$node->reload;

# Everything else of this cluster's superuser, whose password is in the connection string.
my $conninfo = $node->connstr('postgres') . ' password=sesame155';

sub ctl
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

sub left_behind
{
	return $node->safe_psql('postgres', q{
		SELECT datname FROM pg_database WHERE datname LIKE 'secaudit\_evidence%'
		UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'secaudit\_evidence%'});
}

my ($status, $out, $err) = ctl('evidence', '-d', $conninfo, '--json');
is($err, '', 'the run has nothing to complain of');
my $document = JSON::PP::decode_json($out);
is($document->{kind}, 'evidence', 'it prints a document');
is(scalar @{ $document->{results} }, 62, 'of 62 tests');
unlike($out, qr/sesame155/, 'in which no secret of the connection string is');
unlike($out, qr/password=[0-9a-f]{10}/, 'nor a password that was made up');
my %result = map { $_->{check_id} => $_ } @{ $document->{results} };
is_deeply([ grep { $result{$_}{status} eq 'not_met' } sort keys %result ], [], 'what is done is met');
is_deeply([ grep { $result{$_}{status} eq 'not_run' } sort keys %result ],
	[qw(T-04 T-05 T-39 T-43 T-53 T-54 T-55 T-56 T-57 T-58)], 'but for what a connection cannot do');
is($status, 2, 'some could not be run: 2');
is($document->{counts}{met}, 52, 'the tests that are met are counted');
is($result{'T-03'}{steps}[0]{record}{sqlstate}, '42501', 'the record is the evidence');
is_deeply($document->{not_tested}, [qw(T-04 T-05 T-39 T-43 T-53 T-54 T-55 T-56 T-57 T-58)],
	'the document says what was not tested');
like($document->{sha256}, qr/^[0-9a-f]{64}$/, 'and has a digest');
is(left_behind(), '', 'nothing is left behind');

is((ctl('evidence', '-d', $conninfo, '--test=T-07'))[0], 0, 'a test that is met: 0');
is((ctl('evidence', '-d', $conninfo, '--test=T-04'))[0], 2, 'one that could not be run: 2');

# What is not recorded is not met.
$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.log_catalog = 'off'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('secaudit.log_catalog') = 'off'");
($status, $out) = ctl('evidence', '-d', $conninfo, '--test=T-01');
is_deeply([ $status, $out ],
	[ 1, "T-01  not met  Reading the roles is recorded: secaudit.log_catalog is off\n0 met, 1 not met, 0 not run\n" ],
	'a test that is not met says why');

# An interrupt.
{
	my ($o, $e) = ('', '');
	my $run = IPC::Run::start([ 'secauditctl', 'evidence', '-d', $conninfo ], '>', \$o, '2>', \$e);
	$run->pump until $o =~ /T-03/;
	$run->signal('INT');
	$run->finish;
	is($? >> 8, 2, 'an interrupted run ends');
	unlike($o, qr/T-62/, 'before its last test');
	is(left_behind(), '', 'and removes what it made');
}

# A statement that waits: the record that is locked is written by the last step of
# T-15, and by the removal afterwards.
{
	my ($o, $e, $in, $held) = ('', '', '', '');
	my $locker = IPC::Run::start([ 'psql', '-XAt', '-d', $node->connstr('postgres') ], '<', \$in, '>', \$held);
	$in = "BEGIN;\nLOCK TABLE pg_db_role_setting IN SHARE MODE;\nSELECT 'locked';\n";
	$locker->pump until $held =~ /locked/;
	my $run = IPC::Run::start(
		[ 'secauditctl', 'evidence', '-d', "$conninfo options='-c statement_timeout=5s'", '--test=T-15' ], '>', \$o, '2>', \$e);
	$node->poll_query_until('postgres', q{
		SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DROP DATABASE%')});
	$in .= "ROLLBACK;\n\\q\n";
	$locker->finish;
	$run->finish;
	is($? >> 8, 2, 'a test whose statement waits without end is not run');
	like($o, qr/^T-15  not run .*: the server has cancelled a statement$/m, 'which it says');
	is(left_behind(), '', 'and nothing is left behind');
}

# Other users.
$node->safe_psql('postgres', 'CREATE ROLE somebody LOGIN');
($status, undef, $err) = ctl('evidence', '-d', $conninfo);
is($status, 2, 'a server with other users is refused');
like($err, qr/has 1 other login roles.*--yes/, 'which it says');
is((ctl('evidence', '-d', $conninfo, '--yes', '--test=T-07'))[0], 0, '--yes runs the tests there');
($status, undef, $err) = ctl('evidence', '-d', $node->connstr('postgres') . ' user=somebody', '--yes');
is_deeply([ $status, $err ], [ 2, "secauditctl: the tests need a superuser\n" ], 'only for superusers');

done_testing();
