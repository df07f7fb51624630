# psql: what its backslash commands send is recorded once, and they print the
# same with and without secaudit.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditClients;
use SecauditTest;
use Test::More;

my $node = new_client_node('audited');

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE reader LOGIN;
CREATE SCHEMA shop;
CREATE TABLE shop.card (id int PRIMARY KEY, holder text NOT NULL, pan text CHECK (pan <> ''));
CREATE INDEX ON shop.card (holder);
CREATE VIEW shop.holders AS SELECT holder FROM shop.card;
CREATE FUNCTION shop.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT USAGE ON SCHEMA shop TO reader;
GRANT SELECT ON shop.card, shop.holders TO reader;
INSERT INTO shop.card SELECT i, 'holder ' || i, repeat('4', i) FROM generate_series(1, 9) i;
SQL

my $file = $node->basedir . '/card.copy';
my $script = <<"PSQL";
\\d
\\d shop.*
\\d+ shop.card
\\du
\\dp shop.*
\\dn+
\\df shop.*
\\l
\\dt *.*
\\copy shop.card to '$file'
CREATE TEMP TABLE card_copy (LIKE shop.card);
\\copy card_copy from '$file'
SELECT count(*), md5(string_agg(c::text, ',' ORDER BY id)) FROM card_copy c;
SELECT 1 AS a \\; SELECT 2 AS b \\; SELECT 3 AS c;
SELECT holder FROM shop.card WHERE id = 3 \\gx
\\gset
SELECT 'SELECT ' || g FROM generate_series(1, 3) g \\gexec
SELECT h.holder, pan FROM shop.holders h CROSS JOIN shop.card WHERE id = 1 \\gdesc
PSQL

# What psql prints for the script, for a user, messages included.
sub print_it
{
	my ($user) = @_;
	my ($stdout, $stderr);
	$node->psql('postgres', $script, stdout => \$stdout, stderr => \$stderr,
		on_error_stop => 0, connstr => $node->connstr('postgres') . " user=$user");
	return "$stdout\n$stderr";
}

my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my %printed;
foreach my $user ($superuser, 'reader')
{
	my $who = $user eq 'reader' ? 'an ordinary user' : 'a superuser';
	my ($log, $mark) = (log_position($node), mark($node));
	$printed{$user} = print_it($user);
	my @records = trail_matches_log($node, $log, $mark,
		"every statement that psql sends as $who is in the trail once");

	my ($to) = grep { ($_->{query} // '') =~ /^COPY\s+shop\.card TO STDOUT/ } @records;
	is_record($to,
		{ command => 'COPY', class => 'read', rows => 9, outcome => 'success',
			user => $user, objects => ['table shop.card select'] },
		"\\copy to, as $who, is a read of the table") if $to;
	ok($to, "\\copy to, as $who, is recorded");
	my ($from) = grep { ($_->{query} // '') =~ /^COPY\s+card_copy FROM STDIN/ } @records;
	is($from->{rows}, 9, "\\copy from, as $who, says how many rows");
	is($from->{class}, 'write', "and is a write");
	is_deeply([ map { $_->{query} =~ /(SELECT \d AS [abc])/ ? $1 : () } client_statements(@records) ],
		[ 'SELECT 1 AS a', 'SELECT 2 AS b', 'SELECT 3 AS c' ],
		"of three statements in one string each has its own record and text");
}

# With secaudit.log_catalog off, an ordinary user's \d leaves nothing.
$node->append_conf('postgresql.conf', 'secaudit.log_catalog = off');
$node->reload;
my $mark = mark($node);
$node->psql('postgres', "\\d+ shop.card\n\\dp\n\\du\n",
	connstr => $node->connstr('postgres') . ' user=reader');
is_deeply([ map { $_->{query} } records($node, since => $mark, event => 'statement', user => 'reader') ],
	[], 'log_catalog = off: \d, \dp and \du of an ordinary user leave no record');

check_trail($node, 'the trail is sound');

$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->restart;
is(print_it($_), $printed{$_}, "psql prints the same without secaudit, as $_")
  foreach ($superuser, 'reader');

$node->stop;
done_testing();
