# secaudit.explain(): would this be recorded, and why.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('main', no_start => 1, settings => { 'secaudit.log' => 'ddl, write' });
$node->append_conf('postgresql.conf', "secaudit.rules_file = '" . rules_path($node) . "'");
write_rules($node,
	[ 'staff', 'log', { member_of => 'staff', class => 'read' } ],
	[ 'none', 'skip', { user => 'app', class => [ 'read', 'write', 'ddl' ] } ],
	[ 'card', 'alert', { object => 'public.card', db => 'postgres' } ],
	[ 'many', 'alert', { user => 'bulk', rows => { gt => 10 } } ],
	[ 'stop', 'refuse', { command => 'TRUNCATE*', user => 'app' } ]);
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('secaudit_test', <<'EOF');
CREATE ROLE staff; CREATE ROLE ann; GRANT staff TO ann; CREATE ROLE app; CREATE ROLE bulk; CREATE ROLE boss SUPERUSER;
CREATE ROLE quiet; ALTER ROLE quiet SET secaudit.log = 'none'; ALTER ROLE quiet IN DATABASE postgres SET secaudit.log = 'read';
CREATE ROLE auditor; GRANT secaudit_auditor TO auditor; CREATE ROLE nobody;
EOF

sub explained
{
	my ($args, $role) = @_;
	return $node->safe_psql('secaudit_test', ($role ? "SET ROLE $role; " : '')
		  . "SELECT concat_ws('|', what, verdict, why) FROM secaudit.explain($args) ORDER BY step");
}

sub result { return (split /\n/, explained(@_))[-1]; }

is(explained(q{'ann', 'postgres', 'SELECT', 'public.t'}, 'auditor'), <<'EOF' =~ s/\n\z//r, 'each rule and setting, and the result');
rule "staff" (log)|matches
rule "none" (skip)|does not match|by "user"
rule "card" (alert)|does not match|by "object"
rule "many" (alert)|does not match|by "user"
rule "stop" (refuse)|does not match|by "command"
secaudit.log_superuser|does not decide|the user is no superuser
secaudit.log|not recorded|the class is not in it
result|recorded|recorded by rule "staff" (log)
EOF
is(result(q{'app', 'postgres', 'select', 'public.t'}), 'result|not recorded|not recorded by rule "none" (skip)', 'a skip');
like(explained(q{'app', 'postgres', 'CREATE TABLE', 'public.t'}), qr/rule "none" \(skip\)\|does not count\|what it matches is protected\n.*result\|recorded\|recorded by secaudit.log\z/s,
	'a skip that hides nothing');
is(result(q{'app', 'postgres', 'SELECT', 'public.card'}), 'result|recorded|recorded by rule "card" (alert)', 'an alert wins over a skip');
is(result(q{'app', 'postgres', 'TRUNCATE TABLE', 'public.t'}), 'result|refused|refused by rule "stop" (refuse)', 'a refusal wins over all');
like(explained(q{'bulk', 'postgres', 'INSERT', 'public.t'}), qr/rule "many" \(alert\)\|depends\|on "rows"\n/, 'what the call does not say is named');
is(result(q{'boss', 'postgres', 'SELECT', 'public.t'}), 'result|recorded|recorded by secaudit.log_superuser', 'a superuser');
is(result(q{'quiet', 'secaudit_test', 'INSERT', 'public.t'}), 'result|not recorded|not recorded by secaudit.log of role "quiet"', 'a setting of the role');
is(result(q{'quiet', 'postgres', 'SELECT', 'public.t'}), 'result|recorded|recorded by secaudit.log of role "quiet" in database "postgres"',
	'a setting of the role in the database wins over it');
like(result(q{'ann', 'postgres', 'COPY'}), qr/^result\|depends/, 'COPY may read or write');

# Labels and secaudit.role.
$node->safe_psql('secaudit_test', <<'EOF');
CREATE TABLE free (i int); CREATE TABLE phi (i int); SECURITY LABEL FOR secaudit ON TABLE phi IS 'phi';
CREATE TABLE partly (i int, j int); SECURITY LABEL FOR secaudit ON COLUMN partly.j IS 'pci';
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; SECURITY LABEL FOR secaudit ON FUNCTION f(int) IS 'called';
CREATE ROLE labelled; SECURITY LABEL FOR secaudit ON ROLE labelled IS 'external';
CREATE ROLE audits; CREATE TABLE granted (i int); GRANT SELECT ON granted TO audits;
EOF
my @ask = (
	[ q{'quiet', 'secaudit_test', 'SELECT', 'public.phi'}, 'result|recorded|recorded by labels', 'an object with a label' ],
	[ q{'quiet', 'secaudit_test', 'SELECT', 'public.free'}, 'result|not recorded|not recorded by secaudit.log of role "quiet"', 'one without' ],
	[ q{'quiet', 'secaudit_test', 'SELECT', 'public.partly'}, 'result|depends|not recorded by secaudit.log of role "quiet"', 'one with columns that have labels' ],
	[ q{'quiet', 'secaudit_test', 'SELECT', 'public.f(integer)'}, 'result|recorded|recorded by labels', 'a function' ],
	[ q{'labelled', 'secaudit_test', 'SELECT', 'public.free'}, 'result|recorded|recorded by labels', 'a user' ],
	[ q{'quiet', 'secaudit_test', 'SELECT'}, 'result|depends|not recorded by secaudit.log of role "quiet"', 'no object' ],
	[ q{'quiet', 'postgres', 'SELECT', 'public.phi'}, 'result|depends|recorded by secaudit.log of role "quiet" in database "postgres"', 'one of another database' ]);
is(result("$_->[0]" . ($_->[0] =~ tr/,// == 2 ? ', NULL' : '')), $_->[1], "labels: $_->[2]") foreach @ask;
like(explained(q{'quiet', 'secaudit_test', 'SELECT', 'public.phi'}), qr/^labels\|recorded\|there are the tags phi$/m, 'the tags are named');
$node->append_conf('postgresql.conf', "secaudit.role = 'audits'");
$node->reload;
$node->poll_query_until('secaudit_test', q{SELECT current_setting('secaudit.role') = 'audits'});
is(result(q{'quiet', 'secaudit_test', 'SELECT', 'public.granted'}), 'result|recorded|recorded by secaudit.role', 'a privilege that the role holds');
is(result(q{'quiet', 'secaudit_test', 'INSERT', 'public.granted'}), 'result|not recorded|not recorded by secaudit.log of role "quiet"', 'one that it does not hold');
is(result(q{'quiet', 'secaudit_test', 'INSERT', 'public.free'}), 'result|not recorded|not recorded by secaudit.log of role "quiet"', 'none');

my ($code, $out, $err) = $node->psql('secaudit_test', q{SELECT * FROM secaudit.explain('ann', 'postgres', 'SELCT')});
like($err, qr/ERROR:  unrecognized command "SELCT"/, 'an unknown command is refused');
($code, $out, $err) = $node->psql('secaudit_test', q{SELECT * FROM secaudit.explain('gone', 'postgres', 'SELECT')});
like($err, qr/ERROR:  role "gone" does not exist/, 'so is an unknown user');
($code, $out, $err) = $node->psql('secaudit_test', q{SET ROLE nobody; SELECT * FROM secaudit.explain('ann', 'postgres', 'SELECT')});
like($err, qr/ERROR:  permission denied/, 'not everybody may ask');
done_testing();
