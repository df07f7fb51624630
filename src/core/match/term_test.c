/*-------------------------------------------------------------------------
 *
 * term_test.c
 *	  One key of a condition: does one of its values match?
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/match/term.h"

/* Bytes of one pair of the context, at most. */
#define PAIR_MAX 512

/* Any of the values is true; what is unknown could be. */
static AudTruth
either(AudTruth a, AudTruth b)
{
	if (a == AUD_YES || b == AUD_YES)
		return AUD_YES;
	return a == AUD_UNKNOWN || b == AUD_UNKNOWN ? AUD_UNKNOWN : AUD_NO;
}

static AudTruth
truth(bool yes)
{
	return yes ? AUD_YES : AUD_NO;
}

static AudTruth
any_pattern(const AudTerm *term, const char *text)
{
	AudTruth found = AUD_NO;

	if (text == NULL)
		return AUD_NO;
	for (int i = 0; i < term->n && found != AUD_YES; i++)
		found = either(found, aud_pattern_match(&term->values[i].pattern, text));
	return found;
}

static AudTruth
any_of_several(const AudTerm *term, const AudMatchFacts *facts,
			   const char *(*get)(const void *arg, int i))
{
	AudTruth    found = AUD_NO;
	const char *text;

	if (get == NULL)
		return AUD_NO;
	for (int i = 0; found != AUD_YES && (text = get(facts->arg, i)) != NULL; i++)
		found = either(found, any_pattern(term, text));
	return found;
}

/* Each "key=value" by itself. */
static AudTruth
any_pair(const AudTerm *term, const char *context)
{
	AudTruth found = AUD_NO;
	char     pair[PAIR_MAX];

	while (context != NULL && *context != '\0' && found != AUD_YES)
	{
		size_t len = strcspn(context, " ");

		if (len > 0 && len < sizeof(pair))
		{
			memcpy(pair, context, len);
			pair[len] = '\0';
			found = either(found, any_pattern(term, pair));
		}
		context += len;
		context += strspn(context, " ");
	}
	return found;
}

static AudTruth
any_word(const AudTerm *term, const char *word)
{
	for (int i = 0; word != NULL && i < term->n; i++)
	{
		if (strcmp(term->values[i].word, word) == 0)
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
any_of_words(const AudTerm *term, const AudMatchFacts *facts,
			 const char *(*get)(const void *arg, int i))
{
	AudTruth    found = AUD_NO;
	const char *word;

	for (int i = 0;
		 get != NULL && found != AUD_YES && (word = get(facts->arg, i)) != NULL;
		 i++)
		found = any_word(term, word);
	return found;
}

/* "session" is any of session.*. */
static AudTruth
any_event(const AudTerm *term, const char *event)
{
	for (int i = 0; event != NULL && i < term->n; i++)
	{
		size_t len = strlen(term->values[i].word);

		if (strncmp(term->values[i].word, event, len) == 0 &&
			(event[len] == '\0' || event[len] == '.'))
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
any_class(const AudTerm *term, int classes)
{
	for (int i = 0; i < term->n; i++)
	{
		if (term->values[i].class & classes)
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
any_role(const AudTerm *term, const AudMatchFacts *facts)
{
	AudTruth found = AUD_NO;

	if (facts->member_of == NULL)
		return AUD_UNKNOWN;
	for (int i = 0; i < term->n && found != AUD_YES; i++)
		found = either(found, facts->member_of(facts->arg, term->values[i].role));
	return found;
}

static AudTruth
any_network(const AudTerm *term, const AudAddress *address)
{
	for (int i = 0; address->bits > 0 && i < term->n; i++)
	{
		if (aud_network_has(&term->values[i].network, address))
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
any_range(const AudTerm *term, bool has, uint64_t n)
{
	for (int i = 0; has && i < term->n; i++)
	{
		const AudRange *range = &term->values[i].range;

		if (n >= range->min && n <= range->max)
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
any_window(const AudTerm *term, int64_t unix_s)
{
	for (int i = 0; i < term->n; i++)
	{
		if (aud_window_has(&term->values[i].window, unix_s))
			return AUD_YES;
	}
	return AUD_NO;
}

static AudTruth
test_values(const AudTerm *term, const AudMatchFacts *facts)
{
	switch (term->key)
	{
		case AUD_MATCH_CLASS:
			return any_class(term, facts->classes);
		case AUD_MATCH_COMMAND:
			return any_pattern(term, facts->command);
		case AUD_MATCH_OUTCOME:
			return any_word(term, facts->outcome);
		case AUD_MATCH_USER:
			return any_pattern(term, facts->user);
		case AUD_MATCH_CURRENT_USER:
			return any_pattern(term, facts->current_user);
		case AUD_MATCH_MEMBER_OF:
			return any_role(term, facts);
		case AUD_MATCH_DB:
			return any_pattern(term, facts->db);
		case AUD_MATCH_CLIENT:
			return any_network(term, &facts->client);
		case AUD_MATCH_APP:
			return any_pattern(term, facts->app);
		case AUD_MATCH_OBJECT:
			return any_of_several(term, facts, facts->object);
		case AUD_MATCH_TAG:
			return any_of_several(term, facts, facts->tag);
		case AUD_MATCH_ROWS:
			return any_range(term, facts->has_rows, facts->rows);
		case AUD_MATCH_DURATION_MS:
			return any_range(term, facts->has_duration, facts->duration_us);
		case AUD_MATCH_TIME:
			return any_window(term, facts->unix_s);
		case AUD_MATCH_SUPERUSER:
			return truth(facts->superuser == term->values[0].flag);
		case AUD_MATCH_PRIVILEGED:
			return truth(facts->privileged == term->values[0].flag);
		case AUD_MATCH_ORIGIN:
			return any_word(term, facts->origin);
		case AUD_MATCH_CONTEXT:
			return any_pair(term, facts->context);
		case AUD_MATCH_ANY_USER:
			return either(any_pattern(term, facts->user),
						  either(any_pattern(term, facts->current_user),
								 any_pattern(term, facts->login_user)));
		case AUD_MATCH_EVENT:
			return any_event(term, facts->event);
		case AUD_MATCH_SESSION:
			return any_pattern(term, facts->session);
		case AUD_MATCH_PID:
			return any_range(term, facts->has_pid, facts->pid);
		case AUD_MATCH_SQLSTATE:
			return any_pattern(term, facts->sqlstate);
		case AUD_MATCH_ACCESS:
			return any_of_words(term, facts, facts->access);
		case AUD_MATCH_RULE:
			return any_of_several(term, facts, facts->rule);
		case AUD_MATCH_TEXT:
			return any_of_several(term, facts, facts->text);
		case AUD_MATCH_KEYS:
			break;
	}
	return AUD_NO;
}

AudTruth
aud_term_test(const AudTerm *term, const AudMatchFacts *facts)
{
	AudTruth found;

	if (facts->unknown & AUD_MATCH_BIT(term->key))
		return AUD_UNKNOWN;
	found = test_values(term, facts);
	if (found == AUD_UNKNOWN || !term->negated)
		return found;
	return found == AUD_YES ? AUD_NO : AUD_YES;
}
