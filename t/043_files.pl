# Files: rotation, retention, and others who lay hands on them.
use strict;
use warnings;
use File::Basename qw(basename);
use File::Path qw(remove_tree);
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

my $node = new_node('files', settings => { 'secaudit.flush_interval' => '20ms' });
my $dir = trail_dir($node);
my $n = 0;

sub work
{
	$node->safe_psql('postgres', "SELECT 'work', " . ++$n);
	flush_trail($node);
	return;
}

sub set_config
{
	my ($name, $value) = @_;
	$node->safe_psql('postgres', "ALTER SYSTEM SET $name = '$value'; SELECT pg_reload_conf()");
	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_file_settings WHERE name = '$name' AND applied");
	return;
}

sub current { return (trail_files($node))[-1]; }

sub last_open
{
	flush_trail($node);
	return (grep { $_->{event} eq 'audit.open' } all_records($node))[-1];
}

# Modes and names.
is((stat $dir)[2] & 07777, 0700, 'the directory is for its owner alone');
is((stat current())[2] & 07777, 0600, 'so are the files');
like(basename(current()), qr/^secaudit-\d{8}T\d{6}Z-000001\.jsonl$/, 'the first file has number 1');
is(length((split /\n/, slurp_file(current()))[0]) + 1, 1024, 'its first line has 1,024 bytes');

# Rotation on request, by size, by age, by a setting that holds for a file.
work();
my $name = $node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
is($name, basename(current()), 'secaudit.rotate() returns the new file');
is(last_open()->{reason}, 'request', 'whose first record says why');
my ($close) = (grep { $_->{event} eq 'audit.close' } all_records($node))[-1];
is($close->{reason}, 'request', 'as does the last record of the one before');
my $count = () = trail_files($node);
$node->reload;
work();
is(scalar(() = trail_files($node)), $count, 'a reload does not rotate');

set_config('secaudit.rotation_size', '64kB');
$node->safe_psql('postgres', "SELECT '" . ('x' x 3000) . "'") for 1 .. 30;
ok(wait_until(sub { (() = trail_files($node)) > $count }), 'a file that grew too large is followed by another');
is((grep { $_->{event} eq 'audit.open' } all_records($node))[-1]{reason}, 'rotation', 'because of rotation');
set_config('secaudit.rotation_size', '256MB');
work();

$count = () = trail_files($node);
set_config('secaudit.rotation_age', '1min'); # the least that there is
ok(wait_until(sub { work(); (() = trail_files($node)) > $count }, 90), 'so is one that grew too old');
set_config('secaudit.rotation_age', '1d');

set_config('secaudit.file_mode', '0640');
ok(wait_until(sub { ((stat current())[2] & 07777) == 0640 }), 'secaudit.file_mode holds for a new file, at once');
set_config('secaudit.integrity', 'off');
ok(wait_until(sub { last_open()->{integrity} eq 'off' }), 'secaudit.integrity = off begins a new file');
work();
my @plain = grep { !defined $_->{h} } all_records($node);
cmp_ok(scalar(@plain), '>', 1, 'whose records carry no hash');
set_config('secaudit.integrity', 'chain');
ok(wait_until(sub { last_open()->{integrity} eq 'chain' }), 'and chain again another one');

# Somebody removes, renames, or writes to the current file.
work();
my $removed = current();
my $content = slurp_file($removed);
unlink $removed or die $!;
work();
ok(-f $removed, 'a removed file is put back');
is(substr(slurp_file($removed), 0, length $content), $content, 'with every byte it had');
isnt(current(), $removed, 'and the trail goes on in a new one');
is(last_open()->{reason}, 'fault', 'whose first record says that something was wrong');
like(slurp_file($node->logfile), qr/WARNING:  audit trail: the current file was removed or renamed/, 'as does the server log');

my $renamed = current();
rename $renamed, "$dir/renamed" or die $!;
work();
ok(-f $renamed, 'a renamed file is put back');
unlink "$dir/renamed";

