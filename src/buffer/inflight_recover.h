/*-------------------------------------------------------------------------
 *
 * inflight_recover.h
 *	  What a start makes of the slots that a crash has left.
 *
 * Slots in use are those of processes that a crash took.  They become records
 * in the ring, behind everything that the crash left there.
 *
 * Whoever may write to the file may have made up what is in a slot.  After a
 * crash of a backend nothing in the file's slots is believed: the processes'
 * own are still there.  When the postmaster has died, what is in a slot must
 * have the right checksum and be exactly what record/ writes; a checksum can be
 * computed by anybody, so what has this shape may still be untrue.
 *
 * Postmaster, at shared-memory start-up, while no other process exists.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_INFLIGHT_RECOVER_H
#define AUD_BUFFER_INFLIGHT_RECOVER_H

#include "buffer/ring.h"

/*
 * Put the owners' slots, those of "own", in place of the file's.  Returns how
 * many of the file's said something else; a slot whose owner was killed while
 * it wrote to both does not count.
 */
extern int aud_inflight_restore(AudBufferHeader       *file,
								const AudBufferHeader *own);

/* What became of the slots in use. */
typedef struct AudInflightRecovered
{
	int records;       /* appended */
	int lost_records;  /* for which there was no room; not counted anywhere */
	int lost_sessions; /* that they were of */
	int refused;       /* slots that do not hold what a process writes */
} AudInflightRecovered;

/*
 * Make records in the ring of what the slots hold, and empty them for those
 * who will use them next; now_us: microseconds since 1970.
 */
extern AudInflightRecovered aud_inflight_recover(AudBufferHeader *header,
												 int64_t          now_us);

#endif /* AUD_BUFFER_INFLIGHT_RECOVER_H */
