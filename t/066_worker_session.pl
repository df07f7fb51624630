# A parallel worker's records carry its leader's session, whoever has come and
# gone on the server before.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;
use Time::HiRes ();

my $node = new_node('workers');

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE note (t text);
CREATE TABLE big AS SELECT g AS id FROM generate_series(1, 100) g;
ALTER TABLE big SET (parallel_workers = 2);
CREATE FUNCTION looks(int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE STABLE AS
  $$BEGIN PERFORM 1 FROM note; RETURN $1; END$$;
ANALYZE big;
SQL

# A session's name begins with the second in which it started: three of them.
my @before = map { $node->background_psql('postgres') } 1 .. 6;
$_->query_safe('SELECT 1') foreach @before;
Time::HiRes::sleep(1.1);
my $leader = $node->background_psql('postgres');
$leader->query_safe(<<'SQL');
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off;
SQL
$_->quit foreach @before;
Time::HiRes::sleep(1.1);

my $since = mark($node);
$leader->query_safe('SELECT count(*) FROM big WHERE looks(id) < 0');
$leader->quit;

my @r = records($node, since => $since, event => 'statement');
my ($outer) = grep { $_->{query} =~ /count/ } @r;
my @workers = grep { ($_->{origin} // '') eq 'worker' } @r;
is(@workers, 100, 'each call in a worker leaves its statement');
is_deeply(
	[ keys %{ { map { $_->{session} => 1 } @workers } } ],
	[ $outer->{session} ],
	'in the session of the leader, though sessions before it have ended');

$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
