/*-------------------------------------------------------------------------
 *
 * redact.c
 *	  Hiding secrets in SQL text: the way in, and the way out.
 *
 * redact_scan.c finds the secrets; here the text between them is copied.
 * Nothing is copied before it is known that no secret begins in it, so a
 * buffer that is too small cuts the text but never bares a secret.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/redact.h"

#include <stdint.h>

#include "core/redact/scan.h"
#include "core/utf8.h"

/* Copies a text and puts something else in place of what is hidden. */
typedef struct Copier
{
	AudRedactSink sink; /* first: the scanner knows only this */
	AudBuf       *out;
	const char   *text;
	const char   *instead;
	size_t        copied; /* of text */
	size_t        count;
} Copier;

/* Copy up to text[to]; what does not fit is cut between two characters. */
static void
copy_until(Copier *c, size_t to)
{
	const char *from = c->text + c->copied;
	size_t      n = to - c->copied;
	size_t      room = aud_buf_room(c->out);

	c->copied = to;
	if (n <= room || c->out->truncated)
	{
		aud_buf_append(c->out, from, n);
		return;
	}
	aud_buf_append(c->out, from, aud_utf8_align_down(from, n, room));
	c->out->truncated = true;
}

static void
hide_in_copy(AudRedactSink *sink, size_t from, size_t to)
{
	Copier *c = (Copier *) sink;

	copy_until(c, from);
	aud_buf_cstr(c->out, c->instead);
	c->copied = to;
	c->count++;
}

static Copier
start_copy(AudBuf *out, const char *text, const char *instead)
{
	Copier c = {{hide_in_copy, NULL}, out, text, instead, 0, 0};

	return c;
}

static size_t
redact(AudBuf *out, const AudLevel *level)
{
	Copier c = start_copy(out, level->source, AUD_REDACTED);

	if (aud_redact_may_apply(level->source, level->end))
		aud_scan_text(&c.sink, level);
	copy_until(&c, level->end);
	return c.count;
}

size_t
aud_redact_secrets(AudBuf *out, const char *sql, size_t len)
{
	AudLevel level;

	aud_lex_source(&level, sql, len);
	return redact(out, &level);
}

size_t
aud_redact_secrets_backslash(AudBuf *out, const char *sql, size_t len)
{
	AudLevel level;

	aud_lex_source(&level, sql, len);
	level.plain_slash = true;
	return redact(out, &level);
}

size_t
aud_redact_text(AudBuf *out, const char *text, size_t len)
{
	AudLevel level;

	aud_lex_source(&level, text, len);
	level.data = !aud_scan_is_code(&level, 0);
	return redact(out, &level);
}

size_t
aud_redact_literals(AudBuf *out, const char *sql, size_t len)
{
	Copier   c = start_copy(out, sql, "?");
	AudLevel level;
	AudToken tok;
	size_t   pos = 0;

	aud_lex_source(&level, sql, len);
	do
	{
		aud_lex_token(&level, &pos, &tok);
		if (tok.kind == AUD_TOK_STRING || tok.kind == AUD_TOK_NUMBER)
			c.sink.hide(&c.sink, tok.start, tok.end);
	} while (tok.kind != AUD_TOK_END);
	copy_until(&c, len);
	return c.count;
}

/* What is known of a parameter's places in the text. */
enum
{
	PLACE_NONE, /* it has none */
	PLACE_PLAIN,
	PLACE_SECRET
};

typedef struct ParamSink
{
	AudRedactSink  sink; /* first: the scanner knows only this */
	const char    *sql;
	size_t         len;
	unsigned char *places;
	size_t         count;
	bool           any; /* stands one in the place of a secret? */
	bool           own; /* has the text a secret of its own? */
} ParamSink;

static void
note_own_secret(AudRedactSink *sink, size_t from, size_t to)
{
	(void) from;
	(void) to;
	((ParamSink *) sink)->own = true;
}

static void
note_param(AudRedactSink *sink, size_t at, bool secret)
{
	ParamSink *p = (ParamSink *) sink;
	size_t     number = 0;

	while (++at < p->len && aud_lex_is_digit((unsigned char) p->sql[at]) &&
		   number <= p->count)
		number = number * 10 + (size_t) (p->sql[at] - '0');
	if (number == 0 || number > p->count)
		return;
	if (secret)
	{
		p->places[number - 1] = PLACE_SECRET;
		p->any = true;
	}
	else if (p->places[number - 1] == PLACE_NONE)
		p->places[number - 1] = PLACE_PLAIN;
}

bool
aud_redact_params(const char *sql, size_t len, bool backslash,
				  unsigned char *hidden, size_t count)
{
	ParamSink p =
		{{note_own_secret, note_param}, sql, len, hidden, count, false, false};
	AudLevel level;

	memset(hidden, PLACE_NONE, count);
	if (!aud_redact_may_apply(sql, len))
		return false;
	aud_lex_source(&level, sql, len);
	level.plain_slash = backslash;
	aud_scan_text(&p.sink, &level);
	for (size_t i = 0; i < count; i++)
		hidden[i] = p.own || (p.any && hidden[i] != PLACE_PLAIN);
	return p.own || p.any;
}
