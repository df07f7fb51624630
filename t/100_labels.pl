# Labels: SECURITY LABEL FOR secaudit gives tags to what touches the object, and
# decides what is recorded where secaudit.log says none.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off', 'secaudit.lock' => 'off' });
$node->safe_psql('postgres', q{
	CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text);
	CREATE TABLE plain (id int);
	CREATE VIEW names AS SELECT id, name FROM patients;
	CREATE FUNCTION reader() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM patients); END';
	CREATE FUNCTION lone() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
	CREATE SCHEMA vault; CREATE TABLE vault.gold (a int); CREATE TABLE vault.silver (a int);
	CREATE ROLE nurse LOGIN; CREATE ROLE owner LOGIN; CREATE ROLE doctor LOGIN; GRANT doctor TO nurse;
	GRANT SELECT, INSERT, UPDATE ON patients, plain TO nurse, doctor;
	CREATE TABLE owned (a int); ALTER TABLE owned OWNER TO owner});

my %none = (event => undef);

# Nothing is recorded, but for the label that changes this.
statements_are($node, {},
	[ 'SELECT name FROM patients', {%none}, 'without labels nothing is recorded' ],
	[   q{SECURITY LABEL FOR secaudit ON TABLE patients IS 'phi'},
		{   classes => [ 'role', 'config', 'ddl' ], objects => ['table public.patients alter'],
			label_provider => 'secaudit', old_value => undef, new_value => 'phi' },
		'the first label is recorded where nothing else is' ],
	[ 'SELECT name FROM patients WHERE id = 0', { class => 'read', tags => ['phi'], marks => ['public.patients phi'] }, 'its own session sees it at once' ],
	[ 'SELECT id FROM plain', {%none}, 'what has no label is not recorded' ],
	[ 'INSERT INTO plain SELECT id FROM patients', { tags => ['phi'], marks => ['public.patients phi'] }, 'one labelled table among others is enough' ],
	[   q{SECURITY LABEL ON TABLE patients IS 'phi, gdpr'},
		{ label_provider => 'secaudit', old_value => 'phi', new_value => 'phi, gdpr', tags => ['phi'] }, 'a change has the old label and the new one' ],
	[ 'TRUNCATE patients', { tags => [ 'gdpr', 'phi' ] }, 'several tags come in order' ],
	[ 'SELECT * FROM nowhere', {%none}, 'an error has no tags' ],
	[ 'SELECT nocolumn FROM patients', {%none}, 'nor has one about a labelled table that never became a statement' ],
	[ q{SECURITY LABEL FOR secaudit ON TABLE patients IS NULL}, { old_value => 'phi, gdpr', new_value => undef, label => undef }, 'so is its removal' ],
	[ 'SELECT id FROM patients', {%none}, 'and then nothing is recorded again' ]);

# Columns
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON COLUMN patients.ssn IS 'pii'; INSERT INTO patients VALUES (1, 'a', 'b')});
statements_are($node, {},
	[ 'SELECT id, name FROM patients', {%none}, 'a labelled column that is not used does not count' ],
	[ 'SELECT count(*) FROM patients', {%none}, 'nor does a count of rows' ],
	[ 'SELECT ssn FROM patients', { tags => ['pii'], marks => ['public.patients pii'] }, 'one that is read does' ],
	[ q{SELECT id FROM patients WHERE ssn = 'x'}, { tags => ['pii'] }, 'in a condition, too' ],
	[ 'SELECT * FROM patients', { tags => ['pii'] }, 'and with all columns' ],
	[ 'SELECT patients FROM patients', { tags => ['pii'] }, 'and as a whole row' ],
	[ 'SELECT id FROM names', {%none}, 'a view that does not show it' ],
	[ q{UPDATE patients SET ssn = 'z'}, { class => 'write', tags => ['pii'] }, 'one that is written' ],
	[ q{UPDATE patients SET name = 'z'}, {%none}, 'another one that is written' ],
	[ q{INSERT INTO patients (id, ssn) VALUES (2, 'y')}, { tags => ['pii'] }, 'one that is inserted' ],
	[ q{INSERT INTO patients (id, name) VALUES (3, 'y')}, {%none}, 'one that is left out' ],
	[ 'COPY patients (ssn) TO STDOUT', { tags => ['pii'] }, 'COPY of the column' ],
	[ 'COPY patients (id) TO STDOUT', {%none}, 'COPY of another one' ],
	[ q{SECURITY LABEL FOR secaudit ON COLUMN patients.ssn IS 'pci'}, { old_value => 'pii', new_value => 'pci' }, 'a column has its old label, too' ],
	[ 'ALTER TABLE patients RENAME ssn TO number' ],
	[ 'SELECT number FROM patients', { tags => ['pci'] }, 'a column keeps its label under another name' ],
	[ 'ALTER TABLE patients DROP COLUMN number' ],
	[ 'ALTER TABLE patients ADD COLUMN ssn text' ],
	[ 'SELECT ssn FROM patients', {%none}, 'and takes it along when it is dropped' ]);

