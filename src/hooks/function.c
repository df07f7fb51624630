/*-------------------------------------------------------------------------
 *
 * function.c
 *	  Function manager hooks: the functions that the object access hook does
 *	  not report.
 *
 * The server asks needs_fmgr_hook about every function that is not built in
 * when it looks it up: a trigger function when it is first fired in a
 * statement, and an SQL function when the planner thinks of inlining it.  The
 * answer is always no.  About SECURITY DEFINER functions it does not ask; these
 * are reported as they are called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/syscache.h"

#include "facts/command.h"
#include "hooks/hooks.h"
#include "statement/policy.h"
#include "statement/statement.h"

static needs_fmgr_hook_type next_needs_fmgr;
static fmgr_hook_type       next_fmgr;

/*
 * Support functions of types, operators and languages are looked up, too;
 * what nobody called by name or by a trigger is left out.
 */
static bool
is_wanted(Oid funcid)
{
	HeapTuple    tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;
	bool         wanted;

	if (!HeapTupleIsValid(tuple))
		return false;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	wanted = proc->prorettype == TRIGGEROID ||
			 proc->prorettype == EVENT_TRIGGEROID ||
			 (proc->prolang == SQLlanguageId && aud_statement_is_planning());
	ReleaseSysCache(tuple);
	return wanted;
}

static void
function_looked_up(Oid funcid)
{
	if (funcid >= FirstNormalObjectId && aud_policy_watching() &&
		IsTransactionState() && is_wanted(funcid))
		aud_statement_note_function(funcid);
}

static bool
aud_needs_fmgr(Oid fn_oid)
{
	function_looked_up(fn_oid);
	return next_needs_fmgr ? next_needs_fmgr(fn_oid) : false;
}

static void
aud_fmgr(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	if (event == FHET_START)
	{
		function_looked_up(flinfo->fn_oid);
		if (aud_statement_active() != NULL && aud_policy_watching())
			aud_command_function_entered(aud_statement_active());
	}
	if (next_fmgr)
		next_fmgr(event, flinfo, arg);
}

void
aud_hooks_function_install(void)
{
	next_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = aud_needs_fmgr;
	next_fmgr = fmgr_hook;
	fmgr_hook = aud_fmgr;
}
