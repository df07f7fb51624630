/*-------------------------------------------------------------------------
 *
 * stack.c
 *	  The statement stack: which frames there are, which of them are active,
 *	  and how one leaves it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "buffer/inflight.h"
#include "core/class.h"
#include "facts/role_change.h"
#include "record/identity.h"
#include "record/record.h"
#include "server/settings.h"
#include "statement/acting.h"
#include "statement/error.h"
#include "statement/guard.h"
#include "statement/policy.h"
#include "statement/refused.h"
#include "statement/stack.h"
#include "statement/written.h"
#include "statement/xact.h"

void
aud_stack_enter(AudStmt *stmt)
{
	AudStack *stack = &aud_backend->stack;

	stmt->roles.entered = aud_roles_acting();
	if (stack->active != NULL)
		aud_roles_notice_outer(stack->active, stmt->roles.entered);
	else
	{
		stack->message = GetCurrentStatementStartTimestamp();
		if (stack->early != NULL)
			aud_roles_notice_outer(stack->early, stmt->roles.entered);
	}
	stmt->life.caller = stack->active;
	stmt->place.planning = stack->planning;
	if (stmt->place.silent && stack->active != NULL)
	{
		stmt->place.number = stack->active->place.number;
		stmt->place.level = stack->active->place.level;
	}
	stack->active = stmt;
	stack->planning = 0;
}

AudStmt *
aud_stack_open(void)
{
	AudStmt *stmt = aud_stmt_take();

	aud_stack_add(stmt);
	aud_stack_enter(stmt);
	return stmt;
}

bool
aud_stack_has(const AudStmt *stmt)
{
	const AudStmt *open = aud_backend->stack.open;

	while (open != NULL && open != stmt)
		open = open->life.next;
	return open != NULL;
}

AudStmt *
aud_stack_find(const void *key)
{
	if (key == NULL)
		return NULL;
	for (AudStmt *stmt = aud_backend->stack.open; stmt != NULL;
		 stmt = stmt->life.next)
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
	AudStmt **link = &aud_backend->stack.open;

	for (AudStmt *other = *link; other != NULL; other = other->life.next)
	{
		if (other->body.host == stmt)
			other->body.host = NULL;
	}
	while (*link != NULL && *link != stmt)
		link = &(*link)->life.next;
	if (*link == stmt)
		*link = stmt->life.next;
	if (stmt->settings.picture != NULL)
		aud_settings_picture_free(stmt->settings.picture);
	aud_stmt_release(stmt);
	if (aud_backend->stack.open == NULL)
		aud_identity_forget_stale();
}

/* A portal that was bound and never executed. */
static bool
is_unused(const AudStmt *stmt)
{
	return stmt->place.level == 0 && stmt->life.key != NULL &&
		   !stmt->life.ran && stmt->result.outcome == AUD_OUTCOME_SUCCESS;
}

/* Such a one has accessed nothing, but for the code that its plan has run. */
static bool
is_wanted(AudStmt *stmt, AudVerdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	if (is_unused(stmt))
	{
		if (!stmt->life.reached)
			return false;
		stmt->result.incomplete = true;
	}
	return aud_policy_judge(stmt, verdict);
}

void
aud_stack_record(AudStmt *stmt)
{
	AudVerdict verdict;
	bool       wanted;

	if (stmt->life.recorded)
		return;
	stmt->life.recorded = true;
	if (MyBackendType == B_BG_WORKER)
		aud_written_note(stmt);
	if (stmt->place.silent)
		return;
	aud_error_write_unwritten();

	/* it may have failed before its beginning was taken down */
	if (stmt->who == NULL)
		stmt->who = aud_identity_now(false);
	if (stmt->when.began == 0)
		stmt->when.began = GetCurrentTimestamp();
	if (stmt->what.classes == 0)
		stmt->what.classes = AUD_CLASS_MISC;
	wanted = is_wanted(stmt, &verdict);
	if (stmt->place.level > 0)
	{
		if (wanted)
		{
			aud_policy_record(stmt, &verdict);
			if (aud_backend->stack.active != NULL)
				aud_backend->stack.active->what.has_recorded = true;
		}
		aud_refused_recorded(stmt);
		return;
	}

	if (wanted)
	{
		aud_inflight_ending();
		aud_policy_record(stmt, &verdict);
	}
	else
		aud_inflight_end();
	aud_refused_recorded(stmt);
	aud_guard_statement_end();
}

