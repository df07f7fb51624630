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
#include "statement/message.h"

static const char *source;       /* the text last analyzed */
static TimestampTz arrived;      /* when its message did */
static size_t      start;        /* of the statement last analyzed */
static size_t      end;          /* of the same */
static bool        begun;        /* has that statement begun to execute? */
static uint64      first_number; /* of the first statement of the text */

static bool
is_current(void)
{
	return source != NULL && source == debug_query_string &&
		   arrived == GetCurrentStatementStartTimestamp();
}

/* Past blanks, semicolons and comments. */
static const char *
skip_nothing(const char *p)
{
	return p + aud_lex_statement_start(p, strlen(p));
}

void
aud_message_analyzed(const char *text, int location, int len)
{
	if (text == NULL || text != debug_query_string)
		return;
	if (text != source || arrived != GetCurrentStatementStartTimestamp())
		first_number = 0;
	source = text;
	arrived = GetCurrentStatementStartTimestamp();
	start = location > 0 ? location : 0;
	end = len > 0 ? start + len : start + strlen(text + start);
	begun = false;
}

uint64_t
aud_message_begin(uint64_t number)
{
	if (!is_current())
		return 0;
	begun = true;
	if (first_number == 0)
	{
		if (*skip_nothing(source + end) == '\0')
			return 0;
		first_number = number;
	}
	return first_number;
}

uint64_t
aud_message_batch(void)
{
	return is_current() ? first_number : 0;
}

AudSlice
aud_message_failed(void)
{
	AudSlice slice = {debug_query_string, 0};

	if (slice.text == NULL)
		return slice;
	slice.text = skip_nothing(slice.text);
	if (is_current())
	{
		const char *next = skip_nothing(source + end);

		if (!begun || *next == '\0')
		{
			/* it was being planned, or its commit failed */
			slice.text = skip_nothing(source + start);
			slice.len = source + end - slice.text;
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
	AudSlice slice = {NULL, 0};

	if (!is_current())
		return slice;
	slice.text = skip_nothing(source + end);
	slice.len = strlen(slice.text);
	if (slice.len == 0)
		slice.text = NULL;
	return slice;
}