my $touched = current();
append_to_file($touched, "garbage\n");
work();
isnt(current(), $touched, 'a file that somebody wrote to is left behind');
is(last_open()->{prev_tail}, 'foreign', 'and its tail is called foreign');
like(slurp_file($node->logfile), qr/WARNING:  (?:audit trail: somebody else has changed the current file|could not write a file alone)/, 'which the server log tells');

# The directory goes.
work();
remove_tree($dir);
work();
ok(-d $dir, 'a removed directory is made again');
is((stat $dir)[2] & 07777, 0700, 'for its owner alone');

# A directory that nothing can be added to: the open file still can be written.
SKIP:
{
	skip 'root may write anywhere', 2 if $> == 0;
	chmod 0500, $dir;
	work();
	pass('a read-only directory does not stop the file that is open');
	$node->safe_psql('postgres', "SELECT pg_reload_conf()");
	chmod 0700, $dir;
	work();
	pass('and everything is well when it is writable again');
}
$node->stop;

# Retention, from a trail of its own: the beginning of this one is gone.
my $other = new_node('retention', settings => { 'secaudit.flush_interval' => '20ms' });
foreach (1 .. 5)
{
	$other->safe_psql('postgres', "SELECT '" . ('y' x 3000) . "'") for 1 .. 3;
	$other->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
}
my @all = trail_files($other);
my $past = time - 7200;
utime $past, $past, @all[ 0, 1 ];
system('secauditctl', 'index', '-q', trail_dir($other)) == 0 or die;
my @indexes = map { s/jsonl$/idx/r } @all[ 0, 1 ];
ok(-e $indexes[0] && -e $indexes[1], 'two closed files have an index');
$other->safe_psql('postgres', "ALTER SYSTEM SET secaudit.retention_age = '1h'; SELECT pg_reload_conf()");
$other->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
ok(wait_until(sub { !-e $all[0] && !-e $all[1] }), 'files past secaudit.retention_age are deleted');
ok(wait_until(sub { !-e $indexes[0] && !-e $indexes[1] }), 'and their indexes');
ok(-e $all[2], 'younger ones are not');
my @expired = grep { $_->{event} eq 'audit.expire' } stored_records($other);
is_deeply([ map { $_->{file} } @expired ], [ map { basename($_) } @all[ 0, 1 ] ], 'audit.expire names them');
is($expired[0]{reason}, 'retention_age', 'and the reason');
is($expired[0]{first_seq}, 1, 'the numbers they began with');
is($expired[1]{first_seq}, $expired[0]{last_seq} + 1, 'and ended with');
my $open = JSON::PP->new->decode((split /\n/, slurp_file($all[2]))[0]);
is($open->{prev_h}, $expired[1]{last_h}, 'and the hash that the next file continues from');

$other->safe_psql('postgres', "ALTER SYSTEM SET secaudit.retention_age = 0; ALTER SYSTEM SET secaudit.retention_size = '1MB'; SELECT pg_reload_conf()");
foreach (1 .. 4)
{
	$other->safe_psql('postgres', join('', map { "SELECT '" . ('z' x 3000) . "';\n" } 1 .. 150));
	$other->safe_psql('secaudit_test', 'SELECT secaudit.rotate()');
}
ok(wait_until(sub {
		my $sum = 0;
		$sum += -s $_ // 0 foreach trail_files($other);
		return $sum < 1.6 * 1024 * 1024;
	}), 'secaudit.retention_size keeps the trail small');
ok((grep { ($_->{reason} // '') eq 'retention_size' } stored_records($other)), 'and says so');
my @seqs = map { $_->{seq} } stored_records($other);
is($seqs[-1] - $seqs[0] + 1, scalar(@seqs), 'what is left is numbered without a gap');
$other->stop;
secauditctl($other, [ 'verify', '--closed', trail_dir($other) ], 'and sound');
done_testing();
