# secaudit.directory: never the default for want of a better one, and a warning
# as soon as it is set to what cannot work.  And the least values of settings.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1);
my $dir = trail_dir($node);
my $data = $node->data_dir;

# The default must not come in place of an invalid directory.
foreach my $start ('refuse', 'start')
{
	my $from = -s $node->logfile // 0;
	$node->append_conf('postgresql.conf', "secaudit.directory = ''\nsecaudit.on_config_error = $start");
	ok(!$node->start(fail_ok => 1), "an empty directory, on_config_error = $start: no start");
	like(substr(slurp_file($node->logfile), $from),
		qr{FATAL:  invalid value for parameter "secaudit.directory": ""\n.*DETAIL:  It is in file "[^"]*", line \d+\. The directory of the audit trail must not be empty\.\n.*HINT:  Set secaudit.directory to a directory outside of the data directory that the server's user owns, such as "/var/log/postgresql/secaudit"\.( The default is not taken in its place\.)?\n},
		"on_config_error = $start: the error says what would be a good one");
	ok(!-e "$data/secaudit", "on_config_error = $start: no trail in the data directory");
}
$node->append_conf('postgresql.conf', "secaudit.directory = '$dir'\nsecaudit.on_config_error = refuse");
$node->start;
SecauditTest::prepare($node);

# altered(VALUE): what ALTER SYSTEM says.
sub altered
{
	my ($value, $name) = @_;
	my ($code, $out, $err) = $node->psql('postgres', "ALTER SYSTEM SET secaudit.directory = '$value'");
	is($code, 0, "$name: ALTER SYSTEM is carried out") if $value ne '';
	return $err;
}
like(altered(''), qr/ERROR:  invalid value for parameter "secaudit.directory": ""\n.*\nHINT:  Set secaudit.directory to a directory outside/,
	'ALTER SYSTEM refuses an empty directory');
like(altered('/nonexistent/trail', 'no parent'),
	qr/WARNING:  could not look at the parent of audit trail directory "\/nonexistent\/trail": No such file or directory\nDETAIL:  The server will not start with it\./,
	'a directory whose parent does not exist: a warning');
mkdir "$dir/../closed", 0500;
SKIP:
{
	skip 'root may write anywhere', 2 if $> == 0;
	like(altered("$dir/../closed/trail", 'closed parent'), qr/WARNING:  could not create audit trail directory .*Permission denied/,
		'a directory that cannot be made: a warning');
	like(altered("$dir/../closed", 'not writable'), qr/WARNING:  could not write to audit trail directory .*Permission denied/,
		'a directory that cannot be written to: a warning');
}
like(altered('../nowhere/trail', 'relative'), qr/WARNING:  could not look at the parent of audit trail directory "..\/nowhere\/trail"/,
	'a relative one is looked for from the data directory');
like(altered('postgresql.conf', 'a file'), qr/WARNING:  audit trail directory "postgresql.conf" cannot be used\nDETAIL:  It is not a directory\. The server will not start with it\./,
	'a file: a warning');
symlink $dir, "$dir/../link";
like(altered("$dir/../link", 'a link'), qr/WARNING:  .*\nDETAIL:  It is a symbolic link/, 'a symbolic link: a warning');
mkdir "$dir/../open", 0770;
chmod 0770, "$dir/../open";
like(altered("$dir/../open", 'writable by the group'), qr/WARNING:  .*\nDETAIL:  It is writable by group or others/,
	'a directory that others can write to: a warning');
is(altered("$dir/../new", 'a new one'), '', 'one that the server can make: no warning');
ok(!-e "$dir/../new", 'and it is not made');
is(altered($dir, 'the present one'), '', 'one that is good: no warning');

# The least values, and 0 where that means "none".
foreach ([ 'rotation_size', '63kB', '64kB', 'Valid values are 0, for none, and from 64kB on.' ],
	[ 'rotation_age', '59s', '1min', 'Valid values are 0, for none, and from 1min on.' ],
	[ 'retention_age', '59s', '1min', 'Valid values are 0, for none, and from 1min on.' ])
{
	my ($setting, $less, $least, $detail) = @$_;
	my ($code, $out, $err) = $node->psql('postgres', "ALTER SYSTEM SET secaudit.$setting = '$less'");
	like($err, qr/ERROR:  invalid value for parameter "secaudit.$setting".*\nDETAIL:  \Q$detail\E/, "$setting: $less is too little");
	is(($node->psql('postgres', "ALTER SYSTEM SET secaudit.$setting = '$least'"))[0], 0, "$setting: $least will do");
	is(($node->psql('postgres', "ALTER SYSTEM SET secaudit.$setting = 0"))[0], 0, "$setting: and 0");
}
foreach ([ 'flush_interval', '9ms', '10ms' ], [ 'failure_timeout', '99ms', '100ms' ])
{
	my ($setting, $less, $least) = @$_;
	like(($node->psql('postgres', "ALTER SYSTEM SET secaudit.$setting = '$less'"))[2],
		qr/ERROR: .* is outside the valid range/, "$setting: $less is too little");
	is(($node->psql('postgres', "ALTER SYSTEM SET secaudit.$setting = '$least'"))[0], 0, "$setting: $least will do");
}
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
