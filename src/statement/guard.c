/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  What the trail may demand of a session: to wait until records are on
 *	  disk (secaudit.durability), or not to run a statement at all
 *	  (secaudit.on_failure = error).
 *
 * The wait before a commit has to come before anything that cannot be undone.
 * Transaction callbacks run in the reverse order of their registration, and
 * postgres_fdw commits its remote transactions in one that it registers when
 * it is first used, long after us.  So ours is registered again at the end of
 * every statement: then it is the first to run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "statement/guard.h"

/* Between two looks at whether the trail is broken. */
#define STEP_MS 200

void
aud_guard_refuse(const Node *utility)
{
	if (utility != NULL && IsA(utility, TransactionStmt))
		return;
	if (superuser())
		return;
	ereport(ERROR,
			errcode(ERRCODE_IO_ERROR),
			errmsg("statement refused because the audit trail cannot be written"),
			errdetail("The parameter \"secaudit.on_failure\" is set to \"error\"."),
			errhint(
				"See the server log for the cause.  Superusers may still run statements."));
}

/* Is there no point in waiting any longer? */
static bool
is_hopeless(TimestampTz began)
{
	if (ProcDiePending)
		return true;
	if (aud_config->on_failure == AUD_ON_FAILURE_BLOCK)
		return false;
	return aud_buffer_is_broken() ||
		   GetCurrentTimestamp() >=
			   TimestampTzPlusMilliseconds(began,
										   (int64) AUD_STALL_FACTOR *
											   aud_config->failure_timeout_ms);
}

/* Wait for what this process has appended.  False if that is hopeless. */
static bool
wait_for_mine(bool may_throw)
{
	uint64      pos = aud_buffer_my_last();
	TimestampTz began;

	if (aud_buffer_is_durable(pos))
		return true;
	began = GetCurrentTimestamp();
	while (!aud_buffer_wait_durable(pos, STEP_MS))
	{
		if (is_hopeless(began))
			return false;
		if (may_throw)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

void
aud_guard_wait(void)
{
	(void) wait_for_mine(false);
}

static void
before_commit(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE)
		return;
	if (aud_config->durability == AUD_DURABILITY_ASYNC || wait_for_mine(true))
		return;
	if (aud_config->on_failure == AUD_ON_FAILURE_ERROR && !superuser())
		ereport(ERROR,
				errcode(ERRCODE_IO_ERROR),
				errmsg("transaction cannot be committed because the audit trail cannot be written"),
				errdetail(
					"The parameter \"secaudit.on_failure\" is set to \"error\"."),
				errhint("See the server log for the cause."));
}

void
aud_guard_watch_commit(void)
{
	UnregisterXactCallback(before_commit, NULL);
	RegisterXactCallback(before_commit, NULL);
}
