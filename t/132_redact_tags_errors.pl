# Errors in transactions that use tables with columns of secaudit.redact_tags:
# their messages quote no value, wherever the server or a user has put it in.
# Whatever is to be hidden below has the letters "hush".
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.redact_tags' => 'phi' });
$node->safe_psql('postgres', q{
	CREATE TABLE other (id int PRIMARY KEY, note text);
	CREATE TABLE patients (id int PRIMARY KEY, name text UNIQUE, city text);
	INSERT INTO patients VALUES (1, 'hush', 'Rome');
	SECURITY LABEL FOR secaudit ON COLUMN patients.name IS 'phi'});

my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid); }

# the last record of a failure has this message
sub fails
{
	my ($sql, $error, $name) = @_;
	query($sql);
	my ($record) = grep { ($_->{outcome} // '') eq 'failure' && ($_->{event} // '') ne 'transaction' } reverse got();
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($record->{error}, $error, $name);
}
my $int = 'invalid input syntax for type integer: "<redacted>"';

# code that is not in the statement
$node->safe_psql('postgres', q{
	CREATE FUNCTION number(t text) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN t::int; END';
	CREATE FUNCTION find(n int) RETURNS int LANGUAGE plpgsql AS 'DECLARE x text; BEGIN SELECT name INTO x FROM patients WHERE id = n; RETURN x::int; END';
	CREATE FUNCTION told(n int) RETURNS int LANGUAGE plpgsql AS 'DECLARE x text; BEGIN SELECT name INTO x FROM patients WHERE id = n; RAISE ''% is ill'', x; END';
	CREATE FUNCTION claims(n int) RETURNS int LANGUAGE plpgsql AS 'DECLARE x text; BEGIN SELECT name INTO x FROM patients WHERE id = n; ASSERT false, x; RETURN 1; END';
	CREATE FUNCTION coded(n int) RETURNS int LANGUAGE plpgsql AS $$DECLARE x text; BEGIN SELECT name INTO x FROM patients WHERE id = n; RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = x; END$$;
	CREATE FUNCTION builds(n int) RETURNS int LANGUAGE plpgsql AS 'DECLARE x text; BEGIN SELECT name INTO x FROM patients WHERE id = n; EXECUTE ''SELECT 1 FROM '' || x; RETURN 1; END';
	CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := NEW.name::int; RETURN NEW; END';
	CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS 'DECLARE i int; BEGIN i := NEW.name::int; RETURN NEW; END';
	CREATE TABLE t1 (LIKE patients); CREATE TRIGGER t BEFORE INSERT ON t1 FOR EACH ROW EXECUTE FUNCTION trig();
	CREATE TABLE t2 (LIKE patients, CHECK (name::int > 0));
	CREATE TABLE t3 (LIKE patients); CREATE CONSTRAINT TRIGGER t AFTER INSERT ON t3 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later();
	CREATE TABLE t4 (LIKE patients); INSERT INTO t4 VALUES (1, 'hush', 'Rome');
	ALTER TABLE t4 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY p ON t4 USING (name::int = 1);
	CREATE ROLE reader; GRANT SELECT ON t4 TO reader;
	CREATE TABLE t5 (LIKE patients);
	CREATE MATERIALIZED VIEW mv AS SELECT id, length(name) AS l, name::int AS n FROM t5;
	INSERT INTO t5 VALUES (1, 'hush', 'Rome');
	CREATE TABLE t6 (LIKE patients);
	SECURITY LABEL FOR secaudit ON COLUMN t6.city IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN t1.name IS 'phi'; SECURITY LABEL FOR secaudit ON COLUMN t2.name IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN t3.name IS 'phi'; SECURITY LABEL FOR secaudit ON COLUMN t4.name IS 'phi';
	SECURITY LABEL FOR secaudit ON COLUMN t5.name IS 'phi'});

fails(q{INSERT INTO t1 (id, city, name) SELECT 2, city, name FROM patients}, $int, 'a trigger');
fails(q{INSERT INTO t1 SELECT id + 1, lower(upper(name)), city FROM t4}, $int, 'a trigger, rows of another table');
fails(q{INSERT INTO t2 SELECT * FROM patients}, $int, 'a CHECK');
fails(q{INSERT INTO t3 SELECT * FROM patients}, $int, 'a deferred trigger, at the implicit commit');
query('BEGIN');
query('INSERT INTO t3 SELECT * FROM patients');
query('SELECT 1');
fails('COMMIT', $int, 'a deferred trigger, at COMMIT');
query('BEGIN');
query('INSERT INTO t3 SELECT * FROM patients');
fails('SET CONSTRAINTS ALL IMMEDIATE', $int, 'a deferred trigger, at SET CONSTRAINTS');
query('ROLLBACK');
query('SET ROLE reader');
fails('SELECT count(*) FROM t4', $int, 'a row security policy');
query('RESET ROLE');
fails('REFRESH MATERIALIZED VIEW mv', $int, 'a materialized view');
fails('SELECT find(1)', $int, 'a function');
fails('DO $$BEGIN PERFORM find(1); END$$', $int, 'a function in DO');
fails('CALL nothing()', 'procedure nothing() does not exist', 'a name, where no such table was used');
query('BEGIN');
query('DECLARE h CURSOR WITH HOLD FOR SELECT name::int FROM patients');
fails('COMMIT', $int, 'a cursor WITH HOLD');
fails('DECLARE h CURSOR WITH HOLD FOR SELECT name::int FROM patients', $int, 'at the implicit commit');
query('BEGIN');
query('DECLARE h CURSOR FOR SELECT name::int FROM patients');
fails('FETCH h', $int, 'FETCH');
query('ROLLBACK');
query('PREPARE again AS SELECT id FROM patients WHERE find(id) > 0');
fails('EXECUTE again', $int, 'a prepared statement');
fails('EXECUTE again', $int, 'executed again');
query(q{CREATE PROCEDURE proc() LANGUAGE plpgsql AS 'DECLARE x text; BEGIN SELECT name INTO x FROM patients; COMMIT; x := x::int; END'});
fails('CALL proc()', $int, 'a procedure that has committed meanwhile');
query(q{INSERT INTO t6 VALUES (1, 'x', 'hush')});
fails('CREATE INDEX ON t6 (number(city))', $int, 'an index');
fails('ALTER TABLE t6 ALTER city TYPE int USING number(city)', $int, 'ALTER TABLE');

# what users put together
fails('SELECT told(1)', '<redacted>', 'RAISE');
fails('SELECT claims(1)', '<redacted>', 'ASSERT');
fails('SELECT coded(1)', '<redacted>', 'RAISE with the code of something else');
fails('SELECT builds(1)', 'relation "<redacted>" does not exist', 'a statement that is put together');
fails(q{DO $$BEGIN RAISE 'seen'; END$$}, 'seen', 'RAISE where no such table is used');
fails(q{DO $$BEGIN PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN RAISE 'seen too'; END$$}, 'seen too', 'nor where an error was caught');

# values that are quoted as names
fails('SELECT name::regclass FROM patients', 'relation "<redacted>" does not exist', 'a value as a name');
fails('SELECT name::regrole FROM patients', 'role "<redacted>" does not exist', 'as one of a role');
fails(q{SELECT pg_read_file(name) FROM patients}, 'could not open file "<redacted>" for reading: No such file or directory', 'of a file');
fails(q{SELECT set_config(name, 'x', false) FROM patients}, 'unrecognized configuration parameter "<redacted>"', 'of a setting');
fails(q{SELECT to_tsquery(name || ' x') FROM patients}, 'syntax error in tsquery: "<redacted>"', 'in an error of syntax');

# names
fails(q{INSERT INTO patients SELECT * FROM patients}, 'duplicate key value violates unique constraint "patients_pkey"', 'a constraint');
fails(q{INSERT INTO patients SELECT id + 1, name FROM patients}, 'duplicate key value violates unique constraint "patients_name_key"', 'one of a tagged column');
fails(q{INSERT INTO patients SELECT NULL, name FROM patients},
	'null value in column "id" of relation "patients" violates not-null constraint', 'not null');
query('BEGIN; SELECT * FROM patients');
fails('SELECT nosuch FROM patients', 'column "nosuch" does not exist', 'a misspelled name after a use');
query('ROLLBACK; BEGIN; SELECT * FROM patients');
fails(q{SELECT note::int FROM (SELECT 'hu' || 'sh' AS note) x}, $int, 'in a transaction that has used a table');
query('ROLLBACK');
fails(q{SELECT note::int FROM (SELECT 'seen' AS note) x}, 'invalid input syntax for type integer: "seen"', 'but not behind it');

# COPY has values in its context and details
my $data = input_file("2,hush2,Rome\n3,hush,Rome\n");
fails("COPY patients FROM '$data' WITH (FORMAT csv)", 'duplicate key value violates unique constraint "patients_name_key"', 'COPY');
fails("COPY patients (name, id) FROM '$data' WITH (FORMAT csv)", 'extra data after last expected column', 'COPY of too much');
fails("COPY patients (city, id, name) FROM '$data' WITH (FORMAT csv)", $int, 'COPY of a wrong value');

check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node))
{
	my @lines = grep { /hush/ } split /\n/, slurp_file($file);
	is_deeply([ map { /(.{0,300}hush.{0,40})/ } grep { !/"command":"(?:SELECT|CREATE|INSERT|SECURITY)/ || /"error":"[^"]*hush/ } @lines ], [], 'no value is in the trail');
}

done_testing();