# Views, functions, schemas
$node->safe_psql('postgres', q{
	SECURITY LABEL FOR secaudit ON TABLE patients IS 'phi';
	SECURITY LABEL FOR secaudit ON VIEW names IS 'shown';
	SECURITY LABEL FOR secaudit ON FUNCTION lone() IS 'code';
	SECURITY LABEL FOR secaudit ON SCHEMA vault IS 'treasure';
	SECURITY LABEL FOR secaudit ON TABLE vault.gold IS 'gold'});
statements_are($node, {},
	[ 'SELECT id FROM names', { tags => [ 'phi', 'shown' ], marks => [ 'public.names shown', 'public.patients phi' ] }, 'a view has its tags and those of its tables' ],
	[ 'SELECT lone()', { class => 'read', classes => [ 'read', 'function' ], tags => ['code'], marks => ['public.lone() code'] }, 'a function that is called' ],
	[ 'SELECT reader()', {%none}, 'a function that reads is none that is labelled' ],
	[ 'SELECT a FROM vault.silver', { tags => ['treasure'], marks => ['vault.silver treasure'] }, 'a schema counts for what is in it' ],
	[ 'SELECT a FROM vault.gold', { tags => [ 'gold', 'treasure' ], marks => ['vault.gold gold,treasure'] }, 'beside its own label' ],
	[ 'CREATE TABLE vault.new (a int)', { class => 'ddl', tags => ['treasure'], marks => ['vault.new treasure'] }, 'for what is created in it, too' ],
	[ 'CREATE FUNCTION vault.f() RETURNS int LANGUAGE sql RETURN 1', { tags => ['treasure'], marks => ['vault.f() treasure'] }, 'of any kind' ],
	[ 'CREATE TYPE vault.mood AS ENUM ()', { tags => ['treasure'], marks => ['vault.mood treasure'] }, 'a type, too' ],
	[ 'ALTER TABLE vault.silver SET SCHEMA public', { tags => ['treasure'] }, 'it moves' ],
	[ 'SELECT a FROM silver', {%none}, 'and is no treasure any more' ],
	[ 'ALTER TABLE silver SET SCHEMA vault', {%none}, 'when it moves back, it is none yet' ],
	[ 'SELECT a FROM vault.silver', { tags => ['treasure'] }, 'and then it is' ],
	[ 'EXPLAIN SELECT a FROM vault.gold', { tags => [ 'gold', 'treasure' ] }, 'EXPLAIN names it' ]);
my $mark = mark($node);
$node->safe_psql('postgres', 'SELECT reader() AS nested');
is_record(one_record($node, since => $mark, level => 1), { tags => ['phi'], query => '(SELECT count(*) FROM patients)', origin => 'function' }, 'what a function reads is recorded inside of it');

# Roles and databases: all that is done
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON ROLE doctor IS 'staff'; SECURITY LABEL FOR secaudit ON ROLE nurse IS NULL});
my %nurse = (params => [ '-U', 'nurse' ]);
statements_are($node, {%nurse},
	[ 'SELECT id FROM plain WHERE id = 1', {%none}, 'a role without a label' ],
	[ 'SET ROLE doctor', {%none}, 'takes one on that has one' ],
	[ 'SELECT id FROM plain WHERE id = 2', { user => 'nurse', current_user => 'doctor', tags => ['staff'], marks => [] }, 'which counts as current user' ],
	[ 'SELECT id FROM patients WHERE id = 3', { tags => [ 'phi', 'staff' ], marks => ['public.patients phi'] }, 'beside the objects' ],
	[ q{SELECT relname FROM pg_class WHERE relname = 'x'}, {%none}, 'log_catalog goes before the label of a role' ],
	[ 'RESET ROLE', { tags => ['staff'] }, 'until it is reset' ],
	[ 'SELECT id FROM plain WHERE id = 4', {%none}, 'and no longer' ]);
statements_are($node, { params => [ '-U', 'doctor' ] },
	[ 'SELECT 5 AS anything', { tags => ['staff'] }, 'all that the session user does' ]);
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON ROLE doctor IS NULL; SECURITY LABEL FOR secaudit ON DATABASE postgres IS 'clinic'});
statements_are($node, {%nurse}, [ 'SELECT 6 AS anything', { tags => ['clinic'] }, 'all that is done in a database' ]);
statements_are($node, { %nurse, database => 'template1' }, [ 'SELECT 7 AS anything', {%none}, 'and not in another one' ]);
$node->safe_psql('postgres', 'SECURITY LABEL FOR secaudit ON DATABASE postgres IS NULL');

