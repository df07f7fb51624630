# Statements that PostgreSQL 17 and later brought; a section is skipped below
# the major that its number says.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

plan skip_all => 'nothing of it before 17' if server_major() < 17;

my $node = new_node('newer_statements');
my $file = $node->basedir . '/lines';
append_to_file($file, "1\n");

# One table t and s, and a view of t, for all sections.
$node->safe_psql('postgres', q{
	CREATE TABLE t (id int PRIMARY KEY, a int);
	CREATE TABLE s (id int, a int);
	CREATE VIEW v AS SELECT id, a FROM t;
	CREATE TABLE docs (d jsonb);
	INSERT INTO t VALUES (1, 1), (2, 2);
	INSERT INTO s VALUES (2, 20), (3, 30);
	INSERT INTO docs VALUES ('[{"a": 1}, {"a": 2}]');
});

my @write = (class => 'write', classes => [ 'write', 'read' ], outcome => 'success');
my @merge = (@write, command => 'MERGE');

statements_are(
	$node, {},
	[ 'MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a) RETURNING merge_action(), t.id',
		{ @merge, rows => 2, objects => [ 'table public.s select', 'table public.t select,insert,update' ] },
		'17: MERGE ... RETURNING' ],
	[ 'MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN DELETE',
		{ @merge, rows => 1, objects => [ 'table public.s select', 'table public.t select,delete' ] },
		'17: MERGE ... WHEN NOT MATCHED BY SOURCE' ],
	[ 'WITH m AS (MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 0 RETURNING t.a) SELECT a FROM m',
		{ @write, command => 'SELECT', rows => 2, objects => [ 'table public.s select', 'table public.t select,update' ] },
		'17: MERGE in WITH' ],
	[ 'MERGE INTO v USING s ON v.id = s.id WHEN MATCHED THEN UPDATE SET a = 7 WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a)',
		{ @merge, rows => 2, objects => [ 'table public.s select', 'table public.t select,insert,update', 'view public.v select,insert,update' ] },
		'17: MERGE into a view names the view and its table' ],
	[ 'COPY (MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE RETURNING t.id) TO STDOUT',
		{ @write, command => 'COPY', direction => 'to', rows => 2, objects => [ 'table public.s select', 'table public.t select,delete' ] },
		'17: MERGE in COPY' ],
	[ q{MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE AND 1 / t.id > 0 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (s.id / 0, 1)},
		{ command => 'MERGE', outcome => 'failure', sqlstate => '22012', objects => [ 'table public.s select', 'table public.t select,insert,delete' ] },
		'17: MERGE that fails' ],
	[ q{SELECT j.* FROM JSON_TABLE('[{"a": 1}]'::jsonb, '$[*]' COLUMNS (a int PATH '$.a')) j},
		{ class => 'read', classes => undef, command => 'SELECT', rows => 1, objects => [] },
		'17: JSON_TABLE of a constant reads no table' ],
	[ q{SELECT j.a FROM docs, JSON_TABLE(d, '$[*]' COLUMNS (a int PATH '$.a')) j},
		{ class => 'read', classes => undef, rows => 2, objects => ['table public.docs select'] },
		'17: JSON_TABLE reads the table that it has its document from' ]);

sub columns { return one_record($node, query => $_[0])->{objects}[0]{columns}; }
is_deeply(columns(q{SELECT j.a FROM docs, JSON_TABLE(d, '$[*]' COLUMNS (a int PATH '$.a')) j}), ['d'], '17: JSON_TABLE: the column, too');

