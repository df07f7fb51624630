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
 * That holds for the errors a look-up is expected to raise, above all "cache
 * lookup failed" (XX000) for an object that a concurrent DROP has removed: no
 * user's statement may fail for such a race of ours.  Three kinds pass:
 *
 * - Cancelled, terminated, timed out, deadlocked: the user's business.
 * - I/O errors and damaged files (class 58, XX001, XX002).  On 15 a buffer
 *   whose read has failed stays marked as being read, belongs to no resource
 *   owner, and is put right only by the end of the (sub)transaction.
 * - Whatever is raised with an LWLock held, a buffer's content lock included:
 *   only the end of the (sub)transaction releases it, and this process would
 *   wait for itself at its next use.  Each acquisition of such a lock counts
 *   InterruptHoldoffCount up and each release down; errfinish() sets it to
 *   zero, but calls the error context callbacks before that, so they can
 *   compare it with what it was when the look-up began.
 *
 * Out of memory (53200) ends here: what was allocated belongs to a memory
 * context, and if the statement needs as much it will find out itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "server/safely.h"

/* A look-up that runs; they nest. */
typedef struct AudLookUp
{
	struct AudLookUp *outer;
	uint32            interrupts;   /* InterruptHoldoffCount before it */
	bool              holds_a_lock; /* when the last error was raised */
} AudLookUp;

static AudLookUp *running;

static bool
passes(int sqlstate)
{
	int category = ERRCODE_TO_CATEGORY(sqlstate);

	return category == ERRCODE_OPERATOR_INTERVENTION ||
		   category == ERRCODE_TRANSACTION_ROLLBACK ||
		   category == ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR) ||
		   sqlstate == ERRCODE_LOCK_NOT_AVAILABLE ||
		   sqlstate == ERRCODE_DATA_CORRUPTED ||
		   sqlstate == ERRCODE_INDEX_CORRUPTED;
}

bool
aud_safely_ends(int sqlstate)
{
	return running != NULL && !passes(sqlstate) &&
		   InterruptHoldoffCount <= running->interrupts;
}

/*
 * An error context callback, called for lesser messages, too; of those, only
 * the ones that have an error's SQLSTATE are taken for one, and the error that
 * ends the look-up comes last.
 */
static void
note_locks(void *arg)
{
	AudLookUp *look_up = arg;
	int        category = ERRCODE_TO_CATEGORY(geterrcode());

	if (category != ERRCODE_SUCCESSFUL_COMPLETION &&
		category != ERRCODE_WARNING && category != ERRCODE_NO_DATA)
		look_up->holds_a_lock = InterruptHoldoffCount > look_up->interrupts;
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
	uint32        cancels = QueryCancelHoldoffCount;
	volatile bool success = false;
	AudLookUp     look_up = {running, InterruptHoldoffCount, false};
	ResourceOwner own;

	ErrorContextCallback callback = {error_context_stack, note_locks, &look_up};

	if (!IsTransactionState() || outer == NULL)
		return false;

	own = ResourceOwnerCreate(outer, "secaudit look-up");
	CurrentResourceOwner = own;
	error_context_stack = &callback;
	running = &look_up;
	PG_TRY();
	{
		work(arg);
		success = true;
	}
	PG_CATCH();
	{
		running = look_up.outer;
		CurrentResourceOwner = outer;
		if (passes(geterrcode()) || look_up.holds_a_lock)
			PG_RE_THROW(); /* our owner goes with the outer one */
		MemoryContextSwitchTo(context);
		FlushErrorState();

		/* errfinish() took them to be forfeited */
		InterruptHoldoffCount = look_up.interrupts;
		QueryCancelHoldoffCount = cancels;
	}
	PG_END_TRY();
	running = look_up.outer;
	error_context_stack = callback.previous;
	CurrentResourceOwner = outer; /* the current one must not be deleted */
	release(own, success);
	return success;
}

/*
 * An error that aud_safely() ends takes all others from the stack of errors, so
 * the one that is being handled is set aside, and raised again for nobody but
 * ourselves: then it is where it was.
 */
bool
aud_safely_in_catch(void (*work)(void *arg), void *arg)
{
	MemoryContext before = CurrentMemoryContext;
	MemoryContext context;
	ErrorData    *edata;
	volatile bool success;

	if (!IsTransactionState())
		return false;
	context = AllocSetContextCreate(TopTransactionContext,
									"secaudit error",
									ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(context);
	edata = CopyErrorData();
	FlushErrorState();
	success = aud_safely(work, arg);
	PG_TRY();
	{
		ReThrowError(edata);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(before);
	}
	PG_END_TRY();
	MemoryContextDelete(context);
	return success;
}
