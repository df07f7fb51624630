/*-------------------------------------------------------------------------
 *
 * match.c
 *	  A condition on records: all of its keys must match.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/match.h"

#include <stdlib.h>
#include <string.h>

#include "core/match/term.h"

static int
count_members(const AudJsonValue *value)
{
	AudJsonScan   s;
	AudJsonMember m;
	int           n = 0;

	aud_json_scan_object(&s, value->text, value->len);
	while (aud_json_scan_member(&s, &m))
		n++;
	return n;
}

static bool
compile_members(AudMatch *match, const AudJsonValue *value, int keys,
				const AudZones *zones, AudFaultAt *fault)
{
	AudJsonScan   s;
	AudJsonMember m;

	aud_json_scan_object(&s, value->text, value->len);
	while (aud_json_scan_member(&s, &m))
	{
		AudTerm *term = &match->terms[match->n++];

		if (!aud_term_compile(term, &m, keys, zones, fault))
			return false;
		match->keys |= AUD_MATCH_BIT(term->key);
	}
	return true;
}

static int
compare_terms(const void *a, const void *b)
{
	return (int) ((const AudTerm *) a)->key - (int) ((const AudTerm *) b)->key;
}

AudMatch *
aud_match_compile(const AudJsonValue *value, int keys, const AudZones *zones,
				  AudFaultAt *fault)
{
	AudMatch *match;

	if (value->kind != AUD_JSON_OBJECT)
	{
		(void) aud_fault_at(fault,
							aud_fault_place(value),
							"expected an object of keys to match");
		return NULL;
	}
	match = calloc(1, sizeof(*match));
	if (match != NULL)
		match->terms =
			calloc((size_t) count_members(value) + 1, sizeof(*match->terms));
	if (match == NULL || match->terms == NULL)
	{
		(void) aud_fault_no_memory(fault);
		free(match);
		return NULL;
	}
	if (!compile_members(match, value, keys, zones, fault))
	{
		aud_match_free(match);
		return NULL;
	}
	qsort(match->terms, (size_t) match->n, sizeof(*match->terms), compare_terms);
	return match;
}

void
aud_match_free(AudMatch *match)
{
	if (match == NULL)
		return;
	for (int i = 0; i < match->n; i++)
		aud_term_free(&match->terms[i]);
	free(match->terms);
	free(match);
}

int
aud_match_keys(const AudMatch *match)
{
	return match->keys;
}

void
aud_match_each_role(const AudMatch *match,
					void (*each)(const char *role, void *arg), void *arg)
{
	for (int i = 0; i < match->n; i++)
	{
		const AudTerm *term = &match->terms[i];

		for (int v = 0; term->key == AUD_MATCH_MEMBER_OF && v < term->n; v++)
			each(term->values[v].role, arg);
	}
}

/* What is not known does not matter where something else does not match. */
AudTruth
aud_match_test(const AudMatch *match, const AudMatchFacts *facts, int keys,
			   const char **failed)
{
	AudTruth truth = AUD_YES;

	if (failed != NULL)
		*failed = NULL;
	for (int i = 0; i < match->n; i++)
	{
		const AudTerm *term = &match->terms[i];
		AudTruth       one;

		if (!(keys & AUD_MATCH_BIT(term->key)))
			continue;
		one = aud_term_test(term, facts);
		if (one == AUD_YES)
			continue;
		if (failed != NULL && (one == AUD_NO || truth == AUD_YES))
			*failed = term->name;
		truth = one;
		if (one == AUD_NO)
			break;
	}
	return truth;
}
