# Settings: which, from what, to what, decided by the policy before the change,
# whatever way it is made; and what a reload changed.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('settings', settings => { 'secaudit.lock' => 'off' });
my $su = getpwuid($<);
my @config = (class => 'config', outcome => 'success');

$node->safe_psql('postgres', q{CREATE ROLE alice LOGIN; CREATE ROLE auditor});

statements_are(
	$node, {},
	[   q{SET work_mem = '3MB'},
		{ class => 'misc_set', setting => 'work_mem', old_value => '4MB', new_value => '3MB' },
		'40: SET, from and to' ],
	[   q{RESET work_mem},
		{ class => 'misc_set', setting => 'work_mem', old_value => '3MB', new_value => '4MB' },
		'40: RESET' ],
	['BEGIN'],
	[   q{SET LOCAL work_mem = '5MB'},
		{ class => 'misc_set', setting => 'work_mem', local => 1, new_value => '5MB' },
		'40: SET LOCAL' ],
	['COMMIT'],
	[   q{SET work_mem = 'plenty'},
		{   class => 'misc_set',
			outcome => 'failure',
			sqlstate => '22023',
			setting => 'work_mem',
			old_value => '4MB',
			new_value => undef
		},
		'40: a refused SET' ],
	[   q{SET log_error_verbosity = 'verbose'},
		{ @config, setting => 'log_error_verbosity', old_value => 'default', new_value => 'verbose' },
		'75: a logging setting is class config' ],
	[   q{SELECT set_config('log_error_verbosity', 'default', false)},
		{ @config, setting => 'log_error_verbosity', old_value => 'verbose', new_value => 'default' },
		'75: set_config() is the same' ],
	[   q{SELECT set_config('work_mem', '6MB', true)},
		{   class => 'read',
			classes => [ 'read', 'misc_set' ],
			setting => 'work_mem',
			local => 1,
			new_value => '6MB'
		},
		'40: set_config() of another one' ],
	[   q{SELECT set_config(n, v, false) FROM (VALUES ('log_duration', 'on'), ('work_mem', '5MB')) x (n, v)},
		{ class => 'config', command => 'SELECT' },
		'75: set_config() with names from a table' ],
	[   q{DO $$ DECLARE x text; BEGIN x := set_config('log_' || 'parser_stats', 'on', false); END $$},
		{ class => 'config', command => 'DO' },
		'75: set_config() in an expression' ],
	[   q{UPDATE pg_settings SET setting = 'off' WHERE name = 'log_parser_stats'},
		{ class => 'write', rewritten => 'nothing' },
		'75: UPDATE of pg_settings, of which rules make something else' ],
	[ 'RESET ALL', { class => 'config', setting => 'all' }, '75: RESET ALL' ],
	['SET log_duration = on'],
	[ 'DISCARD ALL', { class => 'config' }, '75: DISCARD ALL' ],
	[   q{SET app.api_token = 'hush'},
		{ setting => 'app.api_token', new_value => '<redacted>' },
		'40: the value of a setting that sounds like a secret is hidden',
		q{SET app.api_token = '<redacted>'} ],
	[   q{SET app.dbpassword = 'hush'},
		{ setting => 'app.dbpassword', new_value => '<redacted>' },
		'40: the names of secrets are the same in texts and in settings',
		q{SET app.dbpassword = '<redacted>'} ],
	[   q{ALTER SYSTEM SET primary_conninfo = 'host=h password=hush'},
		{ @config, setting => 'primary_conninfo', new_value => '<redacted>' },
		'40: in ALTER SYSTEM, too',
		q{ALTER SYSTEM SET primary_conninfo = '<redacted>'} ],
	['ALTER SYSTEM RESET primary_conninfo'],
	[   q{ALTER ROLE alice SET work_mem = '9MB'},
		{   class => 'role',
			classes => [ 'role', 'config' ],
			target_role => 'alice',
			setting => 'work_mem',
			old_value => undef,
			new_value => '9MB',
			objects => ['role alice alter']
		},
		'40: ALTER ROLE SET' ],
	[   q{ALTER ROLE alice SET work_mem = '10MB'}, { old_value => '9MB', new_value => '10MB' },
		'40: from one stored value to another' ],
	[   q{ALTER ROLE alice IN DATABASE postgres SET secaudit.log = 'none'},
		{   class => 'role',
			setting => 'secaudit.log',
			new_value => 'none',
			objects => [ 'database postgres alter', 'role alice alter' ]
		},
		'75: ALTER ROLE ... SET secaudit.log' ],
	[   q{ALTER ROLE alice RESET ALL}, { class => 'role', setting => 'all' },
		'40: ALTER ROLE RESET ALL' ],
	[   q{ALTER DATABASE postgres SET search_path = 'a, b'},
		{   class => 'config',
			classes => [ 'config', 'ddl' ],
			setting => 'search_path',
			objects => ['database postgres alter']
		},
		'40: ALTER DATABASE SET' ],
	[q{ALTER DATABASE postgres RESET search_path}],
	[q{ALTER ROLE alice IN DATABASE postgres RESET ALL}],
	[   q{ALTER SYSTEM SET log_checkpoints = off},
		{ @config, setting => 'log_checkpoints', old_value => 'on', new_value => 'off' },
		'40: ALTER SYSTEM' ],
	[   q{ALTER SYSTEM SET work_mem = 'plenty'},
		{   class => 'config',
			outcome => 'failure',
			setting => 'work_mem',
			new_value => 'plenty'
		},
		'40: a refused ALTER SYSTEM' ],
	[   q{LOAD 'auto_explain'},
		{ class => 'config', classes => [ 'config', 'misc' ], privileged => 1, objects => ['file auto_explain execute'] },
		'75: LOAD runs a file of the host' ],
	[   q{DROP ROLE auditor}, { class => 'role', objects => ['role auditor drop'] },
		'75: DROP ROLE of an auditor' ],
	[   q{SELECT pg_reload_conf()}, {   class => 'config',
			classes => [ 'config', 'read', 'function' ],
			objects => ['function pg_catalog.pg_reload_conf() execute']
		},
		'40: pg_reload_conf()' ],);

