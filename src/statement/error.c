/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Errors of this process, and the records of those that belong to no
 *	  statement.
 *
 * An error is seen inside errfinish(), where whoever raised it may still hold
 * lightweight locks.  To wait there for room in the buffer or for the disk
 * would make everybody wait who wants them; and should one of them be the
 * buffer's, for ever.  So the record is made there, from what will be gone a
 * moment later, but it is written there only if no lock can be held; that is
 * the usual case, and the client does not hear of the error before its record
 * is where secaudit.durability wants it.  Otherwise it is written when the
 * (sub)transaction is rolled back, which releases the locks, before any other
 * record, or before the server says that it is ready again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/execdesc.h"
#include "tcop/tcopprot.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/redact/redact.h"
#include "facts/marks.h"
#include "facts/objects.h"
#include "facts/redact_stmt.h"
#include "record/identity.h"
#include "record/record.h"
#include "record/session.h"
#include "server/guc_redact.h"
#include "statement/early_text.h"
#include "statement/error.h"
#include "statement/error_tagged.h"
#include "statement/guard.h"
#include "statement/message.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/refused.h"
#include "statement/statement.h"
#include "statement/xact.h"

/* Texts that a message may be about, and names that come with it. */
#define SOURCES_MAX 8

/* Of parameters past this, nobody asks what they stand for. */
#define PARAMS_MAX 256

typedef struct Sources
{
	const AudRedactPolicy *policy;
	AudRedactSource        texts[SOURCES_MAX];
	int                    n;
} Sources;

static void
add_text(Sources *s, const char *text, size_t len)
{
	if (text != NULL && aud_redact_may_apply(s->policy, text, len))
		s->texts[s->n++] = (AudRedactSource){text, len};
}

/* What an error is about may be no name of its statement, like an index. */
static void
add_name(Sources *s, const char *name)
{
	if (name != NULL)
		s->texts[s->n++] = (AudRedactSource){name, strlen(name)};
}

static void
find_sources(Sources *s, const ErrorData *edata)
{
	const AudStmt *stmt = aud_statement_active();
	const char    *internal = edata->internalquery;

	s->n = 0;
	if (internal != NULL)
		add_text(s, internal, strlen(internal));
	if (stmt != NULL)
		add_text(s, stmt->text.data, stmt->text.len);
	if (debug_query_string != NULL)
		add_text(s, debug_query_string, strlen(debug_query_string));
	if (s->n == 0 || !aud_redact_replaces_all(aud_guc_redact()))
		return;
	add_name(s, edata->schema_name);
	add_name(s, edata->table_name);
	add_name(s, edata->column_name);
	add_name(s, edata->datatype_name);
	add_name(s, edata->constraint_name);
}

/* RAISE: a user has put the message together, of whatever there was. */
static bool
is_users_text(const ErrorData *edata)
{
	return edata->funcname != NULL &&
		   strcmp(edata->funcname, "exec_stmt_raise") == 0 &&
		   aud_redact_replaces_all(aud_guc_redact());
}

/* Was the text not understood, so that nobody knows what is a secret in it? */
static bool
is_unparsed(int sqlstate)
{
	return sqlstate == ERRCODE_SYNTAX_ERROR ||
		   sqlstate == ERRCODE_INVALID_ESCAPE_SEQUENCE ||
		   sqlstate == ERRCODE_NONSTANDARD_USE_OF_ESCAPE_CHARACTER;
}

/*
 * A value that is bound in the place of a secret and is none of its type, or
 * out of its range, stands in no text that the message could be held against.
 */
static bool
quotes_bound_secret(const ErrorData *edata, const Sources *sources)
{
	unsigned char hidden[PARAMS_MAX];

	if (ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_DATA_EXCEPTION ||
		sources->policy->mode != AUD_REDACT_SECRETS)
		return false;
	for (int i = 0; i < sources->n; i++)
	{
		const AudRedactSource *source = &sources->texts[i];

		if (memchr(source->text, '$', source->len) != NULL &&
			aud_redact_params(sources->policy,
							  source->text,
							  source->len,
							  hidden,
							  PARAMS_MAX) != 0)
			return true;
	}
	return false;
}

/*
 * Keep the message without what it may quote of what is hidden: of the text
 * that failed to parse, of the statement it was about, of what the client
 * sent.  Now, because the message outlives them: the end of the transaction
 * repeats it.
 */
