/*-------------------------------------------------------------------------
 *
 * file.h
 *	  Searching one file of a trail, with its index if there is one.
 *
 * Core layer: no postgres.h, no global state.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_SEARCH_FILE_H
#define AUD_CORE_SEARCH_FILE_H

#include "core/search/search.h"

/*
 * Open and search a file; what is searched is added up.  False, with err set,
 * if it cannot be read; false without, if found() has ended it.
 */
extern bool aud_search_file(AudSearch *search, const AudReaderFile *file,
							AudError *err);

#endif /* AUD_CORE_SEARCH_FILE_H */
