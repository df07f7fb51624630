# secaudit.on_failure: each policy does what it says when nothing can be written.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;
use Time::HiRes qw(time);

my $node = new_faulty_node(
	'policies',
	settings => {
		'secaudit.buffer_size' => '1MB',
		'secaudit.failure_timeout' => '1s',
		'secaudit.flush_interval' => '20ms',
		'secaudit.log_superuser' => 'on'
	});
$node->safe_psql('postgres', 'CREATE ROLE alice LOGIN');

sub set_policy
{
	my ($policy) = @_;
	$node->safe_psql('postgres',
		"ALTER SYSTEM SET secaudit.on_failure = $policy; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres',
		"SELECT setting = '$policy' FROM pg_settings WHERE name = 'secaudit.on_failure'");
	flush_trail($node);
	return;
}

# So many statements of 1 kB each that the buffer cannot take them all.
sub overfill
{
	my ($marker) = @_;
	return run_file($marker, '')->finish;
}

# The same in the background, and something to follow.
sub run_file
{
	my ($marker, $more) = @_;
	my $file = $node->basedir . "/$marker.sql";
	append_to_file($file,
		join('', map { "SELECT '$marker', $_ /* @{[ 'x' x 1000 ]} */;\n" } 1 .. 1500) . $more);
	return IPC::Run::start(
		[ $node->installed_command('psql'), '-XAtq', '-d', $node->connstr('postgres'), '-f', $file ],
		'>', '/dev/null');
}

sub wait_for_log
{
	my ($pattern, $from) = @_;
	return wait_until(sub { substr(slurp_file($node->logfile), $from) =~ $pattern });
}

# continue: the statements run, the losses are counted to the last one.  The
# session outlasts the fault, so that its numbers tell how many are missing.
set_policy('continue');
my $log_from = -s $node->logfile;
my $flag = $node->basedir . '/wait';
append_to_file($flag, '');
set_faults($node, 'write ENOSPC', 'open ENOSPC');
my $losing = run_file('continue', "\\! while test -e $flag; do sleep 0.1; done\nSELECT 'after';\n");
ok(wait_for_log(qr/WARNING:  audit records are being lost/, $log_from),
	'continue: the server log tells of the loss');
ok(wait_for_log(qr/'continue', 1500 /, $log_from), 'continue: the statements run');
clear_faults($node);
flush_trail($node);
unlink $flag;
$losing->finish;
flush_trail($node);
my %sessions;
foreach my $r (SecauditTest::all_records_unchecked($node))
{
	next unless defined $r->{ssn};
	my $s = $sessions{ $r->{session} } //= { max => 0, seen => {} };
	$s->{seen}{ $r->{ssn} } = 1;
	$s->{max} = $r->{ssn} if $r->{ssn} > $s->{max};
}
my $missing = 0;
$missing += $_->{max} - keys %{ $_->{seen} } foreach values %sessions;
my @gaps = grep { $_->{event} eq 'audit.gap' } SecauditTest::all_records_unchecked($node);
my $told = 0;
$told += $_->{lost} foreach @gaps;
cmp_ok($missing, '>', 100, "continue: records were lost ($missing)");
is($told, $missing, 'continue: audit.gap tells exactly how many');
is($gaps[0]{reason}, 'buffer_full', 'continue: and why');
cmp_ok($gaps[0]{from}, 'le', $gaps[0]{to}, 'continue: and from when to when');

# error: statements are refused, superusers may work, transactions can end.
set_policy('error');
$log_from = -s $node->logfile;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
$node->safe_psql('postgres', "SELECT 'wakes the writer'");
my ($ret, $out, $err);
ok( wait_until(sub {
		$node->psql('postgres', "SELECT 'refused'", extra_params => [ '-U', 'alice' ], stderr => \$err);
		return $err =~ /refused/;
	}), 'error: after failure_timeout statements are refused');
like($err, qr/ERROR:  statement refused because the audit trail cannot be written/, 'error: with a clear message');
like($err, qr/HINT: .*Superusers/, 'error: and a hint');
($ret, $out, $err) = $node->psql('postgres', "BEGIN; ROLLBACK;", extra_params => [ '-U', 'alice' ]);
is($err, '', 'error: transactions can still be ended');
is($node->safe_psql('postgres', "SELECT 'break glass'"), 'break glass', 'error: a superuser may still work');
overfill('glass');
like(substr(slurp_file($node->logfile), $log_from), qr/LOG:  audit record: \{"v":1,.*SELECT 'glass',/,
	'error: what does not fit goes to the server log');
clear_faults($node);
ok( wait_until(sub { ($node->psql('postgres', "SELECT 'again'", extra_params => [ '-U', 'alice' ]))[0] == 0 }),
	'error: statements are accepted again when the trail can be written');

# block: the session waits, visibly, and goes on afterwards; nothing is lost.
set_policy('block');
set_faults($node, 'write ENOSPC', 'open ENOSPC');
my $blocked = run_file('block', '');
sleep 4;
ok($blocked->pumpable, 'block: the session waits, longer than failure_timeout');
clear_faults($node);
my $began = time;
ok($blocked->finish, 'block: it goes on when there is space again');
cmp_ok(time - $began, '<', 30, 'block: soon');
flush_trail($node);
my @blocked = grep { ($_->{query} // '') =~ /^SELECT 'block',/ } SecauditTest::all_records_unchecked($node);
is(scalar(@blocked), 1500, 'block: nothing is lost');

# overwrite: the oldest closed files make room, and the trail says so.
set_policy('overwrite');
$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()') for 1 .. 3;
my ($oldest) = trail_files($node);
$log_from = -s $node->logfile;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
$node->safe_psql('postgres', "SELECT 'wakes the writer'");
ok(wait_for_log(qr/LOG:  removed audit trail file .* to make room/, $log_from), 'overwrite: a file was removed');
clear_faults($node);
flush_trail($node);
ok(!-e $oldest, 'overwrite: the oldest one');
my ($expire) = grep { $_->{event} eq 'audit.expire' } SecauditTest::all_records_unchecked($node);
is($expire->{reason}, 'overwrite', 'overwrite: audit.expire tells of it');

# shutdown: the server stops by itself.
set_policy('shutdown');
$log_from = -s $node->logfile;
set_faults($node, 'write ENOSPC', 'open ENOSPC');
$node->safe_psql('postgres', "SELECT 'the last one'");
ok(wait_for_log(qr/database system is shut down/, $log_from), 'shutdown: the server stops');
like(substr(slurp_file($node->logfile), $log_from), qr/LOG:  stopping the server because the audit trail cannot be written/,
	'shutdown: and says why');
$node->{_pid} = undef;
clear_faults($node);
$node->append_conf('postgresql.conf', "secaudit.on_failure = 'continue'");
start_faulty($node);
flush_trail($node);
is(scalar(grep { ($_->{query} // '') eq "SELECT 'the last one'" } SecauditTest::all_records_unchecked($node)), 1,
	'shutdown: the next start writes what was left');
$node->stop;
my @seqs = map { $_->{seq} } SecauditTest::all_records_unchecked($node);
is($seqs[-1] - $seqs[0] + 1, scalar(@seqs), 'the trail is numbered without a gap');
secauditctl($node, [ 'verify', trail_dir($node) ], 'and sound, losses and all');
done_testing();
