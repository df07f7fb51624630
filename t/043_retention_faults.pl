# Retention deletes, then says so: no audit.expire of a file that is still there,
# none twice, and none missing, whatever the writer dies of in between.
use strict;
use warnings;
use File::Basename qw(basename);
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditPolicies;
use SecauditTest;
use Test::More;

my $node = new_faulty_node('retention', settings => {
	%{ policy_settings() }, 'secaudit.flush_interval' => '20ms', 'secaudit.buffer_size' => '4MB', 'restart_after_crash' => 'on' });
my $dir = trail_dir($node);

sub set_config
{
	my (%set) = @_;
	$node->safe_psql('postgres', join('', map { "ALTER SYSTEM SET $_ = '$set{$_}';" } sort keys %set) . 'SELECT pg_reload_conf()');
	return;
}

sub rotate { return $node->safe_psql('secaudit_test', 'SELECT secaudit.rotate()'); }

# So many closed files past their age, oldest first.
sub make_old
{
	my ($count) = @_;
	my @files = trail_files($node);
	while (@files <= $count) { rotate(); @files = trail_files($node); }
	my $past = time - 7200;
	utime $past, $past, @files[ 0 .. $count - 1 ];
	return @files[ 0 .. $count - 1 ];
}

sub expired
{
	flush_trail($node);
	return grep { $_->{event} eq 'audit.expire' } stored_records($node);
}

# How often each of these files has been recorded.  Older records may be gone
# with the files that held them.
sub times_expired
{
	my (@files) = @_;
	my %times;
	$times{ $_->{file} }++ foreach expired();
	return join ' ', map { $times{ basename($_) } // 0 } @files;
}

sub alerts { return grep { ($_->{reason} // '') eq 'file_not_deleted' } stored_records($node); }

sub warnings_of { my ($file) = @_; my @w = slurp_file($node->logfile) =~ /WARNING:  could not remove expired audit trail file "[^"]*\Q$file\E"/g; return @w; }

sub sound { my ($what) = @_; flush_trail($node); return secauditctl($node, [ 'verify', $dir ], $what); }

# A file that cannot be deleted.
my ($first, $second) = make_old(2);
set_faults($node, 'unlink EACCES');
set_config('secaudit.retention_age' => '1h');
ok(wait_until(sub { faults_taken($node) }), 'retention tries to delete a file');
foreach (1 .. 6) { rotate(); select undef, undef, undef, 0.2; }
is(scalar(() = expired()), 0, 'which cannot be: no audit.expire says that it is gone');
ok(-e $first && -e $second, 'nor is it, nor the next one');
is(scalar(() = warnings_of(basename($first))), 1, 'the server log has one warning');
is(scalar(() = alerts()), 1, 'the trail one alert');
is((alerts())[0]{file}, basename($first), 'that names the file');
my $status = $node->safe_psql('secaudit_test', 'SELECT last_error FROM secaudit.status()');
like($status, qr/^could not remove file "\Q@{[ basename($first) ]}\E": Permission denied/, 'status() says why');
is(scalar(() = faults_taken($node)), 1, 'and it is not tried again at once');
sound('a trail with a file that could not be deleted is sound');

# It can be deleted again; a reload is reason enough to try.
clear_faults($node);
$node->reload;
ok(wait_until(sub { rotate(); !-e $first && !-e $second }), 'when it can be, it is deleted, and the next one');
is(times_expired($first, $second), '1 1', 'audit.expire names each once');
sound('and the trail is sound');

# The writer dies between the deletion and the record, and before the deletion.
foreach my $death (qw(KILL DIE))
{
	my ($file, $next) = make_old(2);
	my $from = -s $node->logfile;
	my $deaths = () = faults_taken($node);
	set_faults($node, "unlink $death 1");
	$node->psql('postgres', 'SELECT pg_reload_conf()');
	ok(wait_until(sub { (() = faults_taken($node)) > $deaths }), "$death: the writer dies");
	clear_faults($node);
	is(-e $file ? 'there' : 'gone', $death eq 'KILL' ? 'gone' : 'there', "$death: the file") if $death eq 'KILL';
	ok(wait_until(sub { substr(slurp_file($node->logfile), $from) =~ /database system is ready/ }), "$death: the server starts again");
	ok(wait_until(sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 && !-e $file && !-e $next }), "$death: both files are deleted in the end");
	is(times_expired($file, $next), '1 1', "$death: audit.expire names each once");
	sound("$death: the trail is sound");
}

# All of the server dies, and the record is written by the next start.
{
	my ($file) = make_old(1);
	flush_trail($node);
	sleep 2; # the record of flush() itself is to be on disk as well
	set_faults($node, 'write EIO', 'open EIO');
	$node->reload;
	ok(wait_until(sub { !-e $file }), 'the file is deleted, and nothing can be written');
	kill_server($node);
	clear_faults($node);
	start_faulty($node);
	is(times_expired($file), '1', 'the next start records it, once');
	$node->stop;
	start_faulty($node);
	is(times_expired($file), '1', 'and the one after that does not');
	sound('the trail is sound');
}

# The writer dies when the batch with audit.expire is on disk, before it notes
# that.
{
	my ($file) = make_old(1);
	my $deaths = () = faults_taken($node);
	set_faults($node, 'fdatasync KILL 1', 'write PASS');
	$node->psql('postgres', 'SELECT pg_reload_conf()');
	ok(wait_until(sub { (() = faults_taken($node)) > $deaths }), 'the writer dies after the sync');
	clear_faults($node);
	ok(wait_until(sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 && !-e $file }), 'the file is gone');
	is(times_expired($file), '1', 'audit.expire names it once');
	sound('the trail is sound');
}

# A theft is none of retention's doings, even of a file that is past its age.
{
	set_config('secaudit.retention_age' => '0');
	rotate();
	my ($file) = make_old(1);
	$node->stop;
	unlink $file;
	start_faulty($node);
	set_config('secaudit.retention_age' => '1h');
	rotate();
	is(times_expired($file), '0', 'a file that somebody else removed has no audit.expire');
	my $result = '';
	my $ctl = $node->installed_command('secauditctl');
	ok(!IPC::Run::run([ $ctl, 'verify', $dir ], '>&', \$result), 'secauditctl verify misses it');
	like($result, qr/\Q@{[ basename($file) ]}\E/, 'by name');
}
$node->stop;

# on_failure = overwrite looks at what became of it, too.
my $full = new_faulty_node('full', settings => policy_settings());
set_policy($full, 'overwrite');
$full->safe_psql('secaudit_test', 'SELECT secaudit.rotate()') for 1 .. 3;
my ($oldest) = trail_files($full);
my $from = -s $full->logfile;
set_faults($full, 'write ENOSPC', 'open ENOSPC', 'unlink EACCES');
$full->safe_psql('postgres', "SELECT 'no room' /* @{[ 'x' x 4000 ]} */");
ok(wait_until(sub { grep { $_ eq 'unlink EACCES' } faults_taken($full) }), 'overwrite: it tries');
sleep 3;
ok(-e $oldest, 'overwrite: a file that cannot be deleted');
unlike(substr(slurp_file($full->logfile), $from), qr/removed audit trail file/, 'overwrite: is not called removed');
clear_faults($full);
flush_trail($full);
is(scalar(() = grep { $_->{event} eq 'audit.expire' } stored_records($full)), 0, 'overwrite: not in the trail either');
check_trail($full, 'overwrite: the trail is sound');
$full->stop;
done_testing();
