/*-------------------------------------------------------------------------
 *
 * command.c
 *	  Secrets on command lines: the words behind options.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

static bool
is_blank(int c)
{
	return aud_lex_is_space(c) && !aud_lex_is_newline(c);
}

/*
 * Behind the name of an option at pos; 0 if it is not one of a secret.  It has
 * '-' where other names have '_'.
 */
static size_t
secret_option_end(const AudScan *s, size_t pos)
{
	const AudLevel *level = s->level;
	char            name[AUD_LEX_WORD_MAX] = "";
	size_t          len = 0;
	int             c;

	while (aud_lex_peek(level, pos) == '-')
		(void) aud_lex_char(level, &pos);
	while (aud_lex_is_word_char(c = aud_lex_peek(level, pos)) || c == '-' ||
		   c == '.')
	{
		if (len == sizeof(name))
			return 0;
		name[len++] = c == '-' ? '_' : (char) aud_lex_lower(c);
		(void) aud_lex_char(level, &pos);
	}
	if (len > 3 && memcmp(name, "no_", 3) == 0) /* psql --no-password */
		return 0;
	return aud_scan_secrecy(s, name, len) != AUD_SECRECY_NONE ? pos : 0;
}

/* Hide the word of a shell that begins at from. */
static void
hide_word(AudScan *s, size_t from)
{
	size_t pos = from;
	int    c;

	s->touched = true;
	if (aud_scan_is_placeholder(s->level, from))
		return; /* for format() */
	c = aud_lex_peek(s->level, from);
	if (c == '\'' || c == '"')
	{
		AudToken tok;

		aud_lex_token(s->level, &pos, &tok);
		aud_scan_hide(s, tok.body, tok.body_end);
		s->pos = from = tok.end;
		if (!aud_lex_is_word_char(aud_lex_peek(s->level, pos)))
			return;
	}
	while ((c = aud_lex_peek(s->level, pos)) != AUD_LEX_END &&
		   !aud_lex_is_space(c))
		(void) aud_lex_char(s->level, &pos);
	if (pos == from + 1 && s->level->source[from] == '%')
		return; /* a pattern for LIKE */
	aud_scan_hide(s, from, pos);
}

/*
 * At a '-': if it begins an option that takes a secret, hide that.  What
 * begins with '-' itself is the next option: psql --password -h h.
 */
bool
aud_scan_data_option(AudScan *s)
{
	size_t pos;
	bool   assigned;

	if (s->last_kind != AUD_TOK_END && s->last_end == s->token.start)
		return false;
	pos = secret_option_end(s, s->token.start);
	if (pos == 0)
		return false;
	assigned = aud_lex_peek(s->level, pos) == '=';
	if (!assigned && !is_blank(aud_lex_peek(s->level, pos)))
		return false;
	do
		(void) aud_lex_char(s->level, &pos);
	while (!assigned && is_blank(aud_lex_peek(s->level, pos)));

	switch (aud_lex_peek(s->level, pos))
	{
		case AUD_LEX_END: /* 'x --password ' || 'y' */
			aud_scan_top(s)->state = AUD_SCAN_OPERAND;
			s->pos = pos;
			return true;
		case '-':
			if (!assigned)
				return false;
			break;
		default:
			if (aud_lex_is_space(aud_lex_peek(s->level, pos)))
				return false;
			break;
	}
	s->pos = pos;
	aud_scan_top(s)->state = AUD_SCAN_ANY;
	hide_word(s, pos);
	return true;
}
