/*-------------------------------------------------------------------------
 *
 * error_tagged.c
 *	  Values of tagged columns in error messages, for secaudit.redact_tags.
 *
 * What is hidden in a statement's text is hidden in messages about it.  But
 * these quote values that are in no text as well: of a bound parameter, of a
 * row that is already there ('invalid input syntax for type integer: "Alice"').
 * Which they are nobody can tell, and code that is in no statement (a trigger,
 * a CHECK, a policy) sees them, too.  So it goes by the transaction, if that
 * has used a table with tagged columns:
 *
 * - A message that somebody else has put together (RAISE, another language, a
 *	 remote server) is hidden as a whole.
 * - Of a data exception all is hidden from the first quote to the last, and
 *	 numbers outside.
 * - Where the server names objects and nothing else, all stays.
 * - Of anything else what is quoted stays if it is a name of the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "core/redact/redact.h"
#include "facts/redact_stmt.h"
#include "facts/redact_touched.h"
#include "server/guc_redact.h"
#include "server/plpgsql_target.h"
#include "statement/backend.h"
#include "statement/error_tagged.h"
#include "statement/message.h"
#include "statement/statement.h"

typedef struct Message
{
	char    *text;
	unsigned reasons;
	bool     touched; /* tagged columns may be used by what it is about */
} Message;

static void
hide_what_is_in(Message *m, const AudTextHidden *hidden, const char *text,
				size_t len)
{
	static char     before[AUD_ERROR_MESSAGE_MAX];
	AudRedactPolicy policy = *aud_guc_redact();
	AudRedactPlaces places = {hidden->at, hidden->n, hidden->reason};
	AudRedactSource source = {text, len};
	AudBuf          b;

	m->touched |= hidden->touched;
	if (text == NULL || !aud_text_hides(hidden))
		return;
	policy.mode = AUD_REDACT_NONE;
	policy.places = &places;
	policy.all_literals = hidden->all;
	strlcpy(before, m->text, sizeof(before));
	aud_buf_init(&b, m->text, AUD_ERROR_MESSAGE_MAX);
	if (aud_redact_message(&b, &policy, before, strlen(before), &source, 1) != 0)
		m->reasons |= hidden->reason != 0 ? hidden->reason : AUD_REDACTED_TAG;
}

static void
hide_text(Message *m, const char *text, size_t len)
{
	AudTextHidden hidden;

	if (text == NULL)
		return;
	aud_redact_text_hidden(&hidden, text, len);
	hide_what_is_in(m, &hidden, text, len);
}

/* The bytes of the quote that begins here, in any language; 0: none does. */
static int
quote_len(const char *at)
{
	static const char *const quotes[] = {
		"\"",
		"'",
		"`",
		"\u00ab",
		"\u00bb",
		"\u201c",
		"\u201d",
		"\u201e",
		"\u2018",
		"\u2019",
		"\u300c",
		"\u300d",
		"\u300e",
		"\u300f",
	};

	for (int i = 0; i < (int) lengthof(quotes); i++)
	{
		if (strncmp(at, quotes[i], strlen(quotes[i])) == 0)
			return (int) strlen(quotes[i]);
	}
	return 0;
}

bool
aud_error_hide_quoted(char *message)
{
	char *first = NULL;
	char *last = NULL;
	char  rest[AUD_ERROR_MESSAGE_MAX];

	for (char *p = message; *p != '\0'; p++)
	{
		int len = quote_len(p);

		if (len == 0)
			continue;
		last = p;
		if (first == NULL)
			first = p + len;
		p += len - 1;
	}
	if (first == NULL)
		return false;
	strlcpy(rest, last >= first ? last : "", sizeof(rest));
	*first = '\0';
	strlcat(message, AUD_REDACTED, AUD_ERROR_MESSAGE_MAX);
	strlcat(message, rest, AUD_ERROR_MESSAGE_MAX);
	return true;
}

/* ---- in a transaction that has used tagged columns ----------------------- */

/* Texts that may name what a message names, and names that come with it. */
#define NAMES_MAX 12

/*
 * Is there not a word in it that whoever raised it knew before: "%s"?  So are
 * RAISE, and errors of other languages and servers.  What comes from a parallel
 * worker does not say.
 */
static bool
is_put_together(const ErrorData *edata)
{
	const char *p = edata->message_id;

	for (; p != NULL && *p != '\0'; p++)
	{
		if (*p == '%' && p[1] != '\0')
			p++;
		else if (isalpha((unsigned char) *p))
			return false;
	}
	return true;
}

/* What these are about has its name in a catalog. */
static bool
has_names_only(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case MAKE_SQLSTATE('2', '3', '0', '0', '0'): /* constraints */
		case MAKE_SQLSTATE('2', '5', '0', '0', '0'): /* transaction states */
		case MAKE_SQLSTATE('2', 'B', '0', '0', '0'): /* dependent objects */
		case MAKE_SQLSTATE('4', '0', '0', '0', '0'): /* rollbacks */
		case MAKE_SQLSTATE('4', '4', '0', '0', '0'): /* WITH CHECK OPTION */
		case MAKE_SQLSTATE('5', '3', '0', '0', '0'): /* resources */
		case MAKE_SQLSTATE('5', '5', '0', '0', '0'): /* locks */
		case MAKE_SQLSTATE('5', '7', '0', '0', '0'): /* cancelled */
			return true;
		default:
			return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE;
	}
}

