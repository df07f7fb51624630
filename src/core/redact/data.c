/*-------------------------------------------------------------------------
 *
 * data.c
 *	  Secrets in text that is not SQL: what literals hold.
 *
 * Connection strings (password=x, 'it\'s', Pwd=x;), URIs (//user:x@host),
 * JSON ("password": "x"), headers (Authorization: x, X-Api-Key: x, Cookie: x),
 * environment variables in front of a command (PGPASSWORD=x psql), private keys
 * in PEM or PGP armour.  XML is in xml.c, command lines are in command.c, what
 *a secret looks like by itself in shape.c.
 *
 * A function's body is text in a literal, too, and there "password = p" is an
 * expression that must stay.  So a value without quotes is a secret only in
 * text that does not look like code, and only where no blank is around the
 * '=', unless the whole text is a connection string by libpq's rules.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/redact/scan.h"

size_t
aud_scan_skip_space(const AudLevel *level, size_t pos)
{
	while (aud_lex_is_space(aud_lex_peek(level, pos)))
		(void) aud_lex_char(level, &pos);
	return pos;
}

size_t
aud_scan_skip_text(const AudLevel *level, size_t pos, const char *word)
{
	size_t p = pos;

	for (; *word != '\0'; word++)
		if (aud_lex_lower(aud_lex_char(level, &p)) != (unsigned char) *word)
			return pos;
	return p;
}

/*
 * Is this SQL or PL/pgSQL?  Told by the first word: nothing else begins with
 * ALTER or DECLARE, and what is taken for data by mistake is hidden too much
 * rather than too little.
 */
bool
aud_scan_is_code(const AudLevel *level, size_t pos)
{
	AudLevel data = *level;
	AudToken tok;
	int      second;

	data.data = true; /* a comment shall be a token */
	do
		aud_lex_token(&data, &pos, &tok);
	while (tok.kind == AUD_TOK_PUNCT && tok.text[0] == '(');

	if (tok.kind == AUD_TOK_WORD)
		return (aud_redact_keyword(tok.text, tok.len).flags & AUD_KW_COMMAND) &&
			   aud_scan_skip_text(&data, pos, "-cookie") == pos; /* Set- */
	if (tok.kind != AUD_TOK_OPERATOR)
		return false;
	second = aud_lex_char(&data, &pos);
	return (tok.text[0] == '<' && second == '<') || /* <<label>> */
		   (tok.text[0] == '/' && second == '*') ||
		   (tok.text[0] == '-' && second == '-' &&
			aud_lex_is_space(aud_lex_peek(&data, pos)));
}

/* Move behind a value of a connection string. */
static size_t
skip_conninfo_value(const AudLevel *level, size_t pos)
{
	bool quoted = aud_lex_peek(level, pos) == '\'';
	int  c;

	if (quoted)
		(void) aud_lex_char(level, &pos);
	while ((c = aud_lex_peek(level, pos)) != AUD_LEX_END)
	{
		if (quoted ? c == '\'' : aud_lex_is_space(c))
			break;
		(void) aud_lex_char(level, &pos);
		if (c == '\\')
			(void) aud_lex_char(level, &pos);
	}
	if (quoted)
		(void) aud_lex_char(level, &pos);
	return pos;
}

/*
 * name = value, all the way: what libpq takes for a connection string.  But a
 * single pair with a ';' or '&' in it is one of ODBC, or of an URI's query,
 * where that ends the value.
 */
static bool
is_conninfo(const AudScan *s, size_t pos)
{
	const AudLevel *level = s->level;
	AudToken        name;
	size_t          value;
	int             pairs = 0;
	bool            odbc = false;

	while (aud_lex_peek(level, pos = aud_scan_skip_space(level, pos)) !=
		   AUD_LEX_END)
	{
		aud_lex_token(level, &pos, &name);
		pos = aud_scan_skip_space(level, pos);
		if (name.kind != AUD_TOK_WORD || aud_lex_char(level, &pos) != '=')
			return false;
		value = aud_scan_skip_space(level, pos);
		pos = skip_conninfo_value(level, value);
		odbc = pairs++ == 0 &&
			   aud_scan_secrecy(s, name.text, name.len) == AUD_SECRECY_NONE &&
			   (memchr(level->source + value, ';', pos - value) != NULL ||
				memchr(level->source + value, '&', pos - value) != NULL);
	}
	return pairs > 0 && !odbc;
}

