/*-------------------------------------------------------------------------
 *
 * markup.c
 *	  Escaping for HTML and SVG.
 *
 *-------------------------------------------------------------------------
 */
#include "core/markup/markup.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

void
aud_markup_raw(const AudMarkup *m, const char *markup)
{
	m->put(m->arg, markup, strlen(markup));
}

/* What stands for an ASCII character that is no plain text; NULL: itself. */
static const char *
escape_of(uint32_t cp)
{
	switch (cp)
	{
		case '&':
			return "&amp;";
		case '<':
			return "&lt;";
		case '>':
			return "&gt;";
		case '"':
			return "&quot;";
		case '\'':
			return "&#39;";
		case '\n':
			return "\xE2\x86\xB5"; /* an arrow as on the key */
		case '\t':
			return " ";
		default:
			return NULL;
	}
}

/* Is it to be named in place of being written? */
static bool
is_unseen(uint32_t cp)
{
	return cp < 0x20 || cp == 0x7F || (cp >= 0x80 && aud_utf8_deceives(cp));
}

static void
put_char(const AudMarkup *m, const char *s, int n, uint32_t cp)
{
	const char *escape = escape_of(cp);
	char        name[24];

	if (n < 0)
		aud_markup_raw(m, "\xEF\xBF\xBD");
	else if (escape != NULL)
		aud_markup_raw(m, escape);
	else if (is_unseen(cp))
	{
		snprintf(name, sizeof(name), "&lt;U+%04" PRIX32 "&gt;", cp);
		aud_markup_raw(m, name);
	}
	else
		m->put(m->arg, s, (size_t) n);
}

/* So many characters stay together, whatever is among them: an address, a table. */
#define TOGETHER 8

/* How many characters there are since the text could be broken. */
static size_t
may_break(const AudMarkup *m, uint32_t cp, size_t together)
{
	if (cp == ' ' || cp == '\n' || cp == '\t')
		return 0;
	if (together + 1 < TOGETHER || cp >= 0x80 ||
		strchr(".,;:_/()=@", (int) cp) == NULL)
		return together + 1;
	aud_markup_raw(m, "<wbr>");
	return 0;
}

static void
put_text(const AudMarkup *m, const char *s, size_t len, size_t max, bool breakable)
{
	size_t shown = len <= max ? len : aud_utf8_align_down(s, len, max);
	size_t i = 0;
	size_t together = 0;
	char   note[48];

	while (i < shown)
	{
		uint32_t cp;
		int      n = aud_utf8_decode(s + i, shown - i, &cp);

		put_char(m, s + i, n, cp);
		i += (size_t) (n < 0 ? -n : n);
		if (breakable && n > 0 && cp != 0 && i < shown)
			together = may_break(m, cp, together);
	}
	if (shown == len)
		return;
	snprintf(note, sizeof(note), "\xE2\x80\xA6 (%zu bytes)", len);
	aud_markup_raw(m, note);
}

void
aud_markup_text(const AudMarkup *m, const char *s, size_t len, size_t max)
{
	put_text(m, s, len, max, false);
}

void
aud_markup_breakable(const AudMarkup *m, const char *s, size_t len, size_t max)
{
	put_text(m, s, len, max, true);
}

void
aud_markup_number(const AudMarkup *m, uint64_t n, int grouped)
{
	char   digits[24];
	int    len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	size_t first = (size_t) len % 3 == 0 ? 3 : (size_t) len % 3;

	if (!grouped || len <= 3)
	{
		m->put(m->arg, digits, (size_t) len);
		return;
	}
	m->put(m->arg, digits, first);
	for (size_t i = first; i < (size_t) len; i += 3)
	{
		aud_markup_raw(m, ",");
		m->put(m->arg, digits + i, 3);
	}
}
