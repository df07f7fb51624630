/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Every error that this process raises, whatever the server log shows, by
 *	  the callback of server/error_context.h.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "server/compat.h"
#include "utils/memutils.h"

#include "hooks/hooks.h"
#include "server/activity.h"
#include "server/error_context.h"
#include "server/processes.h"
#include "server/safely.h"
#include "server/wire.h"
#include "statement/early_text.h"
#include "statement/error.h"
#include "statement/login.h"
#include "statement/policy.h"
#include "statement/statement.h"

static MemoryContext error_context;

/*
 * Is this an error, not a warning or a notice?  No function tells the level
 * without copying everything, so what is clearly less is sorted out by its
 * SQLSTATE first.
 */
static bool
may_be_error(int sqlstate)
{
	int category = ERRCODE_TO_CATEGORY(sqlstate);

	return category != ERRCODE_SUCCESSFUL_COMPLETION &&
		   category != ERRCODE_WARNING && category != ERRCODE_NO_DATA;
}

/*
 * Does this process run statements for somebody, so that errors matter?  The
 * worker of autovacuum does where it runs code of a user.
 */
static bool
is_audited_process(void)
{
	if (!IsUnderPostmaster || IsParallelWorker())
		return false;
	return MyProcPort != NULL ||
		   (MyBackendType == B_BG_WORKER && OidIsValid(MyDatabaseId) &&
			!aud_processes_is_own()) ||
		   (AUD_IS_AUTOVACUUM_WORKER() && aud_backend->stack.early != NULL);
}

/*
 * No memory of our own is used while memory is what is missing: copying the
 * error could only raise the next one.
 */
static int
out_of_memory(void)
{
	ErrorData edata = {.sqlerrcode = ERRCODE_OUT_OF_MEMORY,
					   .message = "out of memory",
					   .message_id = "out of memory"};

	aud_error_raised(&edata);
	return ERROR;
}

/*
 * What a client sends before it is known may not be worth an error message to
 * it: a start-up packet or TLS handshake that is none.  The log gets it as a
 * communication error, and the process exits.
 */
static bool
is_refusal(const ErrorData *edata)
{
	return edata->elevel == COMMERROR &&
		   edata->sqlerrcode == ERRCODE_PROTOCOL_VIOLATION &&
		   !aud_login_is_open();
}

static int
look_at_error(void)
{
	MemoryContext old = MemoryContextSwitchTo(error_context);
	ErrorData    *edata = CopyErrorData();
	int           level = edata->elevel;

	if (level >= ERROR || is_refusal(edata))
		aud_error_raised(edata);
	if (level < ERROR && is_refusal(edata))
	{
		aud_error_settled();
		aud_login_refused();
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(error_context);
	return level;
}

static void
error_raised(void *arg)
{
	int sqlstate = geterrcode();
	int level;

	if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_WARNING)
		aud_error_warned(sqlstate);
	if (!may_be_error(sqlstate) || !is_audited_process() ||
		aud_safely_ends(sqlstate))
		return;
	level = sqlstate == ERRCODE_OUT_OF_MEMORY ? out_of_memory() : look_at_error();

	if (level >= ERROR)
		aud_activity_error_raised();
	if (level == ERROR)
		aud_wire_rearm(aud_error_write);
	if (level >= ERROR && aud_statement_active() == NULL)
		aud_replication_failing();
	if (level == FATAL)
	{
		aud_statement_doom(aud_error_last());
		aud_login_refused();
	}
	else if (level == ERROR && aud_statement_active() == NULL &&
			 !aud_login_is_starting() && !aud_statement_is_committing() &&
			 aud_early_failed() == NULL && aud_policy_watching())
		aud_error_is_nobodys();
}

void
aud_hooks_error_install(void)
{
	error_context = AllocSetContextCreate(TopMemoryContext,
										  "secaudit errors",
										  ALLOCSET_SMALL_SIZES);
	aud_error_context_install(error_raised);
}
