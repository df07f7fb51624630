/*-------------------------------------------------------------------------
 *
 * lex.c
 *	  Tokens of SQL text, and of the text inside its literals.
 *
 * Every step moves forward and none looks ahead further than the next token,
 * so the time is linear in the text, times the depth of quoting.
 *
 *-------------------------------------------------------------------------
 */
#include "core/lex.h"

#include <string.h>

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

static void
number(const AudLevel *level, size_t pos, AudToken *tok)
{
	int c;

	tok->kind = AUD_TOK_NUMBER;
	do
	{
		tok->end = pos;
		c = aud_lex_char(level, &pos);
	} while (aud_lex_is_word_char(c) || c == '.');
}

/* Move past the comment that begins at *pos; C comments nest. */
static void
skip_comment(const AudLevel *level, size_t *pos)
{
	int depth = 0;
	int c = aud_lex_char(level, pos);

	if (c == '-')
	{
		while (!aud_lex_is_newline(c) && c != AUD_LEX_END)
			c = aud_lex_char(level, pos);
		return;
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
			return;
	}
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
			skip_comment(level, pos);
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
