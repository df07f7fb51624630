# SecauditPolicies: what each secaudit.on_failure promises, whatever it is that
# keeps the trail from being written.
#
#   use SecauditPolicies;
#   my $way = { fail => sub { ... }, mend => sub { ... },
#       start => sub { $node->start } };
#   policy_continue($node, $way); ...
#
# A way is a hash: fail makes writing the trail impossible, mend makes it
# possible again, start starts the stopped server.  The node has a buffer of
# 1MB and a failure_timeout of 1s, see policy_settings(), and a role alice.
package SecauditPolicies;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(
  policy_settings set_policy policy_continue policy_error policy_block
  policy_overwrite policy_shutdown policy_end wait_for_log count_missing
);

sub policy_settings
{
	return {
		'secaudit.buffer_size' => '1MB',
		'secaudit.failure_timeout' => '1s',
		'secaudit.flush_interval' => '20ms',
		'secaudit.log_superuser' => 'on'
	};
}

sub set_policy
{
	my ($node, $policy) = @_;
	$node->safe_psql('postgres',
		"ALTER SYSTEM SET secaudit.on_failure = $policy; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres',
		"SELECT setting = '$policy' FROM pg_settings WHERE name = 'secaudit.on_failure'");
	flush_trail($node);
	return;
}

# 1,500 statements of 1 kB each, more than the buffer can take, and something
# to follow; in the background.
sub run_many
{
	my ($node, $marker, $more) = @_;
	my $file = $node->basedir . "/$marker.sql";
	append_to_file($file,
		join('', map { "SELECT '$marker', $_ /* @{[ 'x' x 1000 ]} */;\n" } 1 .. 1500) . $more);
	return IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ],
		'>', '/dev/null');
}

sub wait_for_log
{
	my ($node, $pattern, $from) = @_;
	return wait_until(sub { substr(slurp_file($node->logfile), $from) =~ $pattern });
}

