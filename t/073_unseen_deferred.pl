# Deferred constraint triggers: they run at COMMIT, and without a block after
# the statement, whose record may have been written by then.
#
# The form: in a block, the COMMIT has the trigger function and what it reached.
# Without one, the statement has them; an implementation that writes it before
# may give them to the `transaction` event of that statement instead, so a test
# takes the first of the two that names the function.  What the function
# runs by SQL is nested in that statement, with origin `trigger`.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('deferred');
my $file = $node->data_dir . '/PG_VERSION';

$node->safe_psql('postgres', <<"SQL");
CREATE ROLE boss SUPERUSER;
CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files;
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
CREATE TABLE note (t text);
CREATE FUNCTION reads() RETURNS trigger LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RETURN NULL; END\$\$;
CREATE FUNCTION becomes() RETURNS trigger LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := set_config('role', 'boss', false); RETURN NULL; END\$\$;
CREATE FUNCTION writes() RETURNS trigger LANGUAGE plpgsql AS
  \$\$BEGIN INSERT INTO note VALUES ('w'); RETURN NULL; END\$\$;
CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS
  \$\$DECLARE t text; BEGIN t := pg_read_file('$file'); RAISE EXCEPTION 'it says %', t; END\$\$;
DO \$\$ DECLARE f text; BEGIN
  FOREACH f IN ARRAY ARRAY['reads', 'becomes', 'writes', 'tells'] LOOP
    EXECUTE format('CREATE TABLE now_%s (a int)', f);
    EXECUTE format('CREATE TRIGGER t AFTER INSERT ON now_%s FOR EACH ROW EXECUTE FUNCTION %s()', f, f);
    EXECUTE format('CREATE TABLE late_%s (a int)', f);
    EXECUTE format('CREATE CONSTRAINT TRIGGER t AFTER INSERT ON late_%s DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION %s()', f, f);
  END LOOP; END \$\$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO alice;
SQL

my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my %facts = (
	reads => { privileged => 1, classes => ['function'], objects => [ 'function public.reads() execute', $reads_file ] },
	becomes => { class => 'role', from_role => 'alice', to_role => 'boss', gains_superuser => 1, objects => ['function public.becomes() execute'] },
	writes => { objects => ['function public.writes() execute'] });

