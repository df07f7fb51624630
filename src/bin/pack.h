/*-------------------------------------------------------------------------
 *
 * pack.h
 *	  Compressing a file of the trail, and reading it back.
 *
 * One frame (or member) a file is what every reader reads; a seekable archive
 * has a frame for each megabyte and a table of them at its end, as zstd's
 * seekable format has it.  Frames say how long their contents are and carry a
 * checksum.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_PACK_H
#define AUD_BIN_PACK_H

#include "core/reader/source.h"
#include "core/sha256.h"

typedef struct AudPackOptions
{
	AudSourceKind kind; /* zstd or gzip */
	bool          seekable;
	int           level; /* 0: the format's default */
} AudPackOptions;

#define AUD_PACK_ZSTD_LEVEL_MAX 19
#define AUD_PACK_GZIP_LEVEL_MAX 9

/* What went through. */
typedef struct AudPacked
{
	uint64_t      bytes;                    /* of the trail */
	uint64_t      packed;                   /* of the archive */
	unsigned char digest[AUD_SHA256_BYTES]; /* of the trail's bytes */
} AudPacked;

/* Called now and then; false: stop, which is an error without a message. */
typedef bool (*AudPackProgress)(void *arg, uint64_t bytes);

/* Compress "size" bytes of from, all that there are, into to. */
extern bool aud_pack(int from, int to, uint64_t size,
					 const AudPackOptions *options, AudPackProgress progress,
					 void *arg, AudPacked *result, AudError *err);

/* What does an archive, or a file, hold?  "packed" is left alone. */
extern bool aud_pack_read(const char *path, AudPackProgress progress, void *arg,
						  AudPacked *result, AudError *err);

#endif /* AUD_BIN_PACK_H */
