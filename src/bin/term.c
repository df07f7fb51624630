/*-------------------------------------------------------------------------
 *
 * term.c
 *	  Putting untrusted text on a terminal: escapes, columns, colours.
 *
 * Columns are counted with wcwidth(); a character that the locale cannot
 * print is escaped, so the count is right whatever the text holds.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/term.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "core/utf8.h"

void
aud_term_init(AudTerm *t, FILE *out, AudColorWhen when)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	bool        utf8_locale = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;

	memset(t, 0, sizeof(*t));
	t->out = out;
	t->tty = isatty(fileno(out)) != 0;
	/* a file or pipe gets the text as it is, whatever the locale of cron */
	t->utf8 = utf8_locale || !t->tty;
	t->signs = utf8_locale;
	t->color = when == AUD_COLOR_ALWAYS ||
			   (when == AUD_COLOR_AUTO && t->tty &&
				(no_color == NULL || *no_color == '\0') &&
				(term == NULL || strcmp(term, "dumb") != 0));
	aud_term_measure(t);
}

void
aud_term_measure(AudTerm *t)
{
	struct winsize ws;
	const char    *columns = getenv("COLUMNS");

	t->width = 0;
	if (!t->tty)
		return;
	if (ioctl(fileno(t->out), TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		t->width = ws.ws_col;
	else if (columns != NULL && atoi(columns) > 0)
		t->width = atoi(columns);
	else
		t->width = 80;
}

void
aud_term_color(const AudTerm *t, AudColor color)
{
	static const char *const codes[] = {
		"0",    /* AUD_COLOR_NONE */
		"2",    /* AUD_COLOR_DIM */
		"1",    /* AUD_COLOR_BOLD */
		"31",   /* AUD_COLOR_RED */
		"32",   /* AUD_COLOR_GREEN */
		"33",   /* AUD_COLOR_YELLOW */
		"34",   /* AUD_COLOR_BLUE */
		"36",   /* AUD_COLOR_CYAN */
		"35",   /* AUD_COLOR_MAGENTA */
		"1;31", /* AUD_COLOR_BRIGHT_RED */
		"1;33", /* AUD_COLOR_BRIGHT_YELLOW */
		"1;34", /* AUD_COLOR_BRIGHT_BLUE */
		"1;35", /* AUD_COLOR_BRIGHT_MAGENTA */
	};

	if (t->color)
		fprintf(t->out, "\033[%sm", codes[color]);
}

static bool
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * How many bytes from s on are printed as they are, one column each, as nearly
 * all of a trail are: they are counted and written together.
 */
static size_t
plain_run(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len &&
		   ((s[n] > ' ' && s[n] < 0x7F) ||
			(s[n] == ' ' && n + 1 < len && s[n + 1] > ' ' && s[n + 1] < 0x7F)))
		n++;
	return n;
}

/*
 * Render the unit at the start of s[len] into out (16 bytes); *used gets the
 * bytes consumed.  Returns the columns it takes.
 */
static int
render(const AudTerm *t, const char *s, size_t len, char *out, size_t *used)
{
	unsigned char c = (unsigned char) *s;
	uint32_t      cp;
	int           n;
	int           columns;

	*used = 1;
	if (is_space(c))
	{
		while (*used < len && is_space((unsigned char) s[*used]))
			(*used)++;
		strcpy(out, " ");
		return 1;
	}
	if (c >= 0x20 && c < 0x7F)
	{
		out[0] = (char) c;
		out[1] = '\0';
		return 1;
	}
	n = aud_utf8_decode(s, len, &cp);
	if (c < 0x80 || n <= 0)
		return snprintf(out, 16, "\\x%02x", c);

	*used = (size_t) n;
	columns = wcwidth((wchar_t) cp);
	/* a pipe in the C locale has no widths to tell: one column each */
	if (columns < 0 && !t->tty && cp >= 0xA0)
		columns = 1;
	if (!t->utf8 || columns < 0 || aud_utf8_deceives(cp))
		return snprintf(out, 16, cp > 0xFFFF ? "\\U%08x" : "\\u%04x", cp);
	memcpy(out, s, *used);
	out[*used] = '\0';
	return columns;
}

/* Columns of s[len]; stops counting once it is past limit (< 0: never). */
static int
measure(const AudTerm *t, const char *s, size_t len, int limit)
{
	int total = 0;

	while (len > 0 && (limit < 0 || total <= limit))
	{
		char   unit[16];
		size_t used = plain_run(s, len);

		if (used > 0)
			total += (int) used;
		else
			total += render(t, s, len, unit, &used);
		s += used;
		len -= used;
	}
	return total;
}

int
aud_term_put(const AudTerm *t, const char *s, size_t len, int max)
{
	const char *ellipsis = t->signs ? "\xE2\x80\xA6" : ">";
	bool        cut = max >= 0 && measure(t, s, len, max) > max;
	int         room = cut ? max - 1 : max;
	int         total = 0;

	while (len > 0 && !(cut && room < 0))
	{
		char   unit[16];
		size_t used = plain_run(s, len);
		int    columns;

		if (used > 0)
		{
			if (room >= 0 && used > (size_t) (room - total))
				used = (size_t) (room - total);
			columns = (int) used;
			fwrite_unlocked(s, 1, used, t->out);
			if (used == 0)
				break;
		}
		else
		{
			columns = render(t, s, len, unit, &used);
			if (room >= 0 && total + columns > room)
				break;
			fputs_unlocked(unit, t->out);
		}
		total += columns;
		s += used;
		len -= used;
	}
	if (cut && max > 0)
	{
		fputs(ellipsis, t->out);
		total++;
	}
	return total;
}

void
aud_term_blanks(const AudTerm *t, int n)
{
	static const char blanks[] = "                                ";

	for (int some; n > 0; n -= some)
	{
		some = n < (int) sizeof(blanks) - 1 ? n : (int) sizeof(blanks) - 1;
		fwrite_unlocked(blanks, 1, (size_t) some, t->out);
	}
}

void
aud_term_cell(const AudTerm *t, const char *s, int width, bool right,
			  AudColor color)
{
	int    max = t->width > 0 ? width : -1;
	int    columns = 0;
	size_t len = strlen(s);

	if (len == 0)
		color = AUD_COLOR_NONE;
	if (right)
	{
		columns = width - measure(t, s, len, width);
		columns = columns > 0 ? columns : 0;
		aud_term_blanks(t, columns);
	}
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, color);
	columns += aud_term_put(t, s, len, max);
	if (color != AUD_COLOR_NONE)
		aud_term_color(t, AUD_COLOR_NONE);
	aud_term_blanks(t, width - columns);
}

