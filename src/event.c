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
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/timestamp.h"

#include "body.h"
#include "classify.h"
#include "clock.h"
#include "event.h"
#include "event_xact.h"
#include "facts_ddl.h"
#include "guard.h"
#include "inflight.h"
#include "message.h"
#include "objects.h"
#include "pending.h"
#include "pg_compat.h"
#include "place.h"
#include "policy.h"
#include "record.h"
#include "roles.h"

static AudStmt *active;
static AudStmt *open_stmts;
static AudStmt *awaiting_commit;
static int      planning; /* planner levels below the active statement */

AudStmt *
aud_event_active(void)
{
	return active;
}

void
aud_event_enter(AudStmt *stmt)
{
	stmt->entered = aud_roles_acting();
	if (active != NULL)
		aud_roles_notice_outer(active, stmt->entered);
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
	aud_roles_notice(stmt);
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
aud_event_new_text(const char *source, int location, int len)
{
	if (active != NULL || planning > 0)
		return;
	aud_pending_forget();
	aud_place_new_text(source, location, len);
	aud_message_analyzed(source, location, len);
}

void
aud_event_note_function(Oid funcid)
{
	AudStmt *stmt = active != NULL ? active : awaiting_commit;

	if (planning > 0)
	{
		aud_pending_note(active, funcid);
		return;
	}

	/* a query that is the body of a command speaks through the command */
	if (stmt != NULL && stmt->host != NULL)
		stmt = stmt->host;
	if (stmt != NULL)
		aud_objects_add_function(stmt, funcid);
}

/* Number and place of a new statement. */
static void
identify(AudStmt *stmt, bool from_rule)
{
	AudSurroundings now = {
		.active = active,
		.awaiting_commit = awaiting_commit,
		.planning = planning,
		.from_rule = from_rule,
	};

	aud_place_identify(stmt, &now);
	if (stmt->level == 0 && !from_rule)
		stmt->batch = aud_message_begin(stmt->number);
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

/* A query's text; one that a rule made has that of its statement. */
static void
set_query_text(AudStmt *stmt, const QueryDesc *query_desc)
{
	int location = query_desc->plannedstmt->stmt_location;
	int len = query_desc->plannedstmt->stmt_len;

	if (stmt->origin == AUD_ORIGIN_RULE)
		aud_place_of_rule(query_desc->sourceText, &location, &len);
	set_text(stmt, query_desc->sourceText, location, len);
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
	aud_clock_read(&stmt->began, &stmt->began_at);
	stmt->next = open_stmts;
	open_stmts = stmt;
}

/* The command that this query is the body of, or NULL. */
static AudStmt *
find_host(const QueryDesc *query_desc)
{
	if (active == NULL || planning > 0 || !active->has_body ||
		!aud_body_is(active, query_desc->sourceText) ||
		aud_place_trigger_depth() != active->trigger_depth)
		return NULL;
	return active;
}

/*
 * REFRESH ... CONCURRENTLY compares and changes the view with statements of
 * its own making: they are the command, not something inside of it.
 */
static bool
is_inner_working(void)
{
	return active != NULL && active->utility == T_RefreshMatViewStmt &&
		   !active->silent;
}

/* What the client sent must leave a trace even if the server dies of it. */
static void
note_begin(AudStmt *stmt)
{
	if (stmt->level > 0 || stmt->silent)
		return;
	/* the class of EXECUTE and its like is that of their body */
	if (stmt->classes == 0 || aud_policy_wants(stmt))
		aud_record_begin(stmt);
}

AudStmt *
aud_event_begin_query(QueryDesc *query_desc, int eflags)
{
	const PlannedStmt *plan = query_desc->plannedstmt;
	AudStmt           *stmt = aud_stmt_take();

	stmt->key = query_desc;
	stmt->utility = T_Invalid;
	stmt->host = find_host(query_desc);
	if (stmt->host != NULL || is_inner_working())
		stmt->silent = true;
	else if (active == NULL && IsParallelWorker())
		stmt->silent = true; /* the leader's record tells of it */
	else
	{
		identify(stmt, !plan->canSetTag);
		stmt->tag = CreateCommandTag((Node *) plan);
		set_query_text(stmt, query_desc);
	}

	begin(stmt);
	aud_objects_add_plan(stmt, plan, !(eflags & EXEC_FLAG_EXPLAIN_ONLY));
	if (planning == 0)
		aud_pending_take(stmt, active);
	stmt->opened_by = stmt->number;
	if (stmt->host != NULL)
	{
		stmt->opened_by = stmt->host->number;
		aud_stmt_merge(stmt->host, stmt);
	}
	note_begin(stmt);
	return stmt;
}

/* Is a statement that is being analyzed also about to run? */
static bool
will_run(void)
{
	return active == NULL || active->utility == T_Invalid ||
		   active->utility == T_DoStmt || active->utility == T_CallStmt;
}

void
aud_event_rewritten(const Query *query, const char *source)
{
	AudStmt *stmt;

	if (active != NULL && active->utility == T_ExplainStmt)
		active->rewritten = true;
	if (planning > 0 || !will_run())
		return;
	stmt = aud_stmt_take();
	stmt->utility = T_Invalid;
	stmt->tag = CreateCommandTag((Node *) query);
	stmt->classes = AUD_CLASS_WRITE;
	stmt->rewritten = true;
	stmt->has_rows = true;
	identify(stmt, false);
	set_text(stmt, source, query->stmt_location, query->stmt_len);
	begin(stmt);
	aud_objects_add_range_table(stmt, query->rtable, AUD_QUERY_PERMISSIONS(query));
	aud_event_end(stmt);
}

AudStmt *
aud_event_begin_utility(const PlannedStmt *pstmt, const char *query_string)
{
	AudStmt *stmt = aud_stmt_take();

	stmt->utility = nodeTag(pstmt->utilityStmt);
	stmt->tag = CreateCommandTag(pstmt->utilityStmt);
	stmt->classes = aud_class_of_utility(pstmt->utilityStmt, stmt->tag);
	stmt->silent = is_inner_working();
	if (!stmt->silent)
	{
		identify(stmt, false);
		set_text(stmt, query_string, pstmt->stmt_location, pstmt->stmt_len);
		aud_stmt_keep_text(stmt);
	}
	aud_body_expect(stmt, pstmt->utilityStmt, query_string);
	begin(stmt);
	if (planning == 0)
		aud_pending_take(stmt, active);
	note_begin(stmt);
	return stmt;
}

AudStmt *
aud_event_begin_command(const char *event, const char *command, int classes,
						AudOrigin origin)
{
	AudStmt *stmt = aud_stmt_take();

	stmt->event = event;
	stmt->command = command;
	stmt->classes = classes;
	identify(stmt, false);
	stmt->origin = origin;
	set_text(stmt, debug_query_string, -1, 0);
	aud_stmt_keep_text(stmt);
	begin(stmt);
	note_begin(stmt);
	return stmt;
}

void
aud_event_note_stream(AudStmt *stmt)
{
	stmt->is_begin = true;
	if (aud_policy_wants(stmt))
		aud_record_statement(stmt);
	stmt->is_begin = false;
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

/* A portal that was bound and never executed has accessed nothing. */
static bool
is_unused(const AudStmt *stmt)
{
	return stmt->level == 0 && stmt->key != NULL && !stmt->ran &&
		   stmt->outcome == AUD_OUTCOME_SUCCESS;
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
	if (stmt->classes == 0)
		stmt->classes = AUD_CLASS_MISC;
	wanted = !is_unused(stmt) && aud_policy_wants(stmt);
	if (stmt->level > 0)
	{
		if (wanted)
		{
			aud_record_statement(stmt);
			aud_xact_count_record();
		}
		return;
	}

	if (wanted)
	{
		aud_inflight_ending();
		aud_record_statement(stmt);
		aud_xact_count_record();
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
	 * did until then it did well, unless the process exits in the middle.
	 */
	if (stmt->outcome != AUD_OUTCOME_FAILURE)
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

/* What only the end of a successful statement shows. */
static void
note_effects(AudStmt *stmt)
{
	if (stmt->roles_changed && !stmt->silent)
	{
		for (AudStmt *outer = active; outer != NULL; outer = outer->caller)
			outer->noted = stmt->roles_to;
		aud_facts_roles_changed(stmt);
	}
	if (stmt->watches_settings)
		aud_facts_settings_changed(stmt);
}

void
aud_event_end(AudStmt *stmt)
{
	if (stmt->roles_changed || stmt->watches_settings)
		note_effects(stmt);
	if (stmt->has_later && stmt->utility == T_Invalid)
		aud_objects_resolve(stmt);
	if (stmt->host != NULL && stmt->has_rows)
	{
		stmt->host->rows += stmt->rows;
		stmt->host->has_rows = true;
	}
	finish(stmt);
}

void
aud_event_fail(AudStmt *stmt, const AudFailure *failure)
{
	if (!stmt->silent)
		aud_event_add_skipped(stmt);
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
	held->opened_by = stmt->number;
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
	if (committed || failure == NULL)
		aud_event_end(stmt);
	else
		aud_event_fail(stmt, failure);
}

static void
doom(AudStmt *stmt, const AudFailure *failure)
{
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
}

void
aud_event_doom(const AudFailure *failure)
{
	for (AudStmt *stmt = active; stmt != NULL; stmt = stmt->caller)
		doom(stmt, failure);
	if (awaiting_commit != NULL)
		doom(awaiting_commit, failure);
}

void
aud_event_end_all(const AudFailure *failure)
{
	if (failure != NULL)
		aud_event_doom(failure);
	for (AudStmt *stmt = open_stmts; stmt != NULL; stmt = stmt->next)
	{
		if (stmt->outcome != AUD_OUTCOME_FAILURE)
			stmt->incomplete = true;
		record(stmt);
	}
	active = NULL;
	awaiting_commit = NULL;
}
