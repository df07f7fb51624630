/*-------------------------------------------------------------------------
 *
 * stack.c
 *	  The statement stack: who is active, and how a statement ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"

#include "buffer/inflight.h"
#include "core/class.h"
#include "facts/command.h"
#include "facts/objects.h"
#include "facts/roles.h"
#include "record/record.h"
#include "statement/guard.h"
#include "statement/message.h"
#include "statement/pending.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/stack.h"
#include "statement/statement.h"
#include "statement/xact.h"

AudStack aud_stack;

AudStmt *
aud_statement_active(void)
{
	return aud_stack.active;
}

void
aud_statement_enter(AudStmt *stmt)
{
	stmt->roles.entered = aud_roles_acting();
	if (aud_stack.active != NULL)
		aud_roles_notice_outer(aud_stack.active, stmt->roles.entered);
	stmt->life.caller = aud_stack.active;
	stmt->place.planning = aud_stack.planning;
	if (stmt->place.silent && aud_stack.active != NULL)
	{
		stmt->place.number = aud_stack.active->place.number;
		stmt->place.level = aud_stack.active->place.level;
	}
	aud_stack.active = stmt;
	aud_stack.planning = 0;
}

void
aud_statement_leave(AudStmt *stmt)
{
	aud_roles_notice(stmt);
	aud_stack.active = stmt->life.caller;
	aud_stack.planning = stmt->place.planning;
	stmt->life.caller = NULL;
}

void
aud_statement_enter_planner(void)
{
	aud_stack.planning++;
}

void
aud_statement_leave_planner(void)
{
	aud_stack.planning--;
}

bool
aud_statement_is_planning(void)
{
	return aud_stack.planning > 0;
}

void
aud_statement_new_text(const char *source, int location, int len)
{
	if (aud_stack.active != NULL || aud_stack.planning > 0)
		return;
	aud_pending_forget();
	aud_place_new_text(source, location, len);
	aud_message_analyzed(source, location, len);
}

void
aud_statement_note_function(Oid funcid)
{
	AudStmt *stmt =
		aud_stack.active != NULL ? aud_stack.active : aud_stack.awaiting_commit;

	if (aud_stack.planning > 0)
	{
		aud_pending_note(aud_stack.active, funcid);
		return;
	}

	/* a query that is the body of a command speaks through the command */
	if (stmt != NULL && stmt->body.host != NULL)
		stmt = stmt->body.host;
	if (stmt != NULL)
		aud_objects_add_function(stmt, funcid);
}

void
aud_statement_note_stream(AudStmt *stmt)
{
	stmt->what.is_begin = true;
	if (aud_policy_wants(stmt))
		aud_record_statement(stmt);
	stmt->what.is_begin = false;
}

AudStmt *
aud_statement_find(const void *key)
{
	if (key == NULL)
		return NULL;
	for (AudStmt *stmt = aud_stack.open; stmt != NULL; stmt = stmt->life.next)
	{
		if (stmt->life.key == key)
			return stmt;
	}
	return NULL;
}

/* Unlink and pool a frame; queries that were its body live on without it. */
void
aud_stack_release(AudStmt *stmt)
{
	AudStmt **link = &aud_stack.open;

	for (AudStmt *other = aud_stack.open; other != NULL; other = other->life.next)
	{
		if (other->body.host == stmt)
			other->body.host = NULL;
	}
	while (*link != NULL && *link != stmt)
		link = &(*link)->life.next;
	if (*link == stmt)
		*link = stmt->life.next;
	aud_stmt_release(stmt);
	if (aud_stack.open == NULL)
		aud_identity_forget_stale();
}

/* A portal that was bound and never executed has accessed nothing. */
static bool
is_unused(const AudStmt *stmt)
{
	return stmt->place.level == 0 && stmt->life.key != NULL &&
		   !stmt->life.ran && stmt->result.outcome == AUD_OUTCOME_SUCCESS;
}

static void
record(AudStmt *stmt)
{
	bool wanted;

	if (stmt->life.recorded)
		return;
	stmt->life.recorded = true;
	if (stmt->place.silent)
		return;
	if (stmt->what.classes == 0)
		stmt->what.classes = AUD_CLASS_MISC;
	wanted = !is_unused(stmt) && aud_policy_wants(stmt);
	if (stmt->place.level > 0)
	{
		if (wanted)
		{
			aud_record_statement(stmt);
			aud_xact_count_record();
			/* a look at catalogs that leads to a record is one, too */
			if (aud_stack.active != NULL)
				aud_stack.active->what.user_objects = true;
		}
		return;
	}

