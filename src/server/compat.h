/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The only file that knows the server version: the code speaks the newest
 *	  spelling, older servers are taught it here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_COMPAT_H
#define AUD_SERVER_COMPAT_H

#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "commands/defrem.h"
#include "executor/execdesc.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/wait_event.h"

#include "core/version.h"

#if PG_VERSION_NUM < 150000
#error "secaudit needs PostgreSQL 15 or later"
#endif

/* 16: CleanQuerytext() moved, postgres.h lost the inside of varlenas */
#if PG_VERSION_NUM >= 160000
#include "nodes/queryjumble.h"
#include "varatt.h"
#else
#include "utils/queryjumble.h"
#endif

/* 18: PG_MODULE_MAGIC_EXT carries name and version */
#if PG_VERSION_NUM >= 180000
#define AUD_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "secaudit", .version = AUD_VERSION)
#else
#define AUD_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 18: execute_once left ExecutorRun */
#if PG_VERSION_NUM >= 180000
#define AUD_EXECRUN_PARAMS \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count
#define AUD_EXECRUN_ARGS queryDesc, direction, count
#else
#define AUD_EXECRUN_PARAMS                                       \
	QueryDesc *queryDesc, ScanDirection direction, uint64 count, \
		bool execute_once
#define AUD_EXECRUN_ARGS queryDesc, direction, count, execute_once
#endif

/* 17: BackendId became ProcNumber */
#if PG_VERSION_NUM < 170000
#define AUD_MY_PROC_NUMBER (MyProc->pgprocno)
#else
#define AUD_MY_PROC_NUMBER ((int) MyProcNumber)
#endif

/* 17: BackendId became ProcNumber */
#if PG_VERSION_NUM >= 170000
#define AUD_PROC_BEENTRY(proc) \
	pgstat_get_beentry_by_proc_number(GetNumberFromPGProc(proc))
#else
#define AUD_PROC_BEENTRY(proc) pgstat_fetch_stat_beentry((proc)->backendId)
#endif

/* 16: permissions are checked per RTEPermissionInfo */
#if PG_VERSION_NUM >= 160000
#define AUD_CHECKPERMS_PARAMS \
	List *rangeTable, List *rteperminfos, bool ereport_on_violation
#define AUD_CHECKPERMS_ARGS rangeTable, rteperminfos, ereport_on_violation
#define AUD_CHECKPERMS_LIST rteperminfos
#else
#define AUD_CHECKPERMS_PARAMS List *rangeTable, bool ereport_on_violation
#define AUD_CHECKPERMS_ARGS   rangeTable, ereport_on_violation
#define AUD_CHECKPERMS_LIST   NIL
#endif

/*
 * 16: what is required of a relation, and of which columns, is in a list
 * beside the range table; a view that was expanded is there as a subquery.
 */
#if PG_VERSION_NUM >= 160000
typedef RTEPermissionInfo AudPermissions;

#define AUD_PLAN_PERMISSIONS(plan)   ((plan)->permInfos)
#define AUD_QUERY_PERMISSIONS(query) ((query)->rteperminfos)

static inline const AudPermissions *
aud_permissions_of(const RangeTblEntry *rte, List *permissions)
{
	if (rte->perminfoindex == 0 || !OidIsValid(rte->relid))
		return NULL;
	return list_nth(permissions, (int) rte->perminfoindex - 1);
}
#else
typedef RangeTblEntry AudPermissions;

#define AUD_PLAN_PERMISSIONS(plan)   NIL
#define AUD_QUERY_PERMISSIONS(query) NIL

static inline const AudPermissions *
aud_permissions_of(const RangeTblEntry *rte, List *permissions)
{
	(void) permissions;
	return rte->rtekind == RTE_RELATION ? rte : NULL;
}
#endif

/* 16: the authenticated identity left Port */
#if PG_VERSION_NUM >= 160000
#define AUD_AUTHN_ID(port) (MyClientConnectionInfo.authn_id)
#else
#define AUD_AUTHN_ID(port) ((port)->authn_id)
#endif

/* 17: extensions may name their wait events */
static inline uint32
aud_wait_event(uint32 *cache, const char *name)
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

/* 17: the caller may provide the lexer's memory */
#if PG_VERSION_NUM < 170000
#define AUD_MAKE_JSON_LEXER(text, len, encoding) \
	makeJsonLexContextCstringLen((text), (int) (len), (encoding), true)
#else
#define AUD_MAKE_JSON_LEXER(text, len, encoding) \
	makeJsonLexContextCstringLen(NULL, (text), (len), (encoding), true)
#endif

/* 16: the table of a statistics entry */
#if PG_VERSION_NUM >= 160000
#define AUD_TABSTAT_ID(status) ((status)->id)
#else
#define AUD_TABSTAT_ID(status) ((status)->t_id)
#endif

/* 16: GRANT role has options, of which ADMIN is one */
static inline bool
aud_grant_admin(const GrantRoleStmt *grant)
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

/* 16: the settings are in a hash table and come with their number */
static inline struct config_generic **
aud_all_settings(int *n)
{
#if PG_VERSION_NUM >= 160000
	return get_guc_variables(n);
#else
	*n = GetNumConfigOptions();
	return get_guc_variables();
#endif
}

/*
 * Would VACUUM and ANALYZE leave this relation out?  16: one function for the
 * owners of everything.  17: a privilege for it.
 */
static inline bool
aud_may_vacuum(Oid relid)
{
#if PG_VERSION_NUM >= 170000
	bool own = pg_class_aclcheck(relid, GetUserId(), ACL_MAINTAIN) == ACLCHECK_OK;
#elif PG_VERSION_NUM >= 160000
	bool own = object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	bool own = pg_class_ownercheck(relid, GetUserId());
#endif

	if (own || IsSharedRelation(relid))
		return own;
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(DatabaseRelationId, MyDatabaseId, GetUserId());
#else
	return pg_database_ownercheck(MyDatabaseId, GetUserId());
#endif
}

/* 17: a logical message may be flushed at once */
#if PG_VERSION_NUM >= 170000
#define AUD_LOG_MESSAGE(prefix, message, len) \
	LogLogicalMessage((prefix), (message), (len), false, false)
#else
#define AUD_LOG_MESSAGE(prefix, message, len) \
	LogLogicalMessage((prefix), (message), (len), false)
#endif

/*
 * Does this server follow another one, or an archive?  A primary recovers,
 * too, after a crash, and is no standby meanwhile.
 */
#define AUD_IS_STANDBY() (GetRecoveryState() == RECOVERY_STATE_ARCHIVE)

#endif /* AUD_SERVER_COMPAT_H */