static void
keep_message(const ErrorData *edata)
{
	const char     *message = edata->message != NULL ? edata->message : "";
	AudFailure     *last = &aud_backend->error.last;
	AudRedactPolicy policy = *aud_guc_redact();
	size_t          len = strnlen(message, AUD_ERROR_MESSAGE_MAX - 1);
	Sources         sources;
	AudBuf          b;

	last->redacted = 0;
	aud_buf_init(&b, last->message, AUD_ERROR_MESSAGE_MAX);
	policy.all_literals =
		is_unparsed(edata->sqlerrcode) && policy.mode != AUD_REDACT_NONE;
	sources.policy = &policy;
	find_sources(&sources, edata);
	if (is_users_text(edata))
		last->redacted = aud_redact_text(&b, aud_guc_redact(), message, len);
	else if (sources.n == 0 && aud_redact_patterns(aud_guc_redact()) == 0)
		aud_buf_append(&b, message, len);
	else
		last->redacted =
			aud_redact_message(&b, &policy, message, len, sources.texts, sources.n);
	if (quotes_bound_secret(edata, &sources) &&
		aud_error_hide_quoted(last->message))
		last->redacted |= AUD_REDACTED_SECRET;
}

void
aud_error_add_skipped(AudStmt *stmt)
{
	AudSlice rest = aud_message_rest();

	if (stmt->place.level == 0 && rest.text != NULL)
		aud_redact_skipped(stmt, rest.text, rest.len);
}

/* What runs, and an error may have been raised in without ending it. */
static const AudStmt *
surrounding(void)
{
	const AudStmt *active = aud_statement_active();

	return active != NULL ? active : aud_early_failed();
}

/* Make the record of an error that belongs to no statement; write it later. */
static void
make_record(const AudFailure *failure, const char *query, size_t query_len)
{
	const AudStmt *active = surrounding();
	AudStmt       *stmt;

	aud_error_write(); /* the one before, if any: there is one frame for them */
	stmt = aud_stmt_take_spare();
	stmt->what.is_error = true;
	stmt->what.classes = AUD_CLASS_ERROR;
	stmt->place.level = active != NULL ? active->place.level + 1 : 0;
	stmt->place.parent = active != NULL ? active->place.number : 0;
	stmt->place.origin = active != NULL            ? AUD_ORIGIN_FUNCTION
						 : aud_place_is_fastpath() ? AUD_ORIGIN_FASTPATH
												   : AUD_ORIGIN_CLIENT;
	stmt->place.number =
		active != NULL ? aud_session_next_stmt() : aud_place_failed_number();
	stmt->place.batch = stmt->place.level == 0 ? aud_message_batch() : 0;
	stmt->who = aud_identity_now(false);
	if (aud_config->marking)
		aud_marks_add_acting(stmt, false);
	stmt->when.began = GetCurrentTimestamp();
	stmt->text.data = query;
	stmt->text.len = query_len;
	aud_redact_failed(stmt);
	aud_redact_nested(stmt, false);
	stmt->text.hidden.unparsed = is_unparsed(failure->sqlstate);
	stmt->result.outcome = AUD_OUTCOME_FAILURE;
	stmt->result.failure = *failure;
	if (failure == &aud_backend->error.last)
		aud_denied_name(stmt, &aud_backend->error.denied);
	if (query == NULL || query[query_len] != '\0')
		aud_error_add_skipped(stmt);
	aud_backend->error.unwritten = stmt;
}

void
aud_error_write(void)
{
	AudStmt   *stmt = aud_backend->error.unwritten;
	AudVerdict verdict;

	if (stmt == NULL)
		return;
	aud_backend->error.unwritten = NULL;
	if (aud_policy_judge(stmt, &verdict))
		aud_policy_record(stmt, &verdict);
	aud_refused_recorded(stmt);
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
	aud_stmt_release(stmt);
}

/* The same inside errfinish(): at once, or with all it needs kept for later. */
static void
write_if_safe(void)
{
	if (aud_backend->error.unwritten == NULL)
		return;
	if (aud_error_context_is_safe())
		aud_error_write();
	else
		aud_stmt_keep_text(aud_backend->error.unwritten);
}

void
aud_error_record(const AudFailure *failure, const char *query, size_t query_len)
{
	make_record(failure, query, query_len);
	aud_error_write();
}

/* Was an error raised inside the active statement that it has never seen? */
static bool
is_swallowed(void)
{
	const AudErrorState *error = &aud_backend->error;

	return error->is_open && error->raised_in != NULL &&
		   error->raised_in == surrounding();
}

static void
make_swallowed(void)
{
	AudErrorState *error = &aud_backend->error;

	error->is_open = false;
	make_record(&error->last, error->swallowed_text, error->swallowed_text_len);
}

