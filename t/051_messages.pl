# Messages with several statements, errors outside of any statement, and the
# statements of a failed transaction.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all, -transaction' });
$node->safe_psql('postgres', q{
	CREATE ROLE blind LOGIN; ALTER ROLE blind SET log_min_messages = 'panic';
	ALTER ROLE blind SET client_min_messages = 'error';
	CREATE TABLE t (a int); GRANT ALL ON t TO blind;
	CREATE TABLE secret (a int, b text); CREATE SCHEMA closed; CREATE TABLE closed.t (a int);
	CREATE SEQUENCE seq; CREATE TABLE cols (a int, b int); GRANT SELECT (a) ON cols TO blind;
	CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM public;
	CREATE VIEW v AS SELECT * FROM secret});

# Everything here is done by a role that hides its errors from the server log.
my $c;
sub run
{
	$c = SecauditProto->connect($node, user => 'blind');
	foreach (@_) { $c->query($_); $c->until_ready; }
	$c->terminate;
	return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
}

# 76
# From 18 on the server leaves out a comment that comes before a statement.
my $third = server_major() >= 18 ? q{SELECT 'a;b', 3} : q{/* between */ SELECT 'a;b', 3};
my @got = run(q{INSERT INTO t VALUES (1); SELECT 2 ; /* between */ SELECT 'a;b', 3;  -- end});
is_deeply([ map { $_->{query} } @got ],
	[ 'INSERT INTO t VALUES (1)', 'SELECT 2', $third ],
	'76: each statement of a string has its own slice');
is_deeply([ map { $_->{batch} } @got ], [ 1, 1, 1 ], '76: and the number of the first one in common');
@got = run('SELECT 1', 'SELECT 1;', 'SELECT 1 -- x', ';');
is_deeply([ map { $_->{batch} } @got ], [ undef, undef, undef ], '76: which a single one has not');

# 77
@got = run('INSERT INTO t VALUES (1); INSERT INTO t SELECT 1/(a-a) FROM t; INSERT INTO t VALUES (3); SELECT 4');
is_deeply([ map { "$_->{command} $_->{outcome}" } @got ], [ 'INSERT success', 'INSERT failure' ],
	'77: what came before an error, and what failed');
is_record($got[1],
	{
		query => 'INSERT INTO t SELECT 1/(a-a) FROM t', sqlstate => '22012', batch => 1, rows => 0,
		classes => [ 'write', 'read' ], objects => [ 'table public.t select,insert' ],
		skipped_query => 'INSERT INTO t VALUES (3); SELECT 4'
	},
	'77: which names what was never executed');
@got = run('SELECT 1; SELECT 1/0; SELECT 2');
is_record($got[1],
	{ event => 'error', class => 'error', command => undef, sqlstate => '22012', query => 'SELECT 1/0', skipped_query => 'SELECT 2' },
	'77: an error of the planner is about its statement');
@got = run('SELECT 1; SELECT nothing; SELECT 2');
is_record($got[1], { event => 'error', sqlstate => '42703', query => 'SELECT nothing; SELECT 2', skipped_query => undef, batch => 1 },
	'77: one of the parser about everything from that statement on');
@got = run('LOCK TABLE t; TRUNCATE secret; SELECT 1');
is_record($got[1],
	{ command => 'TRUNCATE TABLE', outcome => 'failure', sqlstate => '42501', objects => ['table public.secret truncate'], skipped_query => 'SELECT 1' },
	'77: a utility command that fails');
@got = run('SELECT 1; SELEC 2; SELECT 3');
is(scalar(@got), 1, '77: a string with a syntax error has one record');
is_record($got[0], { event => 'error', sqlstate => '42601', query => 'SELECT <redacted>; SELEC <redacted>; SELECT <redacted>', user => 'blind' },
	'77: with the whole of it, but for its literals');

# 72
sub denied
{
	my ($sql, $expect, $name) = @_;
	my @r = run($sql);
	is(scalar(@r), 1, "$name: one record");
	return is_record($r[0], { outcome => 'failure', sqlstate => '42501', user => 'blind', %$expect }, $name);
}
denied('SELECT a FROM secret', { event => 'statement', class => 'read', command => 'SELECT', objects => ['table public.secret select'],
		error => 'permission denied for table secret' },
	'72: a denied SELECT names its table');
denied('UPDATE secret SET b = NULL WHERE a = 1', { class => 'write', objects => ['table public.secret select,update'] },
	'72: a denied UPDATE');
denied('INSERT INTO t SELECT a FROM secret', { class => 'write', classes => [ 'write', 'read' ], objects => [ 'table public.secret select', 'table public.t insert' ] },
	'72: a denied INSERT ... SELECT');
