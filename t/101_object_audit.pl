# Object audit: what uses a privilege that the role of secaudit.role holds is
# recorded, whatever secaudit.log says.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main',
	settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off', 'secaudit.lock' => 'off', 'secaudit.log_tagged' => 'none' });
$node->safe_psql('postgres', q{
	CREATE ROLE auditor; CREATE ROLE user1 LOGIN; CREATE ROLE owner;
	CREATE TABLE t (id int, a text, b text);
	CREATE TABLE other (id int);
	CREATE VIEW v AS SELECT id, a FROM t;
	CREATE SEQUENCE s;
	CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE TABLE parted (id int, a text) PARTITION BY RANGE (id);
	CREATE TABLE part1 (a text, id int); ALTER TABLE parted ATTACH PARTITION part1 FOR VALUES FROM (1) TO (10);
	CREATE TABLE part2 PARTITION OF parted FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
	CREATE TABLE part21 PARTITION OF part2 FOR VALUES FROM (10) TO (15);
	CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent);
	SELECT lo_create(4711); SELECT lo_create(4712);
	ALTER DATABASE postgres SET secaudit.role = 'auditor'});

my %none = (event => undef);
sub audited { return { marks => [ map { "$_ audited" } @_ ], event => 'statement', tags => undef }; }
sub are { return statements_are($node, {}, @_); }

# Each privilege by itself
are([ 'SELECT id FROM t', {%none}, 'nothing is granted: nothing is recorded' ],
	[ 'GRANT SELECT ON t TO auditor', {%none}, 'a grant' ],
	[ 'SELECT  id FROM t', audited('public.t'), 'counts at once' ],
	[ q{INSERT INTO t VALUES (1, 'x', 'y')}, {%none}, 'for the privilege that was granted' ],
	[ q{UPDATE t SET a = 'z'}, {%none}, 'and for no other' ],
	[ q{UPDATE t SET a = 'z' WHERE id = 1}, audited('public.t'), 'unless it is used beside' ],
	[ 'SELECT id FROM other', {%none}, 'nor for another table' ],
	[ 'SELECT id FROM v', audited('public.t'), 'a view reads its table' ],
	[ 'SELECT count(*) FROM t', audited('public.t'), 'rows are counted' ],
	[ 'COPY t TO STDOUT', audited('public.t'), 'COPY reads' ],
	[ 'REVOKE SELECT ON t FROM auditor' ],
	[ 'SELECT   id FROM t', {%none}, 'what is taken back does not count any more' ],
	[ 'BEGIN' ], [ 'GRANT INSERT ON t TO auditor' ],
	[ q{INSERT INTO t VALUES (2, 'x', 'y')}, audited('public.t'), 'INSERT, in the transaction of the grant' ],
	[ 'ROLLBACK' ],
	[ q{INSERT INTO t VALUES (2, 'x', 'y')}, {%none}, 'which was rolled back' ],
	[ 'GRANT UPDATE ON t TO auditor' ], [ q{UPDATE t SET b = 'c'}, audited('public.t'), 'UPDATE' ],
	[ 'BEGIN' ], [ 'SELECT a FROM t FOR UPDATE', audited('public.t'), 'and what locks rows for it' ], [ 'COMMIT' ],
	[ 'REVOKE UPDATE ON t FROM auditor' ],
	[ 'GRANT DELETE ON t TO auditor' ], [ 'DELETE FROM t', audited('public.t'), 'DELETE' ],
	[ 'TRUNCATE t', {%none}, 'DELETE is not TRUNCATE' ],
	[ 'GRANT TRUNCATE ON t TO auditor' ], [ 'TRUNCATE  t', audited('public.t'), 'TRUNCATE' ],
	[ 'GRANT EXECUTE ON FUNCTION f() TO auditor' ],
	[ 'SELECT f()', audited('public.f()'), 'EXECUTE' ],
	[ 'SELECT g()', {%none}, 'which everybody has does not count' ],
	[ 'GRANT EXECUTE ON FUNCTION g() TO user1' ], [ 'SELECT g() AS again', {%none}, 'nor where it is written down' ],
	[ q{SELECT nextval('s')}, {%none}, 'a sequence' ],
	[ 'GRANT USAGE ON SEQUENCE s TO auditor' ],
	[ q{SELECT nextval('s') AS n}, audited('public.s'), 'that may be used' ],
	[ q{SELECT lo_get(4711)}, {%none}, 'a large object' ],
	[ 'GRANT SELECT ON LARGE OBJECT 4711 TO auditor' ],
	[ q{SELECT lo_get(4711) AS l}, audited('4711'), 'that may be read' ],
	[ q{SELECT lo_get(4712)}, {%none}, 'another one' ],
	[ q{SELECT lo_put(4711, 0, 'x')}, {%none}, 'to write it is another privilege' ]);

