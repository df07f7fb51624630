# aud_safely(): which errors of a look-up end there, and which ones reach the
# user's statement because going on after them would not be safe.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Cluster;
use SecauditModule;
use Test::More;

my $module = server_module('safely');
my $node = PostgreSQL::Test::Cluster->new('safely');
$node->init;
$node->start;
$node->safe_psql('postgres', <<"SQL");
CREATE FUNCTION run_safely(text, text) RETURNS bool LANGUAGE c STRICT AS '$module', 'run_safely';
CREATE FUNCTION lock_is_held() RETURNS bool LANGUAGE c AS '$module', 'lock_is_held';
SQL

# The SQLSTATE that the statement ends with, and 't' where it succeeds; then
# whether the lock is free in the next statement of the session.
sub outcome
{
	my ($sqlstate, $how) = @_;
	my ($ret, $stdout, $stderr) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate\nSELECT run_safely('$sqlstate', '$how');\nSELECT lock_is_held();",
		on_error_stop => 0);
	my @out = split /\n/, $stdout;
	my ($error) = $stderr =~ /ERROR:\s+(\w{5})/;
	is($out[-1], 'f', "$sqlstate $how: no lock is held afterwards");
	return $error // $out[0];
}

is(outcome($_, ''), 't', "$_: what an object that has gone makes a look-up raise ends there")
  foreach qw(XX000 42704 42883 22023 0A000 53200);
is(outcome('XX000', 'after a lock'), 't', 'XX000: a lock that was released is no matter');
is(outcome($_, 'holding a lock'), $_, "$_: with a lock held the error passes")
  foreach qw(XX000 42704 22023 53200);
is(outcome($_, ''), $_, "$_: passes, it is the user's business")
  foreach qw(57014 57P01 40001 40P01 55P03);
is(outcome($_, ''), $_, "$_: passes, only the end of the transaction cleans up after it")
  foreach qw(58030 58P01 XX001 XX002);

# Once more in a subtransaction that goes on afterwards.
is($node->safe_psql('postgres', <<'SQL'), "f", 'after an error that a block catches the lock is free');
DO $$BEGIN
  PERFORM run_safely('XX000', 'holding a lock');
EXCEPTION WHEN OTHERS THEN
  IF lock_is_held() THEN RAISE 'held'; END IF;
END$$;
SELECT lock_is_held();
SQL

$node->stop;
done_testing();
