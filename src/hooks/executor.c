/*-------------------------------------------------------------------------
 *
 * executor.c
 *	  Planner and executor hooks: queries begin, run, and end.
 *
 * The objects are taken down before the next ExecutorStart, since that is
 * what refuses access: a denied query is recorded with what it asked for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"

#include "facts/builtin.h"
#include "facts/facts_ddl.h"
#include "facts/params.h"
#include "facts/rewritten.h"
#include "facts/rls.h"
#include "hooks/hooks.h"
#include "server/compat.h"
#include "statement/guard.h"
#include "statement/policy.h"
#include "statement/statement.h"

static ExecutorStart_hook_type      next_ExecutorStart;
static ExecutorRun_hook_type        next_ExecutorRun;
static ExecutorFinish_hook_type     next_ExecutorFinish;
static ExecutorEnd_hook_type        next_ExecutorEnd;
static planner_hook_type            next_planner;
static post_parse_analyze_hook_type next_post_parse_analyze;

static void
start(QueryDesc *queryDesc, int eflags)
{
	if (next_ExecutorStart)
		next_ExecutorStart(queryDesc, eflags);
	else
		standard_ExecutorStart(queryDesc, eflags);
}

/* What the calls of built-in functions are about; a body's is its command's. */
static void
note_builtins(AudStmt *stmt, const QueryDesc *queryDesc)
{
	aud_builtin_add_arguments(stmt, queryDesc);
	if (stmt->body.host != NULL)
		aud_stmt_merge(stmt->body.host, stmt);
}