# Columns
$node->safe_psql('postgres', q{
	REVOKE ALL ON t FROM auditor; GRANT SELECT (a), INSERT (b), UPDATE (a) ON t TO auditor});
are([ 'SELECT id, b FROM t', {%none}, 'columns: others are read' ],
	[ 'SELECT count(*) AS n FROM t', {%none}, 'columns: none is read' ],
	[ 'SELECT a FROM t', audited('public.t'), 'columns: this one is' ],
	[ q{SELECT id FROM t WHERE a = 'x'}, audited('public.t'), 'columns: in a condition' ],
	[ 'SELECT * FROM t', audited('public.t'), 'columns: among all' ],
	[ 'SELECT t FROM t', audited('public.t'), 'columns: in a whole row' ],
	[ 'SELECT row_to_json(t) FROM t', audited('public.t'), 'columns: as an argument' ],
	[ q{INSERT INTO t (a) VALUES ('x')}, {%none}, 'columns: inserted, which is another privilege' ],
	[ q{INSERT INTO t (b) VALUES ('x')}, audited('public.t'), 'columns: inserted' ],
	[ q{UPDATE t SET b = '1'}, {%none}, 'columns: updated, another one' ],
	[ q{UPDATE t SET a = '1'}, audited('public.t'), 'columns: updated' ],
	[ q{INSERT INTO t (id) VALUES (9) RETURNING a}, audited('public.t'), 'columns: returned' ]);

# Partitions and children
$node->safe_psql('postgres', 'GRANT SELECT (a), DELETE ON parted TO auditor; GRANT SELECT ON parent TO auditor');
are([ 'SELECT a FROM parted', audited('public.parted'), 'a partitioned table' ],
	[ 'SELECT a FROM part1', audited('public.part1'), 'what it was granted counts for its partition, by the column\'s name' ],
	[ 'SELECT id FROM part1', {%none}, 'and not for another column' ],
	[ 'DELETE FROM part21', audited('public.part21'), 'and for a partition of a partition' ],
	[ 'REVOKE DELETE ON parted FROM auditor' ],
	[ 'DELETE FROM part21 WHERE id = 1', {%none}, 'as long as the parent has it' ],
	[ 'ALTER TABLE parted DETACH PARTITION part1' ],
	[ 'SELECT a FROM part1 WHERE id = 2', {%none}, 'and it is a partition' ],
	[ 'ALTER TABLE parted ATTACH PARTITION part1 FOR VALUES FROM (1) TO (10)' ],
	[ 'SELECT a FROM part1 WHERE id = 3', audited('public.part1'), 'attached again' ],
	[ 'SELECT id FROM parent', audited('public.parent'), 'a parent covers access through it' ],
	[ 'SELECT id FROM child', {%none}, 'a child is a table of its own' ]);

