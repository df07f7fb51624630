# upgrade.pl: clusters of three majors, upgraded one into the next with secaudit
# loaded in all of them and one directory for the trail.  Run by
# scripts/test-upgrade.sh as postgres, in a directory of its own.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Basename qw(basename);
use JSON::PP ();
use Test::More;

my $home = getcwd();
my $trail = "$home/trail";
$ENV{PATH} = "/usr/local/bin:$ENV{PATH}"; # secauditctl
$ENV{PGHOST} = $home;
$ENV{PGUSER} = 'postgres';
$ENV{PGDATABASE} = 'postgres';

sub data { my ($name) = @_; return "$home/$name"; }
sub program { my ($major, $program) = @_; return "/usr/lib/postgresql/$major/bin/$program"; }

# run(COMMAND...): its exit status, and what it printed.
sub run
{
	my ($command) = join(' ', map { s/'/'\\''/gr =~ s/(.*)/'$1'/sr } @_);
	my $out = qx{$command 2>&1 < /dev/null};
	return ($? >> 8, $out);
}

sub must
{
	my ($status, $out) = run(@_);
	die "failed ($status): @_\n$out" if $status != 0;
	chomp $out;
	return $out;
}

# A cluster, stopped: of which major, with which lines of configuration.
my %major;
sub make_cluster
{
	my ($name, $major, @conf) = @_;
	$major{$name} = $major;
	must('rm', '-rf', data($name));
	must(program($major, 'initdb'), '-D', data($name), '-A', 'trust', '-N', '-U', 'postgres', '--locale=C.UTF-8', '-E', 'UTF8',
		$major >= 18 ? '--no-data-checksums' : ());
	open my $fh, '>>', data($name) . '/postgresql.conf' or die $!;
	print $fh map { "$_\n" } "unix_socket_directories = '$home'", "listen_addresses = ''", 'wal_level = logical', @conf;
	close $fh;
	return;
}

my @audited = ("shared_preload_libraries = 'secaudit'", "secaudit.directory = '$trail'", "secaudit.log = 'all'", "secaudit.node_name = 'db7'");

