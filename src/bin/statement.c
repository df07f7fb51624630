/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  The text of a statement without what differs from call to call.
 *
 * Made of the tokens of core/lex.h: the text may be cut, in any place, or be no
 * SQL at all.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/statement.h"

#include "core/lex.h"

/* Where the text that is being written stands. */
typedef struct Writing
{
	AudBuf *out;
	size_t  list;   /* behind the first constant of a list; 0: in none */
	bool    comma;  /* a comma is the last token, behind a constant */
	bool    dotted; /* the list has its dots already */
} Writing;

/* Do the first "len" bytes end so? */
static bool
ends_with(const AudBuf *out, size_t len, const char *tail)
{
	size_t n = strlen(tail);

	return len >= n && memcmp(out->data + len - n, tail, n) == 0;
}

static void
drop(AudBuf *out, size_t to)
{
	out->len = to;
	out->data[to] = '\0';
}

/* Another constant: "?", or one more of a list. */
static void
add_constant(Writing *w)
{
	if (w->list > 0 && w->comma)
	{
		drop(w->out, w->list);
		if (!w->dotted)
			aud_buf_lit(w->out, ", ...");
		w->dotted = true;
	}
	else
	{
		aud_buf_char(w->out, '?');
		w->dotted = false;
	}
	w->list = w->out->len;
	w->comma = false;
}

/*
 * "(?, ...), (?, ...)" at the end becomes "(?, ...)", unless it is behind the
 * name of a function.
 */
static void
merge_rows(AudBuf *out)
{
	static const char *const groups[] = {"(?, ...)", "(?)"};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
	{
		size_t len = strlen(groups[i]);
		size_t at;

		if (!ends_with(out, out->len, groups[i]))
			continue;
		at = out->len - len;
		while (at > 0 && out->data[at - 1] == ' ')
			at--;
		if (at > 0 && out->data[at - 1] == ',' && --at > len &&
			ends_with(out, at, groups[i]) &&
			strchr(" ,", out->data[at - len - 1]) != NULL)
			drop(out, at);
		return;
	}
}

static void
add_token(Writing *w, const char *sql, const AudToken *tok)
{
	bool is_comma = tok->kind == AUD_TOK_PUNCT && sql[tok->start] == ',';

	aud_buf_append(w->out, sql + tok->start, tok->end - tok->start);
	w->comma = is_comma && w->list > 0 && !w->comma;
	if (!w->comma)
		w->list = 0;
	if (tok->kind == AUD_TOK_PUNCT && sql[tok->start] == ')')
		merge_rows(w->out);
}

void
aud_statement_normalise(AudBuf *out, const char *sql, size_t len)
{
	Writing  w = {out, 0, false, false};
	size_t   begun = out->len;
	size_t   pos = 0;
	size_t   before = 0;
	AudLevel level;
	AudToken tok;

	aud_lex_source(&level, sql, len);
	for (aud_lex_token(&level, &pos, &tok); tok.kind != AUD_TOK_END;
		 aud_lex_token(&level, &pos, &tok))
	{
		if (tok.start > before && out->len > begun)
			aud_buf_char(out, ' ');
		before = tok.end;
		if (tok.kind == AUD_TOK_STRING || tok.kind == AUD_TOK_NUMBER)
			add_constant(&w);
		else
			add_token(&w, sql, &tok);
	}
}

bool
aud_statement_first_is(const char *sql, size_t len, const char *word,
					   const char *other)
{
	size_t   pos = 0;
	AudLevel level;
	AudToken tok;

	aud_lex_source(&level, sql, len);
	for (aud_lex_token(&level, &pos, &tok); tok.kind != AUD_TOK_END;
		 aud_lex_token(&level, &pos, &tok))
	{
		if (tok.kind == AUD_TOK_WORD && strcmp(tok.text, word) == 0)
			return true;
		if (tok.kind == AUD_TOK_WORD && strcmp(tok.text, other) == 0)
			return false;
	}
	return false;
}
