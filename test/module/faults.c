/*-------------------------------------------------------------------------
 *
 * faults.c
 *	  SQL functions that fail in ways that no SQL can.
 *
 * fail_with_lock() raises an error while it holds the audit buffer's lock.  Who
 * would append a record inside errfinish() waits for himself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/lwlock.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(fail_with_lock);

Datum
fail_with_lock(PG_FUNCTION_ARGS)
{
	LWLockAcquire(&GetNamedLWLockTranche("SecauditBuffer")->lock, LW_EXCLUSIVE);
	ereport(PG_GETARG_BOOL(0) ? FATAL : ERROR,
			errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
			errmsg("failed with a lock"));
	PG_RETURN_NULL();
}
