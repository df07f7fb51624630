/*-------------------------------------------------------------------------
 *
 * index.h
 *	  What is where in a file of a trail: an index beside it.
 *
 * For each megabyte of the file it has the range of its numbers and times, and
 *a Bloom filter of its users, objects, clients and sessions; a search passes
 *over what cannot have a match.  An index only ever saves time: it is left
 *aside where it is damaged or does not belong to the file as it is now, and
 *nothing that proves something ("verify") looks at it.
 *
 * secaudit-20260131T235959Z-000001.jsonl, and its archives, have
 * secaudit-20260131T235959Z-000001.idx; docs/trail.md describes the format.
 *
 * Core layer: no postgres.h, no global state.  Memory is malloc'd.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_INDEX_H
#define AUD_CORE_SEARCH_INDEX_H

#include "core/search/search.h"

/* What follows the name of a file, in place of .jsonl and what is behind it. */
#define AUD_INDEX_SUFFIX ".idx"

/* Begin with {0}; no blocks: there is no index that can be used. */
typedef struct AudIndex
{
	size_t                n;
	struct AudIndexBlock *blocks;
} AudIndex;

/*
 * Make the index of a closed file, durably, in place of an old one.  False,
 * with err set, if the file cannot be read or the index not be written.
 */
extern bool aud_index_make(const char *path, AudError *err);

/* Is there an index that belongs to the file as it is now?  Read it. */
extern bool aud_index_load(AudIndex *index, const char *path);
extern void aud_index_free(AudIndex *index);

/*
 * The first run of bytes at or behind *from that may have a match: *from is
 * where it begins, *to where it ends.  False: there is none.
 */
extern bool aud_index_next(const AudIndex *index, const AudQuery *query,
						   uint64_t *from, uint64_t *to);

#endif /* AUD_CORE_SEARCH_INDEX_H */
