# Rules match logins and the beginning and end of sessions.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
$node->append_conf('postgresql.conf', "secaudit.rules_file = '" . rules_path($node) . "'");
write_rules($node,
	[ 'ann', 'log', { class => 'session', user => 'ann' } ],
	[ 'refused', 'alert', { class => 'session', outcome => 'failure' }, severity => 'high' ],
	[ 'staff', 'alert', { class => 'session', member_of => 'staff', db => 'postgres' } ],
	[ 'app', 'alert', { class => 'session', app => 'evil*' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', 'CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE staff; GRANT staff TO bob; CREATE ROLE shut LOGIN CONNECTION LIMIT 0');

my $mark = mark($node);
$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'ann' ]);
my @got = await_records($node, 2, since => $mark, user => 'ann');
is_deeply([ map { "$_->{event} @{ $_->{rules} }" } @got ], [ 'session.start ann', 'session.end ann' ],
	'a rule records the sessions of one user, whatever secaudit.log says');

$mark = mark($node);
$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'shut' ]);
my ($alert) = await_records($node, 1, since => $mark, event => 'alert', rule => 'refused');
is_record($alert, { reason => 'rule', rule => 'refused', severity => 'high', user => 'shut', sqlstate => '53300' },
	'a refused login raises an alert');
is_record(one_record($node, since => $mark, event => 'session.auth'), { rules => [ 'refused', 'staff' ] },
	'and is recorded; no membership can be looked up for it, which hides nothing');
like(slurp_file($node->logfile), qr/LOG:  audit rule "refused" matches event session\.auth/, 'the server log has a line');

$mark = mark($node);
$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'bob' ]);
@got = await_records($node, 2, since => $mark, event => 'alert');
is_deeply([ map { $_->{rule} } @got ], [ 'staff', 'staff' ], 'a membership is known at the beginning and at the end');

$mark = mark($node);
$node->psql('postgres', 'SELECT 1', extra_params => [ '-U', 'ann', '-d', "dbname=postgres application_name='evil tool'" ]);
@got = await_records($node, 2, since => $mark, event => 'alert');
is_deeply([ map { $_->{rule} } @got ], [ 'app', 'app' ], 'so is the application');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
