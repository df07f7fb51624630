# What users' functions run below the queries of a foreign key is theirs: only the
# look-ups of the foreign key itself are internal.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('foreign_keys');

# A cast between the column and the key it refers to calls one of these, where the
# look-up is planned (IMMUTABLE, and STABLE for an estimate) or executed; from 19 on it
# is the key's trigger that calls it.
my $look = 'SELECT v INTO x FROM secret LIMIT 1;';
my %functions = (
	folded => [ 'plpgsql IMMUTABLE', "DECLARE x text; BEGIN $look RETURN 7; END" ],
	deeper => [ 'plpgsql STABLE', 'BEGIN PERFORM looks(); RETURN 7; END' ],
	sql => [ 'sql', 'SELECT looks()' ],
	inlined => [ 'sql', q{SELECT 7 + 0 * length(query_to_xml('SELECT v FROM secret LIMIT 1', true, true, '')::text)} ]);
my $setup = "CREATE ROLE alice LOGIN;
	CREATE TABLE secret (v text);
	INSERT INTO secret VALUES ('s');
	CREATE TABLE pk (id int PRIMARY KEY);
	INSERT INTO pk VALUES (7), (8);
	CREATE FUNCTION looks() RETURNS int LANGUAGE plpgsql AS \$\$DECLARE x text; BEGIN $look RETURN 7; END\$\$;
	CREATE TABLE other (id int PRIMARY KEY);
	INSERT INTO other VALUES (7), (8);
	CREATE TABLE log (id int REFERENCES other);
	CREATE TABLE kid (id int REFERENCES other ON DELETE CASCADE);
	CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (7); RETURN OLD; END';
	CREATE TRIGGER t BEFORE DELETE ON kid FOR EACH ROW EXECUTE FUNCTION logs();
	GRANT SELECT ON secret TO alice; GRANT ALL ON pk, other, log, kid TO alice;\n";
foreach my $name (sort keys %functions)
{
	my ($language, $body) = @{ $functions{$name} };
	$setup .= "CREATE TYPE $name AS ENUM ('a');
		CREATE FUNCTION cast_$name($name) RETURNS int LANGUAGE $language AS \$\$$body\$\$;
		CREATE CAST ($name AS int) WITH FUNCTION cast_$name($name) AS IMPLICIT;
		CREATE TABLE ref_$name (e $name REFERENCES pk); GRANT ALL ON ref_$name TO alice;\n";
}
$node->safe_psql('postgres', $setup);

sub statements
{
	my ($sql) = @_;
	my $since = mark($node);
	$node->safe_psql('postgres', $sql, extra_params => [ '-U', 'alice' ]);
	return records($node, since => $since, event => 'statement', user => 'alice');
}

foreach my $name (sort keys %functions)
{
	my @got = statements("INSERT INTO ref_$name VALUES ('a')");
	my @reads = grep { ($_->{query} // '') =~ /FROM secret/ } @got;
	ok(@reads > 0, "$name: what a cast of a foreign key reads is recorded");
	is_deeply([ map { $_->{origin} } @reads ], [ ('function') x @reads ], "$name: as the function's own");
	my %known = map { $_->{stmt} => 1 } @got;
	ok(!grep({ !$known{ $_->{parent} } } @reads), "$name: with a parent that has a record");
}

# The foreign key's own look-up, however deep, is as internal as before.
$node->safe_psql('postgres', 'INSERT INTO kid VALUES (8)');
my @got = statements('DELETE FROM other WHERE id = 8');
is_deeply([ map { "$_->{command} " . ($_->{origin} // '') } @got ],
	[ 'INSERT trigger', 'DELETE referential', 'DELETE ' ],
	'a look-up in a trigger below a cascade is left out without log_internal');
$node->safe_psql('postgres', 'INSERT INTO other VALUES (8); INSERT INTO kid VALUES (8); ALTER ROLE alice SET secaudit.log_internal = on');
@got = statements('DELETE FROM other WHERE id = 8');
is_deeply([ map { "$_->{command} " . ($_->{origin} // '') } @got ],
	# from 19 on that of the row in log is no query
	[ ('SELECT FOR KEY SHARE referential') x (server_major() < 19 ? 3 : 2), 'INSERT trigger', 'DELETE referential', 'DELETE ' ],
	'and is of referential origin with it, as those of other keys')
  or diag(join "\n", map { "$_->{command} $_->{query}" } @got);

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
