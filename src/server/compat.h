/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  The only file that knows the server's majors: the code is written for the
 *	  newest one, and what older ones spell differently is translated here.
 *
 * These are macros, so each file that uses one includes the server's header
 * that it is about.  What takes more than a spelling is a function in
 * compat.c.
 *
 * Internals of the server that we lean on, beyond what it offers extensions.
 * A new major is tried only after each has been looked up in its source;
 * internals.c has the compiler look at what it can see of them:
 *
 * server/processes.c	ProcGlobal->allProcs up to MaxBackends, and
 *		procLatch.owner_pid.  Check: backends and background workers still
 *		have the first MaxBackends entries; OwnLatch() sets owner_pid and
 *		DisownLatch() at the process' end clears it.
 *		WalSndCtl->walsnds[].pid.  Check: set while a walsender runs; it
 *		still outlives background workers at shutdown.
 * server/wire.c	PqCommMethods is replaced.  Check: messages to the client
 *		still go through putmessage and putmessage_noblock; the members of
 *		PQcommMethods; type and body as arguments.
 * server/activity.c	MyBEEntry: st_state, st_progress_command and
 *		st_progress_param.  Check: STATE_FASTPATH is set before the function
 *		is looked up; a COPY that fails ends its progress only at the
 *		transaction's abort, after our hook; PROGRESS_COPY_TUPLES_PROCESSED
 *		counts rows.
 *		CopyFromErrorCallback() in error_context_stack, and cur_lineno and
 *		opts.header_line of its argument.  Check: COPY FROM still installs
 *		it, and sets cur_lineno to the line of the row that is written.
 * server/tables.c	pgstat_get_xact_stack_level() and the counters of
 *		PgStat_TableXactStatus.  Check: level 1 is still there in the
 *		commit callback; what truncate sets aside (..._pre_truncdrop).
 * server/safely.c	a resource owner of our own around a look-up.  Check: the
 *		three phases of ResourceOwnerRelease() in this order; nothing that
 *		a catalog scan takes is kept elsewhere.  And: LWLocks and buffer
 *		content locks count InterruptHoldoffCount up, errfinish() sets it
 *		to zero only after it has called the error context callbacks, and
 *		a failed read leaves nothing behind but for 15.
 * server/settings.c	name, flags, source and vartype of config_generic, from
 *		get_guc_variables().  Check: these members; GetConfigOption() still
 *		gives values without units and asks no show hook.
 * server/interrupts.c	die() sets pgStatSessionEndCause whatever the process is
 *		doing; ClientConnectionLost and InterruptPending together end the
 *		session at the next CHECK_FOR_INTERRUPTS().  Check: what else can
 *		cancel a statement and has a flag of its own; pq_check_connection()
 *		reads nothing.
 * server/stack_depth.c	set_stack_base() and restore_stack_base(): the base from
 *		which check_stack_depth() measures.  Check: it still does so from
 *		there down; max_stack_depth is refused above the kernel's limit
 *		less STACK_DEPTH_SLOP.
 * facts/denied.c	message_id is the text before translation, and the message
 *		is dgettext() of it with one argument.  Check: aclcheck_error()
 *		still has these texts, with the name as it is in the catalog or as
 *		NameListToString() or format_type_be() spell it; a plan's text has
 *		:funcid, :opfuncid, :aggfnoid and :winfnoid.
 * server/config_start.c	values of settings whose library is not loaded
 *		are placeholders (GUC_CUSTOM_PLACEHOLDER), with source and
 *		sourcefile.  Check: a setting that refuses its placeholder's value
 *		has source PGC_S_DEFAULT, one that takes it the placeholder's.
 * server/config_problem.c	min and max of config_int, options of
 *		config_enum, see AUD_SETTING_INT.  Check: these members; a value
 *		that set_config_option() is only to try (changeVal false) is checked
 *		as if it were to be set; what ALTER ROLE stores is still set with
 *		PGC_SUSET when a session starts.
 * server/role_settings.c	pg_database can be read by a process in no database,
 *		pg_db_role_setting cannot.  Check: datconnlimit of an invalid
 *		database.
 * hooks/error.c	an entry at the bottom of error_context_stack.  Check:
 *		errfinish() calls the whole list for every level and SQLSTATE;
 *		where the server sets the list to NULL; CopyErrorData() is allowed
 *		there.
 * statement/login.c	EventTriggerOnLogin() begins and commits a transaction,
 *		the next after that of InitPostgres(), be there a trigger or not.
 *		Check: its conditions, see AUD_LOGIN_TRIGGERS_FOLLOW; nothing that
 *		the client has sent is run before it; its ERROR ends the process.
 * statement/place.c	InNoForceRLSOperation() marks the queries of foreign
 *		keys; creating_extension an extension's script; pg_trigger_depth().
 *		Check: ri_triggers.c still sets SECURITY_NOFORCE_RLS and runs its
 *		queries through SPI; RI_Initial_Check() and
 *		RI_PartitionRemove_Check() begin theirs with "SELECT fk.", and SPI's
 *		is the only error context between them and ALTER TABLE.
 * buffer/inflight.c	a process' number is below MaxBackends +
 *		NUM_AUXILIARY_PROCS; lockGroupLeader of a parallel worker is its
 *		leader, which waits for it.
 * buffer/append.c, writer/witness.c	an LWLock is taken in exit callbacks;
 *		LWLockReleaseAll() after an error that is caught outside of a
 *		transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_COMPAT_H
