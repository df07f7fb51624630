# Compliance checks of TLS, the server log, listening, shipping and preloaded
# modules: each seen to pass and to fail.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('server', init => [ extra => [ '--data-checksums' ] ]);
my $dir = $node->data_dir;
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit');

sub status_of
{
	my ($id, $profile) = @_;
	$profile //= 'stig';
	return $node->safe_psql('postgres', "SELECT status FROM secaudit.compliance_check('$profile') WHERE check_id = '$id'");
}

sub certificate
{
	my ($days) = @_;
	my ($out, $err);
	IPC::Run::run([ qw(openssl req -new -x509 -nodes -newkey rsa:2048 -subj /CN=server -days), $days,
		'-keyout', "$dir/server.key", '-out', "$dir/server.crt" ], '>', \$out, '2>', \$err) or die $err;
	chmod 0600, "$dir/server.key", "$dir/server.crt";
	return;
}

is(status_of('C39'), 'not_applicable', 'C39 is not applicable without TLS');
is(status_of('C40'), 'not_applicable', 'C40 is not applicable without logging_collector');
is(status_of('C38'), 'fail', 'C38 fails without TLS');
is(status_of('C57'), 'fail', 'C57 fails without timeouts');
is(status_of('C52', 'pci'), 'pass', 'C52 passes when no line asks for a password');
is(status_of('C56'), 'pass', 'C56 passes with checksums');

certificate(365);
$node->append_conf('postgresql.conf', q{
ssl = on
ssl_ciphers = 'HIGH:!aNULL'
logging_collector = on
log_directory = 'log'
log_file_mode = 0600
idle_session_timeout = '1h'
idle_in_transaction_session_timeout = '1h'
statement_timeout = '1h'
tcp_keepalives_idle = 60
tcp_keepalives_interval = 10
tcp_keepalives_count = 6
});
PostgreSQL::Test::Utils::append_to_file("$dir/pg_hba.conf", "hostssl all app 10.0.0.0/8 scram-sha-256\n");
$node->restart;
is(status_of($_), 'pass', "$_ passes") foreach qw(C38 C39 C40 C57);
is(status_of('C36'), 'fail', 'C36 fails for a line without client certificates');
is(status_of('C38', 'cis'), 'fail', 'cis asks C38 for TLS 1.3');
is(status_of('C52', 'pci'), 'fail', 'C52 fails when passwords are asked for and nothing checks them');

chmod 0644, "$dir/server.key";
is(status_of('C39'), 'fail', 'C39 fails for a key that others read');
chmod 0600, "$dir/server.key";
certificate(10);
is(status_of('C39'), 'fail', 'C39 fails for a certificate that ends soon');
unlink "$dir/server.crt";
is(status_of('C39'), 'fail', 'C39 fails for a certificate that is missing');
certificate(365);
my ($log) = glob "$dir/log/*";
chmod 0644, $log;
is(status_of('C40'), 'fail', 'C40 fails for a file of the log that others read');
chmod 0600, $log;

# What waits for a restart.
is(status_of('C03'), 'pass', 'C03 passes');
$node->append_conf('postgresql.conf', 'max_connections = 77');
$node->reload;
$node->poll_query_until('postgres', 'SELECT pending_restart FROM pg_settings WHERE name = $$max_connections$$');
is(status_of('C03'), 'fail', 'and fails for what waits for a restart');

# Shipping.
is(status_of('C49'), 'manual', 'C49 is manual as long as nobody ships');
$node->safe_psql('postgres', 'SELECT secaudit.flush()');
my $seq = $node->safe_psql('postgres', 'SELECT seq FROM secaudit.status()');
my ($out, $err);
IPC::Run::run([ 'secauditctl', 'shipped', $seq, trail_dir($node) ], '>', \$out, '2>', \$err) or diag $err;
is(status_of('C49'), 'pass', 'and passes when it is shipped');
$node->safe_psql('postgres', q{DO $$ BEGIN FOR i IN 1 .. 10001 LOOP PERFORM secaudit.record('order.made'); END LOOP; END $$});
is(status_of('C49'), 'fail', 'and fails when it is 10000 records behind');

# Where it listens.
$node->safe_psql('postgres', q{INSERT INTO secaudit.baseline (kind, value) VALUES ('listen', '10.9.9.9:1')});
is(status_of('C59'), 'pass', 'C59 passes for a server that listens nowhere');
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
$node->restart;
is(status_of('C59'), 'fail', 'and fails for an address that is not approved');
$node->safe_psql('postgres', q{INSERT INTO secaudit.baseline (kind, value) VALUES ('listen', '127.0.0.1:} . $node->port . q{')});
is(status_of('C59'), 'pass', 'which passes when it is');

# A trail in the data directory.
is(status_of('C41'), 'pass', 'C41 passes');
chmod 0755, trail_dir($node);
is(status_of('C41'), 'fail', 'and fails for a directory that others read');
chmod 0700, trail_dir($node);

$node->stop;
done_testing();
