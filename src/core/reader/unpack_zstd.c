/*-------------------------------------------------------------------------
 *
 * unpack_zstd.c
 *	  Archives in zstd: any number of frames, those to be skipped included.
 *
 * A frame that says its size must have it.  Where its last block is empty, the
 * decoder sees to that only if there was room for all of it (zstd 1.5), and
 * frames.c would tell other places than those that are read.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/unpack.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

/* The longest header of a frame. */
#define HEADER_MAX 18

typedef struct Zstd
{
	ZSTD_DCtx    *context;
	bool          within;             /* a frame has begun and not ended */
	unsigned char header[HEADER_MAX]; /* its first bytes ... */
	size_t        header_len;         /* ... as far as they were read */
	uint64_t      bytes;              /* how many have come out of it */
} Zstd;

static void
stop(AudUnpack *u)
{
	Zstd *z = u->state;

	if (z != NULL)
		ZSTD_freeDCtx(z->context);
	free(z);
	u->state = NULL;
}

static bool
start(AudUnpack *u)
{
	Zstd *z = u->state;

	if (z == NULL)
		u->state = z = calloc(1, sizeof(*z));
	if (z == NULL)
		return false;
	if (z->context == NULL)
		z->context = ZSTD_createDCtx();
	if (z->context == NULL)
		return false;
	ZSTD_DCtx_reset(z->context, ZSTD_reset_session_only);
	z->within = false;
	z->header_len = 0;
	z->bytes = 0;
	return true;
}

/*
 * The frame went on: by this input, and so many bytes of output.  False: it
 * ended, and has not the size that it says.
 */
static bool
follow_frame(Zstd *z, const unsigned char *in, size_t in_len, size_t out_len,
			 bool ended)
{
	size_t             room = HEADER_MAX - z->header_len;
	unsigned long long says;

	memcpy(z->header + z->header_len, in, in_len < room ? in_len : room);
	z->header_len += in_len < room ? in_len : room;
	z->bytes += out_len;
	z->within = !ended;
	if (!ended)
		return true;
	says = ZSTD_getFrameContentSize(z->header, z->header_len);
	ended = says == ZSTD_CONTENTSIZE_UNKNOWN ||
			says == ZSTD_CONTENTSIZE_ERROR || says == z->bytes;
	z->header_len = 0;
	z->bytes = 0;
	return ended;
}

/*
 * Can a frame begin with this byte?  libzstd may read formats that are older
 * than 1.0 as well, by decoders whose output depends on how it is asked for.
 */
static bool
begins_frame(unsigned char c)
{
	return c == 0x28 || (c & 0xF0) == 0x50;
}

/*
 * The decoder may hold output back when its input has run dry, so the file's
 * end is the archive's only once a call has yielded nothing more.
 */
static AudUnpackStatus
run(AudUnpack *u, char *out, size_t n, size_t *got)
{
	Zstd          *z = u->state;
	ZSTD_outBuffer to = {out, n, 0};

	for (;;)
	{
		bool          more = aud_unpack_fill(u);
		ZSTD_inBuffer from = {u->input, u->len, u->pos};
		size_t        before = to.pos;
		size_t        left;

		*got = to.pos;
		if (u->failed.set)
			return AUD_UNPACK_FAILED;
		if (!more && !z->within)
			return u->started ? AUD_UNPACK_END : aud_unpack_cut(u);
		if (!z->within && !begins_frame(u->input[u->pos]))
			return aud_unpack_damaged(u,
									  ZSTD_getErrorString(
										  ZSTD_error_prefix_unknown));
		left = ZSTD_decompressStream(z->context, &to, &from);
		*got = to.pos;
		if (ZSTD_isError(left))
			return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation
					   ? aud_unpack_damaged(u, "there is not enough memory for it")
					   : aud_unpack_damaged(u, ZSTD_getErrorName(left));
		if (from.pos == u->pos && to.pos == before)
		{
			if (!more)
				return aud_unpack_cut(u);
		}
		else if (!follow_frame(z,
							   u->input + u->pos,
							   from.pos - u->pos,
							   to.pos - before,
							   left == 0))
			return aud_unpack_damaged(u, "a frame has not the size that it says");
		u->pos = from.pos;
		if (to.pos == n)
			return AUD_UNPACK_MORE;
	}
}

void
aud_unpack_use_zstd(AudUnpack *u)
{
	u->format = "zstd";
	u->start = start;
	u->run = run;
	u->stop = stop;
}
