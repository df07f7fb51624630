# An error that is raised while its process holds locks: what it leaves is
# recorded when they have been released, and nobody waits for himself.
use strict;
use warnings;

use Cwd qw(abs_path);
use File::Basename qw(dirname);
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $cc = $ENV{CC} // 'cc';
plan skip_all => 'no C compiler' if system("$cc --version >/dev/null 2>&1") != 0;
my $source = abs_path(dirname(__FILE__) . '/../test/module/faults.c');
my $module = "$PostgreSQL::Test::Utils::tmp_check/faults.so";
# A copy of a server has no headers; those of the original are where it was told.
my ($include) = run_command([ 'pg_config', '--includedir-server' ]);
my ($configure) = run_command([ 'pg_config', '--configure' ]);
my ($version) = run_command([ 'pg_config', '--version' ]);
my $major = $version =~ /(\d+)/ ? $1 : '';
if (!-f "$include/postgres.h")
{
	($include) = grep { -f "$_/postgres.h" } map { "$_/$major/server" } $configure =~ m{--includedir=(/[^' ]+)}g;
}
plan skip_all => 'no server headers' unless $include;
system_or_bail($cc, '-shared', '-fPIC', '-O1', "-I$include", '-o', $module, $source);

my $node = new_node('main', settings => { 'secaudit.log' => 'all' });
$node->safe_psql('postgres', qq{
	CREATE FUNCTION fail_with_lock(fatal bool) RETURNS int LANGUAGE c IMMUTABLE STRICT AS '$module';
	CREATE FUNCTION swallows(n int) RETURNS int LANGUAGE plpgsql AS \$\$
		DECLARE r int;
		BEGIN
			FOR i IN 1..n LOOP
				BEGIN EXECUTE 'SELECT fail_with_lock(false)'; EXCEPTION WHEN OTHERS THEN r := i; END;
			END LOOP;
			RETURN r;
		END \$\$;
	CREATE TABLE t (a int); INSERT INTO t VALUES (1)});

# It is called when a plan is made, before there is a statement.
my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return records($node, pid => $c->pid, event => qr{^(?:statement|error|transaction)$}); }

query('BEGIN; DECLARE c CURSOR FOR SELECT a FROM t');
is($c->error_code(query('SELECT fail_with_lock(false)')), '38000', 'an error while a plan is made');
query('ROLLBACK');
my @got = got();
my ($at) = grep { $got[$_]{event} eq 'statement' && $got[$_]{outcome} eq 'failure' } 0 .. $#got;
ok(defined $at, 'it is recorded') or diag explain \@got;
is_record($got[$at], { outcome => 'failure', sqlstate => '38000', error => 'failed with a lock',
		query => 'SELECT fail_with_lock(false)', user => scalar getpwuid($<), level => undef },
	'with its text');
is_record($got[ $at + 1 ], { event => 'transaction', command => 'ROLLBACK' }, 'before the end of its transaction');
query('SELECT a FROM t');
is_record((grep { $_->{event} eq 'statement' } got())[-1], { query => 'SELECT a FROM t', level => undef, outcome => 'success' },
	'the session goes on');

# Inside of a function that goes on.
query('SELECT swallows(3)');
my @inner = grep { ($_->{sqlstate} // '') eq '38000' && ($_->{level} // 0) > 0 } got();
is(scalar(@inner), 3, 'three errors that a function swallows have three records');
is_deeply([ map { $_->{level} } @inner ], [ (1) x 3 ], 'inside of it');

# The process ends by it.
my $pid = $c->pid;
$c->query('SELECT fail_with_lock(true)');
$c->until_type('E');
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid") or die;
is_record((records($node, pid => $pid, event => 'session.end'))[0], { sqlstate => '38000' }, 'a FATAL error ends the session in the trail');

done_testing();
