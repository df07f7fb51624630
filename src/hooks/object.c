/*-------------------------------------------------------------------------
 *
 * object.c
 *	  Object access and function manager hooks: what is really created,
 *	  altered, dropped and truncated, and which functions are called.
 *
 * The object access hook needs no event trigger and no extension in the
 * database, and goes on under session_replication_role = replica.
 *
 * Functions that it does not report: the server asks needs_fmgr_hook about
 * every function that is not built in when it looks it up, a trigger function
 * when it is first fired in a statement, and an SQL function when the planner
 * thinks of inlining it.  The answer is always no.  About SECURITY DEFINER
 * functions it does not ask; these are reported as they are called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "executor/executor.h"
#include "fmgr.h"

#include "hooks/hooks.h"
#include "server/compat.h"
#include "statement/policy.h"
#include "statement/statement.h"

static object_access_hook_type      next_object_access;
static ExecutorCheckPerms_hook_type next_ExecutorCheckPerms;
static needs_fmgr_hook_type         next_needs_fmgr;
static fmgr_hook_type               next_fmgr;

static void
note_access(ObjectAccessType access, Oid classid, Oid objid, int subid, void *arg)
{
	switch (access)
	{
		case OAT_FUNCTION_EXECUTE:
			aud_statement_function_called(objid);
			break;
		case OAT_POST_CREATE:
			if (!((ObjectAccessPostCreate *) arg)->is_internal)
				aud_statement_object_created(classid, objid, subid);
			break;
		case OAT_POST_ALTER:
			if (!((ObjectAccessPostAlter *) arg)->is_internal)
				aud_statement_object_altered(classid,
											 objid,
											 ((ObjectAccessPostAlter *) arg)
												 ->auxiliary_id);
			break;
		case OAT_DROP:
			aud_statement_object_dropped(classid,
										 objid,
										 subid,
										 (((ObjectAccessDrop *) arg)->dropflags &
										  PERFORM_DELETION_INTERNAL) != 0);
			break;
		case OAT_TRUNCATE:
			aud_statement_object_truncated(objid);
			break;
		default:
			break;
	}
}

static void
aud_object_access(ObjectAccessType access, Oid classId, Oid objectId, int subId,
				  void *arg)
{
	if (access != OAT_NAMESPACE_SEARCH && aud_policy_watching())
	{
		if (access == OAT_FUNCTION_EXECUTE && aud_statement_active() == NULL)
			aud_fastpath_function(objectId);
		note_access(access, classId, objectId, subId, arg);
	}
	if (next_object_access)
		next_object_access(access, classId, objectId, subId, arg);
}

static bool
aud_ExecutorCheckPerms(AUD_CHECKPERMS_PARAMS)
{
	aud_statement_checks_permissions(rangeTable, AUD_CHECKPERMS_LIST);
	if (next_ExecutorCheckPerms)
		return next_ExecutorCheckPerms(AUD_CHECKPERMS_ARGS);
	return true;
}

static bool
aud_needs_fmgr(Oid fn_oid)
{
	if (aud_policy_watching() && aud_statement_function_looked_up(fn_oid))
		return true;
	return next_needs_fmgr ? next_needs_fmgr(fn_oid) : false;
}

static void
aud_fmgr(FmgrHookEventType event, FmgrInfo *flinfo, Datum *arg)
{
	if (event == FHET_START && aud_policy_watching())
		aud_statement_function_entered(flinfo->fn_oid);
	if (next_fmgr)
		next_fmgr(event, flinfo, arg);
}

void
aud_hooks_object_install(void)
{
	next_object_access = object_access_hook;
	object_access_hook = aud_object_access;
	next_ExecutorCheckPerms = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = aud_ExecutorCheckPerms;
	next_needs_fmgr = needs_fmgr_hook;
	needs_fmgr_hook = aud_needs_fmgr;
	next_fmgr = fmgr_hook;
	fmgr_hook = aud_fmgr;
}
