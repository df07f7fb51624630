/*-------------------------------------------------------------------------
 *
 * deletions.h
 *	  Files of the trail that retention is deleting.
 *
 * A file is entered here before it is deleted and leaves when the audit.expire
 * record that names it is on disk.  The list stands in the buffer file, behind
 * the header, so a crash anywhere in between leaves enough to write the record
 * at the next start; each entry has the number that its record was given, so
 * that start can tell whether the record is in the trail already.
 *
 * The writer's alone.  Plain memory: no lock, no file.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_DELETIONS_H
#define AUD_BUFFER_DELETIONS_H

#include "buffer/ring.h"

/* Files that can be deleted before one of them has been recorded. */
#define AUD_EXPIRY_MAX 16

/* Why a file goes; kept in the buffer file, so the numbers stay. */
typedef enum AudExpiryReason
{
	AUD_EXPIRY_AGE = 1,
	AUD_EXPIRY_SIZE = 2,
	AUD_EXPIRY_OVERWRITE = 3,
} AudExpiryReason;

typedef struct AudExpiry
{
	char      name[AUD_TRAIL_NAME_MAX]; /* "": the entry is free */
	uint64    bytes;
	uint64    first_seq;
	uint64    last_seq;
	char      last_h[AUD_CHAIN_HASH_CHARS + 1]; /* "" if there is none */
	uint8     reason;
	pg_crc32c crc; /* of the log's id and all before it */
	uint64    seq; /* number that its record was given; 0: none yet */
} AudExpiry;

/* Copies facts, but for crc and seq; NULL if the list is full. */
extern AudExpiry *aud_deletions_add(AudBufferHeader *header,
									const AudExpiry *facts);
extern bool       aud_deletions_has_room(AudBufferHeader *header);

/* The oldest entry, or the one after it; NULL at the end. */
extern AudExpiry *aud_deletions_next(AudBufferHeader *header, AudExpiry *entry);

extern void aud_deletions_remove(AudBufferHeader *header, AudExpiry *entry);

/* Its record has this number; 0: none yet. */
extern void aud_deletions_set_seq(AudBufferHeader *header, AudExpiry *entry,
								  uint64 seq);

/* Remove those whose record is in the trail, which has come to this number. */
extern void aud_deletions_remove_recorded(AudBufferHeader *header, uint64 seq);

/*
 * The records of entries that are not in the trail have to be composed anew:
 * none has a number.
 */
extern void aud_deletions_restart(AudBufferHeader *header);

/*
 * Take over what is whole and of the same log from another file, of which
 * AUD_BUFFER_PAGE bytes can be read.
 */
extern void aud_deletions_take_over(AudBufferHeader *to, const void *from);

#endif /* AUD_BUFFER_DELETIONS_H */
