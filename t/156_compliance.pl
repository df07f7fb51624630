# secauditctl compliance: what the checks say, in the formats that others read.
use strict;
use warnings;

use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('compliance');

# The extension's own checks.
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit; CREATE DATABASE other; CREATE ROLE loose SUPERUSER');
my $real = $node->connstr('postgres') . ' password=sesame156';
my $found = real('json');
is_deeply([ $found->{run}{profile}, scalar @{ $found->{results} } ],
	[ 'stig', $node->safe_psql('postgres', 'SELECT count(*) FROM secaudit.checks()') ], 'the server: each check has its result');
my ($kept) = grep { ($_->{custom_event} // '') eq 'compliance.run' } records($node);
my $facts = JSON::PP::decode_json($node->safe_psql('postgres',
	'SELECT to_json(r) FROM (SELECT run_id, sha256, counts FROM secaudit.compliance_run) r'));
is_deeply([ @{ $found->{run} }{qw(id kept_sha256)} ], [ @$facts{qw(run_id sha256)} ],
	'the server: the run is known by the id and digest that the server has kept');
is($kept->{custom_detail}{sha256}, $facts->{sha256}, 'the server: which its record has, too');
is_deeply({ map { $_ => $facts->{counts}{$_} } keys %{ $found->{counts} } }, $found->{counts}, 'the server: the counts agree');
is($node->safe_psql('postgres', 'SELECT encode(sha256(convert_to(($doc$' . JSON::PP::encode_json($found->{results}) .
			'$doc$::jsonb)::text, $$UTF8$$)), $$hex$$)'),
	$facts->{sha256}, 'the server: the results, as jsonb, have that digest');
my %status = map { $_->{check_id} => $_->{status} } @{ $found->{results} };
is_deeply([ sort { $a cmp $b } @{ $found->{not_tested} } ],
	[ (sort grep { $status{$_} =~ /^(manual|error)$/ } keys %status), 'T-01 to T-62', map { "database $_" } qw(other secaudit_test template1) ],
	'the server: what was not tested is said, databases too');
my $ids = server_major() >= 16 ? 'CD16' : 'CD12';
is((grep { !/^$ids-/ } map { @{ $_->{refs}{stig} // [] } } @{ $found->{results} }), 0, "the server: ids are those of $ids");
is($found->{run}{benchmark},
	server_major() >= 16 ? 'Crunchy Data PostgreSQL 16 STIG, V1R1' : 'Crunchy Data PostgreSQL STIG, V3R1',
	'the server: and the benchmark is the one that has them');
like(real($_), qr/C10/, "$_: also of the server's own checks") foreach qw(text csv junit);
is(ref real($_), 'HASH', "$_: too") foreach qw(hdf cklb oscal);

# Its output: JSON is decoded.
sub real
{
	my ($format) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'compliance', '-d', $real, "--format=$format" ], '>', \$out, '2>', \$err);
	is_deeply([ $? >> 8, $err ], [ 1, '' ], "$format: the server has findings");
	return $format =~ /^(text|csv|junit)$/ ? $out : JSON::PP::decode_json($out);
}

# One check of each status in place of the extension's own, with what formats may stumble over.
$node->safe_psql('postgres', 'CREATE DATABASE checks');
$node->safe_psql('checks', <<'SQL');
CREATE SCHEMA secaudit;
CREATE TABLE secaudit.result (check_id text, srg text, refs jsonb, title text, severity text, status text,
	expected text, observed text, evidence jsonb, scope text, remediation text, checked_at timestamptz DEFAULT now());
INSERT INTO secaudit.result VALUES
	('C01', 'SRG-1', '{"stig": ["CD16-00-000100"], "nist": ["AC-10"], "cci": ["CCI-000054"]}', 'Sessions', 'medium',
		'pass', 'at most 100', '100', '{}', 'cluster', 'ALTER SYSTEM'),
	('C02', 'SRG-2', '{}', 'Bad <one> & "two"', 'high', 'fail', 'none', E'=cmd|x\x1b[31m', '{}', NULL, 'REVOKE'),
	('C03', 'SRG-3', '{}', 'By hand', 'low', 'manual', 'x', NULL, '{}', NULL, NULL),
	('C04', 'SRG-4', '{}', 'Not here', 'low', 'not_applicable', 'x', 'y', '{}', NULL, NULL),
	('C05', 'SRG-5', '{}', 'Broken', 'medium', 'error', 'x', repeat('ä', 30000), '{}', NULL, NULL);
CREATE FUNCTION secaudit.compliance_check(profile text DEFAULT 'stig') RETURNS SETOF secaudit.result
	LANGUAGE plpgsql AS $$
BEGIN
	IF profile = 'none' THEN RAISE 'there is no profile "none"'; END IF;
	RETURN QUERY SELECT * FROM secaudit.result;
END $$;
SQL
my $conninfo = $node->connstr('checks') . ' password=sesame156';

sub ctl
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'compliance', '-d', $conninfo, @args ], '>', \$out, '2>', \$err);
	unlike($out . $err, qr/sesame156/, "@args: no secret of the connection string");
	return ($? >> 8, $out, $err);
}

sub document
{
	my ($format) = @_;
	my ($status, $out, $err) = ctl("--format=$format");
	is_deeply([ $status, $err ], [ 1, '' ], "$format: there are findings");
	return JSON::PP::decode_json($out);
}

my $json = document('json');
is($json->{sha256}, sha256_hex(JSON::PP->new->canonical->utf8->encode($json->{results})),
	'json: the digest is that of the results with sorted keys');
is_deeply($json->{counts}, { pass => 1, fail => 1, manual => 1, not_applicable => 1, error => 1 }, 'counted by status');
is_deeply($json->{not_tested}, [ 'T-01 to T-62', 'C03', 'C05' ], 'what was not tested is said');
like($json->{run}{host}, qr/^[^\/]+$/, 'the host has a name, also where the connection is a socket');

my ($status, $text) = ctl();
like($text, qr/^C02   fail           high    Bad <one> & "two"\n      observed: =cmd\|x \[31m\n/m,
	'text: control characters do not reach the terminal');
like((ctl('--format=csv'))[1], qr/^"C02","SRG-2","Bad <one> & ""two""","high","fail","none","'=cmd/m,
	'csv: no formula for a spreadsheet');

my $junit = (ctl('--format=junit'))[1];
like($junit, qr/<testsuites tests="5" failures="1" errors="1" skipped="2">/, 'junit: totals');
like($junit, qr/name="C02 Bad &lt;one&gt; &amp; &quot;two&quot;" time="0"><failure message="=cmd\|x \[31m">/, 'a failure');
is(scalar(() = $junit =~ /<skipped /g), 2, 'what was not checked is skipped');

my $hdf = document('hdf');
is_deeply([ map { scalar @{ $_->{results} } } @{ $hdf->{profiles}[0]{controls} } ], [ 1, 1, 1, 1, 1 ],
	'hdf: one result for each control');
is_deeply([ map { $_->{results}[0]{status} } @{ $hdf->{profiles}[0]{controls} } ],
	[qw(passed failed skipped skipped error)], 'whose status is known to InSpec');

my $cklb = document('cklb');
my $rules = $cklb->{stigs}[0]{rules};
is_deeply([ map { $_->{status} } @$rules ], [qw(not_a_finding open not_reviewed not_applicable not_reviewed)],
	'cklb: nothing is no finding that was not checked');
cmp_ok(length $rules->[4]{finding_details}, '<=', 32767, 'no text is longer than the viewer takes');
like($rules->[4]{finding_details}, qr/\n\[cut here: see the JSON document\]$/, 'which it says');
ok(!(grep { $_->{rule_id} ne $_->{rule_id_src} } @$rules), 'each rule has its source');

my $oscal = document('oscal')->{'assessment-results'};
is(scalar @{ $oscal->{results}[0]{observations} }, 5, 'oscal: each check is an observation');
is_deeply([ map { $_->{target}{status}{state} } @{ $oscal->{results}[0]{findings} } ],
	[qw(satisfied not-satisfied)], 'and a finding where it has a verdict');
like($oscal->{uuid}, qr/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'its ids are UUIDs');

my @ocsf = map { JSON::PP::decode_json($_) } split /\n/, (ctl('--format=ocsf'))[1];
is_deeply([ map { [ @{$_}{qw(class_uid type_uid)}, $_->{compliance}{status_id} ] } @ocsf ],
	[ map { [ 2003, 200301, $_ ] } 1, 3, 2, 0, 0 ], 'ocsf: a Compliance Finding for each');

# What others make of them.
SKIP:
{
	my $dir = ($ENV{SECAUDIT_LOADERS} // '/var/cache/secaudit-loaders') . '/node_modules';
	skip 'inspecjs is not there: scripts/compliance-loaders.sh', 1 unless -d "$dir/inspecjs";
	my $file = PostgreSQL::Test::Utils::tempdir() . '/hdf.json';
	append_to_file($file, JSON::PP::encode_json($hdf));
	my $load = <<'JS';
const fs = require('fs'), inspec = require(process.argv[2] + '/inspecjs');
const read = inspec.convertFile(fs.readFileSync(process.argv[1], 'utf8'), true);
const run = inspec.contextualizeEvaluation(read['1_0_ExecJson']);
console.log(run.contains[0].contains.map(c => c.data.id + ' ' + c.hdf.status).join('\n'));
JS
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'node', '-e', $load, $file, $dir ], '>', \$out, '2>', \$err);
	is($out . $err, "C01 Passed\nC02 Failed\nC03 Not Reviewed\nC04 Not Applicable\nC05 Profile Error\n",
		'hdf: as inspecjs reads it');
}
SKIP:
{
	skip 'xmllint is not installed', 1 if system('command -v xmllint > /dev/null') != 0;
	my ($out, $err) = ('', '');
	IPC::Run::run([qw(xmllint --noout -)], '<', \$junit, '>', \$out, '2>', \$err);
	is($err, '', 'junit: it is XML');
}

# What somebody has accepted.
my $accepted = PostgreSQL::Test::Utils::tempdir() . '/accepted.json';
sub accept_until
{
	my ($until, @more) = @_;
	unlink $accepted;
	append_to_file($accepted,
		JSON::PP::encode_json([ { check_id => 'C02', owner => 'anna', until => $until, why => 'being mended', @more } ]));
	return ctl("--exceptions=$accepted", '--format=json');
}
my ($code, $with, $told) = accept_until('2999-12-31');
is_deeply([ $code, $told ], [ 2, '' ], 'an accepted finding is none; what could not be checked stays');
is_deeply(JSON::PP::decode_json($with)->{exceptions},
	[ { check_id => 'C02', owner => 'anna', until => '2999-12-31', why => 'being mended' } ], 'the document has it');
like((ctl("--exceptions=$accepted"))[1], qr/^      accepted until 2999-12-31 by anna: being mended$/m, 'the text, too');
($code, $with, $told) = accept_until('2020-01-31');
is_deeply([ $code, JSON::PP::decode_json($with)->{exceptions} ], [ 1, [] ], 'one that has expired does not count');
like($told, qr/the exception for C02 has expired on 2020-01-31/, 'which is said');
foreach my $wrong ([ 'soon' ], [ '2999-02-30' ], [ '2999-12-31', why => '' ], [ '2999-12-31', note => 'x' ])
{
	($code, $with, $told) = accept_until(@$wrong);
	is_deeply([ $code, $with ], [ 2, '' ], "@$wrong: not a valid exception");
	like($told, qr/exception 1 needs check_id, owner, why and until/, 'which is said');
}

# Exit status.
$node->safe_psql('checks', q{DELETE FROM secaudit.result WHERE status IN ('fail', 'error')});
is((ctl())[0], 2, 'what somebody has to look at: 2');
$node->safe_psql('checks', q{DELETE FROM secaudit.result WHERE status = 'manual'});
is((ctl())[0], 0, 'all passed: 0');
$node->safe_psql('checks', 'DELETE FROM secaudit.result');
is((ctl())[0], 2, 'nothing was checked: 2');
my $err;
($status, undef, $err) = ctl('--profile=none');
is($status, 2, 'no such profile: 2');
like($err, qr/there is no profile "none"/, 'as the server says');
($status, undef, $err) = ctl('--format=pdf');
is($status, 2, 'no such format: 2');
like($err, qr/there is no format "pdf"/, 'which is named');

done_testing();
