/*-------------------------------------------------------------------------
 *
 * access.c
 *	  What the active statement does, as the server reports it: the functions
 *	  it calls, the objects it creates, alters, drops and truncates.
 *
 * Where no statement is active, early.h says whose it is; a query that is the
 * body of a command is recorded through the command, see aud_stack_reaching().
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
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "facts/builtin.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "facts/objects_whole.h"
#include "facts/role_change.h"
#include "facts/subtype_diff.h"
#include "statement/early.h"
#include "statement/effects.h"
#include "statement/expression.h"
#include "statement/place.h"
#include "statement/planned.h"
#include "statement/refuse.h"
#include "statement/stack.h"
#include "statement/statement.h"

static void
note_function(AudStmt *stmt, Oid funcid)
{
	if (stmt != NULL)
		aud_objects_add_function(stmt, funcid);
}

/* Its executor is starting, and its plan will tell the arguments. */
static bool
is_starting(const AudStmt *stmt)
{
	return stmt->life.key != NULL && !stmt->life.watched;
}

/*
 * Columns have defaults like nextval(), which the commands that fill them
 * evaluate themselves; somebody else's call is named.
 */
static bool
may_be_default(const AudStmt *stmt, Oid funcid)
{
	return aud_builtin_behind(funcid) == F_NEXTVAL &&
		   (stmt->what.tag == CMDTAG_INSERT || stmt->what.utility != T_Invalid) &&
		   stmt->what.utility != T_DoStmt && stmt->what.utility != T_CallStmt;
}

/* Are the arguments known of what no starting executor calls? */
static bool
takes_arguments(AudStmt *whose, AudStmt *caller, Oid funcid)
{
	return aud_expression_take(whose, caller, funcid) ||
		   (caller->life.key != NULL &&
			aud_builtin_add_values(whose, caller, caller->life.key));
}

/* A function whose arguments may tell more, where it is built in or an alias. */
static void
note_known(AudStmt *whose, AudStmt *caller, Oid funcid)
{
	if (!is_starting(caller) && !takes_arguments(whose, caller, funcid) &&
		!may_be_default(caller, funcid))
		aud_objects_add_function(whose, funcid);
	aud_builtin_called(whose, funcid);
}

/* Does it matter who calls it?  Cheap for a function that is built in. */
static bool
is_notable(Oid funcid)
{
	return funcid >= FirstNormalObjectId || aud_builtin_is_known(funcid) ||
		   funcid == F_SET_CONFIG || funcid == F_PG_RELOAD_CONF;
}

/* The frame of what makes the call: not the active one where that plans. */
static AudStmt *
caller_of(AudStmt *whose)
{
	AudStack *stack = &aud_backend->stack;

	if (stack->active == NULL || stack->planning > 0 ||
		aud_early_is_alone(stack->active))
		return whose;
	return stack->active;
}

void
aud_statement_function_called(Oid funcid)
{
	AudStmt *whose;
	AudStmt *caller;

	/* an expression before may have changed who acts, for a while */
	if (aud_statement_active() != NULL)
		aud_roles_notice_outer(aud_statement_active(), aud_roles_acting());
	if (!is_notable(funcid))
		return;
	whose = aud_early_whose(true);
	if (whose == NULL)
		return;
	caller = caller_of(whose);
	if (caller->what.only_planned && is_starting(caller))
	{
		aud_objects_add_planned_function(whose, funcid);
		return;
	}
	if (aud_builtin_is_known(funcid))
		note_known(whose, caller, funcid);
	if (funcid >= FirstNormalObjectId)
		note_function(whose, funcid);
	aud_refuse_check(whose);
	/* what it does to the session, by whatever name it is called */
	aud_command_function_called(caller,
								aud_builtin_behind(funcid),
								is_starting(caller));
	aud_effects_carry_out(aud_stack_host(caller));
	if (aud_stack_host(caller)->settings.unclear)
		aud_refuse_check(whose);
}

/*
 * The planner puts an SQL function's query in place of its call, for an EXPLAIN
 * that executes nothing.
 */
static bool
is_only_planned(void)
{
	const AudStack *stack = &aud_backend->stack;

	return stack->planning == 1 && stack->active != NULL &&
		   stack->active->what.utility == T_ExplainStmt &&
		   !stack->active->what.executed;
}

/* What a function that is looked up is, as far as it matters here. */
typedef struct AudLookedUp
{
	bool is_trigger;
	bool is_run;     /* by an event, or in the planner */
	bool is_inlined; /* or the planner may put its query in place of the call */
	bool may_measure; /* it has the signature of a range's subtype_diff */
} AudLookedUp;

static void
look_at(Oid funcid, AudLookedUp *found)
{
	HeapTuple    tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Form_pg_proc proc;

	memset(found, 0, sizeof(*found));
	if (!HeapTupleIsValid(tuple))
		return;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	found->is_trigger = proc->prorettype == TRIGGEROID;
	found->is_inlined =
		proc->prolang == SQLlanguageId && aud_statement_is_planning();
	found->is_run =
		proc->prorettype == EVENT_TRIGGEROID ||
		(proc->prolang != ClanguageId && proc->prolang != INTERNALlanguageId &&
		 aud_statement_is_planning());
	found->may_measure =
		proc->prorettype == FLOAT8OID && proc->pronargs == 2 &&
		proc->proargtypes.values[0] == proc->proargtypes.values[1];
	ReleaseSysCache(tuple);
}

