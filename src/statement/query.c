/*-------------------------------------------------------------------------
 *
 * query.c
 *	  Queries: what the executor runs, from its start to its end.
 *
 * The objects are taken down before the executor starts, since that is what
 * refuses access: a denied query is recorded with what it asked for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/executor.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/inval.h"
#include "utils/portal.h"

#include "facts/builtin.h"
#include "facts/command.h"
#include "facts/marks.h"
#include "facts/objects.h"
#include "facts/params.h"
#include "facts/redact_stmt.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/effects.h"
#include "statement/error.h"
#include "statement/guard.h"
#include "statement/place.h"
#include "statement/refuse.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* A query's text; one that a rule made has that of its statement. */
static void
set_query_text(AudStmt *stmt, const QueryDesc *query_desc)
{
	int location = query_desc->plannedstmt->stmt_location;
	int len = query_desc->plannedstmt->stmt_len;

	if (stmt->place.origin == AUD_ORIGIN_RULE)
		aud_place_of_rule(query_desc->sourceText, &location, &len);
	aud_begin_set_text(stmt, query_desc->sourceText, location, len);
}

static bool
is_by_spi(const DestReceiver *dest)
{
	return dest != NULL && dest->mydest == DestSPI;
}

/* A statement of its own, or a part of another one. */
static void
place_query(AudStmt *stmt, const QueryDesc *query_desc)
{
	const PlannedStmt *plan = query_desc->plannedstmt;

	if (aud_begin_is_inner_working(stmt))
	{
		aud_begin_inner_working(stmt);
		return;
	}
	stmt->body.host = aud_begin_find_host(stmt->life.caller,
										  stmt->place.planning,
										  query_desc->sourceText);
	if (stmt->body.host != NULL ||
		(stmt->life.caller == NULL && IsParallelWorker()))
	{
		aud_begin_silently(stmt); /* of a worker, the leader's record tells */
		/* pg_stat_statements counts for the statement that was prepared */
		if (stmt->body.host != NULL &&
			stmt->body.host->what.utility == T_ExecuteStmt)
			stmt->body.host->what.query_id = stmt->what.query_id;
		return;
	}
	aud_begin_identify(stmt,
					   &(AudBeginning){.source = query_desc->sourceText,
									   .in_early =
										   aud_early_runs(stmt,
														  query_desc->sourceText),
									   .by_spi = is_by_spi(query_desc->dest),
									   .from_rule = !plan->canSetTag});
	if (stmt->life.caller != NULL &&
		stmt->life.caller->what.utility == T_AlterTableStmt)
		aud_place_find_check(stmt, query_desc->sourceText);
	stmt->what.tag = CreateCommandTag((Node *) unconstify(PlannedStmt *, plan));
	set_query_text(stmt, query_desc);
}

void
aud_statement_begin_query(AudStmt *stmt, QueryDesc *query_desc, int eflags)
{
	const PlannedStmt *plan = query_desc->plannedstmt;

	stmt->life.key = query_desc;
	stmt->what.utility = T_Invalid;
	stmt->what.query_id = (uint64) plan->queryId;
	stmt->what.only_planned = (eflags & EXEC_FLAG_EXPLAIN_ONLY) != 0;
	place_query(stmt, query_desc);
	stmt->cursor.opened_by = aud_stack_host(stmt)->place.number;
	aud_begin_take_down(stmt, true);
	aud_redact_query(stmt, plan);
	aud_redact_nested(stmt, true);
	aud_objects_add_plan(stmt, plan, !(eflags & EXEC_FLAG_EXPLAIN_ONLY));
	stmt->what.marks_as_of = aud_marks_epoch();
	aud_early_take(stmt, query_desc->sourceText);
	aud_begin_keep_unfinished(stmt);
	if (aud_config->log_parameters)
		aud_params_add(aud_stack_host(stmt), query_desc->params);
	if (stmt->place.level == 0)
		aud_guard_admit(stmt, NULL);
	aud_refuse_check(stmt);
}

void
aud_statement_started(AudStmt *stmt, QueryDesc *query_desc)
{
	if (!aud_stack_is_active(stmt))
		return;
	if (stmt->what.has_builtins && !stmt->what.only_planned)
		aud_builtin_add_arguments(stmt, query_desc);
	/* it would have been, but for what the planner has run */
	if (stmt->what.only_planned && !stmt->life.reached)
		stmt->what.privileged = false;
	if (stmt->settings.called)
	{
		aud_command_set_config_planned(stmt, query_desc);
		aud_effects_carry_out(aud_stack_host(stmt));
		aud_refuse_check(stmt);
	}
	aud_stack_watch(stmt, query_desc->estate->es_query_cxt);
	aud_stack_leave(stmt);
}

/*
 * Its frame, active again.  What the client's last message left active is
 * looked for first, since this may be the first that the present one runs.
 */
static AudStmt *
enter_again(QueryDesc *query_desc)
{
	AudStmt *stmt = aud_stack_find(query_desc);

	if (stmt == NULL)
		return NULL;
	aud_stack_heal();
	aud_error_watch();
	return stmt;
}

/*
 * The query of a cursor is run by FETCH and MOVE, and at the commit that fills
 * one WITH HOLD.  What is known of it since it was opened FETCH has already.
 */
static void
find_cursor_host(AudStmt *stmt)
{
	AudStack *stack = &aud_backend->stack;

	if (stmt->body.host != NULL)
		return;
	if (stack->active != NULL && stack->active->what.utility == T_FetchStmt)
		stmt->body.host = stack->active;
	else if (stack->active == NULL && stmt->place.silent &&
			 stack->awaiting_commit != NULL)
	{
		stmt->body.host = stack->awaiting_commit;
		aud_stmt_merge(stmt->body.host, stmt);
	}
	else
		return;
	stmt->body.started = true;
	stmt->body.only_runs = true;
}

