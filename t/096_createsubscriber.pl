# pg_createsubscriber gives a standby another system identifier: its trail ends,
# and a new one in the same directory names it (PostgreSQL 17).
use strict;
use warnings;
use JSON::PP ();
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

plan skip_all => 'pg_createsubscriber came with 17' if server_major() < 17;

my $primary = new_node('primary', init => [ allows_streaming => 'logical' ]);
$primary->backup('b');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'b', has_streaming => 1);
my $dir = trail_dir($standby);
mkdir $dir, 0700;
$standby->append_conf('postgresql.conf', "secaudit.directory = '$dir'\nsecaudit.node_name = 'standby'\nsecaudit.log = 'all'");
$standby->start;
$standby->safe_psql('postgres', 'SELECT 1');
$primary->wait_for_replay_catchup($standby);
$standby->stop;

sub lines_of { return map { JSON::PP->new->utf8->decode($_) } map { split /^/, slurp_file($_) } @_; }

my $log = (lines_of((trail_files($dir))[-1]))[0]{log};
$standby->command_ok(
	[
		'pg_createsubscriber', '-D', $standby->data_dir, '-P', $primary->connstr('postgres'),
		'-s', $standby->host, '-p', $standby->port, '-d', 'postgres' ],
	'pg_createsubscriber');
$standby->start;
is($standby->safe_psql('postgres', 'SELECT NOT pg_is_in_recovery()'), 't', 'the standby is a server of its own now');
$standby->stop;

my @old = grep { (lines_of($_))[0]{log} eq $log } trail_files($dir);
my @new = grep { (lines_of($_))[0]{log} ne $log } trail_files($dir);
my $end = (lines_of($old[-1]))[-1];
is($end->{event}, 'audit.close', 'what pg_createsubscriber did as a standby is in the old trail, which ended in order');
my ($open) = lines_of($new[0]);
is_deeply([ @{$open}{qw(prev_log prev_log_seq prev_log_h)} ], [ $log, @{$end}{qw(seq h)} ], 'the new trail names the end of that one');
my ($start) = grep { $_->{event} eq 'audit.start' } lines_of($new[0]);
# the first one was the primary's, as the base backup has it
is($start->{set_aside}, 'secaudit.buf.foreign-2', 'and the buffer file that was set aside');
secauditctl($standby, [ 'verify', '--closed', $dir ], 'both are sound');
$primary->stop;
done_testing();
