# Single commands in secaudit.log, where a class is too coarse.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('commands', settings => { 'secaudit.log_superuser' => 'off' });
$node->safe_psql('postgres', q{
	CREATE ROLE app LOGIN;
	CREATE ROLE other;
	GRANT other TO app;
	CREATE TABLE t (a int);
	ALTER TABLE t OWNER TO app;
	CREATE TABLE u (a int);
	GRANT ALL ON u TO app;
	GRANT CREATE ON SCHEMA public TO app});

my @work = (
	'INSERT INTO t VALUES (1)', 'TRUNCATE t', 'COPY t TO STDOUT', 'SELECT a FROM t', 'SET ROLE other', 'RESET ROLE',
	'CREATE TABLE made (a int)', 'DROP TABLE made', q{SET work_mem = '5MB'}, 'TRUNCATE u, t');

# The commands that a list records, of all that the session sends.
sub recorded
{
	my ($list) = @_;
	$node->safe_psql('postgres', "ALTER ROLE app SET secaudit.log = '$list'");
	my $from = last_seq($node);
	$node->psql('postgres', join(';', @work), extra_params => [ '-U', 'app' ]);
	flush_trail($node);
	return join ' / ', map { $_->{query} }
	  grep { $_->{seq} > $from && $_->{event} eq 'statement' && $_->{user} eq 'app' } stored_records($node);
}

sub last_seq
{
	my ($node) = @_;
	flush_trail($node);
	return (stored_records($node))[-1]{seq};
}

is(recorded('none, truncate'), 'TRUNCATE t / TRUNCATE u, t', 'a command is recorded where no class is');
is(recorded('write, -truncate'), 'INSERT INTO t VALUES (1)', 'a command is left out of its class');
is(recorded('-truncate, write'), 'INSERT INTO t VALUES (1)', 'before or behind the class');
is(recorded('write, -truncate, TRUNCATE'), 'INSERT INTO t VALUES (1) / TRUNCATE t / TRUNCATE u, t', 'the last word on a command counts, in any case of letters');
is(recorded('set_role'), 'SET ROLE other / RESET ROLE', 'set_role is each change of the role');
is(recorded('role, -set_role, create_table'), 'CREATE TABLE made (a int)', 'so is what is left of class role without it');
is(recorded('misc_set'), q{SET work_mem = '5MB'}, 'a setting is no role');
is(recorded('set'), q{SET ROLE other / SET work_mem = '5MB'}, 'a tag is what the server calls it');
is(recorded('copy, drop_table'), 'COPY t TO STDOUT / DROP TABLE made', 'several');
is(recorded('none'), '', 'none is none');

# What is more than a class is recorded all the same.
$node->safe_psql('postgres', q{ALTER ROLE app SET secaudit.log = 'error, -select, -copy'});
my $from = last_seq($node);
$node->psql('postgres', 'SELECT 1/count(*) FROM t; SELECT a FROM t', extra_params => [ '-U', 'app' ], on_error_stop => 0);
flush_trail($node);
my @got = grep { $_->{seq} > $from && ($_->{user} // '') eq 'app' && $_->{event} eq 'statement' } stored_records($node);
is(join(' / ', map { "$_->{query} $_->{outcome}" } @got), 'SELECT 1/count(*) FROM t failure', 'a failure is of class error, whatever the command');

# What is no command.
foreach my $case (
	[ 'none, trunkate', 'trunkate', 'truncate' ],
	[ 'none, create_tabel', 'create_tabel', 'create_table' ],
	[ 'none, -set_rle', '-set_rle', 'set_role' ],
	[ 'none, raed', 'raed', 'read' ])
{
	my ($list, $word, $near) = @$case;
	like(
		($node->psql('postgres', "ALTER ROLE app SET secaudit.log = '$list'"))[2],
		qr/DETAIL:  Unrecognized class or command "\Q$word\E"\.\nHINT:  Perhaps you meant "$near"\./,
		"the nearest to $word is $near");
}
like(
	($node->psql('postgres', q{ALTER ROLE app SET secaudit.log = '-truncate'}))[2],
	qr/DETAIL:  The list names no class, so nothing would be recorded\./,
	'a list that only takes a command away records nothing, and has to say so');
done_testing();
