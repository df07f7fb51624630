/*-------------------------------------------------------------------------
 *
 * batch.h
 *	  One batch: the lines that go to the file with one write and one sync.
 *
 * For the writer alone.  A batch is filled, then brought to disk, and only
 * then does the buffer's tail move: until that moment everything in it can be
 * made again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_BATCH_H
#define AUD_WRITER_BATCH_H

#include "trail/trail.h"

typedef struct AudBatch
{
	char       *storage; /* AUD_BATCH_HEADROOM, then the lines */
	char       *start;   /* the first line; in the headroom after a fault */
	AudBuf      out;
	bool        hashed;  /* do the lines carry "h"? */
	AudPosition after;   /* where the trail stands once this is on disk */
	AudChain    sealed;  /* chain after the lines of out, without a late open */
	uint64      records; /* lines that came from the ring */
	uint64      lines;   /* all of them */
	bool        late_open; /* does an audit.open stand in the headroom? */
	uint64      damaged;   /* stretches of the ring that could not be read */
} AudBatch;

/* Allocate; room is what out can hold. */
extern void aud_batch_init(AudBatch *batch, size_t room);

/* Begin anew from where the trail stands. */
extern void aud_batch_reset(AudBatch *batch, const AudPosition *position,
							bool hashed);

/* Add a record of the writer's own.  False if there is no room. */
extern bool aud_batch_add(AudBatch *batch, AudHasher *hasher, const char *body,
						  size_t len);

/*
 * Add records from the ring until it is empty, "limit" bytes have been taken
 * or the batch is full.
 */
extern void aud_batch_fill(AudBatch *batch, AudHasher *hasher, size_t limit);

/* Bytes of the batch, a late open included. */
extern size_t aud_batch_bytes(const AudBatch *batch);

/*
 * Put an audit.open before the lines although its number comes after theirs
 * (docs/trail.md, "After a fault").  Replaces an earlier one.
 */
extern void aud_batch_set_late_open(AudBatch *batch, AudHasher *hasher,
									const char *body, size_t len);

#endif /* AUD_WRITER_BATCH_H */
