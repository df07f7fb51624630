# Commands whose details alone would fill a line, or several: what is long is
# cut, the record is there, and the statement goes on.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { max_prepared_transactions => 2, 'secaudit.log_parameters' => 'on' });
my $long = 'x' x 7600;
my $roles = join ',', map { "member_$_" } 1 .. 1200;

$node->safe_psql('postgres', q{
	CREATE ROLE u LOGIN; CREATE ROLE g; CREATE SCHEMA s; GRANT ALL ON SCHEMA s TO u;
	DO $$BEGIN FOR i IN 1..1200 LOOP EXECUTE format('CREATE ROLE member_%s', i); END LOOP; END$$;
	SELECT 'CREATE TABLE wide (' || string_agg('column_' || i || ' int', ',') || ')' FROM generate_series(1, 900) i \gexec
	CREATE TABLE t (a int)});
my $columns = join ',', map { "column_$_" } 1 .. 900;

# one_of(SQL, user, command): the record of a statement, its first part.
sub one_of
{
	my ($sql, $user) = @_;
	my $since = mark($node);
	my $file = $node->basedir . '/statement.sql';

	open my $fh, '>', $file or die $!;
	print $fh $sql;
	close $fh;
	my $ret = $node->psql('postgres', undef, on_error_stop => 0, timeout => 60,
		extra_params => [ '-U', $user // getpwuid($<), '-f', $file ]);
	my ($record) = records($node, since => $since, event => qr/^(?:statement|error)$/, level => undef);
	return $record;
}

# is_cut(NAME, SQL, user, key, ...): the keys were cut.
sub is_cut
{
	my ($name, $sql, $user, %expect) = @_;
	my $keys = delete $expect{cut};
	my $r = one_of($sql, $user);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is_record($r, \%expect, "$name: has its record");
	is_deeply([ grep { $_ ne 'query' } @{ $r->{truncated} // [] } ], $keys, "$name: which says what was cut");
	return $r;
}

my $r = is_cut('SET ROLE that is refused', "SET ROLE '$long'", 'u', command => 'SET', outcome => 'failure', cut => ['target_role']);
like($r->{target_role}, qr/^x{500,}\x{2026}$/, 'SET ROLE that is refused: and keeps its beginning');
$r = is_cut('GRANT to many members', "GRANT g TO $roles", undef, command => 'GRANT ROLE', outcome => 'success', cut => ['members']);
is($r->{members}[0], 'member_1', 'GRANT to many members: the first ones are there');
cmp_ok(scalar @{ $r->{members} }, '>', 50, 'GRANT to many members: and many more');
is_cut('GRANT on a table to many', "GRANT SELECT ON t TO $roles", undef, outcome => 'success', cut => ['grantees']);
is_cut('GRANT of many columns', "GRANT SELECT ($columns) ON wide TO g", undef, outcome => 'success', cut => ['column_privileges']);
is_cut('VALID UNTIL nonsense', "ALTER ROLE u VALID UNTIL '$long'", undef, outcome => 'failure', cut => ['attributes']);
is_cut('CREATE ROLE in many', "CREATE ROLE z IN ROLE $roles", undef, outcome => 'success', cut => ['member_of']);
is_cut('DROP OWNED of many', "DROP OWNED BY $roles", undef, outcome => 'success', cut => ['owned_by']);
is_cut('a long name of a setting', "SELECT set_config('x.$long', '1', false)", undef, cut => ['setting']);
is_cut('a long identifier of a transaction', "BEGIN; PREPARE TRANSACTION '" . ('y' x 6500) . "'", undef, command => 'BEGIN', cut => []);
is(scalar(grep { length($_->{query} // '') > 8000 } all_records($node)), 0, 'no line is longer than it may be');

# Everything at once in the smallest line.
$node->append_conf('postgresql.conf', 'secaudit.record_max_bytes = 6144');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.record_max_bytes') IN ('6144', '6144B', '6kB')}) or die;
is_cut('in the smallest line', "GRANT SELECT ($columns) ON wide TO $roles", undef, outcome => 'success', cut => [ 'column_privileges', 'grantees' ]);
check_trail($node, 'the trail is sound');
done_testing();
