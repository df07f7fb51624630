/*-------------------------------------------------------------------------
 *
 * compose.h
 *	  What goes into the next batch, and in which order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_WRITER_COMPOSE_H
#define AUD_WRITER_COMPOSE_H

#include "writer/state.h"

/*
 * Put the next batch together, in w->batch and w->own; false: there is nothing
 * to write.  Nothing outside the batch changes but the numbers of the list of
 * deletions.
 */
extern bool aud_compose_batch(AudWriter *w);

/* Put the late open of a new file before a batch that failed. */
extern void aud_compose_late_open(AudWriter *w);

/* With nothing to write, when at the latest to look again: so many ms. */
extern long aud_compose_idle_ms(const AudWriter *w);

#endif /* AUD_WRITER_COMPOSE_H */
