# What reaches beyond the tables keeps its name whatever it is called by: an
# alias in LANGUAGE internal or C, an operator, a cast, a wrapper, a view, a
# policy, a default; and wherever in a query the call stands.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('names', settings => { 'secaudit.log' => 'ddl, role, session, error, config' },
	conf => "secaudit.log_superuser = off\n");
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION pageinspect;
CREATE ROLE boss SUPERUSER;
CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files, pg_write_server_files;
GRANT EXECUTE ON FUNCTION pg_read_file(text), pg_ls_dir(text), pg_stat_file(text) TO alice;
GRANT CREATE ON SCHEMA public TO alice;
CREATE TABLE secret (a int PRIMARY KEY, b text); INSERT INTO secret VALUES (1, 'x'); GRANT ALL ON secret TO alice;
CREATE FUNCTION harmless(text) RETURNS text LANGUAGE internal STRICT AS 'pg_read_file_all';
CREATE FUNCTION tune(text, text, bool) RETURNS text LANGUAGE internal AS 'set_config_by_name';
CREATE FUNCTION look(text, bigint) RETURNS bytea LANGUAGE c STRICT AS '\$libdir/pageinspect', 'get_raw_page_1_9';
CREATE FUNCTION nothing() RETURNS text LANGUAGE internal AS 'pg_read_file_all';
CREATE OPERATOR #~ (FUNCTION = pg_read_file, RIGHTARG = text);
CREATE FUNCTION wrapped(text) RETURNS text LANGUAGE sql AS 'SELECT pg_read_file(\$1)';
CREATE FUNCTION wrapped_twice(text) RETURNS text LANGUAGE sql VOLATILE SET work_mem = '1MB' AS 'SELECT wrapped(\$1)';
CREATE FUNCTION checks(t text) RETURNS bool LANGUAGE plpgsql AS
  \$\$DECLARE x text; BEGIN x := pg_read_file('$file'); RETURN true; END\$\$;
