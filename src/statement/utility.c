/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  Utility commands: everything that is not a plain query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/utility.h"

#include "facts/body.h"
#include "facts/classify.h"
#include "facts/command.h"
#include "facts/params.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/effects.h"
#include "statement/error.h"
#include "statement/guard.h"
#include "statement/stack.h"
#include "statement/statement.h"
#include "statement/xact.h"

/* Does the end of the transaction decide what becomes of this command? */
static bool
is_decided_at_commit(const AudStmt *stmt, const Node *parsetree)
{
	const TransactionStmt *command;

	if (stmt->place.level > 0 || !IsA(parsetree, TransactionStmt))
		return false;
	command = (const TransactionStmt *) parsetree;
	return command->kind == TRANS_STMT_COMMIT ||
		   command->kind == TRANS_STMT_PREPARE;
}

void
aud_statement_begin_utility(AudStmt *stmt, const PlannedStmt *pstmt,
							const char *query_string, ParamListInfo params)
{
	Node *parsetree = pstmt->utilityStmt;

	aud_xact_tell_refused();
	stmt->life.was_failed = IsAbortedTransactionBlockState();
	stmt->what.utility = nodeTag(parsetree);
	stmt->what.tag = CreateCommandTag(parsetree);
	stmt->what.classes = aud_classify_utility(parsetree, stmt->what.tag);
	if (aud_begin_is_inner_working(stmt))
		aud_begin_silently(stmt);
	else
	{
		aud_begin_identify(stmt, aud_early_runs(stmt, query_string), false);
		aud_begin_set_text(stmt,
						   query_string,
						   pstmt->stmt_location,
						   pstmt->stmt_len);
		aud_stmt_keep_text(stmt);
	}
	aud_body_expect(stmt, parsetree, query_string);
	aud_begin_take_down(stmt, true);
	aud_early_take(stmt);
	aud_begin_keep_unfinished(stmt);
	stmt->life.at_commit = is_decided_at_commit(stmt, parsetree);
	if (stmt->place.level == 0)
		aud_guard_admit(parsetree);

	aud_command_before(stmt, parsetree);
	aud_effects_carry_out(stmt);
	aud_effects_before_cursor(stmt);
	if (aud_config->log_parameters)
		aud_params_add(stmt, params);
}

/*
 * COMMIT of a transaction that has failed is no error to the server, which
 * answers ROLLBACK; in the trail it is a COMMIT that failed.
 */
static const AudFailure refused_commit = {
	.sqlstate = ERRCODE_IN_FAILED_SQL_TRANSACTION,
};

void
aud_statement_end_utility(AudStmt *stmt, const QueryCompletion *qc)
{
	bool was_failed;

	if (!aud_stack_is_active(stmt))
		return;
	was_failed = stmt->life.was_failed;
	aud_effects_after_cursor(stmt, qc);
	aud_command_after(stmt, qc);
	aud_error_flush_swallowed();
	aud_stack_leave(stmt);
	if (stmt->life.at_commit && was_failed)
		aud_statement_fail_with(stmt, &refused_commit);
	else if (stmt->life.at_commit)
		aud_statement_await_commit(stmt);
	else
		aud_statement_end(stmt);

	/* its end is behind us, and what came after it is over now */
	if (was_failed && GetCurrentTransactionNestLevel() == 1)
		aud_xact_left_block();
}
