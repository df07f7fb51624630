# Small truths: what a record says must be so.
#
# The form:
# - of a portal read in pieces, `rows` are those sent to the client;
# - `skipped` on IF EXISTS of what is not there, as on IF NOT EXISTS of what is, with
#   the name that was given among the objects;
# - the table of a trigger, policy or statistics object, and both of ATTACH and DETACH,
#   with access `alter` as of CREATE INDEX, whether refused or not;
# - DROP OWNED that could not take a right back is `partial`, and names the
#   object only where it did.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditSession;
use SecauditTest;
use Test::More;

my $node = new_node('truths', settings => { 'secaudit.log_internal' => 'on' });
my $super = $node->safe_psql('postgres', 'SELECT current_user');
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE alice LOGIN;
CREATE TABLE t (a int PRIMARY KEY, b text);
INSERT INTO t SELECT g, 'row' FROM generate_series(1, 5) g;
GRANT ALL ON t TO alice;
GRANT CREATE ON DATABASE postgres TO alice; GRANT CREATE ON SCHEMA public TO alice;
CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
SQL
my @got;

# COPY FROM: rows are those that were put in.
sub copy
{
	my (@data) = @_;
	my $c = SecauditProto->connect($node, user => 'alice');
	$c->query('COPY t FROM STDIN');
	$c->until_type('GE');
	$c->copy_data($_) foreach @data;
	$c->copy_done;
	$c->until_ready;
	$c->terminate;
	return of_query('COPY t FROM STDIN', records($node, pid => $c->pid));
}
has_facts(copy("101\tx\n102\ty\n"), { command => 'COPY', outcome => 'success', rows => 2, direction => 'from' }, 'COPY FROM: rows');
has_facts(copy("no number\tx\n103\ty\n"), { command => 'COPY', outcome => 'failure', sqlstate => '22P02', rows => 0 }, 'COPY FROM: none, where line 1 fails');
has_facts(copy("101\tx\n104\ty\n"), { command => 'COPY', outcome => 'failure', sqlstate => '23505', rows => 0 }, 'COPY FROM: none, where its first row is there already');

# The end of a session.
sub ended_by
{
	my ($how) = @_;
	my $c = SecauditProto->connect($node, user => 'alice');
	$how->($c);
	return (await_records($node, 1, pid => $c->pid, event => 'session.end'))[0];
}
has_facts(ended_by(sub { $_[0]->terminate }), { outcome => 'success', sqlstate => undef, reason => 'disconnect' }, 'session.end: by the client');
has_facts(ended_by(sub { $node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $_[0]->pid . ')') }),
	{ outcome => 'failure', sqlstate => '57P01', reason => 'terminated' }, 'session.end: by pg_terminate_backend() it is a failure');

# query_id.
@got = run_as($node, 'alice', 'SELECT a FROM t WHERE a = 1');
is(of_query('SELECT a FROM t WHERE a = 1', @got)->{query_id}, undef, 'query_id: not computed, none');
$node->safe_psql('postgres', q{ALTER SYSTEM SET compute_query_id = on; SELECT pg_reload_conf()});
$node->poll_query_until('postgres', q{SELECT current_setting('compute_query_id') = 'on'});
my @ids = split /\n/, $node->safe_psql('postgres',
	q{EXPLAIN (VERBOSE, FORMAT JSON) SELECT a FROM t WHERE a = 1});
my ($id) = map { /"Query Identifier": (-?\d+)/ ? $1 : () } @ids;
@got = run_as($node, 'alice', 'SELECT a FROM t WHERE a = 1', 'SELECT a FROM t WHERE a = 2', q{INSERT INTO t VALUES (7, 'x')},
	sub { $_[0]->parse('', 'SELECT a FROM t WHERE a = $1')->bind('', '', ['3'])->execute('') }, 'SET work_mem = 4096', 'COPY t TO STDOUT');
