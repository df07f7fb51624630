/*-------------------------------------------------------------------------
 *
 * compare.c
 *	  What may stand between the name of a secret and its value, and is more
 *	  than one token; names that are written with escapes.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/encode.h"
#include "core/lex_value.h"
#include "core/redact/scan.h"

/* Behind the name, perhaps with a schema, that begins at pos. */
static size_t
skip_name(const AudLevel *level, size_t pos)
{
	AudToken tok;
	size_t   end = pos;

	do
	{
		aud_lex_token(level, &end, &tok);
		if (tok.kind != AUD_TOK_WORD && tok.kind != AUD_TOK_QUOTED_NAME)
			return pos;
		pos = end;
		aud_lex_token(level, &end, &tok);
	} while (tok.kind == AUD_TOK_PUNCT && tok.text[0] == '.');
	return pos;
}

/* Behind OPERATOR (pg_catalog.=), or pos if that is none. */
static size_t
skip_operator(const AudLevel *level, size_t pos)
{
	AudToken tok;
	size_t   end = pos;

	aud_lex_token(level, &end, &tok);
	if (tok.kind != AUD_TOK_PUNCT || tok.text[0] != '(')
		return pos;
	do
		aud_lex_token(level, &end, &tok);
	while (tok.kind == AUD_TOK_WORD || tok.kind == AUD_TOK_QUOTED_NAME ||
		   tok.kind == AUD_TOK_OPERATOR ||
		   (tok.kind == AUD_TOK_PUNCT && tok.text[0] == '.'));
	return tok.kind == AUD_TOK_PUNCT && tok.text[0] == ')' ? end : pos;
}

/* At a word.  True: it was COLLATE or OPERATOR, and has been passed. */
bool
aud_scan_long_operator(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	const char   *word = s->token.text;

	if (s->level->data || s->last_dot || f->bare)
		return false;
	if (f->joined && f->state == AUD_SCAN_ANY)
	{
		unsigned int flags = aud_redact_keyword(word, s->token.len).flags;

		f->joined = (flags & (AUD_KW_RESERVED | AUD_KW_COMPARES)) == 0;
		if (flags & AUD_KW_COMPARES)
		{
			f->state = AUD_SCAN_OPERAND; /* password || '' LIKE 'x' */
			return true;
		}
	}
	if (f->state == AUD_SCAN_ANY && !f->joined)
		return false;
	if (f->state == AUD_SCAN_OPERAND)
		return false;
	if (strcmp(word, "collate") == 0)
	{
		s->pos = skip_name(s->level, s->pos);
		return true;
	}
	if (strcmp(word, "operator") == 0)
	{
		size_t pos = skip_operator(s->level, s->pos);

		if (pos != s->pos)
			f->state = AUD_SCAN_OPERAND;
		s->pos = pos;
		return f->state == AUD_SCAN_OPERAND;
	}
	return false;
}

/* \006F and \+00006F become the character, if it is one of ASCII. */
static void
replace_escapes(char *text, int escape)
{
	char *to = text;

	for (const char *from = text; *from != '\0';)
	{
		const char *p = from + 1 + (from[0] == escape && from[1] == '+');
		int         digits = p == from + 2 ? 6 : 4;
		int32_t     code = *from == escape ? aud_hex_read(p, digits) : -1;

		if (code > 0 && code < 0x80)
		{
			*to++ = (char) aud_lex_lower(code);
			from = p + digits;
		}
		else
			*to++ = *from++;
	}
	*to = '\0';
}

bool
aud_scan_quoted_text(const AudLevel *level, const AudToken *tok, char *buf,
					 size_t size)
{
	AudLevel inner;
	size_t   end;
	int      escape;

	aud_lex_inside(&inner, level, tok);
	if (!aud_lex_copy(&inner, tok->body, buf, size))
		return false;
	escape = aud_lex_unicode_escape(level, tok, &end);
	if (escape > 0)
		replace_escapes(buf, aud_lex_lower(escape));
	return true;
}
