/*-------------------------------------------------------------------------
 *
 * ahead.c
 *	  Looking ahead: what makes a secret of a literal and stands behind it.
 *
 * A look ahead goes as far as the parenthesis that it began in.  Nested ones
 * would take quadratic time, so all those of a level together may pass a
 * multiple of its length; who writes a text that needs more hides nothing
 * from anybody but himself.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"

/* So many times the level's length, and some more for short ones. */
#define BUDGET_FACTOR 8
#define BUDGET_EXTRA  1024

typedef struct Ahead
{
	AudScan *s;
	size_t   pos;
	AudToken tok;
} Ahead;

static Ahead
start(AudScan *s, size_t pos)
{
	Ahead a = {.s = s, .pos = pos};

	if (s->ahead == 0)
		s->ahead = BUDGET_FACTOR * (s->level->end - pos) + BUDGET_EXTRA;
	return a;
}

/* The next token; false at the end, or if we have looked far enough. */
static bool
next(Ahead *a)
{
	aud_lex_token(a->s->level, &a->pos, &a->tok);
	if (a->tok.kind == AUD_TOK_END || a->tok.end - a->tok.start + 1 >= a->s->ahead)
		return false;
	a->s->ahead -= a->tok.end - a->tok.start + 1;
	return true;
}

static bool
is_punct(const Ahead *a, const char *any)
{
	return a->tok.kind == AUD_TOK_PUNCT && strchr(any, a->tok.text[0]) != NULL;
}

/* Is this token the name of a secret? */
static bool
is_secret_name(const Ahead *a)
{
	char name[AUD_LEX_WORD_MAX + 1];

	if (a->tok.kind == AUD_TOK_WORD)
		return aud_scan_secrecy(a->s, a->tok.text, a->tok.len) !=
			   AUD_SECRECY_NONE;
	if (a->tok.kind != AUD_TOK_QUOTED_NAME)
		return false;
	return aud_scan_quoted_text(a->s->level, &a->tok, name, sizeof(name)) &&
		   aud_scan_secrecy(a->s, name, strlen(name)) != AUD_SECRECY_NONE;
}

/*
 * Go behind the parenthesis that closes those we are in; *named: was the name
 * of a secret among the tokens?  False where there is none.
 */
static bool
close_behind(Ahead *a, bool *named)
{
	for (int depth = 0; next(a);)
	{
		if (is_punct(a, "([{"))
			depth++;
		else if (is_punct(a, ")]}") && depth-- == 0)
			return true;
		else if (is_secret_name(a))
			*named = true;
	}
	return false;
}

bool
aud_scan_names_ahead(AudScan *s, size_t pos)
{
	Ahead a = start(s, pos);
	bool  named = false;

	return close_behind(&a, &named) && named;
}

/* name, "name" type, ...): which of them are secrets' names */
static uint64_t
read_names(Ahead *a)
{
	uint64_t     names = 0;
	unsigned int arg = 0;
	bool         first = true; /* of the words of this argument */

	for (int depth = 0; next(a);)
	{
		if (is_punct(a, "([{"))
			depth++;
		else if (is_punct(a, ")]}") && depth-- == 0)
			return names;
		else if (depth == 0 && is_punct(a, ","))
			arg++;
		else if (first && (is_secret_name(a) ||
						   (a->tok.kind == AUD_TOK_WORD &&
							aud_scan_is_fed_by(a->s, a->tok.text, a->tok.len))))
			names |= aud_scan_arg_bit(arg);
		first = depth == 0 && is_punct(a, ",");
	}
	return 0;
}

