/*-------------------------------------------------------------------------
 *
 * text.c
 *	  Values of a line as plain text, for targets that are no JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/text.h"

#include <string.h>

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
