/*-------------------------------------------------------------------------
 *
 * drain.h
 *	  From the buffer to the disk: making batches and writing them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_DRAIN_H
#define AUD_WRITER_DRAIN_H

#include "writer/state.h"

/*
 * A writer's state, in a context of its own that lasts as long as the process.
 * Throws for want of memory, or of a hash function.
 */
extern AudWriter *aud_drain_make_writer(void);

/*
 * Find out where the trail stands; before anything else.  False if that cannot
 * be read; then try again.
 */
extern bool aud_drain_begin(AudWriter *w);

/*
 * Write what is in the ring, up to a limit.  False if it could not be
 * written; then the next call tries again.
 */
extern bool aud_drain_round(AudWriter *w);

/* The last round: audit.stop and audit.close behind everything else. */
extern bool aud_drain_finish(AudWriter *w);

#endif /* AUD_WRITER_DRAIN_H */
