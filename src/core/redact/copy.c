/*-------------------------------------------------------------------------
 *
 * copy.c
 *	  A copy of a text without what the policy hides.
 *
 * Nothing is copied before it is known that nothing to hide begins in it, so a
 * buffer that is too small cuts the text but never bares a secret.
 *
 * A constant that the scanner found a secret in has no token: whoever has the
 * key could try passwords on it.
 *
 *-------------------------------------------------------------------------
 */
#include "core/redact/copy.h"

#include "core/lex_value.h"
#include "core/redact/pattern.h"
#include "core/redact/redact.h"
#include "core/redact/token_key.h"
#include "core/utf8.h"

/* Append what fits, cut between two characters. */
static void
append(AudBuf *out, const char *text, size_t n)
{
	size_t room = aud_buf_room(out);

	if (n <= room || out->truncated)
	{
		aud_buf_append(out, text, n);
		return;
	}
	aud_buf_append(out, text, aud_utf8_align_down(text, n, room));
	out->truncated = true;
}

unsigned int
aud_copy_patterns(AudBuf *out, unsigned int patterns, const char *text, size_t len)
{
	AudPatternSearch search = {.patterns = patterns, .text = text, .len = len};
	unsigned int     reasons = 0;
	unsigned int     found;
	size_t           copied = 0;

	if (aud_pattern_may_apply(patterns, text, len))
		while ((found = aud_pattern_next(&search)) != 0)
		{
			append(out, text + copied, search.from - copied);
			aud_buf_cstr(out, aud_pattern_word(found));
			reasons |= aud_pattern_reason(found);
			copied = search.to;
		}
	append(out, text + copied, len - copied);
	return reasons;
}

static void
copy_plainly(AudCopy *c, size_t to)
{
	if (to <= c->copied)
		return;
	append(c->out, c->text + c->copied, to - c->copied);
	c->copied = to;
}

/* ---- constants ----------------------------------------------------------- */

/* Is this the constant that the next of the places is about? */
static bool
take_place(AudCopy *c)
{
	const AudRedactPlaces *places = c->sink.policy->places;
	bool                   taken = false;

	if (!c->all || places == NULL || c->next.comment)
		return false; /* otherwise places.c goes by them */
	while (c->place < places->count && places->at[c->place] < c->next.to)
	{
		c->place++;
		taken = true;
	}
	return taken;
}

static void
add_value(void *arg, const void *bytes, size_t n)
{
	aud_token_add(arg, bytes, n);
}

/* The token of a constant; false if there can be none. */
static bool
token_of(const AudRedactPolicy *policy, const AudConstant *constant, char *token)
{
	if (policy->mode != AUD_REDACT_TOKENS || policy->key == NULL ||
		!aud_token_begin(policy->key))
		return false;
	aud_lex_value(constant->level,
				  &constant->token,
				  add_value,
				  (void *) policy->key);
	return aud_token_end(policy->key, token);
}

static void
put_quote(AudBuf *out, int quoting)
{
	for (int i = 0; i < 1 << quoting; i++)
		aud_buf_char(out, '\'');
}

/* Something else in place of the next constant, in quotes if it is a string. */
static void
put_instead(AudCopy *c, const char *instead, bool quoted)
{
	if (c->next.prefix != 0)
		aud_buf_char(c->out, c->next.prefix);
	if (quoted)
		put_quote(c->out, c->next.quoting);
	aud_buf_cstr(c->out, instead);
	if (quoted)
		put_quote(c->out, c->next.quoting);
}

/* Is it said from outside that it is a secret? */
static bool
is_secret_by_place(const AudRedactPolicy *policy, bool place)
{
	const AudRedactPlaces *places = policy->places;

	return places != NULL && (places->reason & AUD_REDACTED_SECRET) != 0 &&
		   (place || (policy->all_literals && places->count == 0));
}

/* secret: the scanner found one in it, place: it is to be hidden in any mode. */
static void
replace_constant(AudCopy *c, bool secret, bool place)
{
	const AudRedactPolicy *policy = c->sink.policy;
	bool                   string = c->next.token.kind == AUD_TOK_STRING;
	char                   token[AUD_TOKEN_LEN + 1];

	secret = secret || is_secret_by_place(policy, place);
	if (secret)
		c->reasons |= AUD_REDACTED_SECRET;
	if (place)
		c->reasons |= c->sink.policy->places->reason != 0
						  ? c->sink.policy->places->reason
						  : AUD_REDACTED_TAG;
	if (!secret && token_of(policy, &c->next, token))
	{
		c->reasons |= AUD_REDACTED_TOKEN;
		c->next.prefix = 0; /* it is of another kind now */
		put_instead(c, token, true);
		return;
	}
	c->reasons |= AUD_REDACTED_LITERAL;
	put_instead(c,
				policy->mode == AUD_REDACT_LITERALS ? "?" : AUD_REDACTED,
				string);
}

