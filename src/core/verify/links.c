/*-------------------------------------------------------------------------
 *
 * links.c
 *	  Verification: trails that follow each other in a directory.
 *
 * A cluster that was upgraded, restored or made anew begins a trail of another
 * name where the one before ends, and its audit.open names the last record
 * that it found there.  That is a chain of its own, so the record is a witness:
 * whoever cuts or rewrites the older trail has to rewrite the younger one too.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/walk.h"

/* Only a first line that is sound by itself is believed. */
static bool
read_link(AudHasher *hasher, const AudReaderFile *file, AudExpected *expected,
		  bool *found, AudError *err)
{
	AudOpenLine open;

	*found = false;
	if (file->prev_log[0] == '\0')
		return true;
	if (!aud_walk_read_open(hasher, file->path, &open, err))
		return false;
	*found = open.sound && open.other.seq > 0;
	memset(expected, 0, sizeof(*expected));
	strcpy(expected->log, open.other.log);
	expected->seq = open.other.seq;
	memcpy(expected->h, open.other.h, sizeof(expected->h));
	expected->by_trail = true;
	return true;
}

bool
aud_verify_expect(AudHasher *hasher, const AudReaderList *list,
				  const AudVerifyOptions *options, AudExpected **expected,
				  size_t *n_expected, AudError *err)
{
	size_t n = options->n_expected;
	bool   ok = true;

	*expected = calloc(n + list->count + 1, sizeof(**expected));
	if (*expected == NULL)
	{
		aud_error_set(err, ENOMEM, "could not verify the trail");
		return false;
	}
	if (n > 0)
		memcpy(*expected, options->expected, n * sizeof(**expected));
	for (size_t i = 0; ok && i < list->count; i++)
	{
		bool found;

		ok = read_link(hasher, &list->files[i], &(*expected)[n], &found, err);
		if (found)
			n++;
	}
	*n_expected = n;
	return ok;
}

void
aud_walk_check_link(AudWalk *w)
{
	AudFault *f;

	for (size_t i = w->begin; i < w->end; i++)
	{
		const AudOpenLine     *open = &w->opens[i - w->begin];
		const AudVerifiedLink *other = &open->other;

		if (!open->sound || other->log[0] == '\0')
			continue;
		w->log->follows = *other;
		if (w->options->selection || aud_reader_list_has_log(w->list, other->log))
			continue;
		f = aud_walk_fault(w,
						   AUD_FAULT_FILE_MISSING,
						   (AudPlace){i, 1},
						   other->seq > 0 ? 1 : 0,
						   other->seq,
						   "of the trail that this one follows");
		strcpy(f->missing_file, other->file);
		memcpy(f->last_h, other->h, sizeof(f->last_h));
	}
}
