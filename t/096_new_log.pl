# A server of another system identifier in a directory that has a trail, as
# after pg_upgrade, a restore or pg_createsubscriber: its trail names the one
# before, and verify holds them against each other.
use strict;
use warnings;
use File::Basename qw(basename);
use File::Copy qw(copy);
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $ctl = new_node('old');
my $dir = trail_dir($ctl);
my ($old, $new) = ($ctl, undef);

# lines_of(FILE...): their records.
sub lines_of
{
	return map { JSON::PP->new->utf8->decode($_) } map { split /^/, slurp_file($_) } @_;
}

# Which trail the file is of.
sub log_of { return (lines_of($_[0]))[0]{log}; }

sub files_of { my ($log, $in) = @_; return grep { log_of($_) eq $log } trail_files($in // $dir); }

# What is said of the trail before, of each file of a trail.
sub links_of
{
	return [ map { link_of((lines_of($_))[0]) } files_of($_[0]) ];
}

sub link_of
{
	my ($r) = @_;
	return { map { ($_ => $r->{$_}) } grep { /^prev_log/ } keys %$r };
}

# The end of a trail, in the words of the one that follows.
sub end_of
{
	my $file = (files_of($_[0]))[-1];
	my $last = (lines_of($file))[-1];
	return { prev_log => $last->{log}, prev_log_file => basename($file), prev_log_seq => $last->{seq}, prev_log_h => $last->{h} };
}

# verify(STATUS, PATTERN, NAME, ARGUMENT...)
sub verify
{
	my ($status, $pattern, $name, @args) = @_;
	my ($out, $err) = ('', '');
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	IPC::Run::run([ $ctl->installed_command('secauditctl'), 'verify', @args ], '>', \$out, '2>', \$err);
	is($? >> 8, $status, "$name: exit status $status") or diag($out, $err);
	like($out, $pattern, $name);
	return;
}

# A copy of the directory, for damages.
my $copies = 0;
sub copy_trail
{
	my $to = $old->basedir . '/copy' . ++$copies;
	mkdir $to or die $!;
	copy($_, "$to/" . basename($_)) or die $! foreach trail_files($dir);
	return $to;
}

sub cut_last_line
{
	my ($file) = @_;
	my $text = slurp_file($file);
	$text =~ s/[^\n]*\n\z//;
	truncate $file, length $text or die $!;
	return;
}

# Two clusters, one after the other.
$old->safe_psql('postgres', 'SELECT 1');
$old->restart;
$old->stop;
my $first = log_of((trail_files($dir))[0]);
my $end = end_of($first);
is_deeply(links_of($first), [ {}, {} ], 'a trail that is the first in its directory follows none');

$new = new_node('new', trail_dir => $dir, settings => { 'secaudit.flush_interval' => '50ms' }, no_start => 1);
$new->start;
$new->safe_psql('postgres', 'SELECT 2');
$new->restart;
$new->stop;
my $second = log_of((trail_files($dir))[-1]);
isnt($second, $first, 'another system identifier begins a trail of another name');
is_deeply(links_of($second), [ $end, {} ], 'whose first record, and no other, names the one before, with its last file, number and hash');
like(slurp_file($new->logfile), qr/LOG:  audit trail "$second" follows trail "$first" in the same directory\n.*DETAIL:  That one's newest file is "$end->{prev_log_file}", its last record has the number $end->{prev_log_seq}\./,
	'and so does the server log');
is(-s (files_of($second))[0] > 1024 && length((split /^/, slurp_file((files_of($second))[0]))[0]), 1024, 'the first line has its 1,024 bytes all the same');
eval { SecauditTest::validate(map { split /^/, slurp_file($_) } files_of($second)); 1 } or my $invalid = $@;
is($invalid, undef, 'and is valid');

my $seq = $end->{prev_log_seq};
verify(0, qr/^SOUND\n2 trails\nlog $first: 2 files.*: sound\n(?s:.*)^log $second: 2 files.*, follows log $first at seq $seq: sound\n/m, 'both are sound, and the one follows the other', '--closed', $dir);
verify(0, qr/"follows":\{"log":"$first","file":"$end->{prev_log_file}","seq":$seq\}/, 'for programs, too', '--json', $dir);
verify(0, qr/^log $second: 2 files/m, 'files that are given one by one are not asked for the trail before', files_of($second));

# The younger trail is a witness of the older one's end.
my $cut = copy_trail();
cut_last_line("$cut/$end->{prev_log_file}");
verify(1, qr/\Q$end->{prev_log_file}\E:\d+: truncated: seq $seq, a record that a later trail names is not there/, 'an older trail that lost its last record', $cut);
unlink "$cut/$end->{prev_log_file}" or die $!;
verify(1, qr/truncated: seq \d+ to $seq, a record that a later trail names is not there/, 'or its last file', $cut);
unlink files_of($first, $cut);
verify(1, qr/file missing \Q$end->{prev_log_file}\E: seq 1 to $seq, of the trail that this one follows/, 'one that is gone', $cut);
my $rewritten = copy_trail();
{
	# a trail that was made for another hash: the same number, another time
	my $file = (files_of($second, $rewritten))[0];
	my $text = slurp_file($file);
	$text =~ s/"prev_log_h":"(.)/'"prev_log_h":"' . ($1 eq 'A' ? 'B' : 'A')/e;
	open my $fh, '>:raw', $file or die $!;
	print $fh $text;
	close $fh;
}
verify(1, qr/altered: seq 1\n/, 'what the first record says of it cannot be changed unseen', $rewritten);

# Retention knows whose file it deletes.
$new->append_conf('postgresql.conf', "secaudit.retention_age = '5d'");
foreach my $file (files_of($first))
{
	my @lines = lines_of($file);
	utime(time - 10 * 86400, time - 10 * 86400, $file) or die $!;
	$new->start;
	$new->poll_query_until('postgres', "SELECT pg_stat_file('$file', true) IS NULL") or die 'not deleted';
	$new->stop;
	my ($expired) = grep { $_->{event} eq 'audit.expire' && $_->{file} eq basename($file) } map { lines_of($_) } files_of($second);
	is_deeply({ map { ($_ => $expired->{$_}) } qw(first_seq last_seq last_h) },
		{ first_seq => $lines[0]{seq}, last_seq => $lines[-1]{seq}, last_h => $lines[-1]{h} },
		"retention deletes a file of the old trail, and says where that ended");
	verify(0, qr/follows log $first at seq $seq: sound/, 'which verify accepts', '--closed', $dir);
}
is(scalar(files_of($first)), 0, 'nothing is left of the old trail');

# Back to the old cluster, and to the new one again: each goes on under its name.
my $files = files_of($second);
my $between = end_of($second);
foreach my $node ($old, $new)
{
	$node->start;
	$node->safe_psql('postgres', 'SELECT 3');
	$node->stop;
}
is(scalar(files_of($first)), 1, 'the old cluster, started once more, goes on under its name');
is(scalar(files_of($second)), $files + 1, 'so does the new one');
is_deeply([ grep { keys %$_ } @{ links_of($first) }, @{ links_of($second) } ], [ $between, $end, end_of($first) ], 'and names the end of the other one');
$seq = end_of($first)->{prev_log_seq};
verify(0, qr/follows log $first at seq $seq: sound/, 'and both are sound', '--closed', $dir);
done_testing();
