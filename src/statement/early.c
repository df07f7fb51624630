/*-------------------------------------------------------------------------
 *
 * early.c
 *	  Code of a user that runs before its statement begins, or when the
 *	  transaction ends without one.
 *
 * The client's own statement is told from what its early code runs by its
 * text, which is the client's message or the text of the portal that is being
 * started for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/execdesc.h"
#include "miscadmin.h"
#include "postmaster/autovacuum.h"
#include "server/compat.h"
#include "storage/proc.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/portal.h"

#include "core/class.h"
#include "facts/objects.h"
#include "facts/redact_stmt.h"
#include "facts/role_change.h"
#include "record/session.h"
#include "server/settings.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/early_text.h"
#include "statement/error.h"
#include "statement/guard.h"
#include "statement/login.h"
#include "statement/message.h"
#include "statement/place.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* Work that is no statement of this process. */
static bool
is_background(void)
{
	return AUD_IS_AUTOVACUUM_WORKER() || IsParallelWorker();
}

/* The command's name, by the first word of its text: nothing else is known. */
static CommandTag
guess_tag(const char *text, size_t len)
{
	char   word[32];
	size_t n = 0;

	while (n < len && n < sizeof(word) - 1 && isalpha((unsigned char) text[n]))
	{
		word[n] = pg_toupper((unsigned char) text[n]);
		n++;
	}
	word[n] = '\0';
	if (strcmp(word, "VALUES") == 0 || strcmp(word, "TABLE") == 0)
		return CMDTAG_SELECT;
	if (strcmp(word, "DECLARE") == 0)
		return CMDTAG_DECLARE_CURSOR;
	return GetCommandTagEnum(word);
}

/*
 * The client's next statement; or what autovacuum does at a table, or a worker
 * of a parallel command.
 */
static void
begin_clients(AudStmt *early)
{
	AudEarly *about = &aud_backend->early;
	AudSlice  slice = aud_message_failed();

	about->message = GetCurrentStatementStartTimestamp();
	about->digest =
		debug_query_string != NULL ? aud_early_digest(debug_query_string) : 0;
	about->level = GetCurrentTransactionNestLevel();
	about->is_located = false;
	about->is_failing = false;
	early->place.number = aud_place_early_number();
	early->place.trigger_depth = aud_place_trigger_depth();
	if (slice.text != NULL)
	{
		early->text.data = slice.text;
		early->text.len = slice.len;
		aud_stmt_keep_text(early);
		early->what.tag = guess_tag(slice.text, slice.len);
	}
	if (aud_login_is_in_triggers())
	{
		early->what.tag = AUD_CMDTAG_LOGIN;
		early->what.classes = AUD_CLASS_FUNCTION;
	}
	else if (IsParallelWorker())
	{
		/* of all that is parallel only this is no query */
		early->what.tag = CMDTAG_CREATE_INDEX;
		early->place.level = 1;
		early->place.origin = AUD_ORIGIN_WORKER;
	}
	else if (AUD_IS_AUTOVACUUM_WORKER())
		early->what.tag = (MyProc->statusFlags & PROC_IN_VACUUM) != 0
							  ? CMDTAG_VACUUM
							  : CMDTAG_ANALYZE;
}

static AudStmt *
make(AudStmt *caller)
{
	AudStmt *early = aud_stmt_take();

	aud_stack_add(early);
	early->life.caller = caller;
	early->life.earlier = aud_backend->stack.early;
	aud_backend->stack.early = early;
	early->what.utility = T_Invalid;
	early->roles.entered = aud_roles_acting();
	early->roles.borrowed = aud_roles_are_borrowed();
	if (caller == NULL)
		begin_clients(early);
	else
		early->place.level = caller->place.level + 1;
	aud_begin_take_down(early, true);
	aud_redact_statement(early);
	aud_redact_nested(early, true);
	aud_begin_keep_unfinished(early);
	return early;
}

/* The early frame below that caller. */
static AudStmt *
find_or_make(AudStmt *caller, bool may)
{
	AudStmt *early = aud_backend->stack.early;

	if (early != NULL && early->life.caller == caller)
	{
		if (caller != NULL || aud_early_is_current())
			return early;
		if (may)
			aud_early_settle(); /* of an earlier message */
	}
	return may && IsTransactionState() ? make(caller) : NULL;
}

