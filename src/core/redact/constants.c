/*-------------------------------------------------------------------------
 *
 * constants.c
 *	  The constants and comments of a text, one after the other.
 *
 * A string is a constant as a whole, but for two: the body of DO, and what
 * stands behind AS in CREATE FUNCTION and CREATE PROCEDURE.  These are code,
 * if their language is one whose tokens are SQL's, and an audit wants to know
 * what it does.  A body in another language has other quotes and comments, so
 * it is a constant.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/constants.h"

#include <stddef.h>
#include <string.h>

#include "core/redact/words.h"

/* May SET name a variable here?  In UPDATE it is a column. */
static bool
sets_variables(const AudConstantsLevel *l)
{
	return l->statement.words == 0 || l->statement.sets;
}

void
aud_constants_begin(AudConstants *c, const AudLevel *level, bool inside)
{
	c->inside = inside;
	c->depth = 0;
	memset(&c->levels[0], 0, sizeof(c->levels[0]));
	c->levels[0].level = *level;
	c->levels[0].close = level->end;
	c->levels[0].statement.is_code = -1;
}

static bool
is_word(const AudToken *tok, const char *word)
{
	return tok->kind == AUD_TOK_WORD && !tok->cut && strcmp(tok->text, word) == 0;
}

/* Is this what a language is called whose tokens are SQL's?  Any quoting. */
static bool
names_sql(const AudLevel *level, const AudToken *tok)
{
	AudLevel inner;
	char     name[16];

	if (tok->kind == AUD_TOK_WORD)
		return is_word(tok, "sql") || is_word(tok, "plpgsql");
	if (tok->kind != AUD_TOK_STRING && tok->kind != AUD_TOK_QUOTED_NAME)
		return false;
	aud_lex_inside(&inner, level, tok);
	return aud_lex_copy(&inner, tok->body, name, sizeof(name)) &&
		   (strcmp(name, "sql") == 0 || strcmp(name, "plpgsql") == 0);
}

/*
 * The language of a statement whose body is here, if it is named behind it;
 * what was named before it has been seen.  A DO has one if none is named.
 */
static bool
body_is_code(AudConstantsLevel *l)
{
	AudToken tok;
	size_t   pos = l->pos;

	if (l->statement.is_code >= 0)
		return l->statement.is_code;
	l->statement.is_code = l->statement.is_do;
	do
	{
		aud_lex_token(&l->level, &pos, &tok);
		if (is_word(&tok, "language"))
		{
			aud_lex_token(&l->level, &pos, &tok);
			l->statement.is_code = names_sql(&l->level, &tok);
			break;
		}
	} while (tok.kind != AUD_TOK_END && tok.text[0] != ';');
	return l->statement.is_code;
}

static void
start_statement(AudConstantsStatement *s)
{
	memset(s, 0, sizeof(*s));
	s->is_code = -1;
}

/*
 * SET app.customer = joe: a variable's value needs no quotes.  True: tok is one
 * without them.
 */
static bool
is_bare_value(AudConstantsStatement *s, const AudToken *tok)
{
	bool word = tok->kind == AUD_TOK_WORD || tok->kind == AUD_TOK_QUOTED_NAME;
	bool value = s->value;
	bool to = is_word(tok, "to") ||
			  (tok->kind == AUD_TOK_OPERATOR && strcmp(tok->text, "=") == 0);

	if (tok->kind == AUD_TOK_OPERATOR && strchr("+-", tok->text[0]) != NULL)
		return false; /* of a number */
	s->value = s->dotted &&
			   ((s->set && to) ||
				(!s->set && tok->kind == AUD_TOK_PUNCT && tok->text[0] == ','));
	if (is_word(tok, "set"))
	{
		s->set = true;
		s->dotted = false;
	}
	else if (s->set && tok->kind == AUD_TOK_PUNCT && tok->text[0] == '.')
		s->dotted = true;
	else if (to || !word)
		s->set = false;
	else if (value)
		return tok->cut || tok->kind != AUD_TOK_WORD ||
			   !(aud_redact_keyword(tok->text, tok->len).flags & AUD_KW_VALUE);
	else if (!s->set)
		s->dotted = false;
	return false;
}