/*
 * Its rows are not the command's, and the next run may be another one's.  A
 * COMMIT is not active any more and cannot notice itself who acts now.
 */
static void
forget_cursor_host(AudStmt *stmt)
{
	AudStmt *host = stmt->body.host;

	if (!stmt->body.only_runs)
		return;
	if (host != NULL && stmt->roles.changed && !aud_stack_is_active(host))
	{
		host->roles = stmt->roles;
		host->roles.changed = false;
		aud_command_roles_changed(host);
	}
	stmt->body.only_runs = false;
	stmt->body.host = NULL;
}

/*
 * The query of a cursor whose portal the client executes by a message of the
 * protocol, not one WITH HOLD that an implicit commit fills: no command has its
 * record.
 */
static bool
is_executed_alone(const AudStmt *stmt, const QueryDesc *query_desc)
{
	return stmt->place.silent && stmt->body.host == NULL &&
		   aud_backend->stack.active == NULL && ActivePortal != NULL &&
		   ActivePortal->queryDesc == query_desc &&
		   ActivePortal->holdStore == NULL && !IsParallelWorker();
}

/* From then on it is a statement of its own. */
static void
record_alone(AudStmt *stmt, const QueryDesc *query_desc)
{
	stmt->place.silent = false;
	stmt->place.planning = 0;
	aud_begin_identify(stmt, &(AudBeginning){.source = query_desc->sourceText});
	stmt->what.tag = CreateCommandTag((Node *) query_desc->plannedstmt);
	set_query_text(stmt, query_desc);
	if (aud_config->marking)
		aud_marks_add_acting(stmt, true);
	aud_redact_query(stmt, query_desc->plannedstmt);
	aud_begin_keep_unfinished(stmt);
}

AudStmt *
aud_statement_run(QueryDesc *query_desc)
{
	AudStmt *stmt = enter_again(query_desc);

	if (stmt == NULL)
		return NULL;
	stmt->life.ran = true;
	stmt->life.running = true;
	if (stmt->settings.called_later)
		aud_effects_cursor_runs(stmt);
	find_cursor_host(stmt);
	if (is_executed_alone(stmt, query_desc))
		record_alone(stmt, query_desc);
	aud_stack_enter(stmt);
	return stmt;
}

/*
 * Between the Bind of a portal and its Execute others may have set labels.  A
 * silent frame's objects are named by the commands that run it.
 */
void
aud_statement_runs(AudStmt *stmt, const QueryDesc *query_desc)
{
	if (!aud_config->marking || stmt->place.level > 0 || stmt->place.silent)
		return;
	AcceptInvalidationMessages();
	if (stmt->what.marks_as_of == aud_marks_epoch())
		return;
	aud_marks_add_acting(stmt, true);
	aud_objects_mark_plan(stmt, query_desc->plannedstmt);
	stmt->what.marks_as_of = aud_marks_epoch();
	aud_refuse_check(stmt);
}

/*
 * A portal may be run in several goes, and es_processed begins anew with each
 * of them.  It is complete when a go brought fewer rows than were asked for;
 * who runs a query by SPI asks for all that he wants to have of it.
 */
static void
count_rows(AudStmt *stmt, const QueryDesc *query_desc, uint64 asked_for)
{
	uint64 rows = query_desc->estate->es_processed;

	stmt->life.running = false;
	/* a query that a rule added is not counted */
	stmt->result.rows += rows;
	stmt->result.has_rows = query_desc->plannedstmt->canSetTag;
	stmt->result.incomplete = stmt->place.level == 0 && asked_for > 0 &&
							  rows >= asked_for && !is_by_spi(query_desc->dest);
}

void
aud_statement_ran(AudStmt *stmt, const QueryDesc *query_desc, uint64 asked_for)
{
	aud_error_flush_swallowed();
	if (stmt->settings.called_later && stmt->settings.picture != NULL)
		aud_effects_compare_settings(stmt);
	if (aud_config->marking)
		aud_objects_add_routed(aud_stack_reaching(stmt), query_desc);
	aud_stack_leave(stmt);
	forget_cursor_host(stmt);
	count_rows(stmt, query_desc, asked_for);
}

void
aud_statement_run_failed(AudStmt *stmt, const QueryDesc *query_desc)
{
	aud_statement_run_stopped(stmt, query_desc);
	aud_statement_fail(stmt);
}

/* Only what writes has triggers to fire, or parts that nobody has read yet. */
static bool
has_nothing_to_finish(const QueryDesc *query_desc)
{
	return query_desc->operation == CMD_SELECT &&
		   !query_desc->plannedstmt->hasModifyingCTE;
}

AudStmt *
aud_statement_finish(QueryDesc *query_desc)
{
	AudStmt *stmt;

	if (has_nothing_to_finish(query_desc))
		return NULL;
	stmt = enter_again(query_desc);
	if (stmt != NULL)
	{
		stmt->place.error_context = error_context_stack;
		aud_stack_enter(stmt);
	}
	return stmt;
}

void
aud_statement_finished(AudStmt *stmt)
{
	aud_error_flush_swallowed();
	aud_stack_leave(stmt);
}

AudStmt *
aud_statement_close(QueryDesc *query_desc)
{
	AudStmt *stmt = aud_stack_find(query_desc);

	if (stmt != NULL)
		stmt->life.ending = true;
	return stmt;
}

void
aud_statement_closed(AudStmt *stmt)
{
	aud_statement_end(stmt);
}
