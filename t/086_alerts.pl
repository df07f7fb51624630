# Losses and faults of the trail: whoever looks for failures, or for alerts,
# finds them.
use strict;
use warnings;
use File::Basename qw(basename);
use File::Path qw(remove_tree);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

plan skip_all => 'root may write anywhere' if $> == 0;

my $node = new_node('alerts',
	settings => { 'secaudit.flush_interval' => '20ms', 'secaudit.failure_timeout' => '100ms', 'secaudit.buffer_size' => '1MB' },
	conf => "restart_after_crash = on\n");
my $dir = trail_dir($node);
my $ctl = $node->installed_command('secauditctl');

sub work { $node->safe_psql('postgres', q{SELECT 'work'}); flush_trail($node); return; }

# The audit.* and alert records of the writer that say failure, since a number.
# Where records are missing, what is there is not held against the numbers.
my $lossy;
sub failures
{
	my ($since) = @_;
	return grep { $_->{seq} > $since && $_->{class} =~ /^(audit|alert)$/ && $_->{outcome} eq 'failure' } $lossy ? stored_records($node) : all_records($node);
}

# The same by the filters that users have.
sub seq_of_tail
{
	my ($since, @filter) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $ctl, 'tail', '--raw', '-n', 'all', @filter, $dir ], '>', \$out, '2>', \$err) or die $err;
	my @seq = map { /"class":"(?:audit|alert)".*"seq":(\d+)/ && $1 > $since ? $1 : () } split /\n/, $out;
	return join(' ', @seq);
}

sub seq_of_sql
{
	my ($since, $where) = @_;
	return $node->safe_psql('secaudit_test', qq{SELECT coalesce(string_agg(seq::text, ' ' ORDER BY seq), '')
		FROM secaudit.records() WHERE seq > $since AND class IN ('audit', 'alert') AND $where});
}

# fault_is(BREAK, OPEN, ALERT, NAME): what BREAK does ends a file; the next one's
# first record is OPEN, and ALERT tells.
sub fault_is
{
	my ($break, $open, $alert, $name) = @_;
	work();
	my $file = basename((trail_files($node))[-1]);
	my $since = (all_records($node))[-1]{seq};
	$break->();
	ok(wait_until(sub { work(); failures($since) >= 2 }), "$name: found");
	my @failures = failures($since);
	is_deeply([ map { $_->{event} } @failures ], [ 'audit.open', 'alert' ], "$name: a failure and its alert");
	is_record($failures[0], { outcome => 'failure', class => 'audit', %$open }, "$name: audit.open");
	my %alert = %$alert;
	my $detail = ref $alert{detail} ? delete $alert{detail} : undef;
	is_record($failures[1], { class => 'alert', file => $file, %alert }, "$name: the alert");
	like($failures[1]{detail}, $detail, "$name: the alert's detail") if $detail;
	my $seq = join(' ', map { $_->{seq} } @failures);
	is(seq_of_tail($since, '--outcome', 'failure'), $seq, "$name: secauditctl tail --outcome failure");
	is(seq_of_tail($since, '--class', 'alert'), $failures[1]{seq}, "$name: secauditctl tail --class alert");
	is(seq_of_sql($since, q{outcome = 'failure'}), $seq, "$name: secaudit.records() of outcome failure");
	is(seq_of_sql($since, q{event = 'alert'}), $failures[1]{seq}, "$name: and of event alert");
	return;
}

# What is in order is no failure.
$node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
$node->restart;
work();
is_deeply([ map { "$_->{event} $_->{outcome}" } grep { $_->{class} eq 'audit' && $_->{outcome} ne 'success' } all_records($node) ],
	[], 'start, rotation and restart are no failures');
is(scalar(() = grep { $_->{event} eq 'alert' } all_records($node)), 0, 'and no alerts');

my $current = sub { (trail_files($node))[-1] };
fault_is(sub { unlink $current->() or die $! },
	{ reason => 'fault' },
	{ reason => 'file_removed', detail => 'The current file was removed or renamed; it was put back.' },
	'a file is removed');
