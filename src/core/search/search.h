/*-------------------------------------------------------------------------
 *
 * search.h
 *	  The records of a trail that match a condition.
 *
 * Blocks of lines are searched for what a match must have (needles.h), and only
 * lines that have it are read as JSON.  Memory does not grow with the trail.
 *
 * Core layer: no postgres.h, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_SEARCH_H
#define AUD_CORE_SEARCH_SEARCH_H

#include "core/match/record_facts.h"
#include "core/reader/reader.h"
#include "core/search/needles.h"

/* "2026-01-31T23:59:59.123456Z" and a NUL */
#define AUD_TS_SIZE 28

/* What is asked for.  The texts and the match belong to the caller. */
typedef struct AudQuery
{
	const AudMatch *match;         /* NULL: everything */
	char       since[AUD_TS_SIZE]; /* "" for no limit; it belongs to it, ... */
	char       until[AUD_TS_SIZE]; /* ... and this does not */
	uint64_t   first_seq;          /* both ends belong to it */
	uint64_t   last_seq;           /* 0: no limit */
	AudNeedles needles;
} AudQuery;

/* A line that matches, or that is no record. */
typedef struct AudFound
{
	AudLine              line;   /* its number is 0: see aud_reader_number() */
	const char          *damage; /* why it is no record; NULL: it is one */
	const AudReaderFile *file;
} AudFound;

/* What was looked through. */
typedef struct AudSearched
{
	uint64_t files;
	uint64_t lines;
	uint64_t bytes;
	uint64_t matches;
	char     first_ts[AUD_TS_SIZE]; /* of the first line and the last; "" */
	char     last_ts[AUD_TS_SIZE];
} AudSearched;

typedef struct AudSearch
{
	const AudQuery *query;
	AudRecordFacts  facts; /* of the last record that matched */
	AudSearched     searched;

	/* Called for each; false ends the search. */
	bool (*found)(struct AudSearch *search, const AudFound *found);
	void *arg;
} AudSearch;

/* Work out the needles; match, times and numbers are set.  False: no memory. */
extern bool aud_query_prepare(AudQuery *query);
extern void aud_query_free(AudQuery *query);

/*
 * Search from where the reader is, up to its present end.  False, with err set,
 * if it cannot be read; false without, if found() has ended it.
 */
extern bool aud_search_run(AudSearch *search, AudReader *r,
						   const AudReaderFile *file, AudError *err);
extern void aud_search_free(AudSearch *search);

/* Does the line match?  damage: why it is no record, which counts as a match. */
extern bool aud_search_matches(AudSearch *search, const AudLine *line,
							   const char **damage);

#endif /* AUD_CORE_SEARCH_SEARCH_H */
