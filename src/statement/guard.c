/*-------------------------------------------------------------------------
 *
 * guard.c
 *	  What the trail may demand of a session: to wait until records are on
 *	  disk (secaudit.durability), or not to run a statement at all, or not
 *	  now (secaudit.on_failure = error, block).
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

#include "buffer/buffer.h"
#include "statement/guard.h"
#include "statement/policy.h"

static void
refuse(void)
{
	ereport(ERROR,
			errcode(ERRCODE_IO_ERROR),
			errmsg("statement refused because the audit trail cannot be written"),
			errdetail("The parameter \"secaudit.on_failure\" is set to \"error\"."),
			errhint(
				"See the server log for the cause.  Superusers may still run statements."));
}

/*
 * A statement that would have no record need not wait for room.  What its
 * classes are may not be known yet.
 */
static bool
may_be_recorded(const AudStmt *stmt)
{
	if (stmt->what.classes != 0)
		return aud_policy_wants(stmt);
	return aud_config->log_classes != 0 ||
		   (stmt->who->superuser && aud_config->log_superuser);
}

/*
 * With "block" a statement waits before it runs: one that is cancelled now has
 * done nothing that its record would be missing for.
 */
static void
wait_for_room(void)
{
	while (aud_outage_is_on() && aud_buffer_wait_for_room() != AUD_WAIT_REACHED)
		CHECK_FOR_INTERRUPTS();
}

void
aud_guard_admit_in_outage(const AudStmt *stmt, const Node *utility)
{
	if (utility != NULL && IsA(utility, TransactionStmt))
		return;
	if (aud_config->on_failure == AUD_ON_FAILURE_ERROR && !superuser())
		refuse();
	if (aud_config->on_failure == AUD_ON_FAILURE_BLOCK && may_be_recorded(stmt))
		wait_for_room();
}

/* Wait for what this process has appended. */
void
aud_guard_wait(void)
{
	(void) aud_buffer_wait_durable(aud_buffer_my_last());
}

/* The server stops, for everybody; alone, nobody stops it. */
static bool
is_stopping(void)
{
	return aud_config->on_failure == AUD_ON_FAILURE_SHUTDOWN &&
		   PostmasterPid != 0;
}

/*
 * A wait that was ended by somebody must not end in a commit; the server itself
 * no longer looks at statement_timeout here.
 */
static void
before_commit(XactEvent event, void *arg)
{
	AudWaitEnd end;

	if ((event != XACT_EVENT_PRE_COMMIT && event != XACT_EVENT_PRE_PREPARE) ||
		aud_config->durability == AUD_DURABILITY_ASYNC)
		return;
	end = aud_buffer_wait_durable(aud_buffer_my_last());
	if (end == AUD_WAIT_REACHED)
		return;
	CHECK_FOR_INTERRUPTS();
	if (end == AUD_WAIT_INTERRUPTED)
		ereport(ERROR,
				errcode(ERRCODE_QUERY_CANCELED),
				errmsg("canceling statement because its audit records are not on disk yet"),
				errdetail("The wait for them was ended by statement_timeout."));
	if ((aud_config->on_failure == AUD_ON_FAILURE_ERROR && !superuser()) ||
		is_stopping())
		ereport(ERROR,
				errcode(ERRCODE_IO_ERROR),
				errmsg("transaction cannot be committed because the audit trail cannot be written"),
				errdetail("The parameter \"secaudit.on_failure\" is set to \"%s\".",
						  is_stopping() ? "shutdown" : "error"),
				errhint("See the server log for the cause."));
}

void
aud_guard_watch_commit(void)
{
	UnregisterXactCallback(before_commit, NULL);
	RegisterXactCallback(before_commit, NULL);
}
