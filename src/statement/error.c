/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Errors that belong to no statement of their own, and what an error
 *	  keeps from being executed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/class.h"
#include "record/record.h"
#include "statement/guard.h"
#include "statement/message.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/statement.h"
#include "statement/xact.h"

void
aud_statement_add_skipped(AudStmt *stmt)
{
	AudSlice rest = aud_message_rest();

	if (stmt->place.level == 0 && rest.text != NULL)
		aud_stmt_detail_text(stmt, "skipped_query", rest.text, rest.len);
}

void
aud_statement_error(const AudFailure *failure, const char *query, size_t query_len)
{
	const AudStmt *active = aud_statement_active();
	AudStmt       *stmt = aud_stmt_take_spare();

	stmt->what.is_error = true;
	stmt->what.classes = AUD_CLASS_ERROR;
	stmt->place.level = active != NULL ? active->place.level + 1 : 0;
	stmt->place.parent = active != NULL ? active->place.number : 0;
	stmt->place.origin = active != NULL            ? AUD_ORIGIN_FUNCTION
						 : aud_place_is_fastpath() ? AUD_ORIGIN_FASTPATH
												   : AUD_ORIGIN_CLIENT;
	stmt->place.number = aud_place_failed_number();
	stmt->place.batch = stmt->place.level == 0 ? aud_message_batch() : 0;
	stmt->who = aud_identity_now(false);
	stmt->when.began = GetCurrentTimestamp();
	stmt->text.data = query;
	stmt->text.len = query_len;
	stmt->result.outcome = AUD_OUTCOME_FAILURE;
	stmt->result.failure = *failure;
	if (query == NULL || query[query_len] != '\0')
		aud_statement_add_skipped(stmt);
	if (aud_policy_wants(stmt))
	{
		aud_record_statement(stmt);
		aud_xact_count_record();
	}
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
	aud_stmt_release(stmt);
}
