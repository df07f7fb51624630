/*-------------------------------------------------------------------------
 *
 * event.c
 *	  The statement stack.
 *
 * Two structures share the frames.  The chain of active frames ("caller")
 * follows the C stack: a hook enters a frame before it calls on and leaves
 * it afterwards, also when an error passes through.  The list of open frames
 * ("next") holds every statement that has begun and not ended, among them
 * queries of portals that wait for the next FETCH or Execute message and are
 * not active at all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "commands/extension.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/utility.h"
#include "utils/fmgrprotos.h"
#include "utils/queryjumble.h"
#include "utils/timestamp.h"

#include "classify.h"
#include "event.h"
#include "guard.h"
#include "inflight.h"
#include "objects.h"
#include "policy.h"
#include "record.h"

static AudStmt *active;
static AudStmt *open_stmts;
static AudStmt *awaiting_commit;
static int      planning;     /* planner levels below the active statement */
static uint64   early_number; /* given to a statement while it is planned */

AudStmt *
aud_event_active(void)
{
	return active;
}

void
aud_event_enter(AudStmt *stmt)
{
	stmt->caller = active;
	stmt->planning = planning;
	if (stmt->silent && active != NULL)
	{
		stmt->number = active->number;
		stmt->level = active->level;
	}
	active = stmt;
	planning = 0;
}

void
aud_event_leave(AudStmt *stmt)
{
	active = stmt->caller;
	planning = stmt->planning;
	stmt->caller = NULL;
}

void
aud_event_enter_planner(void)
{
	planning++;
}

void
aud_event_leave_planner(void)
{
	planning--;
}

bool
aud_event_is_planning(void)
{
	return planning > 0;
}

void
aud_event_new_text(void)
{
	if (active == NULL)
		early_number = 0;
}

static int
trigger_depth(void)
{
	LOCAL_FCINFO(fcinfo, 0);

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	return DatumGetInt32(pg_trigger_depth(fcinfo));
}

/*
 * What made this statement run.  A foreign key's own queries are marked by
 * the security context that ri_triggers.c sets; the mark stays on for the
 * triggers below them, which is why only the first level counts.
 */
static AudOrigin
find_origin(const AudStmt *stmt, bool from_rule)
{
	int outer_depth = active != NULL ? active->trigger_depth : 0;

	if (stmt->level > 0 && InNoForceRLSOperation() &&
		(active == NULL || active->origin != AUD_ORIGIN_REFERENTIAL))
		return AUD_ORIGIN_REFERENTIAL;
	if (stmt->trigger_depth > outer_depth)
		return AUD_ORIGIN_TRIGGER;
	if (from_rule)
		return AUD_ORIGIN_RULE;
	if (stmt->level > 0 && creating_extension)
		return AUD_ORIGIN_EXTENSION;
	if (stmt->level > 0 && IsParallelWorker())
		return AUD_ORIGIN_WORKER;
	return stmt->level > 0 ? AUD_ORIGIN_FUNCTION : AUD_ORIGIN_CLIENT;
}

/*
 * Number and place of a new statement.  With no statement active it comes
 * from the client, unless it runs inside the planner (a function folded to a
 * constant) or in a trigger that waited for the commit.
 */
static void
identify(AudStmt *stmt, bool from_rule)
{
	stmt->trigger_depth = trigger_depth();
	if (active != NULL)
	{
		stmt->parent = active->number;
		stmt->level = active->level + 1;
	}
	else if (planning > 0)
	{
		if (early_number == 0)
			early_number = aud_session_next_stmt();
		stmt->parent = early_number;
		stmt->level = 1;
	}
	else if (stmt->trigger_depth > 0)
	{
		stmt->parent = awaiting_commit != NULL ? awaiting_commit->number : 0;
		stmt->level = 1;
	}

	if (stmt->level == 0 && early_number != 0)
	{
		stmt->number = early_number;
		early_number = 0;
	}
	else
		stmt->number = aud_session_next_stmt();
	stmt->origin = find_origin(stmt, from_rule);
}

