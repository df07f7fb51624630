# Rules decide what is recorded: the first log or skip, each alert, nothing hidden
# that is protected.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('main',
	settings => { 'secaudit.log' => 'read', 'secaudit.log_superuser' => 'off' },
	conf => "secaudit.rules_file = 'rules.json'\n",
	no_start => 1);
sub put { write_rules($node, @_); rename(rules_path($node), $node->data_dir . '/rules.json') or die $!; return; }
put();
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE staff; CREATE ROLE team; GRANT team TO ann; GRANT staff TO team;
CREATE TABLE t (i int); CREATE TABLE card (pan text); CREATE TABLE "we""ird\name
*" (i int);
GRANT ALL ON ALL TABLES IN SCHEMA public TO ann, bob;
GRANT CREATE ON SCHEMA public TO ann;
EOF

# Rules for the tests' database only, in force from now on; returns the mark.
sub now
{
	my @rules = @_;
	$_->[2]{db} = 'postgres' foreach @rules;
	put(@rules);
	my $mark = mark($node);
	my $from = -s $node->logfile;
	$node->reload;
	# sessions that begin from now on have them from the postmaster
	$node->wait_for_log(qr/received SIGHUP/, $from);
	return $mark;
}

sub as
{
	my ($role, $sql, %more) = @_;
	return $node->psql('postgres', $sql, extra_params => [ '-U', $role ], %more);
}

# "SELECT keep" for each record of a statement: command and rules.
sub decided
{
	my ($mark) = @_;
	return [ map { join q{ }, $_->{command}, @{ $_->{rules} // [] } }
		  records($node, since => $mark, event => 'statement', db => 'postgres') ];
}

my $mark = now([ 'keep', 'log', { object => 'public.t', class => 'write' } ],
	[ 'drop', 'skip', { user => 'ann' } ], [ 'late', 'log', { user => 'ann', class => 'write' } ]);
as('ann', 'INSERT INTO t VALUES (1)');
as('ann', q{INSERT INTO card VALUES ('x')});
as('ann', 'SELECT * FROM t');
as('bob', 'SELECT * FROM t');
is_deeply(decided($mark), [ 'INSERT keep', 'SELECT' ],
	'the first log or skip that matches decides; where none does, secaudit.log does');

$mark = now([ 'all', 'skip', {} ]);
as('ann', 'CREATE TABLE made (i int)');
as('ann', 'SELECT 1/(i - i) FROM t');
as('ann', 'SELECT count(*) FROM t');
$node->safe_psql('postgres', 'ALTER ROLE bob CONNECTION LIMIT 5');
is_deeply(decided($mark), ['SELECT'], 'what is protected is left to secaudit.log, which has read and not ddl');
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.log = 'all'});
$mark = now([ 'all', 'skip', {} ]);
as('ann', 'CREATE TABLE made2 (i int)');
as('ann', 'SELECT 1/(i - i) FROM t');
as('ann', 'SELECT count(*) FROM t');
$node->safe_psql('postgres', 'SELECT count(*) FROM t');
is_deeply(decided($mark), [ 'CREATE TABLE', 'SELECT', 'SELECT' ],
	'skip hides no DDL, no failure and nothing that a superuser does');
$mark = now([ 'all', 'skip', {}, even_protected => JSON::PP::true ]);
as('ann', 'CREATE TABLE made3 (i int)');
as('ann', 'SELECT 1/(i - i) FROM t');
$node->safe_psql('postgres', 'SELECT count(*) FROM t');
is_deeply(decided($mark), [], 'with even_protected it hides all of them');

$mark = now([ 'skip', 'skip', { user => 'ann' } ],
	[ 'a1', 'alert', { object => 'public.card' }, severity => 'critical' ],
	[ 'a2', 'alert', { class => 'read' } ], [ 'a3', 'alert', { rows => { gt => 5 } }, severity => 'low' ]);
as('ann', 'SELECT * FROM card');
is_deeply([ alerts($node, $mark) ], [ 'rule a1', 'rule a2' ], 'each alert that matches is raised, once');
is_deeply(decided($mark), ['SELECT a1 a2'], 'what raises an alert is recorded, skip or not');
my ($statement) = records($node, since => $mark, event => 'statement', user => 'ann');
my ($alert) = records($node, since => $mark, event => 'alert', rule => 'a1');
is_record($alert,
	{   class => 'alert', command => 'SELECT', severity => 'critical', user => 'ann', db => 'postgres',
		session => $statement->{session}, stmt => $statement->{stmt},
		objects => ['table public.card select'], query => undef },
	'an alert names session, statement, user and objects');
is($alert->{seq}, $statement->{seq} + 1, 'and stands right behind the statement');
like(slurp_file($node->logfile), qr/LOG:  audit rule "a1" matches a statement\n.*DETAIL:  Severity critical, statement $statement->{stmt} of its session\./,
	'the server log has a line');
my ($out, $err) = ('', '');
as('ann', 'SET client_min_messages = debug5; SELECT * FROM card', stderr => \$err);
unlike($err, qr/audit rule/, 'the client has none');
$mark = mark($node);
as('ann', 'INSERT INTO t SELECT generate_series(1, 6)');
is_deeply([ alerts($node, $mark) ], ['rule a3'], 'the number of rows is known when the statement has run');

