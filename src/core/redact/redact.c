/*-------------------------------------------------------------------------
 *
 * redact.c
 *	  Hiding secrets in SQL text: the way in, and the way out.
 *
 * scan.c finds the secrets; here the text between them is copied.
 * Nothing is copied before it is known that no secret begins in it, so a
 * buffer that is too small cuts the text but never bares a secret.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/redact.h"

#include <stdint.h>

#include "core/redact/places.h"
#include "core/redact/scan.h"
#include "core/utf8.h"

const AudRedactPolicy aud_redact_secrets_only;

/* Copies a text and puts something else in place of what is hidden. */
typedef struct Copier
{
	AudRedactSink sink; /* first: the scanner knows only this */
	AudBuf       *out;
	const char   *text;
	size_t        copied; /* of text */
	unsigned int  reasons;
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
	aud_buf_lit(c->out, AUD_REDACTED);
	c->copied = to;
	c->reasons |= aud_redact_reason(sink);
}

/* All that is to be hidden in a text, and that is SQL. */
static void
scan(AudRedactSink *sink, const AudLevel *level)
{
	if (aud_redact_has_places(sink->policy) && !level->data)
		aud_redact_scan_places(sink, level);
	else
		aud_scan_text(sink, level);
}

static unsigned int
redact(AudBuf *out, const AudRedactPolicy *policy, const AudLevel *level)
{
	Copier c = {{policy, hide_in_copy, NULL, 0}, out, level->source, 0, 0};

	if (aud_redact_may_apply(policy, level->source, level->end))
		scan(&c.sink, level);
	copy_until(&c, level->end);
	return c.reasons;
}

unsigned int
aud_redact_sql(AudBuf *out, const AudRedactPolicy *policy, const char *sql,
			   size_t len)
{
	AudLevel level;

	aud_lex_source(&level, sql, len);
	level.plain_slash = policy->backslash;
	return redact(out, policy, &level);
}

