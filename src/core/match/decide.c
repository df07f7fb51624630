/*-------------------------------------------------------------------------
 *
 * decide.c
 *	  What rules decide about a record.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/decide.h"

#include "core/class.h"

bool
aud_decide_is_protected(int classes, bool failed, bool privileged, bool superuser)
{
	return failed || privileged || superuser ||
		   (classes & (AUD_CLASS_ROLE | AUD_CLASS_DDL | AUD_CLASS_CONFIG |
					   AUD_CLASS_SESSION)) != 0;
}

bool
aud_decide_facts_are_protected(const AudMatchFacts *facts)
{
	bool failed =
		facts->outcome != NULL && strcmp(facts->outcome, "failure") == 0;

	return aud_decide_is_protected(facts->classes,
								   failed,
								   facts->privileged,
								   facts->superuser);
}
