/*-------------------------------------------------------------------------
 *
 * guc_role.c
 *	  The check of secaudit.role: is there such a role?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/acl.h"

#include "server/guc_role.h"

/*
 * A command sets it: SET, ALTER ROLE, ALTER DATABASE, or ALTER SYSTEM, which
 * claims to be a file.  A reload does, too, but no portal is active then.
 */
static bool
is_by_command(GucSource source)
{
	if (source == PGC_S_FILE)
		return ActivePortal != NULL;
	return source >= PGC_S_CLIENT && !InitializingParallelWorker;
}

bool
aud_guc_role_is_there(const char *name, GucSource source)
{
	if (name == NULL || *name == '\0' || !is_by_command(source) ||
		!IsTransactionState() || !OidIsValid(MyDatabaseId) ||
		OidIsValid(get_role_oid(name, true)))
		return true;

	GUC_check_errcode(ERRCODE_UNDEFINED_OBJECT);
	GUC_check_errmsg("role \"%s\" does not exist", name);
	GUC_check_errdetail(
		"The parameter \"secaudit.role\" must name a role that exists.");
	GUC_check_errhint(
		"Create a role without LOGIN for the object audit, and grant it what is to be audited.");
	return false;
}
