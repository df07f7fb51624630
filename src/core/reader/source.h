/*-------------------------------------------------------------------------
 *
 * source.h
 *	  The bytes of a trail's file, whether it lies there as it was written or
 *	  compressed: zstd of any number of frames, or gzip.
 *
 * All positions count bytes of the trail, which is what was written, not of
 * the archive.  A plain file may grow while it is read; an archive is taken to
 * be complete, and one that ends within a frame is damaged.
 *
 * What is in an archive is believed only as far as it decompresses: a seek
 * uses the frames as they stand in the file, no table of them.
 *
 * Core layer: no postgres.h, no global state.  Memory is malloc'd; an archive
 * needs its format's window (up to 8 MB as secauditctl makes them, never more
 * than 128 MB), whatever its size.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_READER_SOURCE_H
#define AUD_CORE_READER_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"

typedef enum AudSourceKind
{
	AUD_SOURCE_PLAIN,
	AUD_SOURCE_ZSTD,
	AUD_SOURCE_GZIP,
} AudSourceKind;

typedef struct AudSource
{
	int               fd;     /* -1 when closed */
	AudSourceKind     kind;   /* constant while open */
	uint64_t          at;     /* where the next read begins */
	struct AudUnpack *unpack; /* NULL for a plain file */
} AudSource;

/* ".zst", ".gz", or "" for a plain file. */
extern const char *aud_source_suffix(AudSourceKind kind);

/* What a file's name says it is; *stem, unless NULL: length without ".zst" ... */
extern AudSourceKind aud_source_kind_of_name(const char *name, size_t *stem);

/*
 * Open a regular file at its start.  A name in .jsonl is a plain file, one in
 * .zst or .gz must be what it says, and of others the first bytes decide.
 * Where "path" is gone but has been archived meanwhile (path.zst, path.gz),
 * that is opened.  On false err is set and there is nothing to close.
 */
extern bool aud_source_open(AudSource *s, const char *path, AudError *err);
extern void aud_source_close(AudSource *s);

/*
 * The next bytes, up to n > 0 of them: fewer than n only before the end or
 * before a damage; 0: the end (a plain file may have more later); -1: err is
 * set.  What stands before a damage is handed out (all of it, or less where n
 * leaves room for the whole of a damaged frame), and then it is -1 always;
 * a checksum that fails at the end of a frame says so of all that is in it.
 */
extern ssize_t aud_source_read(AudSource *s, void *buf, size_t n, AudError *err);

/*
 * Go to a position, which may lie behind the end: reads find the end there.
 * A plain file: at once.  An archive: decompresses from the frame that has it,
 * so one frame means from its start unless the position lies ahead.
 */
extern bool aud_source_seek(AudSource *s, uint64_t at, AudError *err);

/*
 * How many bytes are there?  False if only reading to the end could tell (gzip;
 * zstd where a frame does not say).  Moves nothing.
 */
extern bool aud_source_size(AudSource *s, uint64_t *bytes);

#endif /* AUD_CORE_READER_SOURCE_H */