/* Keep track of the statement.  True: tok, a string, is a body of code. */
static bool
follow(AudConstantsLevel *l, const AudToken *tok)
{
	AudConstantsStatement *s = &l->statement;
	bool                   body = s->is_do || (s->function && s->as);
	bool                   named = s->named;

	s->as = s->named = false;
	if (tok->kind == AUD_TOK_PUNCT && tok->text[0] == ';')
	{
		start_statement(s);
		return false;
	}
	if (named)
	{
		s->is_code = names_sql(&l->level, tok);
		return false;
	}
	if (tok->kind == AUD_TOK_STRING)
		return body && body_is_code(l);
	if (tok->kind != AUD_TOK_WORD)
		return false;
	s->as = is_word(tok, "as");
	s->named = is_word(tok, "language");
	if (s->words == 0)
	{
		s->is_do = is_word(tok, "do");
		s->creates = is_word(tok, "create");
		s->sets = s->creates || is_word(tok, "set") || is_word(tok, "alter");
	}
	else if (s->creates && s->words < 4 &&
			 (is_word(tok, "function") || is_word(tok, "procedure")))
		s->function = true;
	/* CREATE OR REPLACE FUNCTION; what PL/pgSQL has in front of a statement */
	if (is_word(tok, "begin") || is_word(tok, "then") || is_word(tok, "else") ||
		is_word(tok, "loop"))
		start_statement(s);
	else if (s->words < 4)
		s->words++;
	return false;
}

static void
fill(AudConstant *next, const AudConstantsLevel *l, const AudToken *tok)
{
	char first = l->level.source[tok->start];

	memset(next, 0, offsetof(AudConstant, token));
	next->from = tok->start;
	next->to = tok->end;
	next->quoting = l->quoting;
	next->level = &l->level;
	next->token = *tok;
	next->body = tok->start;
	next->body_end = tok->end;
	if (tok->kind != AUD_TOK_STRING)
		return;
	next->body = tok->body;
	next->body_end = tok->body_end;
	if (tok->quote == '\'' && tok->body == tok->start + 2 &&
		strchr("bBxX", first) != NULL)
		next->prefix = first;
}

/* Has the gap between two tokens anything but blanks in it? */
static bool
has_comment(const AudLevel *level, size_t from, size_t to)
{
	while (from < to)
		if (!aud_lex_is_space(aud_lex_char(level, &from)))
			return true;
	return false;
}

static void
fill_comment(AudConstant *next, const AudConstantsLevel *l, size_t from,
			 const AudToken *behind)
{
	memset(next, 0, offsetof(AudConstant, token));
	next->comment = true;
	next->from = next->body = next->body_end = from;
	next->to = behind->start;
	next->edge = !l->any || behind->kind == AUD_TOK_END;
}

/* A number, or the '.' that one begins with. */
static bool
is_number(AudConstantsLevel *l, AudToken *tok)
{
	int      c = aud_lex_peek(&l->level, tok->end);
	AudToken digits;

	if (tok->kind == AUD_TOK_NUMBER)
		return true;
	if (tok->kind != AUD_TOK_PUNCT || tok->text[0] != '.' || !aud_lex_is_digit(c))
		return false;
	if (tok->start > 0 && l->level.source[tok->start - 1] == '.')
		return false; /* 1..10 in PL/pgSQL */
	aud_lex_token(&l->level, &l->pos, &digits);
	tok->kind = AUD_TOK_NUMBER;
	tok->end = digits.end;
	return true;
}

static void
enter(AudConstants *c, const AudToken *tok)
{
	const AudConstantsLevel *outer = &c->levels[c->depth];
	AudConstantsLevel       *inner = &c->levels[++c->depth];

	memset(inner, 0, sizeof(*inner));
	aud_lex_inside(&inner->level, &outer->level, tok);
	inner->pos = tok->body;
	inner->close = tok->end;
	inner->quoting = outer->quoting + (tok->quote == '\'');
	inner->statement.is_code = -1;
}

bool
aud_constants_next(AudConstants *c, AudConstant *next)
{
	for (;;)
	{
		AudConstantsLevel *l = &c->levels[c->depth];
		size_t             gap = l->pos;
		size_t             before = l->pos;
		AudToken           tok;
		bool               body;
		bool               bare;

		aud_lex_token(&l->level, &l->pos, &tok);
		before = tok.start;
		if (has_comment(&l->level, gap, before))
		{
			fill_comment(next, l, gap, &tok);
			l->pos = before; /* the token comes next */
			return true;
		}
		if (tok.kind == AUD_TOK_END)
		{
			if (c->depth == 0)
				return false;
			c->depth--;
			c->levels[c->depth].pos = l->close;
			continue;
		}
		l->any = true;
		bare = sets_variables(l) && is_bare_value(&l->statement, &tok);
		body = follow(l, &tok);
		if (body && c->inside && c->depth + 1 < AUD_CONSTANTS_DEPTH)
		{
			enter(c, &tok);
			continue;
		}
		if (bare || tok.kind == AUD_TOK_STRING || is_number(l, &tok))
		{
			fill(next, l, &tok);
			return true;
		}
	}
}
