# Labels, and rules by name, in commands on relations: of columns that they name or read, of tables
# that maintenance goes through, that are locked below a view, or whose parts are changed.
use strict;
use warnings;

use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('commands', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
write_rules($node);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'\nautovacuum = off");
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE ann LOGIN;
CREATE TABLE staff (id int PRIMARY KEY, salary int, name text); INSERT INTO staff VALUES (1, 100, 'x');
SECURITY LABEL FOR secaudit ON COLUMN staff.salary IS 'hr';
CREATE TABLE refers (s int); CREATE TABLE pay (salary int UNIQUE); SECURITY LABEL FOR secaudit ON COLUMN pay.salary IS 'pay';
CREATE FUNCTION trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TABLE plain (i int PRIMARY KEY);
CREATE TABLE patients (id int PRIMARY KEY, name text, CONSTRAINT named CHECK (name <> '')); SECURITY LABEL FOR secaudit ON TABLE patients IS 'phi';
CREATE INDEX patients_name ON patients (name); CLUSTER patients USING patients_name;
CREATE VIEW below AS SELECT p.id, n.i FROM patients p, plain n; CREATE VIEW above AS SELECT (SELECT count(*) FROM below) n;
CREATE SCHEMA other; CREATE TABLE other.secret (i int PRIMARY KEY); SECURITY LABEL FOR secaudit ON TABLE other.secret IS 'top';
EOF

# tags(SQL): of all records of it.
sub tags
{
	my ($sql) = @_;
	my $mark = mark($node);
	$node->safe_psql('postgres', $sql);
	my %tags = map { $_ => 1 } map { @{ $_->{tags} // [] } } records($node, since => $mark, event => 'statement');
	return join ' ', sort keys %tags;
}

foreach my $case (
	[ 'ALTER TABLE staff ALTER salary SET NOT NULL', 'hr' ],
	[ 'ALTER TABLE staff ALTER salary TYPE bigint', 'hr' ],
	[ 'ALTER TABLE staff ALTER name TYPE text USING name || salary', 'hr' ],
	[ 'ALTER TABLE staff ALTER name SET NOT NULL', '' ],
	[ 'ALTER TABLE staff ADD CONSTRAINT c CHECK (salary > 0) NOT VALID', 'hr' ],
	[ 'ALTER TABLE staff VALIDATE CONSTRAINT c', 'hr' ],
	[ 'ALTER TABLE staff ADD CONSTRAINT u UNIQUE (salary)', 'hr' ],
	[ 'ALTER TABLE staff ADD CONSTRAINT e EXCLUDE USING btree (salary WITH =)', 'hr' ],
	[ 'ALTER TABLE staff ADD COLUMN twice bigint GENERATED ALWAYS AS (salary * 2) STORED', 'hr' ],
	[ 'ALTER TABLE staff ADD COLUMN x int DEFAULT 1', '' ],
	[ 'ALTER TABLE staff ADD CHECK (staff IS NOT NULL)', 'hr' ],
	[ 'ALTER TABLE refers ADD FOREIGN KEY (s) REFERENCES pay (salary)', 'pay' ],
	[ 'CREATE TABLE refers_too (s int REFERENCES pay (salary))', 'pay' ],
	[ 'CREATE INDEX by_salary ON staff (salary)', 'hr' ],
	[ 'CREATE INDEX ON staff (name) INCLUDE (salary)', 'hr' ],
	[ 'CREATE INDEX ON staff ((salary / 2))', 'hr' ],
	[ 'CREATE INDEX ON staff (name) WHERE salary > 5', 'hr' ],
	[ 'CREATE INDEX by_name ON staff (name)', '' ],
	[ 'ALTER INDEX by_salary RENAME TO by_pay', 'hr' ],
	[ 'REINDEX INDEX by_pay', 'hr' ],
	[ 'REINDEX INDEX by_name', '' ],
	[ 'DROP INDEX by_pay', 'hr' ],
	[ 'CREATE POLICY p ON staff USING (salary < 5)', 'hr' ],
	[ 'ALTER POLICY p ON staff WITH CHECK (salary < 6)', 'hr' ],
	[ 'CREATE STATISTICS st ON salary, name FROM staff', 'hr' ],
	[ 'CREATE TRIGGER t1 BEFORE UPDATE OF salary ON staff FOR EACH ROW EXECUTE FUNCTION trig()', 'hr' ],
	[ 'CREATE TRIGGER t2 BEFORE UPDATE ON staff FOR EACH ROW WHEN (new.salary > 1) EXECUTE FUNCTION trig()', 'hr' ],
	[ 'CREATE TRIGGER t3 AFTER UPDATE ON staff FOR EACH ROW WHEN (new.* IS DISTINCT FROM old.*) EXECUTE FUNCTION trig()', 'hr' ],
	[ 'CREATE TRIGGER t4 BEFORE UPDATE OF name ON staff FOR EACH ROW EXECUTE FUNCTION trig()', '' ],
	[ 'ANALYZE staff (salary)', 'hr' ],
	[ 'ANALYZE staff (name)', '' ],
	[ 'ANALYZE staff', 'hr' ],
	[ 'VACUUM (FULL) staff', 'hr' ],
	[ 'VACUUM staff', '' ],
	[ 'CLUSTER staff USING staff_pkey', 'hr' ],
	[ 'REINDEX TABLE staff', 'hr' ],
	[ 'ALTER TABLE staff SET UNLOGGED', 'hr' ],
	[ 'ALTER TABLE staff DROP COLUMN salary CASCADE', 'hr' ],

	# What is not named.
	[ 'ANALYZE', 'pay phi top' ],
	[ 'VACUUM', 'phi top' ],
	[ 'CLUSTER', 'phi' ],
	[ 'REINDEX SCHEMA other', 'top' ],
	[ 'REINDEX DATABASE postgres', 'pay phi top' ],
	[ 'BEGIN; LOCK TABLE above IN ACCESS SHARE MODE; COMMIT', 'phi' ],
	[ 'ALTER TABLE patients RENAME CONSTRAINT named TO renamed', 'phi' ],
	[ 'ALTER INDEX patients_pkey RENAME TO pk', 'phi' ],
	[ 'ALTER INDEX pk SET (fillfactor = 50)', 'phi' ],
	[ 'COMMENT ON CONSTRAINT renamed ON patients IS $$x$$', 'phi' ],
	[ 'DROP INDEX patients_name', 'phi' ])
{
	my ($sql, $tags) = @$case;
	is(tags($sql), $tags, ($tags eq '' ? 'without tags: ' : "tags $tags: ") . $sql);
}
my $mark = mark($node);
$node->safe_psql('postgres', 'ANALYZE');
is_deeply([ sort map { $_->{name} } grep { $_->{tags} } @{ one_record($node, since => $mark, event => 'statement')->{objects} } ],
	[ 'other.secret', 'public.patients', 'public.pay' ], 'the tables with tags are named');

# Rules by name.
$node->safe_psql('postgres', <<'EOF');
CREATE TABLE card (pan int PRIMARY KEY, cents int CONSTRAINT positive CHECK (cents > 0)) ; CREATE INDEX card_cents ON card (cents);
CREATE TRIGGER tr BEFORE INSERT ON card FOR EACH ROW EXECUTE FUNCTION trig();
CREATE POLICY po ON card USING (true);
CREATE TABLE parted (i int) PARTITION BY LIST (i); CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
CREATE VIEW card_view AS SELECT * FROM card;
ALTER TABLE card OWNER TO ann; ALTER TABLE parted OWNER TO ann; ALTER TABLE part OWNER TO ann; ALTER VIEW card_view OWNER TO ann; GRANT CREATE ON SCHEMA public TO ann;
ALTER FUNCTION trig() OWNER TO ann;
EOF
use_rules($node, [ 'hands-off', 'refuse', { user => 'ann', object => [ 'public.card', 'public.parted' ] } ]);
foreach my $sql ('ALTER INDEX card_cents RENAME TO x', 'DROP INDEX card_cents', 'REINDEX INDEX card_cents', 'ALTER TABLE card RENAME CONSTRAINT positive TO x',
	'DROP TRIGGER tr ON card', 'ALTER TRIGGER tr ON card RENAME TO x', 'DROP POLICY po ON card', 'DROP FUNCTION trig() CASCADE', 'COMMENT ON TRIGGER tr ON card IS $$x$$',
	'ALTER TABLE part ADD COLUMN j int', 'DROP TABLE part', 'CREATE INDEX ON part (i)', 'BEGIN; LOCK TABLE card_view', 'VACUUM', 'ANALYZE')
{
	$mark = mark($node);
	my (undef, undef, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'ann' ]);
	like($err, qr/statement refused by audit rule "hands-off"/, "refused: $sql");
	is_deeply([ alerts($node, $mark) ], ['refused hands-off'], "with an alert: $sql");
}
my (undef, undef, $err) = $node->psql('postgres', 'CREATE TABLE mine (i int); CREATE INDEX mine_i ON mine (i); DROP INDEX mine_i; DROP TABLE mine; VACUUM plain', extra_params => [ '-U', 'ann' ]);
unlike($err, qr/ERROR/, 'what is not named is not refused');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
