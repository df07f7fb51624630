/*-------------------------------------------------------------------------
 *
 * recover.h
 *	  After a start: where the trail stands, by buffer and files together.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_TRAIL_RECOVER_H
#define AUD_TRAIL_RECOVER_H

#include "buffer/ring.h"

/* What the last file holds past the trail's end, see docs/trail.md. */
typedef enum AudTrailTail
{
	AUD_TAIL_NONE,
	AUD_TAIL_REPEATED,
	AUD_TAIL_TORN,
	AUD_TAIL_UNSYNCED,
	AUD_TAIL_FOREIGN,
} AudTrailTail;

/* What a start found: where the trail stands and what is left to write. */
typedef struct AudRecovery
{
	AudPosition  position; /* tail: the first record not in any file */
	AudTrailTail tail;
	uint32       repeats;      /* records to be written again first: 0 or 1 */
	uint32       next_file_no; /* higher than any in the directory */
	uint64       found;        /* records that were in the files already */
} AudRecovery;

/*
 * Compare a buffer and the files of its log.  False, with errno, if something
 * could not be read that may belong to the trail: then nothing is known, and
 * nothing may be written, or numbers could be given twice.
 *
 * Changes neither buffer nor files; throws only for want of memory.
 */
extern bool aud_trail_recover(AudBufferHeader *header, AudHasher *hasher,
							  AudRecovery *recovery);

/* Where a trail ends that is not being written. */
typedef struct AudTrailEnd
{
	char     log[AUD_LOG_NAME_LEN + 1]; /* "": there is none */
	char     file[AUD_TRAIL_NAME_MAX];  /* its newest */
	AudChain chain; /* after the last record that is sound there */
} AudTrailEnd;

/* False, with errno, if something could not be read. */
extern bool aud_trail_find_end(const char *log_id, AudHasher *hasher,
							   AudTrailEnd *end);

#endif /* AUD_TRAIL_RECOVER_H */
