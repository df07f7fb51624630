# CREATE and ALTER PUBLICATION name what leaves the database by them, with its labels.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('publications', settings => { 'wal_level' => 'logical' });
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION secaudit;
CREATE ROLE bob LOGIN;
GRANT CREATE ON DATABASE postgres TO bob;
CREATE TABLE card (id int PRIMARY KEY, pan text, note text);
CREATE TABLE plain (id int PRIMARY KEY);
CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE child PARTITION OF parent FOR VALUES FROM (0) TO (10);
CREATE SCHEMA sx;
CREATE TABLE sx.secret (id int PRIMARY KEY);
CREATE TABLE sx.open (id int PRIMARY KEY);
CREATE UNLOGGED TABLE sx.unlogged (id int PRIMARY KEY);
CREATE MATERIALIZED VIEW sx.copied AS SELECT 1;
SECURITY LABEL FOR secaudit ON TABLE card IS 'cards';
SECURITY LABEL FOR secaudit ON COLUMN card.pan IS 'pan';
SECURITY LABEL FOR secaudit ON TABLE child IS 'partition';
SECURITY LABEL FOR secaudit ON TABLE sx.secret IS 'secret';
SECURITY LABEL FOR secaudit ON TABLE sx.unlogged IS 'unlogged';
SECURITY LABEL FOR secaudit ON MATERIALIZED VIEW sx.copied IS 'copied';
SQL
my %created = (command => 'CREATE PUBLICATION', class => 'ddl', outcome => 'success');
my %altered = (command => 'ALTER PUBLICATION', class => 'ddl', outcome => 'success');

sub in { my ($table, $publication, $access) = @_; return "publication relation public.$table in publication $publication $access"; }

statements_are(
	$node, {},
	[ 'CREATE PUBLICATION p FOR TABLE plain',
		{ %created, tags => undef, objects => [ 'publication p create', 'table public.plain alter' ] },
		'the table is named' ],
	[ 'ALTER PUBLICATION p ADD TABLE card',
		{ %altered, tags => [ 'cards', 'pan' ], marks => ['public.card cards,pan'],
			objects => [ 'publication p alter', in('card', 'p', 'create'), 'table public.card alter' ] },
		'with its labels and those of its columns' ],
	[ 'ALTER PUBLICATION p SET TABLE card (id, note)', { %altered, tags => ['cards'] }, 'of columns, those that are published' ],
	[ 'ALTER PUBLICATION p SET TABLE card (id, pan)', { %altered, tags => [ 'cards', 'pan' ] }, 'a column with a label' ],
	[ 'ALTER PUBLICATION p DROP TABLE card',
		{ %altered, tags => [ 'cards', 'pan' ], objects => [ 'publication p alter', in('card', 'p', 'drop'), 'table public.card alter' ] },
		'what is no longer published, too' ],
	[ 'ALTER PUBLICATION p ADD TABLE parent', { %altered, tags => ['partition'], marks => ['public.child partition'] }, 'a partition with labels beside its parent' ],
	[ 'CREATE PUBLICATION q FOR TABLES IN SCHEMA sx',
		{ %created, tags => ['secret'], marks => ['sx.secret secret'],
			objects => [ 'publication q create', 'schema sx alter', 'table sx.secret alter' ] },
		'a schema is named, and of its tables those that have labels and are published' ],
	[ 'CREATE PUBLICATION r FOR TABLES IN SCHEMA sx, TABLE card', { %created, tags => [ 'cards', 'pan', 'secret' ] }, 'both' ],
	[ 'CREATE PUBLICATION c FOR TABLES IN SCHEMA CURRENT_SCHEMA', { %created, tags => [ 'cards', 'pan', 'partition' ] }, 'the current schema' ],
	[ 'CREATE PUBLICATION a FOR ALL TABLES', { %created, tags => [ 'cards', 'pan', 'partition', 'secret' ], marks => [ 'public.card cards,pan', 'public.child partition', 'sx.secret secret' ] },
		'all tables' ],
	[ 'ALTER PUBLICATION p SET (publish = $$insert$$)', { %altered, tags => undef, objects => ['publication p alter'] }, 'an option names none' ]);

my ($columns) = grep { $_ } map { $_->{columns} } map { @{ $_->{objects} } } grep { ($_->{query} // q{}) eq 'ALTER PUBLICATION p SET TABLE card (id, note)' } records($node);
is_deeply($columns, [ 'id', 'note' ], 'of columns, they are named');

# What is refused reaches no hook.
statements_are(
	$node, { params => [ '-U', 'bob' ] },
	[ 'CREATE PUBLICATION b FOR TABLE card',
		{ command => 'CREATE PUBLICATION', outcome => 'failure', sqlstate => '42501', tags => [ 'cards', 'pan' ], objects => [ 'publication b create', 'table public.card alter' ] },
		'refused: the table' ],
	[ 'CREATE PUBLICATION b FOR TABLES IN SCHEMA sx', { outcome => 'failure', sqlstate => '42501', tags => ['secret'] }, 'refused: the schema' ],
	[ 'CREATE PUBLICATION b FOR TABLE nothing, card',
		{ outcome => 'failure', sqlstate => '42P01', objects => [ 'publication b create', 'table nothing alter', 'table public.card alter' ] },
		'what is not there is named as it was written' ],
	[ 'CREATE PUBLICATION b FOR TABLES IN SCHEMA nowhere', { outcome => 'failure', objects => [ 'publication b create', 'schema nowhere alter' ] }, 'a schema, too' ],
	[ 'CREATE PUBLICATION b FOR TABLE card (nothing)', { outcome => 'failure', tags => ['cards'] }, 'a column that is not there' ]);

# With nothing else recorded, a label is enough.
$node->append_conf('postgresql.conf', "secaudit.log = 'none'\nsecaudit.log_superuser = off");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('secaudit.log') = 'none' AND current_setting('secaudit.log_superuser') = 'off'");
my $since = mark($node);
$node->safe_psql('postgres', 'CREATE PUBLICATION silent FOR TABLE plain; CREATE PUBLICATION loud FOR TABLE card');
is(join(q{|}, map { $_->{query} } grep { ($_->{command} // q{}) =~ /PUBLICATION/ } records($node, since => $since)),
	'CREATE PUBLICATION loud FOR TABLE card', 'secaudit.log = none: publishing what has a label is recorded');

done_testing();
