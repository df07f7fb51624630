# Who may change what is audited: secaudit.lock, and each way around it.  A
# refused attempt leaves its record, and an alert.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('lock', settings => { 'secaudit.log' => 'all' });
$node->safe_psql('postgres', q{
	CREATE ROLE dba LOGIN SUPERUSER;
	CREATE ROLE app LOGIN;
	GRANT SET ON PARAMETER secaudit.log_nested TO app;
	GRANT ALTER SYSTEM ON PARAMETER secaudit.log_nested TO app;
	CREATE FUNCTION with_clause() RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE EXTENSION secaudit;
	CREATE FUNCTION swallows() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('secaudit.log', 'none', false);
		RETURN 'done';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END $$;
	CREATE FUNCTION expression() RETURNS text LANGUAGE plpgsql AS $$
	DECLARE x text;
	BEGIN
		x := set_config('secaudit.log', 'none', false);
		RETURN 'done';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END $$});

# The alerts that an attempt leaves, as reason and setting, and what was recorded.
sub attempt
{
	my ($user, $sql, %opt) = @_;
	flush_trail($node);
	my $seq = (stored_records($node))[-1]{seq};
	local $ENV{PGOPTIONS} = $opt{options} // '';
	my (undef, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $user ], on_error_stop => 0);
	flush_trail($node);
	my @got = grep { $_->{seq} > $seq } stored_records($node);
	my @alerts = grep { $_->{event} eq 'alert' } @got;
	return { out => $out, err => $err, records => \@got, alerts => \@alerts };
}

