# docs/questions.md: each question is asked of one sample trail, and answered.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

$ENV{TZ} = 'UTC';
$ENV{LC_ALL} = 'C.UTF-8';
my $node = new_node('sample', settings => { 'secaudit.log' => 'all' });
my @sql = (
	[ postgres => 'CREATE ROLE intern LOGIN; CREATE ROLE payments LOGIN; CREATE ROLE clerk' ],
	[ postgres => 'CREATE TABLE card (id int, pan text); CREATE TABLE old (a int)' ],
	[ postgres => q{INSERT INTO card SELECT i, 'x' FROM generate_series(1, 2000) i} ],
	[ postgres => q{SECURITY LABEL FOR secaudit ON TABLE card IS 'pci'} ],
	[ postgres => 'GRANT SELECT, UPDATE ON card TO payments; GRANT clerk TO intern' ],
	[ postgres => 'CREATE FUNCTION peek() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN (SELECT count(*) FROM card); END $$' ],
	[ payments => 'SELECT * FROM card' ],
	[ payments => 'UPDATE card SET pan = NULL WHERE id = 1' ],
	[ intern => 'SELECT peek()' ],
	[ intern => 'SELECT * FROM card' ],
	[ intern => 'SET ROLE clerk' ],
	[ postgres => 'COPY card TO STDOUT' ],
	[ postgres => q{SELECT pg_read_file('PG_VERSION')} ],
	[ postgres => 'SELECT pg_sleep(1.05)' ],
	[ postgres => 'TRUNCATE old' ],
	[ postgres => 'DROP TABLE old' ],
	[ postgres => 'ALTER ROLE clerk SUPERUSER' ],
	[ postgres => q{ALTER SYSTEM SET secaudit.log_parameters = on; SELECT pg_reload_conf()} ],
	[ nobody => 'SELECT 1' ]);
# who made the cluster may have another name
$node->psql('postgres', 'CREATE ROLE postgres SUPERUSER LOGIN');
$node->psql('postgres', $_->[1], extra_params => [ '-U', $_->[0] ]) foreach @sql;
$node->stop;
my $dir = trail_dir($node);

# What the answer to each question must have.
my %answers = (
	'Is the trail complete and unaltered?' => qr/\bsound\b/i,
	'What does the trail consist of: files, times, versions, losses?' =>
	  qr/^log [0-9a-f]{16}\n  files +1, .* kB\n  records +\d+, seq 1 to \d+\n.*^  lost +none recorded\n.*^  server +PostgreSQL \d+.*^  newest file \S+, closed$/ms,
	'Were records lost, and how many?' => qr/^No record matches\.  Looked through: [1-9]/,
	'When was auditing started and stopped?' => qr/audit\.start.*audit\.stop/s,
	'What alerts were there?' => qr/^(No record matches|.*"class":"alert")/,
	'Who changed a setting of the audit?' => qr/ALTER SYSTEM.*secaudit\.log_parameters/,
	'Which settings was the server started with?' => qr/"settings":\["secaudit\..*secaudit\.log=all/,
	'Who logged in, from where, and how?' => qr/^ts,user,client_addr,auth_method,app\n.*,intern,,trust,/s,
	'Which logins failed, and why?' => qr/,nobody,postgres,28000,"role ""nobody"" does not exist"$/m,
	'From where do logins fail, and how often?' => qr/^ +1  \[local\]  28000 +role "\.\.\." does not exist$/m,
	'Which superusers logged in?' => qr/session\.start +postgres/,
	'How did sessions end?' => qr/,intern,[0-9a-f.]+,disconnect,\d+$/m,
	'Who took on another role?' => qr/ intern.* SET ROLE clerk$/m,
	'What did one person do today?' => qr/SELECT peek\(\).*42501 permission denied for table card.*SET ROLE clerk/s,
	'What was done that an application did not send?' => qr/SELECT count\(\*\) FROM card/,
	'Which roles were created, changed or dropped?' => qr/CREATE ROLE intern.*ALTER ROLE clerk SUPERUSER/s,
	'Who was granted rights, by whom, on what?' => qr/,postgres,GRANT,"select, update",payments,,public\.card\(grant\)\n.*,GRANT ROLE,.*intern/s,
	'Which rights were granted to each role?' =>
	  qr/^(?=.*1  clerk +postgres  attribute superuser$)(?=.*1  intern +postgres  member of role clerk$)(?=.*1  payments +postgres  select, update on table public\.card$)/ms,
	'Who made somebody a superuser?' => qr/ postgres .*ALTER ROLE clerk SUPERUSER/,
	'Who was refused something?' => qr/ intern .*permission denied for table card/,
	'Who read this table?' => qr/ payments .*SELECT \* FROM card$/m,
	'Who changed it?' => qr/ payments .*UPDATE card SET pan/,
	'Who read it that should not have?' => qr/ intern /,
	'Who read many rows at once?' => qr/ payments .*2000r.*SELECT \* FROM card/,
	'Who copied data out of the database?' => qr/ postgres .*COPY card TO STDOUT/,
	'Who touched what is labelled?' => qr/UPDATE card SET pan/,
	'Who touched a file or program of the server?' => qr/pg_read_file/,
	'Which tables were created, altered or dropped?' => qr/CREATE TABLE card.*DROP TABLE old/s,
	'Who emptied a table?' => qr/ postgres .*TRUNCATE old/,
	'Which functions run with their owner\'s rights?' => qr/CREATE FUNCTION peek\(\)/,
	'Which statements failed, and how often?' => qr/^[1-9]\d*$/,
	'Which statements took the most time?' => qr/^ +records .*statement\n +1 +0 +1\.\d s +1\.\d s +1  SELECT pg_sleep\(\?\)$/m,
	'What ran longer than a second?' => qr/pg_sleep/,
	'What mentions a word?' => qr/CREATE TABLE card/);

my @questions;
foreach (split /\n/, slurp_file('docs/questions.md'))
{
	push @questions, [ $1, $2 ] if /^\| (.+\?) \| `(.+)` \|$/;
}
cmp_ok(scalar(@questions), '>=', 25, 'there are at least 25 questions');
is_deeply([ sort map { $_->[0] } @questions ], [ sort keys %answers ], 'each has an answer here');

foreach (@questions)
{
	my ($question, $command) = @$_;
	$command =~ s/\bTRAIL\b/$dir/g;
	my $out = '';
	IPC::Run::run([ 'sh', '-c', $command ], '>&', \$out);
	like($out, $answers{$question}, $question);
}

done_testing();
