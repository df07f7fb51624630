/*-------------------------------------------------------------------------
 *
 * token.c
 *	  What words say about the literals behind them, and what is then done
 *	  with literals and quoted names: hide them, or look into them.
 *
 * A word does three things here: it may go on with what the words before it
 * began (word_by_state), it tells which statement and which clause this is
 * (follow_statement, follow_insert), and it may be the name of a secret.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"

/* ---- words -------------------------------------------------------------- */

/*
 * Behind SET: is the name of a setting, up to and with this part of it, that
 * of a secret?  aud_redact_is_secret_setting() has to see it as a whole.
 */
static bool
completes_secret_setting(AudScan *s, const char *part, size_t len)
{
	size_t room;

	if (!s->setting || s->nframes > 1)
		return false;
	if (!s->last_dot)
		s->setting_len = 0;
	else if (s->setting_len + 1 < sizeof(s->setting_name))
		s->setting_name[s->setting_len++] = '.';
	room = sizeof(s->setting_name) - 1 - s->setting_len;
	if (len > room)
		len = room;
	memcpy(s->setting_name + s->setting_len, part, len);
	s->setting_len += len;
	s->setting_name[s->setting_len] = '\0';
	return aud_redact_is_secret_setting(s->sink->policy, s->setting_name);
}

/* Note what this name, or word, says about what will follow it. */
void
aud_scan_name(AudScan *s, const char *name, size_t len, bool bare)
{
	AudScanFrame *f = aud_scan_top(s);

	s->secrecy = aud_scan_secrecy(s, name, len);
	s->call = aud_redact_call(name, len);
	if (s->level->data && s->token.kind == AUD_TOK_QUOTED_NAME &&
		strcmp(name, "authorization") == 0)
		s->secrecy = AUD_SECRECY_KEY;
	if (completes_secret_setting(s, name, len) && s->secrecy == AUD_SECRECY_NONE)
		s->secrecy = AUD_SECRECY_KEY;
	if (s->secrecy == AUD_SECRECY_NONE)
		return;
	f->state = AUD_SCAN_NAME;
	f->bare = bare;
	f->names |= aud_scan_arg_bit(f->arg);
}

/* ALTER ROLE ... PASSWORD x: the quotes may be missing by mistake. */
static bool
is_role_statement(const AudScan *s)
{
	return (s->verb == AUD_KW_ALTER || s->verb == AUD_KW_CREATE) &&
		   (s->object == AUD_KW_ROLE || s->object == AUD_KW_USER ||
			s->object == AUD_KW_GROUP);
}

/* Keep track of which statement this is. */
static void
follow_statement(AudScan *s, AudWord word)
{
	if (s->words == 0)
		s->verb = word.id;
	else if (s->words == 1)
		s->object = word.id;
	if (s->words < 2)
		s->words++;
	if (word.id == AUD_KW_SET)
	{
		s->set = true;
		s->setting = aud_scan_is_set(s);
		s->values = false;
	}
	if (word.flags & AUD_KW_OPENS)
		s->words = 0;
}

/* Columns of INSERT: where are the values that belong to them? */
static void
follow_insert(AudScan *s, AudScanFrame *f, AudWord word)
{
	if (word.id == AUD_KW_INSERT)
	{
		s->insert_frame = s->nframes;
		s->insert_open = true;
		s->insert_names = 0;
		s->values_frame = -1;
	}
	else if (word.id == AUD_KW_VALUES && s->insert_frame == s->nframes)
		s->values_frame = s->insert_names != 0 ? s->nframes : -1;
	else if (word.id == AUD_KW_SELECT && f->enclosed)
	{
		/* password = (SELECT 'x' FROM t WHERE name = 'bob') */
		f->enclosed = false;
		f->select = true;
		f->secret_args = ~UINT64_C(0);
	}
	else if (word.id == AUD_KW_SELECT)
	{
		if (s->insert_names != 0 && s->insert_frame == s->nframes)
		{
			f->select = true;
			f->secret_args = s->insert_names;
			f->arg = 0;
		}
	}
	else if ((word.flags & AUD_KW_CLAUSE) && f->select)
	{
		f->select = false;
		f->secret_args = 0;
	}
}

/* A word behind a secret's name.  True: it has been dealt with. */
static bool
word_behind_name(AudScan *s, AudScanFrame *f, AudWord word)
{
	if (word.id == AUD_KW_IS)
	{
		f->state = AUD_SCAN_TYPED; /* IS DISTINCT FROM may follow */
		return true;
	}
	if (f->bare)
	{
		/* once only: what follows the word without quotes is no password */
		f->bare = false;
		if (word.flags & AUD_KW_VALUE)
			f->state = AUD_SCAN_ANY;
		else
			aud_scan_hide_bare(s, s->token.start);
		return true;
	}
	if ((word.flags & AUD_KW_COMPARES) || word.id == AUD_KW_DEFAULT)
	{
		f->state = AUD_SCAN_OPERAND;
		f->bare = word.id != AUD_KW_DEFAULT && aud_scan_is_set(s);
		s->values = s->setting;
		return true;
	}
	if (word.flags & AUD_KW_TYPE)
		return true; /* CONSTANT, NOT IN */
	f->state = AUD_SCAN_ANY;
	if ((word.flags & AUD_KW_RESERVED) ||
		aud_scan_secrecy(s, s->token.text, s->token.len) != AUD_SECRECY_NONE)
		return false;
	f->state = AUD_SCAN_TYPED;
	return true;
}

