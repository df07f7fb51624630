# secauditctl convert: the trail of a server on which much has happened, as ECS, OCSF, CEF and
# CSV; every record converts, is valid there, and what it says of people arrives where it should.
use strict;
use warnings;

use IPC::Run ();
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log_parameters' => 'on', 'secaudit.log' => 'all' }, conf => "fsync = off\n");
my $json = JSON::PP->new->utf8;

$node->psql('postgres', <<'SQL', on_error_stop => 0);
CREATE ROLE intern LOGIN PASSWORD 'secret';
CREATE ROLE "o|=\'""x" LOGIN;
GRANT pg_read_all_data TO intern;
GRANT pg_monitor, intern TO "o|=\'""x" WITH ADMIN OPTION;
REVOKE pg_monitor FROM "o|=\'""x";
CREATE TABLE card (id int PRIMARY KEY, pan text);
GRANT SELECT (pan), INSERT ON card TO intern, PUBLIC;
ALTER ROLE intern CREATEDB;
ALTER ROLE intern SET work_mem = '5MB';
INSERT INTO card VALUES (1, E'=1+1\n|a=b\\');
SELECT * FROM card WHERE pan = $$=cmd|'/c calc'!A1$$;
SET ROLE intern;
DROP TABLE card;
RESET ROLE;
COPY card TO PROGRAM 'cat > /dev/null';
DO $$ BEGIN PERFORM 1; END $$;
PREPARE p(int, text) AS SELECT $1, $2;
EXECUTE p(1, 'x');
SELECT * FROM nowhere;
SELEC 1;
BEGIN; SAVEPOINT s; SELECT 1/0; ROLLBACK TO s; COMMIT;
ALTER SYSTEM SET log_duration = on;
SELECT pg_reload_conf();
VACUUM card;
CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM card;
DROP ROLE intern;
DROP OWNED BY intern;
DROP ROLE intern;
SQL
$node->safe_psql('secaudit_test', q{SELECT secaudit.record('order.approved', '{"order": 4711, "list": [1, {"a": null}]}')});
$node->psql('postgres', 'SELECT 1', connstr => $node->connstr('postgres') . ' user=nobody_there');
$node->safe_psql('postgres', q{SELECT length('} . ('long ' x 5000) . q{')});
$node->psql('postgres', q{SET secaudit.log = 'none'}, on_error_stop => 0);
flush_trail($node);
$node->restart;
flush_trail($node);
my @records = all_records($node);
$node->stop;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $trail = "$dir/trail.jsonl";
open my $fh, '>:raw', $trail or die $!;
print {$fh} slurp_file($_) foreach trail_files($node);
close $fh;

my %seen = map { $_->{event} => 1 } @records;
foreach my $event (qw(statement error session.auth session.start session.end transaction config custom audit.start audit.stop audit.open audit.close audit.checkpoint))
{
	ok($seen{$event}, "the trail has $event");
}

my %output;
foreach my $to (qw(ecs ocsf cef csv))
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'convert', "--to=$to", trail_dir($node) ], '>', "$dir/$to", '2>', \$err);
	is(($? >> 8) . $err, '0', "$to: every record of a server converts");
	my $ok = IPC::Run::run([ 'test/convert/check.py', $to, $trail, "$dir/$to" ], '>', \$out);
	ok($ok, "$to: is valid and complete") or diag($out);
	$output{$to} = slurp_file("$dir/$to");
}

# By number: the record, and what it became.
sub converted
{
	my ($to, $query) = @_;
	my ($record) = grep { ($_->{query} // '') =~ $query } @records or die "nobody did $query";
	foreach my $line (split /\n/, $output{$to})
	{
		my $out = $json->decode($line);
		my $seq = $to eq 'ecs' ? $out->{event}{sequence} : $out->{metadata}{sequence};
		return $out if $seq == $record->{seq};
	}
	die "$query did not become anything";
}

my $granted = converted('ecs', qr/^GRANT pg_read_all_data/);
is_deeply($granted->{event}{category}, [ 'iam', 'database' ], 'ecs: GRANT of a role is iam');
is_deeply($granted->{event}{type}, [ 'group', 'change' ], 'ecs: a change of a group');
my $created = converted('ecs', qr/^CREATE ROLE intern/);
is_deeply([ $created->{event}{action}, @{ $created->{event}{type} }, $created->{user}{target}{name} ], [ 'create-role', 'user', 'creation', 'intern' ], 'ecs: CREATE ROLE makes a user');
my $denied = converted('ecs', qr/^DROP TABLE card/);
is_deeply([ $denied->{event}{outcome}, $denied->{error}{code}, $denied->{user}{effective}{name} ], [ 'failure', '42501', 'intern' ], 'ecs: what was denied, as whom');

my $access = converted('ocsf', qr/^GRANT pg_read_all_data/);
is_deeply([ $access->{class_uid}, $access->{activity_id}, $access->{user}{name}, $access->{privileges} ], [ 3005, 1, 'intern', ['pg_read_all_data'] ], 'ocsf: GRANT of a role is User Access');
my $grant = converted('ocsf', qr/^GRANT SELECT \(pan\)/);
is_deeply([ $grant->{class_uid}, $grant->{user}{name} ], [ 3005, 'intern' ], 'ocsf: of a privilege, too');
my $account = converted('ocsf', qr/^CREATE ROLE intern/);
is_deeply([ $account->{class_uid}, $account->{activity_id}, $account->{user}{name} ], [ 3001, 1, 'intern' ], 'ocsf: CREATE ROLE is Account Change');
my $read = converted('ocsf', qr/^SELECT \* FROM card WHERE/);
is_deeply([ $read->{class_uid}, $read->{activity_id}, $read->{type_id}, $read->{table}{name}, $read->{database}{name}, $read->{src_endpoint}{svc_name} ],
	[ 6005, 4, 3, 'public.card', 'postgres', 'local' ], 'ocsf: SELECT is a query of a table');
like($output{ocsf}, qr/"class_uid":3002,.*"user":\{"name":"nobody_there"\}/, 'ocsf: a failed login is Authentication');
like($output{ocsf}, qr/"class_uid":1008,"category_uid":1,"activity_id":7/, 'ocsf: audit.stop is Event Log Activity, Stop');
like($output{ecs}, qr/"custom_detail":"\{\\"list\\":/, 'ecs: what an application adds is a text');

done_testing();
