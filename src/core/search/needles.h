/*-------------------------------------------------------------------------
 *
 * needles.h
 *	  Which bytes a line must have for its record to match a condition.
 *
 * A trail is searched for these before any of its JSON is read.  They follow
 * from how the writer writes (docs/trail.md): keys as they are, no blank between
 * a key and its value, and of a string's characters only those escaped that must
 * be.  A line that is written otherwise is not the writer's, and "verify" says so.
 *
 * Core layer: no postgres.h, no I/O.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_NEEDLES_H
#define AUD_CORE_SEARCH_NEEDLES_H

#include "core/match/match.h"
#include "core/search/find.h"

/* Of these a line must have at least one. */
typedef struct AudNeedleSet
{
	int        n;
	AudNeedle *items;
} AudNeedleSet;

/* Of each of these sets it must have one; the set that says most is first. */
typedef struct AudNeedles
{
	int           n;
	AudNeedleSet *sets;
} AudNeedles;

/*
 * The needles of a condition, or none (n = 0) where it has no key that any
 * follow from.  False: no memory.  To be freed in any case.
 */
extern bool aud_needles_of(AudNeedles *needles, const AudMatch *match);
extern void aud_needles_free(AudNeedles *needles);

/* Does the line have one of each set, from the set "first" on? */
extern bool aud_needles_in(const AudNeedles *needles, int first,
						   const char *line, size_t len);

#endif /* AUD_CORE_SEARCH_NEEDLES_H */
