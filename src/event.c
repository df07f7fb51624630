/*-------------------------------------------------------------------------
 *
 * event.c
 *	  The statement stack: who is active, and how a statement ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"

#include "classify.h"
#include "event.h"
#include "event_stack.h"
#include "event_xact.h"
#include "facts_ddl.h"
#include "guard.h"
#include "inflight.h"
#include "message.h"
#include "objects.h"
#include "pending.h"
#include "place.h"
#include "policy.h"
#include "record.h"
#include "roles.h"

AudStack aud_stack;

AudStmt *
aud_event_active(void)
{
	return aud_stack.active;
}

void
aud_event_enter(AudStmt *stmt)
{
	stmt->entered = aud_roles_acting();
	if (aud_stack.active != NULL)
		aud_roles_notice_outer(aud_stack.active, stmt->entered);
	stmt->caller = aud_stack.active;
	stmt->planning = aud_stack.planning;
	if (stmt->silent && aud_stack.active != NULL)
	{
		stmt->number = aud_stack.active->number;
		stmt->level = aud_stack.active->level;
	}
	aud_stack.active = stmt;
	aud_stack.planning = 0;
}

void
aud_event_leave(AudStmt *stmt)
{
	aud_roles_notice(stmt);
	aud_stack.active = stmt->caller;
	aud_stack.planning = stmt->planning;
	stmt->caller = NULL;
}

void
aud_event_enter_planner(void)
{
	aud_stack.planning++;
}

void
aud_event_leave_planner(void)
{
	aud_stack.planning--;
}

bool
aud_event_is_planning(void)
{
	return aud_stack.planning > 0;
}

void
aud_event_new_text(const char *source, int location, int len)
{
	if (aud_stack.active != NULL || aud_stack.planning > 0)
		return;
	aud_pending_forget();
	aud_place_new_text(source, location, len);
	aud_message_analyzed(source, location, len);
}

void
aud_event_note_function(Oid funcid)
{
	AudStmt *stmt =
		aud_stack.active != NULL ? aud_stack.active : aud_stack.awaiting_commit;

	if (aud_stack.planning > 0)
	{
		aud_pending_note(aud_stack.active, funcid);
		return;
	}

	/* a query that is the body of a command speaks through the command */
	if (stmt != NULL && stmt->host != NULL)
		stmt = stmt->host;
	if (stmt != NULL)
		aud_objects_add_function(stmt, funcid);
}

void
aud_event_note_stream(AudStmt *stmt)
{
	stmt->is_begin = true;
	if (aud_policy_wants(stmt))
		aud_record_statement(stmt);
	stmt->is_begin = false;
}

AudStmt *
aud_event_find(const void *key)
{
	if (key == NULL)
		return NULL;
	for (AudStmt *stmt = aud_stack.open; stmt != NULL; stmt = stmt->next)
	{
		if (stmt->key == key)
			return stmt;
	}
	return NULL;
}

/* Unlink and pool a frame; queries that were its body live on without it. */
void
aud_stack_release(AudStmt *stmt)
{
	AudStmt **link = &aud_stack.open;

	for (AudStmt *other = aud_stack.open; other != NULL; other = other->next)
	{
		if (other->host == stmt)
			other->host = NULL;
	}
	while (*link != NULL && *link != stmt)
		link = &(*link)->next;
	if (*link == stmt)
		*link = stmt->next;
	aud_stmt_release(stmt);
	if (aud_stack.open == NULL)
		aud_session_forget_stale();
}

/* A portal that was bound and never executed has accessed nothing. */
static bool
is_unused(const AudStmt *stmt)
{
	return stmt->level == 0 && stmt->key != NULL && !stmt->ran &&
		   stmt->outcome == AUD_OUTCOME_SUCCESS;
}

static void
record(AudStmt *stmt)
{
	bool wanted;