SKIP:
{
	skip 'RETURNING OLD and NEW, temporal keys, and NOT ENFORCED came with 18', 22 if server_major() < 18;
	statements_are(
		$node, {},
		['INSERT INTO t VALUES (1, 1), (2, 2)'],
		[ 'UPDATE t SET a = 5 RETURNING old.a, new.a',
			{ @write, command => 'UPDATE', rows => 2, objects => ['table public.t select,update'] },
			'18: UPDATE ... RETURNING old reads' ],
		[ 'UPDATE t SET a = 5 RETURNING 1',
			{ class => 'write', classes => undef, objects => ['table public.t update'] },
			'18: and one that returns nothing of the table does not' ],
		[ 'INSERT INTO t VALUES (7, 1) RETURNING old.id, new.id',
			{ @write, command => 'INSERT', rows => 1, objects => ['table public.t select,insert'] },
			'18: INSERT ... RETURNING new reads' ],
		[ 'DELETE FROM t WHERE id = 7 RETURNING WITH (OLD AS o) o.a',
			{ @write, command => 'DELETE', rows => 1, objects => ['table public.t select,delete'] },
			'18: DELETE ... RETURNING by another name for OLD reads' ],
		[ 'MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a) RETURNING old.a, new.a',
			{ @merge, rows => 1, objects => [ 'table public.s select', 'table public.t select,insert' ] },
			'18: MERGE ... RETURNING old' ]);
	is_deeply(columns('UPDATE t SET a = 5 RETURNING old.a, new.a'), ['a'], '18: the column that OLD and NEW return');

	# Keys with a period.
	my @fails = (class => 'write', outcome => 'failure');
	$node->safe_psql('postgres', 'CREATE EXTENSION btree_gist');
	statements_are(
		$node, {},
		[ 'CREATE TABLE stay (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS))',
			{ class => 'ddl', outcome => 'success',
				objects => [ 'index public.stay_pkey create', 'table constraint stay_during_not_null on public.stay create', 'table constraint stay_pkey on public.stay create', 'table constraint stay_room_not_null on public.stay create', 'table public.stay create' ] },
			'18: a key WITHOUT OVERLAPS is created' ],
		[ 'CREATE TABLE guest (room int, during daterange, FOREIGN KEY (room, PERIOD during) REFERENCES stay (room, PERIOD during))',
			{ class => 'ddl', outcome => 'success', objects => [ 'table constraint guest_room_during_fkey on public.guest create', 'table public.guest create' ] },
			'18: a foreign key with PERIOD is created' ],
		[ q{INSERT INTO stay VALUES (1, '[2026-01-01,2026-02-01)')}, { class => 'write', rows => 1, objects => ['table public.stay insert'] }, '18: its rows are inserted as ever' ],
		[ q{INSERT INTO stay VALUES (1, '[2026-01-05,2026-01-10)')}, { @fails, sqlstate => '23P01', objects => ['table public.stay insert'] }, '18: an overlap is a failure' ],
		[ q{INSERT INTO guest VALUES (1, '[2026-01-05,2026-01-10)')}, { class => 'write', outcome => 'success', classes => undef, objects => ['table public.guest insert'] }, '18: the look-up by period is not the statement\'s' ],
		[ q{INSERT INTO guest VALUES (1, '[2026-03-05,2026-03-10)')}, { @fails, sqlstate => '23503', objects => ['table public.guest insert'] }, '18: a period that is not there is a failure' ],
		[ 'DELETE FROM stay', { @fails, sqlstate => '23503', objects => ['table public.stay delete'] }, '18: so is the end of one that is referred to' ]);

	# Constraints that nobody enforces.
	statements_are(
		$node, {},
		[ 'ALTER TABLE s ADD CONSTRAINT positive CHECK (a > 0) NOT ENFORCED',
			{ class => 'ddl', outcome => 'success', objects => [ 'table constraint positive on public.s create', 'table public.s alter' ] },
			'18: a CHECK that is NOT ENFORCED' ],
		[ 'ALTER TABLE s ADD CONSTRAINT known FOREIGN KEY (id) REFERENCES t NOT ENFORCED',
			{ class => 'ddl', outcome => 'success', objects => [ 'table constraint known on public.s create', 'table public.s alter' ] },
			'18: a foreign key that is NOT ENFORCED' ],
		[ 'INSERT INTO s VALUES (999, -1)', { class => 'write', outcome => 'success', objects => ['table public.s insert'] }, '18: lets everything in' ],
		[ 'ALTER TABLE s ALTER CONSTRAINT known ENFORCED',
			{ class => 'ddl', outcome => 'failure', sqlstate => '23503', objects => [ 'table constraint known on public.s alter', 'table public.s alter' ] },
			'18: ENFORCED that the rows refuse' ]);
	my $alter = one_record($node, query => 'ALTER TABLE s ALTER CONSTRAINT known ENFORCED');
	is_record(
		one_record($node, parent => $alter->{stmt}, session => $alter->{session}),
		{ class => 'read', origin => 'referential', objects => [ 'table public.s select', 'table public.t select' ] },
		'18: the check of all rows, when it is enforced, is recorded');
	statements_are(
		$node, {},
		['DELETE FROM s WHERE id = 999'],
		[ 'ALTER TABLE s ALTER CONSTRAINT known ENFORCED',
			{ outcome => 'success', objects => [ 'table constraint known on public.s alter', 'table public.s alter' ] },
			'18: a constraint is enforced' ],
		[ 'ALTER TABLE s ALTER CONSTRAINT known NOT ENFORCED',
			{ outcome => 'success', objects => [ 'table constraint known on public.s alter', 'table public.s alter' ] },
			'18: and is not any more' ]);
}

