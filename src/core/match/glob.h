/*-------------------------------------------------------------------------
 *
 * glob.h
 *	  "app_*": a star stands for any letters, also none, a question mark for
 *	  one letter, everything else for itself.
 *
 * Not fnmatch(): that one decides by the locale of the process what a letter
 * is, takes brackets and backslashes, which names of objects have, for its own,
 * and may take exponential time.  This takes time of pattern times text at most.
 *
 * A letter is one UTF-8 character; bytes that are none are letters of their own.
 *
 * Core layer: no postgres.h, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_GLOB_H
#define AUD_CORE_MATCH_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* any_case: ASCII letters are equal in both cases. */
extern bool aud_glob_match(const char *glob, const char *text, bool any_case);

#endif /* AUD_CORE_MATCH_GLOB_H */
