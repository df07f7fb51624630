# A user's code that runs before there is a plan: the CHECK of a domain, which
# the input of a literal calls in Parse, and that of a parameter in Bind.
#
# The form: as for what the planner runs (071): a `statement` record with the
# text that was parsed, `incomplete` where it was not executed; where it was, the
# function is among that statement's objects.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('domains');
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<"SQL");
CREATE ROLE boss SUPERUSER;
CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
CREATE TABLE note (t text);
GRANT ALL ON note TO alice;
CREATE FUNCTION reads(text) RETURNS bool LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN true; END\$\$;
CREATE FUNCTION becomes(text) RETURNS bool LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := set_config('role', 'boss', false); RETURN true; END\$\$;
CREATE FUNCTION looks(text) RETURNS bool LANGUAGE plpgsql AS
  \$\$BEGIN PERFORM 1 FROM note; RETURN true; END\$\$;
CREATE FUNCTION tells(text) RETURNS bool LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RAISE EXCEPTION 'it says %', t; END\$\$;
CREATE DOMAIN dv AS text CHECK (reads(VALUE));
CREATE DOMAIN dr AS text CHECK (becomes(VALUE));
CREATE DOMAIN dq AS text CHECK (looks(VALUE));
CREATE DOMAIN dt AS text CHECK (tells(VALUE));
CREATE DOMAIN plain AS text CHECK (VALUE <> 'x');
CREATE TYPE pair AS (a int, b dv);
SQL
my %oid = map { split /\|/ } split /\n/,
  $node->safe_psql('postgres', q{SELECT typname, oid FROM pg_type WHERE typname IN ('dv', 'dr', 'dq', 'dt', 'plain')});

my $reads = 'function public.reads(pg_catalog.text) execute';
my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my @got;