fault_is(sub { append_to_file($current->(), "x\n") },
	{ reason => 'fault', prev_tail => 'foreign' },
	# the writer may come upon the file while the other one still has it open
	{ reason => 'file_changed', detail => qr/^(?:somebody else has changed the current file|could not write a file alone: .*busy)$/ },
	'a file is written to');
fault_is(sub { remove_tree($dir) },
	{ reason => 'fault' },
	{ reason => 'directory_removed', detail => 'The current file was put back into a new one.' },
	'the directory is removed');
fault_is(sub { kill 'KILL', writer_pid($node); wait_until(sub { (writer_pid($node) // 0) > 0 && eval { $node->safe_psql('postgres', 'SELECT 1') } }) },
	{ reason => 'crash' },
	{ reason => 'crash', detail => 'The server, or a process of it, did not end in order.' },
	'a process of the server is killed');
fault_is(sub { kill_server($node); $node->start },
	{ reason => 'crash' },
	{ reason => 'crash', detail => 'The server, or a process of it, did not end in order.' },
	'the server is killed');
# A disk on which no file can be made.
my $since = (all_records($node))[-1]{seq};
$lossy = 1;
chmod 0500, $dir or die $!;
eval { $node->safe_psql('secaudit_test', q{SET statement_timeout = '1s'; SELECT secaudit.rotate()}) };
$node->safe_psql('postgres', join('', map { "SELECT '$_ " . ('x' x 4000) . "';\n" } 1 .. 600));
ok(wait_until(sub { $node->safe_psql('postgres', q{SELECT 1}); $node->safe_psql('secaudit_test', 'SELECT lost FROM secaudit.status()') > 0 }),
	'records are lost while no file can be made');
chmod 0700, $dir or die $!;
ok(wait_until(sub { work(); grep { $_->{event} eq 'audit.gap' } failures($since) }), 'the loss is recorded');
my @failures = failures($since);
my ($open) = grep { $_->{event} eq 'audit.open' } @failures;
is_record($open, { reason => 'fault' }, 'the new file is begun after a fault');
my ($fault) = grep { $_->{event} eq 'alert' && $_->{reason} eq 'write_failed' } @failures;
is_record($fault, { detail => 'could not create a file: Permission denied' }, 'an alert says what failed');
my @gaps = grep { $_->{event} eq 'audit.gap' } @failures;
my @lost = grep { $_->{event} eq 'alert' && $_->{reason} eq 'records_lost' } @failures;
is_deeply([ map { [ $_->{lost}, $_->{from}, $_->{to}, $_->{seq} ] } @lost ],
	[ map { [ $_->{lost}, $_->{from}, $_->{to}, $_->{seq} + 1 ] } @gaps ], 'each audit.gap is followed by an alert of the same loss');
like(seq_of_tail($since, '--outcome', 'failure'), qr/\b$gaps[0]{seq} $lost[0]{seq}\b/, 'secauditctl tail --outcome failure finds both');
like(seq_of_sql($since, q{outcome = 'failure'}), qr/\b$gaps[0]{seq} $lost[0]{seq}\b/, 'so does secaudit.records()');

# The last file is removed while the server is stopped.
my $file = $current->();
$node->stop;
unlink $file or die $!;
$node->start;
wait_until(sub { grep { $_->{event} eq 'alert' && $_->{file} && $_->{file} eq basename($file) } stored_records($node) });
@failures = grep { $_->{class} =~ /^(audit|alert)$/ && $_->{outcome} eq 'failure' } stored_records($node);
is_record($failures[-2], { event => 'audit.open', reason => 'start', prev_file => basename($file) }, 'the last file is gone at a start: audit.open is a failure');
is_record($failures[-1], { event => 'alert', reason => 'file_removed', file => basename($file),
		detail => 'The last file of the trail was not there at the start.' }, 'and an alert names the file');

$node->stop;
done_testing();
