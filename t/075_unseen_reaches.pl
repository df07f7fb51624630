# Reaches beyond what the executor sees, with the default classes: functions that
# read a table's pages by themselves, files of the server, untrusted languages.
# They are recorded whatever the classes are, as COPY to and from files is.
#
# The form: `privileged` and the relation among the objects with access `select`
# where its name is a constant or a bound parameter of the call; the function is
# there in any case.  Of an untrusted language, CREATE FUNCTION has `security`
# ["untrusted_language"] (beside what else it says), and each call of it is
# `privileged`: nobody can see what it does.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('reaches', settings => { 'secaudit.log' => 'ddl, role, session, error, config' },
	conf => "secaudit.log_superuser = off\n");
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pageinspect; CREATE EXTENSION pgrowlocks; CREATE EXTENSION pg_prewarm; CREATE EXTENSION pgstattuple;
CREATE EXTENSION pg_visibility; CREATE EXTENSION amcheck; CREATE EXTENSION plperlu; CREATE EXTENSION plpython3u;
CREATE EXTENSION plperl;
CREATE ROLE boss SUPERUSER LOGIN;
CREATE ROLE alice LOGIN IN ROLE pg_read_server_files, pg_write_server_files, pg_stat_scan_tables, pg_monitor;
GRANT EXECUTE ON FUNCTION pg_read_file(text), pg_read_binary_file(text), pg_ls_dir(text), pg_stat_file(text) TO alice;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO alice;
CREATE TABLE secret (a int PRIMARY KEY, b text);
INSERT INTO secret SELECT g, 'x' FROM generate_series(1, 10) g;
GRANT SELECT ON secret TO alice;
VACUUM secret;
CREATE FUNCTION reads(text) RETURNS text LANGUAGE plpgsql AS
  $$DECLARE t text; BEGIN t := pg_read_file($1); RETURN t; END$$;
CREATE FUNCTION trusted() RETURNS text LANGUAGE plperl AS $$ return 'x' $$;
CREATE FUNCTION runs_perl() RETURNS text LANGUAGE plperlu AS $$ return `echo perl` $$;
CREATE FUNCTION runs_python() RETURNS text LANGUAGE plpython3u AS $$
import subprocess
return subprocess.check_output(['echo', 'python']).decode() $$;
CREATE FUNCTION calls_perl() RETURNS text LANGUAGE plpgsql AS
  $$DECLARE t text; BEGIN t := runs_perl(); RETURN t; END$$;
CREATE TABLE watched (a int);
CREATE FUNCTION perl_trigger() RETURNS trigger LANGUAGE plperlu AS $$ `echo perl`; return $$;
CREATE TRIGGER t AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION perl_trigger();
GRANT ALL ON watched TO alice;
SQL

my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my ($table, $index) = ('table public.secret select', 'index public.secret_pkey select');
my @got;

