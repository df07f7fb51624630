/*-------------------------------------------------------------------------
 *
 * message.c
 *	  Hiding the secrets of a statement in the error message it caused.
 *
 * A message quotes the statement: ALTER ROLE a PASSWORD hunter2 fails with
 * 'syntax error at or near "hunter2"'.  Which quotes it uses depends on the
 * language, and what it quotes is a token, so it is often a part of what was
 * hidden in the statement.  Therefore each run of words in the message that
 * also stands in a secret is hidden, if it is long enough to matter.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>

#include "core/redact/redact.h"
#include "core/redact/scan.h"
#include "core/utf8.h"

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

/* How much of message[len] stands in this secret, from its begin on. */
static size_t
longest_run(const char *message, size_t len, const char *secret, size_t secret_len)
{
	size_t longest = 0;

	for (size_t at = 0; at + longest < secret_len; at++)
		for (size_t n = 0;
			 n < len && at + n < secret_len && message[n] == secret[at + n];)
		{
			n++;
			if (n > longest &&
				(n == len || is_boundary(message[n - 1], message[n])))
				longest = n;
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
		n = longest_run(c->message + i, c->len - i, c->sql + from, secret_len);
		if (n > c->run[i] && (n >= MIN_RUN || n == secret_len))
			c->run[i] = (uint16_t) n;
	}
}

size_t
aud_redact_message(AudBuf *out, const char *message, size_t len,
				   const char *sql, size_t sql_len)
{
	Comparison c = {.sink = {compare}, .sql = sql, .message = message};
	AudLevel   level;
	size_t     count = 0;
	size_t     pos = 0;

	c.len = aud_utf8_align_down(message, len, MAX_MESSAGE);
	if (aud_redact_may_apply(sql, sql_len))
	{
		aud_lex_source(&level, sql, sql_len);
		aud_scan_text(&c.sink, &level);
	}
	while (pos < len && (pos < c.len || !c.any))
	{
		if (pos >= c.len || c.run[pos] == 0)
		{
			aud_buf_char(out, message[pos++]);
			continue;
		}
		aud_buf_lit(out, AUD_REDACTED);
		pos += c.run[pos];
		count++;
	}
	if (pos < len)
	{
		aud_buf_lit(out, AUD_REDACTED);
		count++;
	}
	return count;
}
