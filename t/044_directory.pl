# A directory that cannot be trusted: the server refuses to start, and says why.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('directory', no_start => 1);
my $dir = trail_dir($node);

# refused(PATTERN, NAME): the next start fails, with this in the server log.
sub refused
{
	my ($pattern, $name) = @_;
	my $from = -s $node->logfile // 0;

	ok(!$node->start(fail_ok => 1), "$name: no start");
	like(substr(slurp_file($node->logfile), $from), $pattern, "$name: and the reason");
	return;
}

chmod 0770, $dir;
refused(qr/FATAL:  audit trail directory ".*" cannot be used\n.*DETAIL:  It is writable by group or others/,
	'writable by the group');
chmod 0702, $dir;
refused(qr/DETAIL:  It is writable by group or others/, 'writable by others');

chmod 0500, $dir;
SKIP:
{
	skip 'root may write anywhere', 2 if $> == 0;
	refused(qr/FATAL:  could not write to audit trail directory ".*": Permission denied/, 'not writable');
}
chmod 0700, $dir;

rename $dir, "$dir.real" or die $!;
symlink "$dir.real", $dir or die $!;
refused(qr/DETAIL:  It is a symbolic link/, 'a symbolic link');
unlink $dir;
append_to_file($dir, '');
refused(qr/DETAIL:  It is not a directory/, 'a file');
unlink $dir;
rename "$dir.real", $dir or die $!;

my $parent = $node->basedir . '/open';
mkdir $parent;
chmod 0777, $parent;
$node->append_conf('postgresql.conf', "secaudit.directory = '$parent/trail'");
mkdir "$parent/trail", 0700;
refused(qr/DETAIL:  The directory it is in is writable by group or others/, 'in a directory that others can write to');
chmod 01777, $parent;
ok($node->start(fail_ok => 1), 'unless that has the sticky bit');
$node->stop;

$node->append_conf('postgresql.conf', "secaudit.directory = '/nonexistent/trail'");
refused(qr/FATAL:  could not create audit trail directory "\/nonexistent\/trail": No such file or directory/,
	'missing, and its parent too');

$node->append_conf('postgresql.conf', "secaudit.directory = 'inside'");
ok($node->start(fail_ok => 1), 'a missing directory is made');
is((stat $node->data_dir . '/inside')[2] & 07777, 0700, 'for its owner alone');
like(slurp_file($node->logfile), qr/LOG:  the audit trail is kept inside the data directory/,
	'inside the data directory: a word of warning');
$node->stop;

# Two servers, one directory.
$node->append_conf('postgresql.conf', "secaudit.directory = '$dir'");
$node->start;
SKIP:
{
	skip 'root may write anywhere', 2 if $> == 0;
	$node->stop;
	chmod 0500, $dir;
	refused(qr/FATAL:  could not write to audit trail directory ".*": Permission denied/, 'no longer writable, with files of its own');
	chmod 0700, $dir;
	$node->start;
}
my $second = new_node('second', no_start => 1);
$second->append_conf('postgresql.conf', "secaudit.directory = '$dir'");
ok(!$second->start(fail_ok => 1), 'a second server does not start on the same directory');
my $first_dir = $node->data_dir;
like(slurp_file($second->logfile), qr/FATAL:  audit trail directory ".*" is used by another server\n.*DETAIL:  It is locked by: data directory \Q$first_dir\E, PID \d+/,
	'and names the first');
$node->stop;
ok($second->start(fail_ok => 1), 'it does when the first has stopped');
$second->stop;

done_testing();
