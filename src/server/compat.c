/*-------------------------------------------------------------------------
 *
 * compat.c
 *	  What takes more than another spelling from one major to the next.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/catalog.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "commands/defrem.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/lsyscache.h"
#include "utils/wait_event.h"

#include "server/compat.h"

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

/* 16: a list of options with values; REVOKE has false in it */
bool
aud_compat_role_option(const GrantRoleStmt *grant, const char *name, bool *value)
{
#if PG_VERSION_NUM >= 160000
	bool      found = false;
	ListCell *lc;

	foreach (lc, grant->opt)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, name) != 0)
			continue;
		found = true;
		*value = !grant->is_grant || defGetBoolean(option);
	}
	return found;
#else
	*value = true;
	return grant->admin_opt && strcmp(name, "admin") == 0;
#endif
}

/* 19: FOR ALL TABLES EXCEPT (TABLE ...) */
List *
aud_compat_excepted_tables(const Node *tree)
{
	List *tables = NIL;

#if PG_VERSION_NUM >= 190000
	const List *objects = IsA(tree, CreatePublicationStmt)
							  ? ((const CreatePublicationStmt *) tree)->pubobjects
						  : IsA(tree, AlterPublicationStmt)
							  ? ((const AlterPublicationStmt *) tree)->pubobjects
							  : NIL;
	ListCell   *lc;

	foreach (lc, objects)
	{
		const PublicationObjSpec *object = lfirst(lc);

		if (object->pubobjtype == PUBLICATIONOBJ_EXCEPT_TABLE)
			tables = lappend(tables, object->pubtable->relation);
	}
#else
	(void) tree;
#endif
	return tables;
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

/* 18: columns that are computed when they are read */
Bitmapset *
aud_compat_columns_behind(Oid relid, int attno)
{
	Bitmapset *columns = NULL;

#if PG_VERSION_NUM >= 180000
	if (get_attgenerated(relid, (AttrNumber) attno) == ATTRIBUTE_GENERATED_VIRTUAL)
	{
		Relation rel = relation_open(relid, AccessShareLock);

		pull_varattnos(build_generation_expression(rel, attno), 1, &columns);
		relation_close(rel, NoLock);
	}
#else
	(void) relid;
	(void) attno;
#endif
	return columns;
}

uint64
aud_compat_maintains_all(Oid role)
{
#if PG_VERSION_NUM >= 170000
	if (has_privs_of_role(role, ROLE_PG_MAINTAIN))
		return ACL_MAINTAIN;
#endif
	return ACL_NO_RIGHTS;
}

/* 16: one function for the owners of everything.  17: a privilege for it. */
bool
aud_compat_may_maintain(Oid relid)
{
#if PG_VERSION_NUM >= 170000
	return pg_class_aclcheck(relid, GetUserId(), ACL_MAINTAIN) == ACLCHECK_OK;
#elif PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	return pg_class_ownercheck(relid, GetUserId());
#endif
}

bool
aud_compat_may_vacuum(Oid relid)
{
	bool may = aud_compat_may_maintain(relid);

	if (may || IsSharedRelation(relid))
		return may;
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(DatabaseRelationId, MyDatabaseId, GetUserId());
#else
	return pg_database_ownercheck(MyDatabaseId, GetUserId());
#endif
}
