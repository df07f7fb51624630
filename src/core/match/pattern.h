/*-------------------------------------------------------------------------
 *
 * pattern.h
 *	  What a text may be matched against: a word, a glob, or "~" and a regular
 *	  expression.
 *
 * Regular expressions are Perl's, by PCRE2, and match anywhere in the text.
 * The steps of a match are limited: a text on which one would run for hours,
 * which may be its writer's purpose, is given up after about a millisecond.
 *
 * Not for several threads at once.  Core layer: no postgres.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_PATTERN_H
#define AUD_CORE_MATCH_PATTERN_H

#include "core/match/fault.h"

/* Bytes of a pattern, at most. */
#define AUD_PATTERN_MAX 1024

/* Does it match?  Unknown: that could not be found out. */
typedef enum AudTruth
{
	AUD_NO,
	AUD_YES,
	AUD_UNKNOWN,
} AudTruth;

typedef enum AudPatternKind
{
	AUD_PATTERN_WORD,
	AUD_PATTERN_GLOB,
	AUD_PATTERN_REGEX,
} AudPatternKind;

typedef struct AudPattern
{
	AudPatternKind kind;
	bool           any_case;
	char          *text;
	size_t         literal; /* bytes before the first star or question mark */
	void          *regex;   /* pcre2_code, ... */
	void          *result;  /* ... pcre2_match_data, ... */
	void          *limits;  /* ... pcre2_match_context */
} AudPattern;

/*
 * Takes over text, from malloc(), also where it fails.  any_case: letters are
 * equal in both cases.
 */
extern bool aud_pattern_compile(AudPattern *pattern, char *text, bool any_case,
								const char *at, AudFaultAt *fault);
extern void aud_pattern_free(AudPattern *pattern);

extern AudTruth aud_pattern_match(const AudPattern *pattern, const char *text);

#endif /* AUD_CORE_MATCH_PATTERN_H */