$mark = now([ 'fails', 'alert', { outcome => 'failure', class => 'error' } ], [ 'quiet', 'skip', {} ]);
as('ann', 'SELECT * FROM nowhere');
as('ann', 'SELCT 1');
is_deeply([ alerts($node, $mark) ], [ 'rule fails', 'rule fails' ], 'what fails before it is a statement raises alerts, too');
is_deeply([ map { $_->{rules}[0] } records($node, since => $mark, event => 'error', user => 'ann') ], [ 'fails', 'fails' ],
	'and is recorded with the rule');

$mark = now([ 'staff', 'alert', { member_of => 'staff', class => 'write' } ],
	[ 'app', 'alert', { app => 'secret*' } ], [ 'none', 'alert', { member_of => 'no such role' } ]);
as('ann', 'INSERT INTO t VALUES (1)');
as('bob', 'INSERT INTO t VALUES (1)');
is_deeply([ alerts($node, $mark) ], ['rule staff'], 'a membership counts, also by way of another role');
my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'bob' ]);
$mark = mark($node);
$session->query_safe('INSERT INTO t VALUES (1)');
$node->safe_psql('postgres', 'GRANT staff TO bob');
$session->query_safe('INSERT INTO t VALUES (1)');
$node->safe_psql('postgres', 'REVOKE staff FROM bob');
$session->query_safe('INSERT INTO t VALUES (1)');
is_deeply([ alerts($node, $mark) ], ['rule staff'], 'and one given or taken while the session runs');
$mark = mark($node);
$session->query_safe(q{SET application_name = 'secret tool'});
$session->query_safe('SELECT 1');
$session->query_safe(q{RESET application_name});
$session->query_safe('SELECT 2');
is_deeply([ alerts($node, $mark) ], [ 'rule app', 'rule app' ], 'so does another application name');

$mark = now([ 'odd', 'alert', { object => "public.\"we\"\"ird\\name\n?\"" } ],
	[ 'hostile', 'alert', { object => '~^(.+)+(.+)+(.+)+(.+)+(.+)+[XY]$' } ],
	[ 'calm', 'skip', { object => '~^(.+)+(.+)+(.+)+(.+)+(.+)+[XY]$' } ]);
$session->query_safe(q{SELECT 1}); # the session takes over the rules
as('bob', qq{SELECT * FROM "we""ird\\name\n*"});
is_deeply([ sort(alerts($node, $mark)) ], [ 'rule hostile', 'rule odd' ],
	'hostile names are compared as they are; a match that is given up raises the alert');
is_deeply([ grep { /odd/ } @{ decided($mark) } ], ['SELECT odd hostile'], 'and does not skip');

$mark = now(map { [ "r$_", 'log', { user => "u$_", object => 'public.t' } ] } 1 .. 99);
as('bob', 'INSERT INTO t VALUES (1)');
is_deeply(decided($mark), ['INSERT'], 'a hundred rules of which none matches leave it to secaudit.log');
$mark = now((map { [ "r$_", 'alert', { class => 'write' } ] } 1 .. 100));
as('bob', 'INSERT INTO t VALUES (1)');
is(scalar(alerts($node, $mark)), 100, 'a hundred that match raise a hundred alerts');
my ($many) = records($node, since => $mark, command => 'INSERT', event => 'statement');
is(@{ $many->{rules} } + ($many->{rules_omitted} // 0), 100, 'and are named, or counted');
$session->quit;

$mark = now([ 'dis', 'log', { class => 'write', current_user => 'ann', not_user => 'ann' } ], [ 'rest', 'skip', {} ]);
$node->safe_psql('postgres', 'GRANT ann TO bob');
as('bob', 'SET ROLE ann; INSERT INTO t VALUES (1); RESET ROLE; INSERT INTO t VALUES (2)');
is_deeply([ grep { /INSERT/ } @{ decided($mark) } ], ['INSERT dis'], 'the effective user is that of the statement');

# What the application says of its request, and what has a label.
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON TABLE card IS 'pci'});
$mark = now([ 'job', 'skip', { user => 'ann', context => '*job=nightly*' } ], [ 'card', 'log', { tag => 'pci' } ], [ 'rest', 'log', { user => 'ann' } ]);
as('ann', q{SET secaudit.context = 'user=x job=nightly'; SELECT 'skipped'; SET secaudit.context = 'job=daily'; SELECT 'kept'; SELECT pan FROM card});
is_deeply(
	[ map { join q{ }, $_->{query}, @{ $_->{rules} // [] } } records($node, since => $mark, event => 'statement', db => 'postgres', user => 'ann') ],
	[ q{SET secaudit.context = 'user=x job=nightly'}, q{SET secaudit.context = 'job=daily' rest}, q{SELECT 'kept' rest}, q{SELECT pan FROM card card} ],
	'a rule about the context, from the statement after the SET on; and one about a tag');
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON TABLE card IS NULL});
done_testing();
