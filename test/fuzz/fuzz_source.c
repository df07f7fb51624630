/*-------------------------------------------------------------------------
 *
 * fuzz_source.c
 *	  Any archive is handed out as the same bytes, however they are asked for.
 *
 * How much comes out before a damage depends on the room that there is: a
 * decoder that has room for a whole frame gives nothing of one that is damaged.
 *
 * The first byte says what becomes of the rest: it is the archive (zstd or
 * gzip), or it is packed into frames of which one byte is then flipped.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "core/reader/source.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define NAME  "secaudit-20260131T235959Z-000001.jsonl"
#define LIMIT (1024 * 1024)

static char whole[LIMIT];
static char again[LIMIT];

/* From a position to the end or a damage, in pieces; returns what there was. */
static size_t
read_all(AudSource *s, char *out, size_t piece, bool *failed)
{
	AudError err = {0};
	size_t   n = 0;
	ssize_t  got;

	do
	{
		size_t room = LIMIT - n < piece ? LIMIT - n : piece;

		got = room > 0 ? aud_source_read(s, out + n, room, &err) : 0;
		CHECK((got < 0) == err.set);
		CHECK(got <= (ssize_t) room);
		n += got > 0 ? (size_t) got : 0;
	} while (got > 0);
	*failed = got < 0;
	return n;
}

static void
check_archive(const char *path, size_t at, size_t piece)
{
	AudSource s;
	AudError  err = {0};
	bool      failed;
	bool      failed_again;
	uint64_t  bytes;
	size_t    len;
	size_t    n;

	CHECK(aud_source_open(&s, path, &err));
	len = read_all(&s, whole, 65536, &failed);
	CHECK(s.at == len);
	if (aud_source_size(&s, &bytes) && !failed && len < LIMIT)
		CHECK(bytes == len);
	aud_source_close(&s);

	CHECK(aud_source_open(&s, path, &err));
	n = read_all(&s, again, piece, &failed_again);
	CHECK(failed_again == failed && (failed || n == len));
	CHECK(memcmp(whole, again, n < len ? n : len) == 0);

	/* back, from wherever that ended */
	at %= len + 2;
	if (aud_source_seek(&s, at, &err))
	{
		CHECK(s.at == at);
		n = read_all(&s, again, piece, &failed_again);
		if (!failed && !failed_again && len < LIMIT)
			CHECK(n == (at < len ? len - at : 0) &&
				  (n == 0 || memcmp(whole + at, again, n) == 0));
	}
	aud_source_close(&s);
}

/* Frames of some sizes, with and without checksum. */
static size_t
pack(const uint8_t *data, size_t size, bool checksum, char *out, size_t cap)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t     used = 0;

	ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, checksum);
	for (size_t at = 0; at < size;)
	{
		size_t n = size - at < 100 ? size - at : 100;
		size_t got = ZSTD_compress2(ctx, out + used, cap - used, data + at, n);

		CHECK(!ZSTD_isError(got));
		used += got;
		at += n;
	}
	ZSTD_freeCCtx(ctx);
	return used;
}

static size_t
pack_gzip(const uint8_t *data, size_t size, char *out, size_t cap)
{
	z_stream z = {0};

	CHECK(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (Bytef *) (uintptr_t) data;
	z.avail_in = (uInt) size;
	z.next_out = (Bytef *) out;
	z.avail_out = (uInt) cap;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return cap - z.avail_out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char packed[65536];
	size_t      at;
	size_t      piece;
	size_t      len;
	bool        gzip;

	if (size < 4 || size > 10000)
		return 0;
	gzip = data[0] & 1;
	at = (size_t) data[1] | (size_t) data[2] << 8;
	piece = data[3] + 1u;
	if (data[0] & 2)
	{
		len =
			gzip ? pack_gzip(data + 4, size - 4, packed, sizeof(packed))
				 : pack(data + 4, size - 4, data[0] & 4, packed, sizeof(packed));
		if (len > 0 && data[0] & 8)
			packed[at % len] ^= (char) (1 << (data[0] >> 5));
	}
	else
	{
		len = size - 4;
		memcpy(packed, data + 4, len);
	}
	check_archive(fuzz_files_write(gzip ? NAME ".gz" : NAME ".zst", packed, len),
				  at,
				  piece);
	return 0;
}
