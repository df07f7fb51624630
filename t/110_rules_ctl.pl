# secauditctl rules: whether a file is valid, where it is not, and which rule decides.
use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

$ENV{LC_ALL} = 'C.UTF-8';
my $dir = PostgreSQL::Test::Utils::tempdir();

sub file
{
	my ($name, $text) = @_;
	open my $fh, '>:raw', "$dir/$name" or die $!;
	print $fh $text;
	close $fh;
	return "$dir/$name";
}

sub rules
{
	my ($stdin, @args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', 'rules', @args ], '<', input_file($stdin), '>', \$out, '2>', \$err);
	return { status => $? >> 8, out => $out, err => $err };
}

my $good = file('good.json', <<'EOF');
[
  {"name": "staff", "match": {"member_of": "staff", "class": "read"}, "action": "log"},
  {"name": "night", "match": {"time": {"from": "20:00", "to": "06:00", "zone": "Europe/Berlin"}}, "action": "alert"},
  {"name": "web", "match": {"user": "web_*", "not_object": "*.card"}, "action": "skip"},
  {"name": "rest", "match": {"db": "shop"}, "action": "log"}
]
EOF
my $bad = file('bad.json', "[\n  {\"name\": \"a\", \"match\": {\"usr\": \"x\"}, \"action\": \"log\"}\n]\n");

my $r = rules('', 'check', $good);
is($r->{status}, 0, 'a valid file has exit status 0');
like($r->{out}, qr/^\Q$good\E: 4 rules, sha256 [0-9a-f]{64}: valid\n\z/, 'its rules are counted');
is($r->{err}, '', 'and nothing is complained of');

$r = rules('', 'check', $bad);
is($r->{status}, 1, 'a file with a fault has exit status 1');
is($r->{out}, '', 'and no output');
is($r->{err},
	"$bad:2:27: unknown key to match \"usr\", perhaps you meant \"user\"\n",
	'the fault is named with file, line and column');
is(rules('', 'check', '-q', $bad)->{err}, '', 'with -q only the status tells');
is(rules('', 'check', '-q', $bad)->{status}, 1, 'which is the same');

$r = rules('', 'check', "$dir/none.json");
is($r->{status}, 2, 'a file that cannot be read has exit status 2');
like($r->{err}, qr/none\.json: could not open the file: No such file/, 'and a message');

# 19:30 in Berlin, 21:30 in Berlin
my %ts = (day => '2026-03-02T18:30:00.000000Z', night => '2026-03-02T20:30:00.000000Z');
my $record = '{"ts":"%s","class":"read","command":"SELECT","outcome":"success","user":"web_1","db":"shop",'
  . '"objects":[{"type":"table","name":"public.%s"}]%s}';

sub explained
{
	my ($ts, $object, $more, @options) = @_;
	return rules(sprintf($record, $ts{$ts}, $object, $more), 'explain', @options, $good, '-');
}

$r = explained('day', 'item', '', '--member-of=guests');
is($r->{status}, 0, 'a record is explained with exit status 0');
is($r->{out}, <<'EOF', 'each rule says by which key it does not match, and one decides');
staff                    log    does not match: member_of
night                    alert  does not match: time
web                      skip   matches, decides
rest                     log    matches
not recorded by rule "web"
EOF
is(explained('day', 'card', '', '--member-of=guests')->{out}, <<'EOF', 'the first rule that matches decides');
staff                    log    does not match: member_of
night                    alert  does not match: time
web                      skip   does not match: not_object
rest                     log    matches, decides
recorded by rule "rest"
EOF
is(explained('night', 'item', '')->{out}, <<'EOF', 'an alert is recorded; what is not known hides nothing');
staff                    log    taken as a match: member_of is not known
night                    alert  matches
web                      skip   matches
rest                     log    matches
recorded, since it raises an alert
EOF
is(explained('day', 'item', ',"privileged":true', '--member-of=x')->{out},
	<<'EOF', 'what is protected is not skipped');
staff                    log    does not match: member_of
night                    alert  does not match: time
web                      skip   matches, but the record is protected
rest                     log    matches, decides
recorded by rule "rest"
EOF
is(rules(sprintf($record, $ts{day}, 'x', ''), 'explain', file('empty.json', '[]'), '-')->{out},
	"no rule decides; labels and secaudit.log do\n",
	'without rules the settings decide');

is(rules("{}\n{}\n", 'explain', $good, '-')->{status}, 2, 'two records are not explained');
is(rules('{}', 'explain', $bad, '-')->{status}, 2, 'nor is one by a file with a fault');
for my $args ([], ['check'], [ 'explain', $good ], ['chekc'], [ 'check', $good, $good ])
{
	is(rules('', @$args)->{status}, 2, "wrong usage has exit status 2: @$args");
}
like(rules('', '--help')->{out}, qr/^Usage:/m, '--help describes it');

done_testing();
