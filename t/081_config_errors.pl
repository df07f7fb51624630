# A setting that is misspelt or has an invalid value: the server does not start,
# or starts with secaudit.on_config_error = start and says what is in force.
use strict;
use warnings;
use File::Copy qw(copy);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1);
my $conf = $node->data_dir . '/postgresql.conf';
my $saved = "$conf.saved";
copy($conf, $saved) or die $!;

sub restore { copy($saved, $conf) or die $!; return; }

sub lines_of { return scalar(() = slurp_file($_[0]) =~ /\n/g); }

# start_log(CODE): what the server log has of the start that CODE makes.
sub start_log
{
	my ($code) = @_;
	my $from = -s $node->logfile // 0;
	my $started = $code->();
	return ($started, substr(slurp_file($node->logfile), $from));
}

# refused(LINE, PATTERN, DETAIL, HINT, NAME)
sub refused
{
	my ($line, $message, $detail, $hint, $name) = @_;

	restore();
	$node->append_conf('postgresql.conf', $line);
	my $no = lines_of($conf);
	my ($started, $log) = start_log(sub { $node->start(fail_ok => 1) });
	ok(!$started, "$name: no start");
	like($log, qr/FATAL:  \Q$message\E\n.*DETAIL:  It is in file "\Q$conf\E", line $no\.\Q$detail\E\n.*HINT:  \Q$hint\E/,
		"$name: the error says what, where and what is valid");
	$node->stop if $started;
	return;
}

my $way_out = 'To start the server all the same, set secaudit.on_config_error to "start".';
refused(q{secaudit.on_failure = 'blok'}, q{invalid value for parameter "secaudit.on_failure": "blok"},
	' Valid values are continue, block, error, shutdown, overwrite.', $way_out, 'a word that is none of an enum');
refused(q{secaudit.log_nested = 'maybe'}, q{invalid value for parameter "secaudit.log_nested": "maybe"},
	' Valid values are on and off.', $way_out, 'no Boolean value');
refused(q{secaudit.warn_percent = 101}, q{invalid value for parameter "secaudit.warn_percent": "101"},
	' Valid values are 1 to 100.', $way_out, 'a number out of range');
refused(q{secaudit.buffer_size = '64kB'}, q{invalid value for parameter "secaudit.buffer_size": "64kB"},
	' Valid values are 1024kB to 4193280kB.', $way_out, 'a size out of range, with units');
refused(q{secaudit.flush_interval = '1 moment'}, q{invalid value for parameter "secaudit.flush_interval": "1 moment"},
	' Valid values are 10ms to 60000ms.', 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d". ' . $way_out,
	'a unit that does not exist');
refused(q{secaudit.file_mode = '0666'}, q{invalid value for parameter "secaudit.file_mode": "0666"},
	' Files of the audit trail have mode 0600 or 0640.', $way_out, 'a file mode that others could read');
refused(q{secaudit.log = 'raed, write'}, q{invalid value for parameter "secaudit.log": "raed, write"},
	' Unrecognized class or command "raed".', 'Perhaps you meant "read".', 'a class that does not exist');
refused(q{secaudit.log_cataloq = on}, q{unrecognized configuration parameter "secaudit.log_cataloq"},
	'', qq{Perhaps you meant "secaudit.log_catalog". $way_out}, 'a misspelt name');
refused(q{secaudit.colour = 'red'}, q{unrecognized configuration parameter "secaudit.colour"},
	'', q{SELECT name FROM pg_settings WHERE name LIKE 'secaudit.%' lists}, 'a name that is like none');
refused(q{secadit.log = 'all'}, q{unrecognized configuration parameter "secadit.log"},
	'', qq{Perhaps you meant "secaudit.log". $way_out}, 'a misspelt prefix');
refused(q{SECAUDIT.Log = 'raed'}, q{invalid value for parameter "secaudit.log": "raed"},
	' Unrecognized class or command "raed".', 'Perhaps you meant "read".', 'a name in capitals');
refused(q{secaudit.on_config_error = 'strat'}, q{invalid value for parameter "secaudit.on_config_error": "strat"},
	' Valid values are refuse, start.', $way_out, 'the way out, misspelt');

