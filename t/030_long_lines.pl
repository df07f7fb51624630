# A query that does not fit into a line is split over several, one that is too
# long to keep is cut, and no line is longer than record_max_bytes.
use strict;
use warnings;

use Digest::SHA qw(sha256_hex);
use Encode qw(encode_utf8);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('main');

# Runs a query, returns its parts in order.
sub parts_of
{
	my ($query) = @_;
	my $mark = mark($node);
	my $file = $node->basedir . '/query.sql';
	open my $fh, '>:raw', $file or die $!;
	print $fh encode_utf8($query);
	close $fh;
	system_or_bail('psql', '-XqAt', '-o', '/dev/null', '-f', $file, $node->connstr('postgres'));
	return records($node, since => $mark, event => 'statement', command => 'SELECT',
		user => sub { 1 });
}

my $short = "SELECT 'short'";
my @parts = parts_of($short);
is(scalar(@parts), 1, 'a short query is one record');
is_record($parts[0],
	{ query => $short, part => undef, parts => undef, query_sha256 => undef, truncated => undef },
	'and says nothing of parts');

my %texts = (
	'plain text' => join(' ', 1 .. 6000),
	'characters of two and four bytes' => join(' ', map { "\x{e4}\x{1f512}$_" } 1 .. 2500),
	'characters that are escaped' => join("\n", map { qq(\\"\t$_) } 1 .. 3000),
);
foreach my $kind (sort keys %texts)
{
	my $query = "SELECT \$long\$$texts{$kind}\$long\$";
	@parts = parts_of($query);
	cmp_ok(scalar(@parts), '>', 2, "$kind: a long query is split");
	is_deeply([ map { $_->{part} } @parts ], [ 1 .. @parts ], "$kind: its parts are numbered");
	is_deeply([ map { $_->{parts} } @parts ], [ (scalar @parts) x @parts ],
		"$kind: each says how many there are");
	ok(join('', map { $_->{query} } @parts) eq $query, "$kind: together they are the query");
	is_deeply([ map { $_->{query_sha256} } @parts ],
		[ (sha256_hex(encode_utf8($query))) x @parts ], "$kind: each has the SHA-256 of all of it");
	is_deeply([ map { $_->{query_len} } @parts ], [ (length encode_utf8($query)) x @parts ],
		"$kind: and its length");
	is_deeply([ map { [ @$_{qw(session stmt rows command outcome)} ] } @parts ],
		[ map { [ @{ $parts[0] }{qw(session stmt rows command outcome)} ] } @parts ],
		"$kind: all other keys are repeated");
}

# query_max_bytes is 64kB.
my $huge = 'SELECT $long$' . join(' ', 1 .. 40000) . '$long$';
@parts = parts_of($huge);
my $kept = join('', map { $_->{query} } @parts);
my ($head, $omitted, $tail) = $kept =~ /\A(.*)\x{2026}\[(\d+) bytes omitted\]\x{2026}(.*)\z/s;
ok(defined $omitted, 'of a query past query_max_bytes the middle is left out');
ok(substr($huge, 0, length $head) eq $head, 'its head is kept');
ok(substr($huge, -length $tail) eq $tail, 'and its tail');
is(length($head) + $omitted + length($tail), length $huge, 'the number of omitted bytes is right');
cmp_ok(length("$head$tail"), '<=', 65536, 'no more than query_max_bytes is kept');
is_deeply($_->{truncated}, ['query'], 'each part says that the query was cut') foreach @parts;
is($parts[0]{query_sha256}, sha256_hex($huge), 'the SHA-256 is that of all of it');

check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
