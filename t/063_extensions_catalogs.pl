# Extensions in one record, secrets in none, catalogs never silently written.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

my $node = new_node('catalogs');

sub has_extension
{
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_available_extensions WHERE name = '$_[0]'") eq '1';
}

SKIP:
{
	skip 'hstore and pg_stat_statements are not installed', 9
	  unless has_extension('hstore') && has_extension('pg_stat_statements');
	my $since = mark($node);
	statements_are(
		$node, {},
		[   q{CREATE EXTENSION hstore VERSION '1.4'},
			{   class => 'ddl',
				objects => ['extension hstore create'],
				old_version => undef,
				version => '1.4',
				objects_created => server_major() >= 17 ? 94 : 92 # array types are members, too
			},
			'63: CREATE EXTENSION: version, and how many objects' ],
		[   q{ALTER EXTENSION hstore UPDATE TO '1.5'},
			{   class => 'ddl',
				objects => ['extension hstore alter'],
				old_version => '1.4',
				version => '1.5',
				objects_created => undef
			},
			'63: ALTER EXTENSION UPDATE: from, to' ],
		['CREATE TABLE mine (a int)'],
		[   'ALTER EXTENSION hstore ADD TABLE mine',
			{ objects => [ 'extension hstore alter', 'table public.mine alter' ] },
			'63: ALTER EXTENSION ADD' ],
		['ALTER EXTENSION hstore DROP TABLE mine'],);
	is(scalar(records($node, since => $since, origin => 'extension')),
		0, '63: the steps of the script have no records of their own');

	$since = mark($node);
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
	my @steps = records($node, since => $since, origin => 'extension');
	ok(scalar(@steps) > 0, '63: but for what they do to rights');
	is_deeply([ grep { $_ ne 'role' } map { $_->{class} } @steps ],
		[], '63: and nothing else');

	$node->safe_psql('postgres', 'DROP EXTENSION hstore');
	my ($part) = records($node, since => $since, command => 'DROP EXTENSION', part => 1);
	is_deeply(
		[ @{ $part->{objects}[0] }{qw(type name root)} ],
		[ 'extension', 'hstore', JSON::PP::true() ],
		'63: DROP EXTENSION: the root first');
	my @parts = records($node, command => 'DROP EXTENSION', stmt => $part->{stmt}, session => $part->{session});
	my @names = map { "$_->{type} $_->{name}" } map { @{ $_->{objects} } } @parts;
	is(scalar(grep { $_ eq 'type public.hstore' } @names),
		1, '63: and everything that goes with it');
	ok(!grep({ $_ !~ / \S/ } @names), '63: even what can hardly be named any more');
}

