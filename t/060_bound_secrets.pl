# A bound parameter in the place of a secret is hidden, whatever the query has
# in its comments, names and literals before it.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all', 'secaudit.lock' => 'off', 'secaudit.log_parameters' => 'on' });
$node->safe_psql('postgres', q{CREATE TABLE users (name text, password text, "it's" text, n int)});

my $c = SecauditProto->connect($node);

# the parameters of the record, as they are shown
sub shown
{
	my ($sql, @values) = @_;
	$c->parse('', $sql);
	$c->bind('', '', [@values]);
	$c->execute('');
	$c->sync;
	$c->until_ready;
	my ($record) = reverse grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
	is($record->{outcome}, 'success', "it ran: $sql");
	return [ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ $record->{params} } ];
}

for my $before (q{/* don't */}, q{/* a /* don't */ b */}, qq{-- it's\n}, q{/* '$1' */})
{
	is_deeply(shown("$before UPDATE users SET password = \$1 WHERE name = \$2", 'hush', 'bob'), [ 'hidden', 'bob' ], "behind $before");
}
for my $value (q{E'it\'s'}, q{$q$it's$q$}, q{$$it's$$}, q{"it's"}, q{U&'it''s'}, q{'$2'}, q{E'\\\\'}, q{'a' -- it's}, q{B'1'::text /* ' */})
{
	is_deeply(shown("UPDATE users SET name = $value\n, password = \$2 WHERE name = \$1", 'bob', 'hush'), [ 'bob', 'hidden' ], "behind $value");
}
is_deeply(shown(q{UPDATE users SET name = $1, password = $1 WHERE name = $2}, 'hush', 'bob'), [ 'hidden', 'bob' ],
	'in two places, one of them that of a secret');
is_deeply(shown(q{SELECT $1 = password, $2::text FROM users}, 'hush', 'bob'), [ 'hidden', 'bob' ], 'in front of the name');
is_deeply(shown(q{INSERT INTO users (name, "password", n) VALUES ($1, $2, $3)}, 'bob', 'hush', '7'), [ 'bob', 'hidden', '7' ],
	'by its column');
is_deeply(shown(q{/* don't */ UPDATE users SET password = 'hush' WHERE name = $1}, 'bob'), ['hidden'],
	'all of them, where the query has a secret of its own');
is_deeply(shown(q{/* password */ SELECT $1::text}, 'bob'), ['bob'], 'a word alone hides nothing');
is_deeply(shown(q{SELECT n FROM users WHERE password IS NULL AND name = $1}, 'bob'), ['bob'], 'another place');

# named by another parameter
is_deeply(shown(q{SELECT set_config($1, $2, false)}, 'app.api_key', 'hush'), [ 'app.api_key', 'hidden' ], 'set_config() of a secret setting');
is_deeply(shown(q{SELECT set_config($1, $2, false)}, 'work_mem', '4MB'), [ 'work_mem', '4MB' ], 'set_config() of another');
is_deeply(shown(q{SELECT jsonb_build_object($1::text, $2::text, $3::text, $4::text)}, 'user', 'bob', 'password', 'hush'),
	[ 'user', 'bob', 'password', 'hidden' ], 'members of an object');

# the arguments of EXECUTE, in its text and among its parameters
sub query { $c->query($_[0]); return $c->until_ready; }
sub last_record { return (grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid))[-1]; }
query(q{PREPARE p(text, text) AS UPDATE users SET name = $1 WHERE password = $2});
query(q{EXECUTE p('bob', 'hush')});
is_record(last_record(), { query => q{EXECUTE p('bob', '<redacted>')}, redacted => ['secret'] }, 'EXECUTE');
is_deeply([ map { $_->{redacted} ? 'hidden' : $_->{value} } @{ last_record()->{params} } ], [ 'bob', 'hidden' ], 'its parameters');
query(q{PREPARE q(int) AS SELECT 1 FROM users WHERE password = $1::text});
query(q{PREPARE k1 AS SELECT set_config($1, $2, false)});
query(q{EXECUTE k1('my.password', 'hush')});
is_record(last_record(), { query => q{EXECUTE k1('my.password', '<redacted>')}, redacted => ['secret'] }, 'EXECUTE with the name of a setting');
query(q{EXECUTE k1('my.city', 'Rome')});
is_record(last_record(), { query => q{EXECUTE k1('my.city', 'Rome')}, redacted => undef }, 'EXECUTE with that of another');
query(q{PREPARE k2(text, text) AS SELECT jsonb_build_object($1, $2)});
query(q{EXECUTE k2('password'::text, 'hush')});
is_record(last_record(), { query => q{EXECUTE k2('password'::text, '<redacted>')}, redacted => ['secret'] }, 'EXECUTE with a key of JSON');
query(q{EXECUTE q('hush')});
is_record(last_record(), { outcome => 'failure', sqlstate => '22P02', query => q{EXECUTE q('<redacted>')},
	error => 'invalid input syntax for type integer: "<redacted>"' }, 'EXECUTE that fails');

# errors about values that stand in no text; with parameters in the trail, or without
for my $log (qw(on off))
{
	query("SET secaudit.log_parameters = $log");
	$c->parse('', 'UPDATE users SET password = $1::int WHERE name = $2');
	$c->bind('', '', [ 'hush hush', 'bob' ]);
	$c->sync;
	$c->until_ready;
	is_record(last_record(), { sqlstate => '22P02', error => 'invalid input syntax for type integer: "<redacted>"' }, "a value that is none, log_parameters = $log");
	$c->parse('', 'UPDATE users SET n = $1 WHERE name = $2');
	$c->bind('', '', [ 'seven', 'bob' ]);
	$c->sync;
	$c->until_ready;
	is_record(last_record(), { sqlstate => '22P02', error => 'invalid input syntax for type integer: "seven"' }, "of a column that is no secret");
}
query('SET secaudit.log_parameters = on');

# texts that are not understood, labels and names of transactions
query(q{ALTER ROLE bob WITH 'hush' FOO 'hush2'});
is_record(last_record(), { sqlstate => '42601', redacted => [ 'secret', 'syntax' ], query => q{ALTER ROLE bob WITH '<redacted>' FOO '<redacted>'},
	error => q{syntax error at or near "'<redacted>'"} }, 'a syntax error: all literals');
query(q{SELECT 'hush'; SELEC 'hush'; SELECT 'hush'});
is_record(last_record(), { sqlstate => '42601', query => q{SELECT '<redacted>'; SELEC '<redacted>'; SELECT '<redacted>'} }, 'of several statements');
query(q{SELECT 1 FROM nowhere WHERE name = 'bob'});
is_record(last_record(), { sqlstate => '42P01', redacted => undef, query => q{SELECT 1 FROM nowhere WHERE name = 'bob'} }, 'other errors hide nothing');
query(q{SECURITY LABEL FOR dummy ON TABLE users IS 'password=hush'});
query(q{PREPARE TRANSACTION 'password=hush'});
query(q{ROLLBACK PREPARED 'password=hush'});
unlike(JSON::PP->new->encode(last_record()), qr/hush/, 'the name of a transaction');

# with backslashes in plain literals
SKIP:
{
	skip 'from 19 on standard_conforming_strings is always on', 1 if server_major() >= 19;
	$c->query('SET standard_conforming_strings = off');
	$c->until_ready;
	is_deeply(shown(q{UPDATE users SET name = 'it\'s', password = $1 WHERE name = $2}, 'hush', 'bob'), [ 'hidden', 'bob' ],
		'standard_conforming_strings = off');
}

$c->terminate;
check_trail($node, 'the trail is sound');
$node->stop;
for my $file (trail_files($node))
{
	unlike(slurp_file($file), qr/hush/, "no secret in $file");
}

done_testing();
