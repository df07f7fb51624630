/*-------------------------------------------------------------------------
 *
 * nearest.h
 *	  Which of the words that are valid is spelled most like one that is not?
 *	  For hints of error messages.
 *
 * Core layer: no postgres.h, no allocation.  All words live longer than the
 * search.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_NEAREST_H
#define AUD_CORE_NEAREST_H

#include <stddef.h>

typedef struct AudNearest
{
	const char *word; /* what was written */
	size_t      len;
	const char *name; /* the nearest so far; NULL: none is near */
	size_t      far;  /* letters between the two */
} AudNearest;

/* Letters that differ, at most: as far as a slip of the keyboard goes. */
#define AUD_NEAREST_FAR 2

extern void aud_nearest_begin(AudNearest *nearest, const char *word, size_t len);

/* Is this lower-case name nearer?  The first of several equals stays. */
extern void aud_nearest_try(AudNearest *nearest, const char *name);

/*
 * How many letters have to be added, left out or replaced to make the lower-case
 * name of the word in any case; more than AUD_NEAREST_FAR for a long word.
 */
extern size_t aud_nearest_distance(const char *name, const char *word,
								   size_t len);

#endif /* AUD_CORE_NEAREST_H */
