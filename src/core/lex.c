/*-------------------------------------------------------------------------
 *
 * lex.c
 *	  Tokens of SQL text, and of the text inside its literals.
 *
 * First how the text of a literal is read through the quoting around it, then
 * the tokens.  Where a literal ends was found out when it was a token of the
 * level around it; both parts ask the same two questions of a quote: is it
 * doubled, and does the literal go on after a line break?
 *
 * Every step moves forward and none looks ahead further than the next token,
 * so the time is linear in the text, times the depth of quoting.
 *
 *-------------------------------------------------------------------------
 */
#include "core/lex.h"

#include <string.h>

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

/* From the body's start on, find the closing quote: sets body_end and end. */
static void
find_close(const AudLevel *level, AudToken *tok)
{
	size_t pos = tok->body;

	for (;;)
	{
		size_t at = pos;
		int    c = aud_lex_char(level, &pos);

		if (c == '\\' && tok->backslash)
			(void) aud_lex_char(level, &pos);
		else if (c == tok->quote)
		{
			if (aud_lex_peek(level, pos) == tok->quote)
				(void) aud_lex_char(level, &pos);
			else if (c != '\'' || !aud_lex_continues(level, &pos))
			{
				tok->body_end = at;
				tok->end = pos;
				return;
			}
		}
		else if (c == AUD_LEX_END)
		{
			tok->body_end = tok->end = level->end;
			return;
		}
	}
}

/* tok->body is set: behind the opening quote, which was this one. */
static void
quoted(const AudLevel *level, AudToken *tok, int quote, bool backslash)
{
	tok->kind = quote == '"' ? AUD_TOK_QUOTED_NAME : AUD_TOK_STRING;
	tok->quote = (char) quote;
	tok->backslash = backslash || level->data;
	tok->len = 0;
	find_close(level, tok);
}

/* Collect a word's text; of one too long for it, the last half and more. */
static void
add_char(AudToken *tok, int c)
{
	if (tok->len == AUD_LEX_WORD_MAX)
	{
		memmove(tok->text, tok->text + AUD_LEX_WORD_MAX / 2, AUD_LEX_WORD_MAX / 2);
		tok->len = AUD_LEX_WORD_MAX / 2;
		tok->cut = true;
	}
	tok->text[tok->len++] = (char) aud_lex_lower(c);
}

/* A word, or the string that a one-letter word is the prefix of. */
static void
word_or_prefix(const AudLevel *level, size_t pos, AudToken *tok)
{
	int c;

	while (aud_lex_is_word_char(c = aud_lex_peek(level, pos)))
	{
		add_char(tok, c);
		(void) aud_lex_char(level, &pos);
	}
	tok->kind = AUD_TOK_WORD;
	tok->end = pos;
	if (tok->len != 1 || tok->cut)
		return;

	(void) aud_lex_char(level, &pos);
	if (c == '\'' && strchr("bexn", tok->text[0]) != NULL)
	{
		tok->body = pos;
		quoted(level, tok, c, tok->text[0] == 'e');
	}
	else if (c == '&' && tok->text[0] == 'u')
	{
		/* \XXXX in here never hides a quote, so it needs no decoding */
		c = aud_lex_char(level, &pos);
		tok->body = pos;
		if (c == '\'' || c == '"')
			quoted(level, tok, c, false);
	}
}

/* Does the text at pos repeat the one at tag, up to and with its '$'? */
static bool
same_tag(const AudLevel *level, size_t tag, size_t *pos)
{
	size_t p = *pos;
	int    c;

	do
	{
		c = aud_lex_char(level, &tag);
		if (aud_lex_char(level, &p) != c)
			return false;
	} while (c != '$');
	*pos = p;
	return true;
}

/* Behind a '$': a parameter, a dollar quote, or just that character. */
static void
dollar(const AudLevel *level, size_t pos, AudToken *tok)
{
	size_t tag = pos;
	int    c = aud_lex_char(level, &pos);

	if (aud_lex_is_digit(c))
	{
		tok->kind = AUD_TOK_PARAM;
		for (tok->end = pos; aud_lex_is_digit(aud_lex_char(level, &pos));)
			tok->end = pos;
		return;
	}
	if (aud_lex_is_word_start(c))
		while (aud_lex_is_word_char(c) && c != '$')
			c = aud_lex_char(level, &pos);
	if (c != '$')
	{
		tok->kind = AUD_TOK_OPERATOR;
		add_char(tok, '$');
		return;
	}
	tok->kind = AUD_TOK_STRING;
	tok->quote = 0;
	tok->body = pos;
	do
	{
		tok->body_end = pos;
		c = aud_lex_char(level, &pos);
		if (c == '$' && same_tag(level, tag, &pos))
		{
			tok->end = pos;
			return;
		}
	} while (c != AUD_LEX_END);
	tok->body_end = tok->end = level->end;
}