# Which classes
statements_are($node, {},
	[ q{SET secaudit.log_tagged = 'write'} ],
	[ 'SELECT id FROM patients WHERE id = 10', {%none}, 'log_tagged: a read is not recorded' ],
	[ 'INSERT INTO plain SELECT id FROM patients WHERE id = 11', {%none}, 'log_tagged: what is written has no label' ],
	[ 'DELETE FROM patients WHERE id = 12', { class => 'write', tags => ['phi'] }, 'log_tagged: a write is' ],
	[ q{SET secaudit.log_tagged = 'none'} ],
	[ 'DELETE FROM patients WHERE id = 13', {%none}, 'log_tagged = none' ],
	[ q{SET secaudit.log = 'read'} ],
	[ 'SELECT id FROM patients WHERE id = 14', { tags => ['phi'] }, 'a record has its tags whyever it is made' ],
	[ 'RESET secaudit.log' ], [ 'RESET secaudit.log_tagged' ],
	[ 'SET secaudit.log_nested = off' ],
	[ 'SELECT reader() AS again', {%none}, 'log_nested = off' ]);
is(scalar(records($node, query => '(SELECT count(*) FROM patients)', level => 1)), 3, 'log_nested = off does not hide what has a label');

# Prepared statements and cached plans
statements_are($node, {},
	[ 'PREPARE p AS SELECT id FROM plain' ], [ 'EXECUTE  p', {%none}, 'a statement is prepared' ],
	[ q{SECURITY LABEL FOR secaudit ON TABLE plain IS 'late'} ],
	[ 'EXECUTE p', { tags => ['late'], marks => ['public.plain late'] }, 'its plan is of before the label' ],
	[ 'BEGIN' ], [ q{SECURITY LABEL FOR secaudit ON TABLE plain IS 'never'} ],
	[ 'SELECT id FROM plain WHERE id = 20', { tags => ['never'] }, 'label and query in one transaction' ],
	[ 'SAVEPOINT s' ], [ 'SECURITY LABEL FOR secaudit ON TABLE plain IS NULL' ],
	[ 'SELECT id FROM plain WHERE id = 21', {%none}, 'in a subtransaction, too' ],
	[ 'ROLLBACK TO s' ],
	[ 'SELECT id FROM plain WHERE id = 22', { tags => ['never'] }, 'which is rolled back' ],
	[ 'ROLLBACK' ],
	[ 'SELECT id FROM plain WHERE id = 23', { tags => ['late'] }, 'a label that is rolled back leaves no trace' ],
	[ 'DROP TABLE plain' ], [ 'CREATE TABLE plain (id int)', {%none}, 'a new table' ],
	[ 'SELECT id FROM plain WHERE id = 24', {%none}, 'of the same name has no label' ],
	[ 'CREATE TEMP TABLE t (a int)' ], [ q{SECURITY LABEL FOR secaudit ON TABLE t IS 'scratch'} ],
	[ 'SELECT a FROM t', { tags => ['scratch'] }, 'a temporary table' ]);

# Who may, and what is no label
sub refused
{
	my ($user, $sql, $sqlstate, $detail, $name) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $user ]);
	like($err, qr/ERROR:  $sqlstate: .*\nDETAIL:  \Q$detail\E/, $name);
	return;
}
my $super = $node->safe_psql('postgres', 'SELECT current_user');
my $rights = 'Labels decide what is audited: only superusers may set and remove them, not the owners of the objects.';
refused('owner', q{SECURITY LABEL FOR secaudit ON TABLE owned IS 'x'}, 42501, $rights, 'the owner of a table cannot label it');
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON TABLE owned IS 'kept'});
refused('owner', q{SECURITY LABEL FOR secaudit ON TABLE owned IS NULL}, 42501, $rights, 'nor take its label away');
refused($super, q{SECURITY LABEL FOR secaudit ON TABLE owned IS 'Phi'}, 22023, 'Tags are written in lower case: "P" at character 1.', 'a malformed label');
refused($super, q{SECURITY LABEL FOR secaudit ON TABLE owned IS ''}, 22023, 'A tag is missing at character 1.', 'an empty one');
refused($super, q{SECURITY LABEL FOR secaudit ON LANGUAGE plpgsql IS 'x'}, '0A000', 'Labels are for tables, columns, views', 'an object of another kind');
my ($refused) = records($node, user => 'owner', sqlstate => '42501', command => 'SECURITY LABEL');
is_record($refused, { outcome => 'failure', objects => ['table public.owned alter'], new_value => 'x', class => 'role' }, 'what is refused is recorded');
is($node->safe_psql('postgres', q{SELECT label FROM pg_seclabels WHERE objname = 'owned'}), 'kept', 'and the label is as it was');

done_testing;
