/*-------------------------------------------------------------------------
 *
 * shell.c
 *	  What a shell takes as a part of one word though blanks may be in it.
 *
 *	  PGPASSWORD=$(echo x y) psql		PGPASSWORD=a\ b psql
 *	  PGPASSWORD=`echo x y` psql		PGPASSWORD=a'b c' psql
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

/* Behind the ')' that belongs to what is open; the end where there is none. */
static size_t
skip_parentheses(const AudLevel *level, size_t pos)
{
	int depth = 1;
	int c;

	while (depth > 0 && (c = aud_lex_char(level, &pos)) != AUD_LEX_END)
		depth += (c == '(') - (c == ')');
	return pos;
}

/* Behind the next such quote; start where there is none. */
static size_t
skip_quoted(const AudLevel *level, size_t start, size_t pos, int quote)
{
	int c;

	while ((c = aud_lex_char(level, &pos)) != AUD_LEX_END)
	{
		if (c == quote)
			return pos;
		if (c == '\\' && quote != '\'')
			(void) aud_lex_char(level, &pos);
	}
	return start;
}

size_t
aud_scan_skip_shell(const AudLevel *level, size_t pos)
{
	size_t p = pos;
	int    c = aud_lex_char(level, &p);

	switch (c)
	{
		case '\\':
			(void) aud_lex_char(level, &p);
			return p;
		case '$':
			if (aud_lex_char(level, &p) != '(')
				return pos;
			return skip_parentheses(level, p);
		case '`':
		case '\'':
		case '"':
			return skip_quoted(level, pos, p, c);
		default:
			return pos;
	}
}

size_t
aud_scan_shell_word_end(const AudLevel *level, size_t pos, const char *ends)
{
	int c;

	while ((c = aud_lex_peek(level, pos)) != AUD_LEX_END && !aud_lex_is_space(c))
	{
		size_t next = aud_scan_skip_shell(level, pos);

		if (next == pos && c != 0 && strchr(ends, c) != NULL)
			break;
		if (next == pos)
			(void) aud_lex_char(level, &next);
		pos = next;
	}
	return pos;
}
