/*-------------------------------------------------------------------------
 *
 * term.h
 *	  One key of a condition, with its values.  For the files of core/match.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_TERM_H
#define AUD_CORE_MATCH_TERM_H

#include "core/match/match.h"

/* Numbers, both ends included. */
typedef struct AudRange
{
	uint64_t min;
	uint64_t max;
} AudRange;

typedef union AudTermValue
{
	AudPattern  pattern;
	AudNetwork  network;
	AudRange    range; /* of durations in microseconds */
	AudWindow   window;
	char       *role;
	const char *word; /* one of a closed list */
	int class;
	bool flag;
} AudTermValue;

typedef struct AudTerm
{
	AudMatchKey   key;
	bool          negated;
	bool          of_records; /* and of no rule */
	char         *name;       /* as written: "not_user" */
	int           n;
	AudTermValue *values;
} AudTerm;

struct AudMatch
{
	int      keys; /* bits */
	int      n;
	AudTerm *terms; /* in the order of AudMatchKey */
};

/*
 * Compile a member of a condition, whose key is one of these; the term is to be
 * freed even if it fails.
 */
extern bool aud_term_compile(AudTerm *term, const AudJsonMember *m, int keys,
							 const AudZones *zones, AudFaultAt *fault);
extern void aud_term_free(AudTerm *term);

/* Does the term match, "not_" regarded? */
extern AudTruth aud_term_test(const AudTerm *term, const AudMatchFacts *facts);

#endif /* AUD_CORE_MATCH_TERM_H */
