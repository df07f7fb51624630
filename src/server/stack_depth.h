/*-------------------------------------------------------------------------
 *
 * stack_depth.h
 *	  What hooks of ours take of the stack is not counted against
 *	  max_stack_depth.
 *
 * A hook around code that may recurse is in the way of each level: without
 * this, a recursive SQL function would reach a third less deep than on a
 * server without us.  The server measures from a base to the present frame, so
 * the base is moved down by the bytes of our frame while it calls on.
 *
 * The kernel's limit holds as it did: as a whole no more is left uncounted
 * than lies between max_stack_depth and what the server would accept for it
 * at this limit.  Where it is set as high as it can be, that is nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_STACK_DEPTH_H
#define AUD_SERVER_STACK_DEPTH_H

#include "miscadmin.h"

/* The base before a hook has moved it, to be put back; NULL: it has not. */
typedef pg_stack_base_t AudStackBase;

/* Only so far down it is worth its while: usual statements stay above. */
extern const char *aud_stack_threshold;

extern AudStackBase aud_stack_leave_out_slowly(const char *above);
extern void         aud_stack_count_again_slowly(AudStackBase old);

/* Where the frame of the function begins that asks. */
#define AUD_STACK_ABOVE() ((const char *) __builtin_dwarf_cfa())

/*
 * Before a hook calls on: leave out what lies below "above".  Everything that
 * leaves the function that asks, an error too, must count it again.
 */
static inline AudStackBase
aud_stack_leave_out(const char *above)
{
	if (likely(above > aud_stack_threshold))
		return NULL;
	return aud_stack_leave_out_slowly(above);
}

/* In the hook itself: its frame. */
#define AUD_STACK_LEAVE_OUT() aud_stack_leave_out(AUD_STACK_ABOVE())

static inline void
aud_stack_count_again(AudStackBase old)
{
	if (unlikely(old != NULL))
		aud_stack_count_again_slowly(old);
}

#endif /* AUD_SERVER_STACK_DEPTH_H */
