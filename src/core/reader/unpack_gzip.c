/*-------------------------------------------------------------------------
 *
 * unpack_gzip.c
 *	  Archives in gzip: one member, or several behind each other.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* inflateInit2: the largest window, and gzip's header and no other. */
#define WINDOW_BITS (15 + 16)

typedef struct Gzip
{
	z_stream stream;
	bool     within; /* a member has begun and not ended */
} Gzip;

static void
stop(AudUnpack *u)
{
	Gzip *g = u->state;

	if (g != NULL)
		inflateEnd(&g->stream);
	free(g);
	u->state = NULL;
}

static bool
start(AudUnpack *u)
{
	Gzip *g = u->state;

	if (g != NULL)
	{
		g->within = false;
		return inflateReset(&g->stream) == Z_OK;
	}
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return false;
	if (inflateInit2(&g->stream, WINDOW_BITS) != Z_OK)
	{
		free(g);
		return false;
	}
	u->state = g;
	return true;
}

static AudUnpackStatus
run(AudUnpack *u, char *out, size_t n, size_t *got)
{
	Gzip *g = u->state;

	*got = 0;
	while (*got < n)
	{
		size_t room = n - *got < UINT_MAX ? n - *got : UINT_MAX;
		bool   more = aud_unpack_fill(u);
		int    result;

		if (u->failed.set)
			return AUD_UNPACK_FAILED;
		if (!more && !g->within)
			return u->started ? AUD_UNPACK_END : aud_unpack_cut(u);
		g->stream.next_in = u->input + u->pos;
		g->stream.avail_in = (uInt) (u->len - u->pos);
		g->stream.next_out = (Bytef *) out + *got;
		g->stream.avail_out = (uInt) room;
		result = inflate(&g->stream, Z_NO_FLUSH);
		u->pos = u->len - g->stream.avail_in;
		*got += room - g->stream.avail_out;
		g->within = result != Z_STREAM_END;
		if (result == Z_STREAM_END)
			inflateReset(&g->stream);
		else if (result == Z_BUF_ERROR && !more)
			return aud_unpack_cut(u);
		else if (result != Z_OK && result != Z_BUF_ERROR)
			return aud_unpack_damaged(u,
									  g->stream.msg != NULL ? g->stream.msg
															: zError(result));
	}
	return AUD_UNPACK_MORE;
}

void
aud_unpack_use_gzip(AudUnpack *u)
{
	u->format = "gzip";
	u->start = start;
	u->run = run;
	u->stop = stop;
}
