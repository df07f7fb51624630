/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Values of a line as plain text, for targets that are no JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/text.h"

#include <stdlib.h>
#include <string.h>

#include "core/match/network.h"
#include "core/utf8.h"

const char *
aud_text_of(AudBuf *text, const AudJsonValue *value, size_t *len)
{
	if (value->kind != AUD_JSON_STRING ||
		memchr(value->text, '\\', value->len) == NULL)
	{
		*len = value->len;
		return value->text;
	}
	text->len = 0;
	/* the line has been read: there is nothing in it that cannot be */
	(void) aud_json_unescape(text, value->text, value->len);
	*len = text->len;
	return text->data;
}

size_t
aud_text_upto(const char *s, size_t len, size_t max)
{
	return len <= max ? len : aud_utf8_align_down(s, len, max);
}

bool
aud_is_address(const AudJsonValue *value, bool *is_v6)
{
	AudAddress address;
	char       text[64];

	if (value->len >= sizeof(text))
		return false;
	memcpy(text, value->text, value->len);
	text[value->len] = '\0';
	if (!aud_address_parse(&address, text))
		return false;
	*is_v6 = address.bits == 128;
	return true;
}

bool
aud_text_room(AudBuf *b, size_t room)
{
	if (b->cap < room)
	{
		char *data = realloc(b->data, room);

		if (data == NULL)
			return false;
		b->data = data;
		b->cap = room;
	}
	aud_buf_init(b, b->data, b->cap);
	return true;
}

static bool
needs_quotes(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r')
			return true;
	return false;
}

void
aud_text_cell(AudBuf *b, const char *s, size_t len, bool guarded)
{
	const char *end = s + len;

	if (!guarded && !needs_quotes(s, len))
	{
		aud_buf_append(b, s, len);
		return;
	}
	aud_buf_char(b, '"');
	if (guarded)
		aud_buf_char(b, '\'');
	while (s < end)
	{
		const char *quote = memchr(s, '"', (size_t) (end - s));
		const char *to = quote != NULL ? quote + 1 : end;

		aud_buf_append(b, s, (size_t) (to - s));
		if (quote != NULL)
			aud_buf_char(b, '"');
		s = to;
	}
	aud_buf_char(b, '"');
}
