/*-------------------------------------------------------------------------
 *
 * csv.c
 *	  Records as rows of CSV (RFC 4180), with the same columns always.
 *
 * A column for each key of the schema, in its order, and "more" for keys of
 * later versions, as a JSON object.  Lists and objects are JSON in their cell:
 * with commas between its elements a list could not be told from one element
 * that has a comma.
 *
 * A text that a spreadsheet would take for a formula gets an apostrophe in
 * front, and so does one that begins with an apostrophe: whoever takes the
 * first one away has what was there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/convert/target.h"

#include <string.h>

#include "core/convert/text.h"

void
aud_csv_header(AudBuf *b)
{
	for (int i = 0; i < AUD_FIELD_COUNT; i++)
	{
		aud_buf_cstr(b, aud_field_name((AudField) i));
		aud_buf_char(b, ',');
	}
	aud_buf_lit(b, "more");
}

static void
add_cell(AudBuf *b, const AudJsonValue *value, AudBuf *text)
{
	size_t      len;
	const char *s = aud_text_of(text, value, &len);
	bool        guard = value->kind == AUD_JSON_STRING && len > 0 &&
				 memchr("=+-@\t\r\n'", s[0], 8) != NULL;

	aud_text_cell(b, s, len, guard);
}

/* Keys of a later version, as they stand in the line. */
static void
add_more(AudBuf *b, const AudFields *f, AudBuf *text)
{
	if (f->n_others == 0)
		return;
	text->len = 0;
	for (int i = 0; i < f->n_others; i++)
	{
		const AudJsonMember *other = &f->others[i];

		aud_buf_char(text, i == 0 ? '{' : ',');
		aud_buf_append(text, other->start, (size_t) (other->end - other->start));
	}
	aud_buf_char(text, '}');
	aud_text_cell(b, text->data, text->len, false);
}

void
aud_csv_record(const AudFields *f, AudBuf *text, AudBuf *b)
{
	for (int i = 0; i < AUD_FIELD_COUNT; i++)
	{
		if (f->has[i])
			add_cell(b, &f->values[i], text);
		aud_buf_char(b, ',');
	}
	add_more(b, f, text);
}