#define AUD_SERVER_COMPAT_H

#include "postgres.h"

#include "core/version.h"

StaticAssertDecl(PG_VERSION_NUM >= 150000,
				 "secaudit needs PostgreSQL 15 or later");

/* The newest major that the list above was checked for; no newer one builds. */
#define AUD_NEWEST_KNOWN_MAJOR 19

/* 16: the inside of varlenas left postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: where CleanQuerytext() is; #include AUD_QUERYJUMBLE_H */
#if PG_VERSION_NUM >= 160000
#define AUD_QUERYJUMBLE_H "nodes/queryjumble.h"
#else
#define AUD_QUERYJUMBLE_H "utils/queryjumble.h"
#endif

/* 18: PG_MODULE_MAGIC_EXT carries name and version */
#if PG_VERSION_NUM >= 180000
#define AUD_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "secaudit", .version = AUD_VERSION)
#else
#define AUD_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* 19: the planner is handed the EXPLAIN it works for */
#if PG_VERSION_NUM >= 190000
#define AUD_PLANNER_PARAMS                                     \
	Query *parse, const char *query_string, int cursorOptions, \
		ParamListInfo boundParams, struct ExplainState *es
#define AUD_PLANNER_ARGS parse, query_string, cursorOptions, boundParams, es
#else
#define AUD_PLANNER_PARAMS                                     \
	Query *parse, const char *query_string, int cursorOptions, \
		ParamListInfo boundParams
#define AUD_PLANNER_ARGS parse, query_string, cursorOptions, boundParams
#endif

/* 19: the jumble state is const */
#if PG_VERSION_NUM >= 190000
#define AUD_JUMBLE_CONST const
#else
#define AUD_JUMBLE_CONST
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

/* 16: one function checks the rights in objects of all kinds */
#if PG_VERSION_NUM >= 160000
#define AUD_FUNCTION_ACLCHECK(funcid, user) \
	object_aclcheck(ProcedureRelationId, (funcid), (user), ACL_EXECUTE)
#define AUD_TYPE_ACLCHECK(type, user) \
	object_aclcheck(TypeRelationId, (type), (user), ACL_USAGE)
#else
#define AUD_FUNCTION_ACLCHECK(funcid, user) \
	pg_proc_aclcheck((funcid), (user), ACL_EXECUTE)
#define AUD_TYPE_ACLCHECK(type, user) \
	pg_type_aclcheck((type), (user), ACL_USAGE)
#endif

/* 17: the privilege to maintain a table */
#if PG_VERSION_NUM >= 170000
#define AUD_ACL_MAINTAIN ACL_MAINTAIN
#else
#define AUD_ACL_MAINTAIN ACL_NO_RIGHTS
#endif

/* 17: a process' place in the array of all, which buffer slots go by */
#if PG_VERSION_NUM >= 170000
#define AUD_PROC_NUMBER(proc) GetNumberFromPGProc(proc)
#else
#define AUD_PROC_NUMBER(proc) ((proc)->pgprocno)
#endif

/* 19: what is special of a setting's type is in a union */
#if PG_VERSION_NUM >= 190000
#define AUD_SETTING_INT(setting)  (&(setting)->_int)
#define AUD_SETTING_ENUM(setting) (&(setting)->_enum)
#else
#define AUD_SETTING_INT(setting)  ((const struct config_int *) (setting))
#define AUD_SETTING_ENUM(setting) ((const struct config_enum *) (setting))
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
 * AUD_PERMISSIONS_OF() is NULL for what needs none.
 */
#if PG_VERSION_NUM >= 160000
#define AudPermissions RTEPermissionInfo

#define AUD_PLAN_PERMISSIONS(plan)   ((plan)->permInfos)
#define AUD_QUERY_PERMISSIONS(query) ((query)->rteperminfos)
#define AUD_PERMISSIONS_OF(rte, permissions)                \
	((rte)->perminfoindex == 0 || !OidIsValid((rte)->relid) \
		 ? NULL                                             \
		 : (const AudPermissions *) list_nth((permissions), \
											 (int) (rte)->perminfoindex - 1))
#else
#define AudPermissions RangeTblEntry