# Relations, as constants, for a role whose reads nobody asked for.
foreach my $case (
	[ boss => q{SELECT get_raw_page('secret', 0)}, 'get_raw_page', $table ],
	[ boss => q{SELECT get_raw_page('secret', 'main', 0)}, 'get_raw_page', $table ],
	[ boss => q{SELECT count(*) FROM heap_page_items(get_raw_page('secret', 0))}, 'get_raw_page', $table ],
	[ boss => q{SELECT count(*) FROM bt_page_items('secret_pkey', 1)}, 'bt_page_items', $index ],
	[ boss => q{SELECT count(*) FROM bt_metap('secret_pkey')}, 'bt_metap', $index ],
	[ alice => q{SELECT count(*) FROM pgrowlocks('secret')}, 'pgrowlocks', $table ],
	[ alice => q{SELECT pg_prewarm('secret')}, 'pg_prewarm', $table ],
	[ alice => q{SELECT tuple_count FROM pgstattuple('secret')}, 'pgstattuple', $table ],
	[ alice => q{SELECT count(*) FROM pg_visibility('secret')}, 'pg_visibility', $table ],
	[ boss => q{SELECT count(*) FROM verify_heapam('secret')}, 'verify_heapam', $table ],
	[ boss => q{SELECT bt_index_check('secret_pkey')}, 'bt_index_check', $index ],
	[ boss => q{SELECT bt_index_parent_check('secret_pkey', true)}, 'bt_index_parent_check', $index ])
{
	my ($user, $sql, $function, $object) = @$case;
	@got = run_as($node, $user, $sql);
	my $record = of_query($sql, @got);
	has_facts($record, { event => 'statement', outcome => 'success', privileged => 1, user => $user, objects => [$object] },
		"default classes: $sql");
	ok(scalar(grep { $_->{type} eq 'function' && $_->{name} =~ /^public\.\Q$function\E\(/ } @{ $record->{objects} // [] }),
		"and names its function: $sql");
}

# Of packages that not every machine has.
foreach my $case (
	[ pg_dirtyread => q{SELECT count(*) FROM pg_dirtyread('secret') AS t (a int)}, 'public.pg_dirtyread(', [$table] ],
	[ pgfincore => q{SELECT count(*) FROM pgfincore('secret', 'main', false)}, 'public.pgfincore(', [$table] ],
	[ orafce => q{SELECT utl_file.tmpdir()}, 'utl_file.tmpdir(', [] ])
{
	my ($extension, $sql, $function, $objects) = @$case;
	SKIP: {
		skip "$extension is not installed for this major", 2 unless has_library($extension);
		$node->safe_psql('postgres', "CREATE EXTENSION $extension");
		@got = run_as($node, 'boss', $sql);
		my $record = of_query($sql, @got);
		has_facts($record, { event => 'statement', outcome => 'success', privileged => 1, objects => $objects }, "default classes: $sql");
		ok(scalar(grep { $_->{type} eq 'function' && index($_->{name}, $function) == 0 } @{ $record->{objects} // [] }),
			"and names its function: $sql");
	}
}

# The same by log_superuser = on, log = all: today's right facts beside what is missing.
$node->safe_psql('postgres', q{CREATE ROLE every SUPERUSER LOGIN; ALTER ROLE every SET secaudit.log = 'all'});
@got = run_as($node, 'every', q{SELECT get_raw_page('secret', 0)});
has_facts(of_query(q{SELECT get_raw_page('secret', 0)}, @got),
	{ classes => [ 'read', 'function' ], objects => ['function public.get_raw_page(pg_catalog.text,bigint) execute'] },
	'all classes: get_raw_page is a function');
@got = run_as($node, 'every', 'SELECT a FROM secret');
has_facts(of_query('SELECT a FROM secret', @got), { class => 'read', privileged => undef, objects => [$table] },
	'all classes: a plain read is not privileged');

# As a bound parameter.
@got = run_as($node, 'every', sub { $_[0]->parse('', 'SELECT get_raw_page($1, 0)')->bind('', '', ['secret'])->execute('') });
has_facts(of_query('SELECT get_raw_page($1, 0)', @got), { privileged => 1, objects => [$table] }, 'bound: get_raw_page');
@got = run_as($node, 'every', sub { $_[0]->parse('', 'SELECT pg_prewarm($1)')->bind('', '', ['secret'])->execute('') });
has_facts(of_query('SELECT pg_prewarm($1)', @got), { privileged => 1, objects => [$table] }, 'bound: pg_prewarm');
# Not known where it is computed from a row.
@got = run_as($node, 'every', q{SELECT get_raw_page(relname::text, 0) FROM pg_class WHERE relname = 'secret'});
has_facts(of_query(q{SELECT get_raw_page(relname::text, 0) FROM pg_class WHERE relname = 'secret'}, @got), { privileged => 1 },
	'computed: privileged without the relation');
# A relation that is not there, or not allowed, was an attempt.
@got = run_as($node, 'alice', q{SELECT get_raw_page('secret', 0)});
has_facts(of_query(q{SELECT get_raw_page('secret', 0)}, @got), { outcome => 'failure', sqlstate => '42501', privileged => 1, objects => [$table] },
	'refused: with what it was to read');

# Files, default classes.
my $sql = "COPY watched FROM '$file'";
@got = run_as($node, 'alice', $sql);
has_facts(of_query($sql, @got), { privileged => 1, objects => ["file $file copy_from"] }, 'default classes: COPY FROM a file is recorded');
foreach my $case (
	[ "SELECT pg_read_file('$file')", [ "file $file select", $reads_file ] ],
	[ "SELECT pg_read_binary_file('$file')", [ "file $file select", 'function pg_catalog.pg_read_binary_file(pg_catalog.text) execute' ] ],
	[ q{SELECT count(*) FROM pg_ls_dir('/etc')}, [ 'file /etc select', 'function pg_catalog.pg_ls_dir(pg_catalog.text) execute' ] ],
	[ "SELECT size FROM pg_stat_file('$file')", ['function pg_catalog.pg_stat_file(pg_catalog.text) execute'] ],
	[ "SELECT reads('$file')", [$reads_file] ],
	[ "DO \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); END\$\$", [$reads_file] ])
{
	($sql, my $objects) = @$case;
	@got = run_as($node, 'alice', $sql);
	has_facts(of_query($sql, @got), { event => 'statement', outcome => 'success', privileged => 1, user => 'alice', objects => $objects },
		"default classes: $sql");
}
@got = run_as($node, 'alice', q{SELECT pg_read_file('/nowhere')});
has_facts(of_query(q{SELECT pg_read_file('/nowhere')}, @got), { outcome => 'failure', privileged => 1, objects => ['file /nowhere select'] },
	'default classes: an attempt, too');
@got = run_as($node, 'alice', 'SELECT a FROM secret', 'SELECT trusted()', 'SELECT pg_backend_pid()');
is_deeply([ statements_of(@got) ], [], 'default classes: what reaches nothing leaves nothing');
# Off is off: documented in configuration.md.
$node->safe_psql('postgres', q{CREATE ROLE nobody LOGIN IN ROLE pg_read_server_files; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO nobody;
	ALTER ROLE nobody SET secaudit.log = 'none'});
@got = run_as($node, 'nobody', "SELECT pg_read_file('$file')");
is_deeply([ statements_of(@got) ], [], 'none: nothing, not even that');

# Untrusted languages.
foreach my $case ([ plperlu => q{ return `id` } ], [ plpython3u => q{ import os } ])
{
	my ($language, $body) = @$case;
	$sql = "CREATE FUNCTION new_$language() RETURNS text LANGUAGE $language AS \$\$$body\$\$";
	@got = run_as($node, 'boss', $sql, $sql =~ s/CREATE/CREATE OR REPLACE/r);
	my $created = of_query($sql, @got);
	has_facts($created, { classes => [ 'role', 'ddl' ], command => 'CREATE FUNCTION', objects => ["function public.new_$language() create"] },
		"$language: CREATE FUNCTION is DDL, and decides who may do what");
	ok(scalar(grep { $_ eq 'untrusted_language' } @{ $created->{security} // [] }), "$language: and says that nobody limits it");
	ok(scalar(grep { $_ eq 'untrusted_language' } @{ of_query($sql =~ s/CREATE/CREATE OR REPLACE/r, @got)->{security} // [] }),
		"$language: so does CREATE OR REPLACE");
}
$sql = q{CREATE FUNCTION new_plperl() RETURNS text LANGUAGE plperl AS 'return 1'};
@got = run_as($node, 'boss', $sql);
ok(!grep({ $_ eq 'untrusted_language' } @{ of_query($sql, @got)->{security} // [] }), 'plperl: a trusted language is none');
foreach my $case (
	[ 'SELECT runs_perl()', 'public.runs_perl()' ],
	[ 'SELECT runs_python()', 'public.runs_python()' ],
	[ 'SELECT calls_perl()', 'public.runs_perl()' ],
	[ 'INSERT INTO watched VALUES (1)', 'public.perl_trigger()' ],
	[ q{DO LANGUAGE plperlu 'my $x = 1'}, undef, 'boss' ])
{
	($sql, my $function, my $user) = @$case;
	@got = run_as($node, $user // 'alice', $sql);
	has_facts(of_query($sql, @got), { event => 'statement', outcome => 'success', privileged => 1,
			objects => [ map { "function $_ execute" } $function // () ] },
		"untrusted: privileged: $sql");
}
@got = run_as($node, 'every', 'SELECT trusted()', 'SELECT runs_perl()');
has_facts(of_query('SELECT trusted()', @got), { privileged => undef, objects => ['function public.trusted() execute'] },
	'trusted: all classes: not privileged');
has_facts(of_query('SELECT runs_perl()', @got), { classes => [ 'read', 'function' ], objects => ['function public.runs_perl() execute'] },
	'untrusted: all classes: a function');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
