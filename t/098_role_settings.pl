# Settings of secaudit that roles and databases have for their own sessions: the
# server log and the trail name them at a start, and those that are not in force.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('main', init => [ allows_streaming => 1 ], conf => "restart_after_crash = on\n");
my $from = 0;
my $none = 'no role or database has secaudit settings of its own';
my $some = 'roles and databases have secaudit settings of their own';

sub log_of { my ($of) = @_; return substr(slurp_file(($of // $node)->logfile), $of ? 0 : $from); }

# Wait until the server log has a line since the last restart.
sub await_log
{
	my ($pattern, $of) = @_;
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return 1 if log_of($of) =~ $pattern;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

# Restart, or let CODE do it, and wait until the settings have been looked at.
my $mark = 0;

sub restarted
{
	my ($code) = @_;
	$mark = mark($node);
	$from = -s $node->logfile;
	$code ? $code->() : $node->restart;
	await_log(qr/LOG:  (?:\Q$none\E|\Q$some\E)\n/) or die "nobody has looked at the settings\n" . log_of();
	# a login that warns of settings is one, too
	foreach (1 .. 300)
	{
		last if ($node->psql('postgres', 'SELECT true'))[0] == 0;
		select undef, undef, undef, 0.1;
	}
	return;
}
sub started { return records($node, since => $mark, event => 'config', command => 'START'); }
sub alerts { return records($node, since => $mark, event => 'alert', reason => 'config_error'); }

sub short
{
	return [ map { join(' ', $_->{target_role} // '-', $_->{target_database} // '-', "$_->{setting}=$_->{new_value}") } @_ ];
}

restarted();
is(scalar(() = log_of() =~ /LOG:  \Q$none\E\n/g), 1, 'no such settings: the server log says so once');
is_deeply(short(started(), alerts()), [], 'and the trail has nothing');

$node->safe_psql('postgres', q{
	CREATE ROLE alice; CREATE ROLE "Bob B"; CREATE DATABASE shop;
	ALTER ROLE alice SET secaudit.log = 'ddl, role'; ALTER ROLE alice SET work_mem = '1MB';
	ALTER ROLE "Bob B" IN DATABASE shop SET secaudit.log_nested = off;
	ALTER DATABASE shop SET secaudit.log_catalog = on;
	ALTER DATABASE postgres SET secaudit.log = 'none'; ALTER DATABASE postgres SET secaudit.log_superuser = off;
	ALTER ROLE ALL SET secaudit.log_parameters = on});
my $expected = [
	'- - secaudit.log_parameters=on', 'alice - secaudit.log=ddl, role',
	'- postgres secaudit.log=none', '- postgres secaudit.log_superuser=off',
	'- shop secaudit.log_catalog=on', 'Bob B shop secaudit.log_nested=off' ];
restarted();
my @got = started();
is_deeply(short(@got), $expected, 'each setting is a record, whatever they themselves say about what is recorded');
is_record($got[5],
	{ class => 'config', outcome => 'success', backend => 'secaudit settings', db => undef, user => undef, old_value => undef },
	'which names role, database, setting and value, and is of no session');
my ($start) = reverse grep { $_->{event} eq 'audit.start' } all_records($node);
cmp_ok($got[0]{seq}, '>', $start->{seq}, 'they follow audit.start');
my @lines = log_of() =~ /LOG:  \Q$some\E\n.*DETAIL:  (.*)\n/g;
is_deeply(\@lines,
	[ 'Settings are all roles: secaudit.log_parameters = "on", role "alice": secaudit.log = "ddl, role", '
		  . 'database "postgres": secaudit.log = "none", database "postgres": secaudit.log_superuser = "off", '
		  . 'database "shop": secaudit.log_catalog = "on", role "Bob B" in database "shop": secaudit.log_nested = "off".' ],
	'the server log has one message with them');
is(scalar(records($node, since => $mark, session => $got[0]{session})), scalar @got, 'the process leaves no other record');
is_deeply(short(alerts()), [], 'nor an alert');

restarted(sub { kill 'KILL', writer_pid($node); });
is_deeply(short(started()), $expected, 'after a crash of a process they are named again, once');

# A standby.
$node->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'b', has_streaming => 1);
mkdir trail_dir($standby), 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '" . trail_dir($standby) . "'\nsecaudit.node_name = 'standby'\n");
$standby->start;
ok(await_log(qr/LOG:  \Q$some\E\n/, $standby), 'a standby looks, too');
@got = await_records($standby, 6, event => 'config', command => 'START');
is_deeply(short(@got), $expected, 'and has the same in its trail');
is_record($got[0], { standby => 1 }, 'as a standby');
$standby->promote;
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 'f', 'it can be promoted');
is(scalar(() = log_of($standby) =~ /LOG:  \Q$some\E\n/g), 1, 'and does not look again');
$standby->stop;

# What is not in force.
$node->safe_psql('postgres', q{
	UPDATE pg_db_role_setting SET setconfig = ARRAY['secaudit.log=raed', 'secaudit.directory=/tmp', 'secaudit.lgo=x']
	WHERE setrole = 'alice'::regrole;
	UPDATE pg_db_role_setting SET setconfig = ARRAY['secaudit.log_nested=maybe']
	WHERE setrole = '"Bob B"'::regrole});
restarted();
@got = alerts();
is_deeply(
	short(@got),
	[ 'alice - secaudit.directory=/tmp', 'alice - secaudit.lgo=x', 'alice - secaudit.log=raed', 'Bob B shop secaudit.log_nested=maybe' ],
	'each setting that is not in force is an alert');
is_record($got[3],
	{ class => 'alert', outcome => 'failure', sqlstate => '22023', in_force => undef, db => undef,
		error => 'invalid value for parameter "secaudit.log_nested": "maybe"', detail => 'Valid values are on and off.' },
	'which says what is wrong and what is valid');
is_record($got[1], { sqlstate => '42704', error => 'unrecognized configuration parameter "secaudit.lgo"' }, 'an unknown name');
is_record($got[0],
	{ sqlstate => '55P02', error => 'parameter "secaudit.directory" cannot be set for a role or a database' },
	'a setting that no role can have');
is_deeply(short(started()), [ grep { !/alice|Bob/ } @$expected ], 'the others are named as before');
like(log_of(),
	qr/WARNING:  invalid value for parameter "secaudit.log_nested": "maybe"\n.*DETAIL:  It is set for role "Bob B" in database "shop", and sessions start without it. Valid values are on and off.\n.*HINT:  ALTER ROLE "Bob B" IN DATABASE shop RESET secaudit.log_nested removes it.\n/,
	'the server log warns, with the command that removes it');
my %hints = map { $_ => 1 } log_of() =~ /HINT:  (?:.*\. )?(ALTER (?:ROLE|DATABASE) .*) removes it\.\n/g;
is(scalar(keys %hints), 3, 'each with its own command');
like(log_of(), qr/HINT:  RESET ALL for that role or database removes it, with all others\.\n/, 'but for what RESET refuses');
$node->safe_psql('postgres', $_) foreach sort grep { /secaudit/ } keys %hints;
$node->safe_psql('postgres', 'ALTER ROLE alice RESET ALL');
restarted();
is_deeply(short(alerts()), [], 'which works');

# secaudit.lock = config: none of them is in force.
$node->append_conf('postgresql.conf', "secaudit.lock = 'config'");
restarted();
@got = alerts();
is(scalar @got, 4, 'secaudit.lock = config: each is an alert');
is_record($got[0],
	{ sqlstate => '55P02', detail => 'The parameter "secaudit.lock" is set to "config".', setting => 'secaudit.log_parameters' },
	'which says why');
$node->append_conf('postgresql.conf', "secaudit.lock = 'session'\nsecaudit.log = 'all, -config'");
restarted();
is_deeply(short(started()), [], 'without class config no records');
like(log_of(), qr/LOG:  \Q$some\E\n/, 'but the server log names them');

# No free worker.
$node->append_conf('postgresql.conf', "max_worker_processes = 1\nmax_logical_replication_workers = 0");
$from = -s $node->logfile;
$node->restart;
ok(await_log(qr/LOG:  could not read the secaudit settings of roles and databases\n.*DETAIL:  All background workers are in use\.\n.*HINT:  Raise max_worker_processes\.\n/),
	'no free background worker: the server log says that nobody looks');
$node->stop;
check_trail($node, 'the trail is sound');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP/, 'nothing has broken');
done_testing();
