# The extension's scripts: an updated one is like a new one, a dumped one is
# made again, and its role is made once for the whole cluster.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('extension');
my $db = 'postgres';
my $new = $node->safe_psql($db, q{SELECT default_version FROM pg_available_extensions WHERE name = 'secaudit'});

# Everything of it that a user can see, as text.
sub picture
{
	my ($in) = @_;
	return $node->safe_psql($in, q{
		SELECT p.oid::regprocedure || E'\t' || pg_get_functiondef(p.oid) || p.proacl::text
			FROM pg_proc p WHERE pronamespace = 'secaudit'::regnamespace ORDER BY 1;
		SELECT c.relname, c.relkind, c.relacl, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
				col_description(c.oid, a.attnum), pg_get_viewdef(c.oid)
			FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE c.relnamespace = 'secaudit'::regnamespace AND a.attnum > 0 AND NOT attisdropped ORDER BY 1, 4;
		SELECT nspacl FROM pg_namespace WHERE nspname = 'secaudit';
		SELECT i.type, i.identity, obj_description(d.objid, d.classid::regclass::text::name), p.privtype, p.initprivs
			FROM pg_depend d CROSS JOIN pg_identify_object(d.classid, d.objid, 0) i
				LEFT JOIN pg_init_privs p ON p.classoid = d.classid AND p.objoid = d.objid AND p.objsubid = 0
			WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
				AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'secaudit') ORDER BY 1, 2});
}

# Every version there has been, walked to this one.
my @old = split /\n/, $node->safe_psql($db, qq{SELECT version FROM pg_available_extension_versions WHERE name = 'secaudit' AND version <> '$new'});
is_deeply([ sort @old ], ['1.0'], 'the versions before this one');
$node->safe_psql($db, 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION secaudit');
is($node->safe_psql('fresh', q{SELECT extversion FROM pg_extension WHERE extname = 'secaudit'}), $new, 'CREATE EXTENSION makes the newest');
foreach my $version (@old)
{
	$node->safe_psql($db, "CREATE DATABASE old");
	$node->safe_psql('old', "CREATE EXTENSION secaudit VERSION '$version'");
	isnt(picture('old'), picture('fresh'), "$version is another one");
	$node->safe_psql('old', 'ALTER EXTENSION secaudit UPDATE');
	is(picture('old'), picture('fresh'), "$version, updated, is like a new one");
	like($node->safe_psql('old', 'SELECT count(*) FROM secaudit.records()'), qr/^[1-9]/, 'and works');
	$node->safe_psql($db, 'DROP DATABASE old');
}

# Members given in between are nothing to warn of in the next database.
$node->safe_psql($db, 'CREATE ROLE anna LOGIN IN ROLE secaudit_auditor; CREATE DATABASE second');
my ($status, undef, $stderr) = $node->psql('second', 'CREATE EXTENSION secaudit');
is($status, 0, 'a second database can have it, too');
is($stderr, '', 'without a warning about the role that the first one has made');
is_deeply([ map { $_->{query} } records($node, db => 'second', outcome => 'failure') ], [], 'nor a failure in the trail');
foreach my $in ('fresh', 'second')
{
	my @anna = (extra_params => [ '-U', 'anna' ]);
	like($node->safe_psql($in, 'SELECT count(*) FROM secaudit.records(last => 5)', @anna), qr/^[1-5]$/, "an auditor reads the trail in database $in");
	my ($failed, undef, $why) = $node->psql($in, 'SELECT secaudit.rotate()', @anna);
	like($why, qr/permission denied for function rotate/, "and may not rotate it in database $in");
}

# Dump and restore: as extensions are, with nothing of its own in the dump.
my $dump = $node->basedir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, 'second' ], 'pg_dump');
unlike(slurp_file($dump), qr/secaudit_auditor/, 'the rights that its script gives are not in a dump');
$node->safe_psql($db, 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'restored' ], 'it can be restored');
is(picture('restored'), picture('fresh'), 'and is the same');

# The role goes when nothing has it any more.
($status, undef, $stderr) = $node->psql($db, 'DROP ROLE secaudit_auditor');
like($stderr, qr/role "secaudit_auditor" cannot be dropped because some objects depend on it/, 'the role is not dropped while a database needs it');
$node->safe_psql($_, 'DROP EXTENSION secaudit') foreach 'fresh', 'second', 'restored', 'secaudit_test';
$node->safe_psql($db, 'DROP ROLE secaudit_auditor');
pass('it is when all of them have dropped the extension');

# A role that was there before, and that somebody can be.
$node->safe_psql($db, 'CREATE ROLE secaudit_auditor LOGIN');
(undef, undef, $stderr) = $node->psql('second', 'CREATE EXTENSION secaudit');
like($stderr, qr/WARNING:  role "secaudit_auditor" exists already and may read.*it may log in\./s, 'a role that is not ours is told');
is($node->safe_psql('second', 'SELECT count(*) > 0 FROM secaudit.records(last => 3)', extra_params => [ '-U', 'secaudit_auditor' ]), 't', 'and has the rights');
$node->safe_psql('second', 'DROP EXTENSION secaudit; DROP ROLE secaudit_auditor');

# Another cluster, where nobody has the role, and restores the same dump.
$node->safe_psql($db, 'CREATE DATABASE again');
$node->command_ok([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-f', $dump, 'again' ], 'restored where the role is missing');
is($node->safe_psql('again', q{SELECT has_function_privilege('secaudit_auditor', 'secaudit.status()', 'execute')}), 't', 'it is made again');

$node->stop;
done_testing();
