/*-------------------------------------------------------------------------
 *
 * utility.c
 *	  Utility commands: everything that is not a plain query.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/backend_status.h"
#include "utils/portal.h"

#include "facts/body.h"
#include "facts/classify.h"
#include "facts/command.h"
#include "facts/params.h"
#include "facts/redact_stmt.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/effects.h"
#include "statement/error.h"
#include "statement/guard.h"
#include "statement/refuse.h"
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

/*
 * pg_stat_statements takes the identifier out of the command if its hook is
 * called before ours; what the server shows of this process has it still.
 */
static uint64
query_id_of(const AudStmt *stmt, const PlannedStmt *pstmt)
{
	if (pstmt->queryId != 0 || stmt->life.caller != NULL)
		return (uint64) pstmt->queryId;
	return (uint64) pgstat_get_my_query_id();
}

void
aud_statement_begin_utility(AudStmt *stmt, const PlannedStmt *pstmt,
							const char *query_string, ParamListInfo params,
							const DestReceiver *dest, bool is_step)
{
	Node *parsetree = pstmt->utilityStmt;
	int   location = 0; /* where its own text begins */

	aud_xact_tell_refused();
	stmt->life.was_failed = IsAbortedTransactionBlockState();
	stmt->what.utility = nodeTag(parsetree);
	stmt->what.tag = CreateCommandTag(parsetree);
	stmt->what.classes = aud_classify_utility(parsetree, stmt->what.tag);
	stmt->what.query_id = query_id_of(stmt, pstmt);
	stmt->place.is_step = is_step;
	stmt->place.error_context = error_context_stack;
	if (aud_begin_is_inner_working(stmt))
		aud_begin_inner_working(stmt);
	else
	{
		aud_begin_identify(stmt,
						   &(AudBeginning){.source = query_string,
										   .in_early =
											   aud_early_runs(stmt, query_string),
										   .by_spi = dest != NULL &&
													 dest->mydest == DestSPI});
		aud_begin_set_text(stmt,
						   query_string,
						   pstmt->stmt_location,
						   pstmt->stmt_len);
		if (stmt->text.data != NULL)
			location = stmt->text.data - query_string;
		aud_stmt_keep_text(stmt);
	}
	aud_body_expect(stmt, parsetree, query_string);
	aud_begin_take_down(stmt, true);
	aud_redact_utility(stmt, parsetree, location);
	aud_redact_execute(stmt, parsetree, location);
	aud_early_take(stmt, query_string);
	aud_begin_keep_unfinished(stmt);
	stmt->life.at_commit = is_decided_at_commit(stmt, parsetree);
	if (stmt->place.level == 0)
		aud_guard_admit(stmt, parsetree);

	aud_command_before(stmt, parsetree);
	aud_effects_carry_out(stmt);
	aud_effects_before_cursor(stmt);
	if (aud_config->log_parameters)
		aud_params_add(stmt, params);
	aud_refuse_check(stmt);
}

/*
 * COMMIT of a transaction that has failed is no error to the server, which
 * answers ROLLBACK; in the trail it is a COMMIT that failed.
 */
static const AudFailure refused_commit = {
	.sqlstate = ERRCODE_IN_FAILED_SQL_TRANSACTION,
};

/* EXECUTE of a SELECT, and FETCH, by the client: is something left to be sent? */
static bool
sends_rows(const AudStmt *stmt, const QueryCompletion *qc)
{
	if (stmt->place.level > 0 || qc == NULL || ActivePortal == NULL ||
		ActivePortal->strategy != PORTAL_UTIL_SELECT)
		return false;
	if (stmt->what.utility == T_ExecuteStmt)
		return qc->commandTag == CMDTAG_SELECT;
	return stmt->what.utility == T_FetchStmt && qc->commandTag == CMDTAG_FETCH;
}

void
aud_statement_end_utility(AudStmt *stmt, const QueryCompletion *qc)
{
	bool was_failed;

	if (!aud_stack_is_active(stmt))
		return;
	was_failed = stmt->life.was_failed;
	aud_redact_utility_done(stmt);
	aud_effects_after_cursor(stmt, qc);
	aud_command_after(stmt, qc);
	aud_error_flush_swallowed();
	aud_stack_leave(stmt);
	if (stmt->life.at_commit && was_failed)
		aud_statement_fail_with(stmt, &refused_commit);
	else if (stmt->life.at_commit)
		aud_statement_await_commit(stmt);
	else if (sends_rows(stmt, qc))
		aud_statement_await_portal(stmt, ActivePortal);
	else
		aud_statement_end(stmt);

	/* its end is behind us, and what came after it is over now */
	if (was_failed && GetCurrentTransactionNestLevel() == 1)
		aud_xact_left_block();
}
