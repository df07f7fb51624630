# A bound parameter in the place of a secret is hidden, whatever the query has
# in its comments, names and literals before it.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.log_parameters' => 'on' });
$node->safe_psql('postgres', q{CREATE TABLE users (name text, password text, "it's" text, n int)});

my $c = SecauditProto->connect($node);

# the parameters of the record, as they are shown
sub shown
{
	my ($sql, @values) = @_;
	$c->parse('', $sql);
	$c->bind('', '', [@values]);
	$c->execute('');
	$c->sync;
	$c->until_ready;
	my ($record) = reverse grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
	is($record->{outcome}, 'success', "it ran: $sql");
	return [ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ $record->{params} } ];
}

for my $before (q{/* don't */}, q{/* a /* don't */ b */}, qq{-- it's\n}, q{/* '$1' */})
{
	is_deeply(shown("$before UPDATE users SET password = \$1 WHERE name = \$2", 'hush', 'bob'), [ 'hidden', 'bob' ], "behind $before");
}
for my $value (q{E'it\'s'}, q{$q$it's$q$}, q{$$it's$$}, q{"it's"}, q{U&'it''s'}, q{'$2'}, q{E'\\\\'}, q{'a' -- it's}, q{B'1'::text /* ' */})
{
	is_deeply(shown("UPDATE users SET name = $value\n, password = \$2 WHERE name = \$1", 'bob', 'hush'), [ 'bob', 'hidden' ], "behind $value");
}
is_deeply(shown(q{UPDATE users SET name = $1, password = $1 WHERE name = $2}, 'hush', 'bob'), [ 'hidden', 'bob' ],
	'in two places, one of them that of a secret');
is_deeply(shown(q{SELECT $1 = password, $2::text FROM users}, 'hush', 'bob'), [ 'hidden', 'bob' ], 'in front of the name');
is_deeply(shown(q{INSERT INTO users (name, "password", n) VALUES ($1, $2, $3)}, 'bob', 'hush', '7'), [ 'bob', 'hidden', '7' ],
	'by its column');
is_deeply(shown(q{/* don't */ UPDATE users SET password = 'hush' WHERE name = $1}, 'bob'), ['hidden'],
	'all of them, where the query has a secret of its own');
is_deeply(shown(q{/* password */ SELECT $1::text}, 'bob'), ['bob'], 'a word alone hides nothing');
is_deeply(shown(q{SELECT n FROM users WHERE password IS NULL AND name = $1}, 'bob'), ['bob'], 'another place');

# with backslashes in plain literals
SKIP:
{
	skip 'from 19 on standard_conforming_strings is always on', 1 if server_major() >= 19;
	$c->query('SET standard_conforming_strings = off');
	$c->until_ready;
	is_deeply(shown(q{UPDATE users SET name = 'it\'s', password = $1 WHERE name = $2}, 'hush', 'bob'), [ 'hidden', 'bob' ],
		'standard_conforming_strings = off');
}

$c->terminate;
check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node))
{
	unlike(slurp_file($file), qr/"value":"hush/, "no secret in $file");
}

done_testing();
