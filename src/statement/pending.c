/*-------------------------------------------------------------------------
 *
 * pending.c
 *	  Functions that were called or inlined while a statement was planned.
 *
 * A function that is folded to a constant runs before the statement has a
 * frame, and one that is inlined never runs at all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "facts/objects.h"
#include "statement/backend.h"
#include "statement/pending.h"

void
aud_pending_note(const AudStmt *active, Oid funcid)
{
	AudPending *pending = &aud_backend->pending;

	if (pending->noted_in != active)
		pending->n_functions = 0;
	pending->noted_in = active;
	if (pending->n_functions < AUD_PENDING_MAX)
		pending->functions[pending->n_functions++] = funcid;
}

void
aud_pending_take(AudStmt *stmt, const AudStmt *active)
{
	AudPending *pending = &aud_backend->pending;

	for (int i = 0; pending->noted_in == active && i < pending->n_functions; i++)
		aud_objects_add_function(stmt, pending->functions[i]);
	pending->n_functions = 0;
}

void
aud_pending_forget(void)
{
	aud_backend->pending.n_functions = 0;
}