sub count_statements
{
	my ($node, $pattern) = @_;
	return scalar(grep { ($_->{query} // '') =~ $pattern } stored_records($node));
}

# How many records are missing, by the numbers of the sessions.
sub count_missing
{
	my ($node) = @_;
	my %sessions;
	foreach my $r (stored_records($node))
	{
		next unless defined $r->{ssn};
		my $s = $sessions{ $r->{session} } //= { max => 0, seen => {} };
		$s->{seen}{ $r->{ssn} } = 1;
		$s->{max} = $r->{ssn} if $r->{ssn} > $s->{max};
	}
	my $missing = 0;
	$missing += $_->{max} - keys %{ $_->{seen} } foreach values %sessions;
	return $missing;
}

# The statements run, the losses are counted to the last one.  The session
# outlasts the fault, so that its numbers tell how many are missing.
sub policy_continue
{
	my ($node, $way) = @_;
	set_policy($node, 'continue');
	my $from = -s $node->logfile;
	my $flag = $node->basedir . '/wait';

	append_to_file($flag, '');
	$way->{fail}->();
	my $losing = run_many($node, 'continue', "\\! while test -e $flag; do sleep 0.1; done\nSELECT 'after';\n");
	ok(wait_for_log($node, qr/WARNING:  audit records are being lost/, $from),
		'continue: the server log tells of the loss');
	ok(wait_for_log($node, qr/'continue', 1500 /, $from), 'continue: the statements run');
	$way->{mend}->();
	flush_trail($node);
	unlink $flag;
	$losing->finish;
	flush_trail($node);

	my $missing = count_missing($node);
	my @gaps = grep { $_->{event} eq 'audit.gap' } stored_records($node);
	my $told = 0;
	$told += $_->{lost} foreach @gaps;
	cmp_ok($missing, '>', 100, "continue: records were lost ($missing)");
	is($told, $missing, 'continue: audit.gap tells exactly how many');
	is($gaps[0]{reason}, 'buffer_full', 'continue: and why');
	cmp_ok($gaps[0]{from}, 'le', $gaps[0]{to}, 'continue: and from when to when');
	return;
}

# Statements are refused, superusers may work, transactions can end.
sub policy_error
{
	my ($node, $way) = @_;
	my ($ret, $out, $err);

	set_policy($node, 'error');
	my $from = -s $node->logfile;
	my @alice = (extra_params => [ '-U', 'alice' ]);
	$way->{fail}->();
	$node->safe_psql('postgres', "SELECT 'wakes the writer /* @{[ 'x' x 4000 ]} */'");
	ok( wait_until(sub {
			$node->psql('postgres', "SELECT 'refused'", @alice, stderr => \$err);
			return $err =~ /refused/;
		}), 'error: after failure_timeout statements are refused');
	like($err, qr/ERROR:  statement refused because the audit trail cannot be written/, 'error: with a clear message');
	like($err, qr/HINT: .*Superusers/, 'error: and a hint');
	($ret, $out, $err) = $node->psql('postgres', 'BEGIN; ROLLBACK;', @alice);
	is($err, '', 'error: transactions can still be ended');
	is($node->safe_psql('postgres', "SELECT 'break glass'"), 'break glass', 'error: a superuser may still work');
	run_many($node, 'glass', '')->finish;
	like(substr(slurp_file($node->logfile), $from), qr/LOG:  audit record: \{"v":1,.*SELECT 'glass',/,
		'error: what does not fit goes to the server log');
	$way->{mend}->();
	ok(wait_until(sub { ($node->psql('postgres', "SELECT 'again'", @alice))[0] == 0 }),
		'error: statements are accepted again when the trail can be written');
	return;
}

# The session waits, visibly, and goes on afterwards; nothing is lost.
sub policy_block
{
	my ($node, $way) = @_;
	set_policy($node, 'block');
	my $watch = watcher($node);
	my $waits = q{SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Extension' AND query ~ '^SELECT ''block'','};
	$way->{fail}->();
	my $blocked = run_many($node, 'block', '');
	wait_until(sub { $watch->($waits) }) or die 'nobody waits';
	my $until = time + 2;
	1 while time < $until && select(undef, undef, undef, 0.1) == 0;
	ok($blocked->pumpable && $watch->($waits), 'block: the session waits, longer than failure_timeout');
	$way->{mend}->();
	my $began = time;
	ok($blocked->finish, 'block: it goes on when there is space again');
	cmp_ok(time - $began, '<', 30, 'block: soon');
	flush_trail($node);
	is(count_statements($node, qr/^SELECT 'block',/), 1500, 'block: nothing is lost');
	return;
}

# The oldest closed files make room, and the trail says so.  Where that helps
# (way's "room_helps"), nobody has to mend anything.
sub policy_overwrite
{
	my ($node, $way) = @_;
	set_policy($node, 'overwrite');
	$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()') for 1 .. 3;
	my ($oldest) = trail_files($node);
	my $from = -s $node->logfile;
	$way->{fail}->();
	$node->safe_psql('postgres', "SELECT 'makes room' /* @{[ 'x' x 4000 ]} */");
	ok(wait_for_log($node, qr/LOG:  removed audit trail file .* to make room/, $from), 'overwrite: a file was removed');
	$way->{mend}->() unless $way->{room_helps};
	flush_trail($node);
	ok(!-e $oldest, 'overwrite: the oldest one');
	my ($expire) = grep { $_->{event} eq 'audit.expire' } stored_records($node);
	is($expire->{reason}, 'overwrite', 'overwrite: audit.expire tells of it');
	is(count_statements($node, qr/^SELECT 'makes room'/), 1, 'overwrite: the trail goes on');
	$way->{mend}->();
	return;
}

# The server stops by itself; leaves it running again, with "continue".
sub policy_shutdown
{
	my ($node, $way) = @_;
	set_policy($node, 'shutdown');
	my $from = -s $node->logfile;
	my $query = "SELECT 'the last one' /* @{[ 'x' x 4000 ]} */";
	$way->{fail}->();
	$node->safe_psql('postgres', $query);
	ok(wait_for_log($node, qr/database system is shut down/, $from), 'shutdown: the server stops');
	like(substr(slurp_file($node->logfile), $from),
		qr/LOG:  stopping the server because the audit trail cannot be written/, 'shutdown: and says why');
	$node->{_pid} = undef;
	$way->{mend}->();
	$node->append_conf('postgresql.conf', "secaudit.on_failure = 'continue'");
	$way->{start}->();
	flush_trail($node);
	is(count_statements($node, qr/^\Q$query\E$/), 1, 'shutdown: the next start writes what was left');
	return;
}

# Stops the node: what all of this left behind.
sub policy_end
{
	my ($node) = @_;
	$node->stop;
	my @seqs = map { $_->{seq} } stored_records($node);
	is($seqs[-1] - $seqs[0] + 1, scalar(@seqs), 'the trail is numbered without a gap');
	return secauditctl($node, [ 'verify', trail_dir($node) ], 'and sound, losses and all');
}

1;
