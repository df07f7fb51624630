/*-------------------------------------------------------------------------
 *
 * lex_level.c
 *	  Reading the text of a literal through the quoting around it.
 *
 * Where a literal ends was found out by lex.c, when it was a token of the
 * level around it.  Both ask the same two questions of a quote: is it
 * doubled, and does the literal go on after a line break?
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/lex.h"

void
aud_lex_source(AudLevel *level, const char *source, size_t len)
{
	memset(level, 0, sizeof(*level));
	level->source = source;
	level->end = len;
}

void
aud_lex_inside(AudLevel *level, const AudLevel *outer, const AudToken *tok)
{
	const char *body = outer->source + tok->body;
	size_t      len = tok->body_end - tok->body;

	*level = *outer;
	level->end = tok->body_end;

	/* dollar quotes escape nothing: the same level, but shorter */
	if (tok->quote == 0)
		return;

	/* neither does a literal that has nothing to escape; most are like that */
	if (outer->outer == NULL && memchr(body, tok->quote, len) == NULL &&
		!(tok->backslash && memchr(body, '\\', len) != NULL))
		return;
	level->outer = outer;
	level->quote = tok->quote;
	level->backslash = tok->backslash;
}

bool
aud_lex_continues(const AudLevel *level, size_t *pos)
{
	size_t p = *pos;
	bool   broken = false;

	for (;;)
	{
		int c = aud_lex_char(level, &p);

		if (aud_lex_is_newline(c))
			broken = true;
		else if (c == '\'' && broken)
		{
			*pos = p;
			return true;
		}
		else if (c == '-' && aud_lex_peek(level, p) == '-')
		{
			while (!aud_lex_is_newline(c = aud_lex_peek(level, p)) &&
				   c != AUD_LEX_END)
				(void) aud_lex_char(level, &p);
		}
		else if (!aud_lex_is_space(c))
			return false;
	}
}

static int
hex_value(int c)
{
	if (aud_lex_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The character that a backslash and what follows it stand for.  What is not
 * ASCII is of no interest here and comes out as one byte above 0x7F.
 */
static int
unescape(const AudLevel *level, size_t *pos)
{
	static const char names[] = "b\bf\fn\nr\rt\t";
	int               c = aud_lex_char(level, pos);
	const char       *name;
	int               base = 8;
	int               max = 2;
	unsigned long     value = 0;

	if (c == AUD_LEX_END)
		return '\\';
	if (c >= '0' && c <= '7')
		value = (unsigned long) (c - '0');
	else if (c == 'x' || c == 'u' || c == 'U')
	{
		base = 16;
		max = c == 'x' ? 2 : c == 'u' ? 4 : 8;
		if (hex_value(aud_lex_peek(level, *pos)) < 0)
			return c;
	}
	else
	{
		name = c < 0x80 && c >= 'b' ? strchr(names, c) : NULL;
		return name != NULL ? name[1] : c;
	}
	for (; max > 0; max--)
	{
		int digit = hex_value(aud_lex_peek(level, *pos));

		if (digit < 0 || digit >= base)
			break;
		value = value * (unsigned long) base + (unsigned long) digit;
		(void) aud_lex_char(level, pos);
	}
	return value < 0x80 ? (int) value : 0xFF;
}

/* Read a character of a literal's body through the level around it. */
int
aud_lex_quoted_char(const AudLevel *level, size_t *pos)
{
	while (*pos < level->end)
	{
		int    c = aud_lex_char(level->outer, pos);
		size_t after = *pos;

		if (c == '\\' && level->backslash)
			return unescape(level->outer, pos);
		if (c != level->quote)
			return c;
		if (aud_lex_char(level->outer, &after) == level->quote)
		{
			*pos = after;
			return c;
		}
		/* not doubled, and not the end: the literal goes on further down */
		if (!aud_lex_continues(level->outer, pos))
			break;
	}
	*pos = level->end;
	return AUD_LEX_END;
}

bool
aud_lex_copy(const AudLevel *level, size_t pos, char *buf, size_t cap)
{
	size_t n = 0;
	int    c;

	while ((c = aud_lex_char(level, &pos)) != AUD_LEX_END && n + 1 < cap)
		buf[n++] = (char) aud_lex_lower(c);
	buf[n] = '\0';
	return c == AUD_LEX_END;
}
