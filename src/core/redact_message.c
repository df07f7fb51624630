/*-------------------------------------------------------------------------
 *
 * redact_message.c
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

#include "core/redact.h"
#include "core/redact_scan.h"

/* A shorter run says next to nothing, and would be found in any message. */
#define MIN_RUN 3

/* Of a secret, more than this is not compared; nor are more secrets. */
#define MAX_SECRET  4096
#define MAX_SECRETS 64

typedef struct Collector
{
	AudRedactSink sink; /* first: the scanner knows only this */
	const char   *sql;
	int           count;
	struct
	{
		size_t from;
		size_t len;
	} secrets[MAX_SECRETS];
} Collector;

static void
collect(AudRedactSink *sink, size_t from, size_t to)
{
	Collector *c = (Collector *) sink;
	size_t     len = to - from;

	if (len < MIN_RUN || c->count == MAX_SECRETS)
		return;
	c->secrets[c->count].from = from;
	c->secrets[c->count].len = len < MAX_SECRET ? len : MAX_SECRET;
	c->count++;
}

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

static size_t
run_in_secrets(const Collector *c, const char *message, size_t len)
{
	size_t longest = 0;

	for (int i = 0; i < c->count; i++)
	{
		size_t n = longest_run(message,
							   len,
							   c->sql + c->secrets[i].from,
							   c->secrets[i].len);

		if (n > longest)
			longest = n;
	}
	return longest;
}

size_t
aud_redact_message(AudBuf *out, const char *message, size_t len,
				   const char *sql, size_t sql_len)
{
	Collector c = {.sink = {collect}, .sql = sql, .count = 0};
	AudLevel  level;
	size_t    count = 0;
	size_t    pos = 0;

	if (aud_redact_may_apply(sql, sql_len))
	{
		aud_lex_source(&level, sql, sql_len);
		aud_scan_text(&c.sink, &level);
	}
	while (pos < len)
	{
		size_t run = 0;

		if (c.count > 0 &&
			(pos == 0 || is_boundary(message[pos - 1], message[pos])))
			run = run_in_secrets(&c, message + pos, len - pos);
		if (run < MIN_RUN)
		{
			aud_buf_char(out, message[pos++]);
			continue;
		}
		aud_buf_lit(out, AUD_REDACTED);
		pos += run;
		count++;
	}
	return count;
}
