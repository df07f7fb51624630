/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  ProcessUtility hook: everything that is not a plain query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/prepare.h"
#include "tcop/utility.h"
#include "utils/portal.h"

#include "facts/command.h"
#include "facts/objects.h"
#include "facts/params.h"
#include "hooks/hooks.h"
#include "statement/guard.h"
#include "statement/policy.h"
#include "statement/statement.h"
#include "statement/xact.h"

static ProcessUtility_hook_type next_ProcessUtility;

static void
process(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
		ProcessUtilityContext context, ParamListInfo params,
		QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	if (next_ProcessUtility)
		next_ProcessUtility(pstmt,
							queryString,
							readOnlyTree,
							context,
							params,
							queryEnv,
							dest,
							qc);
	else
		standard_ProcessUtility(pstmt,
								queryString,
								readOnlyTree,
								context,
								params,
								queryEnv,
								dest,
								qc);
}

/* Does the end of the transaction decide what becomes of this command? */
static bool
is_decided_at_commit(const PlannedStmt *pstmt, const AudStmt *stmt)
{
	const TransactionStmt *command;

	if (stmt->place.level > 0 || !IsA(pstmt->utilityStmt, TransactionStmt))
		return false;
	command = (const TransactionStmt *) pstmt->utilityStmt;
	return command->kind == TRANS_STMT_COMMIT ||
		   command->kind == TRANS_STMT_PREPARE;
}

/*
 * COMMIT of a transaction that has failed is no error to the server, which
 * answers ROLLBACK; in the trail it is a COMMIT that failed.
 */
static void
end_refused_commit(AudStmt *stmt)
{
	static const AudFailure failure = {
		.sqlstate = ERRCODE_IN_FAILED_SQL_TRANSACTION,
	};

	aud_statement_fail(stmt, &failure);
}

static void
end_recorded(AudStmt *stmt, bool await_commit, bool was_aborted)
{
	if (await_commit && was_aborted)
		end_refused_commit(stmt);
	else if (await_commit)
		aud_statement_await_commit(stmt);
	else
		aud_statement_end(stmt);

	/* its end is behind us, and what came after it is over now */
	if (was_aborted && GetCurrentTransactionNestLevel() == 1)
		aud_xact_left_block();
}

static void
run_recorded(PlannedStmt *pstmt, const char *queryString, bool readOnlyTree,
			 ProcessUtilityContext context, ParamListInfo params,
			 QueryEnvironment *queryEnv, DestReceiver *dest, QueryCompletion *qc)
{
	AudStmt *stmt;
	bool     await_commit;
	bool     was_aborted = IsAbortedTransactionBlockState();

	aud_error_watch();
	aud_error_flush_swallowed();
	aud_xact_tell_refused();
	stmt = aud_statement_begin_utility(pstmt, queryString);
	await_commit = is_decided_at_commit(pstmt, stmt);
	aud_statement_enter(stmt);
	PG_TRY();
	{
		if (stmt->place.level == 0)
			aud_guard_admit(pstmt->utilityStmt);
		aud_command_before(stmt, pstmt->utilityStmt);
		if (aud_config->log_parameters)
			aud_params_add(stmt, params);
		process(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
		aud_command_after(stmt, qc);
	}
	PG_CATCH();
	{
		aud_statement_leave(stmt);
		aud_command_failed(stmt);
		aud_statement_fail(stmt, aud_error_take());
		PG_RE_THROW();
	}
	PG_END_TRY();
	aud_error_flush_swallowed();
	aud_statement_leave(stmt);
	end_recorded(stmt, await_commit, was_aborted);
}

/*
 * A subcommand is a step of the command that is already being recorded, like
 * the index of a primary key or one table of CREATE SCHEMA.  Who gives rights
 * away does that in a record of its own, also as a step of CREATE SCHEMA.
 */
static bool
is_step(const PlannedStmt *pstmt, ProcessUtilityContext context)
{
	return context == PROCESS_UTILITY_SUBCOMMAND &&
		   !IsA(pstmt->utilityStmt, GrantStmt);
}

static void
aud_ProcessUtility(PlannedStmt *pstmt, const char *queryString,
				   bool readOnlyTree, ProcessUtilityContext context,
				   ParamListInfo params, QueryEnvironment *queryEnv,
				   DestReceiver *dest, QueryCompletion *qc)
{
	if (!aud_policy_watching() || is_step(pstmt, context))
		process(pstmt, queryString, readOnlyTree, context, params, queryEnv, dest, qc);
	else
		run_recorded(pstmt,
					 queryString,
					 readOnlyTree,
					 context,
					 params,
					 queryEnv,
					 dest,
					 qc);
}

void
aud_hooks_utility_install(void)
{
	next_ProcessUtility = ProcessUtility_hook;
	ProcessUtility_hook = aud_ProcessUtility;
}
