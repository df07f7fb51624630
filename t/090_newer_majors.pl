# What PostgreSQL 16 and later brought, and what an older server cannot do; a
# section is skipped below the major that its number says.  Options of a
# membership (16) are in t/034_roles_privileges.pl.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('newer');
my $fn = 'function pg_catalog';
my $file = $node->basedir . '/lines';
append_to_file($file, "1\nx\n3\ny\n");

# from(MAJOR, CASES): those of a server that is new enough.
sub from { my ($major, @cases) = @_; return server_major() >= $major ? @cases : (); }

statements_are(
	$node, {},
	['CREATE TABLE t (a int)'],
	[ 'CREATE ROLE alice' ],

	# Functions that act on the server.
	from(16,
		[ "SELECT length(pg_read_file('$file', false))",
			{ class => 'read', classes => [ 'read', 'function' ], privileged => 1, objects => [ "file $file select", "$fn.pg_read_file(pg_catalog.text,boolean) execute" ] },
			'16: pg_read_file(text, boolean) names its file' ],
		[ "SELECT length(pg_read_binary_file('$file', true))",
			{ classes => [ 'read', 'function' ], privileged => 1, objects => [ "file $file select", "$fn.pg_read_binary_file(pg_catalog.text,boolean) execute" ] },
			'16: pg_read_binary_file(text, boolean), too' ],
		[ 'SELECT pg_log_standby_snapshot()',
			{ classes => [ 'read', 'function' ], privileged => 1, objects => ["$fn.pg_log_standby_snapshot() execute"] },
			'16: pg_log_standby_snapshot() is named' ]),
	from(17,
		[ 'SELECT pg_sync_replication_slots()',
			{ outcome => 'failure', classes => [ 'read', 'function' ], privileged => 1, objects => ["$fn.pg_sync_replication_slots() execute"] },
			'17: pg_sync_replication_slots() is named' ]),
	from(18,
		[ q{SELECT pg_clear_relation_stats('public', 't')},
			{ classes => [ 'read', 'function' ], privileged => 1,
				objects => [ "$fn.pg_clear_relation_stats(pg_catalog.text,pg_catalog.text) execute", 'table public.t maintain' ] },
			'18: pg_clear_relation_stats() names the table' ],
		[ q{SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', 't', 'relpages', 3::integer)},
			{ classes => [ 'read', 'function' ], privileged => 1,
				objects => [ qq{$fn.pg_restore_relation_stats(pg_catalog."any") execute}, 'table public.t maintain' ] },
			'18: pg_restore_relation_stats() names the table' ],
		[ 'SELECT pg_stat_reset_backend_stats(pg_backend_pid())',
			{ classes => [ 'read', 'function' ], privileged => 1, objects => ["$fn.pg_stat_reset_backend_stats(integer) execute"] },
			'18: pg_stat_reset_backend_stats() is named' ],
		[ 'SELECT pg_numa_available()', { class => 'read', privileged => undef, objects => [] },
			'18: a harmless function that took the number of another one is not named' ]),

	# COPY that goes on after errors.
	from(17,
		[ "COPY t FROM '$file' (ON_ERROR ignore)",
			{ command => 'COPY', outcome => 'success', on_error => 'ignore', reject_limit => undef, rows => 2, rows_skipped => 2 },
			'17: COPY says that it skips rows, and how many it did' ]),
	from(18,
		[ "COPY t FROM '$file' (ON_ERROR ignore, REJECT_LIMIT 2)",
			{ outcome => 'success', on_error => 'ignore', reject_limit => 2, rows => 2, rows_skipped => 2 },
			'18: COPY says how many rows it may skip' ],
		[ "COPY t FROM '$file' (ON_ERROR ignore, REJECT_LIMIT 1)",
			{ outcome => 'failure', on_error => 'ignore', reject_limit => 1 },
			'18: one that had to skip more is a failure' ]),
	from(19,
		[ "COPY t FROM '$file' (ON_ERROR set_null)",
			{ outcome => 'success', on_error => 'set_null', rows => 4 },
			'19: COPY says that it puts nulls' ]),

	# Large objects have default privileges.
	from(18,
		[ 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO alice',
			{ class => 'role', outcome => 'success', object_type => 'large objects', privileges => ['select'], grantees => ['alice'] },
			'18: ALTER DEFAULT PRIVILEGES ON LARGE OBJECTS' ]),

	# A column that is computed when it is read.
	from(18,
		['CREATE TABLE v (a int, secret int, twice int GENERATED ALWAYS AS (secret * 2) VIRTUAL)'],
		['SELECT twice FROM v'],
		['SELECT a FROM v']),
);

SKIP:
{
	skip 'virtual columns came with 18', 2 if server_major() < 18;
	my $columns = sub { return one_record($node, query => $_[0])->{objects}[0]{columns} };
	is_deeply($columns->('SELECT twice FROM v'), [ 'secret', 'twice' ],
		'18: a virtual column names the columns that it is made of');
	is_deeply($columns->('SELECT a FROM v'), ['a'], '18: which other columns do not');
}

SKIP:
{
	skip 'REPACK came with 19', 2 if server_major() < 19;
	$node->safe_psql('postgres', 'ALTER ROLE alice LOGIN');
	statements_are(
		$node, { params => [ '-U', 'alice' ] },
		[ 'REPACK', { command => 'REPACK', outcome => 'partial', sqlstate => '01000' },
			'19: REPACK by a role that owns no table has left tables out' ]);
	statements_are(
		$node, {},
		[ 'REPACK t', { command => 'REPACK', outcome => 'success', objects => ['table public.t maintain'] },
			'19: REPACK of a table names it' ]);
}

done_testing();