static bool
hide_whole(Message *m)
{
	strlcpy(m->text, AUD_REDACTED, AUD_ERROR_MESSAGE_MAX);
	return true;
}

/* Numbers that belong to no type, as in "varchar(3)". */
static bool
hide_numbers(Message *m)
{
	char   before[AUD_ERROR_MESSAGE_MAX];
	AudBuf b;
	bool   any = false;
	char   last = ' ';

	strlcpy(before, m->text, sizeof(before));
	aud_buf_init(&b, m->text, AUD_ERROR_MESSAGE_MAX);
	for (const char *p = before; *p != '\0';)
	{
		size_t n = 1;

		while (isdigit((unsigned char) *p) && isalnum((unsigned char) p[n]))
			n++;
		if (isdigit((unsigned char) *p) && !isalnum((unsigned char) last) &&
			last != '(' && last != ',' && last != '_')
		{
			aud_buf_lit(&b, AUD_REDACTED);
			any = true;
		}
		else
			aud_buf_append(&b, p, n);
		last = p[n - 1];
		p += n;
	}
	return any;
}

static void
add_name(AudRedactSource *names, int *n, const char *name, size_t len)
{
	if (name != NULL && *n < NAMES_MAX)
		names[(*n)++] = (AudRedactSource){name, len};
}

static void
add_word(AudRedactSource *names, int *n, const char *word)
{
	if (word != NULL)
		add_name(names, n, word, strlen(word));
}

/*
 * Not of a statement that a function has made: a value may be in it where a
 * name ought to be.
 */
static int
find_names(AudRedactSource *names, const ErrorData *edata)
{
	AudSlice slice = aud_message_failed();
	int      n = 0;

	add_word(names, &n, edata->schema_name);
	add_word(names, &n, edata->table_name);
	add_word(names, &n, edata->column_name);
	add_word(names, &n, edata->datatype_name);
	add_word(names, &n, edata->constraint_name);
	add_name(names, &n, slice.text, slice.len);
	for (const AudStmt *stmt = aud_statement_active(); stmt != NULL;
		 stmt = stmt->life.caller)
	{
		if (stmt->place.level == 0)
			add_name(names, &n, stmt->text.data, stmt->text.len);
	}
	return n;
}

static bool
hide_no_names(Message *m, const ErrorData *edata)
{
	AudRedactSource names[NAMES_MAX];
	AudRedactPolicy policy = {.mode = AUD_REDACT_TOKENS,
							  .backslash = aud_guc_redact()->backslash};
	char            before[AUD_ERROR_MESSAGE_MAX];
	int             n = find_names(names, edata);
	AudBuf          b;

	if (n == 0)
		return aud_error_hide_quoted(m->text);
	strlcpy(before, m->text, sizeof(before));
	aud_buf_init(&b, m->text, AUD_ERROR_MESSAGE_MAX);
	return aud_redact_message(&b, &policy, before, strlen(before), names, n) != 0;
}

static bool
hide_values(Message *m, const ErrorData *edata)
{
	bool is_data =
		ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_DATA_EXCEPTION;
	bool hidden;

	if (!aud_redact_touched())
		return is_data && m->touched && aud_error_hide_quoted(m->text);
	if (is_put_together(edata))
		return hide_whole(m);
	if (is_data)
	{
		hidden = aud_error_hide_quoted(m->text);
		return hide_numbers(m) || hidden;
	}
	return !has_names_only(edata->sqlerrcode) && hide_no_names(m, edata);
}

void
aud_error_hide_tagged(AudFailure *failure, const ErrorData *edata)
{
	const AudStmt *active = aud_statement_active();
	Message        m = {.text = failure->message};

	if (failure->message[0] == '\0')
		return;
	for (const AudStmt *stmt = active; stmt != NULL; stmt = stmt->life.caller)
		hide_what_is_in(&m, &stmt->text.hidden, stmt->text.data, stmt->text.len);
	if (ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_DATA_EXCEPTION &&
		aud_plpgsql_is_giving_to_secret() && aud_error_hide_quoted(m.text))
		m.reasons |= AUD_REDACTED_SECRET;
	failure->redacted |= m.reasons;
	if (!aud_redact_tags_on())
		return;
	if (edata->internalquery != NULL)
		hide_text(&m, edata->internalquery, strlen(edata->internalquery));
	if (active == NULL || !aud_message_has_begun())
	{
		AudSlice slice = aud_message_failed();

		hide_text(&m, slice.text, slice.len);
	}
	if (hide_values(&m, edata))
		m.reasons |= AUD_REDACTED_TAG;
	failure->redacted |= m.reasons;
}
