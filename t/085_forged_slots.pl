# The buffer file, forged by somebody who then crashes the server: what nobody of
# ours has written does not get into the trail, and is told.
use strict;
use warnings;
use PostgreSQL::Test::Utils;
use SecauditBuffer;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('slots', settings => { 'secaudit.flush_interval' => '20ms' });
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->stop;
start_faulty($node);

# A session that is in a statement with this text; its pid.
sub session_in
{
	my ($text) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my ($pid) = $session->query('SELECT pg_backend_pid()') =~ /(\d+)/;
	$session->query_until(qr/started/, "\\echo started\nSELECT pg_sleep(600), '$text';\n");
	$node->poll_query_until('postgres', "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $pid") or die;
	return ($session, $pid);
}

# What a crash made of its statement and its session.
sub interrupted
{
	my ($pid) = @_;
	return map { $_->{event} . ' ' . ($_->{query} // $_->{reason}) }
	  grep { ($_->{pid} // 0) == $pid && $_->{outcome} eq 'unknown' } stored_records($node);
}

sub alerts { my ($reason) = @_; return grep { $_->{event} eq 'alert' && $_->{reason} eq $reason } stored_records($node); }

sub gaps
{
	return map { "$_->{reason} $_->{lost}" } grep { $_->{event} eq 'audit.gap' } stored_records($node);
}

sub log_of
{
	my ($code) = @_;
	my $from = -s $node->logfile;
	$code->();
	return substr(slurp_file($node->logfile), $from);
}

# 1. A backend crashes, and the postmaster lives: each session's slot is forged well,
# one more is made up, and one is taken away.
my ($one, $one_pid) = session_in('what I do');
my ($two, $two_pid) = session_in('what I do, too');
my $slot_one = find_slot($node, "'what I do'");
my $slot_two = find_slot($node, "'what I do, too'");
my ($free) = grep { read_slot($node, $_) !~ /[^\0]/ } 0 .. slot_count($node) - 1;
my $log = log_of(sub {
	my $forged = seal_slot(read_slot($node, $slot_one) =~ s/what I do/what U do/r);
	write_slot($node, $slot_one, $forged);
	write_slot($node, $free, $forged);
	write_slot($node, $slot_two, "\0" x SLOT_SIZE);
	my $from = -s $node->logfile;
	kill 'KILL', $one_pid;
	wait_until(sub { substr(slurp_file($node->logfile), $from) =~ /ready to accept connections/ }) or die;
	$node->poll_query_until('postgres', 'SELECT true');
});
flush_trail($node);
is_deeply([ interrupted($one_pid) ], [ "statement SELECT pg_sleep(600), 'what I do'", 'session.end crash' ],
	'a backend crashed: the statement is recorded as it was, once');
is_deeply([ interrupted($two_pid) ], [ "statement SELECT pg_sleep(600), 'what I do, too'", 'session.end crash' ],
	'and the one that somebody wanted to hide');
my @alerts = alerts('slots_changed');
is_record($alerts[0], { class => 'alert', outcome => 'failure', slots => 3 }, 'an alert counts the forged slots');
is(scalar(@alerts), 1, 'once');
like($log, qr/WARNING:  3 slots of audit buffer file "secaudit.buf" do not hold what a session writes\n.*DETAIL:  What these sessions were doing was known all the same\./,
	'so does the server log');
is_deeply([ gaps() ], [], 'nothing is lost');
eval { $_->quit } for $one, $two;

# 2. The postmaster has died, and there is the file alone: what has another shape than
# ours is refused, with the right checksum or not.
($one, $one_pid) = session_in('untouched');
($two, $two_pid) = session_in('two lines');
my ($three, $three_pid) = session_in('too long');
my ($four, $four_pid) = session_in('one bit');
my %slot = map { $_ => find_slot($node, "'$_'") } 'untouched', 'two lines', 'too long', 'one bit';
($free) = grep { read_slot($node, $_) !~ /[^\0]/ } 0 .. slot_count($node) - 1;
kill_server($node);
eval { $_->quit } for $one, $two, $three, $four;
{
	my $two_lines = read_slot($node, $slot{'two lines'});
	my $who_len = unpack 'S<', substr $two_lines, SLOT_SESSION + 16, 2;
	my $text = qq(,"node":"n"}\n{"v":1,"x":");
	substr $two_lines, SLOT_SESSION_TEXT, $who_len, $text . 'x' x ($who_len - length($text) - 1) . '"';
	write_slot($node, $slot{'two lines'}, seal_slot($two_lines));

	my $too_long = read_slot($node, $slot{'too long'});
	substr $too_long, SLOT_STATEMENT + 36, 2, pack 'S<', 65535; # query_len
	write_slot($node, $slot{'too long'}, $too_long);

	my $one_bit = read_slot($node, $slot{'one bit'});
	$one_bit =~ s/'one bit'/'one bat'/;
	write_slot($node, $slot{'one bit'}, $one_bit);

	write_slot($node, $free, "\xff" x SLOT_SIZE);
}
$log = log_of(sub { start_faulty($node) });
flush_trail($node);
is_deeply([ interrupted($one_pid) ], [ "statement SELECT pg_sleep(600), 'untouched'", 'session.end crash' ],
	'the postmaster died: an untouched slot becomes records');
is_deeply([ interrupted($_->[0]) ], [], "not one $_->[1]")
  foreach [ $two_pid, 'that would end the line' ], [ $three_pid, 'with a text longer than it has room for' ], [ $four_pid, 'with a changed bit' ];
@alerts = alerts('slots_invalid');
is_record($alerts[0], { class => 'alert', outcome => 'failure', slots => 4 }, 'an alert counts them');
is(scalar(@alerts), 1, 'once');
like($log, qr/WARNING:  4 slots of audit buffer file "secaudit.buf" do not hold what a session writes\n.*DETAIL:  What these sessions were doing is not known\./,
	'so does the server log');
is_deeply([ gaps() ], ['buffer_damaged 4'], 'and audit.gap');
is($node->safe_psql('secaudit_test', 'SELECT lost FROM secaudit.status()'), 4, 'and secaudit.status()');

# 3. Lines in the ring, with the right checksum.
set_faults($node, 'write EIO', 'open EIO');
$node->safe_psql('postgres', "SELECT 'left', '$_'") foreach 'before', 'two lines', 'no JSON', 'the end', 'after';
kill_server($node);
clear_faults($node);
my $log_id = (stored_records($node))[-1]{log};
my $begin = qq({"v":1,"log":"$log_id","ts":"2026-01-01T00:00:00.000000Z","event":);
forge_record($node, "'left', 'two lines'", qq($begin"statement"}\n$begin"statement"}));
forge_record($node, "'left', 'no JSON'", qq($begin"statement","class":"read","rows":nothing}));
forge_record($node, "'left', 'the end'", qq($begin"audit.close","class":"audit","outcome":"success","node":"n","reason":"stop"}));
$log = log_of(sub { start_faulty($node); flush_trail($node) });
is(join(' ', map { my $text = $_; scalar grep { ($_->{query} // '') eq "SELECT 'left', '$text'" } stored_records($node) }
		'before', 'two lines', 'no JSON', 'the end', 'after'), '1 0 0 0 1',
	'lines in the ring that are no records are left out, the others are not');
is_deeply([ gaps() ], [ 'buffer_damaged 4', 'buffer_damaged 3' ], 'audit.gap counts them');
like($log, qr/WARNING:  audit trail: 3 damaged records in the audit buffer file were left out/, 'so does the server log');

$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