/* One that the client has run knows by its rows whether there are more. */
void
aud_stack_stopped(AudStmt *stmt)
{
	if (stmt->result.outcome != AUD_OUTCOME_FAILURE &&
		(stmt->place.level > 0 || !stmt->life.ran || stmt->life.running))
		stmt->result.incomplete = true;
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
	aud_stack_stopped(stmt);
	aud_stack_record(stmt);
	aud_stack_release(stmt);
}

void
aud_stack_watch(AudStmt *stmt, MemoryContext query_context)
{
	stmt->life.context_gone.func = context_gone;
	stmt->life.context_gone.arg = stmt;
	MemoryContextRegisterResetCallback(query_context, &stmt->life.context_gone);
	stmt->life.watched = true;
}

void
aud_stack_finish(AudStmt *stmt)
{
	aud_stack_record(stmt);
	if (!stmt->life.watched)
		aud_stack_release(stmt);
	else
		stmt->life.ending = false; /* from here on the callback has the frame */
}

/*
 * An error has passed by the hook that entered this frame, which would have
 * had to end it.  Who acts and what it is about may never have been found out;
 * its text may be gone by now, and its key may be somebody else's.
 */
static void
abandon(AudStmt *stmt)
{
	if (stmt->text.kept == NULL && stmt->text.prepared == NULL)
	{
		stmt->text.data = NULL;
		stmt->text.len = 0;
		stmt->text.is_prepared = false;
	}
	if (!stmt->life.watched)
		stmt->life.key = NULL;
	if (stmt->result.outcome != AUD_OUTCOME_FAILURE)
		stmt->result.incomplete = true;
	stmt->life.caller = NULL;
	aud_stack_finish(stmt);
}

AudStmt *
aud_stack_take_early(void)
{
	AudStmt *early = aud_backend->stack.early;

	aud_backend->stack.early = early->life.earlier;
	early->life.earlier = NULL;
	return early;
}

void
aud_stack_hand_over(AudStmt *to, AudStmt *early)
{
	AudStmt *host = aud_stack_host(to);

	aud_stmt_merge(to, early);
	to->what.has_later |= early->what.has_later;
	to->what.changed |= early->what.changed;
	if (host->settings.picture == NULL)
	{
		host->settings.picture = early->settings.picture;
		early->settings.picture = NULL;
	}
}

/* What was planned in it and never begun is its own. */
static inline void
settle_early(const AudStack *stack, AudStmt *stmt)
{
	while (stack->early != NULL && stack->early->life.caller == stmt)
	{
		AudStmt *early = aud_stack_take_early();

		early->life.caller = NULL;
		aud_stack_hand_over(aud_stack_reaching(stmt), early);
		aud_stack_release(early);
	}
}

/*
 * What a body has asked for until it started, or was refused, is its command's
 * from here on; so is everything it reaches later, see aud_stack_reaching.
 */
static void
hand_over(AudStmt *stmt)
{
	if (stmt->body.host == NULL || stmt->body.started)
		return;
	aud_stmt_merge(stmt->body.host, stmt);
	stmt->body.started = true;
}

/* The innermost active frame is abandoned. */
static void
pop_abandoned(AudStack *stack)
{
	AudStmt *stmt = stack->active;

	settle_early(stack, stmt);
	hand_over(stmt);
	stack->active = stmt->life.caller;
	stack->planning = stmt->place.planning;
	abandon(stmt);
}

void
aud_stack_abandon(void)
{
	AudStack *stack = &aud_backend->stack;

	while (stack->active != NULL)
		pop_abandoned(stack);
	stack->planning = 0;
}

bool
aud_stack_leave(AudStmt *stmt)
{
	AudStack *stack = &aud_backend->stack;

	if (!aud_stack_is_active(stmt))
		return false;
	while (stack->active != stmt)
		pop_abandoned(stack);
	settle_early(stack, stmt);
	aud_roles_notice(stmt);
	if (stmt->life.caller == NULL)
		aud_acting_left(stmt);
	hand_over(stmt);
	stack->active = stmt->life.caller;
	stack->planning = stmt->place.planning;
	stmt->life.caller = NULL;
	return true;
}