static bool
has_newline(const AudLevel *level, size_t pos)
{
	int c;

	while ((c = aud_lex_char(level, &pos)) != AUD_LEX_END)
		if (aud_lex_is_newline(c))
			return true;
	return false;
}

/*
 * Decide how name=value is read in a text that is not SQL.  What is dollar
 * quoted and has several lines is a function in another language.
 */
void
aud_scan_start_data(AudScan *s, bool dollar)
{
	s->bare_values = !dollar || !has_newline(s->level, s->pos);
	s->conninfo = s->bare_values && is_conninfo(s, s->pos);
}

/* A placeholder of format() is not the secret, but says where it goes. */
bool
aud_scan_is_placeholder(const AudLevel *level, size_t pos)
{
	int c = aud_lex_char(level, &pos);

	if (c != '%')
		return false;
	do
		c = aud_lex_char(level, &pos);
	while (aud_lex_is_digit(c) || c == '$' || c == '-' || c == '*');
	return c == 's' || c == 'I' || c == 'L';
}

/*
 * What editors and other databases take for quotes: if one of those opens at
 * pos, behind its counterpart, or the end of the level.  Otherwise pos.
 */
static size_t
skip_foreign_quotes(const AudLevel *level, size_t pos)
{
	static const char *const quotes[][2] = {
		{"`", "`"},
		{"\xE2\x80\x98", "\xE2\x80\x99"},
		{"\xE2\x80\x9C", "\xE2\x80\x9D"},
	};

	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
	{
		size_t p = aud_scan_skip_text(level, pos, quotes[i][0]);
		size_t end = p;

		if (p == pos)
			continue;
		while ((end = aud_scan_skip_text(level, p, quotes[i][1])) == p)
			if (aud_lex_char(level, &p) == AUD_LEX_END)
				return level->end;
		return end;
	}
	return pos;
}

/*
 * Hide what stands at from without quotes: up to the next blank, quote or
 * end of statement.
 */
void
aud_scan_hide_bare(AudScan *s, size_t from)
{
	size_t pos = skip_foreign_quotes(s->level, from);
	int    c;

	s->touched = true;
	if (aud_scan_is_placeholder(s->level, from))
		return;
	while ((c = aud_lex_peek(s->level, pos)) != AUD_LEX_END)
	{
		if (aud_lex_is_space(c) || c == ';' || c == '\'' || c == '"' ||
			(c == ',' && s->values))
			break;
		(void) aud_lex_char(s->level, &pos);
	}
	if (pos > from)
		aud_scan_hide(s, from, pos);
}

/* Where a value without quotes ends. */
static size_t
bare_value_end(const AudScan *s, size_t pos)
{
	if (s->conninfo)
		return skip_conninfo_value(s->level, pos);
	return aud_scan_shell_word_end(s->level, pos, "&;'\"");
}

/* Behind "name=" in data: hide the value if it is one without quotes. */
void
aud_scan_data_value(AudScan *s)
{
	size_t pos = s->pos;
	size_t end;
	int    c;

	if (!s->bare_values)
		return;
	if (s->conninfo)
		pos = aud_scan_skip_space(s->level, pos);
	else if (s->token.start != s->last_end)
		return; /* blank in front of '=' */
	c = aud_lex_peek(s->level, pos);
	if (c == AUD_LEX_END || aud_lex_is_space(c) || c == '\'' || c == '"')
		return;

	aud_scan_top(s)->state = AUD_SCAN_ANY;
	s->touched = true;
	end = bare_value_end(s, pos);
	if (aud_scan_is_placeholder(s->level, pos) ||
		aud_scan_skip_text(s->level, pos, "%") == end)
		return; /* for format(), or a pattern for LIKE */
	if (end > pos)
		aud_scan_hide(s, pos, end);
}