# Whose privileges count
$node->safe_psql('postgres', q{CREATE ROLE grp; GRANT grp TO auditor; GRANT SELECT ON other TO grp});
are([ 'SELECT id FROM other', audited('public.other'), 'what a group of the role holds counts' ],
	[ 'REVOKE grp FROM auditor' ],
	[ 'SELECT id FROM other WHERE id = 1', {%none}, 'while it is a member' ],
	[ 'ALTER TABLE other OWNER TO auditor' ],
	[ 'SELECT id FROM other WHERE id = 2', audited('public.other'), 'an owner holds everything' ],
	[ 'ALTER TABLE other OWNER TO owner' ],
	[ 'GRANT pg_read_all_data TO auditor' ],
	[ 'SELECT id FROM other WHERE id = 3', audited('public.other'), 'the role that reads all data' ],
	[ q{SELECT relname FROM pg_class WHERE relname = 'x'}, {%none}, 'reads no catalogs' ],
	[ 'REVOKE pg_read_all_data FROM auditor' ],
	[ q{SET secaudit.role = ''} ],
	[ 'SELECT a FROM t WHERE id = 4', {%none}, 'without a role nothing is audited' ],
	[ 'RESET secaudit.role' ],
	[ 'SELECT a FROM t WHERE id = 5', audited('public.t'), 'and with it again' ]);
$node->safe_psql('postgres', 'GRANT SELECT ON t TO user1');
statements_are($node, { params => [ '-U', 'user1' ] },
	[ 'SELECT a FROM t WHERE id = 6', { %{ audited('public.t') }, user => 'user1' }, 'whoever reads' ],
	[ 'SELECT id FROM part1', { event => undef }, 'what is refused uses no privilege of the role' ],
	[ 'SELECT a FROM part1', { %{ audited('public.part1') }, outcome => 'failure', sqlstate => '42501' }, 'and if it would, the attempt is recorded' ]);

# The role is not there
sub refused
{
	my ($sql, $name) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($err, qr/ERROR:  42704: role "nobody" does not exist\nDETAIL:  The parameter "secaudit.role" must name a role that exists.\nHINT:  Create a role/, $name);
	return;
}
refused(q{SET secaudit.role = 'nobody'}, 'SET of a role that is not there is refused');
refused(q{ALTER SYSTEM SET secaudit.role = 'nobody'}, 'so is ALTER SYSTEM');
refused(q{ALTER ROLE user1 SET secaudit.role = 'nobody'}, 'so is ALTER ROLE');
my (undef, undef, $err) = $node->psql('postgres', q{SET secaudit.role = 'auditor'}, extra_params => [ '-U', 'user1' ]);
like($err, qr/permission denied to set parameter "secaudit.role"/, 'users cannot set it');

my $mark = mark($node);
my $log = -s $node->logfile;
$node->safe_psql('postgres', 'DROP OWNED BY auditor; DROP ROLE auditor');
foreach (1 .. 3)
{
	my (undef, undef, $notice) = $node->psql('postgres', 'SELECT a FROM t');
	is($notice, '', "the client hears nothing of it ($_)");
}
my @alerts = records($node, since => $mark, event => 'alert');
is(scalar(@alerts), 1, 'a role that disappears is one alert');
is_record($alerts[0],
	{ reason => 'audit_role_missing', target_role => 'auditor', setting => 'secaudit.role', sqlstate => '42704', error => 'role "auditor" of the object audit does not exist' },
	'which says what is missing');
my $said = slurp_file($node->logfile, $log);
is(scalar(() = $said =~ /WARNING:  role "auditor" of the object audit does not exist/g), 1, 'and one warning in the server log');
$node->safe_psql('postgres', 'CREATE ROLE auditor; GRANT SELECT ON t TO auditor');
are([ 'SELECT id AS back FROM t', audited('public.t'), 'the role is there again' ]);
$node->safe_psql('postgres', 'DROP OWNED BY auditor; DROP ROLE auditor');
$node->safe_psql('postgres', 'SELECT id FROM t');
is(scalar(records($node, since => $mark, event => 'alert')), 2, 'when it disappears again, there is another alert');

# At the start
$node->append_conf('postgresql.conf', "secaudit.role = 'ghost'");
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET secaudit.role');
$mark = mark($node);
$node->restart;
$node->safe_psql('postgres', 'SELECT id FROM t');
is_record(one_record($node, since => $mark, event => 'alert'), { reason => 'audit_role_missing', target_role => 'ghost' }, 'a server starts with a role that is not there, and says so');

done_testing;
