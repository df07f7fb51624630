# secauditctl shipped, and secaudit.expire_unshipped = off: retention deletes what
# has been shipped, archives too, and keeps the rest and says so once.
use strict;
use warnings;

use File::Basename qw(basename);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditTest;
use Test::More;

delete $ENV{SECAUDIT_DIRECTORY};

sub ctl
{
	my @args = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

my $node = new_node('shipped', settings => { 'secaudit.flush_interval' => '20ms' });
my $dir = trail_dir($node);
$node->safe_psql('postgres', 'CREATE EXTENSION secaudit');

sub rotate { return $node->safe_psql('postgres', 'SELECT secaudit.rotate()'); }
sub names { return join ' ', map { basename($_) =~ s/^secaudit-\d+T\d+Z-0*//r =~ s/jsonl/j/r } sort glob("$dir/secaudit-*"); }
sub of_event { my ($event) = @_; flush_trail($node); my @found; foreach (glob("$dir/secaudit-*")) { push @found, grep { /"event":"$event"/ } split /\n/, (/zst$/ ? `zstd -dc $_` : slurp_file($_)) } return @found; }
sub held { return grep { /"reason":"not_shipped"/ } of_event('alert'); }
sub warnings_given { my @w = slurp_file($node->logfile) =~ /WARNING:  audit trail file "[^"]*" is kept, although it has expired/g; return scalar @w; }
sub look_over { $node->reload; return; }

# The last number of a file.
sub last_seq { my ($file) = @_; return (slurp_file($file) =~ /"seq":(\d+),"h":"[^"]*"\}\n\z/)[0]; }

rotate() for 1 .. 5;
flush_trail($node);
my @files = trail_files($node);
my @seqs = map { last_seq($_) } @files;
my ($log) = slurp_file($files[0]) =~ /"log":"(\w+)"/;
my $mark = "$dir/secaudit.shipped.$log";

# Setting it.
my ($status, $out, $err) = ctl('shipped', $dir);
like("$status$err$out", qr/^0log $log: nothing shipped of \d+ records\n\z/, 'at first nothing has been shipped');
($status, $out, $err) = ctl('shipped', $files[0]);
is("$status$err$out", "0log $log: shipped up to seq $seqs[0]\n", 'a file');
like(slurp_file($mark), qr/^\{"log":"$log","seq":$seqs[0],"file":"\Q${\basename($files[0])}\E","time":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\n\z/, 'what the mark says');
is(sprintf('%o', (stat $mark)[2] & 07777), '644', 'the server can read it, whoever has set it');
($status, $out, $err) = ctl('shipped', $dir);
like("$status$err$out", qr/^0log $log: shipped up to seq $seqs[0] of \d+, in \Q${\basename($files[0])}\E, set 20\S+Z\n\z/, 'and shown');
is((ctl('shipped', $seqs[1] + 1, $dir))[0], 0, 'a number');
like(slurp_file($mark), qr/"seq":${\($seqs[1] + 1)},"file":"\Q${\basename($files[2])}\E"/, 'is in the file that has it');
is((ctl('shipped', "$log:$seqs[1]", $dir))[0], 0, 'a number of a log');
like(slurp_file($mark), qr/"seq":$seqs[1],"file":"\Q${\basename($files[1])}\E"/, 'the last one of a file is in that');
is((ctl('shipped', basename($files[0]), $dir))[0], 0, 'a name and a directory');
{
	local $ENV{SECAUDIT_DIRECTORY} = $dir;
	is((ctl('shipped', $seqs[0]))[0], 0, 'SECAUDIT_DIRECTORY');
	is((ctl('shipped'))[0], 0, 'shows it, too');
}
($status, $out, $err) = ctl('shipped', 999999999, $dir);
like("$status$err", qr/^2secauditctl: log $log has not come further than seq \d+\n\z/, 'not more than there is');
is((ctl('shipped', 0, $dir))[0], 2, 'nor 0');
is((ctl('shipped', "aaaaaaaaaaaaaaaa:1", $dir))[0], 2, 'nor of a log that is not there');
($status, $out, $err) = ctl('shipped', $files[-1]);
like("$status$err", qr/^2secauditctl: "\S+" is not closed: give the number/, 'the newest file may still grow');
is((ctl('shipped', 'secaudit-20200101T000000Z-000001.jsonl', $dir))[0], 2, 'a file that is not there');
is((ctl('shipped'))[0], 2, 'no directory');
is(join(' ', grep { !/jsonl$|lock$/ } map { basename($_) } glob("$dir/*")), "secaudit.shipped.$log", 'nothing else is left in the directory');

# Retention.
my $past = time - 7200;
utime $past, $past, @files[ 0 .. 3 ];
$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.expire_unshipped = off");
$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.retention_age = '1h'");
look_over();
ok(wait_until(sub { names() eq '2.j 3.j 4.j 5.j 6.j' }), 'what was shipped is deleted, and no more') or diag(names());
ok(wait_until(sub { held() == 1 }), 'there is an alert');
like((held())[0], qr/"event":"alert",.*"file":"\Q${\basename($files[1])}\E"/, 'which names the file');
like(slurp_file($node->logfile), qr/WARNING:  audit trail file "\S*\Q${\basename($files[1])}\E" is kept, although it has expired\n.*DETAIL:  It has not been shipped/, 'and a warning');
for (1 .. 3) { look_over(); $node->safe_psql('postgres', 'SELECT pg_sleep(0.3)'); }
is(scalar(held()) . warnings_given(), '11', 'once');

# A number within a file is not the file.
ctl('shipped', $seqs[1] - 1, $dir);
look_over();
$node->safe_psql('postgres', 'SELECT pg_sleep(0.5)');
is(names(), '2.j 3.j 4.j 5.j 6.j', 'a file of which a record is missing is kept');

# Marks that cannot be believed.
my $good = slurp_file($mark) =~ s/"seq":\d+/"seq":$seqs[3]/r;
foreach my $bad (
	[ 'empty', '' ],
	[ 'of another log', $good =~ s/"log":"./"log":"0/r ],
	[ 'cut', substr($good, 0, -1) ],
	[ 'with more', $good . "\n" ],
	[ 'with another key', $good =~ s/\{/{"a":1,/r ],
	[ 'ahead of the trail', $good =~ s/"seq":\d+/"seq":99999999/r ],
	[ 'negative', $good =~ s/"seq":\d+/"seq":-1/r ],
	[ 'too long', $good =~ s/"time"/' ' x 300 . '"time"'/er ],
	[ 'without a number', $good =~ s/"seq":\d+/"seq":"99"/r ])
{
	my ($name, $text) = @$bad;
	open my $fh, '>', $mark or die $!;
	print $fh $text;
	close $fh;
	is((ctl('shipped', $dir))[0], 1, "a mark that is $name: secauditctl says so");
	look_over();
	$node->safe_psql('postgres', 'SELECT pg_sleep(0.2)');
	is(names(), '2.j 3.j 4.j 5.j 6.j', "$name: nothing is deleted");
}
unlink $mark;
symlink "$dir/../good", $mark or die $!;
append_to_file("$dir/../good", $good);
look_over();
$node->safe_psql('postgres', 'SELECT pg_sleep(0.2)');
is(names(), '2.j 3.j 4.j 5.j 6.j', 'nor through a symbolic link');
unlink $mark;

# Archives: retention knows them.
is((ctl('archive', $files[1]))[0], 0, 'an expired file is archived');
is((ctl('archive', '--keep', $files[2]))[0], 0, 'another one kept in both forms');
is(names(), '2.j.zst 3.j 3.j.zst 4.j 5.j 6.j', 'so they lie there');
my $archive = "$files[1].zst";
my $bytes = -s $archive;
is((ctl('shipped', $files[2]))[0], 0, 'both are shipped');
ok(wait_until(sub { look_over(); names() eq '4.j 5.j 6.j' }, 30), 'and go') or diag(names());
flush_trail($node);
my @expired = map { /"file":"([^"]+)","bytes":(\d+),"first_seq":(\d+),"last_seq":(\d+)/ ? "$1 $2 $3 $4" : () } of_event('audit.expire');
is($expired[1], basename($archive) . " $bytes " . ($seqs[0] + 1) . " $seqs[1]", 'audit.expire names the archive as it was, with its size');
is(join(' ', map { (split ' ')[0] } @expired[ 2, 3 ]), basename($files[2]) . ' ' . basename($files[2]) . '.zst', 'and each form of a file that had two');
is((ctl('verify', $dir))[0], 0, 'the trail is sound');
is(warnings_given(), 1, 'and the warning was given once while the state lasted');
ok(wait_until(sub { held() == 1 }), 'file 4 holds it back still: no other alert');

# The state ends, and begins again.
is((ctl('shipped', $files[3]))[0], 0, 'the last of the old ones');
ok(wait_until(sub { look_over(); names() eq '5.j 6.j' }, 30), 'goes');
flush_trail($node); # the writer has gone through the files to the end
utime $past, $past, $files[4];
ok(wait_until(sub { look_over(); warnings_given() == 2 }, 30), 'the next one that has to wait is told again');
$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.expire_unshipped = on");
look_over();
ok(wait_until(sub { names() eq '6.j' }), 'with "on" nobody is asked');
is((ctl('verify', $dir))[0], 0, 'the trail is sound');

# Size: archives count with theirs.
rotate() for 1 .. 3;
is((ctl('archive', $dir))[0], 0, 'archives');
is(names(), '6.j.zst 7.j.zst 8.j.zst 9.j', 'of small files');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET secaudit.retention_age');
$node->safe_psql('postgres', "ALTER SYSTEM SET secaudit.retention_size = '1MB'");
look_over();
$node->safe_psql('postgres', 'SELECT pg_sleep(0.5)');
is(names(), '6.j.zst 7.j.zst 8.j.zst 9.j', 'are below the size');
$node->safe_psql('postgres', q{DO $$ BEGIN FOR i IN 1 .. 700 LOOP EXECUTE format('SELECT %L', repeat(md5(i::text), 60)); END LOOP; END $$});
flush_trail($node);
ok(wait_until(sub { look_over(); names() eq '9.j' }, 30), 'until the newest file alone is above it') or diag(names());
is((ctl('verify', $dir))[0], 0, 'the trail is sound');

done_testing();
