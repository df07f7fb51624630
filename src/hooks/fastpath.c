/*-------------------------------------------------------------------------
 *
 * fastpath.c
 *	  Function calls of the protocol (message F), which run a function without
 *	  any statement: no parser, planner, executor or utility hook is called.
 *
 * The beginning shows in the object access hook, after the permission check,
 * and for functions that are not built in already in needs_fmgr_hook, before
 * it, so that a refused call can be named.  The end is the answer: a
 * FunctionCallResponse or an error.
 *
 * The arguments are seen by nobody but the function.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "tcop/dest.h"
#include "tcop/tcopprot.h"

#include "core/class.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "hooks/hooks.h"
#include "hooks/wire.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/statement.h"

static needs_fmgr_hook_type next_needs_fmgr_hook;

static AudStmt *call;       /* the frame, while the function runs */
static int      nest_level; /* of the transaction it was called in */

/*
 * Messages that carry a text set debug_query_string before anything else is
 * done, and what runs at a commit runs in triggers.
 */
static bool
may_be_fastpath(void)
{
	return debug_query_string == NULL && call == NULL && MyProcPort != NULL &&
		   aud_statement_active() == NULL && !aud_statement_is_planning() &&
		   !aud_statement_is_committing() && whereToSendOutput == DestRemote &&
		   !am_walsender && IsTransactionState() &&
		   aud_place_trigger_depth() == 0;
}

static void
end_call(bool success)
{
	AudStmt *stmt = call;

	call = NULL;
	aud_wire_listen(NULL);
	if (success)
	{
		aud_error_flush_swallowed();
		aud_command_after(stmt, NULL);
	}
	aud_statement_leave(stmt);
	if (success)
		aud_statement_end(stmt);
	else
		aud_statement_fail(stmt, aud_error_take());
}

static void
answered(char type, const char *body, size_t len)
{
	if (call != NULL && (type == 'V' || type == 'E'))
		end_call(type == 'V');
}

/* For the case that there is no client to be answered any more. */
void
aud_fastpath_over(void)
{
	if (call != NULL && GetCurrentTransactionNestLevel() <= nest_level)
		end_call(false);
}

void
aud_fastpath_function(Oid funcid)
{
	if (!may_be_fastpath() || !aud_policy_watching())
		return;
	aud_error_watch();
	call = aud_statement_begin_command(NULL,
									   "FUNCTION CALL",
									   AUD_CLASS_FUNCTION,
									   AUD_ORIGIN_FASTPATH);
	nest_level = GetCurrentTransactionNestLevel();
	call->what.user_objects = true;
	aud_objects_add_function(call, funcid);
	aud_statement_enter(call);
	aud_wire_listen(answered);
}

/* Used for what it sees; the hook that it could ask for is not needed. */
static bool
aud_needs_fmgr_hook(Oid funcid)
{
	if (aud_place_is_fastpath())
		aud_fastpath_function(funcid);
	return next_needs_fmgr_hook != NULL && next_needs_fmgr_hook(funcid);
}

void
aud_fastpath_install(void)
{
	next_needs_fmgr_hook = needs_fmgr_hook;
	needs_fmgr_hook = aud_needs_fmgr_hook;
}
