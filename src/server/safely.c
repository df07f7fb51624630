/*-------------------------------------------------------------------------
 *
 * safely.c
 *	  Catalog look-ups that cannot fail the statement they are made for.
 *
 * A subtransaction would do it, but costs far too much, shows in transaction
 * ids and cannot be had everywhere.  A look-up leaves nothing behind but
 * locks and references to caches, and both belong to a resource owner: one
 * of its own is all that has to be cleaned up after an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "server/safely.h"

static int depth;

/* Cancelled, terminated, timed out, deadlocked: not for us to swallow. */
static bool
passes(int sqlstate)
{
	int category = ERRCODE_TO_CATEGORY(sqlstate);

	return category == ERRCODE_OPERATOR_INTERVENTION ||
		   category == ERRCODE_TRANSACTION_ROLLBACK ||
		   sqlstate == ERRCODE_LOCK_NOT_AVAILABLE;
}

bool
aud_safely_ends(int sqlstate)
{
	return depth > 0 && !passes(sqlstate);
}

/* On success the locks become the outer owner's, as if nothing had been. */
static void
release(ResourceOwner own, bool success)
{
	ResourceOwnerRelease(own, RESOURCE_RELEASE_BEFORE_LOCKS, success, false);
	ResourceOwnerRelease(own, RESOURCE_RELEASE_LOCKS, success, false);
	ResourceOwnerRelease(own, RESOURCE_RELEASE_AFTER_LOCKS, success, false);
	ResourceOwnerDelete(own);
}

bool
aud_safely(void (*work)(void *arg), void *arg)
{
	ResourceOwner outer = CurrentResourceOwner;
	MemoryContext context = CurrentMemoryContext;
	uint32        interrupts = InterruptHoldoffCount;
	uint32        cancels = QueryCancelHoldoffCount;
	volatile bool success = false;
	ResourceOwner own;

	if (!IsTransactionState() || outer == NULL)
		return false;

	own = ResourceOwnerCreate(outer, "secaudit look-up");
	CurrentResourceOwner = own;
	depth++;
	PG_TRY();
	{
		work(arg);
		success = true;
	}
	PG_CATCH();
	{
		depth--;
		CurrentResourceOwner = outer;
		if (passes(geterrcode()))
			PG_RE_THROW(); /* our owner goes with the outer one */
		MemoryContextSwitchTo(context);
		FlushErrorState();
		depth++;

		/* errfinish() took them to be forfeited */
		InterruptHoldoffCount = interrupts;
		QueryCancelHoldoffCount = cancels;
	}
	PG_END_TRY();
	depth--;
	release(own, success);
	CurrentResourceOwner = outer;
	return success;
}
