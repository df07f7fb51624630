# Commands that run a query for somebody: COPY, EXPLAIN ANALYZE, EXECUTE, CREATE
# TABLE AS, REFRESH MATERIALIZED VIEW, FETCH, and COMMIT for a cursor WITH HOLD.
# What a function in that query reaches is what it reaches in the plain SELECT:
# function, objects, classes, privileged, change of role, on the record of the
# command.
#
# The form: of a cursor, on the FETCH that ran it; of one WITH HOLD, on the
# COMMIT that filled it.  Objects of a plain SELECT are among the command's, its
# classes are in `classes`; what else a command has of its own is not asked here.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('bodies');
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<"SQL");
CREATE ROLE boss SUPERUSER;
CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files;
CREATE ROLE writer LOGIN;
ALTER ROLE writer SET secaudit.log = 'write';
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
GRANT CREATE ON SCHEMA public TO alice, writer;
CREATE SEQUENCE sq; GRANT ALL ON sq TO public;
SELECT lo_create(777), lo_create(778);
GRANT ALL ON LARGE OBJECT 777, 778 TO public;
CREATE FUNCTION reads() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN 1; END\$\$;
CREATE FUNCTION puts() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := lo_put(777, 0, '\\x01'); RETURN 1; END\$\$;
-- From 17 on REFRESH runs with a safe search path.
CREATE FUNCTION counts() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE n bigint; BEGIN n := nextval('public.sq'); RETURN 1; END\$\$;
CREATE FUNCTION becomes() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := set_config('role', 'boss', false); RETURN 1; END\$\$;
SQL

my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my %facts = (
	reads => { privileged => 1, classes => ['function'], objects => [ 'function public.reads() execute', $reads_file ] },
	puts => { privileged => undef, classes => [ 'write', 'function' ],
		objects => [ 'function public.puts() execute', 'large object 777 update' ] },
	counts => { privileged => undef, classes => [ 'write', 'function' ],
		objects => [ 'function public.counts() execute', 'sequence public.sq update' ] },
	becomes => { from_role => 'alice', to_role => 'boss', gains_superuser => 1, classes => [ 'role', 'function' ],
		objects => ['function public.becomes() execute'] });

# Name, what runs before, the statement that runs the function.
sub commands
{
	my ($f) = @_;
	return (
		[ 'COPY', [], "COPY (SELECT $f()) TO STDOUT" ],
		[ 'EXPLAIN', [], "EXPLAIN (ANALYZE) SELECT $f()" ],
		[ 'EXECUTE', ["PREPARE p AS SELECT $f()"], 'EXECUTE p' ],
		[ 'EXPLAIN EXECUTE', ["PREPARE p AS SELECT $f()"], 'EXPLAIN ANALYZE EXECUTE p' ],
		[ 'CREATE TABLE AS', [], "CREATE TEMP TABLE x AS SELECT $f()" ],
		[ 'SELECT INTO', [], "SELECT $f() INTO TEMP x" ],
		[ 'CREATE TABLE AS EXECUTE', ["PREPARE p AS SELECT $f()"], 'CREATE TEMP TABLE x AS EXECUTE p' ],
		[ 'FETCH', [ 'BEGIN', "DECLARE c CURSOR FOR SELECT $f()" ], 'FETCH 1 FROM c' ],
		[ 'MOVE', [ 'BEGIN', "DECLARE c CURSOR FOR SELECT $f()" ], 'MOVE 1 FROM c' ],
		[ 'WITH HOLD', [ 'BEGIN', "DECLARE c CURSOR WITH HOLD FOR SELECT $f()" ], 'COMMIT' ],
		# A security-restricted operation sets no role.
		$f eq 'becomes' ? () : [ 'REFRESH', ["CREATE MATERIALIZED VIEW mv_$f AS SELECT $f() WITH NO DATA"], "REFRESH MATERIALIZED VIEW mv_$f" ]);
}

foreach my $f (sort keys %facts)
{
	my @got = run_as($node, 'alice', "SELECT $f()");
	has_facts(of_query("SELECT $f()", @got), { classes => $facts{$f}{classes}, privileged => $facts{$f}{privileged},
			to_role => $facts{$f}{to_role}, objects => ["function public.$f() execute"] },
		"$f: by SELECT: its classes and function");
	has_facts(of_query("SELECT $f()", @got), { command => 'SELECT', %{ $facts{$f} } }, "$f: by SELECT")
	  or diag bare(@got);
	foreach my $case (commands($f))
	{
		my ($name, $before, $sql) = @$case;
		@got = run_as($node, 'alice', @$before, $sql);
		has_facts(of_query($sql, @got), { outcome => 'success', %{ $facts{$f} } }, "$f: by $name") or diag bare(@got);
	}
	$node->safe_psql('postgres', "DROP MATERIALIZED VIEW IF EXISTS mv_$f");
}

