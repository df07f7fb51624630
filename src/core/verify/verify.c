/*-------------------------------------------------------------------------
 *
 * verify.c
 *	  Verification: trail by trail.
 *
 * Where a trail begins and how it ends.  Its files go to file.c, their
 * lines to walk.c.
 *
 *-------------------------------------------------------------------------
 */
#include "core/verify/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify/walk.h"

/* ---- one trail --------------------------------------------------------- */

/*
 * The number before the trail's first record.  Where the first line
 * contradicts itself, one of its numbers was changed, and the second line
 * tells which: it follows the first one, or comes before it if it is repeated.
 */
static uint64_t
number_before(const AudWalk *w)
{
	const AudOpenLine *open = &w->opens[0];
	uint64_t           guess;

	if (open->seq != 0 && open->seq != open->prev_seq + open->repeats + 1 &&
		aud_walk_guess_seq(w->list->files[w->begin].path, true, &guess))
		return guess + (open->repeats > 0 ? 1 : 0);
	return open->prev_seq;
}

/*
 * The file that the trail begins with.  That is the first one, unless files
 * changed places.
 */
static size_t
find_first(const AudWalk *w)
{
	size_t first = 0;

	for (size_t i = 1; i < w->end - w->begin; i++)
		if (w->opens[i].sound && w->opens[i].seq < w->opens[first].seq)
			first = i;
	return first;
}

/*
 * Is the file before the first one here after all?  A name is not enough:
 * whoever deletes a file can give its name to the next one, or leave it empty.
 * It has to hold records from before the first one, whose order the walk sees.
 */
static bool
has_predecessor(const AudWalk *w, size_t first)
{
	const AudOpenLine *open = &w->opens[first];
	uint64_t           before;

	for (size_t i = w->begin; i < w->end; i++)
		if (i != w->begin + first &&
			aud_reader_same_file(w->list->files[i].name, open->prev_file))
			return aud_walk_guess_seq(w->list->files[i].path,
									  w->opens[i - w->begin].present,
									  &before) &&
				   before < open->prev_seq;
	return false;
}

/*
 * What is before the first line.  Where the first file continues one that is
 * not here, that one is missing, unless audit.expire explains it later on.
 */
static void
set_beginning(AudWalk *w)
{
	size_t               first = find_first(w);
	const AudOpenLine   *open = &w->opens[first];
	const AudReaderFile *file = &w->list->files[w->begin];
	AudRun              *run = &w->runs[0];

	memset(run, 0, sizeof(*run));
	run->first.file = run->last.file = SIZE_MAX;
	w->n_runs = 1;
	if (open->present)
	{
		run->last_seq = first == 0 ? number_before(w) : open->prev_seq;
		memcpy(run->last_h, open->prev_h, sizeof(run->last_h));
	}
	else if (file->number > 1 &&
			 aud_walk_guess_seq(file->path, false, &run->last_seq))
		run->any_h = true;
	run->seq = run->last_seq;

	if (open->has_prev && open->sound && !w->options->selection &&
		!has_predecessor(w, first))
	{
		AudFault *f = aud_walk_fault(w,
									 AUD_FAULT_FILE_MISSING,
									 (AudPlace){w->begin + first, 1},
									 1,
									 open->prev_seq,
									 NULL);

		strcpy(f->missing_file, open->prev_file);
		memcpy(f->last_h, open->prev_h, sizeof(f->last_h));
	}
}

/* Is a file that begins in order under this name? */
static bool
is_name_of_some(const AudWalk *w, const char *name)
{
	for (size_t i = w->begin; i < w->end; i++)
		if (w->opens[i - w->begin].sound &&
			aud_reader_same_file(w->list->files[i].name, name))
			return true;
	return false;
}

/*
 * Has every file the name that it was begun under?  If that is another file's
 * name now, the two changed places or are copies, which the walk sees.  A name
 * that is not a trail's was given to a copy by whoever looks at it.
 */
static void
check_names(AudWalk *w)
{
	for (size_t i = w->begin; i < w->end; i++)
	{
		const AudOpenLine   *open = &w->opens[i - w->begin];
		const AudReaderFile *file = &w->list->files[i];
		AudFault            *f;

		if (!open->sound || open->file[0] == '\0' || file->started[0] == '\0' ||
			aud_reader_same_file(open->file, file->name) ||
			is_name_of_some(w, open->file))
			continue;
		f = aud_walk_fault(w, AUD_FAULT_RENAMED, (AudPlace){i, 1}, 0, 0, NULL);
		strcpy(f->missing_file, open->file);
	}
}

