/*-------------------------------------------------------------------------
 *
 * file.c
 *	  Searching one file of a trail, with its index if there is one.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/file.h"

#include "core/search/index.h"
#include "core/search/seek.h"

/* Does the query ask for anything that an index could say no to? */
static bool
is_worth_an_index(const AudQuery *query)
{
	return query->match != NULL || query->since[0] != '\0' ||
		   query->until[0] != '\0' || query->first_seq > 0 ||
		   query->last_seq > 0;
}

/* Only the runs of blocks that may have a match. */
static bool
search_runs(AudSearch *search, const AudIndex *index, AudReader *r,
			const AudReaderFile *file, AudError *err)
{
	uint64_t from = 0;
	uint64_t to = 0;

	while (aud_index_next(index, search->query, &from, &to) && from < file->bytes)
	{
		aud_reader_limit(r, to < file->bytes ? to : file->bytes);
		if (!aud_reader_seek(r, from, 1, err) ||
			!aud_search_run(search, r, file, err))
			return false;
		from = to;
	}
	return true;
}

bool
aud_search_file(AudSearch *search, const AudReaderFile *file, AudError *err)
{
	AudIndex  index = {0, NULL};
	AudReader r;
	bool      ok;

	if (!aud_reader_open(&r, file->path, err))
		return false;
	search->searched.files++;
	if (is_worth_an_index(search->query) && aud_index_load(&index, file->path))
		ok = search_runs(search, &index, &r, file, err);
	else
	{
		aud_reader_limit(&r, file->bytes);
		ok = aud_search_seek(search->query, &r, err) &&
			 aud_search_run(search, &r, file, err);
	}
	aud_index_free(&index);
	aud_reader_close(&r);
	return ok;
}
