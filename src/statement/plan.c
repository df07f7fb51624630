/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  What comes before a statement: its analysis and planning.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/utility.h"

#include "core/class.h"
#include "facts/objects.h"
#include "facts/redact_known.h"
#include "facts/redact_stmt.h"
#include "facts/redact_touched.h"
#include "facts/rewrite.h"
#include "server/compat.h"
#include "statement/acting.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/error.h"
#include "statement/expression.h"
#include "statement/message.h"
#include "statement/place.h"
#include "statement/planned.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* Functions folded to constants run in the planner, and so do their statements. */
void
aud_statement_enter_planner(Query *query, const char *source)
{
	AudStack *stack = &aud_backend->stack;

	aud_stack_heal();
	aud_error_watch();
	aud_rewrite_mark_rls(query);
	aud_redact_planned(query);
	aud_planned_check(query, source);
	aud_expression_planned(query);
	if (stack->early != NULL && stack->planning == 0)
		aud_early_plans(source);
	stack->planning++;
}

/*
 * Planning has failed.  What it was about is said by the error's own record, or
 * by the frame that it was planned in, which may catch the error.
 */
static void
name_failed(Query *query)
{
	AudStmt *whose;

	if (aud_backend->error.awaits_planner)
	{
		aud_error_left_planner(query);
		return;
	}
	whose = aud_early_whose(false);
	if (whose == NULL)
		whose = aud_stack_reaching(aud_backend->stack.active);
	if (whose != NULL && aud_config->marking)
		aud_objects_add_failed(whose, query);
}

void
aud_statement_leave_planner(Query *query, const char *source, bool failed)
{
	AudStack *stack = &aud_backend->stack;

	if (failed || aud_backend->error.awaits_planner)
		name_failed(query);
	if (stack->planning > 0)
		stack->planning--;
	if (stack->early != NULL && stack->planning == 0)
		aud_early_planned(query, source);
}

bool
aud_statement_is_planning(void)
{
	return aud_backend->stack.planning > 0;
}

/* The client's next statement is being analyzed. */
static void
note_text(const Query *query, const char *source)
{
	const AudStack *stack = &aud_backend->stack;

	if (stack->active != NULL || stack->planning > 0 ||
		aud_place_in_command(source))
		return;
	if (stack->early != NULL && !aud_early_analyzed(query, source))
		return;
	aud_place_new_text(source, query->stmt_location, query->stmt_len);
	aud_message_analyzed(source, query->stmt_location, query->stmt_len);
}

/* Is a statement that is being analyzed also about to run? */
static bool
will_run(void)
{
	const AudStmt *active = aud_backend->stack.active;

	return active == NULL || active->what.utility == T_Invalid ||
		   active->what.utility == T_DoStmt ||
		   active->what.utility == T_CallStmt;
}

static void
begin_rewritten(AudStmt *stmt, const Query *query, const char *source)
{
	stmt->what.utility = T_Invalid;
	stmt->what.query_id = (uint64) query->queryId;
	stmt->what.tag = CreateCommandTag((Node *) unconstify(Query *, query));
	stmt->what.classes = AUD_CLASS_WRITE;
	stmt->what.rewritten = true;
	stmt->result.has_rows = true;
	aud_begin_identify(stmt,
					   &(AudBeginning){.source = source,
									   .in_early = aud_early_runs(stmt, source)});
	aud_begin_set_text(stmt, source, query->stmt_location, query->stmt_len);
	aud_begin_take_down(stmt, true);
	aud_redact_statement(stmt);
	aud_redact_nested(stmt, true);
	aud_objects_add_range_table(stmt, query->rtable, AUD_QUERY_PERMISSIONS(query));
	aud_early_take(stmt, source);
}

/*
 * Rules leave nothing of a statement that was just analyzed: record it, for
 * nothing will be seen of it again.  Queries of theirs may follow.
 */
static void
record_rewritten(const Query *query, const char *source)
{
	AudStmt *stmt;

	if (aud_backend->stack.active != NULL &&
		aud_backend->stack.active->what.utility == T_ExplainStmt)
		aud_backend->stack.active->what.rewritten = true;
	if (aud_backend->stack.planning > 0 || !will_run())
		return;
	stmt = aud_statement_open();
	PG_TRY();
	{
		begin_rewritten(stmt, query, source);
		aud_stack_leave(stmt);
		aud_statement_end(stmt);
	}
	PG_CATCH();
	{
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/* Before anything could keep the text.  The client's first one finds no cache. */
static void
note_places(const Query *query, const char *source)
{
	if (!aud_redact_tags_on())
		return;
	aud_begin_process();
	aud_redact_known_note(query, source);
}

void
aud_statement_analyzed(const Query *query, const char *source)
{
	aud_stack_heal();
	aud_error_watch();
	aud_error_write_unwritten();
	aud_acting_look();
	note_places(query, source);
	note_text(query, source);
	if (aud_statement_is_planning() && query->commandType != CMD_UTILITY)
		aud_planned_check_inlined(query);
	if (aud_rewrite_leaves_nothing(query))
		record_rewritten(query, source);
}