/* A word where an operand is expected.  True: it has been dealt with. */
static bool
word_as_operand(AudScan *s, AudScanFrame *f, AudWord word)
{
	if (f->bare && !(word.flags & AUD_KW_VALUE))
	{
		aud_scan_hide_bare(s, s->token.start);
		f->state = AUD_SCAN_DONE;
		return true;
	}
	if (word.id == AUD_KW_CASE)
	{
		f->state = AUD_SCAN_DONE;
		f = aud_scan_push(s);
		f->enclosed = f->is_case = true;
		return true;
	}
	f->state = (word.flags & AUD_KW_RESERVED) ? AUD_SCAN_ANY : AUD_SCAN_WORD;
	return f->state == AUD_SCAN_WORD;
}

/* Whatever the state makes of a word.  True: it has been dealt with. */
static bool
word_by_state(AudScan *s, AudScanFrame *f, AudWord word)
{
	switch (f->state)
	{
		case AUD_SCAN_NAME:
			return word_behind_name(s, f, word);
		case AUD_SCAN_OPERAND:
			return word_as_operand(s, f, word);
		case AUD_SCAN_WORD:
			if (s->last_dot)
				return true;
			break;
		case AUD_SCAN_TYPED:
			if (word.id == AUD_KW_DEFAULT ||
				(word.id == AUD_KW_FROM && s->before.id == AUD_KW_DISTINCT))
			{
				f->state = AUD_SCAN_OPERAND;
				return true;
			}
			if (s->last_dot || (word.flags & AUD_KW_TYPE))
				return true;
			break;
		default:
			break;
	}
	f->state = AUD_SCAN_ANY;
	return false;
}

/* PASSWORD as a keyword of CREATE and ALTER ROLE, and not the role's name. */
static bool
is_password_option(const AudScan *s)
{
	return is_role_statement(s) && !s->last_dot && s->before.id != AUD_KW_ROLE &&
		   s->before.id != AUD_KW_USER && s->before.id != AUD_KW_GROUP &&
		   s->before.id != AUD_KW_FOR && strcmp(s->token.text, "password") == 0;
}

void
aud_scan_word(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	AudWord       word = {AUD_KW_NONE, 0};
	size_t        verifier = aud_scan_verifier_end(s);

	if (!s->last_dot)
	{
		word = aud_redact_keyword(s->token.text, s->token.len);
		s->before = s->word;
		follow_statement(s, word);
	}
	s->word = word;
	s->call = NULL;
	s->secrecy = AUD_SECRECY_NONE;

	if (s->cast)
	{
		s->cast = false;
		return;
	}
	if (verifier != 0)
	{
		aud_scan_hide(s, s->token.start, verifier);
		return;
	}
	if (s->level->data)
		aud_scan_data_word(s);
	if (word_by_state(s, f, word))
	{
		s->call = aud_redact_call(s->token.text, s->token.len);
		return;
	}
	follow_insert(s, f, word);
	if (word.id == AUD_KW_END && f->is_case)
		aud_scan_pop(s);
	else if (word.id == AUD_KW_BY && s->before.id == AUD_KW_IDENTIFIED)
	{
		f->state = AUD_SCAN_NAME; /* not ours, but Oracle's and MySQL's */
		f->bare = true;
	}
	else
		aud_scan_name(s, s->token.text, s->token.len, is_password_option(s));
}

/* ---- literals, quoted names, parameters ---------------------------------- */

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
	bool broken = aud_lex_is_word_char(aud_lex_peek(s->level, tok->end));

	s->open = tok->body_end == s->level->end;
	aud_scan_hide(s, tok->body, broken ? s->level->end : tok->body_end);
}

/* Is this quoted name the name of a secret? */
static bool
is_secret_name(const AudScan *s, const AudToken *tok)
{
	AudLevel inner;
	char     name[AUD_LEX_WORD_MAX + 1];

	aud_lex_inside(&inner, s->level, tok);
	return aud_lex_copy(&inner, tok->body, name, sizeof(name)) &&
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
is_named_later(const AudScan *s)
{
	size_t   pos = s->pos;
	int      c = aud_lex_peek(s->level, pos);
	AudToken tok;
	bool     as;

	if (c == ',' || c == ')' || c == AUD_LEX_END)
		return false;
	aud_lex_token(s->level, &pos, &tok);
	as = tok.kind == AUD_TOK_WORD && strcmp(tok.text, "as") == 0;
	if (!as && (tok.kind != AUD_TOK_OPERATOR || tok.len == 0 ||
				strspn(tok.text, "=<>!") != tok.len))
		return false;

	/* the last part of a qualified name counts */
	do
	{
		aud_lex_token(s->level, &pos, &tok);
		if (tok.kind != AUD_TOK_WORD && tok.kind != AUD_TOK_QUOTED_NAME)
			return false;
		c = aud_lex_peek(s->level, pos);
		if (c == '.')
			(void) aud_lex_char(s->level, &pos);
	} while (c == '.');
	if (c == '(')
		return false;
	if (tok.kind == AUD_TOK_WORD)
		return aud_scan_secrecy(s, tok.text, tok.len) != AUD_SECRECY_NONE;
	return is_secret_name(s, &tok);
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
	if (is_secret_place(f))
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
	AudLevel      inner;
	char          name[AUD_LEX_WORD_MAX + 1];

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
		return;
	}
	if (s->level->data)
		scan_inside(s);
	f->state = AUD_SCAN_ANY;
	aud_lex_inside(&inner, s->level, &s->token);
	if (aud_lex_copy(&inner, s->token.body, name, sizeof(name)))
		aud_scan_name(s, name, strlen(name), false);
}
