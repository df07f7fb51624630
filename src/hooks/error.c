/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Every error that this process raises, whatever the server log shows.
 *
 * emit_log_hook sees only what log_min_messages lets through, and never an
 * error that a PL/pgSQL block swallows.  A callback at the very bottom of
 * error_context_stack is called by errfinish() for each of them.  The server
 * resets that stack in its main loop, so the callback is put back by the hooks
 * that run first: aud_error_watch().
 *
 * An error belongs to the statement through whose hook it passes
 * (aud_error_take).  One that passes through none is recorded as an event of
 * its own: at once where no statement is active, and where one is, when that
 * statement goes on, which shows that the error was swallowed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"

#include "core/redact/redact.h"
#include "hooks/hooks.h"
#include "hooks/wire.h"
#include "server/safely.h"
#include "statement/message.h"
#include "statement/policy.h"
#include "statement/statement.h"
#include "statement/xact.h"

/* Longest text of a failed nested statement that is kept. */
#define SWALLOWED_TEXT_MAX 4096

static void error_raised(void *arg);

static ErrorContextCallback callback = {NULL, error_raised, NULL};

static MemoryContext  error_context;
static AudFailure     last;
static char           last_detail[512]; /* what only the server log is told */
static bool           taken = true;
static bool           in_flight; /* raised, and not known to be caught */
static const AudStmt *raised_in; /* active when the untaken error was raised */

/* The text that failed inside the active statement, if the error names it. */
static char   swallowed_text[SWALLOWED_TEXT_MAX];
static size_t swallowed_text_len;

void
aud_error_watch(void)
{
	ErrorContextCallback **link = &error_context_stack;

	while (*link != NULL && *link != &callback)
		link = &(*link)->previous;
	if (*link == NULL)
	{
		callback.previous = NULL;
		*link = &callback;
	}
}

/* Hide in last.message what it quotes of secrets in this text, if any. */
static void
hide_secrets_of(const char *query, size_t len)
{
	char   message[AUD_ERROR_MESSAGE_MAX];
	AudBuf b;

	if (query == NULL || !aud_redact_may_apply(query, len))
		return;
	strlcpy(message, last.message, sizeof(message));
	aud_buf_init(&b, last.message, sizeof(last.message));
	aud_redact_message(&b, message, strlen(message), query, len);
}

/*
 * Keep the message without the secrets it may quote: of the text that failed
 * to parse, of the statement it was about, of what the client sent.  Now,
 * because the message outlives them: the end of the transaction repeats it.
 */
static void
keep_message(const ErrorData *edata)
{
	const AudStmt *stmt = aud_statement_active();

	strlcpy(last.message,
			edata->message ? edata->message : "",
			sizeof(last.message));
	if (edata->internalquery != NULL)
		hide_secrets_of(edata->internalquery, strlen(edata->internalquery));
	if (stmt != NULL)
		hide_secrets_of(stmt->text.data, stmt->text.len);
	if (debug_query_string != NULL)
		hide_secrets_of(debug_query_string, strlen(debug_query_string));
}

static void
remember(const ErrorData *edata)
{
	/* the one before was swallowed, or this one could not have been raised */
	aud_error_flush_swallowed();

	last.sqlstate = edata->sqlerrcode;
	keep_message(edata);
	taken = false;
	in_flight = true;
	raised_in = aud_statement_active();
	swallowed_text_len = 0;
	if (edata->internalquery != NULL)
		swallowed_text_len =
			strlcpy(swallowed_text, edata->internalquery, sizeof(swallowed_text));
	swallowed_text_len = Min(swallowed_text_len, sizeof(swallowed_text) - 1);
}

/*
 * Is this an error, not a warning or a notice?  No function tells the level
 * without copying everything, so what is clearly less is sorted out by its
 * SQLSTATE first.
 */
static bool
may_be_error(int sqlstate)
{
	int category = ERRCODE_TO_CATEGORY(sqlstate);

	return category != ERRCODE_SUCCESSFUL_COMPLETION &&
		   category != ERRCODE_WARNING && category != ERRCODE_NO_DATA;
}

/* Does this process run statements for somebody, so that errors matter? */
static bool
is_audited_process(void)
{
	if (!IsUnderPostmaster || IsParallelWorker())
		return false;
	return MyProcPort != NULL ||
		   (MyBackendType == B_BG_WORKER && OidIsValid(MyDatabaseId));
}

/*
 * No memory of our own is used while memory is what is missing: copying the
 * error could only raise the next one.
 */