void
aud_error_record_swallowed(void)
{
	if (is_swallowed())
		make_swallowed();
}

void
aud_error_raised(const ErrorData *edata)
{
	AudErrorState *error = &aud_backend->error;
	const char    *detail =
        edata->detail_log != NULL ? edata->detail_log : edata->detail;
	const char *text = edata->internalquery;

	/* the one before was swallowed, or this one could not have been raised */
	if (is_swallowed())
	{
		make_swallowed();
		write_if_safe();
	}

	aud_early_error();
	error->last.sqlstate = edata->sqlerrcode;
	keep_message(edata);
	aud_error_hide_tagged(&error->last, edata);
	aud_denied_read(&error->denied, edata);
	aud_refused_read(edata);
	strlcpy(error->last_detail,
			detail != NULL ? detail : "",
			sizeof(error->last_detail));
	error->is_open = true;
	error->in_flight = true;
	error->raised_in = surrounding();
	error->swallowed_text_len = 0;
	if (text != NULL)
		error->swallowed_text_len =
			strlcpy(error->swallowed_text, text, AUD_SWALLOWED_TEXT_MAX);
	error->swallowed_text_len =
		Min(error->swallowed_text_len, AUD_SWALLOWED_TEXT_MAX - 1);
}

void
aud_error_is_nobodys(void)
{
	AudErrorState *error = &aud_backend->error;
	AudSlice       slice = aud_message_failed();

	error->is_open = false;
	if (error->last.sqlstate == ERRCODE_IN_FAILED_SQL_TRANSACTION &&
		!aud_xact_refuse())
		return;
	/* it can be looked up what it is about where we catch the error */
	error->awaits_planner =
		aud_backend->stack.planning > 0 &&
		(aud_denied_needs_look_up(&error->denied) || aud_config->marking);
	if (error->awaits_planner)
		return;
	make_record(&error->last, slice.text, slice.len);
	write_if_safe();
}

void
aud_error_left_planner(Query *query)
{
	AudErrorState *error = &aud_backend->error;
	AudSlice       slice = aud_message_failed();

	error->awaits_planner = false;
	make_record(&error->last, slice.text, slice.len);
	if (aud_denied_needs_look_up(&error->denied))
		aud_denied_look_up(error->unwritten, &error->denied, (const Node *) query);
	if (aud_config->marking)
		aud_objects_add_failed(error->unwritten, query);
	error->unwritten->what.classes = AUD_CLASS_ERROR;
	aud_error_write();
}

void
aud_error_name_denied(AudStmt *stmt)
{
	AudErrorState   *error = &aud_backend->error;
	const QueryDesc *query_desc = stmt->life.key;
	const Node      *where = NULL;

	if (error->denied.kind == NULL)
		return;
	if (stmt->what.utility == T_Invalid && query_desc != NULL)
		where = (const Node *) query_desc->plannedstmt;
	else if (aud_backend->expression.context != NULL)
		where = (const Node *) aud_backend->expression.tree;
	if (!stmt->place.silent)
		aud_denied_name(stmt, &error->denied);
	aud_denied_look_up(stmt, &error->denied, where);
}

void
aud_error_warned(int sqlstate)
{
	AudStmt *stmt = aud_statement_active();

	if ((sqlstate != ERRCODE_WARNING_PRIVILEGE_NOT_GRANTED &&
		 sqlstate != ERRCODE_WARNING_PRIVILEGE_NOT_REVOKED) ||
		stmt == NULL || stmt->what.utility != T_GrantStmt)
		return;
	stmt->result.outcome = AUD_OUTCOME_PARTIAL;
	stmt->result.failure.sqlstate = sqlstate;
}

const AudFailure *
aud_error_take(void)
{
	AudErrorState *error = &aud_backend->error;
	int            sqlstate = geterrcode();

	/*
	 * An error that was caught and thrown again has not come by here the
	 * second time; what it says is still true of its code.
	 */
	if (error->last.sqlstate != sqlstate)
	{
		error->last.sqlstate = sqlstate;
		error->last.message[0] = '\0';
		error->last.redacted = 0;
		error->denied.kind = NULL;
	}
	error->is_open = false;
	return &error->last;
}

const AudFailure *
aud_error_last(void)
{
	return &aud_backend->error.last;
}

const char *
aud_error_detail(void)
{
	return aud_backend->error.last_detail;
}

bool
aud_error_is_open(void)
{
	return aud_backend->error.is_open;
}

void
aud_error_taken(void)
{
	aud_backend->error.is_open = false;
}

bool
aud_error_is_in_flight(void)
{
	return aud_backend->error.in_flight;
}
