# Commands whose objects do not exist, or whose names have holes, fail or are
# skipped as they do without secaudit, and leave their record.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main');

# command => [ statement, SQLSTATE or undef where it is skipped ]
my @cases = (
	[ 'COMMENT', "COMMENT ON OPERATOR ###### (NONE, int4) IS 'x'", '42883' ],
	[ 'COMMENT', "COMMENT ON OPERATOR ###### (int4, NONE) IS 'x'", '42601' ],
	[ 'DROP OPERATOR', 'DROP OPERATOR IF EXISTS # (NONE, no_such_schema.no_such_type)', undef ],
	[ 'DROP OPERATOR', 'DROP OPERATOR @@@ (NONE, int8)', '42883' ],
	[ 'DROP AGGREGATE', 'DROP AGGREGATE IF EXISTS no_such_aggregate (*)', undef ],
	[ 'DROP FUNCTION', 'DROP FUNCTION IF EXISTS no_such_function (no_such_type, int)', undef ],
	[ 'DROP FUNCTION', 'DROP FUNCTION no_such_function', '42883' ],
	[ 'DROP CAST', 'DROP CAST IF EXISTS (no_such_type AS text)', undef ],
	[ 'DROP TRANSFORM', 'DROP TRANSFORM IF EXISTS FOR no_such_type LANGUAGE sql', undef ],
	[ 'DROP OPERATOR CLASS', 'DROP OPERATOR CLASS IF EXISTS no_such_class USING btree', undef ],
	[ 'DROP TRIGGER', 'DROP TRIGGER IF EXISTS no_such_trigger ON no_such_schema.no_such_table', undef ],
	[ 'DROP POLICY', 'DROP POLICY IF EXISTS no_such_policy ON no_such_table', undef ],
	[ 'DROP RULE', 'DROP RULE no_such_rule ON pg_class', '42704' ],
	[ 'DROP TABLE', 'DROP TABLE IF EXISTS no_such_database.no_such_schema.no_such_table', '0A000' ],
	[ 'COMMENT', "COMMENT ON COLUMN pg_class.no_such_column IS 'x'", '42703' ],
	[ 'COMMENT', "COMMENT ON LARGE OBJECT 4711 IS 'x'", '42704' ],
	[ 'COMMENT', "COMMENT ON CONSTRAINT no_such_constraint ON DOMAIN no_such_domain IS 'x'", '42704' ],
);

foreach my $case (@cases)
{
	my ($command, $sql, $sqlstate) = @$case;
	my $mark = mark($node);
	$node->psql('postgres', $sql);
	my @got = records($node, since => $mark, event => 'statement', command => $command);
	is_deeply([ map { [ $_->{outcome}, $_->{sqlstate} ] } @got ],
		[ [ defined $sqlstate ? 'failure' : 'success', $sqlstate ] ], $sql);
}

is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server is still up');
check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
