/*-------------------------------------------------------------------------
 *
 * message.c
 *	  The client's current message.
 *
 * A text is known again by its address together with the time at which its
 * message arrived, since the same memory is used for one message after the
 * other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"

#include "core/lex.h"
#include "statement/backend.h"
#include "statement/message.h"

static bool
is_current(void)
{
	const AudMessage *message = &aud_backend->message;

	return message->source != NULL && message->source == debug_query_string &&
		   message->arrived == GetCurrentStatementStartTimestamp();
}

/* Past blanks, semicolons and comments. */
static const char *
skip_nothing(const char *p)
{
	while (aud_lex_is_space((unsigned char) *p) || *p == ';')
		p++;
	if (*p != '-' && *p != '/')
		return p; /* no comment begins here */
	return p + aud_lex_statement_start(p, strlen(p));
}

void
aud_message_analyzed(const char *text, int location, int len)
{
	AudMessage *message = &aud_backend->message;

	if (text == NULL || text != debug_query_string)
		return;
	if (text != message->source ||
		message->arrived != GetCurrentStatementStartTimestamp())
		message->first_number = 0;
	message->source = text;
	message->arrived = GetCurrentStatementStartTimestamp();
	message->start = location > 0 ? location : 0;
	message->end = len > 0 ? message->start + len
						   : message->start + strlen(text + message->start);
	message->begun = false;
}

uint64_t
aud_message_begin(uint64_t number)
{
	AudMessage *message = &aud_backend->message;

	if (!is_current())
		return 0;
	message->begun = true;
	if (message->first_number == 0)
	{
		if (*skip_nothing(message->source + message->end) == '\0')
			return 0;
		message->first_number = number;
	}
	return message->first_number;
}

bool
aud_message_has_begun(void)
{
	return is_current() ? aud_backend->message.begun
						: aud_backend->place.last_message ==
							  GetCurrentStatementStartTimestamp();
}

uint64_t
aud_message_batch(void)
{
	return is_current() ? aud_backend->message.first_number : 0;
}

AudSlice
aud_message_failed(void)
{
	const AudMessage *message = &aud_backend->message;
	AudSlice          slice = {debug_query_string, 0};

	if (slice.text == NULL)
		return slice;
	slice.text = skip_nothing(slice.text);
	if (is_current())
	{
		const char *next = skip_nothing(message->source + message->end);

		if (!message->begun || *next == '\0')
		{
			/* it was being planned, or its commit failed */
			slice.text = skip_nothing(message->source + message->start);
			slice.len = message->source + message->end - slice.text;
			return slice;
		}
		slice.text = next;
	}
	slice.len = strlen(slice.text);
	return slice;
}

AudSlice
aud_message_rest(void)
{
	const AudMessage *message = &aud_backend->message;
	AudSlice          slice = {NULL, 0};

	if (!is_current())
		return slice;
	slice.text = skip_nothing(message->source + message->end);
	slice.len = strlen(slice.text);
	if (slice.len == 0)
		slice.text = NULL;
	return slice;
}
