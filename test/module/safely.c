/*-------------------------------------------------------------------------
 *
 * safely.c
 *	  A module for t/067_safely.pl: runs aud_safely() with work that fails in
 *	  a chosen way, holding a lock or not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/lwlock.h"
#include "utils/builtins.h"

/* It is built alone, and the module under test exports nothing. */
#include "server/safely.c"

PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(run_safely);
PG_FUNCTION_INFO_V1(lock_is_held);

typedef struct Failure
{
	int         sqlstate;
	const char *how;
	bool        announced; /* what aud_safely_ends() said of the error */
} Failure;

static void
announce(void *arg)
{
	Failure *failure = arg;

	failure->announced = aud_safely_ends(geterrcode());
}

static void
fail(void *arg)
{
	Failure *failure = arg;

	if (strcmp(failure->how, "holding a lock") == 0)
		LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	if (strcmp(failure->how, "after a lock") == 0)
	{
		LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
		ereport(NOTICE, errmsg("the lock is held"));
		LWLockRelease(AddinShmemInitLock);
	}
	ereport(ERROR, errcode(failure->sqlstate), errmsg("look-up failed"));
}

/* run_safely(sqlstate, how) returns whether aud_safely() swallowed the error. */
Datum
run_safely(PG_FUNCTION_ARGS)
{
	const char *code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Failure     failure = {
			.sqlstate = MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]),
			.how = text_to_cstring(PG_GETARG_TEXT_PP(1)),
    };
	ErrorContextCallback callback = {
		.previous = error_context_stack,
		.callback = announce,
		.arg = &failure,
	};
	bool   caught = false;
	uint32 held = InterruptHoldoffCount;

	error_context_stack = &callback;
	PG_TRY();
	{
		caught = !aud_safely(fail, &failure);
	}
	PG_CATCH();
	{
		if (failure.announced)
			elog(FATAL, "aud_safely_ends() was wrong");
		PG_RE_THROW();
	}
	PG_END_TRY();
	error_context_stack = callback.previous;
	if (InterruptHoldoffCount != held || !failure.announced)
		elog(FATAL, "interrupts are held off, or aud_safely_ends() was wrong");
	PG_RETURN_BOOL(caught);
}

Datum
lock_is_held(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(LWLockHeldByMe(AddinShmemInitLock));
}
