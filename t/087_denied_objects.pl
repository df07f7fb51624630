# Which object an error denies, and what an EXPLAIN only plans.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;
use JSON::PP ();

# Messages in another language, if this machine can make the locale.
my $locales = PostgreSQL::Test::Utils::tempdir();
my ($localedir) = map { chomp; $_ } `pg_config --localedir`;
my @messages = glob("$localedir/de/LC_MESSAGES/postgres-*.mo");
my $translated = @messages
	&& system("localedef -i de_DE -f UTF-8 '$locales/de_DE.UTF-8' > /dev/null 2>&1") == 0;
$ENV{LOCPATH} = $locales if $translated;

my $node = new_node('denied_objects');
my @alice = (params => [ '-U', 'alice' ]);

$node->safe_psql(
	'postgres', q{
	CREATE ROLE alice LOGIN;
	CREATE SCHEMA app; GRANT ALL ON SCHEMA app TO alice;
	CREATE SCHEMA "Closed"; CREATE TABLE "Closed".t (a int); CREATE FUNCTION "Closed".f() RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE TABLE app.mine (a int); ALTER TABLE app.mine OWNER TO alice;
	CREATE FUNCTION app.f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION app.over(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION app.over(text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION public.over(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION app."a %s b.c"() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION app.folded(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
	CREATE FUNCTION app.inner() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN app.f(1); END';
	CREATE FUNCTION app.caught() RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM app.f(a) FROM app.mine; RETURN 1; EXCEPTION WHEN insufficient_privilege THEN RETURN 2; END';
	CREATE FUNCTION app.definer() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN app.f(1); END';
	CREATE PROCEDURE app.p(int) LANGUAGE plpgsql AS 'BEGIN END';
	CREATE PROCEDURE app.p(text) LANGUAGE plpgsql AS 'BEGIN END';
	CREATE FUNCTION app.step(int, int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE AGGREGATE app.agg(int) (sfunc = app.step, stype = int, initcond = '0');
	CREATE FUNCTION app.win() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
	CREATE FUNCTION app.op(int, text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE OPERATOR app.@@@ (function = app.op, leftarg = int, rightarg = text);
	CREATE TYPE app.pair AS (a int);
	CREATE FUNCTION app.pair_int(app.pair) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE CAST (app.pair AS int) WITH FUNCTION app.pair_int(app.pair);
	CREATE FUNCTION app.trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
	CREATE TYPE app.color AS ENUM ('red'); REVOKE USAGE ON TYPE app.color FROM PUBLIC;
	CREATE DOMAIN app.dom AS int; REVOKE USAGE ON DOMAIN app.dom FROM PUBLIC;
	CREATE TABLE app.serial (a serial, b int); GRANT ALL ON app.serial TO alice;
	CREATE VIEW app.v AS SELECT 1 AS a;
	CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
	SELECT lo_create(777);
	REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA app FROM PUBLIC; REVOKE EXECUTE ON FUNCTION public.over FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION app.step, app.inner, app.caught, app.definer TO alice});

my $in_german;

# denied(STATEMENT, MESSAGE, OBJECT, NAME, %session): alice is refused, with that
# message, and the only object that is marked as denied is OBJECT.
sub denied
{
	my ($sql, $message, $object, $name, %how) = @_;
	my $since = mark($node);
	$node->psql('postgres', $how{prepare} ? "$how{prepare};\n$sql" : $sql, on_error_stop => 0, extra_params => [ '-U', 'alice' ]);
	my ($record) = grep { ($_->{query} // '') =~ /^\Q$sql\E/ } records($node, since => $since, outcome => 'failure');
	my @denied = map { "$_->{type} $_->{name}" . ($_->{access} ? " @{ $_->{access} }" : '') } grep { $_->{denied} } @{ $record->{objects} // [] };
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is_deeply([ $record->{sqlstate}, $in_german ? () : $record->{error}, @denied ], [ '42501', $in_german ? () : $message, $object ], $name);
	return;
}

sub all_denied
{
	my ($for, $of) = @_;
	denied('SELECT app.f(1)', "$for function f", 'function app.f(integer) execute', "$of: a function");
	denied('SELECT * FROM app.f(1)', "$for function f", 'function app.f(integer) execute', "$of: in FROM");
	denied('SELECT 1 FROM app.mine WHERE app.f(a) = 1', "$for function f", 'function app.f(integer) execute', "$of: in a condition");
	denied('SELECT app.over(a) FROM app.mine', "$for function over", 'function app.over(integer) execute', "$of: of several with the name, that which is called");
	denied('SELECT app."a %s b.c"()', "$for function a %s b.c", 'function app."a %s b.c"() execute', "$of: an odd name");
	denied('SELECT app.folded(1)', "$for function folded", 'function app.folded(integer) execute', "$of: one that the planner would have folded");
	denied('CALL app.p(1)', "$for procedure p", 'procedure app.p(integer) execute', "$of: CALL, of several with the name");
	denied('SELECT app.agg(1)', "$for aggregate agg", 'aggregate app.agg(integer) execute', "$of: an aggregate");
	denied('SELECT app.win() OVER ()', "$for function win", 'function app.win() execute', "$of: a window function");
	denied(q{SELECT 1 OPERATOR(app.@@@) 'x'}, "$for function op", 'function app.op(integer,pg_catalog.text) execute', "$of: an operator's function");
	denied('SELECT row(1)::app.pair::int', "$for function pair_int", 'function app.pair_int(app.pair) execute', "$of: a cast's function");
	denied('CREATE TRIGGER t BEFORE INSERT ON app.mine FOR EACH ROW EXECUTE FUNCTION app.trg()', "$for function app.trg", 'function app.trg() execute', "$of: a trigger's function");
	denied('EXECUTE e', "$for function f", 'function app.f(integer) execute', "$of: EXECUTE", prepare => 'PREPARE e AS SELECT app.f(1)');
	denied('COPY (SELECT app.f(1)) TO STDOUT', "$for function f", 'function app.f(integer) execute', "$of: COPY of a query");
	denied('SELECT app.inner()', "$for function f", 'function app.f(integer) execute', "$of: within a function");
	denied(q{SELECT pg_ls_dir('.')}, "$for function pg_ls_dir", 'function pg_catalog.pg_ls_dir(pg_catalog.text) execute', "$of: a function of the server");
	denied('GRANT EXECUTE ON FUNCTION app.f(int) TO alice', "$for function f", 'function app.f(integer) grant', "$of: GRANT says what it wanted");
	denied('CREATE TABLE app.new (a app.color)', "$for type app.color", 'type app.color', "$of: a type");
	denied('CREATE TABLE app.new (a app.dom)', "$for type app.dom", 'type app.dom', "$of: a domain");
	denied('SELECT * FROM "Closed".t', "$for schema Closed", 'schema "Closed"', "$of: the schema of a table");
	denied('SELECT "Closed".f()', "$for schema Closed", 'schema "Closed"', "$of: the schema of a function");
	denied('CREATE TABLE "Closed".new (a int)', "$for schema Closed", 'schema "Closed"', "$of: the schema of what is created");
	denied('CREATE FUNCTION app.new() RETURNS int LANGUAGE internal AS $$int4in$$', "$for language internal", 'language internal', "$of: a language");
	denied('CREATE SERVER s FOREIGN DATA WRAPPER fdw', "$for foreign-data wrapper fdw", 'foreign-data wrapper fdw', "$of: a foreign-data wrapper");
	denied('CREATE FOREIGN TABLE app.ft (a int) SERVER srv', "$for foreign server srv", 'server srv', "$of: a foreign server");
	denied('CREATE TABLE app.new (a int) TABLESPACE pg_global', "$for tablespace pg_global", 'tablespace pg_global', "$of: a tablespace");
	denied('CREATE SCHEMA new', "$for database postgres", 'database postgres', "$of: the database");
	denied('GRANT SET ON PARAMETER zero_damaged_pages TO alice', "$for parameter zero_damaged_pages", 'parameter zero_damaged_pages grant', "$of: a parameter");
	denied('SELECT lo_get(777)', "$for large object 777", 'large object 777 select', "$of: a large object");
	denied('INSERT INTO app.serial (b) VALUES (1)', "$for sequence serial_a_seq", 'sequence app.serial_a_seq', "$of: the sequence of a default");
	denied('SELECT a FROM app.v', "$for view v", 'view app.v', "$of: a view");
	return;
}

all_denied('permission denied for', 'denied');

# The error is caught; the statement that failed has said it.
my $since = mark($node);
is($node->safe_psql('postgres', 'SELECT app.caught()', extra_params => [ '-U', 'alice' ]), 2, 'a function that catches the error goes on');
my ($inner) = records($node, since => $since, outcome => 'failure');
is_record($inner, { level => 1, sqlstate => '42501', objects => [ 'function app.f(integer) execute', 'table app.mine select' ] }, 'and its query names what was denied');

# Rights that the error is not about are not in it.
statements_are(
	$node, {@alice},
	[ 'SELECT app.definer()', { outcome => 'success', objects => [ 'function app.definer() execute', 'function app.f(integer) execute' ] }, 'SECURITY DEFINER: nothing is denied' ],
	[ 'SELECT 1/0', { outcome => 'failure', sqlstate => '22012', objects => [] }, 'another error denies nothing' ],
	[ q{DO $$BEGIN RAISE insufficient_privilege USING MESSAGE = 'permission denied for function f'; END$$},
		{ outcome => 'failure', sqlstate => '42501', objects => [] }, 'nor does what a user says himself' ]);

# EXPLAIN without ANALYZE.
$node->safe_psql('postgres', q{
	CREATE FUNCTION public.plain(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION public.sets() RETURNS text LANGUAGE sql AS $$SELECT set_config('work_mem', '1MB', false)$$;
	CREATE FUNCTION public.folds() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN set_config('work_mem', '2MB', false); END$$;
	CREATE SEQUENCE public.seq});
my @misc = (class => 'misc', classes => undef, outcome => 'success', executed => undef, setting => undef, privileged => undef);
statements_are(
	$node, {},
	[ q{EXPLAIN SELECT set_config('secaudit.log', 'none', false)}, {@misc}, 'EXPLAIN of set_config() changes nothing and is no class config' ],
	[ q{PREPARE s AS SELECT set_config('secaudit.log', 'none', false)} ],
	[ 'EXPLAIN EXECUTE s', {@misc}, 'EXPLAIN EXECUTE of it neither' ],
	[ 'EXPLAIN SELECT public.sets()', {@misc}, 'nor of a function that is put in place' ],
	[ 'EXPLAIN SELECT pg_reload_conf()', {@misc}, 'nor of pg_reload_conf()' ],
	[ q{EXPLAIN SELECT nextval('public.seq')}, {@misc}, 'EXPLAIN of nextval() writes nothing' ],
	[ 'EXPLAIN SELECT lo_unlink(777)', {@misc}, 'of lo_unlink() nothing, either' ],
	[ q{EXPLAIN SELECT pg_read_file('PG_VERSION')}, {@misc}, 'of pg_read_file() reads nothing' ],
	[ 'EXPLAIN SELECT public.plain(1)', { @misc, objects => ['function public.plain(integer) '] }, 'a function is named, without access' ],
	[ 'EXPLAIN (ANALYZE) SELECT public.plain(1)', { class => 'read', classes => [ 'read', 'function' ], executed => 1, objects => ['function public.plain(integer) execute'] },
		'with ANALYZE it is called' ],
	[ q{EXPLAIN (ANALYZE) SELECT set_config('work_mem', '3MB', false)}, { classes => [ 'read', 'misc_set' ], executed => 1, setting => 'work_mem', new_value => '3MB' },
		'and set_config(), too' ],
	[ 'EXPLAIN SELECT public.folds()', { executed => undef, class => 'function', objects => ['function public.folds() execute'] }, 'what the planner folds has run' ]);
my ($planned) = records($node, query => 'EXPLAIN SELECT public.plain(1)');
is_deeply($planned->{objects}, [ { type => 'function', name => 'public.plain(integer)', planned => JSON::PP::true } ], 'the function is marked as planned');

# The same in another language.
SKIP:
{
	skip 'no German messages here', 1 if !$translated;
	$node->append_conf('postgresql.conf', "lc_messages = 'de_DE.UTF-8'");
	$node->reload;
	$node->poll_query_until('postgres', q{SELECT current_setting('lc_messages') = 'de_DE.UTF-8'});
	$since = mark($node);
	$node->psql('postgres', 'SELECT app.f(1)', extra_params => [ '-U', 'alice' ]);
	my ($record) = records($node, since => $since, outcome => 'failure');
	isnt($record->{error}, 'permission denied for function f', 'the messages are in German');
	like($record->{error}, qr/\bf\b/, 'but for the name');
	$node->safe_psql('postgres', 'SELECT 1');
	$in_german = 1;
	all_denied('', 'in German');
}

$node->stop;
done_testing();
