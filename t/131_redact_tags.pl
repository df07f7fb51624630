# Columns with a tag of secaudit.redact_tags: what is compared with them or
# written to them is hidden, and nothing else is.  Whatever is to be hidden below
# has the letters "hush" or the digits 8642.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.log_parameters' => 'on',
	'secaudit.redact_tags' => 'phi, gdpr' });
$node->safe_psql('postgres', q{
	CREATE TABLE patients (id int PRIMARY KEY, name text, born date, city text, weight numeric, ill bool, doc jsonb);
	CREATE TABLE other (id int, d date, name text, note text);
	INSERT INTO patients VALUES (1, 'Ann', '2001-01-01', 'Rome', 50, true, '{}');
	CREATE VIEW v AS SELECT id AS nr, name AS who, city FROM patients;
	CREATE MATERIALIZED VIEW m AS SELECT who, city FROM v;
	CREATE TABLE whole (a text, b int);
	CREATE SCHEMA s CREATE TABLE t (a text);
	CREATE TABLE parted (k int, a text) PARTITION BY RANGE (k);
	CREATE TABLE part1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
	SECURITY LABEL FOR secaudit ON COLUMN patients.name IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN patients.born IS 'other, phi';
	SECURITY LABEL FOR secaudit ON COLUMN patients.weight IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN patients.ill IS 'gdpr';
	SECURITY LABEL FOR secaudit ON COLUMN patients.doc IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN patients.city IS 'harmless';
	SECURITY LABEL FOR secaudit ON TABLE whole IS 'phi';
	SECURITY LABEL FOR secaudit ON SCHEMA s IS 'nothing';
	SECURITY LABEL FOR secaudit ON COLUMN part1.a IS 'phi'});

my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid); }

