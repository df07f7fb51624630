/*-------------------------------------------------------------------------
 *
 * object.c
 *	  Object access hook: what DDL really creates, alters, drops and
 *	  truncates, and which functions are called.
 *
 * It needs no event trigger and no extension in the database, and goes on
 * under session_replication_role = replica.  A created object can be named
 * only after the command, a dropped one only before it is gone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/dependency.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"

#include "core/class.h"
#include "facts/builtin.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "hooks/hooks.h"
#include "hooks/wire.h"
#include "server/compat.h"
#include "statement/policy.h"
#include "statement/statement.h"

static object_access_hook_type      next_object_access;
static ExecutorCheckPerms_hook_type next_ExecutorCheckPerms;

/*
 * ATTACH PARTITION, INHERIT and CLUSTER report rows of catalogs whose rows
 * have no names; they are alterations of the tables and indexes in them.
 */
static Oid
described_class(Oid classid)
{
	if (classid == InheritsRelationId || classid == IndexRelationId)
		return RelationRelationId;
	return classid;
}

static void
altered(AudStmt *stmt, Oid classid, Oid objid, const ObjectAccessPostAlter *arg)
{
	if (arg->is_internal || aud_objects_is_part(classid, objid))
		return;
	aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_ALTER);
	if (classid == RelationRelationId && OidIsValid(arg->auxiliary_id))
		aud_objects_add_address(stmt,
								classid,
								arg->auxiliary_id,
								0,
								AUD_ACCESS_ALTER);
}

/*
 * A query that creates or drops something does so by a function: a large
 * object, collations of the operating system.
 */
static void
changed(AudStmt *stmt, Oid classid)
{
	stmt->what.changed = true;
	if (stmt->what.utility == T_Invalid)
		stmt->what.classes |=
			classid == LargeObjectRelationId ? AUD_CLASS_WRITE : AUD_CLASS_DDL;
}

static void
note_access(AudStmt *stmt, ObjectAccessType access, Oid classid, Oid objid,
			int subid, void *arg)
{
	switch (access)
	{
		case OAT_POST_CREATE:
			if (((ObjectAccessPostCreate *) arg)->is_internal)
				return;
			changed(stmt, classid);
			/* EXPLAIN ANALYZE CREATE TABLE AS does it, too */
			if (stmt->what.utility == T_ExplainStmt)
				stmt->what.classes |= AUD_CLASS_DDL;
			/* a new column or default is an alteration of its table */
			aud_objects_add_later(stmt,
								  classid,
								  objid,
								  subid == 0 ? AUD_ACCESS_CREATE
											 : AUD_ACCESS_ALTER);
			break;
		case OAT_POST_ALTER:
			altered(stmt, described_class(classid), objid, arg);
			break;
		case OAT_DROP:
			changed(stmt, classid);
			if (subid != 0)
				aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_ALTER);
			else if (!(((ObjectAccessDrop *) arg)->dropflags &
					   PERFORM_DELETION_INTERNAL) &&
					 !aud_objects_is_part(classid, objid))
				aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_DROP);
			break;
		case OAT_TRUNCATE:
			aud_objects_add_relation(stmt, objid, AUD_ACCESS_TRUNCATE, NULL);
			break;
		default:
			break;
	}
}

static void
aud_object_access(ObjectAccessType access, Oid classId, Oid objectId, int subId,
				  void *arg)
{
	AudStmt *stmt;

	if (access == OAT_FUNCTION_EXECUTE && aud_statement_active() == NULL)
		aud_fastpath_function(objectId);
	stmt = aud_statement_active();

	if (access == OAT_FUNCTION_EXECUTE && objectId >= FirstNormalObjectId &&
		aud_policy_watching())
		aud_statement_note_function(objectId);
	else if (access == OAT_FUNCTION_EXECUTE && stmt != NULL &&
			 aud_builtin_is_known(objectId) && aud_policy_watching())
		aud_builtin_called(stmt, objectId);

	if (access == OAT_FUNCTION_EXECUTE && objectId < FirstNormalObjectId &&
		stmt != NULL && aud_policy_watching())
		aud_command_function_called(stmt,
						   objectId,
						   stmt->life.key != NULL && !stmt->life.watched);

	/* a query that is the body of a command speaks through the command */
	if (stmt != NULL && stmt->body.host != NULL)
		stmt = stmt->body.host;
	if (stmt != NULL && aud_policy_watching() && access != OAT_NAMESPACE_SEARCH)
		note_access(stmt, access, classId, objectId, subId, arg);
	if (next_object_access)
		next_object_access(access, classId, objectId, subId, arg);
}

/*
 * COPY checks permissions without starting the executor: this is where its
 * table and columns can be seen, before they may be refused.
 */
static bool
aud_ExecutorCheckPerms(AUD_CHECKPERMS_PARAMS)
{
	AudStmt *stmt = aud_statement_active();

	if (stmt != NULL && stmt->what.utility == T_CopyStmt)
		aud_objects_add_range_table(stmt, rangeTable, AUD_CHECKPERMS_LIST);
	if (next_ExecutorCheckPerms)
		return next_ExecutorCheckPerms(AUD_CHECKPERMS_ARGS);
	return true;
}

void
aud_hooks_object_install(void)
{
	next_object_access = object_access_hook;
	object_access_hook = aud_object_access;
	next_ExecutorCheckPerms = ExecutorCheckPerms_hook;
	ExecutorCheckPerms_hook = aud_ExecutorCheckPerms;
}
