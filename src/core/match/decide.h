/*-------------------------------------------------------------------------
 *
 * decide.h
 *	  What rules decide about a record: the order in which they are asked.
 *
 * Core layer: no postgres.h, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_DECIDE_H
#define AUD_CORE_MATCH_DECIDE_H

#include "core/match/rules.h"

/*
 * Is it of the kind that no rule hides unless it says so: class role, ddl,
 * config or session, a failure, privileged, or done as a superuser?
 */
extern bool aud_decide_is_protected(int classes, bool failed, bool privileged,
									bool superuser);

/* The same of facts. */
extern bool aud_decide_facts_are_protected(const AudMatchFacts *facts);

/* Of a rule that matches: does it say whether such a record is written? */
static inline bool
aud_decide_counts(const AudRule *rule, bool is_protected)
{
	return rule->action == AUD_RULE_LOG ||
		   (rule->action == AUD_RULE_SKIP &&
			(!is_protected || rule->even_protected));
}

#endif /* AUD_CORE_MATCH_DECIDE_H */
