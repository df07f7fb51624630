/*-------------------------------------------------------------------------
 *
 * places.h
 *	  Inside of redaction: constants that are hidden whatever they are, since
 *	  the policy names their places, or since the text was not understood.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_PLACES_H
#define AUD_CORE_REDACT_PLACES_H

#include "core/redact/scan.h"

/*
 * Does the policy hide any constant for its place?  In mode none the text need
 * not be understood, unless there are places that would tell.
 */
static inline bool
aud_redact_has_places(const AudRedactPolicy *policy)
{
	if (policy->all_literals)
		return policy->mode != AUD_REDACT_NONE || policy->places != NULL;
	return policy->places != NULL && policy->places->count > 0;
}

/* Is it done here?  Where every constant is replaced, copy.c does it along. */
static inline bool
aud_redact_goes_by_place(const AudRedactPolicy *policy)
{
	return aud_redact_has_places(policy) && !aud_redact_replaces_all(policy);
}

/*
 * Like aud_scan_text(), and call hide() for these constants, too: still in the
 * order of the text, and never for overlapping ones.
 */
extern void aud_redact_scan_places(AudRedactSink *sink, const AudLevel *level);

#endif /* AUD_CORE_REDACT_PLACES_H */
