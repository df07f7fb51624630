# The extended query protocol, message by message: what is parsed or bound but
# never executed, portals read in pieces, pipelines, function calls.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all' });
$node->safe_psql('postgres', q{
	CREATE ROLE r LOGIN; ALTER ROLE r SET log_min_messages = 'panic';
	CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, 'row' FROM generate_series(1, 5) g;
	CREATE TABLE secret (a int); CREATE TABLE log (a int);
	GRANT ALL ON t TO r;
	CREATE FUNCTION add_one(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (a, 'fp'); RETURN a + 1; END $$;
	CREATE FUNCTION definer(a int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO log VALUES (a); RETURN a; END $$;
	CREATE FUNCTION fails(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1/a; END $$;
	CREATE FUNCTION catches(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (0, 'x'); RETURN 1/a; EXCEPTION WHEN division_by_zero THEN RETURN 7; END $$;
	CREATE FUNCTION closed(a int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$; REVOKE ALL ON FUNCTION closed(int) FROM public;
	CREATE PROCEDURE proc(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END $$});
my %oid = map { split /\|/ } split /\n/, $node->safe_psql('postgres',
	q{SELECT proname, oid FROM pg_proc WHERE proname IN ('add_one', 'definer', 'fails', 'catches', 'closed', 'lo_creat', 'lo_open', 'lowrite', 'loread', 'lo_close', 'lo_unlink', 'lo_import')});

my $c = SecauditProto->connect($node, user => 'r');
my $number = 0;

# The records of what this session did since the last call.
sub got
{
	my @all = grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
	my @new = @all[ $number .. $#all ];
	$number = @all;
	return @new;
}
sub short { return [ map { join ' ', $_->{command} // $_->{event}, $_->{sqlstate} // $_->{outcome} } @_ ]; }

# 78, 80
$c->parse('s', 'SELECT a FROM t')->describe('S', 's')->sync->until_ready;
is(scalar(got()), 0, '78: Parse and Describe alone are no access');
$c->bind('p', 's', [])->describe('P', 'p')->close_it('P', 'p')->sync->until_ready;
$c->bind('p', 's', [])->sync->until_ready;
is(scalar(got()), 0, '80: nor is Bind');
$c->bind('', 's', [])->execute('')->sync->until_ready;
my @got = got();
is(scalar(@got), 1, '80: Execute is one');
is_record($got[0], { command => 'SELECT', class => 'read', rows => 5, incomplete => undef, query => 'SELECT a FROM t', objects => ['table public.t select'] },
	'80: with its rows');
$c->parse('', 'SELECT a FROM secret')->bind('', '', [])->sync->until_ready;
is_record((got())[0], { command => 'SELECT', outcome => 'failure', sqlstate => '42501', objects => ['table public.secret select'] },
	'80: a Bind that is refused was an attempt');

# 79
$c->parse('', 'SELECT * FROM nowhere')->sync->until_ready;
$c->parse('', 'SELECT $1::int')->bind('', '', ['no number'])->sync->until_ready;
$c->parse('', 'SELECT $1::int + $2::int')->bind('', '', ['1'])->sync->until_ready;
$c->bind('', 'no such statement', [])->sync->until_ready;
$c->execute('no such portal')->sync->until_ready;
@got = got();
is_deeply([ map { "$_->{event} $_->{class} $_->{sqlstate}" } @got ],
	[ map { "error error $_" } qw(42P01 22P02 08P01 26000 34000) ],
	'79: errors of Parse, Bind and Execute');
is_deeply([ map { $_->{query} } @got ],
	[ 'SELECT * FROM nowhere', 'SELECT $1::int', 'SELECT $1::int + $2::int', undef, undef ], '79: with the text there is');

# 81
$c->parse('s5', 'SELECT a, b FROM t ORDER BY a')->bind('p5', 's5', [])->execute('p5', 2)->flush_message->flush;
$c->until_type('s');
is(scalar(got()), 0, '81: a suspended portal has not ended');
$c->execute('p5', 2)->flush_message->flush; $c->until_type('s');
$c->execute('p5', 2)->sync->until_ready;
@got = got();
is(scalar(@got), 1, '81: executed in three goes it is one record');
is_record($got[0], { rows => 5, incomplete => undef, outcome => 'success' }, '81: with all its rows');
$c->bind('p5', 's5', [])->execute('p5', 2)->close_it('P', 'p5')->sync->until_ready;
is_record((got())[0], { rows => 2, incomplete => JSON::PP::true, outcome => 'success' }, '81: closed before its end it is incomplete');
$c->bind('p5', 's5', [])->execute('p5', 3)->sync->until_ready;
is_record((got())[0], { rows => 3, incomplete => JSON::PP::true }, '81: so it is when the transaction ends');
$c->query('BEGIN'); $c->until_ready; got();
$c->bind('p5', 's5', [])->execute('p5', 3)->sync->until_ready;
$c->query('SELECT 1/0'); $c->until_ready;
$c->query('ROLLBACK'); $c->until_ready;
@got = got();
is_deeply(short(@got), [ 'error 22012', 'SELECT success', 'ROLLBACK success' ], '81: or fails');
is_record($got[1], { rows => 3, incomplete => JSON::PP::true }, '81: what it had read is recorded');

# 82
$c->parse('s2', 'INSERT INTO t VALUES ($1, $2)', 23, 25);
$c->bind('', 's2', [ pack('N', $_), "v$_" ], binary => 1)->execute('') foreach 101, 102;
$c->sync->until_ready;
@got = got();
is_deeply([ map { "$_->{command} $_->{rows}" } @got ], [ 'INSERT 1', 'INSERT 1' ], '82: each execution of a statement has its record');

# 84
my $mark = mark($node);
$c->parse('', q{INSERT INTO t VALUES (201, 'a')})->bind('', '', [])->execute('');
$c->parse('', 'SELECT 1/(a-a) FROM t')->bind('', '', [])->execute('');
$c->parse('', q{INSERT INTO t VALUES (202, 'b')})->bind('', '', [])->execute('')->sync->until_ready;
@got = got();
is_deeply(short(@got), [ 'INSERT success', 'SELECT 22012' ], '84: a pipeline ends with its first failure');
my ($end) = records($node, since => $mark, pid => $c->pid, event => 'transaction');
is_record($end, { command => 'ROLLBACK', outcome => 'failure', sqlstate => '22012', statements => 2, first_stmt => $got[0]{stmt}, last_stmt => $got[1]{stmt} },
	'84: which rolls back what had succeeded');
is($node->safe_psql('postgres', 'SELECT count(*) FROM t WHERE a > 200'), '0', '84: indeed');

# 85
$c->query('BEGIN'); $c->until_ready;
$c->query('PREPARE e AS SELECT a FROM t WHERE a <= 3 ORDER BY a'); $c->until_ready;
$c->query('DECLARE cur CURSOR FOR SELECT a FROM t'); $c->until_ready;
got();
foreach my $sql ('EXECUTE e', 'SHOW ALL', 'EXPLAIN SELECT a FROM t ORDER BY a', 'CALL proc(1)', 'FETCH 3 FROM cur', 'TABLE t')
{
	my ($command) = $sql =~ /^(\w+)/;
	$command = 'SELECT' if $command eq 'TABLE';
	$c->parse('', $sql)->bind("q$command", '', [])->execute("q$command", 1)->flush_message->flush;
	$c->until_type('sCE');
	$c->parse('', 'SET LOCAL work_mem = 1024')->bind('', '', [])->execute('')->flush_message->flush;
	$c->until_type('CE');
	$c->parse('', 'INSERT INTO t VALUES (300)')->bind('', '', [])->execute('')->flush_message->flush;
	$c->until_type('CE');
	$c->execute("q$command", 1)->close_it('P', "q$command")->sync;
	my @m = $c->until_ready;
	is($c->error_code(@m), undef, "85: a suspended $command disturbs nobody");
	@got = got();
	is_deeply([ sort map { $_->{command} } @got ], [ sort $command, 'SET', 'INSERT' ], '85: and each of the three has its record')
	  or diag JSON::PP->new->canonical->pretty->encode(\@got);
	is_deeply([ grep { $_->{level} || $_->{parent} } @got ], [], '85: none of them inside another');
}
$c->query('COMMIT'); $c->until_ready; got();

# 86
$c->function_call($oid{add_one}, ['41']);
my @m = $c->until_ready;
is($c->types(@m), 'VZ', '86: a function call is answered');
@got = got();
is_deeply(short(@got), [ 'INSERT success', 'FUNCTION CALL success' ], '86: it has a record, and what the function does');
is_record($got[1], { class => 'function', origin => 'fastpath', level => undef, query => undef, objects => ['function public.add_one(integer) execute'], user => 'r' },
	'86: the call names the function');
is_record($got[0], { parent => $got[1]{stmt}, level => 1, origin => 'function', user => 'r', current_user => undef }, '86: the statement in it is nested');
$c->function_call($oid{definer}, ['1']); $c->until_ready;
@got = got();
is_record($got[0], { user => 'r', current_user => scalar getpwuid($<), objects => ['table public.log insert'], parent => $got[1]{stmt} },
	'86: with its owner as the current user, if it is SECURITY DEFINER');
$c->function_call($oid{fails}, ['0']); $c->until_ready;
@got = got();
is_record($got[-1], { command => 'FUNCTION CALL', outcome => 'failure', sqlstate => '22012', objects => ['function public.fails(integer) execute'] },
	'86: a call that fails');
is(scalar(@got), 1, '86: once');
$c->function_call($oid{catches}, ['0']); $c->until_ready;
@got = got();
is_deeply(short(@got), [ 'INSERT success', 'error 22012', 'FUNCTION CALL success' ], '86: one that catches its error');
is($got[1]{parent}, $got[2]{stmt}, '86: which is nested in it');
$c->function_call($oid{closed}, ['0']); $c->until_ready;
@got = got();
is_record($got[0], { command => 'FUNCTION CALL', origin => 'fastpath', outcome => 'failure', sqlstate => '42501', objects => ['function public.closed(integer) execute'] },
	'86: a call that is denied names the function');
$c->function_call(999999, ['0']); $c->until_ready;
is_record((got())[0], { event => 'error', sqlstate => '42883', origin => 'fastpath' }, '86: one of a function that does not exist');
$c->query('BEGIN'); $c->until_ready;
$c->function_call($oid{add_one}, ['1']); $c->until_ready;
$c->query('SELECT 1'); $c->until_ready;
$c->function_call($oid{fails}, ['0']); $c->until_ready;
$c->function_call($oid{add_one}, ['1']); $c->until_ready;
$c->query('ROLLBACK'); $c->until_ready;
@got = got();
is_deeply(short(@got), [ 'BEGIN success', 'INSERT success', 'FUNCTION CALL success', 'SELECT success', 'FUNCTION CALL 22012', 'error 25P02', 'ROLLBACK success' ],
	'86: calls in a transaction block');
is($got[3]{level}, undef, '86: what comes after a call is not in it');
ok($got[2]{duration_us} < 5e6 && !defined $got[6]{parent}, '86: and the call is over');

# large objects, as libpq does it
$c->query('BEGIN'); $c->until_ready;
$c->function_call($oid{lo_creat}, ['131072']);
my ($v) = grep { $_->[0] eq 'V' } $c->until_ready;
my $lo = substr $v->[1], 4;
$c->function_call($oid{lo_open}, [ $lo, '131072' ]); $c->until_ready;
$c->function_call($oid{lowrite}, [ '0', 'secret' ]); $c->until_ready;
$c->function_call($oid{lo_close}, ['0']); $c->until_ready;
$c->function_call($oid{lo_unlink}, [$lo]); $c->until_ready;
$c->query('COMMIT'); $c->until_ready;
@got = grep { ($_->{origin} // '') eq 'fastpath' } got();
is_deeply([ map { map { $_->{name} =~ /pg_catalog\.(\w+)/ ? $1 : () } @{ $_->{objects} } } @got ],
	[qw(lo_creat lo_open lowrite lo_close lo_unlink)], '86: each call on a large object names its function');
ok((grep { $_->{type} eq 'large object' && $_->{name} eq $lo } @{ $got[0]{objects} }), '86: the created large object is named');
$c->function_call($oid{lo_import}, ['/etc/passwd']); $c->until_ready;
is_record((got())[0], { event => 'error', origin => 'fastpath', sqlstate => '42501', error => 'permission denied for function lo_import' },
	'86: lo_import is not for everybody');

$c->terminate;
done_testing;
