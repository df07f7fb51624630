/*-------------------------------------------------------------------------
 *
 * xact.c
 *	  Transaction callbacks.
 *
 * The first commit of a client backend is the one InitPostgres makes when it
 * has checked everything that can refuse a session: it opens the session in the
 * trail, unless event triggers are still to be asked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/resowner.h"

#include "hooks/hooks.h"
#include "statement/acting.h"
#include "statement/apply.h"
#include "statement/early.h"
#include "statement/error.h"
#include "statement/login.h"
#include "statement/request.h"
#include "statement/statement.h"
#include "statement/xact.h"

/*
 * Why a transaction or subtransaction is rolled back: the error that has just
 * been raised, or NULL where ROLLBACK asks for it.
 */
static const AudFailure *
abort_reason(void)
{
	if (!aud_error_is_in_flight() || TransactionBlockStatusCode() == 'E')
		return NULL;
	return aud_error_last();
}

static void
xact_ended(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (aud_login_passed())
				aud_replication_start();
			aud_apply_committing();
			aud_error_flush_swallowed();
			aud_early_commits();
			aud_statement_commits();
			break;
		case XACT_EVENT_PRE_PREPARE:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
			aud_early_commits();
			aud_statement_commits();
			break;
		case XACT_EVENT_COMMIT:
			aud_statement_committed(true, NULL);
			aud_xact_committed();
			aud_login_committed();
			break;
		case XACT_EVENT_PREPARE:
			aud_statement_committed(true, NULL);
			aud_xact_prepared();
			break;
		case XACT_EVENT_ABORT:
			aud_error_write_unwritten();
			aud_request_rolled_back();
			aud_login_rolled_back();
			aud_early_rolled_back(false);
			aud_statement_committed(false, aud_error_last());
			aud_xact_aborted(abort_reason());
			break;
		case XACT_EVENT_PARALLEL_ABORT:
			aud_early_rolled_back(false);
			return;
		default:
			return;
	}
	aud_error_settled();
	aud_error_context_link();
}

static void
subxact_ended(SubXactEvent event, SubTransactionId mySubid,
			  SubTransactionId parentSubid, void *arg)
{
	switch (event)
	{
		case SUBXACT_EVENT_START_SUB:
			aud_xact_sub_started();
			break;
		case SUBXACT_EVENT_COMMIT_SUB:
			aud_xact_sub_committed();
			break;
		case SUBXACT_EVENT_ABORT_SUB:
			aud_error_write_unwritten();
			aud_request_rolled_back();
			aud_early_rolled_back(true);
			aud_xact_sub_aborted(abort_reason());
			aud_error_settled();
			aud_error_context_link();
			break;
		default:
			break;
	}
}

/*
 * Locks are released after all callbacks of the transaction's end, in whatever
 * order they were registered, and before settings are given back.
 */
static void
locks_released(ResourceReleasePhase phase, bool isCommit, bool isTopLevel,
			   void *arg)
{
	if (isTopLevel && phase == RESOURCE_RELEASE_AFTER_LOCKS)
		aud_acting_callbacks_done();
}

void
aud_hooks_xact_install(void)
{
	RegisterResourceReleaseCallback(locks_released, NULL);
	RegisterXactCallback(xact_ended, NULL);
	RegisterSubXactCallback(subxact_ended, NULL);
}
