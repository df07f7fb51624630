/*-------------------------------------------------------------------------
 *
 * frames.c
 *	  Where the frames of a zstd file stand, told from the frames (RFC 8878).
 *
 * A seekable archive ends in a table of its frames, but a table can be wrong,
 * and a reader that follows it then shows other lines than the archive holds.
 * The headers of frames and of the blocks in them, of 128 kB each, say the
 * same in any archive: reading them touches a few bytes for each block.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define SKIPPABLE_MAGIC 0x184D2A50U /* its last four bits are free */
#define BLOCK_HEADER    3
#define CHECKSUM_BYTES  4

/* The longest header of a frame. */
#define HEADER_MAX 18

/* Up to n bytes at an offset; fewer: the file's end, or a failure. */
static size_t
read_at(int fd, uint64_t at, unsigned char *buf, size_t n)
{
	ssize_t got;

	do
		got = pread(fd, buf, n, (off_t) at);
	while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t) got : 0;
}

static uint32_t
little_endian(const unsigned char *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* Length of the header that starts here, of which the descriptor is byte 4. */
static size_t
header_length(unsigned char descriptor)
{
	static const size_t id_bytes[] = {0, 1, 2, 4};
	static const size_t size_bytes[] = {0, 2, 4, 8};
	bool                single = (descriptor >> 5 & 1) != 0;
	size_t              size = size_bytes[descriptor >> 6];

	if (single && size == 0)
		size = 1;
	return 5 + (single ? 0 : 1) + id_bytes[descriptor & 3] + size;
}

/* Go over the blocks of a frame; false if they do not end within the file. */
static bool
pass_blocks(int fd, uint64_t *at, bool checksum)
{
	unsigned char header[BLOCK_HEADER];
	uint32_t      block;

	do
	{
		if (read_at(fd, *at, header, BLOCK_HEADER) < BLOCK_HEADER)
			return false;
		block = little_endian(header, BLOCK_HEADER);
		if ((block >> 1 & 3) == 3)
			return false;
		/* type 1: one byte that is repeated */
		*at += BLOCK_HEADER + ((block >> 1 & 3) == 1 ? 1 : block >> 3);
	} while ((block & 1) == 0);
	if (checksum)
		*at += CHECKSUM_BYTES;
	return true;
}

static bool
add_frame(AudFrames *frames, size_t *cap, uint64_t packed, uint64_t at)
{
	if (frames->count == *cap)
	{
		size_t    more = *cap ? *cap * 2 : 16;
		AudFrame *bigger = realloc(frames->items, more * sizeof(*bigger));

		if (bigger == NULL)
			return false;
		frames->items = bigger;
		*cap = more;
	}
	frames->items[frames->count++] = (AudFrame){packed, at};
	return true;
}

void
aud_frames_find(int fd, AudFrames *frames)
{
	unsigned char header[HEADER_MAX];
	size_t        cap = 0;
	uint64_t      packed = 0;
	size_t        n;

	memset(frames, 0, sizeof(*frames));
	while ((n = read_at(fd, packed, header, HEADER_MAX)) >= 8)
	{
		unsigned long long bytes;

		if ((little_endian(header, 4) & 0xFFFFFFF0U) == SKIPPABLE_MAGIC)
		{
			packed += 8 + (uint64_t) little_endian(header + 4, 4);
			continue;
		}
		bytes = ZSTD_getFrameContentSize(header, n);
		if (bytes == ZSTD_CONTENTSIZE_ERROR ||
			!add_frame(frames, &cap, packed, frames->bytes) ||
			bytes == ZSTD_CONTENTSIZE_UNKNOWN)
			return;
		frames->bytes += bytes;
		packed += header_length(header[4]);
		if (!pass_blocks(fd, &packed, (header[4] >> 2 & 1) != 0))
			return;
	}
	/* exactly at the file's end, which the last byte before it shows */
	frames->complete =
		n == 0 && packed > 0 && read_at(fd, packed - 1, header, 1) == 1;
}