static void
aud_ExecutorStart(QueryDesc *queryDesc, int eflags)
{
	AudStmt *stmt;

	if (!aud_policy_watching())
	{
		start(queryDesc, eflags);
		return;
	}

	aud_error_watch();
	aud_error_flush_swallowed();
	stmt = aud_statement_begin_query(queryDesc, eflags);
	if (aud_config->log_parameters)
		aud_params_add(stmt->body.host != NULL ? stmt->body.host : stmt,
					   queryDesc->params);
	aud_statement_enter(stmt);
	PG_TRY();
	{
		if (stmt->place.level == 0)
			aud_guard_admit(NULL);
		start(queryDesc, eflags);
	}
	PG_CATCH();
	{
		aud_statement_leave(stmt);
		aud_statement_fail(stmt, aud_error_take());
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (stmt->what.has_builtins)
		note_builtins(stmt, queryDesc);
	aud_statement_leave(stmt);
	aud_statement_watch(stmt, queryDesc->estate->es_query_cxt);
	if (stmt->settings.called)
		aud_facts_set_config_planned(stmt, queryDesc);
}

static void
run(AUD_EXECRUN_PARAMS)
{
	if (next_ExecutorRun)
		next_ExecutorRun(AUD_EXECRUN_ARGS);
	else
		standard_ExecutorRun(AUD_EXECRUN_ARGS);
}

/*
 * A portal may be run in several goes, and es_processed begins anew with each
 * of them.  It is complete when a go brought fewer rows than were asked for.
 */
static void
count_rows(AudStmt *stmt, const QueryDesc *queryDesc, uint64 asked_for)
{
	uint64 rows = queryDesc->estate->es_processed;

	/* a query that a rule added is not counted */
	stmt->result.rows += rows;
	stmt->result.has_rows = queryDesc->plannedstmt->canSetTag;
	stmt->result.incomplete =
		stmt->place.level == 0 && asked_for > 0 && rows >= asked_for;
}

static void
aud_ExecutorRun(AUD_EXECRUN_PARAMS)
{
	AudStmt *stmt = aud_policy_watching() ? aud_statement_find(queryDesc) : NULL;

	if (stmt == NULL)
	{
		run(AUD_EXECRUN_ARGS);
		return;
	}

	aud_error_watch();
	stmt->life.ran = true;
	if (stmt->settings.called_later)
		aud_facts_set_config_runs(stmt);
	aud_statement_enter(stmt);
	PG_TRY();
	{
		run(AUD_EXECRUN_ARGS);
	}
	PG_CATCH();
	{
		stmt->result.rows += queryDesc->estate->es_processed;
		stmt->result.has_rows = true;
		aud_statement_leave(stmt);
		aud_statement_fail(stmt, aud_error_take());
		PG_RE_THROW();
	}
	PG_END_TRY();
	aud_error_flush_swallowed();
	if (stmt->settings.called_later)
		aud_facts_settings_changed(stmt);
	aud_statement_leave(stmt);
	count_rows(stmt, queryDesc, count);
}

static void
finish(QueryDesc *queryDesc)
{
	if (next_ExecutorFinish)
		next_ExecutorFinish(queryDesc);
	else
		standard_ExecutorFinish(queryDesc);
}

/* Only what writes has triggers to fire, or parts that nobody has read yet. */
static bool
has_nothing_to_finish(const QueryDesc *queryDesc)
{
	return queryDesc->operation == CMD_SELECT &&
		   !queryDesc->plannedstmt->hasModifyingCTE;
}

/* Triggers that fire after the query run in here. */
static void
aud_ExecutorFinish(QueryDesc *queryDesc)
{
	AudStmt *stmt = NULL;

	if (aud_policy_watching() && !has_nothing_to_finish(queryDesc))
		stmt = aud_statement_find(queryDesc);
	if (stmt == NULL)
	{
		finish(queryDesc);
		return;
	}

	aud_statement_enter(stmt);
	PG_TRY();
	{
		finish(queryDesc);
	}
	PG_CATCH();
	{
		aud_statement_leave(stmt);
		aud_statement_fail(stmt, aud_error_take());
		PG_RE_THROW();
	}
	PG_END_TRY();
	aud_error_flush_swallowed();
	aud_statement_leave(stmt);
}

static void
end(QueryDesc *queryDesc)
{
	if (next_ExecutorEnd)
		next_ExecutorEnd(queryDesc);
	else
		standard_ExecutorEnd(queryDesc);
}

/*
 * Not guarded by aud_policy_watching: a frame that was opened must be closed,
 * even if the settings have changed since.
 */
static void
aud_ExecutorEnd(QueryDesc *queryDesc)
{
	AudStmt *stmt = aud_statement_find(queryDesc);

	if (stmt == NULL)
	{
		end(queryDesc);
		return;
	}

	stmt->life.ending = true;
	PG_TRY();
	{
		end(queryDesc);
	}
	PG_CATCH();
	{
		aud_statement_fail(stmt, aud_error_take());
		PG_RE_THROW();
	}
	PG_END_TRY();
	aud_statement_end(stmt);
}

static PlannedStmt *
plan(AUD_PLANNER_PARAMS)
{
	if (next_planner)
		return next_planner(AUD_PLANNER_ARGS);
	return standard_planner(AUD_PLANNER_ARGS);
}

/* Functions folded to constants run in here, and so do their statements. */
static PlannedStmt *
aud_planner(AUD_PLANNER_PARAMS)
{
	PlannedStmt *result;

	if (!aud_policy_watching())
		return plan(AUD_PLANNER_ARGS);

	aud_error_watch();
	aud_rls_mark(parse);
	aud_statement_enter_planner();
	PG_TRY();
	{
		result = plan(AUD_PLANNER_ARGS);
	}
	PG_FINALLY();
	{
		aud_statement_leave_planner();
	}
	PG_END_TRY();
	return result;
}

static void
aud_post_parse_analyze(ParseState *pstate, Query *query,
					   AUD_JUMBLE_CONST JumbleState *jstate)
{
	if (aud_policy_watching())
	{
		aud_error_watch();
		aud_statement_new_text(pstate->p_sourcetext,
							   query->stmt_location,
							   query->stmt_len);
		if (aud_rewritten_to_nothing(query))
			aud_statement_rewritten(query, pstate->p_sourcetext);
	}
	if (next_post_parse_analyze)
		next_post_parse_analyze(pstate, query, jstate);
}

void
aud_hooks_executor_install(void)
{
	next_ExecutorStart = ExecutorStart_hook;
	ExecutorStart_hook = aud_ExecutorStart;
	next_ExecutorRun = ExecutorRun_hook;
	ExecutorRun_hook = aud_ExecutorRun;
	next_ExecutorFinish = ExecutorFinish_hook;
	ExecutorFinish_hook = aud_ExecutorFinish;
	next_ExecutorEnd = ExecutorEnd_hook;
	ExecutorEnd_hook = aud_ExecutorEnd;
	next_planner = planner_hook;
	planner_hook = aud_planner;
	next_post_parse_analyze = post_parse_analyze_hook;
	post_parse_analyze_hook = aud_post_parse_analyze;
}
