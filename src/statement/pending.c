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
#include "statement/pending.h"

/* A statement that calls more of them in advance names the first ones. */
#define PENDING_MAX 16

static const AudStmt *noted_in;
static int            n_functions;
static Oid            functions[PENDING_MAX];

void
aud_pending_note(const AudStmt *active, Oid funcid)
{
	if (noted_in != active)
		n_functions = 0;
	noted_in = active;
	if (n_functions < PENDING_MAX)
		functions[n_functions++] = funcid;
}

void
aud_pending_take(AudStmt *stmt, const AudStmt *active)
{
	for (int i = 0; noted_in == active && i < n_functions; i++)
		aud_objects_add_function(stmt, functions[i]);
	n_functions = 0;
}

void
aud_pending_forget(void)
{
	n_functions = 0;
}
