/*-------------------------------------------------------------------------
 *
 * compat.c
 *	  What takes more than another spelling from one major to the next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/wait_event.h"

#include "server/compat.h"

#if PG_VERSION_NUM >= (AUD_NEWEST_KNOWN_MAJOR + 1) * 10000
#pragma message(                                        \
	"This major of PostgreSQL is newer than secaudit. " \
	"src/server/compat.h lists the internals of the server to check first.")
#endif

/* 17: extensions may name their wait events */
uint32
aud_compat_wait_event(uint32 *cache, const char *name)
{
#if PG_VERSION_NUM >= 170000
	if (*cache == 0)
		*cache = WaitEventExtensionNew(name);
	return *cache;
#else
	(void) cache;
	(void) name;
	return PG_WAIT_EXTENSION;
#endif
}

/* 16: GRANT role has options, of which ADMIN is one */
bool
aud_compat_grants_admin(const GrantRoleStmt *grant)
{
#if PG_VERSION_NUM >= 160000
	ListCell *lc;

	foreach (lc, grant->opt)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "admin") == 0)
			return defGetBoolean(option);
	}
	return false;
#else
	return grant->admin_opt;
#endif
}

/* 16: the settings are in a hash table, and their array is made for the call */
struct config_generic **
aud_compat_settings(int *n)
{
#if PG_VERSION_NUM >= 160000
	return get_guc_variables(n);
#else
	struct config_generic **all;

	*n = GetNumConfigOptions();
	all = palloc(*n * sizeof(*all));
	memcpy(all, get_guc_variables(), *n * sizeof(*all));
	return all;
#endif
}

/* 16: one function for the owners of everything.  17: a privilege for it. */
bool
aud_compat_may_vacuum(Oid relid)
{
#if PG_VERSION_NUM >= 170000
	bool may = pg_class_aclcheck(relid, GetUserId(), ACL_MAINTAIN) == ACLCHECK_OK;
#elif PG_VERSION_NUM >= 160000
	bool may = object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	bool may = pg_class_ownercheck(relid, GetUserId());
#endif

	if (may || IsSharedRelation(relid))
		return may;
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(DatabaseRelationId, MyDatabaseId, GetUserId());
#else
	return pg_database_ownercheck(MyDatabaseId, GetUserId());
#endif
}
