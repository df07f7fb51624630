# Transactions: what became of them, and which statements they held, so that a
# reader can drop what was rolled back.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main',
	conf => "max_prepared_transactions = 4\n");
$node->safe_psql('postgres', 'CREATE TABLE t (a int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)');

# Run statements one by one in a session of their own; its records.
sub run
{
	my $c = SecauditProto->connect($node);
	foreach (@_) { $c->query($_); $c->until_ready; }
	$c->terminate;
	return records($node, pid => $c->pid);
}

sub statements { return grep { $_->{event} =~ /^(?:statement|error)$/ } @_; }
sub transactions { return grep { $_->{event} eq 'transaction' } @_; }

# What a reader would keep: statements outside of every range rolled back.
sub kept
{
	my @gone = grep { $_->{command} eq 'ROLLBACK' } transactions(@_);
	return map { $_->{query} } grep {
		my $s = $_;
		$s->{class} eq 'write'
		  && !grep { $_->{first_stmt} <= $s->{stmt} && $s->{stmt} <= $_->{last_stmt} } @gone
	} statements(@_);
}

my @got = run('INSERT INTO t VALUES (1)');
is_record((transactions(@got))[0],
	{
		event => 'transaction', class => 'transaction', command => 'COMMIT',
		outcome => 'success', statements => 1, first_stmt => 1, last_stmt => 1,
		subtransaction => undef, gid => undef
	},
	'an implicit transaction leaves its end');
is((transactions(@got))[0]{xid}, (statements(@got))[0]{xid}, 'with the xid of its statement');
like((statements(@got))[0]{xid}, qr/^\d+$/, 'which has one since it wrote');

@got = run('SELECT 1');
is_record((transactions(@got))[0],
	{ command => 'COMMIT', outcome => 'success', statements => 1, xid => undef },
	'a transaction that only reads has no xid');

@got = run('BEGIN', 'INSERT INTO t VALUES (2)', 'COMMIT');
is_deeply([ map { $_->{command} } statements(@got) ], [qw(BEGIN INSERT COMMIT)], 'a block: its statements');
is_record((transactions(@got))[0],
	{ command => 'COMMIT', outcome => 'success', statements => 3, first_stmt => 1, last_stmt => 3 },
	'a block: one end for all of them');
is(scalar(transactions(@got)), 1, 'and no other');

@got = run('BEGIN', 'INSERT INTO t VALUES (3)', 'ROLLBACK', 'INSERT INTO t VALUES (4)');
is_record((transactions(@got))[0],
	{ command => 'ROLLBACK', outcome => 'success', sqlstate => undef, statements => 3, first_stmt => 1, last_stmt => 3 },
	'ROLLBACK is no failure, and names what it undid');
is_deeply([ kept(@got) ], ['INSERT INTO t VALUES (4)'], 'a reader can drop what was rolled back');

@got = run('BEGIN', 'INSERT INTO t VALUES (5)', 'INSERT INTO t VALUES (1/0)', 'SELECT 1', 'ROLLBACK',
	'INSERT INTO t VALUES (6)');
is_record((transactions(@got))[0],
	{ command => 'ROLLBACK', outcome => 'failure', sqlstate => '22012', error => 'division by zero', first_stmt => 1, last_stmt => 3 },
	'a failed transaction ends where it failed');
is_record((transactions(@got))[1],
	{ command => 'COMMIT', outcome => 'success', statements => 1, first_stmt => 6, last_stmt => 6 },
	'the one after it begins after its ROLLBACK');
is_deeply([ kept(@got) ], ['INSERT INTO t VALUES (6)'], 'a reader can drop what failed');

# 69
@got = run('BEGIN', 'INSERT INTO t VALUES (10)', 'SAVEPOINT s', 'INSERT INTO t VALUES (11)',
	'ROLLBACK TO s', 'INSERT INTO t VALUES (12)', 'RELEASE s', 'COMMIT');