uint64_t
aud_scan_aliases_ahead(AudScan *s)
{
	Ahead   a = start(s, s->pos);
	bool    named = false;
	AudWord word;

	if (!close_behind(&a, &named) || !next(&a))
		return 0;
	if (a.tok.kind == AUD_TOK_WORD && strcmp(a.tok.text, "as") == 0 && !next(&a))
		return 0;
	if (a.tok.kind == AUD_TOK_WORD)
	{
		word = aud_redact_keyword(a.tok.text, a.tok.len);
		if (word.flags & (AUD_KW_RESERVED | AUD_KW_COMPARES | AUD_KW_CLAUSE))
			return 0;
	}
	else if (a.tok.kind != AUD_TOK_QUOTED_NAME)
		return 0;
	return next(&a) && is_punct(&a, "(") ? read_names(&a) : 0;
}

bool
aud_scan_array_ahead(AudScan *s)
{
	Ahead a = start(s, s->pos);
	bool  named = false;

	return close_behind(&a, &named) && next(&a) &&
		   a.tok.kind == AUD_TOK_OPERATOR && next(&a) &&
		   a.tok.kind == AUD_TOK_WORD && strcmp(a.tok.text, "array") == 0 &&
		   next(&a) && is_punct(&a, "[") && aud_scan_names_ahead(s, a.pos);
}

/* ---- expressions ------------------------------------------------------------ */

static AudWord
keyword(const Ahead *a)
{
	return a->tok.kind == AUD_TOK_WORD
			   ? aud_redact_keyword(a->tok.text, a->tok.len)
			   : (AudWord){AUD_KW_NONE, 0};
}

static bool
is_word(const Ahead *a, const char *word)
{
	return a->tok.kind == AUD_TOK_WORD && strcmp(a->tok.text, word) == 0;
}

static bool
is_comparison(const Ahead *a)
{
	if (a->tok.kind == AUD_TOK_OPERATOR)
		return strcmp(a->tok.text, "*") != 0 &&
			   strspn(a->tok.text, "=<>!~*^@") == a->tok.len;
	return is_word(a, "operator") || (keyword(a).flags & AUD_KW_COMPARES) != 0;
}

bool
aud_scan_compared_ahead(AudScan *s)
{
	Ahead a = start(s, s->pos);
	bool  compared = false;

	for (int depth = 0; next(&a);)
	{
		AudWord word = keyword(&a);

		if (is_punct(&a, "([{"))
			depth++;
		else if (is_punct(&a, ")]}"))
		{
			if (depth-- == 0)
				return false;
		}
		else if (depth == 0 && is_punct(&a, ",;"))
			return false;
		else if (depth == 0 && is_comparison(&a))
			compared = true;
		else if ((word.flags & AUD_KW_CLAUSE) ||
				 (depth == 0 && (word.flags & AUD_KW_RESERVED)))
			return false;
		else if (compared && is_secret_name(&a))
			return true;
	}
	return false;
}

bool
aud_scan_case_ahead(AudScan *s)
{
	Ahead a = start(s, s->pos);

	for (int depth = 0; next(&a);)
	{
		AudWord word = keyword(&a);

		if (is_punct(&a, "([{") || word.id == AUD_KW_CASE)
			depth++;
		else if (is_punct(&a, ";"))
			return false;
		else if (is_punct(&a, ")]}"))
		{
			if (depth-- == 0)
				return false;
		}
		else if (word.id == AUD_KW_END && depth-- == 0)
			break;
	}
	return next(&a) && keyword(&a).id == AUD_KW_AS && next(&a) &&
		   is_secret_name(&a);
}

bool
aud_scan_named_behind(AudScan *s)
{
	Ahead a = start(s, s->pos);
	bool  named = false;

	if (!close_behind(&a, &named))
		return false;
	while (next(&a) && !is_punct(&a, ";"))
		if (is_secret_name(&a))
			return true;
	return false;
}

/* v_name, r.password: the last part of each counts */
static uint64_t
read_targets(Ahead *a)
{
	uint64_t     names = 0;
	unsigned int arg = 0;

	while (next(a))
	{
		if (is_punct(a, ","))
			arg++;
		else if (is_secret_name(a))
			names |= aud_scan_arg_bit(arg);
		else if (a->tok.kind != AUD_TOK_QUOTED_NAME && !is_punct(a, ".") &&
				 (a->tok.kind != AUD_TOK_WORD ||
				  (keyword(a).flags & AUD_KW_RESERVED && !is_word(a, "table"))))
			break;
	}
	return names;
}

