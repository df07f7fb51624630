/*-------------------------------------------------------------------------
 *
 * redact.c
 *	  Hiding secrets in SQL text: the way in, and the way out.
 *
 * scan.c finds the secrets, constants.c the constants; copy.c copies what is
 * between them.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/redact.h"

#include <stdint.h>

#include "core/redact/copy.h"
#include "core/redact/places.h"
#include "core/redact/token_key.h"

const AudRedactPolicy aud_redact_secrets_only;

static unsigned int
redact(AudBuf *out, const AudRedactPolicy *policy, const AudLevel *level)
{
	AudCopy c;

	if (!aud_redact_may_apply(policy, level->source, level->end))
		return aud_copy_patterns(out, 0, level->source, level->end);
	aud_copy_begin(&c, out, policy, level);
	if (aud_redact_goes_by_place(policy))
		aud_redact_scan_places(&c.sink, level);
	else if (policy->mode != AUD_REDACT_NONE &&
			 aud_redact_may_have_secrets(policy, level->source, level->end))
		aud_scan_text(&c.sink, level);
	aud_copy_end(&c, level->end);
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

/* ---- values -------------------------------------------------------------- */

/* Whether and where there are secrets in a value, and nothing more. */
typedef struct SecretSink
{
	AudRedactSink sink; /* first: the scanner knows only this */
	bool          any;
} SecretSink;

static void
note_secret(AudRedactSink *sink, size_t from, size_t to)
{
	(void) from;
	(void) to;
	((SecretSink *) sink)->any = true;
}

/* A value as a whole, in the modes that leave nothing of it. */
static unsigned int
replace_value(AudBuf *out, const AudRedactPolicy *policy, const AudLevel *level)
{
	SecretSink s = {.sink = {.policy = policy, .hide = note_secret}};
	char       token[AUD_TOKEN_LEN + 1];

	if (aud_redact_may_have_secrets(policy, level->source, level->end))
		aud_scan_text(&s.sink, level);
	if (policy->mode == AUD_REDACT_LITERALS)
		aud_buf_char(out, '?');
	else if (!s.any && policy->key != NULL &&
			 aud_token_of(policy->key, level->source, level->end, token))
	{
		aud_buf_cstr(out, token);
		return AUD_REDACTED_TOKEN;
	}
	else
		aud_buf_lit(out, AUD_REDACTED);
	return AUD_REDACTED_LITERAL | (s.any ? AUD_REDACTED_SECRET : 0);
}

/* Patterns may be anywhere in it, and a secret that has one in it is hidden. */
static unsigned int
redact_data(AudBuf *out, const AudRedactPolicy *policy, const AudLevel *level)
{
	AudCopy c;

	aud_copy_begin(&c, out, policy, level);
	aud_copy_is_value(&c, level->end);
	if (aud_redact_may_have_secrets(policy, level->source, level->end))
		aud_scan_text(&c.sink, level);
	aud_copy_end(&c, level->end);
	return c.reasons;
}

unsigned int
aud_redact_text(AudBuf *out, const AudRedactPolicy *policy, const char *text,
				size_t len)
{
	AudLevel level;

	aud_lex_source(&level, text, len);
	level.data = !aud_scan_is_code(&level, 0);
	if (aud_redact_replaces_all(policy))
		return replace_value(out, policy, &level);
	if (policy->mode == AUD_REDACT_NONE ||
		!aud_redact_may_apply(policy, text, len))
		return aud_copy_patterns(out, 0, text, len);
	return redact_data(out, policy, &level);
}

/* ---- parameters ---------------------------------------------------------- */

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
	ParamSink p = {.sink = {.policy = policy,
							.hide = note_own_secret,
							.param = note_param},
				   .sql = sql,
				   .len = len,
				   .places = hidden,
				   .count = count};
	AudLevel  level;

	if (policy->mode == AUD_REDACT_LITERALS)
	{
		memset(hidden, 1, count);
		return AUD_REDACTED_LITERAL;
	}
	memset(hidden, PLACE_NONE, count);
	if (policy->mode == AUD_REDACT_NONE ||
		!aud_redact_may_have_secrets(policy, sql, len))
		return 0;
	aud_lex_source(&level, sql, len);
	level.plain_slash = policy->backslash;
	aud_scan_text(&p.sink, &level);
	for (size_t i = 0; i < count; i++)
		hidden[i] = p.own || (p.any && hidden[i] != PLACE_PLAIN);
	return p.own || p.any ? AUD_REDACTED_SECRET : 0;
}
