/*-------------------------------------------------------------------------
 *
 * seek.h
 *	  Where in a file a search has to begin.
 *
 * Core layer: no postgres.h, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_SEEK_H
#define AUD_CORE_SEARCH_SEEK_H

#include "core/reader/reader.h"
#include "core/search/search.h"

/*
 * Move a reader that is at the start of its file to a line before which nothing
 * can match the query's first number or its "since".  The lines it hands out then
 * are numbered from 1 all the same.  False, with err set: it could not be read.
 */
extern bool aud_search_seek(const AudQuery *query, AudReader *r, AudError *err);

#endif /* AUD_CORE_SEARCH_SEEK_H */
