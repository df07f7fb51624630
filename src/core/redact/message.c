/*-------------------------------------------------------------------------
 *
 * message.c
 *	  Error messages without what their statement hides.
 *
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
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>

#include "core/redact/copy.h"
#include "core/redact/message_values.h"
#include "core/redact/places.h"
#include "core/redact/redact.h"
#include "core/redact/token_key.h"
#include "core/utf8.h"

/* A shorter run says next to nothing, unless it is the whole secret. */
#define MIN_RUN 3

/* Of a secret, more than this is not compared. */
#define MAX_SECRET 4096

typedef struct Comparison
{
	AudRedactSink sink; /* first: the scanner knows only this */
	const char   *sql;
	const char   *message;
	size_t        len;
	bool          any;                  /* secrets */
	uint16_t      run[AUD_MESSAGE_MAX]; /* bytes to hide from there on */
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

	if (!aud_redact_has_places(c->sink.policy) &&
		!aud_redact_may_have_secrets(c->sink.policy, source->text, source->len))
		return;
	aud_lex_source(&level, source->text, source->len);
	level.plain_slash = c->sink.policy->backslash;
	c->sql = source->text;
	if (aud_redact_goes_by_place(c->sink.policy))
		aud_redact_scan_places(&c->sink, &level);
	else
		aud_scan_text(&c->sink, &level);
}

/* What stands for a value. */
static unsigned int
put_value(AudBuf *out, const AudRedactPolicy *policy, const char *value,
		  size_t len)
{
	char token[AUD_TOKEN_LEN + 1];

	if (policy->mode == AUD_REDACT_LITERALS)
		aud_buf_char(out, '?');
	else if (policy->key != NULL && aud_token_of(policy->key, value, len, token))
	{
		aud_buf_cstr(out, token);
		return AUD_REDACTED_TOKEN;
	}
	else
		aud_buf_lit(out, AUD_REDACTED);
	return AUD_REDACTED_LITERAL;
}

/* The next place where something is hidden, or the end of what was looked at. */
static size_t
next_run(const Comparison *c, const uint16_t *values, size_t pos)
{
	while (pos < c->len && c->run[pos] == 0 && values[pos] == 0)
		pos++;
	return pos;
}

/* A run may begin within another one, and secrets come first. */
static unsigned int
put_run(AudBuf *out, const Comparison *c, const uint16_t *values, size_t *pos)
{
	size_t from = *pos;

	if (c->run[from] > 0)
	{
		*pos += c->run[from];
		aud_buf_lit(out, AUD_REDACTED);
		return AUD_REDACTED_SECRET;
	}
	*pos += values[from];
	for (size_t i = from; i < *pos; i++)
	{
		if (c->run[i] == 0)
			continue;
		if (*pos < i + c->run[i])
			*pos = i + c->run[i];
		aud_buf_lit(out, AUD_REDACTED);
		return AUD_REDACTED_SECRET;
	}
	return put_value(out, c->sink.policy, c->message + from, values[from]);
}

unsigned int
aud_redact_message(AudBuf *out, const AudRedactPolicy *policy,
				   const char *message, size_t len,
				   const AudRedactSource *sources, size_t count)
{
	Comparison   c = {.sink = {.policy = policy, .hide = compare},
					  .message = message};
	uint16_t     values[AUD_MESSAGE_MAX] = {0};
	unsigned int reasons = 0;
	size_t       pos = 0;

	c.len = aud_utf8_align_down(message, len, AUD_MESSAGE_MAX);
	for (size_t i = 0; i < count && (policy->mode != AUD_REDACT_NONE ||
									 aud_redact_has_places(policy));
		 i++)
		compare_with(&c, &sources[i]);
	if (aud_redact_replaces_all(policy) && count > 0)
	{
		aud_message_mark_values(policy, message, c.len, sources, count, values);
		c.any = true;
	}
	while (pos < c.len)
	{
		size_t next = next_run(&c, values, pos);

		if (next > pos)
			reasons |= aud_copy_patterns(out,
										 aud_redact_patterns(policy),
										 message + pos,
										 next - pos);
		pos = next;
		if (pos < c.len)
			reasons |= put_run(out, &c, values, &pos);
	}
	if (pos < len && c.any)
	{
		aud_buf_lit(out, AUD_REDACTED);
		return reasons | AUD_REDACTED_SECRET;
	}
	if (pos < len)
		reasons |= aud_copy_patterns(out,
									 aud_redact_patterns(policy),
									 message + pos,
									 len - pos);
	return reasons;
}