/* The statement's own part of a text that may hold several. */
static void
set_text(AudStmt *stmt, const char *text, int location, int len)
{
	if (text == NULL)
		return;
	stmt->query = CleanQuerytext(text, &location, &len);
	stmt->query_len = len;
}

/* What every process that runs statements needs once. */
static void
start_process(void)
{
	static bool started = false;

	if (started)
		return;
	aud_session_start();
	aud_objects_start();
	started = true;
}

static void
begin(AudStmt *stmt)
{
	start_process();
	stmt->who = aud_session_identity(true);
	stmt->began = GetCurrentTimestamp();
	INSTR_TIME_SET_CURRENT(stmt->began_at);
	stmt->next = open_stmts;
	open_stmts = stmt;
}

/*
 * Utility commands with a query in them: COPY (query), EXPLAIN, EXECUTE ...
 * The first query they start is their body, whose objects are theirs.
 */
static bool
has_body(const AudStmt *stmt)
{
	switch (stmt->utility)
	{
		case T_CopyStmt:
		case T_CreateTableAsStmt:
		case T_DeclareCursorStmt:
		case T_ExecuteStmt:
		case T_ExplainStmt:
		case T_RefreshMatViewStmt:
			return true;
		default:
			return false;
	}
}

static AudStmt *
find_host(void)
{
	if (active == NULL || planning > 0 || active->silent || !has_body(active) ||
		active->has_body)
		return NULL;
	return active;
}

/* What the client sent must leave a trace even if the server dies of it. */
static void
note_begin(const AudStmt *stmt)
{
	if (stmt->level == 0 && !stmt->silent && aud_policy_wants(stmt))
		aud_record_begin(stmt);
}

AudStmt *
aud_event_begin_query(QueryDesc *query_desc, int eflags)
{
	const PlannedStmt *plan = query_desc->plannedstmt;
	AudStmt           *stmt = aud_stmt_take();

	stmt->key = query_desc;
	stmt->utility = T_Invalid;
	stmt->host = find_host();
	if (stmt->host != NULL)
	{
		stmt->host->has_body = true;
		stmt->silent = true;
	}
	else if (active == NULL && IsParallelWorker())
		stmt->silent = true; /* the leader's record tells of it */
	else
	{
		identify(stmt, !plan->canSetTag);
		stmt->tag = CreateCommandTag((Node *) plan);
		set_text(stmt, query_desc->sourceText, plan->stmt_location, plan->stmt_len);
	}

	begin(stmt);
	aud_objects_add_plan(stmt, plan, !(eflags & EXEC_FLAG_EXPLAIN_ONLY));
	if (stmt->host != NULL)
		aud_stmt_merge(stmt->host, stmt);
	note_begin(stmt);
	return stmt;
}

AudStmt *
aud_event_begin_utility(const PlannedStmt *pstmt, const char *query_string)
{
	AudStmt *stmt = aud_stmt_take();

	stmt->utility = nodeTag(pstmt->utilityStmt);
	stmt->tag = CreateCommandTag(pstmt->utilityStmt);
	stmt->classes = aud_class_of_utility(pstmt->utilityStmt, stmt->tag);
	identify(stmt, false);
	set_text(stmt, query_string, pstmt->stmt_location, pstmt->stmt_len);
	aud_stmt_keep_text(stmt);
	begin(stmt);
	note_begin(stmt);
	return stmt;
}

AudStmt *
aud_event_find(const void *key)
{
	if (key == NULL)
		return NULL;
	for (AudStmt *stmt = open_stmts; stmt != NULL; stmt = stmt->next)
	{
		if (stmt->key == key)
			return stmt;
	}
	return NULL;
}

/* Unlink and pool a frame; queries that were its body live on without it. */
static void
release(AudStmt *stmt)
{
	AudStmt **link = &open_stmts;

	for (AudStmt *other = open_stmts; other != NULL; other = other->next)
	{
		if (other->host == stmt)
			other->host = NULL;
	}
	while (*link != NULL && *link != stmt)
		link = &(*link)->next;
	if (*link == stmt)
		*link = stmt->next;
	aud_stmt_release(stmt);
	if (open_stmts == NULL)
		aud_session_forget_stale();
}

static void
record(AudStmt *stmt)
{
	bool wanted;

