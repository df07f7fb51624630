/*-------------------------------------------------------------------------
 *
 * pack.c
 *	  Compressing a file of the trail, and reading it back.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/pack.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE       (128 * 1024)
#define FRAME_BYTES (1024 * 1024)

/* zstd's seekable format: the table is a frame that decoders skip. */
#define TABLE_FRAME_MAGIC 0x184D2A5EU
#define TABLE_MAGIC       0x8F92EAB1U
#define TABLE_FOOTER      9

typedef struct Pack
{
	int                   from;
	int                   to;
	const AudPackOptions *options;
	AudPackProgress       progress;
	void                 *arg;
	AudPacked            *result;
	AudSha256            *sha;
	AudError             *err;
	unsigned char        *in;
	unsigned char        *out;

	ZSTD_CCtx *zstd;
	z_stream   gzip;
	bool       gzip_ready;

	unsigned char *table; /* 8 bytes a frame: lengths, packed and not */
	size_t         frames;
	uint64_t       frame_packed; /* where the frame being made started */
} Pack;

static bool
fail_memory(AudError *err)
{
	aud_error_set(err, ENOMEM, "could not compress");
	return false;
}

/* Up to n bytes of the file: those that are there, or -1. */
static ssize_t
take(Pack *p, size_t n)
{
	size_t got = 0;

	while (got < n)
	{
		ssize_t r = read(p->from, p->in + got, n - got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
		{
			aud_error_set(p->err, errno, "could not read");
			return -1;
		}
		if (r == 0)
			break;
		got += (size_t) r;
	}
	aud_sha256_add(p->sha, p->in, got);
	p->result->bytes += got;
	return (ssize_t) got;
}

static bool
put(Pack *p, const unsigned char *data, size_t len)
{
	p->result->packed += len;
	while (len > 0)
	{
		ssize_t n = write(p->to, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
		{
			aud_error_set(p->err,
						  n < 0 ? errno : ENOSPC,
						  "could not write the archive");
			return false;
		}
		data += n;
		len -= (size_t) n;
	}
	return true;
}

/* ---- zstd -------------------------------------------------------------- */

static bool
begin_zstd(Pack *p)
{
	p->zstd = ZSTD_createCCtx();
	return p->zstd != NULL &&
		   !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1)) &&
		   !ZSTD_isError(ZSTD_CCtx_setParameter(p->zstd,
												ZSTD_c_compressionLevel,
												p->options->level));
}

static bool
run_zstd(Pack *p, size_t len, ZSTD_EndDirective how)
{
	ZSTD_inBuffer from = {p->in, len, 0};
	size_t        left;

	do
	{
		ZSTD_outBuffer to = {p->out, PIECE, 0};

		left = ZSTD_compressStream2(p->zstd, &to, &from, how);
		if (ZSTD_isError(left))
		{
			aud_error_set(p->err,
						  0,
						  "could not compress: %s",
						  ZSTD_getErrorName(left));
			return false;
		}
		if (!put(p, p->out, to.pos))
			return false;
	} while (how == ZSTD_e_end ? left > 0 : from.pos < from.size);
	return true;
}

static void
store(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char) (v >> (8 * i));
}

/* Note a frame that has ended. */
static bool
note_frame(Pack *p, uint64_t bytes)
{
	unsigned char *bigger = realloc(p->table, (p->frames + 1) * 8);

	if (bigger == NULL)
		return fail_memory(p->err);
	p->table = bigger;
	store(bigger + p->frames * 8,
		  (uint32_t) (p->result->packed - p->frame_packed));
	store(bigger + p->frames * 8 + 4, (uint32_t) bytes);
	p->frame_packed = p->result->packed;
	p->frames++;
	return true;
}

/* The next "bytes" of the file as a frame. */
static bool
pack_frame(Pack *p, uint64_t bytes)
{
	uint64_t left = bytes;

	if (ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(p->zstd, bytes)))
		return fail_memory(p->err);
	do
	{
		size_t  want = left < PIECE ? (size_t) left : PIECE;
		ssize_t got = take(p, want);

		if (got >= 0 && (size_t) got < want)
			aud_error_set(p->err, 0, "it has become shorter");
		if (got < 0 || (size_t) got < want)
			return false;
		left -= want;
		if (!run_zstd(p, want, left > 0 ? ZSTD_e_continue : ZSTD_e_end) ||
			!p->progress(p->arg, p->result->bytes))
			return false;
	} while (left > 0);
	return !p->options->seekable || note_frame(p, bytes);
}

