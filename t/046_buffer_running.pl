# The buffer file under a running server: cut short, overwritten, removed, replaced.
use strict;
use warnings;
use File::Copy qw(copy);
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('running',
	settings => { 'secaudit.flush_interval' => '50ms', 'secaudit.buffer_size' => '1MB' });
$node->append_conf('postgresql.conf', 'restart_after_crash = on');
$node->stop;
start_faulty($node);
my $buffer = $node->data_dir . '/secaudit.buf';
my $log_id = $node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()');

sub log_since
{
	my ($from) = @_;
	return substr(slurp_file($node->logfile), $from);
}

# Do that to the server, which must come up again, having crashed once.
sub crashes_once
{
	my ($what, $code) = @_;
	my $from = -s $node->logfile;
	my $writer = writer_pid($node);

	$code->();
	kill 'KILL', $writer; # if it is not dead yet
	clear_faults($node);
	ok( wait_until(sub { log_since($from) =~ /reinitializing.*ready to accept connections/s
				&& ($node->psql('postgres', 'SELECT 1'))[0] == 0 }),
		"$what: the server comes up again");
	$node->safe_psql('postgres', "SELECT 'after $what'");
	flush_trail($node);
	my $log = log_since($from);
	is(scalar(() = $log =~ /reinitializing/g), 1, "$what: it crashed once");
	is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, "$what: the trail keeps its name");
	is(count_of("SELECT 'after $what'"), 1, "$what: auditing goes on");
	check_trail($node, "$what: the trail");
	return $log;
}

sub count_of
{
	my ($query) = @_;
	return scalar(grep { ($_->{query} // '') eq $query } stored_records($node));
}

sub last_start
{
	my ($start) = reverse grep { $_->{event} eq 'audit.start' } stored_records($node);
	return $start;
}

# Records that are in the buffer and in no file.
sub leave_records
{
	my ($what) = @_;
	flush_trail($node);
	set_faults($node, 'write EIO', 'open EIO');
	$node->safe_psql('postgres', "SELECT 'left $what'");
	return;
}

my $log = crashes_once('overwritten',
	sub { $node->psql('postgres', "COPY pg_am TO '$buffer'") });
like($log, qr/audit buffer file "secaudit.buf" was set aside as "secaudit.buf.damaged-1"/, 'a file that was written over is set aside');
is(last_start()->{set_aside}, 'secaudit.buf.damaged-1', 'audit.start names it');
is(last_start()->{reason}, 'crash', 'after a crash');
my ($alert) = grep { ($_->{reason} // '') eq 'buffer_damaged' } stored_records($node);
is_record($alert, { event => 'alert', outcome => 'failure', set_aside => 'secaudit.buf.damaged-1', lost => undef },
	'an alert says that records may be lost');
my ($checkpoint) = reverse grep { $_->{event} eq 'audit.checkpoint' } stored_records($node);
is($checkpoint->{lost}, undef, 'and no checkpoint says that none is');

crashes_once('cut short', sub { truncate $buffer, 100 * 1024 or die $! });
is(last_start()->{set_aside}, 'secaudit.buf.damaged-2', 'a file that was cut short is set aside');

leave_records('removed');
$log = crashes_once('removed', sub { unlink $buffer or die $! });
is(count_of("SELECT 'left removed'"), 1, 'a file that was removed: what was in it is kept');
like($log, qr/audit buffer file "secaudit.buf" was removed or replaced; it was made anew/, 'the server log tells');
ok(-f $buffer, 'the file is there again');
is(last_start()->{set_aside}, undef, 'nothing is set aside');

leave_records('replaced');
$log = crashes_once('replaced',
	sub {
		copy($buffer, "$buffer.copy") or die $!;
		rename "$buffer.copy", $buffer or die $!;
	});
is(count_of("SELECT 'left replaced'"), 1, 'a file that was replaced: what was in it is kept');
is(last_start()->{set_aside}, 'secaudit.buf.foreign-1', 'and the other one set aside');

# With the name gone and the end of the file, too, nothing is left to copy.
crashes_once('cut short and removed',
	sub {
		open my $fh, '+<', $buffer or die $!;
		unlink $buffer or die $!;
		truncate $fh, 8192 or die $!;
	});
is(last_start()->{set_aside}, 'secaudit.buf.damaged-3', 'a removed file that was cut short is set aside');

crashes_once('untouched', sub { });
is(last_start()->{set_aside}, undef, 'an ordinary crash sets nothing aside');

$node->stop;
start_faulty($node);
is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'the next start finds a buffer that is its own');
is(last_start()->{set_aside}, undef, 'with nothing to set aside');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
