# A user's code that the planner runs: an IMMUTABLE function is folded to a
# constant when a plan is made, which the extended protocol does at Bind.  What
# is never executed after that has run code nevertheless.
#
# The form: a `statement` record as of an execution, `incomplete`, with the
# function and what it reached; written when the portal goes, at the latest when
# the session ends.  A Bind that ran nobody's code still leaves nothing.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('planning');
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<"SQL");
CREATE ROLE boss SUPERUSER;
CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
CREATE TABLE note (t text);
GRANT ALL ON note TO alice;
CREATE FUNCTION reads() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN 1; END\$\$;
CREATE FUNCTION becomes() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := set_config('role', 'boss', false); RETURN 1; END\$\$;
CREATE FUNCTION looks() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$BEGIN PERFORM 1 FROM note; RETURN 1; END\$\$;
CREATE FUNCTION tells() RETURNS int IMMUTABLE LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RAISE EXCEPTION 'it says %', t; END\$\$;
CREATE FUNCTION late_reads() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN 1; END\$\$;
CREATE FUNCTION late_becomes() RETURNS int LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := set_config('role', 'boss', false); RETURN 1; END\$\$;
SQL

my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my @got;

sub bound { my ($sql) = @_; return sub { $_[0]->parse('', $sql)->bind('', '', []); }; }
sub parsed { my ($sql) = @_; return sub { $_[0]->parse('', $sql); }; }

# The same in a VOLATILE function, which the executor calls.
@got = run_as($node, 'alice', 'SELECT late_reads()', 'SELECT late_becomes()');
has_facts(of_query('SELECT late_reads()', @got),
	{   event => 'statement', privileged => 1, incomplete => undef, rows => 1, classes => [ 'read', 'function' ],
		objects => [ 'function public.late_reads() execute', $reads_file ] },
	'executed: a function that is not folded, with the file it read');
has_facts(of_query('SELECT late_becomes()', @got),
	{   class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1,
		objects => ['function public.late_becomes() execute'] },
	'executed: or the role that it sets');

# Folded, and run at once, as psql does.
@got = run_as($node, 'alice', 'SELECT reads()');
has_facts(of_query('SELECT reads()', @got),
	{   event => 'statement', command => 'SELECT', outcome => 'success', privileged => 1, incomplete => undef,
		rows => 1, classes => [ 'read', 'function' ],
		objects => [ 'function public.reads() execute', $reads_file ] },
	'executed: a folded function and the file it read are those of the statement');
@got = run_as($node, 'alice', 'SELECT becomes()');
has_facts(of_query('SELECT becomes()', @got),
	{   class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1,
		objects => ['function public.becomes() execute'] },
	'executed: so is the role that it sets');
@got = run_as($node, 'alice', 'SELECT looks()');
my ($inner) = grep { $_->{level} } @got;
has_facts($inner // {}, { command => 'SELECT', level => 1, origin => 'function', objects => ['table public.note select'],
		parent => of_query('SELECT looks()', @got)->{stmt} },
	'executed: and a query in it is nested');

# What is only bound.
@got = run_as($node, 'alice', bound('SELECT reads()'));
has_facts(of_query('SELECT reads()', @got),
	{   event => 'statement', command => 'SELECT', outcome => 'success', privileged => 1, incomplete => 1,
		classes => [ 'read', 'function' ], level => undef, user => 'alice',
		objects => [ 'function public.reads() execute', $reads_file ] },
	'bound only: a function that reads a file has run, and the statement has a record');
is(scalar(statements_of(@got)), 1, 'bound only: one');

@got = run_as($node, 'alice', bound('SELECT becomes()'), 'SELECT 2');
has_facts(of_query('SELECT becomes()', @got),
	{   event => 'statement', class => 'role', incomplete => 1, from_role => 'alice', to_role => 'boss',
		gains_superuser => 1, objects => ['function public.becomes() execute'] },
	'bound only: the role it sets is a change of role');
is(of_query('SELECT 2', @got)->{current_user}, 'boss', 'bound only: which stays');

@got = run_as($node, 'alice', bound('SELECT looks()'));
($inner) = grep { $_->{level} } @got;
my $outer = of_query('SELECT looks()', @got);
has_facts($outer, { event => 'statement', incomplete => 1, objects => ['function public.looks() execute'] },
	'bound only: a function that runs a query');
has_facts($inner // {}, { command => 'SELECT', level => 1, origin => 'function', objects => ['table public.note select'] },
	'bound only: the query is nested');
ok($inner && $outer->{stmt} && $inner->{parent} == $outer->{stmt}, 'bound only: and its parent has a record')
  or diag bare(@got);

@got = run_as($node, 'alice', bound('SELECT tells()'));
my ($failed) = grep { $_->{outcome} eq 'failure' && $_->{event} ne 'transaction' } @got;
has_facts($failed // {},
	{   event => 'statement', outcome => 'failure', sqlstate => 'P0001', privileged => 1, query => 'SELECT tells()',
		objects => [ 'function public.tells() execute', $reads_file ] },
	'bound only: one that reports the file in an error');

# Of a write the executor starts with Execute only: there is a plan, and no more.
my $write = q{INSERT INTO note SELECT 'x' || reads()};
@got = run_as($node, 'alice', bound($write));
has_facts(of_query($write, @got),
	{   event => 'statement', command => 'INSERT', outcome => 'success', privileged => 1, incomplete => 1,
		objects => [ 'function public.reads() execute', $reads_file ] },
	'bound only: a write, of which there is no more than a plan');
@got = run_as($node, 'alice', 'EXPLAIN SELECT reads()');
has_facts(of_query('EXPLAIN SELECT reads()', @got), { privileged => 1, executed => undef, objects => [ 'function public.reads() execute', $reads_file ] },
	'EXPLAIN: a folded function has run as well');

# In a block, with a named statement bound twice: the second Bind makes a plan again.
@got = run_as($node, 'alice', 'BEGIN',
	sub { $_[0]->parse('s', 'SELECT reads()')->bind('a', 's', [])->bind('b', 's', [])->close_it('P', 'a') }, 'COMMIT');
ok(of_query('SELECT reads()', @got)->{incomplete}, 'bound only: in a block, named') or diag bare(@got);
is_deeply([ map { $_->{stmt} } grep { !$_->{stmt} } statements_of(@got) ], [], 'bound only: each with its number');

# A record for whom asks for reads only by their reach.
@got = run_as($node, 'alice', sub { $_[0]->parse('', 'SELECT reads()')->bind('p', '', [])->describe('P', 'p') });
has_facts(of_query('SELECT reads()', @got), { privileged => 1, incomplete => 1 }, 'bound and described: the same');

# What must not come of it.
@got = run_as($node, 'alice', parsed('SELECT reads()'), parsed('SELECT becomes()'));
is_deeply([ statements_of(@got) ], [], 'parsed only: nothing has run, nothing is recorded');
@got = run_as($node, 'alice', bound('SELECT t FROM note'));
is_deeply([ statements_of(@got) ], [], 'bound only: a statement that calls nobody leaves nothing');
@got = run_as($node, 'alice', sub { $_[0]->parse('', 'SELECT reads()')->bind('', '', [])->execute('') });
is_deeply([ map { [ $_->{query}, $_->{incomplete} ] } statements_of(@got) ], [ [ 'SELECT reads()', undef ] ],
	'bound and executed: one record, complete');
has_facts(of_query('SELECT reads()', @got), { privileged => 1, objects => [ 'function public.reads() execute', $reads_file ] },
	'bound and executed: with what the planner ran');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