is_record((grep { ($_->{query} // '') eq 'ROLLBACK TO s' } @got)[0],
	{ class => 'misc', command => 'ROLLBACK', outcome => 'success', savepoint => 's' },
	'69: ROLLBACK TO names its savepoint');
is_deeply([ map { $_->{savepoint} // '-' } statements(@got) ], [qw(- - s - s - s -)],
	'69: SAVEPOINT and RELEASE as well');
is_record((transactions(@got))[0],
	{
		command => 'ROLLBACK', outcome => 'success', subtransaction => JSON::PP::true,
		statements => 2, first_stmt => 4, last_stmt => 5
	},
	'69: it leaves the range of statements that it undid');
is_record((transactions(@got))[1],
	{ command => 'COMMIT', subtransaction => undef, statements => 8, first_stmt => 1, last_stmt => 8 },
	'69: and the transaction goes on to its commit');
is_deeply([ kept(@got) ], [ 'INSERT INTO t VALUES (10)', 'INSERT INTO t VALUES (12)' ],
	'69: a reader can drop what a savepoint undid');

@got = run('BEGIN', 'SAVEPOINT a', 'INSERT INTO t VALUES (20)', 'SAVEPOINT b', 'INSERT INTO t VALUES (21/0)',
	'SELECT 1', 'ROLLBACK TO b', 'INSERT INTO t VALUES (22)', 'ROLLBACK');
is_record((transactions(@got))[0],
	{ command => 'ROLLBACK', outcome => 'failure', sqlstate => '22012', subtransaction => JSON::PP::true, first_stmt => 5, last_stmt => 5 },
	'69: an error ends the innermost subtransaction only');
is_deeply([ kept(@got) ], [], '69: the rest goes with the ROLLBACK');
is_record((transactions(@got))[-1],
	{ command => 'ROLLBACK', outcome => 'success', subtransaction => undef, first_stmt => 1, last_stmt => 9 },
	'69: which is no failure');

@got = run(q{DO $$ BEGIN INSERT INTO t VALUES (30);
	BEGIN INSERT INTO t VALUES (31); PERFORM 1/0; EXCEPTION WHEN division_by_zero THEN NULL; END;
	INSERT INTO t VALUES (32); END $$});
is_deeply([ kept(@got) ], [ 'INSERT INTO t VALUES (30)', 'INSERT INTO t VALUES (32)' ],
	'69: what an EXCEPTION block undid is marked in the same way');
is_record((transactions(@got))[0], { outcome => 'failure', sqlstate => '22012', subtransaction => JSON::PP::true },
	'69: as the failure that it was');

# 70
@got = run('BEGIN', 'INSERT INTO t VALUES (40)', q{PREPARE TRANSACTION 'gid ü'});
is_record((statements(@got))[2],
	{ command => 'PREPARE TRANSACTION', outcome => 'success', gid => "gid \x{fc}" },
	'70: PREPARE TRANSACTION names its gid');
is_record((transactions(@got))[0],
	{ command => 'PREPARE TRANSACTION', outcome => 'success', gid => "gid \x{fc}", statements => 3, first_stmt => 1 },
	'70: and is the end of the transaction, so far');
like((transactions(@got))[0]{xid}, qr/^\d+$/, '70: with its xid');
@got = run('BEGIN', 'INSERT INTO t VALUES (41)', q{PREPARE TRANSACTION 'password=hush'}, q{ROLLBACK PREPARED 'password=hush'});
is_record((transactions(@got))[0],
	{ command => 'PREPARE TRANSACTION', gid => 'password=<redacted>', redacted => ['secret'] },
	'70: a record of its end says what is hidden in its gid');
@got = run(q{COMMIT PREPARED 'gid ü'});
is_record((statements(@got))[0],
	{ command => 'COMMIT PREPARED', outcome => 'success', gid => "gid \x{fc}", class => 'misc' },
	'70: COMMIT PREPARED of another session names the same gid');
is_record((transactions(@got))[0],
	{ command => 'COMMIT', outcome => 'success', gid => undef, statements => 1, first_stmt => 1, last_stmt => 1 },
	'70: the transaction that it runs in is one of its own');
@got = run('BEGIN', 'INSERT INTO t VALUES (41)', q{PREPARE TRANSACTION 'g2'}, q{ROLLBACK PREPARED 'g2'});
is_record((statements(@got))[3], { command => 'ROLLBACK PREPARED', outcome => 'success', gid => 'g2' },
	'70: so does ROLLBACK PREPARED');
is_record((transactions(@got))[-1],
	{ command => 'COMMIT', outcome => 'success', gid => undef, statements => 1, first_stmt => 4, last_stmt => 4 },
	'70: and it, too, commits a transaction of its own');
@got = run('BEGIN', 'CREATE TEMP TABLE x ()', q{PREPARE TRANSACTION 'g3'});
is_record((statements(@got))[2],
	{ command => 'PREPARE TRANSACTION', outcome => 'failure', sqlstate => '0A000', gid => 'g3' },
	'70: a PREPARE TRANSACTION that fails at the end is a failure');

# COMMIT waits for the outcome.
@got = run('BEGIN', 'INSERT INTO t VALUES (1)', 'COMMIT');
is_record((statements(@got))[2],
	{ command => 'COMMIT', outcome => 'failure', sqlstate => '23505' },
	'11: a COMMIT that a deferred constraint refuses has failed');
is_record((transactions(@got))[0],
	{ command => 'ROLLBACK', outcome => 'failure', sqlstate => '23505', first_stmt => 1, last_stmt => 3 },
	'11: and its transaction was rolled back');
is(scalar(statements(@got)), 3, '11: with no other record of the error');
@got = run('INSERT INTO t VALUES (1)');
is_record((statements(@got))[1],
	{ event => 'error', sqlstate => '23505', query => 'INSERT INTO t VALUES (1)' },
	'11: without a COMMIT, the error at the implicit one has a record');
is_record((transactions(@got))[0], { command => 'ROLLBACK', outcome => 'failure', sqlstate => '23505', first_stmt => 1 },
	'11: and the INSERT, recorded when it ended, is in the range that was rolled back');
@got = run('BEGIN', 'SELECT 1/0', 'COMMIT', 'INSERT INTO t VALUES (50)');
is_record((statements(@got))[2],
	{ command => 'COMMIT', outcome => 'failure', sqlstate => '25P02', error => undef },
	'COMMIT of a failed block, which the server answers with ROLLBACK, has failed');
is_record((transactions(@got))[1], { command => 'COMMIT', first_stmt => 4, statements => 1 },
	'and belongs to no later transaction');
@got = run('BEGIN', 'SAVEPOINT s', 'SELECT 1/0', 'COMMIT');
is_record((statements(@got))[3], { command => 'COMMIT', outcome => 'failure', sqlstate => '25P02' },
	'COMMIT in a failed subtransaction, too');
is_record((transactions(@got))[1], { command => 'ROLLBACK', subtransaction => undef, first_stmt => 1 },
	'and the whole transaction is rolled back');
@got = run('BEGIN', 'COMMIT AND CHAIN', 'INSERT INTO t VALUES (51)', 'COMMIT');
is_deeply([ map { "$_->{command} $_->{outcome}" } statements(@got) ],
	[ 'BEGIN success', 'COMMIT success', 'INSERT success', 'COMMIT success' ], 'COMMIT AND CHAIN');
is_deeply([ map { "$_->{first_stmt}-$_->{last_stmt}" } transactions(@got) ], [qw(1-2 3-4)],
	'is the end of one transaction and the beginning of the next');

# 26
$node->safe_psql('postgres', q{CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN
	INSERT INTO t VALUES (60); COMMIT; INSERT INTO t VALUES (61); ROLLBACK; INSERT INTO t VALUES (62); END $$});
@got = run('CALL p()');
is_deeply([ map { "$_->{command} $_->{outcome}" } transactions(@got) ],
	[ 'COMMIT success', 'ROLLBACK success', 'COMMIT success' ], '26: a procedure that ends transactions: each end');
is_deeply([ kept(@got) ], [ 'INSERT INTO t VALUES (60)', 'INSERT INTO t VALUES (62)' ],
	'26: a reader can drop what it rolled back');

# A session that ends with an open transaction.
my $mark = mark($node);
my $c = SecauditProto->connect($node);
$c->query('BEGIN; INSERT INTO t VALUES (70)');
$c->until_ready;
$c->terminate;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE state LIKE 'idle in%'");
@got = records($node, since => $mark, event => 'transaction', first_stmt => 1, statements => 2);
is_record($got[0], { command => 'ROLLBACK', outcome => 'success', first_stmt => 1, last_stmt => 2 },
	'a transaction that is open when the session ends is rolled back');

# Only where it is asked for.
$node->safe_psql('postgres', q{ALTER SYSTEM SET secaudit.log = 'write, transaction'; SELECT pg_reload_conf()});
$node->poll_query_until('postgres', q{SELECT current_setting('secaudit.log') = 'write, transaction'});
$node->safe_psql('postgres', q{CREATE ROLE plain LOGIN; GRANT ALL ON t TO plain});
$mark = mark($node);
$node->safe_psql('postgres', 'BEGIN; SELECT 1; SELECT 2; COMMIT; BEGIN; SELECT 1; INSERT INTO t VALUES (80); COMMIT',
	extra_params => [ '-U', 'plain' ]);
@got = records($node, since => $mark, user => 'plain');
is_deeply([ map { "$_->{event} " . ($_->{command} // '') } @got ], [ 'statement INSERT', 'transaction COMMIT' ],
	'a transaction without a recorded statement leaves nothing');
is_record($got[1], { statements => 1, first_stmt => 5, last_stmt => 8 }, 'statements counts those that were recorded');

done_testing;