/* Copy the next constant up to "to", but for patterns in it. */
static void
search_constant(AudCopy *c, size_t to)
{
	size_t from;

	if (to > c->next.body_end)
		to = c->next.body_end;
	copy_plainly(c, c->next.body < to ? c->next.body : to);
	from = c->copied;
	if (from >= to)
		return;
	c->reasons |= aud_copy_patterns(c->out,
									aud_redact_patterns(c->sink.policy),
									c->text + from,
									to - from);
	c->copied = to;
}

/* Deal with the next constant, which begins in front of "to". */
static void
pass_constant(AudCopy *c, size_t to, bool secret)
{
	bool place = take_place(c);

	if (c->next.comment || c->all || place)
	{
		c->waiting = false;
		if (c->next.to <= c->copied)
			return; /* a secret has taken it along */
		if (c->copied <= c->next.from)
		{
			copy_plainly(c, c->next.from);
			if (!c->next.comment)
				replace_constant(c, secret, place);
			else if (!c->next.edge)
				aud_buf_char(c->out, ' ');
		}
		c->copied = c->next.to;
		return;
	}
	search_constant(c, to);
	if (c->next.to > to)
		return; /* a secret in it comes first */
	copy_plainly(c, c->next.to);
	c->waiting = false;
}

/* Is there a constant that begins in front of "to", and is not gone yet? */
static bool
has_constant(AudCopy *c, size_t to)
{
	while (c->constants)
	{
		if (!c->waiting)
			c->waiting = c->constants = aud_constants_next(&c->walk, &c->next);
		if (!c->waiting || c->next.from >= to)
			return false;
		if (c->next.to > c->copied &&
			(!c->next.comment || aud_redact_replaces_all(c->sink.policy)))
			return true;
		c->waiting = false;
	}
	return false;
}

static void
copy_until(AudCopy *c, size_t to)
{
	while (c->copied < to && has_constant(c, to))
	{
		bool whole = c->next.to <= to;

		pass_constant(c, to, false);
		if (!whole && c->waiting)
			break;
	}
	copy_plainly(c, to);
}

/* What the scanner has found. */
static void
hide_secret(AudRedactSink *sink, size_t from, size_t to)
{
	AudCopy *c = (AudCopy *) sink;

	/* constants in front of it; then one that it is in is replaced as such */
	while (c->all && has_constant(c, from + 1) && c->next.to <= from)
		pass_constant(c, from, false);
	if (c->all && has_constant(c, to) && c->next.to > from &&
		c->next.from <= from && !c->next.comment)
		pass_constant(c, to, true);
	else
		copy_until(c, from);
	c->reasons |= aud_redact_reason(sink);
	if (c->copied <= from)
		aud_buf_lit(c->out, AUD_REDACTED);
	if (c->copied < to)
		c->copied = to;
}

void
aud_copy_begin(AudCopy *c, AudBuf *out, const AudRedactPolicy *policy,
			   const AudLevel *level)
{
	c->sink = (AudRedactSink){.policy = policy, .hide = hide_secret};
	c->out = out;
	c->text = level->source;
	c->copied = 0;
	c->reasons = 0;
	c->place = 0;
	c->waiting = false;
	c->all = aud_redact_replaces_all(policy);
	c->constants = c->all || aud_redact_patterns(policy) != 0;
	if (c->constants)
		aud_constants_begin(&c->walk, level, c->all);
}

void
aud_copy_is_value(AudCopy *c, size_t end)
{
	AudLevel nothing;

	aud_lex_source(&nothing, c->text, 0);
	aud_constants_begin(&c->walk, &nothing, false);
	memset(&c->next, 0, sizeof(c->next));
	c->next.to = c->next.body_end = end;
	c->all = false;
	c->place = SIZE_MAX;
	c->constants = c->waiting = aud_redact_patterns(c->sink.policy) != 0;
}

void
aud_copy_end(AudCopy *c, size_t end)
{
	copy_until(c, end);
}
