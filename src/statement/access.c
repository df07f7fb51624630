/*-------------------------------------------------------------------------
 *
 * access.c
 *	  What the active statement does, as the server reports it: the functions
 *	  it calls, the objects it creates, alters, drops and truncates.
 *
 * A query that is the body of a command is recorded through the command, so
 * that is where its objects go.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_language.h"
#include "catalog/pg_largeobject.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "facts/builtin.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "statement/effects.h"
#include "statement/pending.h"
#include "statement/stack.h"
#include "statement/statement.h"

/*
 * A function of a user is called, or was inlined: by the active statement, or
 * by the one that is being planned.
 */
static void
note_function(Oid funcid)
{
	AudStack *stack = &aud_backend->stack;
	AudStmt  *stmt =
        stack->active != NULL ? stack->active : stack->awaiting_commit;

	if (stack->planning > 0)
		aud_pending_note(stack->active, funcid);
	else if (stmt != NULL)
		aud_objects_add_function(aud_stack_host(stmt), funcid);
}

/* One that is built in: what it does, its arguments may tell. */
static void
note_builtin(AudStmt *stmt, Oid funcid)
{
	bool starting = stmt->life.key != NULL && !stmt->life.watched;

	if (aud_builtin_is_known(funcid))
		aud_builtin_called(stmt, funcid);
	aud_command_function_called(stmt, funcid, starting);
	aud_effects_carry_out(aud_stack_host(stmt));
}

void
aud_statement_function_called(Oid funcid)
{
	if (funcid >= FirstNormalObjectId)
		note_function(funcid);
	else if (aud_statement_active() != NULL)
		note_builtin(aud_statement_active(), funcid);
}

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

void
aud_statement_function_looked_up(Oid funcid)
{
	if (funcid >= FirstNormalObjectId && IsTransactionState() && is_wanted(funcid))
		note_function(funcid);
}

void
aud_statement_function_entered(void)
{
	if (aud_statement_active() != NULL)
		aud_command_function_entered(aud_statement_active());
}

/*
 * A query that creates or drops something does so by a function: a large
 * object, collations of the operating system.
 */
static void
note_change(AudStmt *stmt, Oid classid)
{
	stmt->what.changed = true;
	if (stmt->what.utility == T_Invalid)
		stmt->what.classes |=
			classid == LargeObjectRelationId ? AUD_CLASS_WRITE : AUD_CLASS_DDL;
}

/* A created object can be named only after the command. */
void
aud_statement_object_created(Oid classid, Oid objid, int subid)
{
	AudStmt *stmt = aud_stack_host(aud_statement_active());

	if (stmt == NULL)
		return;
	note_change(stmt, classid);
	/* EXPLAIN ANALYZE CREATE TABLE AS does it, too */
	if (stmt->what.utility == T_ExplainStmt)
		stmt->what.classes |= AUD_CLASS_DDL;
	/* a new column or default is an alteration of its table */
	aud_objects_add_later(stmt,
						  classid,
						  objid,
						  subid == 0 ? AUD_ACCESS_CREATE : AUD_ACCESS_ALTER);
}

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

void
aud_statement_object_altered(Oid classid, Oid objid, Oid other)
{
	AudStmt *stmt = aud_stack_host(aud_statement_active());
	Oid      described = described_class(classid);

	if (stmt == NULL || aud_objects_is_part(described, objid))
		return;
	stmt->what.changed = true;
	aud_objects_add_address(stmt, described, objid, 0, AUD_ACCESS_ALTER);
	if (described == RelationRelationId && OidIsValid(other))
		aud_objects_add_address(stmt, described, other, 0, AUD_ACCESS_ALTER);
}

/* A dropped object can be named only before it is gone. */
void
aud_statement_object_dropped(Oid classid, Oid objid, int subid, bool is_internal)
{
	AudStmt *stmt = aud_stack_host(aud_statement_active());

	if (stmt == NULL)
		return;
	note_change(stmt, classid);
	if (subid != 0)
		aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_ALTER);
	else if (!is_internal && !aud_objects_is_part(classid, objid))
		aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_DROP);
}

void
aud_statement_object_truncated(Oid relid)
{
	AudStmt *stmt = aud_stack_host(aud_statement_active());

	if (stmt != NULL)
		aud_objects_add_relation(stmt, relid, AUD_ACCESS_TRUNCATE, NULL);
}

/*
 * COPY checks permissions without starting the executor: this is where its
 * table and columns can be seen, before they may be refused.
 */
void
aud_statement_checks_permissions(List *range_table, List *permissions)
{
	AudStmt *stmt = aud_statement_active();

	if (stmt != NULL && stmt->what.utility == T_CopyStmt)
		aud_objects_add_range_table(stmt, range_table, permissions);
}