# what is sent; of what is in [[]] there is <redacted> in the record, and nothing
# else is changed
sub hides
{
	my ($sql, %facts) = @_;
	my $recorded = $sql;
	$recorded =~ s/\[\[.*?\]\]/<redacted>/gs;
	$sql =~ s/\[\[(.*?)\]\]/$1/gs;
	my $hidden = $recorded ne $sql;

	query($sql);
	my ($record) = grep { ($_->{level} // 0) == 0 } reverse got();
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is_record($record, { query => $recorded, redacted => ($hidden ? ['tag'] : undef), outcome => 'success', %facts }, $recorded);
}

# comparisons
hides(q{SELECT * FROM patients WHERE name = '[[hush]]' AND city = 'Rome'});
hides(q{SELECT * FROM patients WHERE '[[hush]]' = name OR city = 'Rome' AND id = 7});
hides(q{SELECT id FROM patients WHERE name IN ('[[hush]]', E'[[hu\\x73h]]', $q$[[hush]]$q$) AND city IN ('Rome', 'Oslo')});
hides(q{SELECT id FROM patients WHERE name = ANY ('[[{hush,hush2}]]') AND city LIKE 'R%'});
hides(q{SELECT id FROM patients WHERE name = ANY (ARRAY['[[hush]]', '[[hush]]'])});
hides(q{SELECT id FROM patients WHERE born BETWEEN '[[8642-01-01]]' AND date '[[8642-01-02]]' AND id BETWEEN 1 AND 2});
hides(q{SELECT id FROM patients WHERE name LIKE '[[hush%]]' AND name !~~* '[[hush]]' AND city ~ '^R'});
hides(q{SELECT id FROM patients WHERE name SIMILAR TO '[[hush]]' ESCAPE '[[!]]'});
hides(q{SELECT id FROM patients WHERE name IS DISTINCT FROM '[[hush]]' AND name IS NOT NULL});
hides(q{SELECT id FROM patients WHERE lower(name) = '[[hush]]' AND lower(city) = 'rome'});
hides(q{SELECT id FROM patients WHERE substr(name, [[2]], [[3]]) = '[[hush]]'});
hides(q{SELECT id FROM patients WHERE name = lower('[[hush]]') || '[[hush]]'::text AND city = lower('ROME')});
hides(q{SELECT id FROM patients WHERE born = CAST('[[8642-01-01]]' AS date) AND id = CAST('1' AS int)});
hides(q{SELECT id FROM patients WHERE extract(year FROM born) = [[8642]] AND id = 1});
hides(q{SELECT id FROM patients WHERE weight = [[-8642.5]] OR weight = [[- 8642]] OR weight=+[[8642]] OR weight>[[-8642]] OR id = -1});
hides(q{SELECT id FROM patients WHERE weight IN ([[8642]], [[-8642]]) AND id IN (1, -2)});
hides(q{SELECT id FROM patients WHERE ill = [[true]] OR ill = [[FALSE]] OR ill = '[[t]]'});
hides(q{SELECT id FROM patients WHERE (name, city) = ('[[hush]]', 'Rome')});
hides(q{SELECT id FROM patients WHERE (name, city) IN (('[[hush]]', 'Rome'), ('[[hush]]', 'Oslo'))});
hides(q{SELECT id FROM patients WHERE (name, id) > ('[[hush]]', [[7]])});
hides(q{SELECT id FROM patients WHERE doc @> '[[{"a":"hush"}]]' AND doc->>'[[a]]' = '[[hush]]'});
hides(q{SELECT id FROM patients WHERE name = '[[hu]]'
	'sh' AND city = 'Rome'}, query => q{SELECT id FROM patients WHERE name = '<redacted>' AND city = 'Rome'});
hides(q{SELECT id FROM patients WHERE name = U&'[[\0068ush]]'AND city='Rome'});
hides(q{SELECT id FROM patients WHERE name = '[[it''s hush]]' -- and so on});
hides(q{SELECT CASE name WHEN '[[hush]]' THEN 'one' ELSE 'two' END, CASE WHEN born > '[[8642-01-01]]' THEN 'young' END FROM patients});
hides(q{SELECT coalesce(name, '[[hush]]'), nullif(name, '[[hush]]'), name || '[[hush]]', city || 'x', 'y' FROM patients});
hides(q{SELECT city, count(*) FILTER (WHERE name = '[[hush]]') FROM patients GROUP BY city HAVING max(name) > '[[hush]]' AND count(*) > 5});
hides(q{SELECT id, name FROM patients WHERE city = 'Rome' ORDER BY name LIMIT 10});
hides(q{SELECT p::text = '[[hush]]', (p).name = '[[hush]]', (p).city = 'Rome', p.* FROM patients p});
hides(q{SELECT count(*) FROM patients WHERE patients = ROW([[1]], '[[hush]]', NULL, '[[Rome]]', NULL, NULL, NULL)::patients});
hides(q{SELECT name = '[[hush]]' FROM patients UNION SELECT id = [[7]] FROM other});

# through other queries
hides(q{SELECT o.id FROM patients p JOIN other o ON p.name = o.name || '[[hush]]' AND o.id = 3});
hides(q{SELECT 1 FROM patients p JOIN (VALUES ('[[hush]]', 'a'), ('[[hush2]]', 'b')) x(name, y) USING (name)});
hides(q{SELECT 1 FROM (SELECT name AS n, city AS c FROM patients) x WHERE n = '[[hush]]' AND c = 'Rome'});
hides(q{WITH x AS (SELECT name AS n, city AS c FROM patients WHERE id = 5) SELECT 1 FROM x WHERE n = '[[hush]]' AND c = 'Rome'});
hides(q{WITH x(a, b) AS (SELECT '[[hush]]'::text, 'Rome'::text) SELECT 1 FROM x JOIN patients ON name = a AND city = b});
hides(q{WITH RECURSIVE r(a, n) AS (SELECT name, 1 FROM patients UNION ALL SELECT a || '[[hush]]', n + 2 FROM r WHERE n < 3) SELECT 1 FROM r WHERE a = '[[hush]]' AND n = 4});
hides(q{SELECT 1 FROM other WHERE note = 'a' AND name IN (SELECT name || '[[hush]]' FROM patients WHERE city = 'Rome')});
hides(q{SELECT 1 FROM patients WHERE name IN (SELECT '[[hush]]' UNION ALL SELECT note FROM other WHERE note <> 'b')});
hides(q{SELECT 1 FROM patients WHERE name = (SELECT '[[hush]]'::text FROM other WHERE id = 5)});
hides(q{SELECT 1 FROM other WHERE '[[hush]]' = (SELECT name FROM patients WHERE id = 5)});
hides(q{SELECT 1 FROM other o WHERE EXISTS (SELECT 1 FROM patients p WHERE p.name = o.name AND p.name > '[[hush]]' AND o.id = 7)});
hides(q{SELECT 1 FROM other o, LATERAL (SELECT 1 WHERE o.note = 'a' OR 'b' = o.note) x});
hides(q{SELECT '[[hush]]' INTERSECT SELECT name FROM patients EXCEPT SELECT note FROM other WHERE note = 'c'});
hides(q{SELECT 1 FROM patients p, unnest(ARRAY['[[hush]]']) u WHERE u = p.name});
hides(q{SELECT 1 FROM v WHERE who = '[[hush]]' AND city = 'Rome' AND nr = 7});
hides(q{SELECT 1 FROM m WHERE who = '[[hush]]' AND city = 'Rome'});
hides(q{SELECT 1 FROM whole WHERE a = '[[hush]]' AND b = [[8642]]});
hides(q{SELECT 1 FROM s.t WHERE a = 'seen'});
hides(q{SELECT 1 FROM parted WHERE a = '[[hush]]' AND k = 1});
hides(q{SELECT 1 FROM part1 WHERE a = '[[hush]]' AND k = 1});
hides(q{SELECT 1 FROM other WHERE name = 'seen' AND d = '2020-01-01'});

# what is written
hides(q{INSERT INTO patients (id, name, born, city) VALUES (10, '[[hush]]', '[[8642-01-01]]', 'Rome')});
hides(q{INSERT INTO patients (city, name, id) VALUES ('Rome', '[[hush]]', 11), ('Oslo', lower('[[HUSH]]'), 12), ('Bern', NULL, 13)});
hides(q{INSERT INTO patients VALUES (14, '[[hush]]', NULL, 'Rome', [[-8642]], [[true]], '[[{"a": "hush"}]]')});
hides(q{INSERT INTO patients (id, name) SELECT 15, '[[hush]]' UNION ALL SELECT id + 100, note || '[[hush]]' FROM other WHERE note = 'a'});
hides(q{INSERT INTO patients (id, name, city) SELECT 16, x.n, 'Rome' FROM (SELECT '[[hush]]' AS n, 'y' AS y) x});
hides(q{INSERT INTO v (nr, who, city) VALUES (17, '[[hush]]', 'Rome')});
hides(q{INSERT INTO other (id, name) SELECT 1, name || '[[hush]]' FROM patients WHERE id = 99});
hides(q{INSERT INTO patients (id, name, city) VALUES (10, '[[hush]]', 'Rome') ON CONFLICT (id) DO UPDATE SET name = '[[hush]]', city = 'Oslo' WHERE patients.name <> '[[hush]]' RETURNING city || 'x', name || '[[hush]]'});
hides(q{UPDATE patients SET name = '[[hush]]', city = 'Rome', weight = [[8642]] WHERE id = 10});
hides(q{UPDATE patients SET (name, city) = ('[[hush]]', 'Rome') WHERE id = 10});
hides(q{UPDATE patients SET (name, city) = (SELECT '[[hush]]', 'Rome') WHERE id = 10});
hides(q{UPDATE patients SET city = name || '[[hush]]', ill = [[false]] WHERE id = 10});
hides(q{UPDATE patients SET doc['a'] = '[["hush"]]' WHERE id = 10},
	query => q{UPDATE patients SET doc['<redacted>'] = '<redacted>' WHERE id = 10}) if server_major() >= 14;
hides(q{UPDATE v SET who = '[[hush]]' WHERE nr = 10 AND who > '[[hush]]'});
hides(q{DELETE FROM patients USING other o WHERE o.note = 'a' AND patients.name = '[[hush]]'});
hides(q{MERGE INTO patients p USING (VALUES (10, '[[hush]]', 'Rome')) s(id, n, c) ON p.id = s.id AND p.name <> '[[hush]]'
	WHEN MATCHED AND p.name = '[[hush]]' AND s.c = 'Rome' THEN UPDATE SET name = s.n || '[[hush]]', city = 'Rome'
	WHEN NOT MATCHED THEN INSERT (id, name, city) VALUES (s.id + 8000, '[[hush]]', 'Rome')});
hides(q{SELECT 'a' FROM other WHERE note = 'hu' || 'man'});

# commands with a query in them
hides(q{EXPLAIN SELECT 1 FROM patients WHERE name = '[[hush]]' AND city = 'Rome'});
hides(q{EXPLAIN (ANALYZE, FORMAT 'json') UPDATE patients SET name = '[[hush]]' WHERE id = 99});
hides(q{CREATE TABLE copied AS SELECT id, city || 'x' AS c FROM patients WHERE name = '[[hush]]'});
hides(q{PREPARE p AS SELECT 1 FROM patients WHERE name = '[[hush]]' AND city = 'Rome' AND name > $1 AND city > $2});
hides(q{EXECUTE p ('[[hush]]', 'Oslo')}, params => [ { type => 'text', redacted => JSON::PP::true }, { type => 'text', value => 'Oslo' } ],
	prepared_query => q{PREPARE p AS SELECT 1 FROM patients WHERE name = '<redacted>' AND city = 'Rome' AND name > $1 AND city > $2});
hides(q{EXPLAIN EXECUTE p ('[[hush]]', 'Oslo')});
hides(q{COPY (SELECT id FROM patients WHERE name = '[[hush]]' AND city = 'Rome') TO '/dev/null'});
hides(q{CREATE VIEW w AS SELECT name AS n FROM patients WHERE name > '[[hush]]' AND city > 'Rome'});
query('BEGIN');
hides(q{DECLARE c CURSOR FOR SELECT 1 FROM patients WHERE name = '[[hush]]' AND city = 'Rome'});
query('FETCH ALL FROM c');
query('COMMIT');

hides(q{COPY patients (id, name) TO '/dev/null' WITH (DELIMITER '|')});
hides(q{COPY patients (id, name) FROM '/dev/null' WITH (DELIMITER '[[|]]') WHERE name <> '[[hush]]'},
	query => q{COPY patients (id, name) FROM '<redacted>' WITH (DELIMITER '<redacted>') WHERE name <> '<redacted>'});
$c->query(q{COPY patients (id, born) FROM STDIN});
$c->until_type('G');
$c->copy_data("1\t8642-hush\n");
$c->copy_done;
$c->until_ready;
is_record((got())[-1], { sqlstate => '22007', error => q{invalid input syntax for type date: "<redacted>"}, query => q{COPY patients (id, born) FROM STDIN} },
	'data that cannot be read');

# texts that nobody analyzes: all literals, where one of the names is there
hides(q{DO $$BEGIN PERFORM [[1]] FROM patients WHERE name = '[[hush]]' AND city = '[[Rome]]'; END$$});
is_record((got())[-2], { level => 1, query => q{SELECT 1 FROM patients WHERE name = '<redacted>' AND city = 'Rome'} }, 'what the block ran');
hides(q{DO $$BEGIN PERFORM 1 FROM other WHERE note = 'seen'; END$$});
hides(q{CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM other WHERE note = ''seen'''});
hides(q{CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM patients WHERE name = '[[hush]]' AND city = '[[Rome]]'$$});
hides(q{SELECT g(), 'seen'});
is_record((got())[-2], { level => 1, query => q{SELECT count(*) FROM patients WHERE name = '<redacted>' AND city = 'Rome'} }, 'what the function ran');
hides(q{CREATE FUNCTION h(n text) RETURNS void LANGUAGE plpgsql AS $$DECLARE x text := '[[hush]]'; BEGIN IF x = (SELECT name FROM patients WHERE id = [[1]]) THEN RAISE '[[hush]]'; END IF; END$$});
hides(q{ALTER TABLE patients ALTER name SET DEFAULT '[[hush]]'});
hides(q{ALTER TABLE patients ADD CONSTRAINT no CHECK (name <> '[[hush ]]')});
hides(q{CREATE INDEX ON patients (city) WHERE name = '[[hush]]'});
hides(q{CREATE POLICY p ON patients USING (name <> '[[hush]]')});
hides(q{CREATE RULE r AS ON DELETE TO patients WHERE old.name = '[[hush]]' DO ALSO SELECT '[[x]]'});
hides(q{CREATE TABLE liked (LIKE patients, CHECK (name <> '[[hush]]'))});
hides(q{CREATE TRIGGER t BEFORE UPDATE ON patients FOR EACH ROW WHEN (new.name = '[[hush]]') EXECUTE FUNCTION suppress_redundant_updates_trigger()});
hides(q{CREATE FUNCTION atomic() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM patients WHERE name = '[[hush]]'; END});
query('SELECT atomic()');
hides(q{DO $$BEGIN EXECUTE '[[SELECT 1 FROM patients WHERE name = $1]]' USING '[[hush]]'; END$$});
is_record((got())[-2], { level => 1, query => q{SELECT 1 FROM patients WHERE name = $1}, params => [ { type => 'text', redacted => JSON::PP::true } ] }, 'with a value of its own');
hides(q{DO $$DECLARE n text := '[[hush]]'; c int; BEGIN FOR c IN SELECT id FROM patients WHERE name = n OR name = '[[hush]]' LOOP UPDATE patients SET name = '[[hush]]' WHERE id = c; END LOOP; END$$});
hides(q{CREATE TABLE names (n text) PARTITION BY LIST (n)});
hides(q{ALTER TABLE other ADD COLUMN x text DEFAULT 'seen'});
hides(q{COMMENT ON COLUMN patients.name IS 'seen'});
hides(q{SECURITY LABEL FOR secaudit ON COLUMN patients.name IS 'phi'});
hides(q{SET app.x = 'seen'});

# code that runs while a statement is analyzed, or planned
$node->safe_psql('postgres', q{
	CREATE FUNCTION chk(t text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM 1 FROM other; RETURN t <> ''z''; END';
	CREATE FUNCTION same(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM 1 FROM other; RETURN t; END';
	CREATE DOMAIN dom AS text CHECK (chk(value));
	ALTER TABLE patients ADD COLUMN d dom;
	SECURITY LABEL FOR secaudit ON COLUMN patients.d IS 'phi'});
hides(q{INSERT INTO patients (id, city, d) VALUES (200, 'Rome', '[[hush]]')});
hides(q{SELECT 1 FROM patients WHERE d = same('[[hush]]')::dom AND city = same('Rome')});

# what failed
hides(q{SELECT [[1]] FROM patients WHERE name = '[[hush]]' AND citi = '[[Rome]]'}, event => 'error', outcome => 'failure', sqlstate => '42703',
	error => 'column "citi" does not exist');
hides(q{SELECT [[1]] FORM patients WHERE name = '[[hush]]'}, event => 'error', outcome => 'failure', sqlstate => '42601');
hides(q{SELECT [[1]] FROM patients WHERE name = "[[Hush]]"}, event => 'error', outcome => 'failure', sqlstate => '42703',
	query => q{SELECT <redacted> FROM patients WHERE name = "Hush"}, error => q{column "Hush" does not exist});
hides(q{SELECT [[1]] FROM patients WHERE name = "[[Hush x]]"}, event => 'error', outcome => 'failure', sqlstate => '42703',
	error => q{column "<redacted>" does not exist});
hides(q{SELECT [[1]] FROM patients WHERE born = '[[8642-77-01]]'}, event => 'error', outcome => 'failure', sqlstate => '22008',
	error => q{date/time field value out of range: "<redacted>"});
hides(q{SELECT 1 FROM patients WHERE name::int = [[8642]]}, outcome => 'failure', sqlstate => '22P02',
	error => q{invalid input syntax for type integer: "<redacted>"});
hides(q{INSERT INTO patients (id, name) VALUES (1, '[[hush]]')}, outcome => 'failure', sqlstate => '23505',
	error => q{duplicate key value violates unique constraint "patients_pkey"});
hides(q{SELECT 1 FROM other WHERE note = 'seen' AND 1 / (id - id) = 0 AND 1/0 = 1}, event => 'error', outcome => 'failure', sqlstate => '22012',
	error => 'division by zero');
hides(q{SELECT 'seen'::text::int FROM other}, event => 'error', outcome => 'failure', sqlstate => '22P02',
	error => q{invalid input syntax for type integer: "seen"});
query(q{DO $$BEGIN PERFORM 1 FROM patients WHERE name = 'hush' AND nosuch = 'hush'; EXCEPTION WHEN undefined_column THEN NULL; END$$});
is_record((got())[-2], { query => q{SELECT <redacted> FROM patients WHERE name = '<redacted>' AND nosuch = '<redacted>'}, sqlstate => '42703' }, 'an error that was caught');

# several at once
query(q{SELECT 1 FROM patients WHERE name = 'hush' AND city = 'Rome'; SELECT 'seen'; SELECT 1/0 FROM patients WHERE name = 'hush'; SELECT 'hush' FROM patients});
my @batch = grep { defined $_->{batch} } got();
is_deeply([ map { $_->{query} } @batch[ -3, -2, -1 ] ],
	[ q{SELECT 1 FROM patients WHERE name = '<redacted>' AND city = 'Rome'}, q{SELECT 'seen'}, q{SELECT 1/0 FROM patients WHERE name = '<redacted>'} ],
	'each has its own places') or diag explain \@batch;
is($batch[-1]{skipped_query}, q{SELECT '<redacted>' FROM patients}, 'and what was not reached is hidden');

# bound
sub shown
{
	my ($sql, @values) = @_;
	$c->parse('', $sql);
	$c->bind('', '', [@values]);
	$c->execute('');
	$c->sync;
	$c->until_ready;
	return [ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ (got())[-1]{params} // [] } ];
}
is_deeply(shown('SELECT 1 FROM patients WHERE name = $1 AND city = $2', 'hush', 'Rome'), [ 'hidden', 'Rome' ], 'a parameter');
is_deeply(shown('SELECT 1 FROM patients WHERE born = $1::text::date AND id = $2', '8642-01-01', 7), [ 'hidden', '7' ], 'in a cast');
is_deeply(shown('SELECT 1 FROM patients WHERE name = lower($2) AND city = lower($1)', 'Rome', 'hush'), [ 'Rome', 'hidden' ], 'in a function');
is_deeply(shown('SELECT 1 FROM patients WHERE city = $1 OR name = $1', 'hush'), ['hidden'], 'in two places');
is_deeply(shown(q{SELECT 1 FROM patients WHERE city = $1 AND name = 'hush'}, 'Rome'), ['Rome'], 'beside a literal');
is_deeply(shown('INSERT INTO patients (id, name) VALUES ($1, $2)', 77, 'hush'), [ '77', 'hidden' ], 'in VALUES');
shown('SELECT 1 FROM patients WHERE born = $1', '8642-hush');
is_record((got())[-1], { sqlstate => '22007', error => q{invalid input syntax for type date: "<redacted>"}, query => 'SELECT 1 FROM patients WHERE born = $1' },
	'a value that cannot be read');

# prepared before: what a label means for it
$c->parse('old', q{SELECT 1 FROM other WHERE note = 'human' AND name = $1});
$c->sync;
$c->until_ready;
sub run_old { $c->bind('', 'old', ['human']); $c->execute(''); $c->sync; $c->until_ready; return (got())[-1]; }
is_record(run_old(), { query => q{SELECT 1 FROM other WHERE note = 'human' AND name = $1}, params => [ { type => 'text', value => 'human' } ] },
	'before there is a label');
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON COLUMN other.note IS 'phi'});
is_record(run_old(), { query => q{SELECT 1 FROM other WHERE note = '<redacted>' AND name = $1}, params => [ { type => 'text', value => 'human' } ] },
	'prepared before the label');
hides(q{SELECT 1 FROM other WHERE note = '[[hush]]' AND name = 'seen'});
$node->safe_psql('postgres', 'SECURITY LABEL FOR secaudit ON COLUMN other.note IS NULL');
hides(q{SELECT 1 FROM other WHERE note = 'human' AND name = 'seen'});

# a label on a schema, and on the database
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON SCHEMA s IS 'phi'});
hides(q{SELECT 1 FROM s.t WHERE a = '[[hush]]'});
hides(q{INSERT INTO s.t VALUES ('[[hush]]')});
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON DATABASE postgres IS 'phi'});
hides(q{SELECT 1 FROM other WHERE note = '[[hush]]'});
$node->safe_psql('postgres', 'SECURITY LABEL FOR secaudit ON DATABASE postgres IS NULL');
$node->safe_psql('postgres', 'SECURITY LABEL FOR secaudit ON SCHEMA s IS NULL');

# the setting
my ($out, $err) = ('', '');
$node->psql('postgres', q{SET secaudit.redact_tags = 'Phi'}, stderr => \$err);
like($err, qr/Tags are written in lower case: "P" at character 1\./, 'a list that is none is refused');
query(q{SET secaudit.redact_tags = 'harmless'});
hides(q{SELECT 1 FROM patients WHERE name = 'seen' AND city = '[[hush]]'});
query('RESET secaudit.redact_tags');

# in the other modes
query(q{SET secaudit.redact = 'none'});
hides(q{SELECT 1 FROM patients WHERE name = '[[hush]]' AND city = 'password=x'});
query(q{SET secaudit.redact = 'literals'});
query(q{SELECT 1 FROM patients WHERE name = 'hush' AND weight > -8642 AND city = 'Rome'});
is_record((got())[-1], { query => q{SELECT ? FROM patients WHERE name = '?' AND weight > -? AND city = '?'}, redacted => [ 'literal', 'tag' ] }, 'literals');
query('RESET secaudit.redact');

# in an encoding that is not the record's
$node->safe_psql('postgres', q{CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('latin', q{SET client_encoding = 'UTF8'; CREATE TABLE people (name text, city text); SECURITY LABEL FOR secaudit ON COLUMN people.name IS 'phi'});
$node->safe_psql('latin', q{SET client_encoding = 'UTF8'; SELECT 1 FROM people WHERE city = 'Zürich' AND name = 'hüsh' AND city = 'Köln' AND name = 'hush'});
is([ records($node, db => 'latin', command => 'SELECT') ]->[-1]{query},
	"SELECT 1 FROM people WHERE city = 'Z\x{fc}rich' AND name = '<redacted>' AND city = 'K\x{f6}ln' AND name = '<redacted>'", 'places in LATIN1');

# a backend that dies
my $victim = SecauditProto->connect($node);
my $pid = $victim->pid;
$victim->query(q{SELECT pg_sleep(600) FROM patients WHERE name <> 'hush' AND city <> 'Oslo' AND name <> 'hush2'});
ok($node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid"), 'a statement runs');
my $in_prepare = SecauditProto->connect($node);
unlike(slurp_file($node->data_dir . '/secaudit.buf'), qr/hush/, 'not in the slot of a statement');
$in_prepare->terminate;
$c->terminate;
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->reload;
kill 'KILL', $pid;
ok(wait_until(sub { slurp_file($node->logfile) =~ /all server processes terminated.*ready to accept connections/s }), 'the server has restarted');
$node->poll_query_until('postgres', 'SELECT true');
my ($died) = grep { ($_->{outcome} // '') eq 'unknown' } records($node, pid => $pid, event => 'statement');
is($died->{query}, q{SELECT pg_sleep(600) FROM patients WHERE name <> '<redacted>' AND city <> 'Oslo' AND name <> '<redacted>'}, 'what it was doing');

check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node), $node->data_dir . '/secaudit.buf')
{
	# what is no value of a statement may have these digits by chance
	my $bytes = slurp_file($file) =~ s/"(?:ts|h|session|xid|log|query_id)":"[^"]*"|"(?:pid|duration_us|client_port|seq|ssn|stmt|oid)":\d+//gr;
	my @lines = grep { /hush|8642/ } split /\n/, $bytes;
	is_deeply([ map { /(.{0,80}(?:hush|8642).{0,40})/ } @lines ], [], "not one in $file");
}

done_testing();
