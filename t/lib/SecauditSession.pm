# SecauditSession: one session, its statements or messages one after the other,
# and everything that it left in the trail.
#
#   my @got = run_as($node, 'alice', 'BEGIN', 'SELECT 1', sub { $_[0]->parse(...)->sync });
#   my $record = of_query('SELECT 1', @got);
package SecauditSession;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;
use SecauditProto;
use SecauditTest;
use Test::More;

our @EXPORT = qw(run_as of_query statements_of ends_of has_facts bare $Fn);

our $Fn = 'function pg_catalog';

# run_as(NODE, WHO, STEP, ...): all records of a session of its own, read after
# its process has gone.  WHO: a user, or { parameters of the start packet }.  A
# step is a text for the simple protocol, or code that gets the connection and
# puts messages; a Sync follows.  Errors are the server's to record.
sub run_as
{
	my ($node, $who, @steps) = @_;
	my $c = SecauditProto->connect($node, ref $who ? %$who : (user => $who));

	foreach my $step (@steps)
	{
		if (ref $step) { $step->($c); $c->sync; }
		else { $c->query($step); }
		$c->until_ready;
	}
	my $pid = $c->pid;
	$c->terminate;
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		last unless kill 0, $pid;
		select undef, undef, undef, 0.1;
	}
	return records($node, pid => $pid);
}

# The last record with this text; an empty hash where there is none, so that a
# test can say what it misses.
sub of_query
{
	my ($query, @records) = @_;
	my @got = grep { ($_->{query} // '') eq $query } @records;
	return $got[-1] // {};
}

sub statements_of { return grep { $_->{event} =~ /^(?:statement|error)$/ } @_; }
sub ends_of { return grep { $_->{event} eq 'transaction' } @_; }

# has_facts(RECORD, { key => value }, NAME): like is_record, but of objects and
# classes it asks only for those named: whatever else is there, is right.
sub has_facts
{
	my ($record, $expected, $name) = @_;
	my %want = %$expected;
	my %got = map { $_ => $record->{$_} } keys %want;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	$got{objects} = among($want{objects}, objects_of($record)) if $want{objects};
	$got{classes} = among($want{classes}, $record->{classes} // [ $record->{class} // () ]) if $want{classes};
	foreach my $value (values %got) { $value = 1 if JSON::PP::is_bool($value) && $value; }
	return is_deeply(\%got, \%want, $name)
	  || diag(JSON::PP->new->canonical->pretty->encode($record));
}

# Those of the wanted that are there, in the wanted order.
sub among
{
	my ($wanted, $there) = @_;
	my %there = map { $_ => 1 } @$there;
	return [ grep { $there{$_} } @$wanted ];
}

# bare(RECORDS): what there is, in short, for a message of a test that failed.
sub bare
{
	return join "\n", map {
		my $r = $_;
		join ' ', $r->{event}, map { $r->{$_} // '-' } qw(stmt parent level origin class command outcome sqlstate user query)
	} @_;
}

1;
