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

/* Does the policy hide any constant for its place? */
static inline bool
aud_redact_has_places(const AudRedactPolicy *policy)
{
	return policy->all_literals ||
		   (policy->places != NULL && policy->places->count > 0);
}

/*
 * Like aud_scan_text(), and call hide() for these constants, too: still in the
 * order of the text, and never for overlapping ones.
 */
extern void aud_redact_scan_places(AudRedactSink *sink, const AudLevel *level);

#endif /* AUD_CORE_REDACT_PLACES_H */