static bool
is_operator_char(int c)
{
	return c > 0 && strchr("+-*/<>=~!@#%^&|`?", c) != NULL;
}

/* Does a comment begin here? */
static bool
at_comment(const AudLevel *level, size_t pos)
{
	int c = aud_lex_char(level, &pos);

	return !level->data && (c == '-' || c == '/') &&
		   aud_lex_peek(level, pos) == (c == '-' ? '-' : '*');
}

/*
 * ':' is no operator character, but there are := and ::.  '%' begins a token
 * of its own: in a format string it belongs to what follows.
 */
static void
operator(const AudLevel *level, size_t pos, int c, AudToken *tok)
{
	tok->kind = AUD_TOK_OPERATOR;
	add_char(tok, c);
	tok->end = pos;
	c = aud_lex_char(level, &pos);
	if (tok->text[0] == ':')
	{
		if (c != ':' && c != '=')
			return;
		add_char(tok, c);
		tok->end = pos;
		return;
	}
	/* outside of SQL only => and || are more than their characters */
	if (level->data && !(tok->text[0] == '=' && c == '>') &&
		!(tok->text[0] == '|' && c == '|'))
		return;
	while (is_operator_char(c) && c != '%' && !at_comment(level, tok->end))
	{
		add_char(tok, c);
		tok->end = pos;
		if (level->data)
			return;
		c = aud_lex_char(level, &pos);
	}
}

/* Does a number go on with c, behind last; pos is behind c. */
static bool
is_in_number(const AudLevel *level, size_t pos, int last, int c)
{
	if (c == '.')
		return aud_lex_peek(level, pos) != '.'; /* 1..10 in PL/pgSQL */
	if (c == '+' || c == '-')
		return (last | 0x20) == 'e' && aud_lex_is_digit(aud_lex_peek(level, pos));
	return aud_lex_is_word_char(c);
}

static void
number(const AudLevel *level, size_t pos, AudToken *tok)
{
	int last = '0';
	int c;

	tok->kind = AUD_TOK_NUMBER;
	for (;; last = c)
	{
		tok->end = pos;
		c = aud_lex_char(level, &pos);
		if (!is_in_number(level, pos, last, c))
			return;
	}
}

/*
 * Move past the comment that begins at *pos; C comments nest.  False if it is
 * not terminated.
 */
static bool
skip_comment(const AudLevel *level, size_t *pos)
{
	int depth = 0;
	int c = aud_lex_char(level, pos);

	if (c == '-')
	{
		while (!aud_lex_is_newline(c) && c != AUD_LEX_END)
			c = aud_lex_char(level, pos);
		return true;
	}
	for (; c != AUD_LEX_END; c = aud_lex_char(level, pos))
	{
		int next = aud_lex_peek(level, *pos);

		if (c == '/' && next == '*')
			depth++;
		else if (c == '*' && next == '/')
			depth--;
		else
			continue;
		(void) aud_lex_char(level, pos);
		if (depth == 0)
			return true;
	}
	return false;
}

static void
skip_blanks(const AudLevel *level, size_t *pos)
{
	for (;;)
	{
		int c = aud_lex_peek(level, *pos);

		if (aud_lex_is_space(c))
			(void) aud_lex_char(level, pos);
		else if ((c == '-' || c == '/') && at_comment(level, *pos))
			(void) skip_comment(level, pos);
		else
			return;
	}
}

void
aud_lex_token(const AudLevel *level, size_t *pos, AudToken *tok)
{
	size_t p;
	int    c;

	skip_blanks(level, pos);
	p = *pos;
	c = aud_lex_char(level, &p);
	tok->start = *pos;
	tok->end = tok->body = p;
	tok->len = 0;
	tok->cut = false;

	if (c == AUD_LEX_END)
		tok->kind = AUD_TOK_END;
	else if (aud_lex_is_word_start(c))
		word_or_prefix(level, *pos, tok);
	else if (c == '\'' || c == '"')
		quoted(level, tok, c, c == '\'' && level->plain_slash);
	else if (aud_lex_is_digit(c))
		number(level, p, tok);
	else if (c == '$')
		dollar(level, p, tok);
	else if (is_operator_char(c) || c == ':')
		operator(level, p, c, tok);
	else
	{
		tok->kind = AUD_TOK_PUNCT;
		add_char(tok, c);
	}
	tok->text[tok->len] = '\0';
	*pos = tok->end;
}

size_t
aud_lex_statement_start(const char *sql, size_t len)
{
	AudLevel level;
	size_t   pos = 0;

	aud_lex_source(&level, sql, len);
	for (;;)
	{
		size_t p = pos;
		int    c = aud_lex_char(&level, &p);

		if (at_comment(&level, pos))
		{
			p = pos;
			if (!skip_comment(&level, &p))
				return pos;
		}
		else if (!aud_lex_is_space(c) && c != ';')
			return pos;
		pos = p;
	}
}
