# Logins with an OAuth token (18), with a validator of our own and the protocol
# by hand: who was let in by what name, who was refused, and no token anywhere.
use strict;
use warnings;

use lib 't/lib';
use PostgreSQL::Test::Utils;
use SecauditModule;
use SecauditProto;
use SecauditTest;
use Test::More;

plan skip_all => 'OAuth came with 18' if server_major() < 18;

my $validator = server_module('validator', needs => 'libpq/oauth.h');
my $node = new_node('oauth', conf => "oauth_validator_libraries = '$validator'\n");
$node->safe_psql('postgres', "CREATE ROLE $_ LOGIN") foreach qw(alice bob);
my $hba = $node->data_dir . '/pg_hba.conf';
my $rest = slurp_file($hba);
unlink $hba;
append_to_file($hba, "local all alice,bob oauth issuer=\"https://issuer.example\" scope=\"openid\"\n$rest");
$node->reload;

# log_in(USER, AUTH): the messages of the server that end it.
sub log_in
{
	my ($user, $auth) = @_;
	my $c = SecauditProto->connect($node, user => $user, raw => 1);
	my ($asked) = $c->until_type('RE');
	is($asked->[1], pack('N', 10) . "OAUTHBEARER\0\0", "$user is asked for a token");
	my $data = "n,,\x01auth=$auth\x01\x01";
	$c->put('p', "OAUTHBEARER\0" . pack('N a*', length $data, $data))->flush;
	my $answer = $c->next_message;
	# what is wrong comes as JSON, and has to be answered before it is an error
	$answer = $c->put('p', "\x01")->flush->next_message
	  if $answer->[0] eq 'R' && unpack('N', $answer->[1]) == 11;
	if ($answer->[0] eq 'R')
	{
		$c->until_ready;
		$c->query('SELECT 1');
		$c->until_ready;
	}
	$c->terminate;
	return $answer;
}

# of_login(USER, AUTH): what the login and its session have left.
sub of_login
{
	my ($user, $auth, $last) = @_;
	my $since = mark($node);
	log_in($user, $auth);
	await_records($node, 1, since => $since, user => $user, event => $last);
	return records($node, since => $since, user => $user);
}

# Let in.
my @got = of_login('alice', 'Bearer sesame-alice', 'session.end');
is_record(
	$got[0],
	{ event => 'session.start', class => 'session', outcome => 'success', auth_method => 'oauth', authn => 'alice', user => 'alice', db => 'postgres' },
	'a login with a token: the start says how, and as whom');
ok($got[0]{hba_line} == 1, 'and by which line');
is(scalar(grep { ($_->{query} // '') eq 'SELECT 1' } @got), 1, 'the session goes on as ever');

# Refused, each for another reason.
my @refused = (class => 'session', outcome => 'failure', sqlstate => '28000', auth_method => 'oauth', hba_line => 1);
foreach my $case (
	[ 'bob', 'Bearer sesame-alice', 'a token of somebody else' ],
	[ 'alice', 'Bearer stolen-2Fc9', 'a token that the validator does not know' ],
	[ 'alice', 'Bearer known-alice', 'a token of somebody who may not connect' ])
{
	my ($user, $auth, $what) = @$case;
	@got = of_login($user, $auth, 'session.auth');
	is(scalar(@got), 1, "$what: one record");
	is_record($got[0], { @refused, event => 'session.auth', user => $user, error => qq{OAuth bearer authentication failed for user "$user"} }, "$what is refused");
}
@got = of_login('alice', 'Bearer none-at-all', 'session.auth');
is_record($got[0], { event => 'session.auth', outcome => 'failure', auth_method => 'oauth' }, 'a validator that fails');
@got = of_login('alice', 'Basic YWxpY2U6c2VjcmV0MTIz', 'session.auth');
is_record($got[0], { event => 'session.auth', outcome => 'failure', auth_method => 'oauth' }, 'what is no bearer token');
@got = of_login('alice', 'Bearer broken=token=x9y8', 'session.auth');
is_record($got[0], { event => 'session.auth', outcome => 'failure', auth_method => 'oauth' }, 'a malformed token');

# The secret is what the client sent.
my $trail = join '', map { slurp_file($_) } trail_files($node);
unlike($trail, qr/\Q$_\E/, "the trail does not have $_")
  foreach qw(sesame stolen 2Fc9 known- none-at-all YWxpY2U6c2VjcmV0MTIz x9y8);

check_trail($node, 'the trail is sound');
done_testing();