#define AUD_PLAN_PERMISSIONS(plan)   NIL
#define AUD_QUERY_PERMISSIONS(query) NIL
#define AUD_PERMISSIONS_OF(rte, permissions) \
	((void) (permissions), (rte)->rtekind == RTE_RELATION ? (rte) : NULL)
#endif

/* 18: columns of a query with GROUP BY refer to an entry of their own */
#if PG_VERSION_NUM >= 180000
#define AUD_IS_GROUP_ENTRY(rte) ((rte)->rtekind == RTE_GROUP)
#define AUD_GROUP_COLUMNS(rte)  ((rte)->groupexprs)
#else
#define AUD_IS_GROUP_ENTRY(rte) ((void) (rte), false)
#define AUD_GROUP_COLUMNS(rte)  NIL
#endif

/* 17: the condition of MERGE left the join tree */
#if PG_VERSION_NUM >= 170000
#define AUD_MERGE_CONDITION(query) ((query)->mergeJoinCondition)
#else
#define AUD_MERGE_CONDITION(query) ((Node *) NULL)
#endif

/* 19: the targets of a plan are a set */
#if PG_VERSION_NUM >= 190000
#define AUD_IS_RESULT_RELATION(plan, rti) \
	bms_is_member((int) (rti), (plan)->resultRelationRelids)
#else
#define AUD_IS_RESULT_RELATION(plan, rti) \
	list_member_int((plan)->resultRelations, (int) (rti))
#endif

/* 19: CLUSTER is a form of REPACK */
#if PG_VERSION_NUM >= 190000
#define AudClusterStmt   RepackStmt
#define T_AudClusterStmt T_RepackStmt
#define AUD_CLUSTERED(cluster) \
	((cluster)->relation != NULL ? (cluster)->relation->relation : NULL)
#define AUD_REPACKS_ALL(cluster) \
	((cluster)->command == REPACK_COMMAND_REPACK && !(cluster)->usingindex)
#else
#define AudClusterStmt           ClusterStmt
#define T_AudClusterStmt         T_ClusterStmt
#define AUD_CLUSTERED(cluster)   ((cluster)->relation)
#define AUD_REPACKS_ALL(cluster) false
#endif

/* 19: GRANTED BY chooses a grantor; without it, it is the current user */
#if PG_VERSION_NUM >= 190000
#define AUD_SELECT_BEST_GRANTOR(by, privileges, acl, owner, grantor, options) \
	select_best_grantor((by), (privileges), (acl), (owner), (grantor), (options))
#else
#define AUD_SELECT_BEST_GRANTOR(by, privileges, acl, owner, grantor, options) \
	select_best_grantor(((void) (by), GetUserId()),                           \
						(privileges),                                         \
						(acl),                                                \
						(owner),                                              \
						(grantor),                                            \
						(options))
#endif

/* 19: standard_conforming_strings is always on */
#if PG_VERSION_NUM >= 190000
#define AUD_STANDARD_STRINGS true
#else
#define AUD_STANDARD_STRINGS standard_conforming_strings
#endif

/* 16: the authenticated identity left Port */
#if PG_VERSION_NUM >= 160000
#define AUD_AUTHN_ID(port) (MyClientConnectionInfo.authn_id)
#else
#define AUD_AUTHN_ID(port) ((port)->authn_id)
#endif

/* 17: the caller may provide the lexer's memory */
#if PG_VERSION_NUM >= 170000
#define AUD_MAKE_JSON_LEXER(text, len, encoding) \
	makeJsonLexContextCstringLen(NULL, (text), (len), (encoding), true)
#else
#define AUD_MAKE_JSON_LEXER(text, len, encoding) \
	makeJsonLexContextCstringLen((text), (int) (len), (encoding), true)
#endif

/* 16: the table of a statistics entry */
#if PG_VERSION_NUM >= 160000
#define AUD_TABSTAT_ID(status) ((status)->id)
#else
#define AUD_TABSTAT_ID(status) ((status)->t_id)
#endif

/* 17: intervals may be infinite */
#if PG_VERSION_NUM >= 170000
#define AUD_INTERVAL_IS_INFINITE(interval) INTERVAL_NOT_FINITE(interval)
#else
#define AUD_INTERVAL_IS_INFINITE(interval) ((void) (interval), false)
#endif

/* 17: transaction_timeout */
#if PG_VERSION_NUM >= 170000
#define AUD_TRANSACTION_TIMED_OUT (TransactionTimeoutPending)
#else
#define AUD_TRANSACTION_TIMED_OUT (false)
#endif

/* 17: the SQLSTATE of a session that it ends */
#if PG_VERSION_NUM < 170000
#define ERRCODE_TRANSACTION_TIMEOUT MAKE_SQLSTATE('2', '5', 'P', '0', '4')
#endif

