# The buffer file: only this server's own, and as much of it as can be read.
use strict;
use warnings;
use File::Copy qw(copy);
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('buffer',
	settings => { 'secaudit.flush_interval' => '50ms', 'secaudit.buffer_size' => '2MB' });
my $buffer = $node->data_dir . '/secaudit.buf';
my $n = 0;

# Leave records in the buffer that have not reached the files, and stop there.
sub leave_records
{
	my ($count) = @_;
	my @left;
	flush_trail($node);
	set_faults($node, 'write EIO', 'open EIO');
	for (1 .. $count)
	{
		$n++;
		$node->safe_psql('postgres', "SELECT 'left', $n");
		push @left, "SELECT 'left', $n";
	}
	kill_server($node);
	clear_faults($node);
	return @left;
}

sub count_of
{
	my ($query) = @_;
	return scalar(grep { ($_->{query} // '') eq $query } stored_records($node));
}

sub log_of
{
	my ($code) = @_;
	my $from = -s $node->logfile;
	$code->();
	return substr(slurp_file($node->logfile), $from);
}

# Untouched: everything is there once.
my @left = leave_records(3);
start_faulty($node);
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1,1', 'what was in the buffer at a crash is written at the next start');

# Another size: what is in it is carried over.
@left = leave_records(3);
$node->append_conf('postgresql.conf', "secaudit.buffer_size = '4MB'\nmax_connections = 30");
start_faulty($node);
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1,1', 'also when the buffer gets larger');
is($node->safe_psql('secaudit_test', 'SELECT buffer_bytes FROM secaudit.status()'), 4 * 1024 * 1024, 'which it does');
@left = leave_records(3);
$node->append_conf('postgresql.conf', "secaudit.buffer_size = '1MB'\nmax_connections = 20");
start_faulty($node);
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1,1', 'or smaller');
my $log_id = $node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()');

# Lost: the trail goes on where the files say.
$node->stop;
unlink $buffer or die $!;
start_faulty($node);
flush_trail($node);
is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'without its buffer the trail keeps its name');
check_trail($node, 'and its numbers');

# One damaged record: that one is lost and counted, the others are not.
@left = leave_records(5);
{
	open my $fh, '+<:raw', $buffer or die $!;
	local $/;
	my $content = <$fh>;
	# in the ring, which comes last: a slot before it may still have the text, too
	my $at = rindex($content, $left[2]);
	cmp_ok($at, '>', 0, 'the record to be damaged is in the buffer');
	seek $fh, $at + 3, 0;
	print $fh 'X';
	close $fh;
}
start_faulty($node);
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1,0,1,1', 'one damaged record: the others are saved');
my ($gap) = grep { $_->{event} eq 'audit.gap' } stored_records($node);
is($gap->{reason}, 'buffer_damaged', 'audit.gap tells of it');
is($gap->{lost}, 1, 'of one record');

# The header is destroyed: the records are found without it.
@left = leave_records(4);
{
	open my $fh, '+<:raw', $buffer or die $!;
	print $fh "\xff" x 4096;
	close $fh;
}
my $log = log_of(sub { start_faulty($node) });
like($log, qr/LOG:  audit buffer file "secaudit.buf" was set aside as "secaudit.buf.damaged-1"/, 'a destroyed header: the file is set aside');
ok(-f "$buffer.damaged-1", 'and kept');
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1,1,1', 'its records are saved, each once');
my ($start) = grep { defined $_->{set_aside} } stored_records($node);
is($start->{set_aside}, 'secaudit.buf.damaged-1', 'audit.start names the file');
cmp_ok($start->{salvaged}, '>=', 4, 'and counts what was found in it');
is($start->{outcome}, 'failure', 'it is a failure, as something may be lost');
is($node->safe_psql('secaudit_test', q{SELECT lost IS NULL, lost_by_reason->>'buffer_damaged' IS NULL, lost_by_reason->>'buffer_full' FROM secaudit.status()}),
	't|t|0', 'and secaudit.status() does not say that nothing is');
is($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'the trail keeps its name');

# A start that ends before the trail has its name has changed nothing.
@left = leave_records(2);
{
	open my $fh, '+<:raw', $buffer or die $!;
	print $fh "\xff" x 4096;
	close $fh;
	my ($newest) = reverse trail_files($node);
	chmod 0, $newest or die $!;
	$log = log_of(sub { $node->start(fail_ok => 1) });
	chmod 0600, $newest or die $!;
	like($log, qr/FATAL:  could not read a file of audit trail directory/, 'a start that cannot find out the name of the trail');
	ok(!-f "$buffer.damaged-2", 'sets nothing aside');
}
start_faulty($node);
flush_trail($node);
is(join(',', map { count_of($_) } @left), '1,1', 'the next one saves the records');
ok(-f "$buffer.damaged-2" && !-f "$buffer.damaged-3", 'and sets one file aside');

# A copy: set aside, never replayed, and the trail gets a name of its own.
@left = leave_records(2);
copy($buffer, "$buffer.copy") or die $!;
rename "$buffer.copy", $buffer or die $!;
$log = log_of(sub { start_faulty($node) });
like($log, qr/LOG:  audit buffer file "secaudit.buf" was set aside as "secaudit.buf.foreign-1"/, 'a copy of the buffer is set aside');
flush_trail($node);
is(join(',', map { count_of($_) } @left), '0,0', 'and not replayed');
isnt($node->safe_psql('secaudit_test', 'SELECT log_id FROM secaudit.status()'), $log_id, 'the trail of a copied server has another name');
$node->stop;
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound, losses and all');
done_testing();
