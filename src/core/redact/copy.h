/*-------------------------------------------------------------------------
 *
 * copy.h
 *	  Inside of redaction: a copy of a text without what the policy hides.
 *
 * Two things say what that is: the scanner, which finds secrets, and the list
 * of the constants.  Both go through the text once, from its begin to its end;
 * here they meet.
 *
 * Core layer: no postgres.h, no I/O, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_REDACT_COPY_H
#define AUD_CORE_REDACT_COPY_H

#include "core/buf.h"
#include "core/redact/constants.h"
#include "core/redact/scan.h"

typedef struct AudCopy
{
	AudRedactSink sink; /* first: the scanner knows only this */
	AudBuf       *out;
	const char   *text;
	size_t        copied; /* of text */
	unsigned int  reasons;

	bool         constants; /* are there any to be looked for? */
	bool         all;       /* is every one replaced? */
	size_t       place;     /* next of the policy's places */
	bool         waiting;   /* next is one that comes behind "copied" */
	AudConstant  next;
	AudConstants walk;
} AudCopy;

/* Begin a copy of what this level has. */
extern void aud_copy_begin(AudCopy *c, AudBuf *out,
						   const AudRedactPolicy *policy, const AudLevel *level);

/* Right behind it: the text is one value, with no constants in it. */
extern void aud_copy_is_value(AudCopy *c, size_t end);

/* Copy what is left, up to end. */
extern void aud_copy_end(AudCopy *c, size_t end);

/* Append text[len] with its card numbers and the like replaced. */
extern unsigned int aud_copy_patterns(AudBuf *out, unsigned int patterns,
									  const char *text, size_t len);

#endif /* AUD_CORE_REDACT_COPY_H */