is(of_query('SELECT a FROM t WHERE a = 1', @got)->{query_id}, $id, 'query_id: that of EXPLAIN');
is(of_query('SELECT a FROM t WHERE a = 2', @got)->{query_id}, $id, 'query_id: the same for another constant');
# PostgreSQL counts a parameter and a constant apart.
like(of_query('SELECT a FROM t WHERE a = $1', @got)->{query_id} // '', qr/^-?[1-9]\d*$/, 'query_id: with a parameter');
my $execute = of_query('EXECUTE q (3)', run_as($node, 'alice', 'PREPARE q (int) AS SELECT a FROM t WHERE a = $1', 'EXECUTE q (3)'));
is($execute->{query_id}, of_query('SELECT a FROM t WHERE a = $1', @got)->{query_id}, 'query_id: EXECUTE has that of what was prepared');
like(of_query(q{INSERT INTO t VALUES (7, 'x')}, @got)->{query_id} // '', qr/^-?[1-9]\d*$/, 'query_id: of a write');
like(of_query('SET work_mem = 4096', @got)->{query_id} // '', qr/^-?[1-9]\d*$/, 'query_id: of a command, which has one as well');

# A portal of EXECUTE that is read in pieces.
sub in_pieces
{
	my ($sql, @counts) = @_;
	return of_query($sql, run_as($node, 'alice', 'PREPARE e AS SELECT a FROM t WHERE a <= 5 ORDER BY a',
		sub { my $c = $_[0]; $c->parse('', $sql)->bind('p', '', []); $c->execute('p', $_) foreach @counts; $c->close_it('P', 'p') }));
}
has_facts(in_pieces('SELECT a FROM t WHERE a <= 5 ORDER BY a', 2), { rows => 2, incomplete => 1 }, 'in pieces: a SELECT given up: rows sent');
has_facts(in_pieces('EXECUTE e', 0), { rows => 5, incomplete => undef }, 'in pieces: an EXECUTE that was read at once');
has_facts(in_pieces('EXECUTE e', 2), { rows => 2, incomplete => 1 }, 'in pieces: an EXECUTE given up: rows sent');
has_facts(in_pieces('EXECUTE e', 2, 2, 2), { rows => 5, incomplete => undef }, 'in pieces: an EXECUTE read to its end');

$got[0] = of_query('FETCH 4 FROM f', run_as($node, 'alice', 'BEGIN', 'DECLARE f CURSOR FOR SELECT a FROM t WHERE a <= 5',
	sub { my $c = $_[0]; $c->parse('', 'FETCH 4 FROM f')->bind('p', '', []); $c->execute('p', 3); $c->close_it('P', 'p') }));
has_facts($got[0], { rows => 3, incomplete => 1, cursor_rows => 4 }, 'in pieces: a FETCH given up');

# IF EXISTS.
foreach my $case (
	[ 'DROP ROLE IF EXISTS no_one', ['role no_one drop'] ],
	[ 'DROP DATABASE IF EXISTS no_db', ['database no_db drop'] ],
	[ 'DROP TABLESPACE IF EXISTS no_space', ['tablespace no_space drop'] ],
	[ 'DROP SUBSCRIPTION IF EXISTS no_sub', ['subscription no_sub drop'] ],
	[ 'DROP USER MAPPING IF EXISTS FOR alice SERVER no_server', [] ],
	[ 'DROP TABLE IF EXISTS no_table', ['table no_table drop'] ],
	[ 'ALTER TABLE IF EXISTS no_table ADD COLUMN x int', ['table no_table alter'] ],
	[ 'ALTER TABLE IF EXISTS no_table RENAME TO other', ['table no_table alter'] ],
	[ 'ALTER TABLE IF EXISTS no_table SET SCHEMA public', ['table no_table alter'] ],
	[ 'ALTER INDEX IF EXISTS no_index SET (fillfactor = 50)', ['index no_index alter'] ])
{
	my ($sql, $objects) = @$case;
	@got = run_as($node, $super, $sql);
	my $record = of_query($sql, @got);
	has_facts($record, { outcome => 'success', skipped => 1 }, "not there: $sql");
	# With or without an access: nothing was done to it.
	my @names = map { join ' ', (split / /)[ 0, 1 ] } @$objects;
	is_deeply([ map { "$_->{type} $_->{name}" } @{ $record->{objects} // [] } ], \@names, "and what it named: $sql") if @names;
}
foreach my $sql ('CREATE ROLE there', 'DROP ROLE IF EXISTS there', 'CREATE TABLE there (a int)', 'ALTER TABLE IF EXISTS there ADD COLUMN x int', 'DROP TABLE IF EXISTS there')
{
	has_facts(of_query($sql, run_as($node, $super, $sql)), { outcome => 'success', skipped => undef }, "there: $sql");
}
# A part of an object that is there.
$node->safe_psql('postgres', q{CREATE TABLE parts (a int); CREATE TYPE en AS ENUM ('a'); CREATE DOMAIN dom AS int});
foreach my $case (
	[ 'ALTER TABLE parts DROP COLUMN IF EXISTS b', 1 ],
	[ 'ALTER TABLE parts DROP CONSTRAINT IF EXISTS b', 1 ],
	[ 'ALTER TABLE parts ADD COLUMN IF NOT EXISTS a int', 1 ],
	[ 'ALTER TABLE parts ADD COLUMN IF NOT EXISTS a int, ADD COLUMN IF NOT EXISTS b int', undef ],
	[ 'ALTER TABLE parts DROP COLUMN IF EXISTS c, ALTER COLUMN a SET NOT NULL', undef ],
	[ 'ALTER TABLE parts ADD CONSTRAINT c CHECK (a > 0)', undef ],
	[ 'ALTER TABLE parts DROP CONSTRAINT IF EXISTS c', undef ],
	[ 'ALTER TABLE parts DROP COLUMN IF EXISTS b', undef ],
	[ 'ALTER TABLE parts ALTER COLUMN a DROP IDENTITY IF EXISTS', 1 ],
	[ 'ALTER TABLE parts ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY', undef ],
	[ 'ALTER TABLE parts ALTER COLUMN a DROP IDENTITY IF EXISTS', undef ],
	[ q{ALTER TYPE en ADD VALUE IF NOT EXISTS 'a'}, 1 ],
	[ q{ALTER TYPE en ADD VALUE IF NOT EXISTS 'b'}, undef ],
	[ 'ALTER DOMAIN dom DROP CONSTRAINT IF EXISTS c', 1 ],
	[ 'ALTER DOMAIN dom ADD CONSTRAINT c CHECK (VALUE > 0)', undef ],
	[ 'ALTER DOMAIN dom DROP CONSTRAINT IF EXISTS c', undef ])
{
	my ($sql, $skipped) = @$case;
	has_facts(of_query($sql, run_as($node, $super, $sql)), { outcome => 'success', skipped => $skipped }, ($skipped ? 'nothing to do: ' : 'done: ') . $sql);
}
has_facts(of_query('CREATE TABLE IF NOT EXISTS t (z int)', run_as($node, $super, 'CREATE TABLE IF NOT EXISTS t (z int)')), { skipped => 1 },
	'IF NOT EXISTS is skipped where it is there');

# Objects of a table name it.
$node->safe_psql('postgres', 'CREATE TABLE root (a int) PARTITION BY LIST (a); CREATE TABLE leaf (a int);
	CREATE TABLE odd (b text); CREATE TABLE child (a int REFERENCES t)');
foreach my $case (
	[ 'CREATE INDEX ix ON t (b)', [ 'index public.ix create', 'table public.t alter' ] ],
	[ 'CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg()', [ 'trigger tr on public.t create', 'table public.t alter' ] ],
	[ 'CREATE POLICY po ON t USING (true)', [ 'policy po on public.t create', 'table public.t alter' ] ],
	[ 'CREATE STATISTICS st ON a, b FROM t', [ 'statistics object public.st create', 'table public.t alter' ] ],
	[ 'CREATE RULE ru AS ON UPDATE TO leaf DO INSTEAD NOTHING', [ 'rule ru on public.leaf create', 'table public.leaf alter' ] ],
	[ 'ALTER TABLE root ATTACH PARTITION leaf FOR VALUES IN (1)', [ 'table public.root alter', 'table public.leaf alter' ], 'DROP RULE ru ON leaf' ],
	[ 'ALTER TABLE root DETACH PARTITION leaf', [ 'table public.root alter', 'table public.leaf alter' ] ])
{
	my ($sql, $objects, $before) = @$case;
	$node->safe_psql('postgres', $before) if $before;
	has_facts(of_query($sql, run_as($node, $super, $sql)), { outcome => 'success', objects => $objects }, "names its table: $sql");
}
foreach my $case (
	[ 'ALTER TABLE root ATTACH PARTITION odd FOR VALUES IN (2)', '42804', [ 'table public.root alter', 'table public.odd alter' ] ],
	[ 'ALTER TABLE root DETACH PARTITION odd', '42P01', [ 'table public.root alter', 'table public.odd alter' ] ])
{
	my ($sql, $sqlstate, $objects) = @$case;
	has_facts(of_query($sql, run_as($node, $super, $sql)), { outcome => 'failure', sqlstate => $sqlstate, objects => $objects }, "refused, with both: $sql");
	has_facts(of_query($sql, run_as($node, 'alice', $sql)), { outcome => 'failure', sqlstate => '42501', objects => $objects }, "not allowed, with both: $sql");
}

# Where statements inside others come from.
my $schema = 'CREATE SCHEMA made CREATE TABLE x (a int) GRANT SELECT ON x TO alice';
@got = run_as($node, $super, $schema);
my ($grant) = grep { $_->{command} eq 'GRANT' } statements_of(@got);
has_facts($grant // {}, { class => 'role', level => 1, parent => of_query($schema, @got)->{stmt}, grantees => ['alice'], origin => undef },
	'GRANT inside of CREATE SCHEMA is the client\'s: no function has run it');
my $foreign = 'ALTER TABLE child ADD FOREIGN KEY (a) REFERENCES t (a)';
@got = run_as($node, $super, $foreign);
my ($check) = grep { $_->{level} } statements_of(@got);
has_facts($check // {}, { command => 'SELECT', origin => 'referential', level => 1, parent => of_query($foreign, @got)->{stmt},
		objects => [ 'table public.child select', 'table public.t select' ] },
	'the query that checks a new foreign key is of referential origin');
SKIP:
{
	skip 'from 19 on such a key is looked up without a query', 1 if server_major() >= 19;
	@got = run_as($node, $super, 'INSERT INTO child VALUES (1)');
	($check) = grep { $_->{level} } statements_of(@got);
	has_facts($check // {}, { origin => 'referential', level => 1 }, 'as that of a row is');
}

foreach my $sql (
	'ALTER TABLE child ADD CONSTRAINT later FOREIGN KEY (a) REFERENCES t (a) NOT VALID', 'ALTER TABLE child VALIDATE CONSTRAINT later')
{
	@got = grep { $_->{level} } statements_of(run_as($node, $super, $sql));
	is_deeply([ map { $_->{origin} } @got ], [ $sql =~ /VALIDATE/ ? 'referential' : () ], "the check of $sql");
}
# What looks like it, but is a function's, says so.
$node->safe_psql('postgres', 'CREATE FUNCTION looks() RETURNS int LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN
	SELECT fk.a INTO n FROM ONLY child fk LEFT OUTER JOIN ONLY t pk ON pk.a = fk.a; RETURN n; END $$; CREATE TABLE few AS SELECT 1 AS a');
my $sql_like = 'ALTER TABLE few ADD COLUMN seen int DEFAULT looks()';
@got = grep { $_->{level} } statements_of(run_as($node, $super, $sql_like));
is_deeply([ map { $_->{origin} } @got ], ['function'], 'a query of a function in ALTER TABLE is not the check');

# DROP OWNED that could not revoke everything.
$node->safe_psql('postgres', 'CREATE ROLE drops LOGIN; CREATE TABLE granted (a int); GRANT SELECT ON granted TO drops;
	CREATE TABLE own (a int); ALTER TABLE own OWNER TO drops');
@got = run_as($node, 'drops', 'DROP OWNED BY drops');
my $dropped = of_query('DROP OWNED BY drops', @got);
has_facts($dropped, { outcome => 'partial', owned_by => ['drops'], objects => ['table public.own drop'] }, 'DROP OWNED of a plain role: what it could not revoke makes it partial');
is($node->safe_psql('postgres', q{SELECT has_table_privilege('drops', 'granted', 'select')}), 't', 'DROP OWNED: the right is still there');
is_deeply([ grep { /granted/ } @{ objects_of($dropped) } ], [], 'DROP OWNED: so the object is not said to be revoked');
# The same for a policy of somebody else's table, which names the role.
$node->safe_psql('postgres', 'CREATE ROLE member LOGIN; CREATE TABLE ruled (a int); CREATE POLICY pm ON ruled TO member, alice USING (true)');
@got = run_as($node, 'member', 'DROP OWNED BY member');
my $still = $node->safe_psql('postgres', q{SELECT 'member'::regrole::oid = ANY (polroles) FROM pg_policy WHERE polname = 'pm'});
has_facts(of_query('DROP OWNED BY member', @got), { outcome => $still eq 't' ? 'partial' : 'success' }, 'DROP OWNED: a policy that it could not change makes it partial');
@got = run_as($node, $super, 'DROP OWNED BY drops, member');
has_facts(of_query('DROP OWNED BY drops, member', @got), { outcome => 'success', objects => ['table public.granted revoke'] }, 'DROP OWNED by a superuser: all of it');

# secaudit.log: a list that says nothing is refused.
foreach my $value (q{''}, q{'-misc'}, q{'-misc, -read'}, q{' '})
{
	my ($status, undef, $err) = $node->psql('postgres', "ALTER SYSTEM SET secaudit.log = $value");
	isnt($status, 0, "secaudit.log = $value is refused");
	like($err, qr/invalid value for parameter "secaudit.log"/, "with the reason: $value");
	like($err, qr/HINT:.*"?none"?.*"?all, -misc"?/, "and what to write: $value");
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET secaudit.log');
}
foreach my $target ('ROLE alice', 'DATABASE postgres')
{
	my ($status, undef, $err) = $node->psql('postgres', "ALTER $target SET secaudit.log = '-misc'");
	isnt($status, 0, "and so by ALTER $target");
	like($err, qr/HINT:.*"?none"?.*"?all, -misc"?/, "with the hint: ALTER $target");
}
foreach my $case ([ 'raed', 'read' ], [ '-wirte', 'write' ], [ 'Function_', 'function' ], [ 'non', 'none' ])
{
	my ($word, $near) = @$case;
	like(($node->psql('postgres', "ALTER SYSTEM SET secaudit.log = 'all, $word'"))[2], qr/Unrecognized class or command "\Q$word\E".*Perhaps you meant "$near"/s, "the nearest class to $word");
}
unlike(($node->psql('postgres', q{ALTER SYSTEM SET secaudit.log = 'everything'}))[2], qr/Perhaps/, 'none is near to a word that is another');
foreach my $value (q{'none'}, q{'all, -misc'}, q{'read'})
{
	my ($status) = $node->psql('postgres', "ALTER SYSTEM SET secaudit.log = $value");
	is($status, 0, "secaudit.log = $value is taken");
}
$node->safe_psql('postgres', 'ALTER SYSTEM RESET secaudit.log');

# A name that no loader of CSV or JSON takes for a number.
like((all_records($node))[0]{log}, qr/^[abcdf][0-9a-f]{15}$/, 'the name of a trail begins with a letter that no number has');

# What a reload changed: every setting of those kinds that this server has.
my %new = (log_duration => 'on', output_plugin_libraries => 'test_decoding', composite_type_mismatch => undef, session_preload_libraries => 'auto_explain', row_security => 'off',
	createrole_self_grant => 'set', oauth_validator_libraries => 'validator', extension_control_path => '$system:/nowhere');
foreach my $name (sort keys %new)
{
	my ($old, $vartype, $enum) = split /\|/, $node->safe_psql('postgres', "SELECT setting, vartype, array_to_string(enumvals, ',') FROM pg_settings WHERE name = '$name'");
	next unless defined $vartype;
	my ($value) = $new{$name} // ($vartype eq 'bool' ? ($old eq 'on' ? 'off' : 'on') : grep { $_ ne $old } split /,/, $enum // '');
	my $since = mark($node);
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'");
	$node->reload;
	local $PostgreSQL::Test::Utils::timeout_default = 10;
	my ($reload) = await_records($node, 1, since => $since, command => 'RELOAD', setting => $name);
	has_facts($reload // {}, { event => 'config', class => 'config', old_value => $old, new_value => $value }, "a reload that changes $name");
}

# pg_stat_statements, loaded after secaudit, is called before it and takes the identifier out of commands.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'secaudit, pg_stat_statements'");
$node->restart;
@got = run_as($node, $super, 'CREATE EXTENSION pg_stat_statements', 'SET work_mem = 4096', 'SELECT a FROM t WHERE a = 1');
like(of_query('SET work_mem = 4096', @got)->{query_id} // '', qr/^-?[1-9]\d*$/, 'query_id: of a command, beside pg_stat_statements');
is($node->safe_psql('postgres', q{SELECT queryid FROM pg_stat_statements WHERE query = 'SELECT a FROM t WHERE a = $1'}),
	of_query('SELECT a FROM t WHERE a = 1', @got)->{query_id}, 'query_id: joins with pg_stat_statements');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
