# Comments in comments are no statements of their own.
use strict;
use warnings;

use SecauditProto;
use SecauditTest;
use Test::More;

my $node = new_node('main', settings => { 'secaudit.log' => 'all, -transaction' });

sub run
{
	my $c = SecauditProto->connect($node);
	foreach (@_) { $c->query($_); $c->until_ready; }
	$c->terminate;
	return grep { $_->{event} =~ /^(?:statement|error)$/ } records($node, pid => $c->pid);
}

my @got = run('SELECT 1; /* a /* b */ c */');
is_deeply([ map { $_->{batch} } @got ], [undef], 'one statement and a comment are no batch');

@got = run('SELECT 1; SELECT 1/0; /* a /* b */ c */ -- d');
is_record($got[1], { event => 'error', query => 'SELECT 1/0', skipped_query => undef, batch => 1 }, 'nothing was skipped');

@got = run('SELECT 1; SELECT 1/0; /* a /* b */ c */ SELECT 2');
is_record($got[1], { event => 'error', query => 'SELECT 1/0', skipped_query => 'SELECT 2', batch => 1 }, 'the statement behind the comment was');

@got = run('/* a /* b */ c */ SELECT nothing');
is_record($got[0], { event => 'error', query => 'SELECT nothing' }, 'a statement begins behind the comment in front of it');

@got = run('; /* a /* b */');
is_record($got[0], { event => 'error', sqlstate => '42601', query => '/* a /* b */' }, 'a comment that is not terminated is recorded');

check_trail($node, 'the trail is sound');
done_testing();
