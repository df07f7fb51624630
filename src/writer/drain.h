/*-------------------------------------------------------------------------
 *
 * drain.h
 *	  From the buffer to the disk: making batches and bringing them home.
 *
 * For the writer alone; the process that drains keeps its state here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_DRAIN_H
#define AUD_WRITER_DRAIN_H

#include <stdbool.h>

/*
 * Find out where the trail stands; before anything else.  False if the
 * directory cannot be read; then try again.
 */
extern bool aud_drain_begin(void);

/*
 * Write what is in the ring, up to a limit.  False if it could not be
 * written; then the next call tries again.
 */
extern bool aud_drain_round(void);

/* The last round: audit.stop and audit.close behind everything else. */
extern bool aud_drain_finish(void);

/* Begin a new file with the next round; reason goes into the records. */
extern void aud_drain_rotate(const char *reason);

#endif /* AUD_WRITER_DRAIN_H */
