# Code that runs before its statement begins, where it is entangled: planning
# inside of planning, errors that are caught or not, several statements parsed and
# bound before one is executed, cursors, function calls of the protocol, and what
# only a worker of a parallel query sees.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('early', conf => "max_prepared_transactions = 2\nmax_worker_processes = 16\n");
my $file = $node->data_dir . '/PG_VERSION';

sub plpgsql
{
	my ($head, $body) = @_;
	return "CREATE FUNCTION $head LANGUAGE plpgsql AS \$\$DECLARE t text; r record; BEGIN $body END\$\$;\n";
}

my $read = "t := pg_read_file('$file');";
$node->safe_psql('postgres',
	"CREATE ROLE boss SUPERUSER;
	CREATE ROLE alice LOGIN IN ROLE boss, pg_read_server_files;
	GRANT EXECUTE ON FUNCTION pg_read_file(text) TO alice;
	GRANT CREATE ON SCHEMA public TO alice;
	CREATE TABLE note (t text);\n"
	. plpgsql('reads() RETURNS int IMMUTABLE', "$read RETURN 1;")
	. plpgsql('becomes() RETURNS int IMMUTABLE', q{t := set_config('role', 'boss', false); RETURN 1;})
	. plpgsql('looks() RETURNS int IMMUTABLE', 'PERFORM 1 FROM note WHERE length(note.t) > reads(); RETURN 1;')
	. plpgsql('catches() RETURNS int IMMUTABLE', "$read BEGIN PERFORM 1/0; EXCEPTION WHEN others THEN NULL; END; RETURN 1;")
	. plpgsql('rethrows() RETURNS int IMMUTABLE', "$read BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN undefined_table THEN NULL; END; RETURN 1;")
	. plpgsql('dreads(text) RETURNS bool', "$read RETURN true;")
	. plpgsql('dcatches(text) RETURNS bool', "$read BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN others THEN NULL; END; RETURN true;")
	. plpgsql('dloops(text) RETURNS bool', "FOR r IN SELECT 1 FROM note LOOP NULL; END LOOP; FOR r IN EXECUTE 'SELECT 2 FROM note' LOOP NULL; END LOOP; RETURN true;")
	. plpgsql('part(int) RETURNS int IMMUTABLE PARALLEL SAFE COST 10000', "IF \$1 % 50000 = 0 THEN $read END IF; RETURN 1;")
	. plpgsql('late() RETURNS trigger', "BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN others THEN NULL; END; $read RETURN NULL;")
	. "CREATE DOMAIN dv AS text CHECK (dreads(VALUE));
	CREATE DOMAIN dc AS text CHECK (dcatches(VALUE));
	CREATE DOMAIN dl AS text CHECK (dloops(VALUE));
	CREATE DOMAIN df AS text CHECK (pg_read_file('$file') <> VALUE);
	CREATE FUNCTION takes(dv) RETURNS int LANGUAGE sql AS 'SELECT 1';
	CREATE TABLE big AS SELECT g a FROM generate_series(1, 200000) g; ANALYZE big; ALTER TABLE big OWNER TO alice;
	CREATE TABLE deferred (a int);
	CREATE CONSTRAINT TRIGGER t AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();
	GRANT ALL ON note, deferred TO alice;");

my $reads_file = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
my %reads = (privileged => 1, objects => [ 'function public.reads() execute', $reads_file ]);
my %dreads = (privileged => 1, objects => [ 'function public.dreads(pg_catalog.text) execute', $reads_file ]);
my $literal = q{SELECT '{a}'::dv[]};
my @got;

sub bound { my ($sql) = @_; return sub { $_[0]->parse('', $sql)->bind('', '', []); }; }
sub parsed { my ($sql) = @_; return sub { $_[0]->parse('', $sql); }; }
sub inner { return grep { $_->{level} } @_; }
sub numbers_are_unique
{
	my ($name, @records) = @_;
	my %seen;
	is_deeply([ grep { $seen{$_}++ } map { $_->{stmt} } grep { defined $_->{stmt} } @records ], [], "$name: each has its own number");
}

# Planning inside of planning.
foreach my $case ([ executed => 'SELECT looks()', undef ], [ bound => bound('SELECT looks()'), 1 ])
{
	my ($how, $step, $incomplete) = @$case;
	@got = run_as($node, 'alice', $step);
	my $outer = of_query('SELECT looks()', @got);
	has_facts($outer, { privileged => 1, incomplete => $incomplete, objects => [ 'function public.looks() execute', 'function public.reads() execute', $reads_file ] },
		"planning inside of planning, $how: all of it is there");
	is_deeply([ map { [ $_->{level}, $_->{parent} == $outer->{stmt} ? 1 : 0, $_->{origin} ] } inner(@got) ], [ [ 1, 1, 'function' ] ],
		"planning inside of planning, $how: and the query is nested");
}
@got = run_as($node, 'alice', 'DO $$ BEGIN PERFORM reads(); PERFORM becomes(); END $$');
has_facts(of_query('SELECT reads()', @got), { level => 1, %reads }, 'planned in a DO: the functions are those of its query');
has_facts((grep { $_->{command} // '' eq 'DO' } grep { ($_->{query} // '') =~ /^DO/ } @got)[0] // {}, { class => 'role', to_role => 'boss' },
	'planned in a DO: the role is its own');

# Errors.
@got = run_as($node, 'alice', bound('SELECT catches()'));
has_facts(of_query('SELECT catches()', @got), { event => 'statement', outcome => 'success', privileged => 1, incomplete => 1 },
	'bound: an error that is caught');
has_facts((inner(@got))[0] // {}, { event => 'error', sqlstate => '22012', level => 1, parent => of_query('SELECT catches()', @got)->{stmt} },
	'bound: which is recorded inside of it');
numbers_are_unique('bound', @got);
@got = run_as($node, 'alice', parsed(q{SELECT '{a}'::dc[]}));
has_facts(of_query(q{SELECT '{a}'::dc[]}, @got), { outcome => 'success', privileged => 1, incomplete => 1 }, 'parsed: an error that is caught');
is_deeply([ map { [ $_->{event}, $_->{sqlstate}, $_->{level} ] } inner(@got) ], [ [ 'error', 'P0001', 1 ] ], 'parsed: which is recorded inside of it');
foreach my $case ([ executed => 'SELECT rethrows()' ], [ bound => bound('SELECT rethrows()') ])
{
	@got = run_as($node, 'alice', $case->[1]);
	has_facts(of_query('SELECT rethrows()', @got), { event => 'statement', outcome => 'failure', sqlstate => 'P0001', privileged => 1 },
		"$case->[0]: an error that no handler takes");
	is(scalar(statements_of(@got)), 1, "$case->[0]: one record") or diag bare(@got);
}
@got = run_as($node, 'alice', 'BEGIN', 'SAVEPOINT a', 'SELECT rethrows()', 'ROLLBACK TO a', 'SELECT reads()', 'COMMIT');
has_facts(of_query('SELECT rethrows()', @got), { outcome => 'failure', sqlstate => 'P0001', privileged => 1 }, 'below a savepoint: fails');
has_facts(of_query('SELECT reads()', @got), { outcome => 'success', %reads }, 'below a savepoint: and the next does not');
@got = run_as($node, 'alice', "$literal, nowhere");
has_facts(of_query("$literal, nowhere", @got), { event => 'statement', outcome => 'failure', sqlstate => '42703', %dreads },
	'a text that is refused after a CHECK has run');
@got = run_as($node, 'alice', sub { $_[0]->parse('a', $literal)->parse('b', 'SELEC 7') });
has_facts(of_query($literal, @got), { outcome => 'success', incomplete => 1, %dreads }, 'what was parsed before an error');
has_facts(of_query('SELEC <redacted>', @got), { event => 'error', sqlstate => '42601', level => undef }, 'and the error is of another text');
numbers_are_unique('parsed before an error', @got);

# A CHECK that calls a built-in function itself; and one with loops, whose cursors look like a client's.
@got = run_as($node, 'alice', parsed(q{SELECT '{a}'::df[]}));
has_facts(of_query(q{SELECT '{a}'::df[]}, @got), { incomplete => 1, privileged => 1, objects => [$reads_file] }, 'a CHECK without a function of a user');
foreach my $case ([ executed => q{SELECT '{a}'::dl[]} ], [ parsed => parsed(q{SELECT '{a}'::dl[]}) ])
{
	@got = run_as($node, 'alice', $case->[1]);
	my $outer = of_query(q{SELECT '{a}'::dl[]}, @got);
	is_deeply([ map { [ $_->{query}, $_->{level}, $_->{parent} ] } inner(@got) ],
		[ [ 'SELECT 1 FROM note', 1, $outer->{stmt} ], [ 'SELECT 2 FROM note', 1, $outer->{stmt} ] ], "$case->[0]: loops in a CHECK are nested");
}

# Several in one message, several messages.
my @texts = ($literal, 'SELECT 5', 'SELECT reads()');
@got = run_as($node, 'alice', join('; ', @texts));
is_deeply([ map { [ $_->{query}, $_->{privileged} ? 1 : 0 ] } statements_of(@got) ], [ [ $texts[0], 1 ], [ $texts[1], 0 ], [ $texts[2], 1 ] ],
	'in one text: each has its own');
@got = run_as($node, 'alice', 'BEGIN', sub { $_[0]->parse('a', $literal)->parse('b', 'SELECT 7')->bind('', 'b', [])->execute('') },
	sub { $_[0]->bind('', 'a', [])->execute('') }, 'COMMIT');
is_deeply([ map { [ $_->{query}, $_->{privileged} ? 1 : 0, $_->{incomplete} ? 1 : 0 ] } statements_of(@got) ],
	[ [ 'BEGIN', 0, 0 ], [ $literal, 1, 1 ], [ 'SELECT 7', 0, 0 ], [ $literal, 0, 0 ], [ 'COMMIT', 0, 0 ] ],
	'parsed, another executed, then the first: what ran in Parse has a record of its own');
my ($x, $y) = (q{INSERT INTO note SELECT 'x' || reads()}, q{INSERT INTO note SELECT 'y' || becomes()});
@got = run_as($node, 'alice', sub { $_[0]->parse('a', $x)->parse('b', $y)->bind('p', 'a', [])->bind('q', 'b', [])->execute('q')->execute('p') });
is_deeply([ map { [ $_->{query}, $_->{privileged} ? 1 : 0, $_->{incomplete} ? 1 : 0, $_->{to_role} // '' ] } statements_of(@got) ],
	[ [ $x, 1, 1, '' ], [ $y, 0, 0, 'boss' ], [ $x, 0, 0, '' ] ], 'two writes bound, executed the other way round');
@got = run_as($node, 'alice', 'BEGIN', parsed($literal), 'ROLLBACK');
is_deeply([ map { [ $_->{query}, $_->{privileged} ? 1 : 0 ] } statements_of(@got) ], [ [ 'BEGIN', 0 ], [ $literal, 1 ], [ 'ROLLBACK', 0 ] ],
	'parsed, then rolled back');
@got = run_as($node, 'alice', "PREPARE p AS $literal", 'EXECUTE p', 'PREPARE q AS SELECT reads()', 'EXECUTE q', 'EXECUTE q');
has_facts(of_query("PREPARE p AS $literal", @got), \%dreads, 'PREPARE: the CHECK runs there');
is_deeply([ map { $_->{privileged} ? 1 : 0 } grep { $_->{query} eq 'EXECUTE q' } statements_of(@got) ], [ 1, 0 ],
	'EXECUTE: a folded function runs when a plan is made, and not again when it is kept');
my $function = $node->safe_psql('postgres', q{SELECT 'takes'::regproc::oid});
@got = run_as($node, 'alice', 'BEGIN', parsed($literal), sub { $_[0]->function_call($function, ['a']) }, 'COMMIT');
is_deeply([ map { [ $_->{command}, $_->{level} // 0 ] } grep { ($_->{query} // '') ne 'SELECT 1' } statements_of(@got) ],
	[ [ 'BEGIN', 0 ], [ 'SELECT', 0 ], [ 'FUNCTION CALL', 0 ], [ 'COMMIT', 0 ] ], 'a function call of the protocol is not inside of what was parsed before');

# What ends a transaction.
@got = run_as($node, 'alice', 'INSERT INTO deferred VALUES (1)');
my ($commit) = grep { $_->{event} eq 'statement' && $_->{command} eq 'COMMIT' } @got;
has_facts($commit // {}, { outcome => 'success', privileged => 1, objects => [ 'function public.late() execute', $reads_file ] },
	'a deferred trigger that catches an error');
@got = run_as($node, 'alice', sub { $_[0]->parse('', 'INSERT INTO deferred VALUES (1)')->bind('', '', [])->execute('')->parse('', $literal) });
($commit) = grep { $_->{event} eq 'statement' && $_->{command} eq 'COMMIT' } @got;
has_facts($commit // {}, { outcome => 'success', privileged => 1, objects => [ 'function public.late() execute', $reads_file ] },
	'a deferred trigger at a Sync after another Parse');
has_facts(of_query($literal, @got), { incomplete => 1, %dreads }, 'and what was parsed');
SKIP:
{
	# What rolls the block with the handler back asserts a transaction that is not ending,
	# and PREPARE TRANSACTION has begun to end it (15's xact.c).
	skip 'a server with assertions ends at a handler at PREPARE TRANSACTION', 1
	  if $node->safe_psql('postgres', 'SHOW debug_assertions') eq 'on';
	@got = run_as($node, 'alice', 'BEGIN', 'INSERT INTO deferred VALUES (1)', q{PREPARE TRANSACTION 'x'});
	has_facts(of_query(q{PREPARE TRANSACTION 'x'}, @got), { outcome => 'success', privileged => 1, objects => [ 'function public.late() execute', $reads_file ] },
		'a deferred trigger at PREPARE TRANSACTION');
}
my $cursor = 'DECLARE c CURSOR WITH HOLD FOR SELECT part(a) FROM big WHERE a % 50000 = 0';
@got = run_as($node, 'alice', $cursor, 'FETCH ALL FROM c');
has_facts((grep { $_->{event} eq 'statement' && $_->{command} eq 'COMMIT' } @got)[0] // {},
	{ privileged => 1, parent => of_query($cursor, @got)->{stmt}, objects => [$reads_file] }, 'a cursor WITH HOLD, filled at a commit without a block');
$cursor = 'DECLARE c CURSOR FOR SELECT part(a) FROM big WHERE a % 50000 = 0';
@got = run_as($node, 'alice', 'BEGIN', $cursor, sub { $_[0]->execute('c') }, 'COMMIT');
has_facts((grep { ($_->{query} // '') eq $cursor && $_->{privileged} } @got)[0] // {}, { event => 'statement', objects => [$reads_file] },
	'a cursor that a message of the protocol executes');
@got = run_as($node, 'alice', 'CREATE TEMP TABLE gone (a int) ON COMMIT DROP', 'CREATE TEMP TABLE stays (a int)');
is_deeply([ map { $_->{query} } statements_of(@got) ], [ 'CREATE TEMP TABLE gone (a int) ON COMMIT DROP', 'CREATE TEMP TABLE stays (a int)' ],
	'what a commit or the end of a session drops is nobody\'s statement');

# Parallel workers, with a leader that takes no part.
my @parallel = map { "SET $_" } 'parallel_leader_participation = off', 'min_parallel_table_scan_size = 0', 'parallel_setup_cost = 0',
  'parallel_tuple_cost = 0', 'max_parallel_workers_per_gather = 2', 'max_parallel_maintenance_workers = 2';
foreach my $case ([ 'SELECT', 'SELECT sum(part(a)) FROM big' ], [ 'CREATE INDEX', 'CREATE INDEX ON big (part(a))' ])
{
	my ($command, $sql) = @$case;
	my $since = mark($node);
	run_as($node, 'alice', @parallel, $sql);
	my @told = grep { $_->{privileged} && grep { /pg_read_file/ } @{ objects_of($_) } } records($node, since => $since);
	ok(scalar(@told), "parallel: a file that $command reads in a worker") or diag bare(records($node, since => $since));
	is_deeply([ grep { ($_->{origin} // '') eq 'worker' && (!$_->{level} || $_->{command} ne $command || $_->{query} ne $sql) } @told ], [],
		"parallel: $command: a worker's record says what for") or diag bare(@told);
	note bare(@told);
}

# What the planner calls for an expression of PL/pgSQL is the caller's, whatever query
# begins or is planned next.
$node->safe_psql('postgres',
	plpgsql('as_owner() RETURNS int SECURITY DEFINER', 'PERFORM 1 FROM note; RETURN 1;')
	. plpgsql('sums() RETURNS int', 'RETURN reads() + as_owner();')
	. plpgsql('apart() RETURNS int', 't := reads(); PERFORM counts(1) FROM note; RETURN 1;')
	. plpgsql('counts(int) RETURNS int IMMUTABLE', 'RETURN 1;'));
foreach my $function ('sums', 'apart')
{
	@got = run_as($node, 'alice', "SELECT $function()");
	has_facts(of_query("SELECT $function()", @got), { %reads, privileged => 1, superuser => undef },
		"$function(): the file that a folded function reads is the caller's");
	is_deeply([ map { $_->{privileged} // '' } inner(@got) ], [ ('') x inner(@got) ], "$function(): and of no query after it")
	  or diag bare(@got);
	ok(scalar(inner(@got)), "$function(): which has its record");
}

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