	if (stmt->recorded)
		return;
	stmt->recorded = true;
	if (stmt->silent)
		return;
	if (stmt->classes == 0)
		stmt->classes = AUD_CLASS_MISC;
	wanted = !is_unused(stmt) && aud_policy_wants(stmt);
	if (stmt->level > 0)
	{
		if (wanted)
		{
			aud_record_statement(stmt);
			aud_xact_count_record();
			/* a look at catalogs that leads to a record is one, too */
			if (aud_stack.active != NULL)
				aud_stack.active->user_objects = true;
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

	stmt->watched = false;
	if (stmt->ending)
		return; /* ExecutorEnd goes on with the frame */

	/*
	 * A portal that was not running when its transaction failed.  What it
	 * did until then it did well, unless the process exits in the middle.
	 */
	if (stmt->outcome != AUD_OUTCOME_FAILURE)
		stmt->incomplete = true;
	record(stmt);
	aud_stack_release(stmt);
}

void
aud_event_watch(AudStmt *stmt, MemoryContext query_context)
{
	stmt->context_gone.func = context_gone;
	stmt->context_gone.arg = stmt;
	MemoryContextRegisterResetCallback(query_context, &stmt->context_gone);
	stmt->watched = true;
}

static void
finish(AudStmt *stmt)
{
	record(stmt);
	if (!stmt->watched)
		aud_stack_release(stmt);
	else
		stmt->ending = false; /* from here on the callback has the frame */
}

/* What only the end of a successful statement shows. */
static void
note_effects(AudStmt *stmt)
{
	if (stmt->roles_changed && !stmt->silent)
	{
		for (AudStmt *outer = aud_stack.active; outer != NULL;
			 outer = outer->caller)
			outer->noted = stmt->roles_to;
		aud_facts_roles_changed(stmt);
	}
	if (stmt->watches_settings)
		aud_facts_settings_changed(stmt);
}

void
aud_event_end(AudStmt *stmt)
{
	if (stmt->roles_changed || stmt->watches_settings)
		note_effects(stmt);
	if (stmt->has_later && stmt->utility == T_Invalid)
		aud_objects_resolve(stmt);
	if (stmt->host != NULL && stmt->has_rows)
	{
		stmt->host->rows += stmt->rows;
		stmt->host->has_rows = true;
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
	return stmt->silent && stmt->host == NULL && aud_stack.active == NULL &&
		   aud_stack.awaiting_commit == NULL && !IsParallelWorker();
}

void
aud_event_fail(AudStmt *stmt, const AudFailure *failure)
{
	if (has_no_speaker(stmt))
	{
		AudSlice slice = aud_message_failed();

		aud_event_error(failure, slice.text, slice.len);
	}
	if (!stmt->silent)
		aud_event_add_skipped(stmt);
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
	finish(stmt);
}

void
aud_event_await_commit(AudStmt *stmt)
{
	aud_stack.awaiting_commit = stmt;
}

bool
aud_event_is_committing(void)
{
	return aud_stack.awaiting_commit != NULL;
}

void
aud_event_committed(bool committed, const AudFailure *failure)
{
	AudStmt *stmt = aud_stack.awaiting_commit;

	if (stmt == NULL)
		return;
	aud_stack.awaiting_commit = NULL;
	if (committed || failure == NULL)
		aud_event_end(stmt);
	else
		aud_event_fail(stmt, failure);
}

static void
doom(AudStmt *stmt, const AudFailure *failure)
{
	stmt->outcome = AUD_OUTCOME_FAILURE;
	stmt->failure = *failure;
}

void
aud_event_doom(const AudFailure *failure)
{
	for (AudStmt *stmt = aud_stack.active; stmt != NULL; stmt = stmt->caller)
		doom(stmt, failure);
	if (aud_stack.awaiting_commit != NULL)
		doom(aud_stack.awaiting_commit, failure);
}

void
aud_event_end_all(const AudFailure *failure)
{
	if (failure != NULL)
		aud_event_doom(failure);
	for (AudStmt *stmt = aud_stack.open; stmt != NULL; stmt = stmt->next)
	{
		if (stmt->outcome != AUD_OUTCOME_FAILURE)
			stmt->incomplete = true;
		record(stmt);
	}
	aud_stack.active = NULL;
	aud_stack.awaiting_commit = NULL;
}