/*
 * A transaction that no command commits runs deferred triggers and fills
 * cursors all the same.  The frame waits for its end as that of a COMMIT does.
 */
static AudStmt *
make_commit(AudOrigin origin)
{
	AudStmt *stmt = aud_stmt_take();

	aud_stack_add(stmt);
	stmt->what.utility = T_TransactionStmt;
	stmt->what.tag = CMDTAG_COMMIT;
	stmt->what.classes = AUD_CLASS_TRANSACTION;
	stmt->life.at_commit = true;
	stmt->place.number = aud_session_next_stmt();
	stmt->place.parent = aud_backend->place.last_number;
	stmt->place.origin = origin;
	stmt->roles.entered = aud_roles_acting();
	aud_statement_await_commit(stmt);
	aud_begin_take_down(stmt, true);
	return stmt;
}

/* A cursor WITH HOLD gets the rest of its rows when its transaction commits. */
static bool
is_held(const AudStmt *query)
{
	return ActivePortal != NULL && ActivePortal->holdStore != NULL &&
		   (const void *) ActivePortal->queryDesc == query->life.key;
}

/* What is there where nothing is active that could tell. */
static AudStmt *
whose_outside(const AudStmt *cursor, bool may)
{
	if (aud_backend->stack.awaiting_commit != NULL)
		return aud_backend->stack.awaiting_commit;
	if (cursor == NULL && aud_place_trigger_depth() > 0)
		return may ? make_commit(AUD_ORIGIN_TRIGGER) : NULL;
	if (cursor != NULL && is_held(cursor))
		return may ? make_commit(AUD_ORIGIN_CLIENT) : NULL;
	return find_or_make(NULL, may);
}

/*
 * The leader of a parallel query records it with what its plan calls.  What
 * those functions go on to call, only the worker sees that runs them.
 */
static AudStmt *
speak_up(AudStmt *part)
{
	const QueryDesc *query_desc = part->life.key;

	part->place.silent = false;
	part->place.level = 1;
	part->place.number = aud_session_next_stmt();
	part->place.origin = AUD_ORIGIN_WORKER;
	part->what.tag = CreateCommandTag((Node *) query_desc->plannedstmt);
	aud_begin_set_text(part, query_desc->sourceText, -1, 0);
	aud_redact_query(part, query_desc->plannedstmt);
	return part;
}

AudStmt *
aud_early_whose(bool may)
{
	AudStmt *active = aud_backend->stack.active;
	AudStmt *host;

	if (active == NULL)
		return whose_outside(NULL, may);
	if (aud_backend->stack.planning > 0)
		return find_or_make(active, may);
	host = aud_stack_reaching(active);
	if (!aud_early_is_alone(host))
		return host;
	if (IsParallelWorker())
		return may && host->life.watched ? speak_up(host) : host;
	return whose_outside(host, may);
}

AudStmt *
aud_early_whose_trigger(void)
{
	if (aud_backend->stack.active != NULL || aud_backend->stack.planning > 0 ||
		aud_backend->stack.awaiting_commit != NULL || IsParallelWorker())
		return aud_early_whose(true);
	return make_commit(AUD_ORIGIN_TRIGGER);
}

/* Who acted when its code began is who began the statement. */
static void
begin_as(AudStmt *stmt, const AudStmt *early)
{
	if (early->who != NULL)
		stmt->who = early->who;
	if (!early->roles.borrowed)
		stmt->roles = early->roles;
}

/*
 * PL/pgSQL has its expressions planned, and evaluates them without a statement
 * of their own: the next one that begins may be another.
 */
static bool
is_planned_for(const AudStmt *early, const char *source)
{
	return early->life.caller == NULL || early->life.planned == 0 ||
		   (source != NULL && aud_early_digest(source) == early->life.planned);
}

void
aud_early_plans(const char *source)
{
	const AudStmt *early = aud_backend->stack.early;

	if (early->life.caller == aud_backend->stack.active &&
		!is_planned_for(early, source))
		aud_early_settle();
}