# Where else a value may stand.
restore();
my $included = $node->data_dir . '/audit.conf';
append_to_file($included, "# one\n# two\nsecaudit.integrity = 'chian'\n");
$node->append_conf('postgresql.conf', "include 'audit.conf'");
my ($started, $log) = start_log(sub { $node->start(fail_ok => 1) });
ok(!$started, 'an included file: no start');
like($log, qr/FATAL:  invalid value for parameter "secaudit.integrity": "chian"\n.*DETAIL:  It is in file "\Q$included\E", line 3\. Valid values are off, chain\./,
	'an included file is named');

restore();
my $auto = $node->data_dir . '/postgresql.auto.conf';
my $auto_text = slurp_file($auto);
append_to_file($auto, "secaudit.durability = 'comit'\n");
($started, $log) = start_log(sub { $node->start(fail_ok => 1) });
ok(!$started, 'postgresql.auto.conf: no start');
like($log, qr/FATAL:  invalid value for parameter "secaudit.durability": "comit"\n.*DETAIL:  It is in file "[^"]*postgresql.auto.conf", line \d+\. Valid values are async, commit, statement\./,
	'postgresql.auto.conf is named');
unlink $auto;
append_to_file($auto, $auto_text);

sub start_with
{
	my (@options) = @_;
	return start_log(
		sub {
			my $ok = run_log([ 'pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile,
					'-o', "@options --cluster-name=main", 'start' ]);
			$node->_update_pid($ok ? 1 : 0);
			return $ok;
		});
}
($started, $log) = start_with('-c secaudit.log=wirte');
ok(!$started, 'the command line: no start');
like($log, qr/FATAL:  invalid value for parameter "secaudit.log": "wirte"\n.*DETAIL:  It is on the command line\. Unrecognized class or command "wirte"\.\n.*HINT:  Perhaps you meant "write"\./,
	'the command line is named');
($started, $log) = start_with('--secaudit.no-such=1');
ok(!$started, 'a name that does not exist on the command line: no start');

$node->append_conf('postgresql.conf', "secaudit.log = 'raed'\nsecaudit.lgo = 'all'\nsecaudit.warn_percent = many");
($started, $log) = start_log(sub { $node->start(fail_ok => 1) });
is(join(' ', $log =~ /(?:LOG|FATAL):  (?:invalid value for|unrecognized configuration) parameter "secaudit\.(\w+)"/g),
	'log lgo warn_percent', 'one attempt tells everything that is wrong');

# Nothing is wrong with what is not in force.
$node->append_conf('postgresql.conf', "secaudit.log = 'all'\nsecaudit.warn_percent = 70");
$node->append_conf('postgresql.conf', 'pgaudit.log = none');
my $text = slurp_file($conf);
$text =~ s/^secaudit\.lgo.*\n//mg;
unlink $conf;
append_to_file($conf, $text);
ok($node->start(fail_ok => 1), 'a later line replaces an invalid one, and settings of others are not our matter');
$node->stop;

# Single-user mode.
sub single
{
	my (@options) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'postgres', '--single', '-D', $node->data_dir, @options, 'postgres' ],
		'<', input_file("SHOW secaudit.log;\n"), '>', \$out, '2>', \$err);
	return ($out, $err);
}
my ($out, $err) = single('-c', 'secaudit.log=raed');
like($err, qr/FATAL:  invalid value for parameter "secaudit.log": "raed"/, 'single-user mode: refused');
unlike($out, qr/secaudit\.log = /, 'before anything is run');
($out, $err) = single('-c', 'secaudit.log=raed', '-c', 'secaudit.on_config_error=start');
like($out, qr/secaudit\.log = "ddl, role, session, error, config"/, 'single-user mode: started with the default');

# The way out.
my $earlier = (read_trail($node))[-1]{seq};
restore();
my $first = lines_of($conf) + 2;
$node->append_conf('postgresql.conf', <<"EOF");
secaudit.on_config_error = start
secaudit.warn_percent = 170
secaudit.lgo = 'all'
restart_after_crash = on
EOF
($started, $log) = start_log(sub { $node->start(fail_ok => 1) });
ok($started, 'secaudit.on_config_error = start: the server starts');
like($log, qr/WARNING:  invalid value for parameter "secaudit.warn_percent": "170"\n.*DETAIL:  It is in file "\Q$conf\E", line $first\. Valid values are 1 to 100\. The value "75" is in force instead\./,
	'a warning says which value is in force');
