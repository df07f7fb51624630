# Commands with a query in them: cursors, COPY, PREPARE and EXECUTE, EXPLAIN.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('bodies');

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE alice LOGIN;
CREATE TABLE card (id int PRIMARY KEY, owner text, pan text);
INSERT INTO card SELECT i, 'o' || i, 'p' || i FROM generate_series(1, 10) i;
CREATE TABLE note (t text);
CREATE TABLE log (t text);
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO log VALUES (tg_op); RETURN new; END$$;
CREATE TABLE watched (t text);
CREATE TRIGGER t AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION fired();
CREATE FUNCTION open_it() RETURNS refcursor LANGUAGE plpgsql AS
  $$DECLARE c refcursor := 'ref'; BEGIN OPEN c FOR SELECT pan FROM card; RETURN c; END$$;
CREATE FUNCTION looks() RETURNS int LANGUAGE plpgsql AS
  $$BEGIN PERFORM 1 FROM note; RETURN 2; END$$;
CREATE FUNCTION loops() RETURNS int LANGUAGE plpgsql AS
  $$DECLARE r record; n int := 0; BEGIN
    FOR r IN SELECT id FROM card LOOP n := n + 1; END LOOP; RETURN n; END$$;
GRANT ALL ON card, note, log, watched TO alice;
SQL

