/*-------------------------------------------------------------------------
 *
 * request.c
 *	  Requests of the protocol that are no statements.
 *
 * An error of theirs is reported while locks may still be held; nothing is
 * recorded before they have been released.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "record/record.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/error.h"
#include "statement/policy.h"
#include "statement/refuse.h"
#include "statement/request.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* Its text is what the client sent, if it is text.  event: NULL: "statement". */
static void
begin(AudStmt *stmt, const char *event, const char *command, int classes,
	  AudOrigin origin)
{
	stmt->what.event = event;
	stmt->what.command = command;
	stmt->what.classes = classes;
	if (aud_backend->stack.early != NULL)
		aud_early_settle(); /* of an earlier message */
	aud_begin_identify(stmt, &(AudBeginning){.source = NULL});
	stmt->place.origin = origin;
	aud_begin_set_text(stmt, debug_query_string, -1, 0);
	aud_stmt_keep_text(stmt);
}

void
aud_request_begin_call(Oid funcid)
{
	AudRequest *request = &aud_backend->request;
	AudStmt    *stmt = aud_statement_open();

	begin(stmt, NULL, "FUNCTION CALL", AUD_CLASS_FUNCTION, AUD_ORIGIN_FASTPATH);
	request->call = stmt;
	request->call_number = stmt->place.number;
	request->call_level = GetCurrentTransactionNestLevel();
	stmt->what.user_objects = true;
	aud_begin_take_down(stmt, true);
	aud_begin_keep_unfinished(stmt);
	aud_objects_add_function(stmt, funcid);
	aud_refuse_check(stmt);
}

/* Is that frame still active, and still that of the request? */
static bool
is_running(const AudStmt *stmt, uint64 number)
{
	return stmt != NULL && aud_stack_is_active(stmt) &&
		   stmt->place.number == number;
}

bool
aud_request_has_call(void)
{
	return is_running(aud_backend->request.call,
					  aud_backend->request.call_number);
}

/* The call is forgotten last: should this throw, it has failed. */
void
aud_request_end_call(void)
{
	AudStmt *stmt = aud_backend->request.call;

	if (aud_request_has_call())
	{
		aud_error_flush_swallowed();
		aud_command_after(stmt, NULL);
		aud_stack_leave(stmt);
		aud_statement_end(stmt);
	}
	aud_backend->request.call = NULL;
}

void
aud_request_rolled_back(void)
{
	AudRequest *request = &aud_backend->request;
	AudStmt    *stmt = request->call;

	aud_request_at_rest();
	if (stmt == NULL || GetCurrentTransactionNestLevel() > request->call_level)
		return;
	if (aud_request_has_call())
		aud_statement_fail(stmt);
	request->call = NULL;
}

static bool
has_command(void)
{
	const AudRequest *request = &aud_backend->request;

	return request->command == aud_backend->stack.active &&
		   is_running(request->command, request->command_number);
}

void
aud_request_begin_command(const AudWalsenderCommand *command)
{
	AudRequest *request = &aud_backend->request;
	AudStmt *stmt = command->in_error ? aud_stack_open() : aud_statement_open();

	aud_error_context_link();
	begin(stmt,
		  "replication",
		  command->name,
		  AUD_CLASS_REPLICATION,
		  AUD_ORIGIN_CLIENT);
	request->command = stmt;
	request->command_number = stmt->place.number;
	request->command_failed = false;
	request->bytes_sent = 0;
	stmt->what.privileged = command->privileged;
	aud_begin_take_down(stmt, !command->in_error);
	stmt->when.lead_us = stmt->when.began - GetCurrentStatementStartTimestamp();
	stmt->when.began = GetCurrentStatementStartTimestamp();
	aud_begin_keep_unfinished(stmt);
	if (command->slot != NULL)
		aud_objects_add_named(stmt,
							  "replication slot",
							  command->slot,
							  command->slot_access,
							  false);
}

const char *
aud_request_command(void)
{
	return has_command() ? aud_backend->request.command->what.command : NULL;
}

void
aud_request_command_sent(size_t bytes)
{
	aud_backend->request.bytes_sent += bytes;
}

/* Maybe for months: a record tells that it began. */
void
aud_request_command_streams(void)
{
	AudStmt *stmt = aud_backend->request.command;

	stmt->what.is_begin = true;
	if (aud_policy_wants(stmt))
		aud_record_statement(stmt);
	stmt->what.is_begin = false;
}

/* Nothing of it is left to be counted: what it has sent is a detail. */
static AudStmt *
take_command(void)
{
	AudRequest *request = &aud_backend->request;
	AudStmt    *stmt = request->command;
	char        number[32];

	request->command = NULL;
	if (request->bytes_sent > 0)
	{
		int len =
			snprintf(number, sizeof(number), UINT64_FORMAT, request->bytes_sent);

		aud_stmt_detail_json(stmt, "bytes_sent", number, len);
	}
	return stmt;
}

void
aud_request_end_command(void)
{
	AudStmt *stmt = take_command();

	aud_error_flush_swallowed();
	aud_stack_leave(stmt);
	aud_statement_end(stmt);
}

void
aud_request_command_failed(void)
{
	if (!has_command())
		return;
	aud_backend->request.command_failed = true;
	aud_backend->request.command->result.failure = *aud_error_take();
}

void
aud_request_at_rest(void)
{
	AudFailure failure;

	if (!aud_backend->request.command_failed)
		return;
	aud_backend->request.command_failed = false;
	if (!has_command())
		return;
	failure = aud_backend->request.command->result.failure;
	aud_statement_fail_with(take_command(), &failure);
}

void
aud_request_session_ends(const AudFailure *failure)
{
	aud_request_at_rest();
	if (!has_command())
		return;
	if (failure != NULL)
		aud_statement_fail_with(take_command(), failure);
	else
	{
		aud_backend->request.command->result.incomplete = true;
		aud_request_end_command();
	}
}