/* Not over UNION: a chain of these would be looked through again and again. */
uint64_t
aud_scan_into_ahead(AudScan *s)
{
	Ahead a = start(s, s->pos);

	for (int depth = 0; next(&a);)
	{
		AudWord word = keyword(&a);

		if (is_punct(&a, "([{"))
			depth++;
		else if (is_punct(&a, ";"))
			return 0;
		else if (is_punct(&a, ")]}"))
		{
			if (depth-- == 0)
				return 0;
		}
		else if (depth == 0 && word.id == AUD_KW_INTO)
			return read_targets(&a);
		else if (depth == 0 &&
				 (word.id == AUD_KW_INSERT || word.id == AUD_KW_MERGE ||
				  is_word(&a, "union") || is_word(&a, "loop")))
			return 0;
	}
	return 0;
}

/* ---- set_config(new_value => 'x', setting_name => 'app.password') ---------- */

/* Is this literal the name of a setting that holds a secret? */
static bool
is_secret_setting(const Ahead *a)
{
	AudLevel inner;
	char     name[AUD_SCAN_SETTING];

	if (a->tok.kind != AUD_TOK_STRING)
		return false;
	aud_lex_inside(&inner, a->s->level, &a->tok);
	(void) aud_lex_copy(&inner, a->tok.body, name, sizeof(name));
	return aud_redact_is_secret_setting(a->s->sink->policy, name);
}

uint64_t
aud_scan_setting_ahead(AudScan *s)
{
	Ahead        a = start(s, s->pos);
	uint64_t     value = 0;
	bool         secret = false;
	bool         setting = false;
	unsigned int arg = 0;

	for (int depth = 0; next(&a);)
	{
		if (is_punct(&a, "([{"))
			depth++;
		else if (is_punct(&a, ")]}") && depth-- == 0)
			return secret ? value : 0;
		else if (depth == 0 && is_punct(&a, ","))
		{
			arg++;
			setting = false;
		}
		else if (a.tok.kind == AUD_TOK_WORD &&
				 strcmp(a.tok.text, "new_value") == 0)
			value = aud_scan_arg_bit(arg);
		else if (a.tok.kind == AUD_TOK_WORD &&
				 strcmp(a.tok.text, "setting_name") == 0)
			setting = true;
		else if (setting && is_secret_setting(&a))
			secret = true;
	}
	return 0;
}

/* ---- quotes ----------------------------------------------------------------- */

/* Count the quotes of the level from pos on, up to but without to. */
static size_t
count_quotes(const AudLevel *level, size_t pos, size_t to)
{
	size_t count = 0;

	while (pos < to)
		count += aud_lex_char(level, &pos) == '\'';
	return count;
}

/* They are counted once, and from there on only what was passed. */
static bool
quotes_are_paired(AudScan *s, size_t pos)
{
	if (s->quotes_at == 0)
		s->quotes_left = count_quotes(s->level, pos, s->level->end);
	else
		s->quotes_left -= count_quotes(s->level, s->quotes_at, pos);
	s->quotes_at = pos;
	return s->quotes_left % 2 == 0;
}

bool
aud_scan_goes_on(AudScan *s, size_t pos)
{
	size_t   begin = pos;
	AudToken tok;

	if (!aud_lex_is_word_char(aud_lex_peek(s->level, pos)))
		return true;
	aud_lex_token(s->level, &pos, &tok);
	return tok.kind == AUD_TOK_WORD &&
		   (aud_redact_is_role_option(tok.text, tok.len) ||
			aud_redact_keyword(tok.text, tok.len).id != AUD_KW_NONE) &&
		   quotes_are_paired(s, begin);
}
