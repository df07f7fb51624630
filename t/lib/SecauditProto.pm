# SecauditProto: the frontend/backend protocol, version 3, spoken by hand over
# a Unix-domain socket with trust authentication, for the messages and orders of
# messages that libpq does not send.
#
#   my $c = SecauditProto->connect($node, user => 'u', database => 'd');
#   $c->parse('s1', 'SELECT $1::int');
#   $c->bind('p1', 's1', ['42']);
#   $c->execute('p1', 1)->sync;
#   my @messages = $c->until_ready;        # ( [type, body], ... )
#   $c->terminate;                         # or $c->vanish
package SecauditProto;

use strict;
use warnings;

use Errno;
use IO::Select;

my $timeout = $ENV{PG_TEST_TIMEOUT_DEFAULT} || 180;

# connect(NODE, %parameters): user, database, application_name, replication ...
# With raw => 1 the start-up answer is left for the caller to read.
sub connect
{
	my ($class, $node, %param) = @_;
	my $raw = delete $param{raw};
	my $self = bless {
		socket => $node->raw_connect,
		buffer => '',
		out => '',
		pid => undef,
		key => undef
	}, $class;

	$param{user} //= getpwuid($<);
	$param{database} //= 'postgres';
	my $body = pack('N', 3 << 16) . join('', map { "$_\0$param{$_}\0" } sort keys %param) . "\0";
	$self->{out} .= pack('N', 4 + length $body) . $body;
	$self->flush;
	$self->until_ready unless $raw;
	return $self;
}

# One message in the output buffer; sync, flush, terminate and query send it.
sub put
{
	my ($self, $type, $body) = @_;
	$self->{out} .= $type . pack('N', 4 + length $body) . $body;
	return $self;
}

# Everything put so far goes to the server.
sub flush
{
	my ($self) = @_;
	while (length $self->{out})
	{
		my $n = syswrite $self->{socket}, $self->{out};
		die "write to the server: $!" unless defined $n;
		substr($self->{out}, 0, $n, '');
	}
	return $self;
}

sub query { my ($self, $sql) = @_; return $self->put('Q', "$sql\0")->flush; }

sub parse
{
	my ($self, $name, $sql, @type_oids) = @_;
	return $self->put('P', "$name\0$sql\0" . pack('n N*', scalar(@type_oids), @type_oids));
}

# bind(PORTAL, STATEMENT, [VALUES], binary => 1): undef is NULL; binary applies
# to the values, results come as text.
sub bind
{
	my ($self, $portal, $statement, $values, %opt) = @_;
	my $body = "$portal\0$statement\0" . pack('n n', 1, $opt{binary} ? 1 : 0);
	$body .= pack 'n', scalar @{ $values // [] };
	$body .= defined $_ ? pack('N', length $_) . $_ : pack('N', 0xFFFFFFFF)
	  foreach @{ $values // [] };
	return $self->put('B', $body . pack('n', 0));
}

# kind: S statement, P portal
sub describe { my ($self, $kind, $name) = @_; return $self->put('D', "$kind$name\0"); }
sub close_it { my ($self, $kind, $name) = @_; return $self->put('C', "$kind$name\0"); }

sub execute
{
	my ($self, $portal, $max_rows) = @_;
	return $self->put('E', "$portal\0" . pack('N', $max_rows // 0));
}

sub sync { my ($self) = @_; return $self->put('S', '')->flush; }
sub flush_message { my ($self) = @_; return $self->put('H', '')->flush; }

# function_call(OID, [TEXT ARGUMENTS]): the fast path.
sub function_call
{
	my ($self, $oid, $args, %opt) = @_;
	my $format = $opt{binary} ? 1 : 0;
	my $body = pack('N n n n', $oid, 1, $format, scalar @$args);
	$body .= defined $_ ? pack('N', length $_) . $_ : pack('N', 0xFFFFFFFF) foreach @$args;
	return $self->put('F', $body . pack('n', $format))->flush;
}

sub copy_data { my ($self, $data) = @_; return $self->put('d', $data)->flush; }
sub copy_done { my ($self) = @_; return $self->put('c', '')->flush; }
sub copy_fail { my ($self, $why) = @_; return $self->put('f', "$why\0")->flush; }

# The next message, as [type, body]; undef when the server has closed.
sub next_message
{
	my ($self) = @_;
	while (1)
	{
		if (length $self->{buffer} >= 5)
		{
			my ($type, $len) = unpack 'a N', $self->{buffer};
			if (length $self->{buffer} >= 1 + $len)
			{
				my $message = substr $self->{buffer}, 0, 1 + $len, '';
				return [ $type, substr $message, 5 ];
			}
		}
		IO::Select->new($self->{socket})->can_read($timeout)
		  or die "the server did not answer within $timeout s";
		my $n = sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
		return unless $n;
	}
}

# Messages up to and including one of this type (or the end of the connection).
sub until_type
{
	my ($self, $types) = @_;
	my @messages;
	while (my $message = $self->next_message)
	{
		push @messages, $message;
		($self->{pid}, $self->{key}) = unpack 'N N', $message->[1] if $message->[0] eq 'K';
		last if index($types, $message->[0]) >= 0;
	}
	return @messages;
}

sub until_ready { my ($self) = @_; return $self->until_type('Z'); }

# error_code(MESSAGES): SQLSTATE of the first ErrorResponse, or undef.
sub error_code
{
	my ($self, @messages) = @_;
	foreach my $message (grep { $_->[0] eq 'E' } @messages)
	{
		return $1 if $message->[1] =~ /(?:^|\0)C([0-9A-Z]{5})\0/;
	}
	return;
}

# rows(MESSAGES): the DataRows as arrays of text values.
sub rows
{
	my ($self, @messages) = @_;
	my @rows;
	foreach my $message (grep { $_->[0] eq 'D' } @messages)
	{
		my ($count, $rest) = unpack 'n a*', $message->[1];
		my @row;
		foreach (1 .. $count)
		{
			my $len = unpack 'N', substr($rest, 0, 4, '');
			push @row, $len == 0xFFFFFFFF ? undef : substr($rest, 0, $len, '');
		}
		push @rows, \@row;
	}
	return @rows;
}

# types(MESSAGES): their type letters in one string, a trace to compare with.
sub types { my ($self, @messages) = @_; return join '', map { $_->[0] } @messages; }

sub pid { return $_[0]{pid}; }

# The polite end, and the other one.  A server that has refused the session may
# have closed its side already, and then there is nobody to be polite to.
sub terminate
{
	my ($self) = @_;
	eval { $self->put('X', '')->flush; 1 } or $!{EPIPE} or die $@;
	close $self->{socket};
	return;
}

sub vanish
{
	my ($self) = @_;
	close $self->{socket};
	return;
}

1;
