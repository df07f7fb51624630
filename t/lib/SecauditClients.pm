# SecauditClients: hold the trail against the server's own log of statements.
#
# A node of new_client_node() logs with log_statement = all in JSON, so that both
# sides are machine-readable: what every client sent, in which session, in which
# order.  trail_matches_log() then demands that the trail has each of these
# statements once, and nothing else from the client.
package SecauditClients;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use SecauditTest;
use Test::More;

our @EXPORT = qw(new_client_node trail_matches_log log_position client_statements);

# Settings under which nothing at all is filtered out.
sub new_client_node
{
	my ($name, %opt) = @_;
	return new_node(
		$name, %opt,
		conf => <<'CONF' . ($opt{conf} // ''),
logging_collector = on
log_destination = 'jsonlog'
log_directory = 'log'
log_filename = 'server.log'
log_rotation_age = 0
log_rotation_size = 0
log_statement = all
secaudit.log_catalog = on
secaudit.log_internal = on
CONF
	);
}

sub log_file
{
	my ($node) = @_;
	return $node->data_dir . '/log/server.json';
}

# The server's log goes through the logging collector: wait until it has
# written what was logged before this call.
sub settle_log
{
	my ($node) = @_;
	my $marker = 'log marker ' . $$ . '.' . rand();

	$node->safe_psql('secaudit_test', "SELECT '$marker'");
	foreach (1 .. 1800)
	{
		return if index(slurp_file(log_file($node)), $marker) >= 0;
		select undef, undef, undef, 0.1;
	}
	die "the server's log does not get up to date";
}

sub log_position
{
	my ($node) = @_;
	settle_log($node);
	return -s log_file($node);
}

# { session => [ texts as sent ] } of what the log has after a position.
sub logged_statements
{
	my ($node, $position) = @_;
	my (%sent, $json);

	settle_log($node);
	$json = JSON::PP->new->utf8;
	open my $fh, '<:raw', log_file($node) or die $!;
	seek $fh, $position, 0;
	while (my $line = <$fh>)
	{
		my $entry = $json->decode($line);
		next if ($entry->{dbname} // '') eq 'secaudit_test';
		next unless ($entry->{message} // '') =~ /\A(?:statement|execute [^:]*): (.*)\z/s;
		push @{ $sent{ $entry->{session_id} } }, $1;
	}
	close $fh;
	return \%sent;
}

# The top-level statements of a trail, split ones put together again.
sub client_statements
{
	my (@records) = @_;
	my (@statements, %open);

	foreach my $r (@records)
	{
		next unless $r->{event} =~ /^(statement|error)$/;
		next if defined $r->{level} || ($r->{backend} // '') ne '';
		if (($r->{part} // 1) > 1)
		{
			$open{ $r->{session} }{query} .= $r->{query};
			next;
		}
		my $statement = {%$r};
		push @statements, $statement;
		$open{ $r->{session} } = $statement;
	}
	return @statements;
}

# Spaces, semicolons and comments between the statements of a string.
my $between = qr{(?:\s+|;|--[^\n]*(?:\n|\z)|/\*.*?\*/)*}s;

# Are these the statements of these strings, all of them and in order?  Returns
# undef if so, otherwise what is wrong.
sub mismatch
{
	my ($sent, $recorded) = @_;
	my @rest = @$recorded;

	foreach my $text (@$sent)
	{
		my $left = $text;
		$left =~ s/\A$between//;
		while (length $left)
		{
			my $next = shift @rest;
			return "not in the trail: $left" unless defined $next;
			(my $query = $next) =~ s/\A$between//;
			$query =~ s/[\s;]+\z//;
			return "sent:     $left\nrecorded: $next"
			  unless length $query && substr($left, 0, length $query) eq $query;
			substr $left, 0, length $query, '';
			$left =~ s/\A$between//;
		}
	}
	return "in the trail but never sent: $rest[0]" if @rest;
	return;
}

# A test: what the log has since POSITION is in the trail since MARK, each
# statement once, in its session, in order, nothing missing, nothing more.
# Returns the records.
sub trail_matches_log
{
	my ($node, $position, $mark, $name) = @_;
	my $sent = logged_statements($node, $position);
	my @records = records($node, since => $mark);
	my (%recorded, @faults, $count);

	utf8::encode($_->{query}) foreach my @statements = client_statements(@records);
	push @{ $recorded{ $_->{session} } }, $_->{query} foreach @statements;
	foreach my $session (sort keys %{ { %$sent, %recorded } })
	{
		my @texts = @{ $sent->{$session} // [] };
		utf8::encode($_) foreach @texts;
		$count += @texts;
		my $fault = mismatch(\@texts, $recorded{$session} // []);
		push @faults, "session $session: $fault" if defined $fault;
	}
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok($count && !@faults, $name) or diag(join("\n", @faults[ 0 .. ($#faults > 4 ? 4 : $#faults) ]));
	note(scalar(@statements) . ' statements in ' . scalar(keys %recorded) . ' sessions');
	return @records;
}

1;