denied('SELECT a, b FROM cols', { class => 'read', objects => ['table public.cols select'] }, '72: a denied column');
denied('SELECT a FROM v', { error => 'permission denied for view v', query => 'SELECT a FROM v' }, '72: a denied view, which the planner may refuse');
denied('SELECT * FROM closed.t', { event => 'error', error => 'permission denied for schema closed', query => 'SELECT * FROM closed.t' },
	'72: a denied schema stops the parser');
denied(q{SELECT nextval('seq')}, { class => 'write', command => 'SELECT', objects => ['sequence public.seq update'] }, '72: a denied sequence');
denied('SELECT f()', { command => 'SELECT', error => 'permission denied for function f' }, '72: a denied function');
denied('COPY secret TO STDOUT', { command => 'COPY', class => 'read', objects => ['table public.secret select'] }, '72: a denied COPY');
denied('DROP TABLE secret', { command => 'DROP TABLE', class => 'ddl', objects => ['table public.secret drop'] }, '72: must be owner, for DROP');
denied('ALTER TABLE secret ADD x int', { command => 'ALTER TABLE', class => 'ddl', objects => ['table public.secret alter'] }, '72: must be owner, for ALTER');
denied('CREATE ROLE x', { command => 'CREATE ROLE', class => 'role' }, '72: a role that may not create roles');
denied('SET ROLE "' . getpwuid($<) . '"', { command => 'SET', class => 'role' }, '72: SET ROLE refused');

# 73
@got = run('SELECT * FROM nowhere', q{SELECT 'x'::int}, 'SELECT 1 + true', q{CREATE ROLE r PASSWORD 'pg' bogus},
	'SELECT nofunc(1)', 'INSERT INTO t VALUES (1, 2)', 'EXECUTE nix');
is_deeply([ map { "$_->{event} $_->{class} $_->{sqlstate}" } @got ],
	[ 'error error 42P01', 'error error 22P02', 'error error 42883', 'error error 42601', 'error error 42883', 'error error 42601', 'statement misc 26000' ],
	'73: unknown relation, bad value, no operator, syntax, no function, too many values, no prepared statement');
is($got[0]{query}, 'SELECT * FROM nowhere', '73: with the text');
is_deeply([ map { $_->{stmt} } @got ], [ 1 .. 7 ], '73: errors count among the statements');

# 74
@got = run('BEGIN', 'SELECT 1/0', 'DROP TABLE secret', 'SELECT 2', 'ROLLBACK', 'SELECT 3');
is_deeply([ map { ($_->{command} // $_->{event}) . ' ' . ($_->{sqlstate} // 'ok') } @got ],
	[ 'BEGIN ok', 'error 22012', 'error 25P02', 'error 25P02', 'ROLLBACK ok', 'SELECT ok' ],
	'74: statements of a failed transaction');
is($got[2]{query}, 'DROP TABLE secret', '74: with their text');
@got = run('BEGIN', 'SELECT 1/0', (map { "SELECT $_" } 1 .. 40), 'ROLLBACK', 'BEGIN', 'SELECT 1/0', 'SELECT 41', 'COMMIT');
my @refused = grep { ($_->{sqlstate} // '') eq '25P02' && $_->{event} eq 'error' } @got;
is(scalar(@refused), 18, '74: past the sixteenth they are counted');
is_record($refused[16], { statements => 24, query => undef, stmt => undef }, '74: and told of when the block is left');
is($refused[17]{query}, 'SELECT 41', '74: the next block begins to count anew');
is_record($got[-1], { command => 'COMMIT', outcome => 'failure', sqlstate => '25P02' }, '74: its COMMIT is none');
$c = SecauditProto->connect($node, user => 'blind');
foreach ('BEGIN', 'SELECT 1/0', map { "SELECT $_" } 1 .. 20) { $c->query($_); $c->until_ready; }
$c->terminate;
$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = ' . $c->pid);
@got = grep { defined $_->{sqlstate} && $_->{sqlstate} eq '25P02' } records($node, pid => $c->pid);
is($got[-1]{statements}, 4, '74: or when the session ends');

# 88
@got = run('', ';', '-- nothing', '/* nothing */', ' ', ";\n;");
is(scalar(@got), 0, '88: an empty message or a comment is nothing');
is_record((await_records($node, 1, pid => $c->pid, event => 'session.end'))[0], { outcome => 'success', reason => 'disconnect', statements => 0 },
	'88: in a session that did nothing');

my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/division by zero/, 'the server log has seen none of it');
done_testing;
