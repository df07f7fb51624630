/*-------------------------------------------------------------------------
 *
 * begin.c
 *	  The statement stack: how a statement begins.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"

#include "facts/body.h"
#include "facts/classify.h"
#include "facts/objects.h"
#include "record/record.h"
#include "server/clock.h"
#include "server/compat.h"
#include "statement/message.h"
#include "statement/pending.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/stack.h"
#include "statement/statement.h"

#include AUD_QUERYJUMBLE_H

/* Number and place of a new statement. */
static void
identify(AudStmt *stmt, bool from_rule)
{
	AudSurroundings now = {
		.active = aud_stack.active,
		.awaiting_commit = aud_stack.awaiting_commit,
		.planning = aud_stack.planning,
		.from_rule = from_rule,
	};

	aud_place_identify(stmt, &now);
	if (stmt->place.level == 0 && !from_rule)
		stmt->place.batch = aud_message_begin(stmt->place.number);
}

/* The statement's own part of a text that may hold several. */
static void
set_text(AudStmt *stmt, const char *text, int location, int len)
{
	if (text == NULL)
		return;
	stmt->text.data = CleanQuerytext(text, &location, &len);
	stmt->text.len = len;
}

/* A query's text; one that a rule made has that of its statement. */
static void
set_query_text(AudStmt *stmt, const QueryDesc *query_desc)
{
	int location = query_desc->plannedstmt->stmt_location;
	int len = query_desc->plannedstmt->stmt_len;

	if (stmt->place.origin == AUD_ORIGIN_RULE)
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
	aud_clock_read(&stmt->when.began, &stmt->when.began_at);
	stmt->life.next = aud_stack.open;
	aud_stack.open = stmt;
}

/* The command that this query is the body of, or NULL. */
static AudStmt *
find_host(const QueryDesc *query_desc)
{
	if (aud_stack.active == NULL || aud_stack.planning > 0 ||
		!aud_stack.active->body.expected ||
		!aud_body_is(aud_stack.active, query_desc->sourceText) ||
		aud_place_trigger_depth() != aud_stack.active->place.trigger_depth)
		return NULL;
	return aud_stack.active;
}

/*
 * REFRESH ... CONCURRENTLY compares and changes the view with statements of
 * its own making: they are the command, not something inside of it.
 */
static bool
is_inner_working(void)
{
	return aud_stack.active != NULL &&
		   aud_stack.active->what.utility == T_RefreshMatViewStmt &&
		   !aud_stack.active->place.silent;
}

/* What the client sent must leave a trace even if the server dies of it. */
static void
note_begin(AudStmt *stmt)
{
	if (stmt->place.level > 0 || stmt->place.silent)
		return;
	/* the class of EXECUTE and its like is that of their body */
	if (stmt->what.classes == 0 || aud_policy_wants(stmt))
		aud_record_begin(stmt);
}

AudStmt *
aud_statement_begin_query(QueryDesc *query_desc, int eflags)
{
	const PlannedStmt *plan = query_desc->plannedstmt;
	AudStmt           *stmt = aud_stmt_take();

	stmt->life.key = query_desc;
	stmt->what.utility = T_Invalid;
	stmt->body.host = find_host(query_desc);
	if (stmt->body.host != NULL || is_inner_working())
		stmt->place.silent = true;
	else if (aud_stack.active == NULL && IsParallelWorker())
		stmt->place.silent = true; /* the leader's record tells of it */
	else
	{
		identify(stmt, !plan->canSetTag);
		stmt->what.tag = CreateCommandTag((Node *) plan);
		set_query_text(stmt, query_desc);
	}

	begin(stmt);
	aud_objects_add_plan(stmt, plan, !(eflags & EXEC_FLAG_EXPLAIN_ONLY));
	if (aud_stack.planning == 0)
		aud_pending_take(stmt, aud_stack.active);
	stmt->cursor.opened_by = stmt->place.number;
	if (stmt->body.host != NULL)
	{
		stmt->cursor.opened_by = stmt->body.host->place.number;
		aud_stmt_merge(stmt->body.host, stmt);
	}
	note_begin(stmt);
	return stmt;
}

/* Is a statement that is being analyzed also about to run? */
static bool
will_run(void)
{
	return aud_stack.active == NULL ||
		   aud_stack.active->what.utility == T_Invalid ||
		   aud_stack.active->what.utility == T_DoStmt ||
		   aud_stack.active->what.utility == T_CallStmt;
}

void
aud_statement_rewritten(const Query *query, const char *source)
{
	AudStmt *stmt;

	if (aud_stack.active != NULL &&
		aud_stack.active->what.utility == T_ExplainStmt)
		aud_stack.active->what.rewritten = true;
	if (aud_stack.planning > 0 || !will_run())
		return;
	stmt = aud_stmt_take();
	stmt->what.utility = T_Invalid;
	stmt->what.tag = CreateCommandTag((Node *) query);
	stmt->what.classes = AUD_CLASS_WRITE;
	stmt->what.rewritten = true;
	stmt->result.has_rows = true;
	identify(stmt, false);
	set_text(stmt, source, query->stmt_location, query->stmt_len);
	begin(stmt);
	aud_objects_add_range_table(stmt, query->rtable, AUD_QUERY_PERMISSIONS(query));
	aud_statement_end(stmt);
}

AudStmt *
aud_statement_begin_utility(const PlannedStmt *pstmt, const char *query_string)
{
	AudStmt *stmt = aud_stmt_take();

	stmt->what.utility = nodeTag(pstmt->utilityStmt);
	stmt->what.tag = CreateCommandTag(pstmt->utilityStmt);
	stmt->what.classes = aud_classify_utility(pstmt->utilityStmt, stmt->what.tag);
	stmt->place.silent = is_inner_working();
	if (!stmt->place.silent)
	{
		identify(stmt, false);
		set_text(stmt, query_string, pstmt->stmt_location, pstmt->stmt_len);
		aud_stmt_keep_text(stmt);
	}
	aud_body_expect(stmt, pstmt->utilityStmt, query_string);
	begin(stmt);
	if (aud_stack.planning == 0)
		aud_pending_take(stmt, aud_stack.active);
	note_begin(stmt);
	return stmt;
}

AudStmt *
aud_statement_begin_command(const char *event, const char *command, int classes,
							AudOrigin origin)
{
	AudStmt *stmt = aud_stmt_take();

	stmt->what.event = event;
	stmt->what.command = command;
	stmt->what.classes = classes;
	identify(stmt, false);
	stmt->place.origin = origin;
	set_text(stmt, debug_query_string, -1, 0);
	aud_stmt_keep_text(stmt);
	begin(stmt);
	note_begin(stmt);
	return stmt;
}

static void
cursor_gone(void *arg)
{
	aud_stack_release(arg);
}

void
aud_statement_hold_cursor(const AudStmt *stmt, Portal portal)
{
	AudStmt *held = aud_stmt_take();

	held->life.key = portal;
	held->place.silent = true;
	held->life.recorded = true;
	held->who = stmt->who;
	held->cursor.opened_by = stmt->place.number;
	aud_stmt_merge(held, stmt);
	held->life.next = aud_stack.open;
	aud_stack.open = held;
	held->life.context_gone.func = cursor_gone;
	held->life.context_gone.arg = held;
	MemoryContextRegisterResetCallback(portal->portalContext,
									   &held->life.context_gone);
	held->life.watched = true;
}
