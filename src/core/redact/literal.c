/*-------------------------------------------------------------------------
 *
 * literal.c
 *	  What is done with literals, quoted names and parameters: hide them, or
 *	  look into them.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/lex_value.h"
#include "core/redact/redact.h"
#include "core/redact/scan.h"

/* Is the whole level the name of a setting that holds a secret? */
static bool
is_secret_setting(const AudScan *s, const AudLevel *level, size_t pos)
{
	char name[AUD_SCAN_SETTING];

	(void) aud_lex_copy(level, pos, name, sizeof(name));
	return aud_redact_is_secret_setting(s->sink->policy, name);
}

/*
 * Literals in literals.  The text of this one is scanned if there is anything
 * to find, and the deepest ones are hidden rather than trusted.
 */
static void
scan_inside(AudScan *s)
{
	const AudToken *tok = &s->token;
	AudScanFrame   *f = aud_scan_top(s);
	AudLevel        inner;
	AudScanEnd      end;

	if (!aud_redact_may_have_secrets(s->sink->policy,
									 s->level->source + tok->body,
									 tok->body_end - tok->body))
		return;
	aud_lex_inside(&inner, s->level, tok);
	if (s->depth == AUD_SCAN_DEPTH)
	{
		aud_scan_hide(s, tok->body, tok->body_end);
		return;
	}
	inner.data = !aud_scan_is_code(&inner, tok->body);
	end =
		aud_scan_level(s->sink, &inner, tok->body, s->depth + 1, tok->quote == 0);
	s->touched = s->touched || end.touched;

	/* format('... PASSWORD %L', 'x') */
	if (end.touched && f->composes && f->arg == 0)
		f->secret_args = ~UINT64_C(1);

	/* 'ALTER ROLE a PASSWORD ' || 'x', and quotes that were paired wrongly */
	s->wants = end.wants;
	if (end.wants && aud_lex_is_word_char(aud_lex_peek(s->level, tok->end)))
		aud_scan_hide_bare(s, tok->end);

	if (aud_scan_is_secret_text(s, &inner, tok->body) ||
		(f->setting && f->arg == 0 && is_secret_setting(s, &inner, tok->body)))
	{
		f->state = AUD_SCAN_KEY;
		f->key = true;
	}
}

/*
 * A literal whose closing quote a word touches has a quote too few or too
 * many, and nobody knows where the secret in it was meant to end.
 */
static void
hide_literal(AudScan *s)
{
	const AudToken *tok = &s->token;
	bool            broken = !aud_scan_goes_on(s, tok->end);

	s->open = tok->body_end == s->level->end;
	aud_scan_hide(s, tok->body, broken ? s->level->end : tok->body_end);
}

/* Is this quoted name the name of a secret? */
static bool
is_secret_name(const AudScan *s, const AudToken *tok)
{
	char name[AUD_LEX_WORD_MAX + 1];

	return aud_scan_quoted_text(s->level, tok, name, sizeof(name)) &&
		   aud_scan_secrecy(s, name, strlen(name)) != AUD_SECRECY_NONE;
}

/* digest('x', 'sha256') in a secret expression: the second tells nothing. */
static bool
is_algorithm_arg(const AudScan *s, const AudScanFrame *f)
{
	AudLevel inner;
	char     text[16];

	if (f->arg == 0 || aud_scan_is_secret_arg(f) || aud_scan_is_due(f))
		return false;
	aud_lex_inside(&inner, s->level, &s->token);
	return aud_lex_copy(&inner, s->token.body, text, sizeof(text)) &&
		   aud_redact_is_algorithm(text);
}