like($log, qr/WARNING:  unrecognized configuration parameter "secaudit.lgo"/, 'and one tells of the unknown name');
SecauditTest::prepare($node);
is($node->safe_psql('postgres', 'SHOW secaudit.warn_percent'), '75', 'it is');

my @alerts = records($node, since => $earlier, event => 'alert', reason => 'config_error');
is_record(
	$alerts[0],
	{   class => 'alert', outcome => 'failure', sqlstate => '22023',
		error => 'invalid value for parameter "secaudit.warn_percent": "170"',
		detail => 'Valid values are 1 to 100.',
		setting => 'secaudit.warn_percent', new_value => '170', in_force => '75',
		config_file => $conf, config_line => $first
	},
	'an alert has it, too');
is_record(
	$alerts[1],
	{   outcome => 'failure', sqlstate => '42704', setting => 'secaudit.lgo', new_value => 'all', in_force => undef,
		config_file => $conf, config_line => $first + 1
	},
	'and another one tells of the unknown name');
is(scalar @alerts, 2, 'and no more');
my ($start) = reverse grep { $_->{event} eq 'audit.start' } all_records($node);
is_deeply([ map { $_->{seq} - $start->{seq} } @alerts ], [ 1, 2 ], 'they stand beside audit.start');

# A crash of a backend begins the server anew with the same settings.
my $mark = mark($node);
kill 'KILL', writer_pid($node);
foreach (1 .. 300)
{
	last if ($node->psql('postgres', 'SELECT 1'))[0] // 1 == 0 && slurp_file($node->logfile) =~ /reinitializing.*ready to accept/s;
	select undef, undef, undef, 0.1;
}
$node->poll_query_until('postgres', 'SELECT true');
is(scalar(await_records($node, 2, since => $mark, event => 'alert', reason => 'config_error')), 2, 'after a crash of a backend they are told again');

# A reload.
sub reload
{
	my ($count, @lines) = @_;
	my $since = mark($node);
	$node->append_conf('postgresql.conf', join("\n", @lines));
	$node->reload;
	return await_records($node, $count, since => $since, event => 'alert');
}
restore();
@alerts = reload(1, q{secaudit.on_failure = 'stop'});
is(scalar @alerts, 1, 'a reload with an invalid value: one alert');
is_record(
	$alerts[0],
	{   reason => 'config_error', setting => 'secaudit.on_failure', new_value => 'stop', in_force => 'continue',
		detail => 'Valid values are continue, block, error, shutdown, overwrite.',
		config_file => $conf, config_line => lines_of($conf)
	},
	'which says what is in force');
restore();
@alerts = reload(1, q{secaudit.lok = 'config'});
is_record($alerts[0], { setting => 'secaudit.lok', new_value => 'config', in_force => undef, sqlstate => '42704' },
	'a reload with an unknown name: an alert');
restore();
@alerts = reload(1, q{work_mem '4MB' '5MB'});
is_record(
	$alerts[0],
	{   reason => 'config_error', setting => undef, sqlstate => 'F0000',
		error => 'the configuration could not be read: syntax error',
		config_file => $conf, config_line => lines_of($conf)
	},
	'a reload that the server gives up: an alert');
restore();
@alerts = reload(1, q{no_such_parameter = 1});
is_record($alerts[0], { setting => undef, error => 'the configuration could not be read: unrecognized configuration parameter "no_such_parameter"' },
	'also where it does so for a name that is not ours');
restore();
$mark = mark($node);
$node->append_conf('postgresql.conf', "secaudit.warn_percent = 99\nsecaudit.node_name = 'another'\nport = 1");
$node->reload;
is(scalar(await_records($node, 1, since => $mark, event => 'config', setting => 'secaudit.warn_percent', new_value => '99')), 1,
	'a reload with valid values is recorded');
is(scalar(records($node, since => $mark, event => 'alert', reason => 'config_error')), 0, 'and what needs a restart is no error');
restore();
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