static void
out_of_memory(void)
{
	ErrorData edata = {.sqlerrcode = ERRCODE_OUT_OF_MEMORY,
					   .message = "out of memory"};

	remember(&edata);
}

/*
 * What a client sends before it is known may not be worth an error message to
 * it: a start-up packet or TLS handshake that is none.  The log gets it as a
 * communication error, and the process exits.
 */
static bool
is_refusal(const ErrorData *edata)
{
	return edata->elevel == COMMERROR &&
		   edata->sqlerrcode == ERRCODE_PROTOCOL_VIOLATION &&
		   !aud_session_is_open();
}

static int
look_at_error(void)
{
	MemoryContext old = MemoryContextSwitchTo(error_context);
	ErrorData    *edata = CopyErrorData();
	int           level = edata->elevel;

	if (level >= ERROR || is_refusal(edata))
	{
		const char *detail =
			edata->detail_log != NULL ? edata->detail_log : edata->detail;

		remember(edata);
		strlcpy(last_detail, detail != NULL ? detail : "", sizeof(last_detail));
	}
	if (level < ERROR && is_refusal(edata))
	{
		taken = true;
		in_flight = false;
		aud_session_refused(&last, last_detail);
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(error_context);
	return level;
}

/* GRANT and REVOKE warn about what they leave undone, and go on. */
static void
note_warning(int sqlstate)
{
	AudStmt *stmt = aud_statement_active();

	if ((sqlstate != ERRCODE_WARNING_PRIVILEGE_NOT_GRANTED &&
		 sqlstate != ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED) ||
		stmt == NULL || stmt->what.utility != T_GrantStmt)
		return;
	stmt->result.outcome = AUD_OUTCOME_PARTIAL;
	stmt->result.failure.sqlstate = sqlstate;
}

/* It belongs to no statement of its own. */
static void
record_error(void)
{
	AudSlice slice = aud_message_failed();

	if (last.sqlstate == ERRCODE_IN_FAILED_SQL_TRANSACTION && !aud_xact_refuse())
		return;
	aud_statement_error(&last, slice.text, slice.len);
}

static void
error_raised(void *arg)
{
	int sqlstate = geterrcode();
	int level = ERROR;

	if (ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_WARNING)
		note_warning(sqlstate);
	if (!may_be_error(sqlstate) || !is_audited_process() ||
		aud_safely_ends(sqlstate))
		return;
	if (sqlstate == ERRCODE_OUT_OF_MEMORY)
		out_of_memory();
	else
		level = look_at_error();

	if (level == ERROR)
		aud_wire_rearm();
	if (level >= ERROR && aud_statement_active() == NULL)
		aud_replication_failing();
	if (level == FATAL)
	{
		taken = true;
		aud_statement_doom(&last);
		aud_session_refused(&last, last_detail);
	}
	else if (level == ERROR && aud_statement_active() == NULL &&
			 !aud_session_is_starting() && !aud_statement_is_committing() &&
			 aud_policy_watching())
	{
		taken = true;
		record_error();
	}
}

/*
 * The check of a setting's value catches what it throws and throws it again,
 * and it is only then that the server makes a FATAL error of it, past every
 * callback.  So before a session is open an ERROR is not told when it is
 * raised, but when it ends the transaction: then nobody has caught it.
 */
void
aud_error_ends_transaction(void)
{
	if (taken || !in_flight || !aud_session_is_starting())
		return;
	taken = true;
	aud_session_refused(&last, last_detail);
}

const AudFailure *
aud_error_take(void)
{
	int sqlstate = geterrcode();

	/*
	 * An error that was caught and thrown again has not come by here the
	 * second time; what it says is still true of its code.
	 */
	if (last.sqlstate != sqlstate)
	{
		last.sqlstate = sqlstate;
		last.message[0] = '\0';
	}
	taken = true;
	return &last;
}

const AudFailure *
aud_error_last(void)
{
	return &last;
}

bool
aud_error_is_in_flight(void)
{
	return in_flight;
}

void
aud_error_settled(void)
{
	in_flight = false;
}

void
aud_error_flush_swallowed(void)
{
	in_flight = false;
	if (taken || aud_statement_active() == NULL ||
		raised_in != aud_statement_active())
		return;
	taken = true;
	aud_statement_error(&last, swallowed_text, swallowed_text_len);
}

void
aud_hooks_error_install(void)
{
	error_context = AllocSetContextCreate(TopMemoryContext,
										  "secaudit errors",
										  ALLOCSET_SMALL_SIZES);
	aud_error_watch();
}