sub names
{
	my ($function, $record) = @_;
	return grep { $_->{name} eq "public.$function()" } @{ $record->{objects} // [] };
}

# The statement if it names the function, or else the end of its transaction.
sub carrier
{
	my ($function, $query, @records) = @_;
	my $statement = of_query($query, @records);
	my ($end) = grep { ($_->{first_stmt} // 0) == ($statement->{stmt} // -1) } ends_of(@records);
	return names($function, $statement) || !$end || !names($function, $end) ? $statement : $end;
}

foreach my $f (qw(reads becomes writes))
{
	my @got = run_as($node, 'alice', "INSERT INTO now_$f VALUES (1)");
	has_facts(of_query("INSERT INTO now_$f VALUES (1)", @got), { command => 'INSERT', %{ $facts{$f} } },
		"$f: at once, by the statement");

	@got = run_as($node, 'alice', 'BEGIN', "INSERT INTO late_$f VALUES (1)", 'SET CONSTRAINTS ALL IMMEDIATE', 'COMMIT');
	has_facts(of_query('SET CONSTRAINTS ALL IMMEDIATE', @got), { outcome => 'success', %{ $facts{$f} } },
		"$f: by SET CONSTRAINTS");
	is_deeply([ names($f, of_query('COMMIT', @got)) ], [], "$f: by SET CONSTRAINTS, and not again by COMMIT");

	@got = run_as($node, 'alice', 'BEGIN', "INSERT INTO late_$f VALUES (1)", 'SELECT 1', 'COMMIT');
	has_facts(of_query('COMMIT', @got), { command => 'COMMIT', outcome => 'success', %{ $facts{$f} } },
		"$f: deferred, by the COMMIT");
	is_deeply([ names($f, of_query("INSERT INTO late_$f VALUES (1)", @got)) ], [], "$f: deferred, not yet by the statement");

	my $sql = "INSERT INTO late_$f VALUES (2)";
	@got = run_as($node, 'alice', $sql);
	has_facts(carrier($f, $sql, @got), { outcome => 'success', %{ $facts{$f} } },
		"$f: deferred without a block, by the statement or its transaction's end");
	@got = run_as($node, 'alice', sub { $_[0]->parse('', $sql)->bind('', '', [])->execute('') });
	has_facts(carrier($f, $sql, @got), { outcome => 'success', %{ $facts{$f} } },
		"$f: deferred without a block, extended, where Sync commits");

	@got = run_as($node, 'alice', 'BEGIN', "INSERT INTO late_$f VALUES (3)", 'ROLLBACK');
	is_deeply([ grep { names($f, $_) } @got ], [], "$f: rolled back it has not run");
}

# Two in one text: the second is the one that commits.
my @got = run_as($node, 'alice', 'INSERT INTO late_reads VALUES (4); INSERT INTO late_reads VALUES (5)');
ok(scalar(grep { $_->{privileged} && names('reads', $_) } @got), 'in one text with another, it has run') or diag bare(@got);

# The role that a deferred trigger leaves behind.
@got = run_as($node, 'alice', 'INSERT INTO late_becomes VALUES (6)', 'SELECT 2');
is(of_query('SELECT 2', @got)->{current_user}, 'boss', 'the role that it sets stays');
is(scalar(grep { ($_->{to_role} // '') eq 'boss' } @got), 1, 'and one record says where it came from') or diag bare(@got);

# The statements inside.
my ($inner) = grep { ($_->{query} // '') =~ /INTO note/ } @got = run_as($node, 'alice', 'INSERT INTO now_writes VALUES (1)');
has_facts($inner // {}, { origin => 'trigger', level => 1, parent => of_query('INSERT INTO now_writes VALUES (1)', @got)->{stmt} },
	'writes: at once, its statement is nested');
($inner) = grep { ($_->{query} // '') =~ /INTO note/ } @got = run_as($node, 'alice', 'BEGIN', 'INSERT INTO late_writes VALUES (1)', 'COMMIT');
has_facts($inner // {}, { origin => 'trigger', level => 1, parent => of_query('COMMIT', @got)->{stmt} },
	'writes: deferred, it is nested in the COMMIT');
($inner) = grep { ($_->{query} // '') =~ /INTO note/ } @got = run_as($node, 'alice', 'INSERT INTO late_writes VALUES (2)');
has_facts($inner // {}, { origin => 'trigger', level => 1, parent => of_query('INSERT INTO late_writes VALUES (2)', @got)->{stmt} },
	'writes: deferred without a block, in the statement');

my $late = 'INSERT INTO late_writes VALUES (3)';
($inner) = grep { ($_->{query} // '') =~ /INTO note/ }
  @got = run_as($node, 'alice', sub { $_[0]->parse('', $late)->bind('', '', [])->execute('') });
has_facts($inner // {}, { origin => 'trigger', level => 1, parent => of_query($late, @got)->{stmt} },
	'writes: deferred without a block, extended: the same');

# One that reports the file in an error.
@got = run_as($node, 'alice', 'BEGIN', 'INSERT INTO late_tells VALUES (1)', 'COMMIT');
has_facts(of_query('COMMIT', @got), { outcome => 'failure', sqlstate => 'P0001', privileged => 1,
		objects => [ 'function public.tells() execute', $reads_file ] },
	'tells: deferred, the COMMIT fails with what it reached');
@got = run_as($node, 'alice', 'INSERT INTO late_tells VALUES (2)');
my ($told) = grep { $_->{outcome} eq 'failure' && names('tells', $_) } @got;
has_facts($told // {}, { sqlstate => 'P0001', privileged => 1, objects => [ 'function public.tells() execute', $reads_file ] },
	'tells: deferred without a block, a failure with what it reached');

# Default classes: what reaches beyond the database is recorded whatever they are.
$node->safe_psql('postgres', q{ALTER ROLE alice SET secaudit.log = 'ddl, role, session, error, config'});
@got = run_as($node, 'alice', 'BEGIN', 'INSERT INTO late_reads VALUES (7)', 'COMMIT');
has_facts(of_query('COMMIT', @got), $facts{reads}, 'default classes: reads: deferred, the COMMIT is recorded');
@got = run_as($node, 'alice', 'BEGIN', 'INSERT INTO late_becomes VALUES (7)', 'COMMIT');
has_facts(of_query('COMMIT', @got), $facts{becomes}, 'default classes: becomes: deferred, the COMMIT is recorded');
@got = run_as($node, 'alice', 'INSERT INTO late_becomes VALUES (8)');
ok(scalar(grep { ($_->{to_role} // '') eq 'boss' } @got), 'default classes: becomes: without a block, the role is recorded') or diag bare(@got);

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
