/*-------------------------------------------------------------------------
 *
 * fastpath.c
 *	  Function calls of the protocol (message F), which run a function without
 *	  any statement: no parser, planner, executor or utility hook is called.
 *
 * The beginning shows in the object access hook, after the permission check,
 * and for functions that are not built in already in needs_fmgr_hook, before
 * it, so that a refused call can be named.  The end is the answer, a
 * FunctionCallResponse, or the rollback.
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

#include "hooks/hooks.h"
#include "server/wire.h"
#include "statement/login.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/request.h"
#include "statement/statement.h"

static needs_fmgr_hook_type next_needs_fmgr_hook;

/*
 * Messages that carry a text set debug_query_string before anything else is
 * done, and what runs at a commit runs in triggers.
 */
static bool
may_be_fastpath(void)
{
	return debug_query_string == NULL && !aud_request_has_call() &&
		   aud_login_is_open() && aud_statement_active() == NULL &&
		   !aud_statement_is_planning() && !aud_statement_is_committing() &&
		   whereToSendOutput == DestRemote && !am_walsender &&
		   IsTransactionState() && aud_place_trigger_depth() == 0;
}

/*
 * An error is reported while it still holds locks: what becomes of the call is
 * found out when the transaction has been rolled back.
 */
static void
answered(char type, const char *body, size_t len)
{
	if (type != 'V' && type != 'E')
		return;
	aud_wire_listen(NULL);
	if (type == 'V')
		aud_request_end_call();
}

void
aud_fastpath_function(Oid funcid)
{
	if (!may_be_fastpath() || !aud_policy_watching())
		return;
	aud_request_begin_call(funcid);
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
