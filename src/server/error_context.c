/*-------------------------------------------------------------------------
 *
 * error_context.c
 *	  A callback at the bottom of error_context_stack.
 *
 * emit_log_hook sees only what log_min_messages lets through, and never an
 * error that a PL/pgSQL block swallows.  errfinish() calls the callbacks of
 * error_context_stack for each of them.
 *
 * What we rely on, to be checked in a new major version: that errfinish()
 * walks the stack to its end for every level, before it resets
 * InterruptHoldoffCount and CritSectionCount; that whoever pushes an entry
 * takes it off again by its "previous"; and that the stack is emptied only
 * where everything below the caller is left as well (PostgresMain and the
 * main loops of other processes, proc_exit).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "server/error_context.h"

static ErrorContextCallback callback;

void
aud_error_context_link(void)
{
	ErrorContextCallback **link = &error_context_stack;

	while (*link != NULL && *link != &callback)
		link = &(*link)->previous;
	if (*link == NULL)
	{
		callback.previous = NULL;
		*link = &callback;
	}
}

bool
aud_error_context_is_bottom(const void *stack)
{
	return stack == NULL || stack == &callback;
}

bool
aud_error_context_is_safe(void)
{
	return InterruptHoldoffCount == 0 && CritSectionCount == 0;
}

void
aud_error_context_install(void (*raised)(void *arg))
{
	callback.callback = raised;
	aud_error_context_link();
}