static bool
put_table(Pack *p)
{
	unsigned char header[8];
	unsigned char footer[TABLE_FOOTER];

	store(header, TABLE_FRAME_MAGIC);
	store(header + 4, (uint32_t) (p->frames * 8 + TABLE_FOOTER));
	store(footer, (uint32_t) p->frames);
	footer[4] = 0; /* no checksums in the table: frames have their own */
	store(footer + 5, TABLE_MAGIC);
	return put(p, header, sizeof(header)) && put(p, p->table, p->frames * 8) &&
		   put(p, footer, sizeof(footer));
}

static bool
pack_zstd(Pack *p, uint64_t size)
{
	uint64_t most = p->options->seekable ? FRAME_BYTES : size;

	if (!begin_zstd(p))
		return fail_memory(p->err);
	do
	{
		uint64_t left = size - p->result->bytes;

		if (!pack_frame(p, left < most ? left : most))
			return false;
	} while (p->result->bytes < size);
	return !p->options->seekable || put_table(p);
}

/* ---- gzip -------------------------------------------------------------- */

static bool
run_gzip(Pack *p, size_t len, int how)
{
	int result;

	p->gzip.next_in = p->in;
	p->gzip.avail_in = (uInt) len;
	do
	{
		p->gzip.next_out = p->out;
		p->gzip.avail_out = PIECE;
		result = deflate(&p->gzip, how);
		if (result == Z_STREAM_ERROR)
		{
			aud_error_set(p->err, 0, "could not compress");
			return false;
		}
		if (!put(p, p->out, PIECE - p->gzip.avail_out))
			return false;
	} while (how == Z_FINISH ? result != Z_STREAM_END : p->gzip.avail_out == 0);
	return true;
}

static bool
pack_gzip(Pack *p, uint64_t size)
{
	int level = p->options->level ? p->options->level : Z_DEFAULT_COMPRESSION;
	ssize_t got;

	if (deflateInit2(&p->gzip, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
		Z_OK)
		return fail_memory(p->err);
	p->gzip_ready = true;
	while ((got = take(p, PIECE)) > 0)
		if (!run_gzip(p, (size_t) got, Z_NO_FLUSH) ||
			!p->progress(p->arg, p->result->bytes))
			return false;
	if (got < 0 || !run_gzip(p, 0, Z_FINISH))
		return false;
	if (p->result->bytes != size)
		aud_error_set(p->err, 0, "it has changed");
	return p->result->bytes == size;
}

/* ---- both -------------------------------------------------------------- */

bool
aud_pack(int from, int to, uint64_t size, const AudPackOptions *options,
		 AudPackProgress progress, void *arg, AudPacked *result, AudError *err)
{
	Pack p = {
		.from = from,
		.to = to,
		.options = options,
		.progress = progress,
		.arg = arg,
		.result = result,
		.sha = aud_sha256_begin(),
		.err = err,
		.in = malloc(PIECE),
		.out = malloc(PIECE),
	};
	bool ok;

	memset(result, 0, sizeof(*result));
	if (p.sha == NULL)
		aud_error_set(err, 0, "libcrypto has no SHA-256");
	if (p.in == NULL || p.out == NULL)
		fail_memory(err);
	ok = p.sha != NULL && p.in != NULL && p.out != NULL &&
		 (options->kind == AUD_SOURCE_GZIP ? pack_gzip(&p, size)
										   : pack_zstd(&p, size));
	if (p.gzip_ready)
		deflateEnd(&p.gzip);
	ZSTD_freeCCtx(p.zstd);
	free(p.table);
	free(p.in);
	free(p.out);
	return aud_sha256_end(p.sha, result->digest) && ok;
}

bool
aud_pack_read(const char *path, AudPackProgress progress, void *arg,
			  AudPacked *result, AudError *err)
{
	AudSource  source;
	AudSha256 *sha;
	char      *buf;
	ssize_t    got = -1;
	uint64_t   bytes = 0;
	bool       stopped = false;

	if (!aud_source_open(&source, path, err))
		return false;
	sha = aud_sha256_begin();
	buf = malloc(PIECE);
	if (sha == NULL || buf == NULL)
		aud_error_set(err, ENOMEM, "could not read file \"%s\"", path);
	else
		while (!stopped && (got = aud_source_read(&source, buf, PIECE, err)) > 0)
		{
			aud_sha256_add(sha, buf, (size_t) got);
			bytes += (uint64_t) got;
			stopped = !progress(arg, bytes);
		}
	free(buf);
	aud_source_close(&source);
	result->bytes = bytes;
	return aud_sha256_end(sha, result->digest) && got == 0;
}