/* Behind "name:" in data: hide the value, if there is a blank in front of it. */
void
aud_scan_data_pair(AudScan *s)
{
	size_t pos = aud_scan_skip_space(s->level, s->pos);
	size_t end = bare_value_end(s, pos);

	if (!s->bare_values || pos == s->pos || end == pos)
		return;
	s->touched = true;
	if (!aud_scan_is_placeholder(s->level, pos))
		aud_scan_hide(s, pos, end);
}

/*
 * At a ':': if it is the one of scheme://, hide the password in front of the
 * host.  Up to the last '@', because people forget to write %40 for theirs.
 */
static bool
hide_in_uri(AudScan *s)
{
	size_t pos = aud_scan_skip_text(s->level, s->pos, "//");
	size_t colon = 0;
	size_t at = 0;
	int    c;

	if (pos == s->pos)
		return false;
	s->pos = pos;
	for (;;)
	{
		size_t here = pos;

		c = aud_lex_char(s->level, &pos);
		if (c == AUD_LEX_END || aud_lex_is_space(c) ||
			strchr("/?#'\"<>", c) != NULL)
			break;
		if (c == ':' && colon == 0)
			colon = pos;
		if (c == '@')
			at = here;
	}
	if (colon != 0 && at > colon)
		aud_scan_hide(s, colon, at);
	return true;
}

/* What an operator begins, or ends.  True: it has been dealt with. */
bool
aud_scan_data_operator(AudScan *s)
{
	if (s->token.text[0] == ':')
		return hide_in_uri(s);
	if (s->token.text[0] == '-')
		return aud_scan_data_option(s);
	if (s->tag_end == 0 || s->token.start != s->tag_end)
		return false;
	aud_scan_top(s)->state = AUD_SCAN_ANY;
	aud_scan_data_element(s);
	return true;
}

/* Authorization: Basic dXNlcjpwYXNz */
static void
hide_header(AudScan *s)
{
	size_t from = aud_scan_skip_space(s->level, s->pos);
	size_t pos;
	int    c;

	if (aud_lex_char(s->level, &from) != ':')
		return;
	from = aud_scan_skip_space(s->level, from);
	for (pos = from; (c = aud_lex_peek(s->level, pos)) != AUD_LEX_END;
		 (void) aud_lex_char(s->level, &pos))
		if (aud_lex_is_newline(c) || c == '\'' || c == '"')
			break;
	if (pos > from)
		aud_scan_hide(s, from, pos);
}

/*
 * X-Api-Key: x.  The word is its last; where there are dashes in front of it,
 * they join what the name of a secret is made of.
 */
static bool
ends_secret_header(const AudScan *s)
{
	size_t from = s->token.start;
	char   name[AUD_LEX_WORD_MAX];
	size_t len = 0;

	while (from > 0 && s->token.end - from < sizeof(name) &&
		   (s->level->source[from - 1] == '-' ||
			aud_lex_is_word_char((unsigned char) s->level->source[from - 1])))
		from--;
	for (; from < s->token.end; from++)
		name[len++] =
			s->level->source[from] == '-'
				? '_'
				: (char) aud_lex_lower((unsigned char) s->level->source[from]);
	return aud_scan_secrecy(s, name, len) != AUD_SECRECY_NONE;
}

/* -----BEGIN RSA PRIVATE KEY-----, -----BEGIN PGP PRIVATE KEY BLOCK----- */
static void
hide_private_key(AudScan *s)
{
	size_t pos = aud_scan_skip_text(s->level, s->pos, " key");

	if (pos == s->pos)
		return;
	pos = aud_scan_skip_text(s->level, pos, " block");
	if (aud_scan_skip_text(s->level, pos, "-----") != pos)
		aud_scan_hide(s, pos, s->level->end);
}

/* Words that announce a secret in text which is not SQL. */
void
aud_scan_data_word(AudScan *s)
{
	if (s->token.cut)
		return;
	if (strcmp(s->token.text, "authorization") == 0 ||
		strcmp(s->token.text, "cookie") == 0)
		hide_header(s);
	else if (strcmp(s->token.text, "key") == 0 && ends_secret_header(s))
		hide_header(s);
	else if (strcmp(s->token.text, "private") == 0)
		hide_private_key(s);
	else
		aud_scan_data_program(s);
}
