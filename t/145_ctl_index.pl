# secauditctl index: what it makes, for whom, and what becomes of it.
use strict;
use warnings;

use File::Copy qw(copy);
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

delete $ENV{SECAUDIT_DIRECTORY};
my $dir = PostgreSQL::Test::Utils::tempdir();
chmod 0750, $dir;

sub path { return sprintf '%s/secaudit-20260131T2359%02dZ-%06d.%s', $dir, @_[ 0, 0 ], $_[1] // 'jsonl'; }

sub file
{
	my ($number, $user, $records) = @_;
	open my $fh, '>:raw', path($number) or die $!;
	foreach my $i (1 .. $records)
	{
		my $seq = 10000 * $number + $i;
		printf {$fh} '{"v":1,"log":"00112233aabbccdd","ts":"2026-01-31T23:59:%02d.000000Z","event":"statement",'
		  . '"class":"read","user":"%s","query":"%s","seq":%d}' . "\n", $number, $i == $records ? $user : 'app', 'x' x 400, $seq;
	}
	close $fh;
	chmod 0640, path($number);
	return;
}

sub ctl
{
	my (@args) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'secauditctl', @args ], '>', \$out, '2>', \$err);
	return ($? >> 8, $out, $err);
}

file(1, 'eve', 6000);
file(2, 'bob', 10);
file(3, 'eve', 10);
is_deeply([ ctl('index', $dir) ], [ 0, "2 indexes made, 0 there already\n", '' ], 'each file but the newest gets an index');
ok(-e path(1, 'idx') && -e path(2, 'idx') && !-e path(3, 'idx'), 'beside it');
is((stat path(1, 'idx'))[2] & 07777, 0640, 'for whoever may read the file');
cmp_ok(-s path(1, 'idx'), '<', (-s path(1)) / 100, 'it is small');
is_deeply([ ctl('index', $dir) ], [ 0, "0 indexes made, 2 there already\n", '' ], 'made once');
is_deeply([ ctl('index', '--force', $dir) ], [ 0, "2 indexes made, 0 there already\n", '' ], 'unless it is forced');
is_deeply([ ctl('index', '-q', '--force', $dir) ], [ 0, '', '' ], '-q: silent');

is((ctl('search', '--count', '--user=eve', $dir))[1], "2\n", 'a search finds the same');
like((ctl('search', '--user=carol', $dir))[2], qr/^No record matches\.  Looked through: 3 files, 10 records/,
	'and reads of the indexed files nothing that cannot match');
is((ctl('search', '--count', $dir))[1], "6020\n", 'a search for everything as well');

# Another file under the name, one that grew, one that was archived.
copy(path(3), path(2)) or die $!;
is((ctl('search', '--count', '--user=eve', $dir))[1], "3\n", 'the index of another file is not used');
is_deeply([ ctl('index', $dir) ], [ 0, "1 index made, 1 there already\n", '' ], 'but made anew');
system('gzip', path(1)) == 0 or die;
is((ctl('search', '--count', '--user=eve', $dir))[1], "3\n", 'an archived file keeps its index');
is_deeply([ ctl('index', $dir) ], [ 0, "0 indexes made, 2 there already\n", '' ], 'which is as good as before');

# What cannot be.
my ($status, $out, $err) = ctl('index', "$dir/none");
is($status, 2, 'a directory that is not there');
like($err, qr/could not access "\Q$dir\E\/none": No such file/, 'is named');
SKIP:
{
	skip 'root may write everywhere', 2 if $> == 0;
	chmod 0550, $dir;
	($status, $out, $err) = ctl('index', '--force', path(2), path(3));
	chmod 0750, $dir;
	is($status, 2, 'where nothing can be written');
	like($err, qr/could not create file ".*\.idx\.tmp": Permission denied/, 'it says so');
}
ok(!glob("$dir/*.tmp"), 'no half index is left');
command_like([qw(secauditctl index --help)], qr/SECAUDIT_DIRECTORY.*Exit status/s, '--help describes it');

done_testing();