# changes(SINCE, COMMAND): the config events as "setting old new".
sub changes
{
	my ($since, $command) = @_;
	return [
		sort map { "$_->{setting} $_->{old_value} $_->{new_value}" }
		  records($node, since => $since, event => 'config', command => $command)
	];
}
is_deeply(changes(0, 'SELECT'),
	[ 'log_duration off on', 'log_parser_stats on off' ],
	'75: what a query changed, as an event for each setting');
is_deeply(changes(0, 'DO'), ['log_parser_stats off on'], '75: what an expression changed');
is_deeply(changes(0, 'RESET'), ['log_duration on off'], '75: what RESET ALL changed');
is_deeply(changes(0, 'DISCARD ALL'), ['log_duration on off'], '75: what DISCARD ALL changed');
is_record(
	(records($node, event => 'config', command => 'RESET'))[0],
	{ class => 'config', user => $su, superuser => 1, outcome => 'success' },
	'75: and who did');

# The reload above: what took effect, once for the server.
sub await_reload
{
	my ($since, $setting) = @_;
	foreach (1 .. 100)
	{
		my @found = records($node, since => $since, command => 'RELOAD', setting => $setting);
		return @found if @found;
		select undef, undef, undef, 0.1;
	}
	return;
}
my @reload = await_reload(0, 'log_checkpoints');
is(scalar @reload, 1, '40: a reload is told once, not by every process');
is_record(
	$reload[0],
	{   event => 'config',
		class => 'config',
		backend => 'secaudit writer',
		worker => 'secaudit.aud_writer_main',
		old_value => 'on',
		new_value => 'off'
	},
	'40: a reload says what it changed');

# A name of ours that was mistyped is refused, in words that differ from 16 on.
like(($node->psql('postgres', q{ALTER SYSTEM SET secaudit.logs = 'all'}))[2], qr/ERROR:.*"secaudit\.logs"/,
	'40: ALTER SYSTEM of a setting that there is not');

# What is to silence the audit is recorded first.
my $since = mark($node);
$node->safe_psql(
	'postgres', q{
	SET secaudit.log = 'none';
	SET secaudit.log_superuser = off;
	SELECT 1 AS unseen;
});
is_deeply(
	[ map { $_->{query} } records($node, since => $since, event => 'statement') ],
	[ q{SET secaudit.log = 'none'}, 'SET secaudit.log_superuser = off' ],
	'75: switching the audit off is recorded by the settings of before');
$since = mark($node);
$node->safe_psql(
	'postgres', q{
	ALTER SYSTEM SET secaudit.log = 'none';
	SELECT pg_reload_conf()});
is(scalar(await_reload($since, 'secaudit.log')), 1,
	'75: a reload that switches it off, too');
$since = mark($node);
$node->safe_psql(
	'postgres', q{
	ALTER SYSTEM RESET secaudit.log;
	SELECT pg_reload_conf()});
is_record(
	(await_reload($since, 'secaudit.log'))[0],
	{ old_value => 'none', new_value => 'all' },
	'75: and one that switches it on again');

# What comes with the connection is in force before anything can be recorded.
$since = mark($node);
{
	local $ENV{PGOPTIONS} = '-c secaudit.log=none -c secaudit.log_superuser=off -c session_replication_role=replica';
	$node->psql('postgres', 'SELECT 1');
}
my ($start) = records($node, since => $since, event => 'session.start', outcome => 'success');
my @given = records($node, since => $since, event => 'config', session => $start->{session});
is_deeply(
	[ sort map { "$_->{command} $_->{setting} $_->{new_value}" } @given ],
	[ 'CONNECT secaudit.log none', 'CONNECT secaudit.log_superuser off', 'CONNECT session_replication_role replica' ],
	'75: options of the connection do not hide themselves, nor the session');

# Who may not, is recorded.
$since = mark($node);
$node->psql('postgres', q{SET secaudit.log = 'none'}, extra_params => [ '-U', 'alice' ]);
is_record(
	one_record($node, since => $since, event => 'statement'),
	{ class => 'config', outcome => 'failure', sqlstate => '42501', user => 'alice' },
	'75: a user who may not change it');

$node->stop;
done_testing();