	if (wanted)
	{
		aud_inflight_ending();
		aud_record_statement(stmt);
		aud_xact_count_record();
	}
	else
		aud_inflight_end();
	aud_guard_statement_end();
}

/* The executor state is gone, by ExecutorEnd or by an abort. */
static void
context_gone(void *arg)
{
	AudStmt *stmt = arg;

	stmt->life.watched = false;
	if (stmt->life.ending)
		return; /* ExecutorEnd goes on with the frame */

	/*
	 * A portal that was not running when its transaction failed.  What it
	 * did until then it did well, unless the process exits in the middle.
	 */
	if (stmt->result.outcome != AUD_OUTCOME_FAILURE)
		stmt->result.incomplete = true;
	record(stmt);
	aud_stack_release(stmt);
}

void
aud_statement_watch(AudStmt *stmt, MemoryContext query_context)
{
	stmt->life.context_gone.func = context_gone;
	stmt->life.context_gone.arg = stmt;
	MemoryContextRegisterResetCallback(query_context, &stmt->life.context_gone);
	stmt->life.watched = true;
}

static void
finish(AudStmt *stmt)
{
	record(stmt);
	if (!stmt->life.watched)
		aud_stack_release(stmt);
	else
		stmt->life.ending = false; /* from here on the callback has the frame */
}

/* What only the end of a successful statement shows. */
static void
note_effects(AudStmt *stmt)
{
	if (stmt->roles.changed && !stmt->place.silent)
	{
		for (AudStmt *outer = aud_stack.active; outer != NULL;
			 outer = outer->life.caller)
			outer->roles.noted = stmt->roles.to;
		aud_command_roles_changed(stmt);
	}
	if (stmt->settings.watched)
		aud_command_settings_changed(stmt);
}

void
aud_statement_end(AudStmt *stmt)
{
	if (stmt->roles.changed || stmt->settings.watched)
		note_effects(stmt);
	if (stmt->what.has_later && stmt->what.utility == T_Invalid)
		aud_objects_resolve(stmt);
	if (stmt->body.host != NULL && stmt->result.has_rows)
	{
		stmt->body.host->result.rows += stmt->result.rows;
		stmt->body.host->result.has_rows = true;
	}
	finish(stmt);
}

/*
 * The query of a cursor is silent because the command that runs it speaks for
 * it.  A cursor WITH HOLD is filled at the commit, though, when none may run;
 * and its portal can be executed by a message of the protocol.
 */
static bool
has_no_speaker(const AudStmt *stmt)
{
	return stmt->place.silent && stmt->body.host == NULL &&
		   aud_stack.active == NULL && aud_stack.awaiting_commit == NULL &&
		   !IsParallelWorker();
}

void
aud_statement_fail(AudStmt *stmt, const AudFailure *failure)
{
	if (has_no_speaker(stmt))
	{
		AudSlice slice = aud_message_failed();

		aud_statement_error(failure, slice.text, slice.len);
	}
	if (!stmt->place.silent)
		aud_statement_add_skipped(stmt);
	stmt->result.outcome = AUD_OUTCOME_FAILURE;
	stmt->result.failure = *failure;
	finish(stmt);
}

void
aud_statement_await_commit(AudStmt *stmt)
{
	aud_stack.awaiting_commit = stmt;
}

bool
aud_statement_is_committing(void)
{
	return aud_stack.awaiting_commit != NULL;
}

void
aud_statement_committed(bool committed, const AudFailure *failure)
{
	AudStmt *stmt = aud_stack.awaiting_commit;

	if (stmt == NULL)
		return;
	aud_stack.awaiting_commit = NULL;
	if (committed || failure == NULL)
		aud_statement_end(stmt);
	else
		aud_statement_fail(stmt, failure);
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
	for (AudStmt *stmt = aud_stack.active; stmt != NULL; stmt = stmt->life.caller)
		doom(stmt, failure);
	if (aud_stack.awaiting_commit != NULL)
		doom(aud_stack.awaiting_commit, failure);
}

void
aud_statement_end_all(const AudFailure *failure)
{
	if (failure != NULL)
		aud_statement_doom(failure);
	for (AudStmt *stmt = aud_stack.open; stmt != NULL; stmt = stmt->life.next)
	{
		if (stmt->result.outcome != AUD_OUTCOME_FAILURE)
			stmt->result.incomplete = true;
		record(stmt);
	}
	aud_stack.active = NULL;
	aud_stack.awaiting_commit = NULL;
}
