# Attributes of composite types and rows that functions return have the tags of
# secaudit.redact_tags that their types have, and children those of their parents.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.redact_tags' => 'phi' });
$node->safe_psql('postgres', q{
	CREATE TYPE address AS (street text, city text);
	CREATE TABLE patients (id int, name text, city text, addr address);
	CREATE TABLE visits (id int, p patients, note text, home address, homes address[]);
	CREATE FUNCTION f(x text) RETURNS SETOF patients LANGUAGE sql AS 'SELECT * FROM patients WHERE city = x';
	CREATE FUNCTION one() RETURNS patients LANGUAGE sql AS 'SELECT * FROM patients LIMIT 1';
	CREATE TABLE parent (id int, name text, note text);
	CREATE TABLE child (more text) INHERITS (parent);
	CREATE TABLE grandchild () INHERITS (child);
	CREATE TABLE joined (note text, name text, id int);
	ALTER TABLE joined INHERIT parent;
	CREATE TABLE stranger (id int, name text);
	SECURITY LABEL FOR secaudit ON COLUMN patients.name IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN address.street IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN parent.name IS 'phi'});

sub hides
{
	my ($sql) = @_;
	my $recorded = $sql =~ s/\[\[.*?\]\](?!\])/<redacted>/gsr;
	$sql =~ s/\[\[(.*?)\]\](?!\])/$1/gs;
	$node->safe_psql('postgres', $sql);
	my ($record) = grep { ($_->{level} // 0) == 0 } reverse records($node, event => 'statement');
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($record->{query}, $recorded, $recorded);
}

# children
hides(q{SELECT 1 FROM parent WHERE name = '[[hush]]' AND note = 'seen'});
hides(q{SELECT 1 FROM child WHERE name = '[[hush]]' AND note = 'seen' AND more = 'seen'});
hides(q{SELECT 1 FROM grandchild WHERE name = '[[hush]]' AND note = 'seen'});
hides(q{INSERT INTO joined (name, note) VALUES ('[[hush]]', 'seen')});
hides(q{DO $$BEGIN PERFORM [[1]] FROM joined WHERE name = '[[hush]]'; END$$});
hides(q{SELECT 1 FROM stranger WHERE name = 'seen'});
$node->safe_psql('postgres', 'ALTER TABLE joined NO INHERIT parent');
hides(q{INSERT INTO joined (name, note) VALUES ('seen', 'seen')});
$node->safe_psql('postgres', 'ALTER TABLE joined INHERIT parent');
hides(q{INSERT INTO joined (name, note) VALUES ('[[hush]]', 'seen')});

# attributes
hides(q{SELECT 1 FROM visits WHERE (home).street = '[[hush]]' AND (home).city = 'seen' AND note = 'seen'});
hides(q{SELECT 1 FROM patients WHERE (addr).street = '[[hush]]' AND (addr).city = 'seen'});
hides(q{SELECT 1 FROM visits WHERE (p).name = '[[hush]]' AND (p).city = 'seen' AND ((p).addr).street = '[[hush]]' AND ((p).addr).city = 'seen'});
hides(q{SELECT 1 FROM visits WHERE home = ROW('[[hush]]', '[[seen]]')::address});
hides(q{SELECT 1 FROM visits WHERE home::text = '[[hush]]'});
hides(q{SELECT 1 FROM visits WHERE (homes[ [[1]] ]).street = '[[hush]]'});
hides(q{UPDATE visits SET home.street = '[[hush]]', note = 'seen'});
hides(q{UPDATE visits SET home.city = 'seen'});
hides(q{INSERT INTO visits (id, home, note) VALUES (1, ROW('[[hush]]', 'seen'), 'seen')});
hides(q{INSERT INTO visits (id, home, note) VALUES (1, '[[(hush,x)]]', 'seen')});
hides(q{INSERT INTO visits (id, home.street, home.city) VALUES (1, '[[hush]]', 'seen')});

# what functions return
hides(q{SELECT * FROM f('[[x]]') WHERE name = '[[hush]]' AND city = 'seen'});
hides(q{SELECT * FROM f('[[x]]') AS g(a, b, c, d) WHERE b = '[[hush]]' AND c = 'seen'});
hides(q{SELECT * FROM ROWS FROM (generate_series(1, 2), one()) AS g(n, a, b, c, d) WHERE b = '[[hush]]' AND c = 'seen' AND n = 1});
hides(q{SELECT (one()).name = '[[hush]]', (one()).city = 'seen'});
hides(q{SELECT * FROM jsonb_populate_record(NULL::patients, '[[{"name": "hush"}]]') WHERE name = '[[hush]]'});

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
