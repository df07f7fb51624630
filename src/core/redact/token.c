/*-------------------------------------------------------------------------
 *
 * token.c
 *	  What words say about the literals behind them.
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
	s->call = aud_scan_call(s, name, len);
	if (s->level->data && s->token.kind == AUD_TOK_QUOTED_NAME &&
		strcmp(name, "authorization") == 0)
		s->secrecy = AUD_SECRECY_KEY;
	if (completes_secret_setting(s, name, len) && s->secrecy == AUD_SECRECY_NONE)
		s->secrecy = AUD_SECRECY_KEY;
	if (s->level->data && len == 3 && memcmp(name, "sig", 3) == 0)
		s->secrecy = AUD_SECRECY_KEY; /* of an URL that is signed */
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
	return !s->mapping && (s->verb == AUD_KW_ALTER || s->verb == AUD_KW_CREATE) &&
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
	else if (s->words == 2)
		s->mapping = word.id == AUD_KW_MAPPING;
	if (s->words < 3)
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

/*
 * The names of what VALUES or SELECT gives: the columns of an INSERT, or those
 * of a list in front of AS, or behind the parenthesis.
 */
static uint64_t
names_of_rows(AudScan *s, const AudScanFrame *f)
{
	if (s->insert_frame == s->nframes)
		return s->insert_names;
	if (f->row_names != 0)
		return f->row_names;
	if (s->nframes == 1 || s->beyond > 0 || s->level->data)
		return 0;
	return f->source ? aud_scan_source_names(s) : aud_scan_aliases_ahead(s);
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
	else if (word.id == AUD_KW_VALUES)
	{
		s->values_names = names_of_rows(s, f);
		s->values_frame = s->values_names != 0 ? s->nframes : -1;
	}
	else if (word.id == AUD_KW_SELECT && f->enclosed)
	{
		/* password = (SELECT 'x' FROM t WHERE name = 'bob') */
		f->enclosed = false;
		f->select = true;
		f->secret_args = ~UINT64_C(0);
	}
	else if (word.id == AUD_KW_SELECT)
	{
		uint64_t names = names_of_rows(s, f);

		f->star = false;
		if (names == 0 && !s->level->data)
			names = aud_scan_into_ahead(s);

		if (names != 0)
		{
			f->select = true;
			f->secret_args = names;
			f->arg = 0;
		}
	}
	else if ((word.flags & AUD_KW_CLAUSE) && f->select)
	{
		f->select = false;
		f->secret_args = 0;
	}
}

/* What compares a name, or an expression with one, with what follows. */
static bool
compares(AudScan *s, AudScanFrame *f, AudWord word)
{
	switch (word.id)
	{
		case AUD_KW_IS:
			f->state = AUD_SCAN_TYPED; /* IS DISTINCT FROM may follow */
			return true;
		case AUD_KW_BETWEEN:
			f->between = true;
			f->state = AUD_SCAN_OPERAND;
			return true;
		case AUD_KW_WHEN:
			f->when = true; /* CASE password WHEN 'x' */
			f->state = AUD_SCAN_OPERAND;
			return true;
		case AUD_KW_NOT:
		case AUD_KW_SIMILAR:
			return true;
		default:
			break;
	}
	if (f->state == AUD_SCAN_NAME || !(word.flags & AUD_KW_COMPARES) ||
		s->level->data)
		return false;
	f->state = AUD_SCAN_OPERAND;
	return true;
}

/* A word behind a secret's name.  True: it has been dealt with. */
static bool
word_behind_name(AudScan *s, AudScanFrame *f, AudWord word)
{
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
	if (compares(s, f, word))
		return true;
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
		s->fed_by_more = true;
		f->state = AUD_SCAN_DONE;
		f = aud_scan_push(s);
		f->enclosed = f->is_case = true;
		return true;
	}
	if (!(word.flags & (AUD_KW_RESERVED | AUD_KW_VALUE)))
		aud_scan_fed_by(s, s->token.text, s->token.len);
	f->state = (word.flags & AUD_KW_RESERVED) ? AUD_SCAN_ANY : AUD_SCAN_WORD;
	return f->state == AUD_SCAN_WORD;
}