unsigned int
aud_redact_text(AudBuf *out, const AudRedactPolicy *policy, const char *text,
				size_t len)
{
	AudLevel level;

	aud_lex_source(&level, text, len);
	level.data = !aud_scan_is_code(&level, 0);
	return redact(out, policy, &level);
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

unsigned int
aud_redact_params(const AudRedactPolicy *policy, const char *sql, size_t len,
				  unsigned char *hidden, size_t count)
{
	ParamSink p = {.sink = {policy, note_own_secret, note_param, 0},
				   .sql = sql,
				   .len = len,
				   .places = hidden,
				   .count = count};
	AudLevel  level;

	memset(hidden, PLACE_NONE, count);
	if (!aud_redact_may_apply(policy, sql, len))
		return 0;
	aud_lex_source(&level, sql, len);
	level.plain_slash = policy->backslash;
	aud_scan_text(&p.sink, &level);
	for (size_t i = 0; i < count; i++)
		hidden[i] = p.own || (p.any && hidden[i] != PLACE_PLAIN);
	return p.own || p.any ? AUD_REDACTED_SECRET : 0;
}

/* ---- messages ----------------------------------------------------------- */

/*
 * A message quotes the statement: ALTER ROLE a PASSWORD hunter2 fails with
 * 'syntax error at or near "hunter2"'.  Which quotes it uses depends on the
 * language, and what it quotes is a token, so it is often a part of what was
 * hidden in the statement.  Therefore each run of words in the message that
 * also stands in a secret is hidden, if it is long enough to matter.
 *
 * But the server's own words are not to be hidden because a secret has them by
 * chance: "password is <redacted> short" is no message, and tells those who
 * know it how the secret begins.  So a run that no quote or bracket opens must
 * be made of whole words of the secret.
 */

/* A shorter run says next to nothing, unless it is the whole secret. */
#define MIN_RUN 3

/* Of a secret, more than this is not compared. */
#define MAX_SECRET 4096

/* Of a message, what is behind this is hidden if there are secrets at all. */
#define MAX_MESSAGE 1024

typedef struct Comparison
{
	AudRedactSink sink; /* first: the scanner knows only this */
	const char   *sql;
	const char   *message;
	size_t        len;
	bool          any;              /* secrets */
	uint16_t      run[MAX_MESSAGE]; /* bytes to hide from there on */
} Comparison;

static bool
is_alnum(char c)
{
	return aud_lex_is_digit(c) || (c >= 'a' && c <= 'z') ||
		   (c >= 'A' && c <= 'Z');
}

/* May a run begin or end between these two bytes? */
static bool
is_boundary(char before, char after)
{
	return !(is_alnum(before) && is_alnum(after)) &&
		   ((unsigned char) after & 0xC0) != 0x80;
}

/* Does what follows this byte of a message look like something it quotes? */
static bool
is_quote(char c)
{
	return !is_alnum(c) && !aud_lex_is_space((unsigned char) c);
}

/* Do words of text[len] end here?  They begin and end with the text. */
static bool
is_word_end(const char *text, size_t len, size_t pos)
{
	return pos == 0 || pos == len || is_boundary(text[pos - 1], text[pos]);
}

/*
 * How much of message[len] stands in this secret, from its begin on; if it is
 * quoted, within words of the secret, too.
 */
static size_t
longest_run(const char *message, size_t len, bool quoted, const char *secret,
			size_t secret_len)
{
	size_t longest = 0;

	for (size_t at = 0; at + longest < secret_len; at++)
	{
		if (!quoted && !is_word_end(secret, secret_len, at))
			continue;
		for (size_t n = 0;
			 n < len && at + n < secret_len && message[n] == secret[at + n];)
		{
			n++;
			if (n > longest && is_word_end(message, len, n) &&
				(quoted || is_word_end(secret, secret_len, at + n)))
				longest = n;
		}
	}
	return longest;
}

/* Mark in the message what stands in this secret. */
static void
compare(AudRedactSink *sink, size_t from, size_t to)
{
	Comparison *c = (Comparison *) sink;
	size_t      secret_len = to - from < MAX_SECRET ? to - from : MAX_SECRET;

	c->any = true;
	for (size_t i = 0; i < c->len; i++)
	{
		size_t n;

		if (i > 0 && !is_boundary(c->message[i - 1], c->message[i]))
			continue;
		n = longest_run(c->message + i,
						c->len - i,
						i > 0 && is_quote(c->message[i - 1]),
						c->sql + from,
						secret_len);
		if (n > c->run[i] && (n >= MIN_RUN || n == secret_len))
			c->run[i] = (uint16_t) n;
	}
}

/* Mark in the message what it has of the secrets of this text. */
static void
compare_with(Comparison *c, const AudRedactSource *source)
{
	AudLevel level;

	if (!aud_redact_may_apply(c->sink.policy, source->text, source->len))
		return;
	aud_lex_source(&level, source->text, source->len);
	level.plain_slash = c->sink.policy->backslash;
	c->sql = source->text;
	scan(&c->sink, &level);
}

unsigned int
aud_redact_message(AudBuf *out, const AudRedactPolicy *policy,
				   const char *message, size_t len,
				   const AudRedactSource *sources, size_t count)
{
	Comparison   c = {.sink = {policy, compare, NULL, 0}, .message = message};
	unsigned int reasons = 0;
	size_t       pos = 0;

	c.len = aud_utf8_align_down(message, len, MAX_MESSAGE);
	for (size_t i = 0; i < count; i++)
		compare_with(&c, &sources[i]);
	while (pos < len && (pos < c.len || !c.any))
	{
		if (pos >= c.len || c.run[pos] == 0)
		{
			aud_buf_char(out, message[pos++]);
			continue;
		}
		aud_buf_lit(out, AUD_REDACTED);
		pos += c.run[pos];
		reasons = AUD_REDACTED_SECRET;
	}
	if (pos < len)
	{
		aud_buf_lit(out, AUD_REDACTED);
		reasons = AUD_REDACTED_SECRET;
	}
	return reasons;
}