int
aud_term_put_raw(const AudTerm *t, const char *s, size_t len)
{
	int columns = 0;

	while (len > 0)
	{
		char   unit[16];
		size_t used = plain_run(s, len);

		if (used > 0)
		{
			fwrite_unlocked(s, 1, used, t->out);
			columns += (int) used;
		}
		else
		{
			used = 1;
			if (*s == ' ')
				columns += snprintf(unit, sizeof(unit), " ");
			else if (is_space((unsigned char) *s))
				columns +=
					snprintf(unit, sizeof(unit), "\\x%02x", (unsigned char) *s);
			else
				columns += render(t, s, len, unit, &used);
			fputs_unlocked(unit, t->out);
		}
		s += used;
		len -= used;
	}
	return columns;
}

/* A line of a text; a tab is four blanks. */
static void
put_text_line(const AudTerm *t, const char *s, size_t len)
{
	while (len > 0)
	{
		const char *tab = memchr(s, '\t', len);
		size_t      n = tab != NULL ? (size_t) (tab - s) : len;

		aud_term_put_raw(t, s, n);
		if (tab == NULL)
			break;
		aud_term_blanks(t, 4);
		s += n + 1;
		len -= n + 1;
	}
}

void
aud_term_put_lines(const AudTerm *t, const char *s, size_t len, int indent)
{
	const char *end = s + len;

	for (;;)
	{
		const char *to = memchr(s, '\n', (size_t) (end - s));
		size_t      n = (size_t) ((to != NULL ? to : end) - s);

		aud_term_blanks(t, n > 0 ? indent : 0);
		put_text_line(t, s, n);
		fputc('\n', t->out);
		if (to == NULL)
			return;
		s = to + 1;
	}
}
