# secaudit.durability: what was answered is on disk, whatever happens next.
#
# A power failure is modelled: all processes are killed, and of the trail's
# files only those bytes are left that were there when fdatasync() last
# returned.  The buffer file is lost altogether, or comes back as it was some
# time ago.
use strict;
use warnings;
use File::Copy qw(copy);
use PostgreSQL::Test::Utils;
use SecauditFault;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_faulty_node(
	'durable',
	settings => {
		'secaudit.durability' => 'statement',
		'secaudit.flush_interval' => '10s'
	});
my $buffer = $node->data_dir . '/secaudit.buf';
my $n = 0;

# Statements by several sessions; what came back was acknowledged.
sub acknowledged
{
	my ($count) = @_;
	my @acked;
	for (1 .. $count)
	{
		$n++;
		push @acked, "SELECT 'acked', $n" if $node->safe_psql('postgres', "SELECT 'acked', $n") eq "acked|$n";
	}
	return @acked;
}

sub missing
{
	my %have = map { ($_->{query} // '') => 1 } all_records($node);
	return grep { !$have{$_} } @_;
}

my @acked = acknowledged(10);
cut_power($node);
unlink $buffer;
start_faulty($node);
flush_trail($node);
is_deeply([ missing(@acked) ], [], 'statement: everything acknowledged is there after a power failure that took the buffer');

# The buffer comes back stale.
$node->stop;
start_faulty($node);
push @acked, acknowledged(5);
# A session that is just ending would be told to have ended twice: the old state
# of the buffer does not know better.
my $watch = SecauditProto->connect($node);
wait_until(
	sub {
		$watch->query(q{SELECT count(*) FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND datname = 'postgres' AND pid <> pg_backend_pid()});
		return ($watch->rows($watch->until_ready))[0][0] == 0;
	}) or die;
copy($buffer, "$buffer.stale") or die $!;
push @acked, acknowledged(10);
cut_power($node);
{
	# the same inode: the machine gives back old blocks of the same file
	open my $from, '<:raw', "$buffer.stale" or die $!;
	open my $to, '+<:raw', $buffer or die $!;
	local $/;
	print $to scalar <$from>;
	close $to;
}
start_faulty($node);
flush_trail($node);
is_deeply([ missing(@acked) ], [], 'statement: also when the buffer comes back as it was some time ago');
is(scalar(grep { ($_->{query} // '') eq $acked[-1] } all_records($node)), 1, 'and nothing is there twice');

# Many waiters share one fdatasync.
my $before = $node->safe_psql('secaudit_test', 'SELECT batches FROM secaudit.status()');
$node->pgbench('-n -c 8 -j 2 -t 25 -f ' . do {
		my $file = $node->basedir . '/one.sql';
		append_to_file($file, "SELECT 1;\n");
		$file;
	}, 0, [qr/processed: 200\/200/], [qr/^$/], 'eight clients, 25 statements each');
my $batches = $node->safe_psql('secaudit_test', 'SELECT batches FROM secaudit.status()') - $before;
cmp_ok($batches, '<', 200, "200 statements took $batches batches");
$node->stop;

# commit: a transaction's records are on disk before it commits.
$node->append_conf('postgresql.conf', "secaudit.durability = 'commit'");
start_faulty($node);
@acked = acknowledged(10);
cut_power($node);
unlink $buffer;
start_faulty($node);
flush_trail($node);
is_deeply([ missing(@acked) ], [], 'commit: everything committed is there after a power failure');

# The wait comes before postgres_fdw commits remotely: a transaction that must
# not commit because of the trail leaves nothing behind on the other side.
SKIP:
{
	skip 'postgres_fdw is not installed', 3
	  if $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'") == 0;
	my ($host, $port) = ($node->host, $node->port);
	$node->append_conf('postgresql.conf',
		"secaudit.on_failure = 'error'\nsecaudit.failure_timeout = '1s'\nsecaudit.log_superuser = on\n");
	$node->stop;
	start_faulty($node);
	$node->safe_psql('postgres', "
		CREATE DATABASE far;
		CREATE ROLE alice LOGIN;
		CREATE EXTENSION postgres_fdw;
		CREATE SERVER loop FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
		GRANT USAGE ON FOREIGN SERVER loop TO alice;
		CREATE USER MAPPING FOR alice SERVER loop OPTIONS (user 'alice', password_required 'false');");
	$node->safe_psql('far', 'CREATE TABLE t (a int); GRANT ALL ON t TO alice');
	$node->safe_psql('postgres', "CREATE FOREIGN TABLE t (a int) SERVER loop; GRANT ALL ON t TO alice");
	my ($ret, $out, $err) = $node->psql('postgres', "INSERT INTO t VALUES (1)", extra_params => [ '-U', 'alice' ]);
	is($ret, 0, 'a remote insert works') or diag($err);
	set_faults($node, 'write EIO', 'open EIO');
	($ret, $out, $err) = $node->psql('postgres', "INSERT INTO t VALUES (2)", extra_params => [ '-U', 'alice' ]);
	like($err, qr/ERROR:  (transaction cannot be committed|statement refused) because the audit trail cannot be written/,
		'a transaction whose records cannot be written is not committed');
	clear_faults($node);
	flush_trail($node);
	is($node->safe_psql('far', 'SELECT array_agg(a) FROM t'), '{1}', 'and has not been committed on the foreign server');
}
$node->stop;
check_trail($node, 'the trail is sound');
done_testing();
