# The buffer file, written to by others under a running server: noticed, told, put
# right; no process crashes or hangs, and no record is lost or made up.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditBuffer;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.flush_interval' => '20ms', 'secaudit.durability' => 'statement' });
my $log_id = $node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()');

# Offsets of src/buffer/ring.h.
use constant { SYSTEM => 16, SLOTS_AT => 48, LOG_ID => 92, HEAD => 128, FULL => 160, TAIL => 256, POSITIONS => 272, DELETIONS => 1024, PAGE => 4096 };

my ($head, $tail) = (number_at($node, HEAD), number_at($node, TAIL));
is($head % 8, 0, 'the head is where the test takes it to be');
cmp_ok($tail, '>', 0, 'and so is the tail');
cmp_ok($tail, '<=', $head, 'which is not past it');
is(peek($node, LOG_ID, 16), $log_id, 'and so is the name of the trail');

# [ what, the parts that the alert names, and pairs of an offset and bytes ]
srand 1;
my $random = join '', map { chr int rand 256 } 1 .. PAGE;
my @cases = (
	[ 'the system identifier', 'identity', SYSTEM, pack('Q<', 42) ],
	[ 'the name of the trail', 'identity', LOG_ID, '0' x 16 ],
	[ 'the place of the slots', 'identity', SLOTS_AT, pack('Q<', 1 << 60) ],
	[ 'all of the layout', 'identity', 0, "\xff" x 128 ],
	[ 'a head far ahead', 'head', HEAD, pack('Q<', 1 << 40) ],
	[ 'a head of zero', 'head', HEAD, pack('Q<', 0) ],
	[ 'an odd head', 'head', HEAD, pack('Q<', 3) ],
	[ 'a tail far ahead', 'position', TAIL, pack('Q<', 1 << 40) ],
	[ 'a tail of zero', 'position', TAIL, pack('Q<', 0) ],
	[ 'the positions', 'position', POSITIONS, "\xff" x 300 ],
	[ 'head and tail', 'head, position', HEAD, pack('Q<', 1 << 41), TAIL, pack('Q<', 1 << 40) ],
	[ 'head and tail the other way', 'head, position', HEAD, pack('Q<', 1 << 40), TAIL, pack('Q<', 1 << 41) ],
	[ 'the losses', 'losses', FULL, pack('Q<', 1000) ],
	[ 'the list of deletions', 'deletions', DELETIONS, "\xff" x 2048 ],
	[ 'all of it with zeros', qr/^identity, head, position/, 0, "\0" x PAGE ],
	[ 'all of it with random bytes', qr/^identity, head, position, (losses, )?deletions$/, 0, $random ]);

foreach (@cases)
{
	my ($what, $parts, @bytes) = @$_;
	my $since = mark($node);
	my $from = -s $node->logfile;

	while (my ($offset, $new) = splice @bytes, 0, 2)
	{
		forge($node, $offset, $new);
	}
	$node->safe_psql('postgres', "SELECT 'after', '$what'");
	$node->safe_psql('postgres', "SELECT 'later', '$what'"); # losses are looked at twice
	my @alerts = await_records($node, 1, since => $since, event => 'alert');
	is(scalar(@alerts), 1, "$what: one alert");
	is_record($alerts[0], { class => 'alert', outcome => 'failure', reason => 'buffer_changed' },
		"$what: that the buffer file was changed");
	like($alerts[0]{detail}, ref $parts ? $parts : qr/^$parts$/, "$what: and what of it");
	like(substr(slurp_file($node->logfile), $from),
		qr/WARNING:  audit buffer file "secaudit.buf" was changed while the server runs\n.*DETAIL:  Changed, and put right: $alerts[0]{detail}\./,
		"$what: so does the server log");
	is(scalar(records($node, since => $since, query => "SELECT 'after', '$what'")), 1, "$what: what comes after it is recorded");
	is(peek($node, LOG_ID, 16), $log_id, "$what: the file is as it was");
	select undef, undef, undef, 1.1; # no two alerts within a second
}
cmp_ok(number_at($node, HEAD), '>', $head, 'the file has the head that the records have brought it to');
cmp_ok(number_at($node, TAIL), '<=', number_at($node, HEAD), 'and a tail that is not past it');
is(number_at($node, FULL), 0, 'and counts no loss');

# Again and again: one alert a second, and each record once.
my $since = mark($node);
my $began = time;
for my $n (1 .. 200)
{
	forge($node, 0, $random);
	$node->safe_psql('postgres', "SELECT 'again', $n") if $n % 10 == 0;
}
my $seconds = time - $began;
$node->safe_psql('secaudit_test', 'SELECT secaudit.flush()');
await_records($node, 1, since => $since, event => 'alert'); # it may come after the flush
my $alerts = records($node, since => $since, event => 'alert');
cmp_ok($alerts, '>=', 1, 'forged again and again: there is an alert');
cmp_ok($alerts, '<=', $seconds + 2, 'and at most one a second');
is(scalar(grep { ($_->{query} // '') =~ /^SELECT 'again'/ } records($node, since => $since)), 20, 'each statement is recorded once');

# What is in the slots is nobody's but their processes', who do not read it there.
is(number_at($node, SLOTS_AT), PAGE, 'the slots begin where the test takes them to be');
my $session = $node->background_psql('postgres');
$session->query('SELECT 1');
forge($node, SLOTS, "\xff" x (slot_count($node) * SLOT_SIZE));
$session->query("SELECT 'with a forged slot'");
$session->quit;
$node->safe_psql('secaudit_test', 'SELECT secaudit.flush()');
is(scalar(records($node, since => $since, query => "SELECT 'with a forged slot'")), 1, 'forged slots: the statement is recorded');

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|FATAL/, 'no process crashed');
is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'the trail keeps its name');
is(scalar(grep { $_->{event} eq 'audit.gap' } all_records($node)), 0, 'nothing is said to be lost');
is(scalar(grep { $_->{event} eq 'audit.expire' } all_records($node)), 0, 'or deleted');
$node->stop;
my $in_use = grep { my $slot = read_slot($node, $_); $slot =~ /\xff{100}/ && substr($slot, SLOT_SESSION, 4) ne "\0\0\0\0" } 0 .. slot_count($node) - 1;
$node->start;
flush_trail($node);
is_record(one_record($node, event => 'alert', reason => 'slots_invalid'), { slots => $in_use, outcome => 'failure' },
	'the next start refuses the slots that still hold what others wrote');
is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'the next start goes on with the file');
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