sub start { my ($name) = @_; return must(program($major{$name}, 'pg_ctl'), '-w', '-D', data($name), '-l', "$home/$name.log", 'start'); }
sub stop { my ($name) = @_; return must(program($major{$name}, 'pg_ctl'), '-w', '-D', data($name), '-m', 'fast', 'stop'); }
sub sql { my ($name, $db, $sql, @options) = @_; return must(program($major{$name}, 'psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', @options, '-d', $db, '-c', $sql); }

sub upgrade
{
	my ($old, $new, @options) = @_;
	return run(program($major{$new}, 'pg_upgrade'), '-b', program($major{$old}, '') =~ s{/$}{}r, '-B', program($major{$new}, '') =~ s{/$}{}r,
		'-d', data($old), '-D', data($new), '-s', $home, '-U', 'postgres', @options);
}

# What pg_upgrade leaves of the servers that it starts, and of what it ran.
sub upgrade_logs { my ($new) = @_; return must('sh', '-c', "find '" . data($new) . "/pg_upgrade_output.d' -type f | xargs cat"); }

sub slurp { my ($file) = @_; open my $fh, '<', $file or die "$file: $!"; local $/; return scalar <$fh>; }

# The trail's records, by log, in order of the files.
sub trails
{
	my ($dir) = @_;
	my (%of, @order);
	foreach my $file (sort { ($a =~ /-(\d+)\.jsonl/)[0] <=> ($b =~ /-(\d+)\.jsonl/)[0] } glob "$dir/*.jsonl")
	{
		foreach my $r (map { JSON::PP->new->utf8->decode($_) } split /^/, slurp($file))
		{
			push @order, $r->{log} unless $of{ $r->{log} };
			push @{ $of{ $r->{log} } }, $r;
		}
	}
	return map { $of{$_} } @order;
}

sub events { my ($trail, $event, %want) = @_; return grep { my $r = $_; $r->{event} eq $event && !grep { ($r->{$_} // '') ne $want{$_} } keys %want } @$trail; }

sub verify
{
	my ($pattern, $name, @args) = @_;
	my ($status, $out) = run('secauditctl', 'verify', '--closed', @args);
	ok($status == 0 && $out =~ $pattern, $name) or diag("exit status $status\n$out");
	return;
}

# ---- a cluster to be upgraded ----

must('mkdir', '-m', '700', $trail);
make_cluster('old15', 15, @audited);
start('old15');
sql('old15', 'postgres', $_) foreach 'CREATE ROLE alice LOGIN', "ALTER ROLE alice SET secaudit.log = 'role, ddl'", 'CREATE DATABASE shop',
  'CREATE DATABASE office', 'ALTER DATABASE shop SET secaudit.log_parameters = on';
sql('old15', 'shop', q{CREATE EXTENSION secaudit VERSION '1.0'});
sql('old15', 'office', 'CREATE EXTENSION secaudit');
sql('old15', 'postgres', 'CREATE ROLE anna LOGIN IN ROLE secaudit_auditor');
sql('old15', 'shop', 'CREATE TABLE card (number text); INSERT INTO card VALUES (4711)');
stop('old15');
my $newest = (glob '/usr/share/postgresql/15/extension/secaudit--*--*.sql')[-1] =~ s/.*--(.*)\.sql/$1/r;

# ---- what stops pg_upgrade ----

make_cluster('new17', 17);
my ($status, $out) = upgrade('old15', 'new17', '--check');
isnt($status, 0, 'the new server does not load secaudit: where a database has the extension, pg_upgrade stops');
like(upgrade_logs('new17'), qr{could not load library "\$libdir/secaudit": ERROR:  secaudit must be loaded via shared_preload_libraries}, 'and says what is missing');

make_cluster('new17', 17, @audited, "secaudit.directory = '$home/open'");
must('mkdir', '-m', '777', "$home/open");
chmod 0777, "$home/open";
($status, $out) = upgrade('old15', 'new17', '--check');
isnt($status, 0, 'its directory cannot be trusted: it does not start, and pg_upgrade stops');
like(upgrade_logs('new17'), qr/FATAL:  audit trail directory ".*\/open" cannot be used\n.*DETAIL:  It is writable by group or others/, 'with the reason in its log');

make_cluster('new17', 17, @audited);
start('old15');
($status, $out) = upgrade('old15', 'new17', '--check');
isnt($status, 0, 'a check beside the running old server: both want the same directory');
like(upgrade_logs('new17'), qr/FATAL:  audit trail directory ".*" is used by another server/, 'which is refused');

# A setting that no server would take is in the way of pg_upgrade, and is told before.
sql('old15', 'postgres', q{UPDATE pg_db_role_setting SET setconfig = '{secaudit.log=everything}' WHERE setrole = 'alice'::regrole});
stop('old15');
start('old15');
sleep 2;
stop('old15');
my ($alert) = grep { ($_->{setting} // '') eq 'secaudit.log' && ($_->{target_role} // '') eq 'alice' } events((trails($trail))[-1], 'alert', reason => 'config_error');
is($alert->{new_value}, 'everything', 'an invalid setting of a role is told at the start of the old server');
make_cluster('new17', 17, @audited, "secaudit.directory = '$home/check2'");
($status, $out) = upgrade('old15', 'new17');
isnt($status, 0, 'with it pg_upgrade stops');
like(upgrade_logs('new17'), qr/ERROR:  invalid value for parameter "secaudit.log": "everything"/, 'and names it');
start('old15');
sql('old15', 'postgres', 'ALTER ROLE alice RESET secaudit.log');
sql('old15', 'postgres', q{ALTER ROLE alice SET secaudit.log = 'role, ddl'});
make_cluster('new17', 17, @audited);
($status, $out) = upgrade('old15', 'new17', '--check', '-O', "-c secaudit.directory=$home/check");
is($status, 0, 'with another directory for the check it passes') or diag($out);
must('rm', '-r', "$home/check", data('new17') . '/secaudit.buf');
stop('old15');

# ---- 15 to 17 ----

($status, $out) = upgrade('old15', 'new17');
is($status, 0, 'pg_upgrade from 15 to 17') or BAIL_OUT($out);
start('new17');
is(sql('new17', 'shop', 'SELECT number FROM card'), '4711', 'what was in the old cluster is in the new one');
is(sql('new17', 'shop', q{SELECT extversion FROM pg_extension WHERE extname = 'secaudit'}), '1.0', 'an extension of version 1.0 is one still');
sql('new17', 'shop', 'ALTER EXTENSION secaudit UPDATE');
foreach my $db ('shop', 'office')
{
	is(sql('new17', $db, q{SELECT extversion FROM pg_extension WHERE extname = 'secaudit'}), $newest, "$db: it is the newest");
	is(sql('new17', $db, 'SELECT running FROM secaudit.status()', '-U', 'anna'), 't', "$db: and an auditor may use it");
}
my $picture = q{SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proacl, obj_description(p.oid) FROM pg_proc p WHERE pronamespace = 'secaudit'::regnamespace
	UNION ALL SELECT c.oid::regclass::text, pg_get_viewdef(c.oid), c.relacl, obj_description(c.oid) FROM pg_class c WHERE relnamespace = 'secaudit'::regnamespace ORDER BY 1};
is(sql('new17', 'shop', $picture), sql('new17', 'office', $picture), 'an extension that was upgraded with the cluster, then updated, is like one that was new');
is(sql('new17', 'shop', 'SELECT count(DISTINCT record->>\'log\') FROM secaudit.records()', '-U', 'anna'), '2', 'secaudit.records() reads both trails');
stop('new17');

# The last time that the new trail names the old one, of so many.
sub follows
{
	my ($older, $newer, $times, $name) = @_;
	my @opens = grep { $_->{prev_log} } @$newer;
	my $end = $older->[-1];
	is_deeply([ @{ $opens[-1] }{qw(event prev_log prev_log_seq prev_log_h)} ], [ 'audit.open', @{$end}{qw(log seq h)} ], "$name: the new trail names the end of the old one");
	is($end->{event}, 'audit.close', "$name: which had ended in order");
	is(scalar(@opens), $times, "$name: $times times");
	return;
}

my ($in15, $in17) = trails($trail);
follows($in15, $in17, 1, '15 to 17');
verify(qr/^2 trails\n.*: sound\n.*\nlog $in17->[0]{log}: .* follows log $in15->[0]{log} at seq $in15->[-1]{seq}: sound\n/, 'both are sound, and the one follows the other', $trail);
my @starts15 = events($in15, 'audit.start');
ok($starts15[-1]{binary_upgrade} && !$starts15[0]{binary_upgrade}, 'audit.start says when pg_upgrade has started the old server');
my @starts17 = events($in17, 'audit.start');
ok($starts17[0]{binary_upgrade} && !$starts17[-1]{binary_upgrade}, 'and the new one');
is((scalar grep { $_->{reason} ne 'normal' || $_->{set_aside} || $_->{recovered} } @starts15, @starts17), 0, 'nothing was left in a buffer, and no buffer was set aside');
is_deeply([ events($in15, 'alert', reason => 'file_removed'), events($in17, 'alert') ], [], 'and nothing was alarming');
is(scalar(events($in17, 'statement', command => 'CREATE ROLE', target_role => 'alice')), 1, 'what pg_upgrade makes in the new cluster is recorded');
is_deeply([ sort map { ($_->{target_role} // $_->{target_database}) . " $_->{setting}=$_->{new_value}" } grep { ($_->{command} // '') eq 'START' && $_->{pid} == (events($in17, 'config', command => 'START'))[-1]{pid} } events($in17, 'config') ],
	[ 'alice secaudit.log=role, ddl', 'shop secaudit.log_parameters=on' ], 'roles and databases have their settings');

# ---- 17 to 18, with a logical slot ----

make_cluster('new18', 18, @audited);
is((upgrade('new17', 'new18', '--check'))[0], 0, 'a check, after which the old server goes on');
start('new17');
sql('new17', 'shop', q{SELECT pg_create_logical_replication_slot('s', 'test_decoding')});
stop('new17');
($status, $out) = upgrade('new17', 'new18');
is($status, 0, 'pg_upgrade from 17 to 18; messages in the WAL are not in the way of a logical slot') or BAIL_OUT($out . upgrade_logs('new18'));
start('new18');
is(sql('new18', 'shop', q{SELECT slot_name FROM pg_replication_slots}), 's', 'which is there');
is(sql('new18', 'office', 'SELECT count(DISTINCT record->>\'log\') FROM secaudit.records()', '-U', 'anna'), '3', 'secaudit.records() reads all three trails');
stop('new18');
my ($again15, $again17, $in18) = trails($trail);
follows($again17, $in18, 2, '17 to 18, checked before');
verify(qr/^3 trails\n/, 'all three are sound', $trail);

# ---- the trail in the data directory; a setting that nobody checked ----

make_cluster('small15', 15, "shared_preload_libraries = 'secaudit'", "secaudit.log = 'all'");
start('small15');
sql('small15', 'postgres', 'CREATE ROLE bob');
sql('small15', 'postgres', q{ALTER ROLE bob SET secaudit.log = 'ddl'});
sql('small15', 'postgres', q{UPDATE pg_db_role_setting SET setconfig = '{secaudit.log=everything}' WHERE setrole = 'bob'::regrole});
stop('small15');
make_cluster('small18', 18);
($status, $out) = upgrade('small15', 'small18');
is($status, 0, 'pg_upgrade where the new server does not load secaudit, and no database has the extension') or diag($out);
{
	open my $fh, '>>', data('small18') . '/postgresql.conf' or die $!;
	print $fh "shared_preload_libraries = 'secaudit'\n";
	close $fh;
}
start('small18');
sleep 2;
stop('small18');
my ($inside) = trails(data('small18') . '/secaudit');
ok(!$inside->[0]{prev_log}, 'a trail in the new data directory knows of none before it');
($alert) = events($inside, 'alert', reason => 'config_error');
is_deeply([ @{$alert}{qw(target_role setting new_value)} ], [ 'bob', 'secaudit.log', 'everything' ], 'a setting that came in unchecked is told at the first start');
verify(qr/^2 trails\n/, 'the old trail and the new one can be verified at once', data('small15') . '/secaudit', data('small18') . '/secaudit');

done_testing();