# 64: secrets in options, subscriptions, roles, and in what repeats them.
$node->safe_psql('postgres', 'CREATE ROLE bob LOGIN');
my $since = mark($node);
my $secret = 'xyzzy-1234';
my @secret_statements = (
	qq{ALTER ROLE bob PASSWORD '$secret'},
	qq{CREATE ROLE eve ENCRYPTED PASSWORD '$secret'},
	qq{CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 password=$secret' PUBLICATION p WITH (connect = false)},
	qq{ALTER SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 password=$secret'},
	'ALTER SUBSCRIPTION s SET (slot_name = NONE)',
	'DROP SUBSCRIPTION s',
	'CREATE FOREIGN DATA WRAPPER w',
	qq{CREATE SERVER srv FOREIGN DATA WRAPPER w OPTIONS (host 'h', password '$secret')},
	qq{CREATE USER MAPPING FOR bob SERVER srv OPTIONS (user 'u', password '$secret')},
	qq{ALTER USER MAPPING FOR bob SERVER srv OPTIONS (SET password '$secret')},
	'DROP USER MAPPING FOR bob SERVER srv',
	qq{ALTER ROLE nobody PASSWORD '$secret'},
	qq{DO \$\$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''$secret'''; END \$\$},
	qq{SET app.secret = '$secret'},
	qq{ALTER ROLE bob SET app.password = '$secret'},
	qq{SELECT set_config('app.token', '$secret', false)},);
$node->psql('postgres', join('', map { "$_;\n" } @secret_statements), on_error_stop => 0);
my @with_secret = grep { JSON::PP->new->encode($_) =~ /\Q$secret\E/ } records($node, since => $since);
is_deeply([ map { $_->{query} } @with_secret ], [], '64: no secret in any record');
my %want = (
	'CREATE SUBSCRIPTION' => [ 'ddl', 'subscription s create' ],
	'ALTER SUBSCRIPTION' => [ 'ddl', 'subscription s alter' ],
	'CREATE SERVER' => [ 'ddl', 'server srv create' ],
	'CREATE USER MAPPING' => [ 'role', 'user mapping bob on server srv create' ],
	'ALTER USER MAPPING' => [ 'role', 'user mapping bob on server srv alter' ],
	'DROP USER MAPPING' => [ 'role', 'user mapping bob on server srv drop' ]);
foreach my $command (sort keys %want)
{
	my ($record) = records($node, since => $since, command => $command);
	is_record($record, { class => $want{$command}[0], objects => [ $want{$command}[1] ] },
		"64: $command is recorded");
}
is_deeply(
	[ map { $_->{outcome} } records($node, since => $since, command => 'ALTER ROLE', level => undef) ],
	[qw(success failure success)],
	'64: ALTER ROLE ... PASSWORD is recorded, refused or not');

# 68: catalogs, with the default log_catalog = off, by users of whom nothing
# else is wanted.
$node->safe_psql(
	'postgres', q{
	CREATE ROLE reader SUPERUSER LOGIN;
	CREATE TABLE t (a int);
	ALTER ROLE reader SET secaudit.log = 'ddl';
	ALTER ROLE reader SET secaudit.log_superuser = off});
$since = mark($node);
$node->safe_psql(
	'postgres', q{
	SELECT count(*) FROM pg_class;
	SELECT rolname FROM pg_authid;
	SELECT rolpassword FROM pg_authid WHERE false;
	SELECT count(*) FROM pg_shadow WHERE passwd IS NULL;
	SELECT umoptions FROM pg_user_mapping;
	SELECT subconninfo FROM pg_subscription;
	SELECT stavalues1 FROM pg_statistic WHERE false;
	SELECT stxdmcv FROM pg_statistic_ext_data WHERE false;
	SELECT most_common_vals FROM pg_stats_ext WHERE false;
	SELECT a FROM pg_authid a WHERE false;
	TABLE t;
	UPDATE pg_class SET relname = relname WHERE relname = 't';
	DELETE FROM pg_description WHERE false;
	COPY (SELECT rolpassword FROM pg_authid WHERE false) TO STDOUT;
}, extra_params => [ '-U', 'reader' ]);
is_deeply(
	[ map { $_->{query} } records($node, since => $since, event => 'statement') ],
	[   'SELECT rolpassword FROM pg_authid WHERE false',
		'SELECT count(*) FROM pg_shadow WHERE passwd IS NULL',
		'SELECT umoptions FROM pg_user_mapping',
		'SELECT subconninfo FROM pg_subscription',
		'SELECT stavalues1 FROM pg_statistic WHERE false',
		'SELECT stxdmcv FROM pg_statistic_ext_data WHERE false',
		'SELECT most_common_vals FROM pg_stats_ext WHERE false',
		'SELECT a FROM pg_authid a WHERE false',
		q{UPDATE pg_class SET relname = relname WHERE relname = 't'},
		'DELETE FROM pg_description WHERE false',
		'COPY (SELECT rolpassword FROM pg_authid WHERE false) TO STDOUT'
	],
	'68: credentials read and catalogs written are recorded whatever the classes say');
is_record(
	one_record($node, since => $since, query => qr/^UPDATE pg_class/),
	{   class => 'write',
		classes => [ 'write', 'read' ],
		rows => 1,
		objects => ['table pg_catalog.pg_class select,update']
	},
	'68: a catalog written by hand is a write');
is_deeply(
	one_record($node, since => $since, query => qr/^SELECT rolpassword/)->{objects}[0]{columns},
	['rolpassword'], '68: with the column that was read');

# What leaves the database is no look at a catalog, whatever is in it.
my $file = $node->basedir . '/out';
$node->safe_psql('postgres', "ALTER ROLE reader SET secaudit.log = 'read'");
$since = mark($node);
$node->safe_psql('postgres', qq{
	COPY pg_am TO '$file';
	COPY (SELECT relname FROM pg_class) TO PROGRAM 'cat > $file';
	DO \$\$BEGIN COPY pg_am TO PROGRAM 'cat > $file'; END\$\$;
	COPY pg_am TO STDOUT;
	SELECT lo_from_bytea(777, 'text');
	SELECT data FROM pg_largeobject WHERE loid = 777;
	SELECT relname FROM pg_class WHERE relname = 't' FOR UPDATE;
	SELECT query_to_xml('TABLE t', true, true, '') FROM pg_class LIMIT 1;
}, extra_params => [ '-U', 'reader' ]);
my @got = records($node, since => $since, event => 'statement', class => qr/read|misc/);
is_deeply([ map { join ' ', $_->{command}, map { "$_->{type}" } grep { $_->{type} =~ /^(?:file|program)$/ } @{ $_->{objects} // [] } } @got ],
	[ 'COPY file', 'COPY program', 'COPY program', 'SELECT', 'SELECT FOR UPDATE', 'SELECT', 'SELECT' ],
	'68: a catalog that goes to a file or program, large objects and locks are recorded')
  or diag(join "\n", map { $_->{query} } @got);
is_record($got[0], { class => 'read', privileged => 1, objects => [ "file $file copy_to", 'table pg_catalog.pg_am select' ] },
	'68: with the file');
is($got[-2]{parent}, $got[-1]{stmt}, '68: a look at a catalog that has a recorded statement in it is recorded, too');

$node->stop;
done_testing();