SKIP:
{
	skip 'these came with 19', 17 if server_major() < 19;
	my $fn = 'function pg_catalog.pg_read_file(pg_catalog.text) execute';
	my @reads = (classes => [ 'read', 'function' ], privileged => 1, objects => [ "file $file select", $fn ]);
	statements_are(
		$node, {},
		[ 'INSERT INTO t VALUES (1, 5) ON CONFLICT (id) DO SELECT RETURNING a',
			{ @write, command => 'INSERT', rows => 1, objects => ['table public.t select,insert'] },
			'19: ON CONFLICT DO SELECT reads' ],
		[ 'INSERT INTO t VALUES (1, 5) ON CONFLICT (id) DO SELECT FOR UPDATE RETURNING a',
			{ @write, rows => 1, objects => ['table public.t select,insert,lock'] },
			'19: ON CONFLICT DO SELECT FOR UPDATE locks' ],
		[ "COPY t TO '$file.json' (FORMAT json)",
			{ class => 'read', command => 'COPY', format => 'json', direction => 'to', privileged => 1, objects => [ "file $file.json copy_to", 'table public.t select' ] },
			'19: COPY FORMAT json' ],
		[ 'COPY (SELECT a FROM t) TO STDOUT (FORMAT json)',
			{ class => 'read', format => 'json', objects => ['table public.t select'], rows => 3 },
			'19: COPY of a query in FORMAT json' ],
		[ q{WAIT FOR LSN '0/1' WITH (MODE 'primary_flush')},
			{ class => 'misc', command => 'WAIT', outcome => 'success', objects => [] },
			'19: WAIT FOR' ],
		[ q{WAIT FOR LSN '0/1'},
			{ class => 'misc', command => 'WAIT', outcome => 'failure', sqlstate => '55000' },
			'19: WAIT FOR what only a standby has' ],
		[ 'REPACK t USING INDEX t_pkey', { class => 'ddl', command => 'REPACK', outcome => 'success', objects => ['table public.t maintain'] }, '19: REPACK by an index' ],
		[ 'REPACK (ANALYZE) t', { class => 'ddl', command => 'REPACK', outcome => 'success', objects => ['table public.t maintain'] }, '19: REPACK with ANALYZE' ],
		[ 'REPACK', { class => 'ddl', command => 'REPACK', outcome => 'success', objects => ['database postgres maintain'] }, '19: REPACK of all tables names the database' ],
		[ 'REPACK no_table', { command => 'REPACK', outcome => 'failure', sqlstate => '42P01', objects => ['table no_table maintain'] }, '19: REPACK of what is not there' ],
		[ 'CLUSTER t USING t_pkey', { class => 'ddl', command => 'CLUSTER', outcome => 'success' }, '19: CLUSTER keeps its name' ],

		# PL/pgSQL evaluates these without the executor.
		[ "DO \$\$DECLARE x text; BEGIN SELECT pg_read_file('$file') INTO x; END\$\$", { command => 'DO', @reads }, '19: SELECT INTO of an expression in PL/pgSQL names the file' ],
		[ "DO \$\$DECLARE x text; BEGIN x := pg_read_file('$file'); END\$\$", { command => 'DO', @reads }, '19: so does an assignment' ],
		[ "DO \$\$DECLARE x int; BEGIN SELECT 1 / 0 INTO x; END\$\$", { command => 'DO', outcome => 'failure', sqlstate => '22012' }, '19: one that fails is a failure' ],
		[ "DO \$\$DECLARE x text; BEGIN SELECT pg_read_file('$file') INTO x FROM t; END\$\$", { command => 'DO', objects => [] }, '19: with a table it is a statement of its own' ]);
	is_record(
		one_record($node, query => qr/^SELECT pg_read_file\('\Q$file\E'\)\s+FROM t/),
		{ @reads, level => 1, origin => 'function', objects => [ "file $file select", $fn, 'table public.t select' ] },
		'19: which names the file');
	my ($object) = grep { $_->{arguments} } @{ one_record($node, query => "DO \$\$DECLARE x text; BEGIN SELECT pg_read_file('$file') INTO x; END\$\$")->{objects} };
	is_deeply($object->{arguments}, [$file], '19: the arguments of a function in SELECT INTO');
}

# Foreign keys: their look-ups are no queries from 19 on, what they refuse and do is recorded.
$node->safe_psql('postgres', q{
	CREATE TABLE parent (id int PRIMARY KEY);
	CREATE TABLE child (id int REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE);
	INSERT INTO parent VALUES (1), (2);
	INSERT INTO child VALUES (1), (2);
});
statements_are(
	$node, {},
	[ 'INSERT INTO child VALUES (3)', { class => 'write', outcome => 'failure', sqlstate => '23503', objects => ['table public.child insert'] }, 'a foreign key that refuses a row' ],
	[ 'DELETE FROM parent WHERE id = 1', { @write, command => 'DELETE', rows => 1, objects => ['table public.parent select,delete'] }, 'the statement that a foreign key goes on with' ],
	['UPDATE parent SET id = 3 WHERE id = 2']);
foreach my $case ([ DELETE => 'DELETE FROM parent WHERE id = 1' ], [ UPDATE => 'UPDATE parent SET id = 3 WHERE id = 2' ])
{
	my ($command, $query) = @$case;
	my $outer = one_record($node, query => $query);
	is_record(
		one_record($node, session => $outer->{session}, parent => $outer->{stmt}),
		{ class => 'write', command => $command, origin => 'referential', rows => 1, objects => [ 'table public.child select,' . lc $command ] },
		"what a foreign key does, $command, is recorded");
}

check_trail($node, 'the trail is sound');
done_testing();
