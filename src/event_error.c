/*-------------------------------------------------------------------------
 *
 * event_error.c
 *	  Errors that belong to no statement of their own, and what an error
 *	  keeps from being executed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "classify.h"
#include "event.h"
#include "event_xact.h"
#include "guard.h"
#include "message.h"
#include "place.h"
#include "policy.h"
#include "record.h"

void
aud_event_add_skipped(AudStmt *stmt)
{
	AudSlice rest = aud_message_rest();

	if (stmt->level == 0 && rest.text != NULL)
		aud_stmt_detail_text(stmt, "skipped_query", rest.text, rest.len);
}

void
aud_event_error(const AudFailure *failure, const char *query, size_t query_len)
{
	const AudStmt *active = aud_event_active();
	AudStmt       *stmt = aud_stmt_take_spare();

	stmt->is_error = true;
	stmt->classes = AUD_CLASS_ERROR;
	stmt->level = active != NULL ? active->level + 1 : 0;
	stmt->parent = active != NULL ? active->number : 0;
	stmt->origin = active != NULL            ? AUD_ORIGIN_FUNCTION
				   : aud_place_is_fastpath() ? AUD_ORIGIN_FASTPATH
											 : AUD_ORIGIN_CLIENT;
	stmt->number = aud_place_failed_number();
	stmt->batch = stmt->level == 0 ? aud_message_batch() : 0;
	stmt->who = aud_session_identity(false);
	stmt->began = GetCurrentTimestamp();
	stmt->query = query;
	stmt->query_len = query_len;
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
	if (query == NULL || query[query_len] != '\0')
		aud_event_add_skipped(stmt);
	if (aud_policy_wants(stmt))
	{
		aud_record_statement(stmt);
		aud_xact_count_record();
	}
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
	aud_stmt_release(stmt);
}
