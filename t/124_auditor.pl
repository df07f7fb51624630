# Separation of duties, as docs/policy.md has it: an auditor reads the trail and
# sets labels, and sees no data; a DBA changes nothing of the audit unseen.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('duties');
$node->safe_psql('postgres', q{
	CREATE EXTENSION secaudit;
	CREATE ROLE anna LOGIN;
	GRANT secaudit_auditor TO anna;
	CREATE ROLE owner LOGIN;
	CREATE ROLE app LOGIN;
	CREATE SCHEMA clinic AUTHORIZATION owner;
	GRANT USAGE ON SCHEMA clinic TO app;
	SET ROLE owner;
	CREATE TABLE clinic."Patients" (id int, "Ssn" text, note text);
	CREATE VIEW clinic.names AS SELECT id FROM clinic."Patients";
	CREATE FUNCTION clinic.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
	GRANT SELECT ON ALL TABLES IN SCHEMA clinic TO app});

sub try
{
	my ($user, $sql) = @_;
	my (undef, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $user ]);
	return ($out, $err);
}

sub labels
{
	return $node->safe_psql('postgres', q{
		SELECT string_agg(format('%s=%s', coalesce(objname, '-'), label), ' ' ORDER BY objname, label)
		FROM pg_seclabels WHERE provider = 'secaudit'});
}

# What the auditor may.
foreach my $case (
	[ q{label_relation('clinic."Patients"', 'phi')}, q{clinic."Patients"=phi} ],
	[ q{label_column('clinic."Patients"', 'Ssn', 'pii')}, q{clinic."Patients".Ssn=pii} ],
	[ q{label_relation('clinic.names', 'names')}, q{clinic.names=names} ],
	[ q{label_function('clinic.f(int)', 'calls')}, q{clinic.f(integer)=calls} ],
	[ q{label_schema('clinic', 'clinic')}, q{clinic=clinic} ],
	[ q{label_role('app', 'watched')}, q{app=watched} ])
{
	my ($call, $label) = @$case;
	is((try('anna', "SELECT secaudit.$call"))[1], '', "an auditor calls $call");
	like(labels(), qr/(^| )\Q$label\E( |$)/, 'and the label is there');
}
flush_trail($node);
my ($record) = grep { ($_->{command} // '') eq 'SECURITY LABEL' && ($_->{new_value} // '') eq 'pii' } stored_records($node);
is_deeply(
	[ @$record{qw(user outcome origin)}, $record->{objects}[0]{name} ],
	[ 'anna', 'success', 'function', 'clinic."Patients"' ],
	'which is recorded as the SECURITY LABEL that it is, with the auditor as its user');
like((try('anna', q{SELECT count(*) FROM secaudit.records()}))[0], qr/^[1-9]/, 'an auditor reads the trail');

try('app', q{SELECT id FROM clinic.names});
flush_trail($node);
($record) = grep { $_->{user} // '' eq 'app' and ($_->{query} // '') =~ /FROM clinic\.names/ } stored_records($node);
is_deeply($record->{tags}, [ 'clinic', 'names', 'phi', 'watched' ], 'what has a label is recorded, with the tags of all');
try('anna', q{SELECT secaudit.label_role('app', NULL), secaudit.label_relation('clinic.names', NULL)});
unlike(labels(), qr/watched|names=/, 'a NULL takes a label away');

# What the auditor may not.
foreach my $sql (q{SELECT * FROM clinic."Patients"}, q{SELECT "Ssn" FROM clinic."Patients"}, q{SELECT * FROM clinic.names})
{
	like((try('anna', $sql))[1], qr/permission denied/, "an auditor may not: $sql");
}
like((try('anna', q{SECURITY LABEL FOR secaudit ON TABLE clinic."Patients" IS NULL}))[1], qr/permission denied|must be owner/, 'nor label by the command itself');
like((try('anna', q{SELECT secaudit.rotate()}))[1], qr/permission denied/, 'nor rotate');
like((try('anna', q{SET secaudit.log = 'none'}))[1], qr/permission denied|cannot be changed/, 'nor set anything');
like((try('anna', q{SELECT secaudit.label_relation('clinic."Patients"', 'Not A Tag')}))[1], qr/ERROR:/, 'nor a label that is none');
like((try('anna', q{SELECT secaudit.label_column('clinic."Patients"', 'x" IS NULL; DROP TABLE clinic."Patients"; --', 'phi')}))[1], qr/column .* does not exist/, 'a name with SQL in it is a name');
is($node->safe_psql('postgres', q{SELECT count(*) FROM clinic."Patients"}), '0', 'and nothing more');

# Others may not what the auditor may.
foreach my $user ('app', 'owner')
{
	like((try($user, q{SELECT secaudit.label_relation('clinic."Patients"', NULL)}))[1], qr/permission denied/, "$user is no auditor");
}
like((try('owner', q{SECURITY LABEL FOR secaudit ON TABLE clinic."Patients" IS NULL}))[1], qr/ERROR/, 'an owner does not take a label away');
like(labels(), qr/clinic\."Patients"=phi/, 'it is still there');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
