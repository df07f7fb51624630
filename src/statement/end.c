/*-------------------------------------------------------------------------
 *
 * end.c
 *	  How a statement ends: well, with an error, with its transaction, or with
 *	  the process.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/execdesc.h"
#include "utils/portal.h"

#include "facts/command.h"
#include "facts/objects.h"
#include "facts/role_change.h"
#include "statement/acting.h"
#include "statement/effects.h"
#include "statement/error.h"
#include "statement/message.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* What only the end of a successful statement shows. */
static void
note_effects(AudStmt *stmt)
{
	if (stmt->roles.changed && !stmt->place.silent)
	{
		for (AudStmt *outer = aud_backend->stack.active; outer != NULL;
			 outer = outer->life.caller)
			outer->roles.noted = stmt->roles.to;
		for (AudStmt *early = aud_backend->stack.early; early != NULL;
			 early = early->life.earlier)
			early->roles.noted = stmt->roles.to;
		if (aud_backend->stack.awaiting_commit != NULL)
			aud_backend->stack.awaiting_commit->roles.noted = stmt->roles.to;
		aud_command_roles_changed(stmt);
	}
	if (stmt->settings.picture != NULL)
		aud_effects_compare_settings(stmt);
}

void
aud_statement_end(AudStmt *stmt)
{
	if (stmt->roles.changed || stmt->settings.picture != NULL)
		note_effects(stmt);
	if (stmt->what.has_later && stmt->what.utility == T_Invalid)
		aud_objects_resolve(stmt);
	if (stmt->body.host != NULL && stmt->result.has_rows && !stmt->body.is_inner)
	{
		stmt->body.host->result.rows += stmt->result.rows;
		stmt->body.host->result.has_rows = true;
	}
	aud_stack_finish(stmt);
}

/* How many rows were sent; the portal is freed after its memory. */
static void
count_sent(AudStmt *stmt)
{
	const PortalData *portal = stmt->life.key;

	stmt->result.rows = portal->portalPos;
	stmt->result.incomplete = !portal->atEnd;
}

/* The rows have been sent, or nobody wants the rest of them. */
static void
portal_gone(void *arg)
{
	AudStmt *stmt = arg;

	stmt->life.watched = false;
	count_sent(stmt);
	aud_stack_record(stmt);
	aud_stack_release(stmt);
}

void
aud_statement_await_portal(AudStmt *stmt, struct PortalData *portal)
{
	if (stmt->roles.changed || stmt->settings.picture != NULL)
		note_effects(stmt);
	stmt->life.key = portal;
	stmt->life.ran = true;
	stmt->life.context_gone.func = portal_gone;
	stmt->life.context_gone.arg = stmt;
	MemoryContextRegisterResetCallback(portal->portalContext,
									   &stmt->life.context_gone);
	stmt->life.watched = true;
}

/*
 * The query of a cursor is silent because the command that runs it is recorded
 * with its objects.  A cursor WITH HOLD is filled at the commit, though, when
 * none may run; and its portal can be executed by a message of the protocol.
 */
static bool
has_no_speaker(const AudStmt *stmt)
{
	return stmt->place.silent && stmt->body.host == NULL &&
		   aud_backend->stack.active == NULL &&
		   aud_backend->stack.awaiting_commit == NULL && !IsParallelWorker();
}

static void
fail(AudStmt *stmt, const AudFailure *failure)
{
	if (has_no_speaker(stmt))
	{
		AudSlice slice = aud_message_failed();

		aud_error_record(failure, slice.text, slice.len);
	}
	if (!stmt->place.silent)
		aud_error_add_skipped(stmt);
	stmt->result.outcome = AUD_OUTCOME_FAILURE;
	stmt->result.failure = *failure;
	aud_stack_finish(stmt);
}

void
aud_statement_fail_with(AudStmt *stmt, const AudFailure *failure)
{
	AudRoles before = aud_backend->acting.last;

	aud_stack_leave(stmt);
	if (!aud_stack_has(stmt))
		return;
	aud_acting_failed(stmt, before);
	aud_command_failed(stmt);
	fail(stmt, failure);
}

void
aud_statement_fail(AudStmt *stmt)
{
	const AudFailure *failure = aud_error_take();

	if (aud_stack_has(stmt))
		aud_error_name_denied(stmt);
	aud_statement_fail_with(stmt, failure);
}

void
aud_statement_await_commit(AudStmt *stmt)
{
	aud_backend->stack.awaiting_commit = stmt;
}

bool
aud_statement_is_committing(void)
{
	return aud_backend->stack.awaiting_commit != NULL;
}

/*
 * Deferred triggers have run and cursors have been filled: what they did to
 * the session is the COMMIT's, and catalogs can be read for the last time.
 */
void
aud_statement_before_commit(AudStmt *stmt)
{
	aud_roles_notice(stmt);
	aud_acting_left(stmt);
	if (stmt->roles.changed || stmt->settings.picture != NULL)
		note_effects(stmt);
	stmt->roles.changed = false;
	stmt->roles.noted = aud_roles_acting();
	if (stmt->what.has_later)
		aud_objects_resolve(stmt);
}

void
aud_statement_committed(bool committed, const AudFailure *failure)
{
	AudStmt *stmt = aud_backend->stack.awaiting_commit;

	if (stmt == NULL)
		return;
	aud_backend->stack.awaiting_commit = NULL;
	if (committed || failure == NULL)
		aud_statement_end(stmt);
	else
		fail(stmt, failure);
}

static void
doom(AudStmt *stmt, const AudFailure *failure)
{
	stmt->result.outcome = AUD_OUTCOME_FAILURE;
	stmt->result.failure = *failure;
}

void
aud_statement_doom(const AudFailure *failure)
{
	AudStack *stack = &aud_backend->stack;

	for (AudStmt *stmt = stack->active; stmt != NULL; stmt = stmt->life.caller)
		doom(stmt, failure);
	for (AudStmt *stmt = stack->early; stmt != NULL; stmt = stmt->life.earlier)
		doom(stmt, failure);
	if (stack->awaiting_commit != NULL)
		doom(stack->awaiting_commit, failure);
}

void
aud_statement_run_stopped(AudStmt *stmt, const QueryDesc *query_desc)
{
	stmt->life.running = false;
	stmt->result.rows += query_desc->estate->es_processed;
	stmt->result.has_rows = true;
}

void
aud_statement_end_all(const AudFailure *failure)
{
	AudStack *stack = &aud_backend->stack;

	if (failure != NULL)
		aud_statement_doom(failure);
	for (AudStmt *stmt = stack->open; stmt != NULL; stmt = stmt->life.next)
	{
		if (stmt->life.running)
			aud_statement_run_stopped(stmt, stmt->life.key);
		else
			aud_command_failed(stmt);
		aud_stack_stopped(stmt);
		if (stmt->life.watched && stmt->life.context_gone.func == portal_gone)
			count_sent(stmt);
		aud_stack_record(stmt);
	}
	stack->active = NULL;
	stack->awaiting_commit = NULL;
}
