/*-------------------------------------------------------------------------
 *
 * unpack_zstd.c
 *	  Archives in zstd: any number of frames, those to be skipped included.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/unpack.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

typedef struct Zstd
{
	ZSTD_DCtx *context;
	bool       within; /* a frame has begun and not ended */
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
	return true;
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
		left = ZSTD_decompressStream(z->context, &to, &from);
		*got = to.pos;
		if (ZSTD_isError(left))
			return ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation
					   ? aud_unpack_damaged(u, "there is not enough memory for it")
					   : aud_unpack_damaged(u, ZSTD_getErrorName(left));
		if (from.pos > u->pos || to.pos > before)
			z->within = left != 0;
		else if (!more)
			return aud_unpack_cut(u);
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