void
aud_early_take_over(AudStmt *stmt, const char *source)
{
	AudStmt *early = aud_backend->stack.early;

	if (early->life.caller != stmt->life.caller || stmt->place.planning > 0)
		return;
	if (!is_planned_for(early, source))
	{
		aud_early_settle();
		return;
	}
	if (early->life.caller == NULL && stmt->place.number != early->place.number)
		return; /* it is nested in it */
	aud_stack_take_early();
	stmt->life.reached = true;
	if (early->life.caller == NULL)
		begin_as(stmt, early);
	early->life.caller = NULL;
	aud_stack_hand_over(stmt, early);
	aud_stack_release(early);
}

/* The client's own statement, or one of the early code? */
static bool
is_own(const char *source)
{
	if (is_background())
		return false;
	if (debug_query_string == NULL)
		return MyProcPort == NULL;
	if (source == NULL || source == debug_query_string)
		return true;
	if (MyProcPort != NULL &&
		(ActivePortal == NULL || ActivePortal->sourceText != source))
		return false;
	return strcmp(source, debug_query_string) == 0;
}

bool
aud_early_encloses(const char *source)
{
	if (!is_own(source))
		return true;
	if (MyProcPort != NULL && !aud_early_is_about(source))
		aud_early_settle();
	return false;
}

static void
learn(AudStmt *early, const Query *query, const char *source)
{
	aud_backend->early.is_located = true;
	aud_backend->early.location = query->stmt_location;
	early->what.tag = CreateCommandTag((Node *) unconstify(Query *, query));
	aud_stmt_forget_text(early);
	aud_begin_set_text(early, source, query->stmt_location, query->stmt_len);
	aud_stmt_keep_text(early);
	aud_redact_statement(early);
	aud_redact_nested(early, true);
}

bool
aud_early_analyzed(const Query *query, const char *source)
{
	const AudEarly *about = &aud_backend->early;

	if (source == NULL || (source != debug_query_string &&
						   (MyProcPort != NULL || debug_query_string != NULL)))
		return false;
	if (!aud_early_is_current() ||
		(MyProcPort != NULL && !aud_early_is_about(source)) ||
		(about->is_located && about->location != query->stmt_location))
		aud_early_settle();
	else
		learn(aud_backend->stack.early, query, source);
	return true;
}

void
aud_early_planned(const Query *query, const char *source)
{
	AudStmt *early = aud_backend->stack.early;

	if (aud_backend->stack.active != NULL)
	{
		if (early->life.caller == aud_backend->stack.active && source != NULL)
			early->life.planned = aud_early_digest(source);
	}
	else if (source != NULL && source == debug_query_string && query->canSetTag &&
			 !aud_backend->early.is_located && aud_early_is_about(source))
		learn(aud_backend->stack.early, query, source);
}

static void
settle(bool complete)
{
	AudStmt *early = aud_stack_take_early();
	AudStmt *caller = early->life.caller;

	early->life.caller = NULL;
	if (caller != NULL)
	{
		aud_stack_hand_over(aud_stack_reaching(caller), early);
		aud_stack_release(early);
		return;
	}
	aud_place_early_is_over(early->place.number);
	early->result.incomplete = !complete;
	if (!early->roles.borrowed)
		aud_roles_notice(early);
	aud_statement_end(early);
}

void
aud_early_settle(void)
{
	settle(false);
}

void
aud_early_end_at_commit(void)
{
	while (aud_backend->stack.early != NULL)
		settle(is_background() || aud_login_is_in_triggers());
	if (aud_config->durability != AUD_DURABILITY_ASYNC)
		aud_guard_wait();
}

/* The innermost one ends with that failure, or settled if there is none. */
static void
give_up(const AudFailure *failure)
{
	AudStmt *early = aud_backend->stack.early;

	if (failure == NULL || early->life.caller != NULL)
	{
		aud_early_settle();
		return;
	}
	aud_stack_take_early();
	aud_place_early_is_over(early->place.number);
	aud_statement_fail_with(early, failure);
}

void
aud_early_rolled_back(bool sub)
{
	const AudFailure *failure = NULL;

	if (aud_backend->stack.early == NULL ||
		(sub && GetCurrentTransactionNestLevel() > aud_backend->early.level))
		return;
	if (aud_early_failed() != NULL)
	{
		failure = aud_error_last();
		aud_error_taken();
	}
	while (aud_backend->stack.early != NULL)
		give_up(failure);
}

void
aud_early_session_ends(const AudFailure *failure)
{
	while (aud_backend->stack.early != NULL)
		give_up(failure);
}