CREATE VIEW seen AS SELECT pg_read_file('$file') AS x;
CREATE TYPE fpath AS (p text);
CREATE FUNCTION path_text(fpath) RETURNS text LANGUAGE sql AS 'SELECT pg_read_file((\$1).p)';
CREATE CAST (fpath AS text) WITH FUNCTION path_text(fpath);
CREATE TABLE defaults (a int, x text DEFAULT pg_read_file('$file'));
CREATE TABLE policed (a int, b text); INSERT INTO policed VALUES (1, 'x');
ALTER TABLE policed ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON policed USING (pg_read_file('$file') IS NOT NULL);
CREATE POLICY c ON policed FOR INSERT WITH CHECK (checks(b));
CREATE FUNCTION pure(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
  \$\$DECLARE x text; BEGIN x := pg_read_file('$file'); RETURN \$1; END\$\$;
CREATE TABLE generated (a text, b text GENERATED ALWAYS AS (pure(a)) STORED);
CREATE TABLE indexed (a text); CREATE INDEX ON indexed (pure(a));
CREATE TABLE checked (a text CHECK (checks(a)));
CREATE TABLE ruled (a int);
CREATE RULE r AS ON INSERT TO ruled DO ALSO SELECT pg_read_file('$file');
CREATE FUNCTION keeps(text, text) RETURNS text LANGUAGE internal AS 'pg_read_file_all';
CREATE AGGREGATE last_file(text) (SFUNC = keeps, STYPE = text, INITCOND = '$file');
CREATE PROCEDURE reading() LANGUAGE plpgsql AS \$\$DECLARE x text; BEGIN x := pg_read_file('$file'); END\$\$;
CREATE FUNCTION opens() RETURNS refcursor LANGUAGE plpgsql AS
  \$\$DECLARE c refcursor := 'c'; BEGIN OPEN c FOR SELECT checks(b) FROM secret; RETURN c; END\$\$;
CREATE TABLE mine (a int, b text); INSERT INTO mine VALUES (1, 'x'); ALTER TABLE mine OWNER TO alice;
GRANT ALL ON ALL TABLES IN SCHEMA public TO alice;
SQL

my $reads = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my $reads_this = "file $file select";
my @got;

foreach my $case (
	[ "SELECT harmless('$file')", $reads_this, 'function public.harmless(pg_catalog.text) execute' ],
	[ "COPY (SELECT harmless('$file')) TO STDOUT", $reads_this, 'function public.harmless(pg_catalog.text) execute' ],
	[ "DO \$\$DECLARE t text; BEGIN t := harmless('$file'); END\$\$", $reads_this, 'function public.harmless(pg_catalog.text) execute' ],
	[ "SELECT #~ '$file'::text", $reads_this, $reads ],
	[ "SELECT wrapped('$file')", $reads_this, $reads ],
	[ 'SELECT * FROM seen', $reads_this, $reads ],
	[ "SELECT row('$file')::fpath::text", $reads ],
	[ "SELECT x.* FROM secret, LATERAL pg_read_file('$file') x", $reads_this, $reads ],
	[ "SELECT x.* FROM secret, LATERAL (SELECT pg_read_file('$file') OFFSET 0) x", $reads_this, $reads ],
	[ "VALUES (pg_read_file('$file'))", $reads_this, $reads ],
	[ "VALUES ('x'), (pg_read_file('$file'))", $reads_this, $reads ],
	[ "INSERT INTO secret VALUES (2, 'y') RETURNING pg_read_file('$file')", $reads_this, $reads ],
	[ "INSERT INTO secret VALUES (2, 'y') ON CONFLICT (a) DO UPDATE SET b = pg_read_file('$file')", $reads_this, $reads ],
	[ "UPDATE secret SET b = pg_read_file('$file') WHERE a = 2", $reads_this, $reads ],
	[ "DELETE FROM secret WHERE b = pg_read_file('$file')", $reads_this, $reads ],
	[ "SELECT a FROM secret ORDER BY pg_read_file('$file')", $reads_this, $reads ],
	[ "SELECT a FROM secret GROUP BY a HAVING max(b) > pg_read_file('$file')", $reads_this, $reads ],
	[ "SELECT a FROM secret LIMIT length(pg_read_file('$file'))", $reads_this, $reads ],
	[ "SELECT a FROM secret WHERE a = length(pg_read_file('$file'))", $reads_this, $reads ],
	[ "SELECT CASE WHEN a > 0 THEN (SELECT pg_read_file('$file')) END FROM secret", $reads_this, $reads ],
	[ "WITH f AS MATERIALIZED (SELECT pg_read_file('$file') x) SELECT * FROM f", $reads_this, $reads ],
	[ 'INSERT INTO defaults VALUES (1)', $reads_this, $reads ],
	[ 'SELECT * FROM policed', $reads_this, $reads ],
	[ q{INSERT INTO policed VALUES (2, 'b')}, $reads_this, $reads ],
	[ q{INSERT INTO generated VALUES ('b')}, $reads ],
	[ q{INSERT INTO indexed VALUES ('b')}, $reads ],
	[ q{INSERT INTO checked VALUES ('b')}, $reads ],
	[ "CALL reading()", $reads ],
	[ "SELECT last_file(b) FROM secret", 'function public.keeps(pg_catalog.text,pg_catalog.text) execute' ],
	[ "MERGE INTO secret s USING (VALUES (1)) v(a) ON s.a = v.a WHEN MATCHED THEN UPDATE SET b = pg_read_file('$file')", $reads_this, $reads ],
	[ "EXPLAIN ANALYZE SELECT pg_read_file('$file')", $reads_this, $reads ],
	[ "CREATE TEMP TABLE made AS SELECT pg_read_file('$file')", $reads_this, $reads ],
	[ "ALTER TABLE mine ADD COLUMN x text DEFAULT pg_read_file('$file')", $reads ],
	[ "ALTER TABLE mine ADD CHECK (checks(b))", $reads ],
	[ "CREATE INDEX ON mine (pure(b))", $reads ],
	[ "ALTER TABLE mine ALTER b TYPE text USING pg_read_file('$file')", $reads ],
	)
{
	my ($sql, @objects) = @$case;
	@got = run_as($node, 'alice', $sql);
	my $record = of_query($sql, @got);
	has_facts($record, { event => 'statement', outcome => 'success', privileged => 1, objects => \@objects }, $sql)
	  or diag bare(@got);
}

# In a function that is not inlined it is a statement inside.
@got = run_as($node, 'alice', "SELECT wrapped_twice('$file')");
my @inside = grep { $_->{privileged} } statements_of(@got);
is(scalar(@inside), 1, 'in an SQL function of its own: the statement inside');

# set_config under another name.
@got = run_as($node, 'alice', q{SELECT tune('role', 'boss', false)});
has_facts(of_query(q{SELECT tune('role', 'boss', false)}, @got), { to_role => 'boss', gains_superuser => 1, target_role => 'boss' }, 'an alias of set_config: the role');
@got = run_as($node, 'alice', q{SELECT tune('log_statement', 'none', false)});
has_facts(of_query(q{SELECT tune('log_statement', 'none', false)}, @got), { classes => ['config'], setting => 'log_statement', new_value => 'none' },
	'an alias of set_config: a setting');
# Declared without the arguments it needs, it has none to show.
@got = run_as($node, 'alice', 'EXPLAIN SELECT nothing()');
is_deeply([ grep { $_->{privileged} } statements_of(@got) ], [], 'EXPLAIN of an alias without arguments reaches nothing');
@got = run_as($node, 'alice', q{EXPLAIN SELECT pg_read_file('/etc/hostname')});
is_deeply([ statements_of(@got) ], [], 'nor does EXPLAIN of the function');
# An alias by library and symbol; the attempt is enough.
@got = run_as($node, 'alice', q{SELECT look('secret', 0)});
has_facts(of_query(q{SELECT look('secret', 0)}, @got),
	{ outcome => 'failure', privileged => 1, objects => [ 'function public.look(pg_catalog.text,bigint) execute', 'table public.secret select' ] },
	'an alias of get_raw_page');

# A cached expression: the second time only the function is known.
my $sql = 'SELECT checks(NULL)';
@got = run_as($node, 'alice', $sql, $sql);
is_deeply([ map { join ', ', grep { /^file|pg_read_file/ } @{ objects_of($_) } } statements_of(@got) ],
	[ "$reads_this, $reads", $reads ], 'a cached expression: the function');

# A cursor that PL/pgSQL has opened, and its portal executed by the protocol.
@got = run_as($node, 'alice', 'BEGIN', 'SELECT opens()', 'FETCH 1 FROM c', 'COMMIT');
has_facts(of_query('FETCH 1 FROM c', @got), { privileged => 1, objects => [$reads] }, 'FETCH from a cursor of a function') or diag bare(@got);
$sql = 'DECLARE d CURSOR FOR SELECT checks(b) FROM secret';
@got = run_as($node, 'alice', 'BEGIN', $sql, sub { $_[0]->execute('d') }, 'COMMIT');
has_facts(of_query($sql, @got), { command => 'SELECT', origin => undef, level => undef, privileged => 1, objects => [ 'table public.secret select', $reads ] },
	'a cursor that is executed by the protocol') or diag bare(@got);

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
