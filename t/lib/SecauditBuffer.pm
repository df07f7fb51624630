# SecauditBuffer: the buffer file, read and written to as by somebody else.
#
#   use SecauditBuffer;
#   my $bytes = peek($node, $offset, $len);
#   forge($node, $offset, $bytes);
#   my $n = number_at($node, $offset);
#
#   my $slot = find_slot($node, 'a text in it');   # its number
#   my $bytes = read_slot($node, $slot);
#   write_slot($node, $slot, seal_slot($bytes));   # with the right checksums
#   forge_record($node, 'a text in it', $line);    # the same in the ring
package SecauditBuffer;

use strict;
use warnings;

use parent 'Exporter';
our @EXPORT = qw(peek forge number_at find_slot read_slot write_slot seal_slot slot_count forge_record
  SLOTS SLOT_SIZE SLOT_SESSION SLOT_SESSION_TEXT SLOT_STATEMENT SLOT_STATEMENT_TEXT);

# Of src/buffer/ring.h and inflight_slot.h.
use constant {
	SLOTS => 4096,
	SLOT_SIZE => 2112,
	SLOT_SESSION => 32,
	SLOT_SESSION_TEXT => 56,
	SLOT_STATEMENT => 896,
	SLOT_STATEMENT_TEXT => 936,
	SLOT_COUNT_AT => 60,
	CHUNKS_AT => 80,
};

sub path { return $_[0]->data_dir . '/secaudit.buf'; }

sub forge
{
	my ($node, $offset, $bytes) = @_;
	open my $fh, '+<:raw', path($node) or die $!;
	seek $fh, $offset, 0;
	print $fh $bytes;
	close $fh or die $!;
	return;
}

sub peek
{
	my ($node, $offset, $len) = @_;
	open my $fh, '<:raw', path($node) or die $!;
	seek $fh, $offset, 0;
	my $bytes;
	read $fh, $bytes, $len;
	close $fh;
	return $bytes;
}

sub number_at
{
	my ($node, $offset) = @_;
	return unpack('Q<', peek($node, $offset, 8));
}

# CRC-32C, as pg_crc32c.h has it: begun with all ones, not yet inverted.
my @crc_table = map {
	my $crc = $_;
	$crc = $crc & 1 ? ($crc >> 1) ^ 0x82F63B78 : $crc >> 1 for 1 .. 8;
	$crc
} 0 .. 255;

sub crc
{
	my ($bytes, $crc) = @_;
	$crc //= 0xFFFFFFFF;
	$crc = ($crc >> 8) ^ $crc_table[ ($crc ^ $_) & 0xFF ] foreach unpack 'C*', $bytes;
	return $crc;
}

sub slot_count
{
	my ($node) = @_;
	return unpack 'L<', peek($node, SLOT_COUNT_AT, 4);
}

sub read_slot
{
	my ($node, $n) = @_;
	return peek($node, SLOTS + $n * SLOT_SIZE, SLOT_SIZE);
}

sub write_slot
{
	my ($node, $n, $bytes) = @_;
	die 'not a slot' if length($bytes) != SLOT_SIZE;
	forge($node, SLOTS + $n * SLOT_SIZE, $bytes);
	return;
}

# The slot in use that has this text.
sub find_slot
{
	my ($node, $text) = @_;
	foreach my $n (0 .. slot_count($node) - 1)
	{
		my $slot = read_slot($node, $n);
		return $n if unpack('L<', substr $slot, SLOT_SESSION, 4) == 1 && index($slot, $text) >= 0;
	}
	die "no slot with $text";
}

# One part: its checksum is over all behind itself, as far as its texts go.
sub seal_part
{
	my ($slot, $at, $text_at, @lengths) = @_;
	my $end = $text_at;
	$end += unpack 'S<', substr $$slot, $_, 2 foreach @lengths;
	substr $$slot, $at + 4, 4, pack 'L<', crc(substr $$slot, $at + 8, $end - $at - 8) ^ 0xFFFFFFFF;
	return;
}

sub seal_slot
{
	my ($slot) = @_;
	seal_part(\$slot, SLOT_SESSION, SLOT_SESSION_TEXT, map { SLOT_SESSION + $_ } 16, 18, 20);
	seal_part(\$slot, SLOT_STATEMENT, SLOT_STATEMENT_TEXT, map { SLOT_STATEMENT + $_ } 28, 30, 32, 34, 36);
	return $slot;
}

# The checksum of a record's bytes, which is that of four parts.
sub bytes_crc
{
	my ($bytes) = @_;
	my $quarter = int(length($bytes) / 4) & ~7;
	my @parts = map { crc(substr $bytes, $_ * $quarter, $quarter) } 0 .. 2;
	push @parts, crc(substr $bytes, 3 * $quarter);
	return crc(pack 'L<4', @parts);
}

# Another line in place of the record with that text, which is not shorter: blanks
# before the closing brace make up for it.
sub forge_record
{
	my ($node, $text, $line) = @_;
	my $ring = number_at($node, CHUNKS_AT);
	my $content = peek($node, $ring, (-s path($node)) - $ring);
	my $at = rindex $content, $text;
	die "no record with $text" if $at < 0;
	my $start = rindex $content, '{"v":1,', $at;
	my ($pos, $len) = unpack 'Q<L<', substr $content, $start - 16, 12;
	die 'not a frame' if $start + $len > length $content || length($line) > $len;
	my $bytes = substr($line, 0, -1) . ' ' x ($len - length $line) . substr $line, -1;
	my $crc = crc(pack('Q<L<', $pos, $len), bytes_crc($bytes)) ^ 0xFFFFFFFF;
	forge($node, $ring + $start - 4, pack('L<', $crc) . $bytes);
	return;
}

1;
