# secaudit.rules_file: a file with a fault stops the start and changes nothing at a
# reload; other contents take effect at a reload and are recorded with their digest.
use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use PostgreSQL::Test::Utils;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1, settings => { 'secaudit.log' => 'config' });
my $path = rules_path($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'\nsecaudit.log_superuser = off");

sub digest { return sha256_hex(slurp_file($path)); }

sub start_fails
{
	my ($pattern, $name) = @_;
	my $from = -s $node->logfile // 0;
	ok(!$node->start(fail_ok => 1), "$name: no start");
	like(substr(slurp_file($node->logfile), $from), $pattern, "$name: the server log says why");
	return;
}

start_fails(qr/FATAL:  invalid value for parameter "secaudit.rules_file": "\Q$path\E"\n.*Rules file "\Q$path\E": could not open the file: No such file or directory\./,
	'a file that is missing');
write_text($node, "[\n  {\"name\": \"a\", \"match\": {\"clas\": \"read\"}, \"action\": \"log\"}\n]\n");
start_fails(qr/Rules file "\Q$path\E", line 2, column 27: unknown key to match "clas", perhaps you meant "class"\./,
	'a file with an unknown key');
write_text($node, '[{"name": "a", "match": {"time": {"zone": "Mars/Base"}}, "action": "log"}]');
start_fails(qr/unknown time zone "Mars\/Base"/, 'a zone that the server does not know');
write_text($node, "{\n");
start_fails(qr/line 2, column 0|line 2, column 1/, 'a file that is no JSON');

my @web = ([ 'web', 'log', { db => 'postgres', class => 'write' } ]);
my @zone = ([ 'zone', 'log', { db => 'postgres', time => { zone => 'Europe/Berlin' } } ]);
write_rules($node, @web);
my $old = digest();
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE secaudit_test');
$node->safe_psql('secaudit_test', 'CREATE EXTENSION secaudit');
flush_trail($node);
my ($start) = grep { $_->{event} eq 'audit.start' } all_records($node);
is_record($start, { rules_file => $path, rules_sha256 => $old, rules_count => 1 },
	'the start names file, digest and count');

my $session = $node->background_psql('postgres', on_error_stop => 0);
my $mark = mark($node);
$session->query_safe('CREATE TABLE t (i int)');
$session->query_safe('INSERT INTO t VALUES (1)');
is_record(one_record($node, since => $mark, command => 'INSERT'), { rules => ['web'] },
	'a rule records what no setting does');

write_text($node, '[{"name": "a", "match": {}, "action": "logg"}]');
$mark = mark($node);
$node->reload;
my ($alert) = await_records($node, 1, since => $mark, event => 'alert');
is_record($alert,
	{   reason => 'config_error', setting => 'secaudit.rules_file', new_value => $path, in_force => $path },
	'a fault at a reload is an alert');
like($alert->{detail}, qr/line 1, column 39: unknown action "logg", perhaps you meant "log"\./,
	'which says line and column');
like(slurp_file($node->logfile), qr/LOG:  invalid value for parameter "secaudit.rules_file".*\n.*column 39/,
	'and so does the server log');
$session->query_safe('INSERT INTO t VALUES (2)');
is_record(one_record($node, since => $mark, command => 'INSERT'), { rules => ['web'] },
	'the old rules stay in force in a session that runs');
$node->safe_psql('postgres', 'INSERT INTO t VALUES (3)');
is(scalar(records($node, since => $mark, command => 'INSERT')), 2, 'and in a new one');
is(scalar(records($node, since => $mark, event => 'config')), 0, 'nothing has changed');

$mark = mark($node);
use_rules($node, @zone);
is_record(one_record($node, since => $mark, event => 'config'),
	{   setting => 'secaudit.rules_file', old_value => $path, new_value => $path, command => 'RELOAD',
		old_sha256 => $old, new_sha256 => digest() },
	'other contents of the same file are recorded with both digests');
$session->query_safe('SELECT 1');
is_record(one_record($node, since => $mark, command => 'SELECT'), { rules => ['zone'] },
	'a session that runs has the new rules');

$mark = mark($node);
$node->reload;
$node->safe_psql('postgres', 'SELECT 1');
is(scalar(records($node, since => $mark, event => 'config')), 0,
	'a reload without other contents leaves no record');

$mark = mark($node);
$old = digest();
$node->append_conf('postgresql.conf', q{secaudit.rules_file = ''});
$node->reload;
my ($gone) = await_records($node, 1, since => $mark, event => 'config', setting => 'secaudit.rules_file');
is_record($gone, { old_value => $path, new_value => '', old_sha256 => $old, new_sha256 => undef },
	'no file any more: the record has no new digest');
$session->query_safe('SELECT 1');
is(scalar(records($node, since => $mark, command => 'SELECT')), 0, 'and no rule records any more');
$session->quit;

my ($code, undef, $err) = $node->psql('postgres', q{ALTER SYSTEM SET secaudit.rules_file = '/nonexistent/r.json'});
isnt($code, 0, 'ALTER SYSTEM does not take a file that is not there');
like($err, qr/Rules file "\/nonexistent\/r\.json": could not open the file/, 'and says why');

# Parallel workers take the rules that they were started with, whatever the file has become.
$mark = mark($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
$node->reload;
await_records($node, 1, since => $mark, event => 'config', setting => 'secaudit.rules_file');
write_text($node, 'no JSON');
my $force = server_major() >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
is($node->safe_psql('postgres', <<"EOF"), 10000, 'a parallel query does not read the file');
CREATE TABLE big AS SELECT generate_series(1, 10000) i;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SET $force = on;
SELECT count(*) FROM big;
EOF

write_text($node, '[{"name": "a", "match": {}}]');
$mark = mark($node);
$node->stop;
$node->append_conf('postgresql.conf', 'secaudit.on_config_error = start');
$node->start;
($alert) = await_records($node, 1, since => $mark, event => 'alert', reason => 'config_error', in_force => '');
like($alert->{detail}, qr/the rule has no "action"/, 'with on_config_error = start: no rules, and an alert');

done_testing();