/*
 * Support functions of types, operators and languages are looked up, too; what
 * nobody called by name or by a trigger is left out.  But the planner has what
 * it looks up called at once, like the function of an operator with values of
 * pg_statistic; what is C is the server's own or an extension's.
 */
bool
aud_statement_function_looked_up(Oid funcid)
{
	AudLookedUp found;
	AudStmt    *whose = NULL;

	if (funcid < FirstNormalObjectId || !IsTransactionState())
		return false;
	look_at(funcid, &found);
	if (found.is_trigger)
		whose = aud_early_whose_trigger();
	else if (found.is_run)
		whose = aud_early_whose(true);
	if (whose != NULL && found.is_inlined && is_only_planned())
		aud_objects_add_planned_function(whose, funcid);
	else
		note_function(whose, funcid);
	aud_refuse_check_call(whose, funcid);
	if (found.is_inlined)
	{
		aud_planned_check_body(funcid);
		return false; /* else it could not be */
	}
	return (found.may_measure && aud_subtype_diff_is(funcid)) ||
		   aud_refuse_names(funcid);
}

/* It may be called for each row, and the answer is the same for all of them. */
static bool
is_same_call(const AudStmt *whose, Oid funcid)
{
	static uint64 stmt;
	static uint64 rules;
	static Oid    function;

	if (stmt != 0 && stmt == whose->place.number &&
		rules == aud_config->rules_serial && function == funcid)
		return true;
	stmt = whose->place.number;
	rules = aud_config->rules_serial;
	function = funcid;
	return false;
}

/*
 * It is called without having been named: by an index, a range type, or an
 * expression that was made while somebody else acted.
 */
static void
note_entered(Oid funcid)
{
	AudStmt *whose = aud_early_whose(true);

	if (whose == NULL || is_same_call(whose, funcid))
		return;
	aud_objects_add_function(whose, funcid);
	if (CritSectionCount == 0)
		aud_refuse_check_call(whose, funcid);
}

void
aud_statement_function_entered(Oid funcid)
{
	AudStmt *stmt = aud_statement_active();

	if (aud_statement_function_looked_up(funcid))
		note_entered(funcid);
	if (stmt == NULL)
		stmt = aud_early_whose(false);
	if (stmt != NULL)
		aud_command_function_entered(stmt);
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

/*
 * Whose change it is.  What a commit drops on its own account, and what the end
 * of a session clears away, nobody has asked for just then.
 */
static AudStmt *
whose_change(void)
{
	const AudStack *stack = &aud_backend->stack;

	if (stack->active == NULL && stack->awaiting_commit != NULL &&
		aud_place_trigger_depth() == 0)
		return NULL;
	/* the tables that a command makes for itself and drops */
	if (stack->active != NULL && stack->active->body.is_inner)
		return stack->active;
	return aud_early_whose(false);
}

/* A created object can be named only after the command. */
void
aud_statement_object_created(Oid classid, Oid objid, int subid)
{
	AudStmt *stmt = whose_change();

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
	AudStmt *stmt = whose_change();
	Oid      described = described_class(classid);

	if (stmt == NULL || aud_objects_is_part(described, objid))
		return;
	stmt->what.changed = true;
	aud_objects_add_address(stmt, described, objid, 0, AUD_ACCESS_ALTER);
	if (described == RelationRelationId && OidIsValid(other))
		aud_objects_add_address(stmt, described, other, 0, AUD_ACCESS_ALTER);
	aud_refuse_check(stmt);
}

/* A dropped object can be named only before it is gone. */
void
aud_statement_object_dropped(Oid classid, Oid objid, int subid, bool is_internal)
{
	AudStmt *stmt = whose_change();

	if (stmt == NULL)
		return;
	note_change(stmt, classid);
	if (subid != 0)
		aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_ALTER);
	else if (!is_internal && !aud_objects_is_part(classid, objid))
	{
		aud_objects_add_address(stmt, classid, objid, 0, AUD_ACCESS_DROP);
		aud_objects_add_whole(stmt, classid, objid);
	}
	aud_refuse_check(stmt);
}

void
aud_statement_object_truncated(Oid relid)
{
	AudStmt *stmt = whose_change();

	if (stmt != NULL)
		aud_objects_add_relation(stmt, relid, AUD_ACCESS_TRUNCATE, NULL);
	aud_refuse_check(stmt);
}

/*
 * COPY checks permissions without starting the executor: this is where its
 * table and columns can be seen, before they may be refused.
 */
void
aud_statement_checks_permissions(List *range_table, List *permissions)
{
	AudStmt *stmt = aud_statement_active();

	if (stmt == NULL || stmt->what.utility != T_CopyStmt)
		return;
	aud_objects_add_range_table(stmt, range_table, permissions);
	aud_refuse_check(stmt);
}
