/*-------------------------------------------------------------------------
 *
 * filter.h
 *	  The options that say which records are wanted: the same for all commands
 *	  that read a trail.
 *
 * Each option is a key of the match language (docs/rules.md, core/match), so
 * that a filter, a rule and a detection mean the same by the same word.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_FILTER_H
#define AUD_BIN_FILTER_H

#include <getopt.h>

#include "bin/str.h"
#include "core/search/search.h"

/* Values of getopt_long() from here on are options of filters. */
#define AUD_FILTER_OPTION 2000

/* Begin with {0}. */
typedef struct AudFilter
{
	AudStr values[2 * AUD_MATCH_KEYS]; /* JSON, with commas; "not_" behind */
	AudStr condition;
	const char *since;
	const char *until;
	bool        ignore_case;
	AudMatch   *match;
	AudQuery    query;
} AudFilter;

/*
 * The options of filters followed by own, which ends with zeros, for
 * getopt_long().  Lives as long as the program.
 */
extern const struct option *aud_filter_options(const struct option *own);

/*
 * Take over an option, c as getopt_long() returned it.  False, and reported, if
 * its value is not valid.
 */
extern bool aud_filter_set(AudFilter *filter, int c, const char *arg);

/*
 * When all options are there: make the query.  utc: times are meant so.  False,
 * and reported, if something is not valid.
 */
extern bool aud_filter_ready(AudFilter *filter, bool utc);

/* Does it leave anything out? */
extern bool aud_filter_is_set(const AudFilter *filter);

/* Are records about the trail itself (audit.*) asked for, by class, event or number? */
extern bool aud_filter_asks_for_audit(const AudFilter *filter);
extern void aud_filter_free(AudFilter *filter);

/* The part of --help about them. */
extern void aud_filter_help(void);

#endif /* AUD_BIN_FILTER_H */