/* 17: a logical message may be flushed at once */
#if PG_VERSION_NUM >= 170000
#define AUD_LOG_MESSAGE(prefix, message, len) \
	LogLogicalMessage((prefix), (message), (len), false, false)
#else
#define AUD_LOG_MESSAGE(prefix, message, len) \
	LogLogicalMessage((prefix), (message), (len), false)
#endif

/*
 * 16: what a check hook hands out in *extra is freed with guc_free(), which
 * takes no malloc'd memory any more.  NULL if there is none left.
 */
#if PG_VERSION_NUM >= 160000
#define AUD_GUC_MALLOC(size) guc_malloc(LOG, (size))
#define AUD_GUC_FREE(ptr)    guc_free(ptr)
#else
#define AUD_GUC_MALLOC(size) malloc(size)
#define AUD_GUC_FREE(ptr)    free(ptr)
#endif

/* 19: COPY FROM may skip more than one line at its head; -1: one, and compare it */
#if PG_VERSION_NUM >= 190000
#define AUD_COPY_HEADER_TYPE int
#define AUD_COPY_HEADER_LINES(options) \
	((options)->header_line < 0 ? 1 : (options)->header_line)
#else
#define AUD_COPY_HEADER_TYPE           CopyHeaderChoice
#define AUD_COPY_HEADER_LINES(options) ((options)->header_line ? 1 : 0)
#endif

/* 19: CREATE and ALTER SUBSCRIPTION ... SERVER; NULL if there is none */
#if PG_VERSION_NUM >= 190000
#define AUD_SUBSCRIPTION_SERVER(subscription) ((subscription)->servername)
#else
#define AUD_SUBSCRIPTION_SERVER(subscription) \
	((void) (subscription), (const char *) NULL)
#endif

/*
 * 17: event triggers of a login run in a transaction of their own, right after
 * that of the login.  False: none of them will.
 */
#if PG_VERSION_NUM >= 170000
#define AUD_LOGIN_TRIGGERS_FOLLOW                  \
	(event_triggers && OidIsValid(MyDatabaseId) && \
	 MyDatabaseHasLoginEventTriggers)
#define AUD_CMDTAG_LOGIN CMDTAG_LOGIN
#else
#define AUD_LOGIN_TRIGGERS_FOLLOW (false)
#define AUD_CMDTAG_LOGIN          CMDTAG_UNKNOWN
#endif

/* 17: adminpack is gone; 18 gave its functions' numbers to others */
#define AUD_HAS_ADMINPACK (PG_VERSION_NUM < 170000)

/*
 * 19: the trigger of a foreign key calls the casts between its columns, where
 * before only the query did by which it looks a key up
 */
#define AUD_KEYS_CALL_CASTS (PG_VERSION_NUM >= 190000)

/* 17: a process is known by its type */
#if PG_VERSION_NUM >= 170000
#define AUD_IS_AUTOVACUUM_WORKER() AmAutoVacuumWorkerProcess()
#else
#define AUD_IS_AUTOVACUUM_WORKER() IsAutoVacuumWorkerProcess()
#endif

/*
 * A wait event of this name, known by *cache from the second call on; 15 and
 * 16 show all of them as "Extension".
 */
extern uint32 aud_compat_wait_event(uint32 *cache, const char *name);

/*
 * What GRANT or REVOKE of a role says of an option of membership ("admin", from
 * 16 on also "inherit" and "set"); false if it says nothing.  Of a REVOKE,
 * which takes the option away, the value is true.
 */
struct GrantRoleStmt;
extern bool aud_compat_role_option(const struct GrantRoleStmt *grant,
								   const char *name, bool *value);

/*
 * The tables that CREATE and ALTER PUBLICATION (19) leave out, as RangeVars;
 * NIL for every other command.
 */
struct List;
struct Node;
extern struct List *aud_compat_excepted_tables(const struct Node *tree);

/* All settings, in no order; palloc'd, the elements are the server's. */
struct config_generic;
extern struct config_generic **aud_compat_settings(int *n);

/*
 * The columns of which a virtual generated one is computed, as a set of
 * attribute numbers from FirstLowInvalidHeapAttributeNumber on; NULL: the
 * column is stored, as all are before 18, or made of none.  Palloc'd; may throw.
 */
struct Bitmapset;
extern struct Bitmapset *aud_compat_columns_behind(Oid relid, int attno);

/* What a role may do with all tables because it maintains all: that, or nothing. */
extern uint64 aud_compat_maintains_all(Oid role);

/* May the current user maintain this relation, by its own rights alone? */
extern bool aud_compat_may_maintain(Oid relid);

/* Would VACUUM and ANALYZE do it, which let the database's owner do more? */
extern bool aud_compat_may_vacuum(Oid relid);

#endif /* AUD_SERVER_COMPAT_H */
