/*-------------------------------------------------------------------------
 *
 * needles.c
 *	  Which bytes a line must have for its record to match a condition.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/needles.h"

#include <stdlib.h>
#include <string.h>

#include "core/class.h"
#include "core/json_write.h"
#include "core/match/term.h"

/*
 * What stands before the value of a key in a line; where several members may
 * hold it, what they have in common.
 */
static const char *const prefixes[AUD_MATCH_KEYS] = {
	[AUD_MATCH_CLASS] = "\"",
	[AUD_MATCH_COMMAND] = "\"command\":\"",
	[AUD_MATCH_OUTCOME] = "\"outcome\":\"",
	[AUD_MATCH_USER] = "\"user\":\"",
	[AUD_MATCH_CURRENT_USER] = "user\":\"", /* user where it is the same */
	[AUD_MATCH_ANY_USER] = "user\":\"",
	[AUD_MATCH_DB] = "\"db\":\"",
	[AUD_MATCH_APP] = "\"app\":\"",
	[AUD_MATCH_OBJECT] = "\"name\":\"",
	[AUD_MATCH_TAG] = "\"",
	[AUD_MATCH_EVENT] = "\"event\":\"",
	[AUD_MATCH_SESSION] = "\"session\":\"",
	[AUD_MATCH_SQLSTATE] = "\"sqlstate\":\"",
	[AUD_MATCH_ACCESS] = "\"",
	[AUD_MATCH_RULE] = "\"",
	[AUD_MATCH_ORIGIN] = "\"origin\":\"",
	[AUD_MATCH_TEXT] = "",
};

/* What a line has that has the member at all. */
static const char *const members[AUD_MATCH_KEYS] = {
	[AUD_MATCH_CLIENT] = "\"client_addr\":\"",
	[AUD_MATCH_ROWS] = "\"rows\":",
	[AUD_MATCH_DURATION_MS] = "\"duration_us\":",
	[AUD_MATCH_PID] = "\"pid\":",
	[AUD_MATCH_SUPERUSER] = "\"superuser\":true",
	[AUD_MATCH_PRIVILEGED] = "\"privileged\":true",
	[AUD_MATCH_CONTEXT] = "\"context\":\"",
};

/* Of a long value its beginning is enough; "whole" closes the quotes if all of it fits. */
static void
set_needle(AudNeedle *needle, const char *prefix, const char *value, size_t len,
		   bool whole)
{
	char   text[8 * AUD_NEEDLE_MAX];
	size_t n = len < AUD_NEEDLE_MAX ? len : AUD_NEEDLE_MAX;
	AudBuf b;

	aud_buf_init(&b, text, sizeof(text));
	aud_buf_cstr(&b, prefix);
	(void) aud_json_escape(&b, value, n);
	if (whole && n == len)
		aud_buf_char(&b, '"');
	needle->len = b.len < AUD_NEEDLE_MAX ? b.len : AUD_NEEDLE_MAX;
	memcpy(needle->text, text, needle->len);
}

/* Would the writer's line hold it as it is?  What is no UTF-8 it replaces. */
static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if ((unsigned char) text[i] < 0x20 || (unsigned char) text[i] > 0x7E)
			return false;
	}
	return true;
}

static void
upper_case(AudNeedle *needle, size_t from)
{
	for (size_t i = from; i < needle->len; i++)
	{
		if (needle->text[i] >= 'a' && needle->text[i] <= 'z')
			needle->text[i] = (char) (needle->text[i] - 'a' + 'A');
	}
}

/* Is it a regular expression that stands for itself alone? */
static bool
is_literal_regex(const AudPattern *p)
{
	return p->kind == AUD_PATTERN_REGEX &&
		   strpbrk(p->text + 1, "\\^$.|?*+()[]{}") == NULL;
}

/*
 * Of a word all of it, of a glob what is before its first star; a regular
 * expression has none, unless it is letters only.  Commands and SQLSTATEs, of
 * which case does not matter, are written in capitals.
 */
static bool
pattern_needle(AudNeedle *needle, AudMatchKey key, const AudPattern *p)
{
	bool        is_word = p->kind == AUD_PATTERN_WORD;
	bool        is_literal = is_literal_regex(p);
	const char *text = p->text + is_literal; /* behind its tilde */
	size_t      len = is_word || is_literal ? strlen(text) : p->literal;

	if ((p->kind == AUD_PATTERN_REGEX && !is_literal) || !is_plain(text, len))
		return false;
	set_needle(needle, is_literal ? "" : prefixes[key], text, len, is_word);
	if (p->any_case && !is_literal)
		upper_case(needle, strlen(prefixes[key]));
	return needle->len > 0;
}

static bool
word_needle(AudNeedle *needle, AudMatchKey key, const char *word)
{
	/* a record leaves it out; and "session" is the beginning of an event */
	if (key == AUD_MATCH_ORIGIN && strcmp(word, aud_origin_names[0]) == 0)
		return false;
	set_needle(needle, prefixes[key], word, strlen(word), key != AUD_MATCH_EVENT);
	return true;
}

