# Views, rules, row security, foreign keys and triggers: what a statement
# reaches beyond the names it has in it.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('views', settings => { 'secaudit.log_internal' => 'on' });
my $su = getpwuid($<);

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE alice LOGIN;
CREATE SCHEMA app;
GRANT USAGE, CREATE ON SCHEMA app TO alice;
CREATE TABLE app.card (id int PRIMARY KEY, owner text, pan text);
INSERT INTO app.card VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z');
CREATE VIEW app.v AS SELECT id, pan FROM app.card;
CREATE VIEW app.vv WITH (security_invoker) AS SELECT pan FROM app.v;
CREATE VIEW app.vt AS SELECT id, pan FROM app.card;
CREATE TABLE app.log (what text);
CREATE FUNCTION app.instead() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO app.log VALUES (new.pan); RETURN new; END$$;
CREATE TRIGGER t INSTEAD OF INSERT ON app.vt FOR EACH ROW EXECUTE FUNCTION app.instead();
CREATE TABLE app.ruled (a int);
CREATE TABLE app.ruled_log (a int);
CREATE RULE also AS ON INSERT TO app.ruled DO ALSO INSERT INTO app.ruled_log VALUES (new.a);
CREATE RULE before AS ON UPDATE TO app.ruled DO ALSO INSERT INTO app.ruled_log VALUES (old.a);
CREATE RULE never AS ON DELETE TO app.ruled DO INSTEAD NOTHING;
CREATE TABLE app.pair (a int);
CREATE RULE r1 AS ON UPDATE TO app.pair DO INSTEAD NOTHING;
CREATE RULE r2 AS ON UPDATE TO app.pair DO ALSO INSERT INTO app.ruled_log VALUES (new.a);
CREATE RULE r3 AS ON INSERT TO app.pair DO INSTEAD INSERT INTO app.ruled_log VALUES (new.a);
CREATE RULE r4 AS ON DELETE TO app.pair WHERE old.a > 0 DO INSTEAD NOTHING;
CREATE VIEW app.ruled_view AS SELECT a FROM app.ruled;
CREATE TABLE app.soft (id int, gone boolean DEFAULT false);
CREATE RULE soft AS ON DELETE TO app.soft DO INSTEAD
  UPDATE app.soft SET gone = true WHERE id = old.id;
