/*-------------------------------------------------------------------------
 *
 * stack.h
 *	  The statement stack, for event*.c only.
 *
 * Two structures share the frames.  The chain of active frames ("caller")
 * follows the C stack: a hook enters a frame before it calls on and leaves
 * it afterwards, also when an error passes through.  The list of open frames
 * ("next") holds every statement that has begun and not ended, among them
 * queries of portals that wait for the next FETCH or Execute message and are
 * not active at all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_STACK_H
#define AUD_STATEMENT_STACK_H

#include "record/stmt.h"

typedef struct AudStack
{
	AudStmt *active;          /* innermost one that is executing, or NULL */
	AudStmt *open;            /* newest first */
	AudStmt *awaiting_commit; /* see aud_statement_await_commit */
	int      planning;        /* planner levels below the active one */
} AudStack;

extern AudStack aud_stack;

/* A frame ends: unlink and pool it. */
extern void aud_stack_release(AudStmt *stmt);

#endif /* AUD_STATEMENT_STACK_H */