/* How the trail ends, and what was to be in it. */
static void
check_end(AudWalk *w)
{
	const AudRun *tip = &w->runs[w->tip];
	size_t        last = w->end - 1;
	AudPlace      at = {last, w->lines[last - w->begin]};

	w->log->closed = w->closed[last - w->begin];
	if (w->options->must_be_closed && !w->log->closed)
		aud_walk_fault(w,
					   AUD_FAULT_TRUNCATED,
					   at,
					   tip->last_seq + 1,
					   tip->last_seq + 1,
					   "it does not end in audit.close");
	for (size_t i = 0; i < w->options->n_expected; i++)
	{
		const AudExpected *e = &w->options->expected[i];

		if (strcmp(e->log, w->log->log) != 0)
			continue;
		if (e->seq > w->highest)
			aud_walk_fault(w,
						   AUD_FAULT_TRUNCATED,
						   at,
						   w->highest + 1,
						   e->seq,
						   e->by_trail
							   ? "a record that a later trail names is not there"
							   : "an expected record is not there");
		else if (e->seq <= w->log->first_seq - 1 && !e->by_trail)
			w->result->unmet++;
	}
}

static bool
allocate(AudWalk *w)
{
	size_t n = w->end - w->begin;

	w->opens = calloc(n, sizeof(*w->opens));
	w->lines = calloc(n, sizeof(*w->lines));
	w->closed = calloc(n, sizeof(*w->closed));
	w->runs = calloc(AUD_RUNS_MAX, sizeof(*w->runs));
	w->seen = calloc(AUD_SEEN_MAX, sizeof(*w->seen));
	return w->opens && w->lines && w->closed && w->runs && w->seen;
}

static void
release(AudWalk *w)
{
	free(w->opens);
	free(w->lines);
	free(w->closed);
	free(w->runs);
	free(w->seen);
}

static bool
walk_log(AudWalk *w, AudError *err)
{
	bool ok = true;

	for (size_t i = w->begin; ok && i < w->end; i++)
		ok = aud_walk_read_open(w->hasher,
								w->list->files[i].path,
								&w->opens[i - w->begin],
								err);
	if (!ok)
		return false;
	set_beginning(w);
	aud_walk_check_link(w);
	w->log->first_seq = w->runs[0].last_seq + 1;
	for (size_t i = w->begin; ok && i < w->end; i++)
		ok = aud_walk_file(w, i, err);

	aud_walk_settle(w, true);
	w->log->last_seq = w->runs[w->tip].last_seq;
	if (w->log->records > w->log->unhashed)
		aud_chain_hash_encode(w->runs[w->tip].last_h, w->log->last_h);
	if (ok)
	{
		check_names(w);
		check_end(w);
	}
	if (w->no_memory)
		aud_error_set(err, ENOMEM, "could not verify the trail");
	return ok && !w->no_memory;
}

/* ---- all trails -------------------------------------------------------- */

/* The next trail, of which w has the files. */
static bool
verify_log(AudWalk *w, AudError *err)
{
	AudVerifyResult *result = w->result;
	AudVerifiedLog  *bigger =
		realloc(result->logs, (result->n_logs + 1) * sizeof(*bigger));
	bool ok = false;

	if (bigger != NULL)
	{
		result->logs = bigger;
		w->log = &result->logs[result->n_logs++];
		memset(w->log, 0, sizeof(*w->log));
		strcpy(w->log->log, w->list->files[w->begin].log);
		w->log->files = w->end - w->begin;
		ok = allocate(w);
	}
	if (ok)
		ok = walk_log(w, err);
	else
		aud_error_set(err, ENOMEM, "could not verify the trail");
	release(w);
	return ok;
}

static bool
verify_all(AudHasher *hasher, const AudReaderList *list,
		   const AudVerifyOptions *options, AudVerifyResult *result,
		   AudError *err)
{
	AudExpiredList expired = {.count = 0};
	bool           ok = true;
	size_t         end;

	/* a trail that cannot be read does not keep the others from being judged */
	for (size_t begin = 0; begin < list->count; begin = end)
	{
		AudError mine = {0};
		AudWalk  w = {.hasher = hasher,
					  .list = list,
					  .begin = begin,
					  .options = options,
					  .result = result,
					  .expired = &expired};

		end = begin + 1;
		while (end < list->count &&
			   strcmp(list->files[end].log, list->files[begin].log) == 0)
			end++;
		w.end = end;
		if (!verify_log(&w, &mine))
		{
			aud_error_set(err, mine.sys_errno, "%s", mine.message);
			ok = false;
		}
	}
	aud_verify_forgive_expired(result, list, &expired);
	free(expired.items);
	return ok;
}

bool
aud_verify(const AudReaderList *list, const AudVerifyOptions *options,
		   AudVerifyResult *result, AudError *err)
{
	AudVerifyOptions all = *options;
	AudHasher       *hasher = aud_hasher_new(err);
	AudExpected     *expected = NULL;
	bool             ok = hasher != NULL;

	ok = ok &&
		 aud_verify_expect(hasher, list, options, &expected, &all.n_expected, err);
	all.expected = expected;
	ok = ok && verify_all(hasher, list, &all, result, err);
	free(expected);
	aud_hasher_free(hasher);
	aud_verify_sort(result);
	return ok;
}
