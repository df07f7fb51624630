/*-------------------------------------------------------------------------
 *
 * error_tagged.c
 *	  Values of tagged columns in error messages, for secaudit.redact_tags.
 *
 * What is hidden in a statement's text is hidden in messages about it.  But
 * these quote values that are in no text as well: of a bound parameter, of a
 *row that is already there ('invalid input syntax for type integer: "Alice"').
 * Which they are nobody can tell, so of a data exception in a statement that
 * uses tagged columns all is hidden from the first quote to the last.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/redact/redact.h"
#include "facts/redact_stmt.h"
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
	bool     touched; /* tagged columns are used by what it may be about */
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
	if (m.touched &&
		ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_DATA_EXCEPTION &&
		aud_error_hide_quoted(m.text))
		m.reasons |= AUD_REDACTED_TAG;
	failure->redacted |= m.reasons;
}