	if (stmt->recorded)
		return;
	stmt->recorded = true;
	if (stmt->silent)
		return;
	wanted = aud_policy_wants(stmt);
	if (stmt->level > 0)
	{
		if (wanted)
			aud_record_statement(stmt);
		return;
	}

	if (wanted)
	{
		aud_inflight_ending();
		aud_record_statement(stmt);
	}
	else
		aud_inflight_end();
	aud_guard_statement_end();
}

/* The executor state is gone, by ExecutorEnd or by an abort. */
static void
context_gone(void *arg)
{
	AudStmt *stmt = arg;

	stmt->watched = false;
	if (stmt->ending)
		return; /* ExecutorEnd goes on with the frame */

	/*
	 * A portal that was not running when its transaction failed.  What it
	 * did until then it did well.
	 */
	stmt->incomplete = true;
	record(stmt);
	release(stmt);
}

void
aud_event_watch(AudStmt *stmt, MemoryContext query_context)
{
	stmt->context_gone.func = context_gone;
	stmt->context_gone.arg = stmt;
	MemoryContextRegisterResetCallback(query_context, &stmt->context_gone);
	stmt->watched = true;
}

static void
finish(AudStmt *stmt)
{
	record(stmt);
	if (!stmt->watched)
		release(stmt);
	else
		stmt->ending = false; /* from here on the callback has the frame */
}

void
aud_event_end(AudStmt *stmt)
{
	finish(stmt);
}

void
aud_event_fail(AudStmt *stmt, const AudFailure *failure)
{
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
	finish(stmt);
}

static void
cursor_gone(void *arg)
{
	release(arg);
}

void
aud_event_hold_cursor(const AudStmt *stmt, Portal portal)
{
	AudStmt *held = aud_stmt_take();

	held->key = portal;
	held->silent = true;
	held->recorded = true;
	held->who = stmt->who;
	aud_stmt_merge(held, stmt);
	held->next = open_stmts;
	open_stmts = held;
	held->context_gone.func = cursor_gone;
	held->context_gone.arg = held;
	MemoryContextRegisterResetCallback(portal->portalContext,
									   &held->context_gone);
	held->watched = true;
}

void
aud_event_await_commit(AudStmt *stmt)
{
	awaiting_commit = stmt;
}

bool
aud_event_is_committing(void)
{
	return awaiting_commit != NULL;
}

void
aud_event_committed(bool committed, const AudFailure *failure)
{
	AudStmt *stmt = awaiting_commit;

	if (stmt == NULL)
		return;
	awaiting_commit = NULL;
	if (committed)
		aud_event_end(stmt);
	else
		aud_event_fail(stmt, failure);
}

void
aud_event_end_all(const AudFailure *failure)
{
	for (AudStmt *stmt = active; stmt != NULL; stmt = stmt->caller)
	{
		stmt->outcome = AUD_OUTCOME_FAILURE;
		stmt->failure = *failure;
	}
	for (AudStmt *stmt = open_stmts; stmt != NULL; stmt = stmt->next)
	{
		if (stmt->outcome != AUD_OUTCOME_FAILURE)
			stmt->incomplete = true;
		record(stmt);
	}
	active = NULL;
	awaiting_commit = NULL;
}

void
aud_event_error(const AudFailure *failure, const char *query, size_t query_len)
{
	AudStmt *stmt = aud_stmt_take_spare();

	stmt->is_error = true;
	stmt->classes = AUD_CLASS_ERROR;
	stmt->level = active != NULL ? active->level + 1 : 0;
	stmt->parent = active != NULL ? active->number : 0;
	stmt->origin = active != NULL ? AUD_ORIGIN_FUNCTION : AUD_ORIGIN_CLIENT;
	stmt->number = early_number != 0 ? early_number : aud_session_next_stmt();
	early_number = 0;
	stmt->who = aud_session_identity(false);
	stmt->began = GetCurrentTimestamp();
	stmt->query = query;
	stmt->query_len = query_len;
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
	if (aud_policy_wants(stmt))
		aud_record_statement(stmt);
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
	aud_stmt_release(stmt);
}
