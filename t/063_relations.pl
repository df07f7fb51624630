# Partitions, MERGE, CTEs and upserts; new tables, matviews and maintenance.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('relations');

$node->safe_psql('postgres', <<'SQL');
CREATE SCHEMA app;
CREATE TABLE app.p (id int, v text) PARTITION BY RANGE (id);
CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES FROM (0) TO (10);
CREATE TABLE app.p2 PARTITION OF app.p FOR VALUES FROM (10) TO (20);
CREATE TABLE app.p3 (id int, v text);
CREATE TABLE app.parent (a int);
CREATE TABLE app.kid (b int) INHERITS (app.parent);
CREATE TABLE app.src (id int, v text);
CREATE TABLE app.tgt (id int PRIMARY KEY, v text);
INSERT INTO app.src VALUES (1, 'a'), (2, 'b');
INSERT INTO app.tgt VALUES (1, 'x');
CREATE TABLE app.ta (id serial PRIMARY KEY);
CREATE TABLE app.tb (id int REFERENCES app.ta);
SQL

sub run
{
	my ($sql, %opt) = @_;
	my $since = mark($node);
	$node->psql('postgres', $sql, on_error_stop => 0);
	return records($node, since => $since, event => 'statement');
}

my @case = (
	# 41, 42: partitions and inheritance
	[   q{INSERT INTO app.p VALUES (1, 'a'), (11, 'b')},
		{ class => 'write', rows => 2, objects => ['table app.p insert'] },
		'41: a partitioned table is named by its root' ],
	[   'SELECT * FROM app.p', { class => 'read', rows => 2, objects => ['table app.p select'] },
		'41: for reads' ],
	[   'SELECT * FROM app.p1', { class => 'read', rows => 1, objects => ['table app.p1 select'] },
		'41: a partition by itself, when it is what was asked for' ],
	[   'UPDATE app.p SET id = 12 WHERE id = 1',
		{ class => 'write', command => 'UPDATE', rows => 1, objects => ['table app.p select,update'] },
		'41: a row that moves is updated' ],
	[   'TRUNCATE app.p',
		{ class => 'write', objects => [ 'table app.p truncate', 'table app.p1 truncate', 'table app.p2 truncate' ] },
		'41: TRUNCATE names every partition' ],
	[   'ALTER TABLE app.p ATTACH PARTITION app.p3 FOR VALUES FROM (20) TO (30)',
		{ class => 'ddl', outcome => 'success', objects => [ 'table app.p alter', 'table app.p3 alter' ] },
		'41: ATTACH names both tables' ],
	[   'ALTER TABLE app.p DETACH PARTITION app.p3',
		{ class => 'ddl', outcome => 'success', objects => [ 'table app.p alter', 'table app.p3 alter' ] },
		'41: DETACH, too' ],
	[   'ALTER TABLE app.p DETACH PARTITION app.p2 CONCURRENTLY',
		{ class => 'ddl', outcome => 'success', objects => [ 'table app.p alter', 'table app.p2 alter' ] },
		'41: and CONCURRENTLY, in its own transactions' ],
	[   'SELECT * FROM app.parent', { objects => ['table app.parent select'] },
		'42: a parent stands for its children' ],
	[   'ALTER TABLE app.kid NO INHERIT app.parent',
		{ class => 'ddl', objects => [ 'table app.kid alter', 'table app.parent alter' ] },
		'42: NO INHERIT names both' ],
	[   'ALTER TABLE app.kid INHERIT app.parent',
		{ class => 'ddl', objects => [ 'table app.kid alter', 'table app.parent alter' ] },
		'42: so does INHERIT' ],

	# 43-47: statements that do several things
	[   q{MERGE INTO app.tgt t USING app.src s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.v)},
		{   command => 'MERGE', classes => [ 'write', 'read' ], rows => 2,
			objects => [ 'table app.src select', 'table app.tgt select,insert,update' ] },
		'43: MERGE names what it may do to its target, and its source' ],
	[   'WITH x AS (INSERT INTO app.src VALUES (3) RETURNING id), y AS (DELETE FROM app.tgt WHERE id = 2 RETURNING id) SELECT * FROM x, y',
		{   command => 'SELECT', class => 'write', classes => [ 'write', 'read' ], rows => 1,
			objects => [ 'table app.src select,insert', 'table app.tgt select,delete' ] },
		'44: a SELECT with writes in it is a write, each table with its own access' ],
	[   q{INSERT INTO app.tgt VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE tgt.v <> 'q'},
		{ command => 'INSERT', classes => [ 'write', 'read' ], rows => 1, objects => ['table app.tgt select,insert,update'] },
		'45: ON CONFLICT DO UPDATE' ],
	[   q{INSERT INTO app.tgt VALUES (1, 'z') ON CONFLICT DO NOTHING},
		{ command => 'INSERT', class => 'write', rows => 0, objects => ['table app.tgt insert'] },
		'45: ON CONFLICT DO NOTHING' ],
	[   'SELECT * FROM app.tgt FOR UPDATE',
		{ class => 'read', classes => undef, objects => ['table app.tgt select,lock'] },
		'46: FOR UPDATE is a lock, not a write' ],
	[ 'SELECT * FROM app.tgt FOR SHARE', { class => 'read', objects => ['table app.tgt select,lock'] },
		'46: FOR SHARE, too' ],

	# 48, 49: tables from queries
	[   'CREATE TABLE app.c1 AS SELECT * FROM app.src',
		{   command => 'CREATE TABLE AS', classes => [ 'ddl', 'read' ], rows => 3, skipped => undef,
			objects => [ 'table app.c1 create', 'table app.src select' ] },
		'48: CREATE TABLE AS names the new table and its sources' ],
	[   'SELECT * INTO app.c2 FROM app.src',
		{ command => 'SELECT INTO', classes => [ 'ddl', 'read' ], rows => 3,
			objects => [ 'table app.c2 create', 'table app.src select' ] },
		'48: SELECT INTO, too' ],
	[   'CREATE TABLE IF NOT EXISTS app.c1 AS SELECT * FROM app.src',
		{ class => 'ddl', outcome => 'success', skipped => 1, rows => undef, objects => ['table app.c1 '] },
		'48: what is there already is named, and skipped' ],
	[   'CREATE TABLE app.c3 AS SELECT * FROM app.src WITH NO DATA',
		{ class => 'ddl', classes => undef, objects => ['table app.c3 create'] },
		'48: WITH NO DATA reads nothing' ],
	[   'DROP TABLE IF EXISTS app.nowhere',
		{ class => 'ddl', outcome => 'success', skipped => 1, objects => ['table app.nowhere '] },
		'48: so is what is not there to be dropped' ],
	[   'CREATE MATERIALIZED VIEW app.mv AS SELECT id, v FROM app.tgt',
		{ classes => [ 'ddl', 'read' ], rows => 1,
			objects => [ 'materialized view app.mv create', 'table app.tgt select' ] },
		'49: CREATE MATERIALIZED VIEW' ],
	[   'CREATE UNIQUE INDEX ON app.mv (id)',
		{ class => 'ddl', objects => [ 'index app.mv_id_idx create', 'materialized view app.mv alter' ] },
		'49: an index without a name, and what it is on' ],
	[   'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) CREATE TABLE app.explained AS SELECT id FROM app.tgt',
		{ class => 'ddl', classes => [ 'ddl', 'read' ], executed => 1, objects => [ 'table app.explained create', 'table app.tgt select' ] },
		'22: EXPLAIN ANALYZE CREATE TABLE AS creates it' ],
	[   'REFRESH MATERIALIZED VIEW app.mv',
		{ classes => [ 'ddl', 'read' ], outcome => 'success',
			objects => [ 'materialized view app.mv maintain', 'table app.tgt select' ] },
		'49: REFRESH' ],
	[   'REFRESH MATERIALIZED VIEW CONCURRENTLY app.mv',
		{ classes => [ 'ddl', 'read' ], outcome => 'success',
			objects => [ 'materialized view app.mv maintain', 'table app.tgt select' ] },
		'49: REFRESH CONCURRENTLY, without its inner workings' ],

	# 50-53: maintenance
	['INSERT INTO app.ta DEFAULT VALUES'],
	[   'TRUNCATE app.ta CASCADE',
		{ class => 'write', objects => [ 'table app.ta truncate', 'table app.tb truncate' ] },
		'50: TRUNCATE CASCADE names what it cascades to' ],
	[   'TRUNCATE app.ta, app.tb RESTART IDENTITY',
		{ class => 'write', objects => [ 'sequence app.ta_id_seq update', 'table app.ta truncate', 'table app.tb truncate' ] },
		'50: RESTART IDENTITY names the sequences' ],
	['BEGIN'],
	[   'LOCK TABLE app.ta, app.tb IN SHARE MODE',
		{ class => 'misc', command => 'LOCK TABLE', lock_mode => 'ShareLock',
			objects => [ 'table app.ta lock', 'table app.tb lock' ] },
		'51: LOCK TABLE names tables and mode' ],
	['COMMIT'],
	[ 'VACUUM app.ta', { class => 'misc', objects => ['table app.ta maintain'] }, '52: VACUUM of a table' ],
	[ 'ANALYZE', { class => 'misc', objects => ['database postgres maintain'] }, '52: ANALYZE of everything' ],
	[ 'REINDEX TABLE CONCURRENTLY app.ta', { class => 'ddl', outcome => 'success', objects => [ 'index app.ta_pkey create', 'table app.ta maintain' ] },
		'52: REINDEX CONCURRENTLY' ],
	[ 'REINDEX SCHEMA app', { class => 'ddl', objects => ['schema app maintain'] }, '52: REINDEX of a schema' ],
	[ 'CLUSTER app.ta USING ta_pkey', { class => 'ddl', outcome => 'success', objects => ['table app.ta maintain'] },
		'52: CLUSTER' ],
	[q{INSERT INTO app.src VALUES (1, 'dup')}],
	[   'CREATE UNIQUE INDEX CONCURRENTLY bad ON app.src (id)',
		{ class => 'ddl', outcome => 'failure', sqlstate => '23505', command => 'CREATE INDEX' },
		'53: an index that cannot be built' ],
	[ 'DROP INDEX app.bad', { class => 'ddl', outcome => 'success', objects => ['index app.bad drop'] },
		'53: was left behind, and can be dropped' ],
);
statements_are($node, {}, @case);

my @r = run('REFRESH MATERIALIZED VIEW CONCURRENTLY app.mv');
is(@r, 1, '49: and leaves one record');

my ($r) = run('SELECT tgt FROM app.tgt');
is_deeply($r->{objects}[0]{columns}, [ 'id', 'v' ], '47: a whole-row reference is all columns');
($r) = run('SELECT count(*) FROM app.tgt');
is_deeply([ $r->{objects}[0]{access}, $r->{objects}[0]{columns} ], [ ['select'], undef ],
	'47: count(*) reads a table and none of its columns');
($r) = run('TABLE app.tgt');
is_deeply($r->{objects}[0]{columns}, [ 'id', 'v' ], '47: TABLE reads all of them');
($r) = run('SELECT ctid, xmin FROM app.tgt');
is_deeply([ sort @{ $r->{objects}[0]{columns} } ], [ 'ctid', 'xmin' ], '47: system columns have names');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