sub parsed { my ($sql) = @_; return sub { $_[0]->parse('', $sql); }; }
sub bound { my ($sql, $type) = @_; return sub { $_[0]->parse('', $sql, $oid{$type})->bind('', '', ['abc']); }; }
sub executed { my ($sql, $type) = @_; return sub { $_[0]->parse('', $sql, $oid{$type})->bind('', '', ['abc'])->execute(''); }; }
sub inner { return (grep { $_->{level} || ($_->{query} // '') =~ /FROM note/ } @_)[0] // {}; }

# A literal in a statement that runs: today's right record is that of an
# expression, which the executor evaluates.
@got = run_as($node, 'alice', q{SELECT ('ab' || 'c')::dv});
has_facts(of_query(q{SELECT ('ab' || 'c')::dv}, @got),
	{ event => 'statement', privileged => 1, classes => [ 'read', 'function' ], incomplete => undef, objects => [ $reads, $reads_file ] },
	'executed: a CHECK that the executor evaluates is a function of the statement');

foreach my $sql (
	q{SELECT '{abc}'::dv[]},
	q{VALUES ('{abc}'::dv[])},
	q{SELECT '(1,abc)'::pair},
	q{SELECT '{abc}'::dv[] LIMIT 0},
	q{INSERT INTO note SELECT (('{abc}'::dv[])[1])})
{
	my $command = $sql =~ /^INSERT/ ? 'INSERT' : 'SELECT';
	@got = run_as($node, 'alice', parsed($sql));
	has_facts(of_query($sql, @got),
		{   event => 'statement', command => $command, outcome => 'success', privileged => 1, incomplete => 1,
			level => undef, user => 'alice', objects => [ $reads, $reads_file ] },
		"parsed only: the CHECK has run: $sql");
	@got = run_as($node, 'alice', $sql);
	has_facts(of_query($sql, @got),
		{   event => 'statement', command => $command, outcome => 'success', privileged => 1, incomplete => undef,
			objects => [ $reads, $reads_file ] },
		"executed: it is the statement's: $sql");
	is(scalar(statements_of(@got)), 1, "executed: which is one record: $sql") or diag bare(@got);
}

my $sql = q{SELECT '{abc}'::dr[]};
@got = run_as($node, 'alice', parsed($sql), 'SELECT 2');
has_facts(of_query($sql, @got),
	{ event => 'statement', class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1, incomplete => 1 },
	'parsed only: a CHECK that sets a role');
is(of_query('SELECT 2', @got)->{current_user}, 'boss', 'parsed only: which stays');

$sql = q{SELECT '{abc}'::dq[]};
@got = run_as($node, 'alice', parsed($sql));
has_facts(of_query($sql, @got), { event => 'statement', incomplete => 1, objects => ['function public.looks(pg_catalog.text) execute'] },
	'parsed only: a CHECK that runs a query');
has_facts(inner(@got), { level => 1, origin => 'function', parent => of_query($sql, @got)->{stmt} // 'its statement',
		objects => ['table public.note select'] },
	'parsed only: which is nested');
@got = run_as($node, 'alice', $sql);
has_facts(inner(@got), { level => 1, origin => 'function', parent => of_query($sql, @got)->{stmt} // 'its statement' },
	'executed: it is nested as well');

$sql = q{SELECT '{abc}'::dt[]};
@got = run_as($node, 'alice', parsed($sql));
my ($failed) = grep { $_->{outcome} eq 'failure' && $_->{event} ne 'transaction' } @got;
has_facts($failed // {}, { event => 'statement', sqlstate => 'P0001', privileged => 1, query => $sql,
		objects => [ 'function public.tells(pg_catalog.text) execute', $reads_file ] },
	'parsed only: a CHECK that reports the file in an error');

# Parameters.
foreach my $case ([ bound => 1, \&bound ], [ executed => undef, \&executed ])
{
	my ($how, $incomplete, $steps) = @$case;
	$sql = 'SELECT length($1)';

	@got = run_as($node, 'alice', $steps->($sql, 'dv'));
	has_facts(of_query($sql, @got),
		{   event => 'statement', command => 'SELECT', privileged => 1, incomplete => $incomplete, user => 'alice',
			objects => [ $reads, $reads_file ] },
		"$how: the CHECK of a parameter's domain is the statement's");
	is(scalar(statements_of(@got)), 1, "$how: in one record") or diag bare(@got);

	@got = run_as($node, 'alice', $steps->($sql, 'dr'), 'SELECT 2');
	has_facts(of_query($sql, @got), { class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1, incomplete => $incomplete },
		"$how: one that sets a role");

	@got = run_as($node, 'alice', $steps->($sql, 'dq'));
	has_facts(of_query($sql, @got), { event => 'statement', incomplete => $incomplete, objects => ['function public.looks(pg_catalog.text) execute'] },
		"$how: one that runs a query");
	has_facts(inner(@got), { level => 1, origin => 'function', parent => of_query($sql, @got)->{stmt} // 'its statement',
			objects => ['table public.note select'] },
		"$how: which is nested in the statement");

	@got = run_as($node, 'alice', $steps->($sql, 'dt'));
	($failed) = grep { $_->{outcome} eq 'failure' && $_->{event} ne 'transaction' } @got;
	has_facts($failed // {}, { event => 'statement', sqlstate => 'P0001', privileged => 1, query => $sql },
		"$how: one that reports the file in an error");
}

# What must not come of it.
@got = run_as($node, 'alice', parsed(q{SELECT '{abc}'::plain[]}), bound('SELECT length($1)', 'plain'));
is_deeply([ statements_of(@got) ], [], 'a CHECK that calls nobody leaves nothing, parsed or bound');

# A message of its own each: what one ran is not the next one's.
@got = run_as($node, 'alice', parsed(q{SELECT '{abc}'::dv[]}), 'SELECT 3');
has_facts(of_query('SELECT 3', @got), { privileged => undef, objects => [] }, 'the next statement has nothing of it');
is_deeply(objects_of(of_query('SELECT 3', @got)), [], 'and no object');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
