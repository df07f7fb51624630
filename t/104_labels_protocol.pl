# A label that another session sets in the middle of a transaction counts for the next execution of
# what was prepared, or bound, by the protocol before.
use strict;
use warnings;

use SecauditProto;
use SecauditRules;
use SecauditTest;
use Test::More;

my $node = new_node('protocol', no_start => 1, settings => { 'secaudit.log' => 'none', 'secaudit.log_superuser' => 'off' });
my $path = rules_path($node);
write_rules($node, [ 'no-late', 'refuse', { user => 'reader', tag => 'late' } ]);
$node->append_conf('postgresql.conf', "secaudit.rules_file = '$path'");
$node->start;
SecauditTest::prepare($node);
$node->safe_psql('postgres', <<'EOF');
CREATE ROLE reader LOGIN;
CREATE TABLE a (id int, x text); INSERT INTO a VALUES (1, 'x'); CREATE TABLE marked (id int);
CREATE FUNCTION f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
SECURITY LABEL FOR secaudit ON TABLE marked IS 'there';
GRANT SELECT ON a TO reader;
EOF

my $reader = SecauditProto->connect($node, user => 'reader');
$reader->query('BEGIN');
$reader->until_ready;
$reader->parse('s1', 'SELECT id, f(id) FROM a')->parse('s2', 'SELECT x FROM a')->sync;
$reader->until_ready;

# Names of the tags of the last statement that the reader has sent.
sub run
{
	my ($statement, $between) = @_;
	my $mark = mark($node);
	$reader->bind('', $statement, []);
	if (defined $between)
	{
		$reader->flush_message;
		$reader->until_type('2');
		$node->safe_psql('postgres', $between);
	}
	$reader->execute('', 0)->close_it('P', '')->sync;
	my @answers = $reader->until_ready;
	return ($reader->error_code(@answers) // '') . join q{,}, map { @{ $_->{tags} // [] } } records($node, since => $mark, event => 'statement', user => 'reader');
}

is(run($_), '', "nothing is labelled: $_") foreach 's1', 's1', 's2', 's2';
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON TABLE a IS 'new'});
is(run('s1'), 'new', 'a label that was set counts for the next execution');
is(run('s2'), 'new', 'of each statement');
$node->safe_psql('postgres', q{SECURITY LABEL FOR secaudit ON COLUMN a.x IS 'column'});
is(run('s1'), 'new', 'that of a column where it is read');
is(run('s2'), 'column,new', 'and so for the next');
is(run('s1', q{SECURITY LABEL FOR secaudit ON TABLE a IS 'newer'}), 'new,newer', 'one that is set between Bind and Execute counts as well');
is(run('s1', q{SECURITY LABEL FOR secaudit ON FUNCTION f(int) IS 'called'}), 'called,newer', 'one of a function, too');
is(run('s1', q{SECURITY LABEL FOR secaudit ON ROLE reader IS 'watched'}), 'called,newer,watched', 'and of the role that acts');
is(run('s1', q{SECURITY LABEL FOR secaudit ON TABLE a IS 'late'}), '42501called,late,newer,watched', 'and a rule that refuses it');
$reader->terminate;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
