/*-------------------------------------------------------------------------
 *
 * executor.c
 *	  Analysis, planner and executor hooks: queries begin, run, and end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"

#include "hooks/hooks.h"
#include "server/compat.h"
#include "server/stack_depth.h"
#include "statement/policy.h"
#include "statement/statement.h"

static ExecutorStart_hook_type      next_ExecutorStart;
static ExecutorRun_hook_type        next_ExecutorRun;
static ExecutorFinish_hook_type     next_ExecutorFinish;
static ExecutorEnd_hook_type        next_ExecutorEnd;
static planner_hook_type            next_planner;
static post_parse_analyze_hook_type next_post_parse_analyze;

static pg_attribute_always_inline void
start(QueryDesc *queryDesc, int eflags)
{
	if (next_ExecutorStart)
		next_ExecutorStart(queryDesc, eflags);
	else
		standard_ExecutorStart(queryDesc, eflags);
}

static void
aud_ExecutorStart(QueryDesc *queryDesc, int eflags)
{
	AudStmt              *stmt;
	volatile AudStackBase base;

	if (!aud_policy_watching())
	{
		start(queryDesc, eflags);
		return;
	}

	stmt = aud_statement_open();
	base = AUD_STACK_LEAVE_OUT();
	PG_TRY();
	{
		aud_statement_begin_query(stmt, queryDesc, eflags);
		start(queryDesc, eflags);
		aud_stack_count_again(base);
		aud_statement_started(stmt, queryDesc);
	}
	PG_CATCH();
	{
		aud_stack_count_again(base);
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

static pg_attribute_always_inline void
run(AUD_EXECRUN_PARAMS)
{
	if (next_ExecutorRun)
		next_ExecutorRun(AUD_EXECRUN_ARGS);
	else
		standard_ExecutorRun(AUD_EXECRUN_ARGS);
}

static void
aud_ExecutorRun(AUD_EXECRUN_PARAMS)
{
	AudStmt *stmt = aud_policy_watching() ? aud_statement_run(queryDesc) : NULL;
	volatile AudStackBase base;

	if (stmt == NULL)
	{
		run(AUD_EXECRUN_ARGS);
		return;
	}

	base = AUD_STACK_LEAVE_OUT();
	PG_TRY();
	{
		aud_statement_runs(stmt, queryDesc);
		run(AUD_EXECRUN_ARGS);
		aud_stack_count_again(base);
		aud_statement_ran(stmt, queryDesc, count);
	}
	PG_CATCH();
	{
		aud_stack_count_again(base);
		aud_statement_run_failed(stmt, queryDesc);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

static pg_attribute_always_inline void
finish(QueryDesc *queryDesc)
{
	if (next_ExecutorFinish)
		next_ExecutorFinish(queryDesc);
	else
		standard_ExecutorFinish(queryDesc);
}

/* Triggers that fire after the query run in here. */
static void
aud_ExecutorFinish(QueryDesc *queryDesc)
{
	AudStmt *stmt =
		aud_policy_watching() ? aud_statement_finish(queryDesc) : NULL;
	volatile AudStackBase base;

	if (stmt == NULL)
	{
		finish(queryDesc);
		return;
	}

	base = AUD_STACK_LEAVE_OUT();
	PG_TRY();
	{
		finish(queryDesc);
		aud_stack_count_again(base);
		aud_statement_finished(stmt);
	}
	PG_CATCH();
	{
		aud_stack_count_again(base);
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

static pg_attribute_always_inline void
end(QueryDesc *queryDesc)
{
	if (next_ExecutorEnd)
		next_ExecutorEnd(queryDesc);
	else
		standard_ExecutorEnd(queryDesc);
}

/*
 * Not guarded by aud_policy_watching: a frame that was opened must be closed,
 * even if the settings have changed since.  Nothing recurses in here.
 */
static void
aud_ExecutorEnd(QueryDesc *queryDesc)
{
	AudStmt *stmt = aud_statement_close(queryDesc);

	if (stmt == NULL)
	{
		end(queryDesc);
		return;
	}

	PG_TRY();
	{
		end(queryDesc);
		aud_statement_closed(stmt);
	}
	PG_CATCH();
	{
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

static pg_attribute_always_inline PlannedStmt *
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
	PlannedStmt *volatile result;
	volatile AudStackBase base;

	if (!aud_policy_watching())
		return plan(AUD_PLANNER_ARGS);

	aud_statement_enter_planner(parse, query_string);
	base = AUD_STACK_LEAVE_OUT();
	PG_TRY();
	{
		result = plan(AUD_PLANNER_ARGS);
	}
	PG_CATCH();
	{
		aud_stack_count_again(base);
		aud_statement_leave_planner(parse, query_string, true);
		PG_RE_THROW();
	}
	PG_END_TRY();
	aud_stack_count_again(base);
	aud_statement_leave_planner(parse, query_string, false);
	return result;
}

static void
aud_post_parse_analyze(ParseState *pstate, Query *query,
					   AUD_JUMBLE_CONST JumbleState *jstate)
{
	if (aud_policy_watching())
		aud_statement_analyzed(query, pstate->p_sourcetext);
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