INSERT INTO app.soft VALUES (1);
CREATE TABLE app.acl (who name);
INSERT INTO app.acl VALUES ('alice');
CREATE TABLE app.doc (id int, who name);
INSERT INTO app.doc VALUES (1, 'alice'), (2, 'bob');
ALTER TABLE app.doc ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON app.doc USING (who IN (SELECT who FROM app.acl));
CREATE TABLE app.child (id int PRIMARY KEY, card int REFERENCES app.card ON DELETE CASCADE);
CREATE TABLE app.page (id int PRIMARY KEY) PARTITION BY LIST (id);
CREATE TABLE app.pages PARTITION OF app.page DEFAULT;
INSERT INTO app.page VALUES (2);
CREATE TABLE app.late (id int, page int REFERENCES app.page DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION app.fired() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO app.log VALUES (tg_op); RETURN new; END$$;
CREATE FUNCTION app.fired_as_owner() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
  $$BEGIN RETURN new; END$$;
CREATE FUNCTION app.not_fired() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;
CREATE TABLE app.watched (a int);
CREATE TRIGGER t1 AFTER INSERT ON app.watched FOR EACH ROW EXECUTE FUNCTION app.fired();
CREATE TRIGGER t2 BEFORE INSERT ON app.watched FOR EACH ROW EXECUTE FUNCTION app.fired_as_owner();
CREATE TRIGGER t3 BEFORE UPDATE ON app.watched FOR EACH ROW EXECUTE FUNCTION app.not_fired();
CREATE TABLE app.plain (a int);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app TO alice;
REVOKE ALL ON app.card FROM alice;
REVOKE ALL ON app.acl FROM alice;
GRANT SELECT ON app.acl TO alice;
SQL

# run(SQL, %options): what the statements of one session of alice left.
sub run
{
	my ($sql, %opt) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql, on_error_stop => 0,
		extra_params => [ '-U', $opt{user} // 'alice' ]);
	return records($node, since => $since, event => 'statement');
}

my @r = run('SELECT * FROM app.v');
is(@r, 1, '1: a query of a view leaves one record');
is_record($r[0],
	{   class => 'read', rows => 3, rls => undef,
		objects => [ 'table app.card select', 'view app.v select' ] },
	'1: the view and its table are named');
is_deeply($r[0]{objects}[1]{columns}, [ 'id', 'pan' ], '1: with the columns that the view reads');

($r[0]) = run('SELECT * FROM app.vv');
is_record($r[0],
	{   outcome => 'success', rows => 3,
		objects => [ 'table app.card select', 'view app.v select', 'view app.vv select' ] },
	'2: a view over a view names all three, whoever may read them');

@r = run(q{INSERT INTO app.vt VALUES (7, 'secret')});
is(@r, 2, '3: an INSTEAD OF trigger leaves its own statement as well');
is_record($r[1],
	{   class => 'write', command => 'INSERT', rows => 1, level => undef,
		objects => [ 'function app.instead() execute', 'view app.vt insert' ] },
	'3: the statement on the view names the trigger function');
is_record($r[0],
	{   class => 'write', command => 'INSERT', level => 1, origin => 'trigger',
		parent => $r[1]{stmt}, objects => ['table app.log insert'] },
	'3: the statement in it has the trigger as its origin');

@r = run(q{INSERT INTO app.v VALUES (11, 'z'); UPDATE app.v SET pan = 'q' WHERE id = 11; DELETE FROM app.v WHERE id = 11});
is_deeply([ map { "$_->{command} $_->{rows}: " . join '; ', @{ objects_of($_) } }
		  grep { !$_->{level} } @r ],
	[   'INSERT 1: table app.card insert; view app.v insert',
		'UPDATE 1: table app.card select,update; view app.v select,update',
		'DELETE 1: table app.card select,delete; view app.v select,delete' ],
	'4: DML on an updatable view names the view and the table');

@r = run('INSERT INTO app.ruled VALUES (1)');
is(@r, 2, '5: DO ALSO makes two queries of a statement');
is_record($r[0],
	{ command => 'INSERT', origin => undef, rows => 1, objects => ['table app.ruled insert'] },
	'5: the statement itself');
is_record($r[1],
	{   command => 'INSERT', origin => 'rule', parent => $r[0]{stmt}, rows => undef, level => undef,
		query => 'INSERT INTO app.ruled VALUES (1)', objects => ['table app.ruled_log insert'] },
	'5: what the rule added names only what it touches, and the statement it came of');
@r = run('UPDATE app.ruled SET a = 2; SELECT 1');
is_record($r[0],
	{   origin => 'rule', parent => $r[1]{stmt}, query => 'UPDATE app.ruled SET a = 2',
		objects => [ 'table app.ruled select', 'table app.ruled_log insert' ] },
	'5: a rule that runs before its statement knows its number');
is_record($r[1],
	{ origin => undef, command => 'UPDATE', rows => 1, objects => ['table app.ruled update'] },
	'5: and the statement has it');

@r = run('DELETE FROM app.ruled');
is(@r, 1, '6: a statement of which a rule leaves nothing has a record');
is_record($r[0],
	{   class => 'write', command => 'DELETE', outcome => 'success', rows => 0, rewritten => 'nothing',
		objects => ['table app.ruled delete'], query => 'DELETE FROM app.ruled' },
	'6: which says so');
($r[0]) = run('DELETE FROM app.ruled_view');
is_record($r[0], { command => 'DELETE', rewritten => 'nothing', objects => ['view app.ruled_view delete'] },
	'6: through an updatable view, too');
@r = run('PREPARE d AS DELETE FROM app.ruled; EXECUTE d; EXPLAIN DELETE FROM app.ruled');
is_deeply([ map { "$_->{command} " . ($_->{rewritten} // '') } @r ],
	[ 'PREPARE ', 'EXECUTE nothing', 'EXPLAIN nothing' ],
	'6: preparing it is not running it');
@r = run('DELETE FROM app.soft');
is(@r, 2, '6: DO INSTEAD something else leaves two records');
is_record($r[0],
	{ class => 'write', command => 'DELETE', rewritten => 'nothing', rows => 0, objects => ['table app.soft delete'] },
	'6: of the statement');
is_record($r[1],
	{   command => 'UPDATE', class => 'write', origin => 'rule', query => 'DELETE FROM app.soft',
		parent => $r[0]{stmt}, objects => ['table app.soft select,update'] },
	'6: and of what was done, with its text');

my @both = (
	{   class => 'write', command => 'UPDATE', outcome => 'success', origin => undef, rewritten => 'nothing',
		rows => 0, objects => ['table app.pair update'] },
	{ class => 'write', command => 'INSERT', origin => 'rule', objects => ['table app.ruled_log insert'] });
@r = run('UPDATE app.pair SET a = 5; SELECT 1');
is_record($r[0], $both[0], '6: DO INSTEAD NOTHING beside DO ALSO: the statement has its record');
is_record($r[1], { %{ $both[1] }, parent => $r[0]{stmt} }, '6: and what the other rule added has it as its parent');
is(@r, 3, '6: and nothing else is recorded');
{
	my $since = mark($node);
	my $c = SecauditProto->connect($node, user => 'alice');
	$c->parse('', 'UPDATE app.pair SET a = 6')->bind('', '', [])->execute('')->sync;
	$c->until_ready;
	$c->terminate;
	@r = records($node, since => $since, event => 'statement');
	is_record($r[0], $both[0], '6: sent with the extended protocol: the same');
	is_record($r[1], { %{ $both[1] }, parent => $r[0]{stmt} }, '6: with its parent');
}
@r = run('INSERT INTO app.pair VALUES (7)');
is_deeply([ map { "$_->{command} " . ($_->{origin} // 'client') . ' ' . ($_->{rewritten} // '') } @r ], ['INSERT client '],
	'6: a rule whose query takes the place of its like speaks for the statement');
@r = run('DELETE FROM app.pair');
is_record($r[0], { command => 'DELETE', rewritten => undef, objects => ['table app.pair delete'] },
	'6: a rule with a condition leaves the statement');
@r = run(q{UPDATE pg_settings SET setting = 'none' WHERE name = 'secaudit.log'});
is_record($r[0],
	{   command => 'UPDATE', class => 'write', rewritten => 'nothing', query => q{UPDATE pg_settings SET setting = 'none' WHERE name = 'secaudit.log'},
		objects => ['view pg_catalog.pg_settings select,update'] },
	'6: UPDATE of pg_settings is made of such rules');
is_record($r[1], { command => 'SELECT', origin => 'rule', outcome => 'failure', sqlstate => '42501', parent => $r[0]{stmt} },
	'6: and refused in one of them');
@r = run(q{UPDATE pg_settings SET setting = 'on' WHERE name = 'log_parser_stats'}, user => $su);
is_record($r[1], { class => 'config', command => 'SELECT', origin => 'rule', outcome => 'success', parent => $r[0]{stmt} },
	'6: the change itself is theirs, too');

($r[0]) = run('SELECT * FROM app.doc');
is_record($r[0],
	{ class => 'read', rows => 1, rls => 1, objects => [ 'table app.acl select', 'table app.doc select' ] },
	'7: row security is mentioned');
is_deeply([ map { $_->{origin} // '' } sort { $a->{name} cmp $b->{name} } @{ $r[0]{objects} } ],
	[ 'rls', '' ], '7: the table that only the policy reads is marked');
($r[0]) = run('SELECT * FROM app.doc', user => $su);
is_record($r[0], { rows => 2, rls => undef, objects => ['table app.doc select'] },
	'7: whom it does not apply to, it is not mentioned');
($r[0]) = run('SELECT * FROM app.doc NATURAL JOIN app.acl');
is_deeply([ map { $_->{origin} // '' } @{ $r[0]{objects} } ], [ '', '' ],
	'7: a table that the statement reads itself is not marked');
($r[0]) = run('UPDATE app.doc SET id = 3');
is_record($r[0], { rls => 1, rows => 1,
		objects => [ 'table app.acl select', 'table app.doc update' ] },
	'7: nor is it forgotten for writes');

@r = run(q{INSERT INTO app.doc VALUES (4, 'alice')});
is_record($r[0], { outcome => 'success', rls => 1, rows => 1 }, '7: what a policy lets in is marked, too');
@r = run(q{INSERT INTO app.doc VALUES (5, 'bob')});
is_record($r[0], { command => 'INSERT', outcome => 'failure', sqlstate => '42501', rls => 1 },
	'7: and what it refuses');
@r = run(q{INSERT INTO app.plain VALUES (5)});
is_record($r[0], { outcome => 'success', rls => undef }, '7: a table without policies is not');
$node->safe_psql('postgres', 'DELETE FROM app.doc WHERE id > 3');

@r = run('COPY app.doc TO STDOUT');
is(@r, 1, '8: COPY of a table with row security leaves one record');
is_record($r[0],
	{   class => 'read', command => 'COPY', rows => 1, rls => 1, direction => 'to',
		objects => [ 'table app.acl select', 'table app.doc select' ] },
	'8: with the table once, and the rows that were let through');

@r = run('INSERT INTO app.child VALUES (1, 1)');
SKIP:
{
	skip 'from 19 on a key of a table without partitions is looked up without a query', 1 if server_major() >= 19;
	my $look_up = shift @r;
	is_record($look_up,
		{   class => 'read', command => 'SELECT FOR KEY SHARE', origin => 'referential', parent => $r[0]{stmt},
			current_user => $su, objects => ['table app.card select,lock'] },
		'9: the look-up of a foreign key is a read and a lock, whoever inserts');
}
is(@r, 1, '9: there is one');
is_record($r[0], { command => 'INSERT', rows => 1, objects => ['table app.child insert'] },
	'9: beside the INSERT');
$node->safe_psql('postgres', 'ALTER SYSTEM SET secaudit.log_internal = off; ');
$node->reload;
@r = run('INSERT INTO app.child VALUES (2, 1)');
is(@r, 1, '9: without secaudit.log_internal it is left out');
@r = run('INSERT INTO app.child VALUES (3, 99)');
is_record($r[-1], { command => 'INSERT', outcome => 'failure', sqlstate => '23503' },
	'9: a violated foreign key is the failure of the INSERT');

@r = run('DELETE FROM app.card WHERE id = 1', user => $su);
my ($cascade) = grep { ($_->{origin} // '') eq 'referential' && $_->{command} eq 'DELETE' } @r;
is_record($cascade,
	{ class => 'write', rows => 2, parent => $r[-1]{stmt}, objects => ['table app.child select,delete'] },
	'10: what ON DELETE CASCADE deletes is recorded without log_internal');
is_record($r[-1], { command => 'DELETE', rows => 1, objects => ['table app.card select,delete'] },
	'10: beside the DELETE');

@r = run('BEGIN; INSERT INTO app.late VALUES (1, 2); COMMIT');
is(@r, 3, '11: a deferred look-up is left out like the others');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET secaudit.log_internal');
$node->reload;
@r = run('BEGIN; INSERT INTO app.late VALUES (1, 2); COMMIT');
is_record($r[2],
	{ origin => 'referential', level => 1, parent => $r[3]{stmt}, objects => ['table app.page select,lock'] },
	'11: a deferred trigger runs under the COMMIT');
is($r[3]{command}, 'COMMIT', '11: which is recorded after it');
@r = run('INSERT INTO app.late VALUES (1, 2)');
is_record($r[1], { origin => 'referential', parent => $r[0]{stmt} },
	'11: and, without a COMMIT, under the statement whose end commits');
@r = run('BEGIN; INSERT INTO app.late VALUES (1, 99); COMMIT');
is_record($r[-1], { command => 'COMMIT', outcome => 'failure', sqlstate => '23503' },
	'11: a COMMIT that a deferred constraint refuses has failed');

@r = run('INSERT INTO app.watched VALUES (1), (2)');
is(@r, 3, '12: a row trigger with a statement in it leaves one record per row');
is_record($r[-1],
	{   class => 'write', classes => [ 'write', 'function' ], rows => 2,
		objects => [ 'function app.fired() execute', 'function app.fired_as_owner() execute',
			'table app.watched insert' ] },
	'12: the trigger functions that fired are named once, and no other');
($r[0]) = run('INSERT INTO app.plain VALUES (1)');
is_record($r[0], { class => 'write', classes => undef, objects => ['table app.plain insert'] },
	'12: a table without triggers has none');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