/* Whatever the state makes of a word.  True: it has been dealt with. */
static bool
word_by_state(AudScan *s, AudScanFrame *f, AudWord word)
{
	if ((word.id == AUD_KW_AND && f->between) ||
		(word.id == AUD_KW_WHEN && f->when))
	{
		f->between = false;
		f->state = AUD_SCAN_OPERAND;
		return true;
	}
	if (aud_scan_long_operator(s))
		return true;
	switch (f->state)
	{
		case AUD_SCAN_NAME:
			return word_behind_name(s, f, word);
		case AUD_SCAN_KEY:
			if (compares(s, f, word))
				return true;
			break;
		case AUD_SCAN_OPERAND:
			return word_as_operand(s, f, word);
		case AUD_SCAN_WORD:
			if (s->last_dot)
			{
				aud_scan_fed_by(s, s->token.text, s->token.len);
				return true;
			}
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
	return is_role_statement(s) && !s->last_dot &&
		   s->before.id != AUD_KW_ROLE && s->before.id != AUD_KW_USER &&
		   s->before.id != AUD_KW_GROUP && s->before.id != AUD_KW_FOR &&
		   (strcmp(s->token.text, "password") == 0 ||
			aud_redact_is_mistyped(s->token.text, s->token.len));
}

static bool
has_high_byte(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char) text[i] >= 0x80)
			return true;
	return false;
}

/* A blank that SQL takes for letters; behind it, or pos if there is none. */
static size_t
skip_foreign_blank(const AudLevel *level, size_t pos)
{
	static const char *const blanks[] = {
		"\xC2\xA0",     /* no-break */
		"\xE2\x80\x8B", /* of no width */
		"\xE2\x80\x83", /* em, en, thin */
		"\xE2\x80\x82",
		"\xE2\x80\x89",
		"\xE2\x80\xAF", /* narrow, no-break */
		"\xE3\x80\x80", /* ideographic */
		"\xEF\xBB\xBF",
	};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
	{
		size_t end = aud_scan_skip_text(level, pos, blanks[i]);

		if (end != pos)
			return end;
	}
	return pos;
}

/*
 * PASSWORD and a no-break space are one word for the server, but two for who
 * has pasted them: the token ends in front of such a blank, and goes on behind.
 */
static void
cut_at_foreign_blank(AudScan *s)
{
	size_t pos = s->token.start;
	size_t end;

	if (s->token.cut || !has_high_byte(s->token.text, s->token.len))
		return;
	for (size_t n = 0; n < s->token.len; n++)
	{
		end = skip_foreign_blank(s->level, pos);
		if (end != pos && n > 0)
		{
			s->token.len = n;
			s->token.text[n] = '\0';
			while (end < s->token.end &&
				   (pos = skip_foreign_blank(s->level, end)) != end)
				end = pos;
			s->token.end = s->pos = end;
			return;
		}
		(void) aud_lex_char(s->level, &pos);
	}
}

/*
 * Behind the secret of a role, up to the next option: whatever is there was
 * meant to be part of it.  True: it is hidden.
 */
bool
aud_scan_behind_password(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);

	if (!s->password || s->nframes > 1 || f->bare || f->state == AUD_SCAN_OPERAND)
		return false;
	if (s->token.kind == AUD_TOK_WORD &&
		aud_redact_is_role_option(s->token.text, s->token.len))
	{
		s->password = false;
		return false;
	}
	f->state = AUD_SCAN_ANY;
	aud_scan_hide_bare(s, s->token.start);
	return true;
}

void
aud_scan_word(AudScan *s)
{
	AudScanFrame *f = aud_scan_top(s);
	AudWord       word = {AUD_KW_NONE, 0};
	size_t        shape = aud_scan_shape_end(s);

	cut_at_foreign_blank(s);
	if (aud_scan_behind_password(s))
		return;
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
	if (shape != 0)
	{
		aud_scan_hide(s, s->token.start, shape);
		return;
	}
	if (s->level->data)
		aud_scan_data_word(s);
	if (word_by_state(s, f, word))
	{
		s->call = aud_scan_call(s, s->token.text, s->token.len);
		return;
	}
	follow_insert(s, f, word);
	if (word.id == AUD_KW_END)
		f->when = false;
	if (word.id == AUD_KW_AS && s->list != 0)
		f->row_names = s->list;
	if (word.id == AUD_KW_CASE && !s->level->data && aud_scan_case_ahead(s))
	{
		f = aud_scan_push(s);
		f->enclosed = f->is_case = true;
	}
	else if (word.id == AUD_KW_END && f->is_case)
		aud_scan_pop(s);
	else if (word.id == AUD_KW_BY && s->before.id == AUD_KW_IDENTIFIED)
	{
		f->state = AUD_SCAN_NAME; /* not ours, but Oracle's and MySQL's */
		f->bare = true;
	}
	else if (is_password_option(s))
	{
		s->secrecy = AUD_SECRECY_PASSWORD;
		s->password = true;
		f->state = AUD_SCAN_NAME;
		f->bare = true;
	}
	else
	{
		aud_scan_name(s, s->token.text, s->token.len, false);
		if (s->secrecy != AUD_SECRECY_NONE && s->configures == 2)
			(void) aud_scan_data_configured(s);
	}
}
