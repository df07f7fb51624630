# CREATE EXTENSION through a wrapper of ProcessUtility: pgextwlist runs it, and
# scripts of its own before and after, as the bootstrap superuser for a user
# who is none.  Before secaudit in shared_preload_libraries, after it, and loaded
# by the session.
#
# The form: as without a wrapper.  The client's CREATE EXTENSION is one statement;
# of the script's statements those that change rights have records, with origin
# `extension` and that statement as parent, under the superuser as current_user.
# What the wrapper's own scripts run is recorded by class, with the same origin and
# parent: nobody typed it.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

plan skip_all => 'pgextwlist is not installed for this major' unless has_library('pgextwlist');

my $node = new_node('extensions', no_start => 1);
my $scripts = $node->basedir . '/scripts';
mkdir $scripts;
mkdir "$scripts/pg_stat_statements";
append_to_file("$scripts/pg_stat_statements/after-create.sql",
	"CREATE TABLE public.after_it (a int);\nGRANT SELECT ON public.after_it TO plain;\n");
$node->append_conf('postgresql.conf', "extwlist.extensions = 'hstore,pg_stat_statements'\nextwlist.custom_path = '$scripts'\n");
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', 'CREATE ROLE alice LOGIN; CREATE ROLE plain; GRANT CREATE ON DATABASE postgres TO alice; GRANT CREATE ON SCHEMA public TO alice');
my $super = $node->safe_psql('postgres', 'SELECT current_user');

my $create = 'CREATE EXTENSION pg_stat_statements';
my $drop = 'DROP EXTENSION pg_stat_statements';

sub short { return join "\n", sort map { join ' ', $_->{class}, $_->{command}, $_->{query} } @_; }

# Without it: hstore is trusted, pg_stat_statements is for superusers.
my @got = run_as($node, $super, $create);
my $plain = of_query($create, @got);
my @steps = grep { $_->{stmt} != $plain->{stmt} } statements_of(@got);
has_facts($plain, { class => 'ddl', level => undef, parent => undef, origin => undef, user => $super, objects => ['extension pg_stat_statements create,alter'] },
	'without a wrapper: CREATE EXTENSION');
ok(scalar(@steps), 'without a wrapper: its script has changed rights');
is_deeply([ grep { ($_->{origin} // '') ne 'extension' || $_->{parent} != $plain->{stmt} } @steps ], [],
	'without a wrapper: which came from the extension');
my $expected_steps = short(@steps);
$node->safe_psql('postgres', $drop);

my %order = (
	'before secaudit' => "shared_preload_libraries = 'pgextwlist, secaudit'\n",
	'after secaudit' => "shared_preload_libraries = 'secaudit, pgextwlist'\n",
	'by the session' => "shared_preload_libraries = 'secaudit'\nsession_preload_libraries = 'pgextwlist'\n");

foreach my $order (sort keys %order)
{
	$node->append_conf('postgresql.conf', $order{$order});
	$node->restart;

	@got = run_as($node, 'alice', $create);
	my $statement = of_query($create, @got);
	has_facts($statement, { class => 'ddl', command => 'CREATE EXTENSION', outcome => 'success', level => undef, parent => undef, origin => undef,
			user => 'alice', objects => ['extension pg_stat_statements create,alter'] },
		"$order: CREATE EXTENSION is the client's statement");
	is(scalar(grep { ($_->{query} // '') eq $create } statements_of(@got)), 1, "$order: once") or diag bare(@got);
	@steps = grep { ($_->{query} // '') ne $create } statements_of(@got);
	is_deeply([ map { $_->{query} } grep { !defined $_->{parent} || !$_->{level} } @steps ], [], "$order: no step of a script is a statement of the client");
	is_deeply([ map { $_->{query} } grep { ($_->{origin} // 'client') ne 'extension' } @steps ], [], "$order: each came from the extension")
	  or diag bare(@got);
	is_deeply([ map { $_->{query} } grep { ($_->{parent} // 0) != $statement->{stmt} } @steps ], [], "$order: and has that statement as parent");
	is_deeply([ map { $_->{query} } grep { $_->{user} ne 'alice' || ($_->{current_user} // '') ne $super } @steps ], [],
		"$order: run for alice, as the superuser");
	is(short(grep { $_->{query} !~ /after_it/ } @steps), $expected_steps, "$order: the steps are those of a plain CREATE EXTENSION");
	my ($grant) = grep { $_->{query} =~ /GRANT SELECT ON public.after_it/ } @steps;
	has_facts($grant // {}, { class => 'role', grantees => ['plain'], objects => ['table public.after_it grant'] },
		"$order: what the wrapper's own script grants is recorded");

	@got = run_as($node, 'alice', 'CREATE EXTENSION pageinspect');
	has_facts(of_query('CREATE EXTENSION pageinspect', @got), { class => 'ddl', outcome => 'failure', level => undef }, "$order: a refused one");

	@got = run_as($node, 'alice', $drop);
	has_facts(of_query($drop, @got), { class => 'ddl', outcome => 'success', level => undef, parent => undef, origin => undef, user => 'alice' },
		"$order: DROP EXTENSION is the client's, too");
	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS after_it');
}

# A step that is summed up, but runs something that is not: its record is there, too,
# so that no record's parent is missing.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'secaudit'\nsession_preload_libraries = ''\n");
$node->restart;
$node->safe_psql('postgres', q{
	CREATE TABLE noted (tag text);
	CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO noted VALUES (tg_tag); END';
	CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('CREATE CAST') EXECUTE FUNCTION note()});
@got = statements_of(run_as($node, $super, 'CREATE EXTENSION hstore'));
my %is_there = map { $_->{stmt} => $_ } @got;
my @notes = grep { $_->{query} =~ /INSERT INTO noted/ } @got;
ok(scalar(@notes), 'what an event trigger writes while a script runs has a record');
is_deeply([ grep { !$is_there{ $_->{parent} } } @notes ], [], 'and the step of the script that fired it has one');
is_deeply([ map { [ @{ $is_there{ $_->{parent} } }{qw(command origin parent level)} ] } @notes ],
	[ map { [ 'CREATE CAST', 'extension', of_query('CREATE EXTENSION hstore', @got)->{stmt}, 1 ] } @notes ],
	'which is inside CREATE EXTENSION');
is_deeply([ grep { $_->{command} eq 'CREATE TYPE' } @got ], [], 'steps that ran nothing stay summed up');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
