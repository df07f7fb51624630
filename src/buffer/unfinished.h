/*-------------------------------------------------------------------------
 *
 * unfinished.h
 *	  At a start: what the processes that a crash took could not write any
 *	  more.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_UNFINISHED_H
#define AUD_BUFFER_UNFINISHED_H

/*
 * Make records of it.  Postmaster, while no other process exists, when the
 * buffer file is mapped.
 */
extern void aud_buffer_append_unfinished(void);

/* Slots of the file that the last start did not believe. */
typedef struct AudSlotsRefused
{
	int invalid; /* they held what no process writes; counted as lost */
	int changed; /* others had written there; what was theirs was still known */
} AudSlotsRefused;

extern AudSlotsRefused aud_buffer_slots_refused(void);

#endif /* AUD_BUFFER_UNFINISHED_H */