/* 'x' = password, 'x' AS password */
static bool
is_named_later(AudScan *s)
{
	size_t   pos = s->pos;
	int      c = aud_lex_peek(s->level, pos);
	AudToken tok;

	if (c == ',' || c == ')' || c == AUD_LEX_END)
		return false;
	aud_lex_token(s->level, &pos, &tok);
	if (tok.kind != AUD_TOK_WORD || strcmp(tok.text, "as") != 0)
		return tok.kind != AUD_TOK_PUNCT && aud_scan_compared_ahead(s);
	aud_lex_token(s->level, &pos, &tok);
	if (tok.kind == AUD_TOK_WORD)
		return aud_scan_secrecy(s, tok.text, tok.len) != AUD_SECRECY_NONE ||
			   aud_scan_is_fed_by(s, tok.text, tok.len);
	return tok.kind == AUD_TOK_QUOTED_NAME && is_secret_name(s, &tok);
}

/* Does what stands in front of it make a literal a secret? */
static bool
is_secret_place(const AudScanFrame *f)
{
	return aud_scan_is_due(f) || aud_scan_is_secret_arg(f) || f->enclosed;
}

void
aud_scan_string(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);

	s->wants = false;
	if (is_secret_place(f) || (s->password && s->nframes == 1))
	{
		if (!is_algorithm_arg(s, f))
			hide_literal(s);
		f->state = AUD_SCAN_DONE;
		f->bare = false;
		return;
	}
	f->state = AUD_SCAN_ANY;
	if (!s->level->data && is_named_later(s))
		hide_literal(s);
	else
		scan_inside(s);
}

/* A parameter: nothing to hide in the text, but perhaps its value. */
void
aud_scan_param(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	bool          secret = is_secret_place(f);

	if (f->named_by != 0 && s->sink->named != NULL && s->depth == 0)
		s->sink->named(s->sink, f->named_by - 1, s->token.start);
	f->key_param = s->token.start + 1;
	if (s->sink->param != NULL && s->depth == 0)
		s->sink->param(s->sink, s->token.start, secret || is_named_later(s));
	else
		secret = aud_scan_is_due(f);
	f->state = secret ? AUD_SCAN_DONE : AUD_SCAN_ANY;
	f->bare = false;
}

/*
 * "..." is a value, too, in JSON and in shell commands; but the names of an
 * object's members are no secrets, even if the object as a whole is one.
 */
static bool
is_secret_value(const AudScan *s, const AudScanFrame *f)
{
	size_t pos = s->token.end;

	if (f->bare && (f->state == AUD_SCAN_NAME || f->state == AUD_SCAN_OPERAND))
		return true;
	if (!s->level->data)
		return false;
	while (aud_lex_is_space(aud_lex_peek(s->level, pos)))
		(void) aud_lex_char(s->level, &pos);
	return f->state == AUD_SCAN_OPERAND ||
		   (f->enclosed && aud_lex_peek(s->level, pos) != ':');
}

void
aud_scan_quoted_name(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	char          name[AUD_LEX_WORD_MAX + 1];
	size_t        end;

	s->call = NULL;
	s->secrecy = AUD_SECRECY_NONE;
	if (!s->last_dot)
		s->before = s->word;
	if (is_secret_value(s, f))
	{
		hide_literal(s);
		if (f->state != AUD_SCAN_NAME)
			f->state = AUD_SCAN_DONE;
		f->bare = false;
		return;
	}
	if (f->state == AUD_SCAN_OPERAND ||
		(f->state == AUD_SCAN_WORD && s->last_dot))
	{
		f->state = AUD_SCAN_WORD;
		if (aud_scan_quoted_text(s->level, &s->token, name, sizeof(name)))
			aud_scan_fed_by(s, name, strlen(name));
		return;
	}
	if (s->level->data)
		scan_inside(s);
	f->state = AUD_SCAN_ANY;
	if (aud_lex_unicode_escape(s->level, &s->token, &end) >= 0)
		s->pos = end; /* behind UESCAPE '!' */
	if (aud_scan_quoted_text(s->level, &s->token, name, sizeof(name)))
		aud_scan_name(s, name, strlen(name), false);
}
