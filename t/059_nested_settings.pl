# set_config() calls inside of one another, and several of them in one
# statement: every change of a setting that concerns auditing is an event.
use strict;
use warnings;

use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all' }, conf => "log_statement = none\n");
$node->safe_psql('postgres', q{
	CREATE TABLE s (n text, v text); INSERT INTO s VALUES ('log_duration', 'on');
	CREATE TABLE s2 (n text, v text);
	CREATE FUNCTION f(n text, v text) RETURNS text LANGUAGE plpgsql AS $$
		BEGIN RETURN set_config(n, v, false); END $$;
	CREATE FUNCTION g(n text, v text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE r text;
		BEGIN SELECT set_config(x.n, x.v, false) INTO r FROM (VALUES (g.n, g.v)) x(n, v) WHERE random() >= 0; RETURN r; END $$;
	CREATE FUNCTION there_and_back() RETURNS void LANGUAGE plpgsql AS $$
		DECLARE r text;
		BEGIN
			r := set_config('log_duration', 'on', false);
			r := set_config('log_duration', 'off', false);
		END $$});

# The settings that the events of one session name, with what became of them.
sub changes
{
	my ($sql) = @_;
	my $since = mark($node);
	$node->safe_psql('postgres', $sql);
	return [ map { "$_->{setting}: $_->{old_value} $_->{new_value}" }
		  records($node, since => $since, event => 'config') ];
}

is_deeply([ sort @{ changes(q{SELECT set_config(n, v, false) FROM s}) } ], ['log_duration: off on'], 'one call');
is_deeply([ sort @{ changes(q{SELECT set_config(n, v, false), f('log_statement', 'ddl') FROM s}) } ],
	[ 'log_duration: off on', 'log_statement: none ddl' ],
	'a function that is called after it calls set_config(), too');
is_deeply([ sort @{ changes(q{SELECT set_config(n, v, false), g('log_statement', 'ddl') FROM s}) } ],
	[ 'log_duration: off on', 'log_statement: none ddl' ],
	'the same by a statement of its own');
is_deeply([ sort @{ changes(q{SELECT g('log_statement', 'ddl'), set_config(n, v, false) FROM s}) } ],
	[ 'log_duration: off on', 'log_statement: none ddl' ],
	'the function is called before it');
is_deeply(changes('SELECT there_and_back()'), [ 'log_duration: off on', 'log_duration: on off' ],
	'two changes that leave nothing different');
is_deeply([ sort @{ changes(q{SET log_duration = on; DO $$ BEGIN PERFORM f('log_statement', 'mod'); END $$; RESET ALL}) } ],
	[ 'log_duration: on off', 'log_statement: mod none', 'log_statement: none mod' ],
	'RESET ALL after it');

done_testing();