sub run
{
	my ($sql, %opt) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql, on_error_stop => 0,
		extra_params => [ '-U', $opt{user} // 'alice' ]);
	return records($node, since => $since, event => 'statement');
}

sub summary
{
	my ($r) = @_;
	return join ' ', $r->{command}, $r->{class}, map { "$_=" . ($r->{$_} // '') } @_[1 .. $#_];
}

# Cursors
my @all = (qw(rows cursor cursor_rows));
my @r = run('BEGIN; DECLARE c CURSOR FOR SELECT id, pan FROM card; FETCH 2 FROM c; MOVE 3 FROM c; FETCH ALL FROM c; CLOSE c; COMMIT');
is_deeply([ map { summary($_, @all) } @r[ 1 .. 5 ] ],
	[   'DECLARE CURSOR read rows= cursor=c cursor_rows=',
		'FETCH read rows=2 cursor=c cursor_rows=2',
		'MOVE read rows=3 cursor=c cursor_rows=2',
		'FETCH read rows=5 cursor=c cursor_rows=7',
		'CLOSE CURSOR misc rows= cursor=c cursor_rows=7' ],
	'13: FETCH, MOVE and CLOSE tell the cursor and the rows so far');
is(@r, 7, '13: and each command has one record');
is_deeply([ map { $_->{cursor_stmt} } @r[ 2 .. 5 ] ], [ ($r[1]{stmt}) x 4 ],
	'13: they are linked to the statement that opened it');
is_deeply([ map { $_->{objects}[0]{name} . ' ' . join ',', @{ $_->{objects}[0]{columns} } } @r[ 1 .. 4 ] ],
	[ ('public.card id,pan') x 4 ], '13: its table and columns are named with all of them');

@r = run('BEGIN; DECLARE h CURSOR WITH HOLD FOR SELECT pan FROM card; FETCH 1 FROM h; COMMIT; FETCH 3 FROM h; CLOSE h');
is_record($r[4],
	{ command => 'FETCH', class => 'read', rows => 3, cursor => 'h', cursor_stmt => $r[1]{stmt},
		cursor_rows => 4, objects => ['table public.card select'] },
	'14: a cursor WITH HOLD remembers its table past the COMMIT');
is_record($r[5], { command => 'CLOSE CURSOR', cursor_stmt => $r[1]{stmt}, cursor_rows => 4 },
	'14: and its rows until it is closed');

{
	my $since = mark($node);
	my $sql = 'DECLARE h CURSOR WITH HOLD FOR SELECT 1 / (id - 5) FROM card';
	$node->psql('postgres', $sql, extra_params => [ '-U', 'alice' ]);
	my @got = records($node, since => $since, event => qr/^(?:statement|error)$/);
	is_record($got[1], { event => 'error', class => 'error', outcome => 'failure', sqlstate => '22012',
			error => 'division by zero', query => $sql, level => undef },
		'14: one that fails when it is filled at the commit leaves an error');
	is(@got, 2, '14: and that once');
	@got = run("BEGIN; $sql; COMMIT");
	is_record($got[2], { command => 'COMMIT', outcome => 'failure', sqlstate => '22012' },
		'14: where there is a COMMIT, it is that which fails');
	is(@got, 3, '14: and nothing else does');
}

# A cursor whose query changes a setting does so when it runs
sub changes
{
	my ($sql, $user) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql, on_error_stop => 0, extra_params => [ '-U', $user ]);
	return records($node, since => $since, event => qr/^(?:statement|error|config)$/);
}
my $sets = q{SELECT set_config('log_parser_stats', 'on', false)};
my $declared = { command => 'DECLARE CURSOR', class => 'config', outcome => 'success', setting => 'log_parser_stats',
	old_value => undef, new_value => undef };
my $changed = { event => 'config', class => 'config', command => 'DECLARE CURSOR', outcome => 'success',
	setting => 'log_parser_stats', old_value => 'off', new_value => 'on' };
@r = changes("DECLARE h CURSOR WITH HOLD FOR $sets", 'alice');
is_record($r[0], $declared, '14: declaring a cursor that changes a setting claims no change');
is_record($r[1], { event => 'error', sqlstate => '42501' }, '14: and an error tells that it was refused at the commit');
is(@r, 2, '14: and that is all');
@r = changes("DECLARE h CURSOR WITH HOLD FOR $sets", getpwuid($<));
is_record($r[0], $declared, '14: the same where it is allowed');
is_record($r[1], $changed, '14: an event tells of the change that the commit brings');
@r = changes("BEGIN; DECLARE h CURSOR FOR $sets; FETCH ALL FROM h; COMMIT", getpwuid($<));
is_record($r[1], $declared, '13: a cursor in a block is no change, either');
is_record($r[2], $changed, '13: FETCH is');

@r = run(q{BEGIN; DECLARE w CURSOR FOR SELECT * FROM card FOR UPDATE; FETCH 1 FROM w; UPDATE card SET pan = 'w' WHERE CURRENT OF w; COMMIT});
is_record($r[1], { command => 'DECLARE CURSOR', class => 'read', objects => ['table public.card select,lock'] },
	'15: a cursor FOR UPDATE locks');
is_record($r[3], { command => 'UPDATE', class => 'write', rows => 1, objects => ['table public.card update'] },
	'15: WHERE CURRENT OF is an UPDATE');

@r = run('BEGIN; SELECT open_it(); FETCH 2 FROM ref; FETCH 3 FROM ref; COMMIT');
my ($nested) = grep { ($_->{level} // 0) == 1 } @r;
is_record($nested, { command => 'SELECT', origin => 'function', parent => $r[1]{stmt}, rows => 5,
		objects => ['table public.card select'] },
	'16: the query of a refcursor belongs to the function that opened it');
is_record($r[3], { command => 'FETCH', rows => 3, cursor_stmt => $nested->{stmt}, cursor_rows => 5,
		objects => ['table public.card select'] },
	'16: and FETCH to the query');
@r = run('SELECT loops()');
is_record($r[0], { command => 'SELECT', level => 1, rows => 10, incomplete => undef,
		objects => ['table public.card select'] },
	'16: the cursor of a FOR loop has all rows in its record');

# COPY
@r = run('COPY card (id, pan) TO STDOUT (FORMAT csv)');
is_record($r[0], { class => 'read', command => 'COPY', rows => 10, direction => 'to', format => 'csv',
		objects => ['table public.card select'] }, '17: COPY TO tells direction, format and rows');
is_deeply($r[0]{objects}[0]{columns}, [ 'id', 'pan' ], '17: and the columns');
@r = run("COPY watched FROM STDIN;\na\nb\n\\.\n");
is(@r, 3, '17: triggers of COPY FROM have records of their own');
is_record($r[2], { class => 'write', command => 'COPY', rows => 2, direction => 'from', format => 'text',
		objects => [ 'function public.fired() execute', 'table public.watched insert' ] },
	'17: COPY FROM names its table and the trigger function, and not what that wrote');
is_record($r[0], { command => 'INSERT', origin => 'trigger', parent => $r[2]{stmt}, objects => ['table public.log insert'] },
	'17: which has the trigger as its origin');
@r = run("COPY card FROM STDIN;\n100\ta\tb\n101\ta\tb\n101\ta\tb\n\\.\n");
is_record($r[0], { class => 'write', outcome => 'failure', sqlstate => '23505', objects => ['table public.card insert'] },
	'17: COPY FROM that fails names its table');

my $file = $node->basedir . '/out.csv';
@r = run("COPY card TO '$file'; COPY card TO PROGRAM 'cat > /dev/null'; COPY note FROM '$file'");
is_record($r[0], { class => 'read', outcome => 'failure', sqlstate => '42501', privileged => 1,
		objects => [ "file $file copy_to", 'table public.card select' ] },
	'18: a refused COPY to a file names the file and the table');
is_record($r[1], { outcome => 'failure', privileged => 1,
		objects => [ 'program cat > /dev/null copy_to', 'table public.card select' ] },
	'18: so does one to a program');
is_record($r[2], { class => 'write', outcome => 'failure', privileged => 1, direction => 'from',
		objects => [ "file $file copy_from", 'table public.note insert' ] },
	'18: and one from a file');
@r = run("COPY card TO '$file'", user => getpwuid($<));
is_record($r[0], { outcome => 'success', rows => 10, privileged => 1,
		objects => [ "file $file copy_to", 'table public.card select' ] },
	'18: a successful one does, too');
$node->safe_psql('postgres', q{CREATE ROLE carrier LOGIN IN ROLE pg_write_server_files; GRANT SELECT ON card TO carrier;
	ALTER ROLE carrier SET secaudit.log = 'ddl'});
@r = run("SELECT count(*) FROM card; COPY card TO '$file'", user => 'carrier');
is_deeply([ map { $_->{command} } grep { $_->{event} eq 'statement' } @r ], ['COPY'], '18: whatever classes are recorded of the role');

@r = run(q{COPY (SELECT pan FROM card WHERE id < 4) TO STDOUT; COPY (INSERT INTO note VALUES ('n') RETURNING t) TO STDOUT});
is_record($r[0], { command => 'COPY', class => 'read', rows => 3, objects => ['table public.card select'] },
	'19: COPY of a query names its tables');
is_record($r[1], { command => 'COPY', class => 'write', classes => [ 'write', 'read' ], rows => 1,
		objects => ['table public.note select,insert'] },
	'19: COPY of an INSERT is a write');
is(@r, 2, '19: and both leave one record');

# PREPARE, EXECUTE
@r = run('SELECT 1; PREPARE p (int) AS SELECT pan FROM card WHERE id = $1; EXECUTE p (2); DEALLOCATE p');
is_record($r[1], { command => 'PREPARE', class => 'misc', objects => [] }, '20: PREPARE is no access');
is_record($r[2], { command => 'EXECUTE', class => 'read', rows => 1, objects => ['table public.card select'],
		query => 'EXECUTE p (2)', prepared_name => 'p',
		prepared_query => 'PREPARE p (int) AS SELECT pan FROM card WHERE id = $1' },
	'20: EXECUTE has both texts, tables and rows');
is(@r, 4, '20: and one record');
@r = run('PREPARE p (int) AS SELECT pan FROM card WHERE id = $1; EXECUTE p (looks())');
is_record($r[1], { command => 'SELECT', level => 1, parent => $r[2]{stmt}, objects => ['table public.note select'] },
	'20: a function in its parameters has a record of its own');
is_record($r[2], { command => 'EXECUTE', class => 'read', rows => 1,
		objects => [ 'function public.looks() execute', 'table public.card select' ] },
	'20: and the body is not mistaken for what it ran');
@r = run(q{PREPARE i AS INSERT INTO watched VALUES ('x'); EXECUTE i});
is_record($r[2], { command => 'EXECUTE', class => 'write', rows => 1,
		objects => [ 'function public.fired() execute', 'table public.watched insert' ] },
	'20: EXECUTE of an INSERT is a write');

# EXPLAIN
@r = run(q{EXPLAIN SELECT * FROM card; EXPLAIN INSERT INTO note VALUES ('e')});
is_deeply([ map { "$_->{command} $_->{class} $_->{objects}[0]{name} " . ($_->{objects}[0]{planned} ? 'planned' : '') .
			  ($_->{objects}[0]{access} // '') . ($_->{executed} // '') } @r ],
	[ 'EXPLAIN misc public.card planned', 'EXPLAIN misc public.note planned' ],
	'21: EXPLAIN is no access, and names what was planned for');
@r = run(q{PREPARE i AS INSERT INTO watched VALUES ('x'); EXPLAIN ANALYZE INSERT INTO note VALUES ('e'); EXPLAIN (ANALYZE false) SELECT 1; EXPLAIN (ANALYZE) EXECUTE i});
is_record($r[1], { command => 'EXPLAIN', class => 'write', executed => 1, rows => 1, objects => ['table public.note insert'] },
	'22: EXPLAIN ANALYZE has done what it explains');
is_record($r[2], { command => 'EXPLAIN', class => 'misc', executed => undef }, '22: ANALYZE false has not');
is_record($r[-1], { command => 'EXPLAIN', class => 'write', executed => 1, rows => 1, prepared_name => 'i',
		prepared_query => q{PREPARE i AS INSERT INTO watched VALUES ('x')},
		objects => [ 'function public.fired() execute', 'table public.watched insert' ] },
	'22: EXPLAIN ANALYZE EXECUTE has both texts');

# A portal that waits while others run
my $since = mark($node);
my $c = SecauditProto->connect($node, user => 'alice');
$c->query('BEGIN'); $c->until_ready;
$c->parse('s', 'SELECT id FROM card')->bind('p', 's', [])->execute('p', 3)->flush_message->flush;
$c->until_type('s');
$c->parse('', 'SELECT t FROM note')->bind('', '', [])->execute('')->flush_message->flush;
$c->until_type('C');
$c->execute('p', 4)->sync; $c->until_ready;
$c->query('COMMIT'); $c->until_ready;
$c->terminate;
@r = records($node, since => $since, event => 'statement', command => 'SELECT');
is_deeply([ map { "$_->{objects}[0]{name} $_->{rows} " . ($_->{incomplete} ? 'incomplete' : 'complete') . ' ' . ($_->{level} // 0) } @r ],
	[ 'public.note 2 complete 0', 'public.card 7 incomplete 0' ],
	'13: a portal that waits has its own rows, and what runs meanwhile is not inside of it');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
