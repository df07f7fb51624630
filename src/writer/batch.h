/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  One batch: the lines that go to the file with one write and one sync.
 *
 * For the writer alone.  A batch is filled, then written, and only when it is
 * on disk does the buffer's tail move: until that moment everything in it can
 * be made again.  Plain memory: no lock, no file, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_BATCH_H
#define AUD_WRITER_BATCH_H

#include "buffer/ring.h"

/* Room before the lines, for an audit.open with the longest names. */
#define AUD_BATCH_HEADROOM 8192

typedef struct AudBatch
{
	char       *storage;  /* AUD_BATCH_HEADROOM, then the lines */
	char       *record;   /* AUD_RECORD_MAX: one record out of the ring */
	char       *start;    /* the first line; in the headroom after a fault */
	uint64      found_to; /* records before it were in the file at the start */
	AudBuf      out;
	bool        hashed;  /* do the lines carry "h"? */
	AudPosition after;   /* where the trail stands once this is on disk */
	AudChain    sealed;  /* chain after the lines of out, without a late open */
	uint64      records; /* lines that came from the ring */
	uint64      lines;   /* all of them */
	bool        late_open; /* does an audit.open stand in the headroom? */
	uint64      damaged;   /* stretches of the ring that hold no record */
} AudBatch;

/*
 * The caller's storage, AUD_BATCH_HEADROOM + room + 1 bytes, of which the
 * lines may take room; and AUD_RECORD_MAX bytes for one record.
 */
extern void aud_batch_init(AudBatch *batch, char *storage, size_t room,
						   char *record);

/* Begin anew from where the trail stands. */
extern void aud_batch_reset(AudBatch *batch, const AudPosition *position,
							bool hashed);

/* Add a record of the writer's own.  False if there is no room. */
extern bool aud_batch_add(AudBatch *batch, AudHasher *hasher, const char *body,
						  size_t len);

/*
 * Add records from the ring until it is empty, "limit" bytes have been taken
 * or the batch is full.  What does not begin as a record does, or was found at
 * the start and is none (core/shape.h), counts as damaged.
 */
extern void aud_batch_fill(AudBatch *batch, AudBufferHeader *header,
						   AudHasher *hasher, size_t limit);

/* Bytes of the batch, a late open included. */
extern size_t aud_batch_bytes(const AudBatch *batch);

/*
 * Put an audit.open before the lines although its number comes after theirs
 * (docs/trail.md, "After a fault").  Replaces an earlier one.
 */
extern void aud_batch_set_late_open(AudBatch *batch, AudHasher *hasher,
									const char *body, size_t len);

#endif /* AUD_WRITER_BATCH_H */