# refused(NAME, USER, SQL, SQLSTATE, SETTING): one alert, beside a record that failed.
sub refused
{
	my ($name, $user, $sql, $sqlstate, $setting, %opt) = @_;
	my $got = attempt($user, $sql, %opt);
	is_deeply(
		[ map { [ @$_{qw(reason setting sqlstate user outcome)} ] } @{ $got->{alerts} } ],
		[ [ 'setting_refused', $setting, $sqlstate, $user, 'failure' ] ],
		"$name: an alert") or diag($got->{err});
	my ($failed) = grep { $_->{event} ne 'alert' && ($_->{sqlstate} // '') eq $sqlstate } @{ $got->{records} };
	ok($failed, "$name: beside the record of what failed");
	is($got->{alerts}[0]{stmt}, $failed->{stmt}, "$name: of the same statement") if $failed && $failed->{stmt};
	return $got;
}

foreach my $sql (
	q{SET secaudit.log = 'none'},
	q{SET LOCAL secaudit.log = 'none'},
	q{SET SESSION secaudit.log TO DEFAULT; SET secaudit.log = 'none'},
	q{SELECT set_config('secaudit.log', 'none', true)})
{
	refused($sql, 'dba', $sql, '55P02', 'secaudit.log');
}
my $got = refused('in a DO block', 'dba', q{DO $$ BEGIN SET secaudit.log = 'none'; END $$}, '55P02', 'secaudit.log');
$got = refused('an error that is swallowed', 'dba', 'SELECT swallows()', '55P02', 'secaudit.log');
is($got->{out}, '55P02', 'the function goes on');
$got = attempt('dba', 'SELECT expression()');
is(scalar @{ $got->{alerts} }, 1, 'an error of an expression that is swallowed: an alert');
$got = refused('PGOPTIONS', 'dba', 'SELECT 1', '55P02', undef, options => '-c secaudit.log=none');
like($got->{err}, qr/FATAL:  secaudit settings cannot be changed here/, 'the login is refused');
refused('a GRANT of SET does not help', 'app', q{SET secaudit.log_nested = off}, '55P02', 'secaudit.log_nested');
refused('a plain role', 'app', q{SET secaudit.log = 'none'}, '42501', 'secaudit.log');
refused('a plain role, for itself', 'app', q{ALTER ROLE app SET secaudit.log = 'none'}, '42501', 'secaudit.log');
refused('a plain role, for all', 'app', q{ALTER SYSTEM SET secaudit.log = 'none'}, '42501', 'secaudit.log');
refused('UPDATE of pg_settings', 'dba', q{UPDATE pg_settings SET setting = 'none' WHERE name = 'secaudit.log'}, '55P02', undef);

# A function's own SET takes effect at the call.
$got = attempt('dba', q{ALTER FUNCTION with_clause() SET secaudit.log = 'none'; SELECT with_clause()});
is(scalar @{ $got->{alerts} }, 2, 'SET of a function is refused when it is made, and none is there at the call')
  if $got->{err} =~ /cannot be changed.*cannot be changed/s;
like($got->{err}, qr/secaudit settings cannot be changed here/, 'SET of a function is refused');
is(scalar(grep { ($_->{query} // '') =~ /with_clause/ } @{ $got->{records} }) > 0, 1, 'and is recorded');

# What may be done is recorded, under the settings before it.
foreach my $sql (
	q{ALTER ROLE app SET secaudit.log = 'none'},
	q{ALTER DATABASE postgres SET secaudit.log = 'none'},
	q{ALTER SYSTEM SET secaudit.log = 'none'})
{
	$got = attempt('dba', $sql);
	is_deeply(
		[ map { [ $_->{query}, $_->{outcome}, $_->{setting}, $_->{new_value} ] } grep { ($_->{query} // '') eq $sql } @{ $got->{records} } ],
		[ [ $sql, 'success', 'secaudit.log', 'none' ] ],
		"$sql: a record says it");
	is(scalar @{ $got->{alerts} }, 0, "$sql: no alert, for nothing was refused");
}
$node->safe_psql('postgres', q{ALTER SYSTEM RESET secaudit.log; ALTER DATABASE postgres RESET secaudit.log; ALTER ROLE app RESET secaudit.log});
$got = attempt('app', q{ALTER SYSTEM SET secaudit.log_nested = off});
is($got->{err}, '', 'a role may be given ALTER SYSTEM on a parameter');
is((grep { ($_->{setting} // '') eq 'secaudit.log_nested' } @{ $got->{records} })[0]{class}, 'config', 'what it does with it is recorded');
$node->safe_psql('postgres', q{ALTER SYSTEM RESET secaudit.log_nested});

# What takes nothing away.
$got = attempt('dba', q{LOAD 'secaudit'; DROP EXTENSION secaudit; SELECT 'still'});
is((grep { ($_->{query} // '') eq q{SELECT 'still'} } @{ $got->{records} })[0]{outcome}, 'success', 'neither LOAD nor DROP EXTENSION ends the audit');
is(scalar(grep { ($_->{command} // '') =~ /^(LOAD|DROP EXTENSION)$/ } @{ $got->{records} }), 2, 'and both are recorded');
is_deeply([ map { $_->{reason} } @{ $got->{alerts} } ], [], 'neither was refused');

# secaudit.lock = config: the files only.
$node->append_conf('postgresql.conf', "secaudit.lock = 'config'");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.lock') = 'config'});
refused('lock = config, ALTER ROLE', 'dba', q{ALTER ROLE app SET secaudit.log = 'none'}, '55P02', 'secaudit.log');
refused('lock = config, ALTER DATABASE', 'dba', q{ALTER DATABASE postgres SET secaudit.log = 'none'}, '55P02', 'secaudit.log');
refused('lock = config, SET', 'dba', q{SET secaudit.log_superuser = off}, '55P02', 'secaudit.log_superuser');
refused('lock = config, the lock itself', 'app', q{ALTER SYSTEM SET secaudit.lock = 'off'}, '42501', 'secaudit.lock');

# Whatever is recorded of a superuser: changes of these settings are, and attempts.
$node->append_conf('postgresql.conf', "secaudit.lock = 'session'\nsecaudit.log = 'write'\nsecaudit.log_superuser = off");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.log') = 'write'});
foreach my $sql (
	q{ALTER ROLE app SET secaudit.log_nested = off},
	q{ALTER DATABASE postgres SET secaudit.log_nested = off},
	q{ALTER SYSTEM SET secaudit.log_nested = off},
	q{ALTER ROLE app RESET secaudit.log_nested})
{
	$got = attempt('dba', $sql);
	is(scalar(grep { ($_->{query} // '') eq $sql && $_->{outcome} eq 'success' } @{ $got->{records} }), 1, "without class config: $sql");
}
refused('without class config', 'dba', q{SET secaudit.log = 'none'}, '55P02', 'secaudit.log');
my $seq = (stored_records($node))[-1]{seq};
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.log_nested') = 'off'});
flush_trail($node);
is_deeply(
	[ map { "$_->{setting} $_->{new_value}" } grep { $_->{seq} > $seq && $_->{event} eq 'config' } stored_records($node) ],
	['secaudit.log_nested off'],
	'without class config: so is a reload that brings one into force');
$node->safe_psql('postgres', q{ALTER SYSTEM RESET ALL; ALTER DATABASE postgres RESET ALL});
$node->append_conf('postgresql.conf', "secaudit.log = 'all'\nsecaudit.log_superuser = on");
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.log') = 'all'});

# An error of another kind is no attempt.
$got = attempt('app', q{SET work_mem = 'much'; SET port = 1; SET secaudit.context = 'x'; ALTER SYSTEM SET work_mem = '1GB'});
is(scalar @{ $got->{alerts} }, 0, 'an error about other settings is no alert');
is((grep { ($_->{query} // '') =~ /^ALTER SYSTEM/ } @{ $got->{records} })[0]{objects}[0]{name}, 'work_mem', 'the parameter that was denied is named');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
