# secaudit.record(): an application's own events.
use strict;
use warnings;

use lib 't/lib';
use SecauditTest;
use Test::More;

my $node = new_node('custom', settings => { 'secaudit.log_superuser' => 'off' });
$node->safe_psql('postgres', q{
	CREATE EXTENSION secaudit;
	CREATE ROLE app LOGIN;
	CREATE ROLE other LOGIN;
	GRANT USAGE ON SCHEMA secaudit TO app, other;
	GRANT EXECUTE ON FUNCTION secaudit.record TO app});

sub call
{
	my ($sql, $user) = @_;
	my (undef, undef, $stderr) = $node->psql('postgres', $sql, extra_params => [ '-U', $user // 'app' ]);
	return $stderr;
}

sub events
{
	flush_trail($node);
	return grep { $_->{event} eq 'custom' } stored_records($node);
}

is(call(q{SELECT secaudit.record('order.approved', '{"order": 4711, "by": "jane", "ok": true, "tags": ["a", {"b": 1.5}], "none": null}')}), '', 'an application records an event');
my ($event) = events();
is_deeply(
	[ @$event{qw(event class outcome user db custom_event custom_detail stmt)} ],
	[ 'custom', 'misc', 'success', 'app', 'postgres', 'order.approved', { order => 4711, by => 'jane', ok => JSON::PP::true(), tags => [ 'a', { b => 1.5 } ] }, 1 ],
	'it has a name and a detail, without null');
like($event->{session}, qr/^[0-9a-f]+\.[0-9a-f]+$/, 'and is of the session');

call(q{SELECT secaudit.record('plain')});
is((events())[-1]{custom_detail}, undef, 'without a detail there is none');
call(q{SELECT secaudit.record('sums', '{"big": 9007199254740993, "exact": -123456.789, "long": 0.12345678901234567}')});
is_deeply((events())[-1]{custom_detail}, { big => '9007199254740993', exact => -123456.789, long => '0.12345678901234567' },
	'a number that a reader might round is a string');
call(q{SELECT secaudit.record('login', '{"api_token": "hush", "dsn": "host=h password=hush", "who": "jane"}')});
my $detail = (events())[-1]{custom_detail};
is_deeply([ @$detail{qw(api_token who)} ], [ '<redacted>', 'jane' ], 'the value of a key that sounds like a secret is hidden');
unlike($detail->{dsn}, qr/hush/, 'so is a password in a connection string');
call(q{SELECT secaudit.record('forged', '{"x": "\",\"event\":\"audit.stop\"", "event": "session.end", "line": "a\nb"}')});
is_deeply(
	[ @{ (events())[-1] }{qw(event custom_detail)} ],
	[ 'custom', { x => '","event":"audit.stop"', event => 'session.end', line => "a\nb" } ],
	'whatever the detail holds, it cannot look like another event');
call(q{DO $$ BEGIN PERFORM secaudit.record('inside'); RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN NULL; END $$});
is((events())[-1]{custom_event}, 'inside', 'a rollback takes nothing back');

# Refused.
my $before = scalar events();
like(call(q{SELECT secaudit.record('plain')}, 'other'), qr/permission denied for function record/, 'not for everybody');
foreach my $name ('', 'Order', '9a', 'a b', 'a' x 64, q{a"b})
{
	like(call("SELECT secaudit.record('$name')"), qr/ERROR:  invalid name of a custom event: "\Q$name\E".*HINT:  Write it like "order\.approved"\./s, "no name: $name");
}
like(call(q{SELECT secaudit.record(NULL)}), qr/ERROR:  the name of a custom event must not be null/, 'a name is needed');
like(call(q{SELECT secaudit.record('a', '[1]')}), qr/ERROR:  the detail of a custom event must be a JSON object/, 'the detail is an object');
like(
	call(q{SELECT secaudit.record('a', jsonb_build_object('x', repeat('x', 1500)))}),
	qr/ERROR:  the detail of a custom event is too long\nDETAIL:  It may have up to 1500 bytes/,
	'the detail has a limit');
like(
	call(q{SELECT secaudit.record('a', ('{"a":' || repeat('[', 16) || '1' || repeat(']', 16) || '}')::jsonb)}),
	qr/ERROR:  the detail of a custom event is nested too deeply\nDETAIL:  It may have up to 16 objects/,
	'and so has its depth');
is(scalar(events()), $before, 'what is refused leaves no event');
is(call(q{SELECT secaudit.record('a', jsonb_build_object('x', repeat('x', 1400)))}), '', 'up to the limit');
is(length((events())[-1]{custom_detail}{x}), 1400, 'it is recorded whole');

# Whatever is recorded of statements.
$node->safe_psql('postgres', q{ALTER ROLE app SET secaudit.log = 'none'});
call(q{SELECT secaudit.record('silent')});
is((events())[-1]{custom_event}, 'silent', 'an event is recorded whatever secaudit.log says');
secauditctl($node, [ 'verify', trail_dir($node) ], 'the trail is sound');
done_testing();
