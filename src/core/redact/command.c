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
	pos = aud_scan_shell_word_end(s->level, pos, "");
	if (pos == from + 1 && s->level->source[from] == '%')
		return; /* a pattern for LIKE */
	aud_scan_hide(s, from, pos);
}

/* Where the word of a shell that begins at pos ends; *pos: behind its quote. */
static size_t
word_end(const AudLevel *level, size_t *pos)
{
	int    quote = aud_lex_peek(level, *pos);
	size_t end;
	int    c;

	if (quote == '\'' || quote == '"')
		(void) aud_lex_char(level, pos);
	else
		quote = 0;
	for (end = *pos; (c = aud_lex_peek(level, end)) != AUD_LEX_END;
		 (void) aud_lex_char(level, &end))
		if (quote != 0 ? c == quote : aud_lex_is_space(c) || c == '\'' || c == '"')
			break;
	return end;
}

/*
 * curl -u bob:x, --proxy-user bob:x: hide what is behind the colon.  A number
 * in front of it is that of a user: docker run -u 1000:1000.
 */
static bool
hide_behind_user(AudScan *s, size_t pos)
{
	size_t end = word_end(s->level, &pos);
	bool   number = true;
	int    c;

	while (pos < end && (c = aud_lex_char(s->level, &pos)) != ':')
		number = number && aud_lex_is_digit(c);
	if (pos >= end || number || aud_scan_is_placeholder(s->level, pos))
		return false;
	aud_scan_hide(s, pos, end);
	return true;
}

/* If it is at pos, with a blank or '=' behind it: behind that, too; else pos. */
static size_t
skip_option(const AudLevel *level, size_t pos, const char *option)
{
	size_t end = aud_scan_skip_text(level, pos, option);
	size_t p = end;

	if (end == pos)
		return pos;
	if (aud_lex_peek(level, p) == '=')
		(void) aud_lex_char(level, &p);
	while (is_blank(aud_lex_peek(level, p)))
		(void) aud_lex_char(level, &p);
	return p != end ? p : pos;
}

/* -u and -p, with all that is known of the program */
static bool
short_option(AudScan *s)
{
	static const char *const users[] = {"-u", "--user", "--proxy-user"};
	size_t                   at = s->token.start;
	size_t                   pos;

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		if ((pos = skip_option(s->level, at, users[i])) != at)
			return hide_behind_user(s, pos);
	if ((pos = aud_scan_skip_text(s->level, at, "-u")) != at)
		return hide_behind_user(s, pos);
	if (s->p_separate && (pos = skip_option(s->level, at, "-p")) != at)
		s->p_attached = s->p_separate = false; /* once: sshpass -p x ssh -p 22 */
	else if (!s->p_attached ||
			 (pos = aud_scan_skip_text(s->level, at, "-p")) == at ||
			 aud_lex_peek(s->level, pos) == AUD_LEX_END ||
			 aud_lex_is_space(aud_lex_peek(s->level, pos)))
		return false;
	else if (s->p_separate)
		s->p_attached = s->p_separate = false;
	s->pos = pos;
	hide_word(s, pos);
	return true;
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
		return short_option(s);
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

/* ---- programs ------------------------------------------------------------- */

/* Programs whose -p is a password: in the same word, or in the next, too. */
void
aud_scan_data_program(AudScan *s)
{
	const char *word = s->token.text;

	if (strncmp(word, "mysql", 5) == 0 || strncmp(word, "mariadb", 7) == 0)
		s->p_attached = true;
	else if (strcmp(word, "sshpass") == 0 || strncmp(word, "mongo", 5) == 0)
		s->p_attached = s->p_separate = true;
	else if (strcmp(word, "configure") == 0 || strcmp(word, "config") == 0)
		s->configures = 1;
	else if (strcmp(word, "set") == 0 && s->configures == 1)
		s->configures = 2;
}

/* aws configure set aws_secret_access_key x: behind the name */
bool
aud_scan_data_configured(AudScan *s)
{
	size_t pos = s->token.end;

	while (is_blank(aud_lex_peek(s->level, pos)))
		(void) aud_lex_char(s->level, &pos);
	if (!s->bare_values || pos == s->token.end ||
		aud_lex_peek(s->level, pos) == AUD_LEX_END ||
		aud_lex_is_newline(aud_lex_peek(s->level, pos)))
		return false;
	s->pos = pos;
	aud_scan_top(s)->state = AUD_SCAN_ANY;
	hide_word(s, pos);
	return true;
}
