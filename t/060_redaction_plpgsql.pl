# What PL/pgSQL runs for a variable with the name of a secret: INTO and the names
# of a cursor's arguments are in no text that it runs.  Whatever is secret below
# contains the letters "hush".
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $key_file = input_file(('00' x 32) . "\n");
my $node = new_node('main',
	settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.token_key_command' => "cat $key_file" });
$node->safe_psql('postgres', 'CREATE TABLE users (name text, password text)');

my $c = SecauditProto->connect($node);
sub query { $c->query($_[0]); return $c->until_ready; }
sub got { return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid); }

my $n = 0;

# what a function of this body runs, as the trail has it
sub runs
{
	my ($declare, $body, @expected) = @_;
	my $before = () = got();
	my $f = 'f' . $n++;

	query("CREATE FUNCTION $f() RETURNS void LANGUAGE plpgsql AS \$\$DECLARE $declare BEGIN $body END\$\$");
	query("SELECT $f()");
	my @new = got();
	splice @new, 0, $before;
	is_deeply([ map { $_->{query} } grep { $_->{level} } @new ], \@expected, $body)
		or diag explain \@new;
	return @new;
}

my ($into) = grep { $_->{level} } runs('v_password text;', q{SELECT 'hush' INTO v_password;}, q{SELECT '<redacted>'});
is_deeply($into->{redacted}, ['secret'], 'which says that it is a secret');
runs('v_name text; v_token text;', q{SELECT 'bob', 'hush' INTO STRICT v_name, v_token;}, q{SELECT '<redacted>', '<redacted>'});
runs('v_name text;', q{SELECT 'bob' INTO v_name;}, q{SELECT 'bob'});
runs('r users;', q{SELECT 'bob', 'hush' INTO r;}, q{SELECT '<redacted>', '<redacted>'});
runs('r record;', q{SELECT 'bob', 7 INTO r;}, q{SELECT 'bob', 7});
runs('r users;', q{SELECT 'hush' INTO r.password;}, q{SELECT '<redacted>'});
runs('v_password text;', q{EXECUTE 'SELECT ''hush''' INTO v_password;}, q{SELECT '<redacted>'});
runs('v_password text;', q{INSERT INTO users VALUES ('bob') RETURNING name || 'hush' INTO v_password;},
	q{INSERT INTO users VALUES ('<redacted>') RETURNING name || '<redacted>'});
runs('r users;', q{FOR r IN SELECT 'bob', 'hush' LOOP PERFORM 1 FROM users WHERE name = 'a'; END LOOP;},
	q{SELECT 1 FROM users WHERE name = 'a'}, q{SELECT '<redacted>', '<redacted>'});
runs(q{v_password text := (SELECT 'hush'); v_name text := (SELECT 'bob');}, 'NULL;', q{(SELECT '<redacted>')}, q{(SELECT 'bob')});
runs('v_password text;', q{v_password := (SELECT 'hush');}, q{v_password := (SELECT '<redacted>')});

# the arguments of a cursor, and not its query
my $cursor = q{c CURSOR (n text, p_password text) FOR SELECT 1 FROM users WHERE name = 'a' AND password = p_password};
runs("$cursor;", q{OPEN c('bob', 'hush');}, q{'<redacted>', '<redacted>'},
	q{SELECT 1 FROM users WHERE name = 'a' AND password = p_password});
runs("$cursor;", q{FOR r IN c('bob', 'hush') LOOP END LOOP;}, q{'<redacted>', '<redacted>'},
	q{SELECT 1 FROM users WHERE name = 'a' AND password = p_password});
runs(q{c CURSOR (n text) FOR SELECT 1 FROM users WHERE name = n;}, q{OPEN c('bob');}, q{'bob'},
	q{SELECT 1 FROM users WHERE name = n});

# a trigger's function, and a block in DO
query(q{CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE v_password text; BEGIN SELECT 'hush' INTO v_password; RETURN NEW; END$$});
query('CREATE TABLE note (a int); CREATE TRIGGER t BEFORE INSERT ON note FOR EACH ROW EXECUTE FUNCTION t()');
query('INSERT INTO note VALUES (1)');
is_record((grep { ($_->{origin} // '') eq 'trigger' } got())[-1], { query => q{SELECT '<redacted>'}, redacted => ['secret'] }, 'of a trigger');
query(q{DO $$DECLARE v_password text; BEGIN SELECT 'hush' INTO v_password; END$$});
is_record((got())[-2], { level => 1, query => q{SELECT '<redacted>'} }, 'of a DO');

# errors: while it is analyzed, while it runs, and of the assignment
for (
	[ 'v_token int;', q{SELECT 'hush'::int INTO v_token;} ],
	[ 'v_token int;', q{SELECT name::int FROM (VALUES ('hush')) v(name) INTO v_token;} ],
	[ 'v_token int;', q{SELECT 'hush' INTO v_token;} ],
	[ 'v_token int;', q{v_token := 'hush';} ])
{
	my ($declare, $body) = @$_;
	my $f = 'f' . $n++;

	query("CREATE FUNCTION $f() RETURNS void LANGUAGE plpgsql AS \$\$DECLARE $declare BEGIN $body END\$\$");
	my $before = () = got();
	query("SELECT $f()");
	my @new = got();
	splice @new, 0, $before;
	my @errors = grep { defined } map { $_->{error} } @new;
	is_deeply([ grep { !/^invalid input syntax for type integer: "<redacted>"$/ } @errors ], [], "the error of $body");
	cmp_ok(scalar @errors, '>', 0, 'which there is');
	unlike(join("\n", map { $_->{query} } @new), qr/hush/, 'and its text');
}

query('SET secaudit.redact = none');
runs('v_password text;', q{SELECT 'shown' INTO v_password;}, q{SELECT 'shown'});
query('SET secaudit.redact = literals');
runs('v_password text;', q{SELECT 'hush' INTO v_password;}, q{SELECT '?'});
query('SET secaudit.redact = tokens');
runs('v_password text;', q{SELECT 'hush' INTO v_password;}, q{SELECT '<redacted>'});

$c->terminate;
check_trail($node, 'the trail is sound');
$node->stop;
done_testing();
