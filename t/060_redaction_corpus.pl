# What the corpus of test/redaction says of each statement is what the trail of
# a server says, whatever becomes of it there.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Encode qw(decode encode);
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off' });
my $c = SecauditProto->connect($node);

# [ statement, what is recorded of it, of one that was not understood ]
my @cases;
for my $file (sort glob 'test/redaction/*.sql')
{
	my @case = ('', '', '');
	for my $line (split /\n/, decode('UTF-8', slurp_file($file)))
	{
		if ($line =~ /^#/) { next; }
		elsif ($line eq '==') { $case[1] = "$case[0]\n"; }
		elsif ($line =~ /^=> (.*)/) { $case[1] .= "$1\n"; }
		elsif ($line =~ /^=! (.*)/) { $case[2] .= "$1\n"; }
		elsif ($line ne '') { $case[0] .= ($case[0] eq '' ? '' : "\n") . $line; }
		elsif ($case[0] ne '') { push @cases, [@case]; @case = ('', '', ''); }
	}
}
cmp_ok(scalar @cases, '>=', 150, 'enough of them');

$c->query('SELECT 1 AS mark_0')->until_ready;
for my $i (0 .. $#cases)
{
	$c->query(encode('UTF-8', $cases[$i][0]))->until_ready;
	$c->query('ROLLBACK; RESET ALL; SELECT 1 AS mark_' . ($i + 1))->until_ready;
}

my $number;
my %got;
for my $record (grep { $_->{event} =~ /^(?:statement|error)$/ && !$_->{level} } records($node, pid => $c->pid))
{
	my $query = $record->{query} // '';
	if ($query =~ /^SELECT 1 AS mark_(\d+)$/) { $number = $1; }
	elsif ($query !~ /^(?:ROLLBACK|RESET ALL)$/) { push @{ $got{$number} }, $record; }
}
for my $i (0 .. $#cases)
{
	my ($sql, $expected, $unparsed) = @{ $cases[$i] };
	my @wrong;
	for my $record (@{ $got{$i} })
	{
		next if ($record->{sqlstate} // '') eq '42601' && $unparsed eq '';
		my $text = ($record->{sqlstate} // '') eq '42601' ? $unparsed : $expected;
		push @wrong, $record->{query} if index($text, $record->{query}) < 0;
	}
	# prove's log is in bytes; from 17 on its writer dies of anything else
	is_deeply([ map { encode('UTF-8', $_) } @wrong ], [], encode('UTF-8', "in the trail: $sql"))
		or diag(encode('UTF-8', "expected: $expected"));
}

$c->terminate;
check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node), $node->data_dir . '/secaudit.buf')
{
	my @found = slurp_file($file) =~ /(.{0,120}hush.{0,40})/g;
	is_deeply(\@found, [], "no secret in $file");
}
done_testing();