# Who asks for writes only gets them, whoever ran the query.
foreach my $case ([ 'SELECT', [], 'SELECT puts()' ], commands('puts'))
{
	my ($name, $before, $sql) = @$case;
	my @got = run_as($node, 'writer', @$before, $sql);
	has_facts(of_query($sql, @got), { outcome => 'success', classes => ['write'], objects => ['large object 777 update'] },
		"log = write: lo_put in a function, by $name");
}
foreach my $case (
	[ 'SELECT', [], q{SELECT lo_put(778, 0, '\x02')} ],
	[ 'EXECUTE', [q{PREPARE p AS SELECT lo_put(778, 0, '\x02')}], 'EXECUTE p' ],
	[ 'COPY', [], q{COPY (SELECT lo_put(778, 0, '\x02')) TO STDOUT} ],
	[ 'EXPLAIN', [], q{EXPLAIN ANALYZE SELECT lo_put(778, 0, '\x02')} ],
	[ 'FETCH', [ 'BEGIN', q{DECLARE c CURSOR FOR SELECT lo_put(778, 0, '\x02')} ], 'FETCH 1 FROM c' ])
{
	my ($name, $before, $sql) = @$case;
	my @got = run_as($node, 'writer', @$before, $sql);
	has_facts(of_query($sql, @got), { outcome => 'success', classes => ['write'], objects => ['large object 778 update'] },
		"log = write: lo_put itself, by $name");
}

# Only planned, nothing has run.
my @got = run_as($node, 'alice', 'EXPLAIN SELECT reads()');
has_facts(of_query('EXPLAIN SELECT reads()', @got), { privileged => undef, executed => undef }, 'EXPLAIN without ANALYZE reaches nothing');
@got = run_as($node, 'alice', 'BEGIN', 'DECLARE c CURSOR FOR SELECT reads()', 'CLOSE c', 'COMMIT');
is_deeply([ grep { $_->{privileged} } @got ], [], 'nor does a cursor that nobody reads');

# DO: an expression of the server's own functions; the object where the argument
# is a constant, and the function where it is not.
foreach my $case (
	[ q{DO $$DECLARE b bytea; BEGIN b := lo_get(777); END$$}, { classes => [ 'read', 'function' ], objects => ['large object 777 select'] } ],
	[ q{DO $$DECLARE b bigint; BEGIN b := nextval('sq'); END$$}, { classes => [ 'write', 'function' ], objects => ['sequence public.sq update'] } ],
	[ q{DO $$DECLARE b bigint; BEGIN b := setval('sq', 5); END$$}, { classes => [ 'write', 'function' ], objects => ['sequence public.sq update'] } ],
	[ q{DO $$DECLARE i oid := 777; b bytea; BEGIN b := lo_get(i); END$$},
		{ classes => [ 'read', 'function' ], objects => ['function pg_catalog.lo_get(pg_catalog.oid) execute'] } ],
	[ q{DO $$DECLARE n text := 's' || 'q'; b bigint; BEGIN b := nextval(n::regclass); END$$},
		{ classes => [ 'write', 'function' ], objects => ['function pg_catalog.nextval(pg_catalog.regclass) execute'] } ],
	[ qq{DO \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); END\$\$},
		{ privileged => 1, classes => [ 'read', 'function' ], objects => [$reads_file] } ])
{
	my ($sql, $expected) = @$case;
	@got = run_as($node, 'alice', $sql);
	has_facts(of_query($sql, @got), { command => 'DO', outcome => 'success', %$expected }, "expression: $sql");
}
foreach my $case (
	[ 'SELECT lo_get(777)', { classes => ['read'], objects => ['large object 777 select'] } ],
	[ q{SELECT nextval('sq')}, { classes => ['write'], objects => ['sequence public.sq update'] } ])
{
	my ($sql, $expected) = @$case;
	@got = run_as($node, 'alice', $sql);
	has_facts(of_query($sql, @got), $expected, "plain: $sql");
}

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