static bool
class_needle(AudNeedle *needle, int class)
{
	const char *name = class == AUD_MATCH_CLASS_ALERT   ? "alert"
					   : class == AUD_MATCH_CLASS_AUDIT ? "audit"
														: aud_class_name(class);

	set_needle(needle, prefixes[AUD_MATCH_CLASS], name, strlen(name), true);
	return true;
}

/* The needle of one value of a term; false: it has none. */
static bool
value_needle(AudNeedle *needle, const AudTerm *term, int i)
{
	const AudTermValue *value = &term->values[i];

	switch (term->key)
	{
		case AUD_MATCH_CLASS:
			return class_needle(needle, value->class);
		case AUD_MATCH_OUTCOME:
		case AUD_MATCH_EVENT:
		case AUD_MATCH_ACCESS:
		case AUD_MATCH_ORIGIN:
			return word_needle(needle, term->key, value->word);
		case AUD_MATCH_SUPERUSER:
		case AUD_MATCH_PRIVILEGED:
			if (!value->flag)
				return false;
			break;
		case AUD_MATCH_MEMBER_OF:
		case AUD_MATCH_TIME:
			return false;
		default:
			if (prefixes[term->key] != NULL)
				return pattern_needle(needle, term->key, &value->pattern);
	}
	if (members[term->key] == NULL)
		return false;
	needle->len = strlen(members[term->key]);
	memcpy(needle->text, members[term->key], needle->len);
	return true;
}

/* All values of a term; none where one of them has no needle. */
static bool
set_of_term(AudNeedleSet *set, const AudTerm *term)
{
	set->items = calloc((size_t) term->n, sizeof(*set->items));
	if (set->items == NULL)
		return false;
	while (set->n < term->n && value_needle(&set->items[set->n], term, set->n))
		aud_needle_prepare(&set->items[set->n++]);
	if (set->n == term->n)
		return true;
	set->n = 0;
	return true;
}

/*
 * Which of two sets says more: few and long needles are rare; classes, outcomes
 * and the like are in every other line.
 */
static size_t
weight(const AudNeedleSet *set)
{
	size_t shortest = AUD_NEEDLE_MAX;

	for (int i = 0; i < set->n; i++)
	{
		if (set->items[i].len < shortest)
			shortest = set->items[i].len;
	}
	return set->n > 0 ? shortest / (size_t) set->n : 0;
}

/* Keys of which a trail has few values, so that each is frequent. */
#define FREQUENT                                                             \
	(AUD_MATCH_BIT(AUD_MATCH_CLASS) | AUD_MATCH_BIT(AUD_MATCH_OUTCOME) |     \
	 AUD_MATCH_BIT(AUD_MATCH_DB) | AUD_MATCH_BIT(AUD_MATCH_APP) |            \
	 AUD_MATCH_BIT(AUD_MATCH_CLIENT) | AUD_MATCH_BIT(AUD_MATCH_ROWS) |       \
	 AUD_MATCH_BIT(AUD_MATCH_DURATION_MS) | AUD_MATCH_BIT(AUD_MATCH_EVENT) | \
	 AUD_MATCH_BIT(AUD_MATCH_ACCESS) | AUD_MATCH_BIT(AUD_MATCH_PID) |        \
	 AUD_MATCH_BIT(AUD_MATCH_SUPERUSER) | AUD_MATCH_BIT(AUD_MATCH_ORIGIN))

bool
aud_needles_of(AudNeedles *needles, const AudMatch *match)
{
	size_t best = 0;

	*needles =
		(AudNeedles){0, calloc((size_t) match->n + 1, sizeof(AudNeedleSet))};
	if (needles->sets == NULL)
		return false;
	for (int i = 0; i < match->n; i++)
	{
		const AudTerm *term = &match->terms[i];
		AudNeedleSet   set = {0, NULL};
		size_t         says;

		if (term->negated)
			continue;
		if (!set_of_term(&set, term))
			return false;
		if (set.n == 0)
		{
			free(set.items);
			continue;
		}
		says = weight(&set) +
			   (AUD_MATCH_BIT(term->key) & FREQUENT ? 0 : AUD_NEEDLE_MAX);
		needles->sets[needles->n++] = set;
		if (says > best)
		{
			needles->sets[needles->n - 1] = needles->sets[0];
			needles->sets[0] = set;
			best = says;
		}
	}
	return true;
}

void
aud_needles_free(AudNeedles *needles)
{
	for (int i = 0; i < needles->n; i++)
		free(needles->sets[i].items);
	free(needles->sets);
	*needles = (AudNeedles){0, NULL};
}

static bool
has_any(const AudNeedleSet *set, const char *line, size_t len)
{
	for (int i = 0; i < set->n; i++)
	{
		if (aud_find(line, len, &set->items[i]) != NULL)
			return true;
	}
	return false;
}

bool
aud_needles_in(const AudNeedles *needles, int first, const char *line, size_t len)
{
	for (int i = first; i < needles->n; i++)
	{
		if (!has_any(&needles->sets[i], line, len))
			return false;
	}
	return true;
}
