/*-------------------------------------------------------------------------
 *
 * verify.c
 *	  Verification: trail by trail, file by file.
 *
 * Here is what docs/trail.md says about files: where a trail begins, what a
 * file may hold past the point that its successor names, in which order the
 * lines of a file that repeats records count.  The lines themselves go to
 * verify_walk.c.
 *
 * What a file says about its predecessor is used only where the file's first
 * line is sound by itself, so that one changed byte there is one fault there.
 *
 *-------------------------------------------------------------------------
 */
#include "core/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/verify_open.h"
#include "core/verify_walk.h"

/* ---- one file ---------------------------------------------------------- */

/*
 * The first line of a file that repeats records: it is kept back until the
 * repeated ones have passed, since its number comes after theirs.
 */
typedef struct KeptLine
{
	char    *text;
	size_t   len;
	AudPlace at;
	uint64_t after_line; /* its turn is after this line of the file */
} KeptLine;

static bool
keep_line(AudWalk *w, KeptLine *kept, const AudLine *line, AudPlace at,
		  const AudOpenLine *open)
{
	kept->text = malloc(line->len + 1);
	if (kept->text == NULL)
	{
		w->no_memory = true;
		return false;
	}
	memcpy(kept->text, line->data, line->len);
	kept->len = line->len;
	kept->at = at;
	kept->after_line = 1 + open->repeats;
	return true;
}

static void
release_line(AudWalk *w, KeptLine *kept)
{
	if (kept->text == NULL)
		return;
	aud_walk_line(w, kept->at, kept->text, kept->len);
	free(kept->text);
	kept->text = NULL;
}

/* What the next file says about the end of this one; NULL: nothing. */
static const AudOpenLine *
successor_of(const AudWalk *w, size_t file)
{
	const AudOpenLine *next;

	if (file + 1 >= w->end)
		return NULL;
	next = &w->opens[file + 1 - w->begin];
	/* the name may be what was changed in a line that is not sound */
	if (!next->present ||
		(next->sound && strcmp(next->prev_file, w->list->files[file].name) != 0))
		return NULL;
	return next;
}

/*
 * Has the trail's end in this file been reached, as its successor gives it?
 * By number and hash, because bytes that were inserted or deleted before it
 * move its offset; in a line that is not sound, one of these may be what was
 * changed.
 */
static bool
at_named_end(const AudWalk *w, const AudReader *r, size_t file,
			 const AudOpenLine *next)
{
	const AudRun *tip = &w->runs[w->tip];
	bool          same_seq = tip->last_seq == next->prev_seq;
	bool same_h = memcmp(tip->last_h, next->prev_h, sizeof(next->prev_h)) == 0;

	if (next->sound)
		return same_seq && same_h;
	return same_h || (same_seq && r->offset == w->list->files[file].bytes);
}

/* Does the successor say that something may follow the end? */
static bool
names_end(const AudOpenLine *next)
{
	return next != NULL &&
		   (next->prev_tail[0] != '\0' || (!next->sound && next->repeats > 0));
}

/*
 * Past the named end, "repeated" lines must be what the next file has after
 * its first line.
 */
static bool
compare_repeated(AudWalk *w, AudReader *r, size_t file, AudError *err)
{
	AudReader     other;
	AudLine       mine, theirs;
	AudReadStatus status;
	bool          same = true;

	if (!aud_reader_open(&other, w->list->files[file + 1].path, err))
		return false;
	aud_reader_next(&other, &theirs, err);
	while (same && (status = aud_reader_next(r, &mine, err)) == AUD_READ_LINE)
	{
		w->lines[file - w->begin] = mine.number;
		same = aud_reader_next(&other, &theirs, err) == AUD_READ_LINE &&
			   mine.len == theirs.len &&
			   memcmp(mine.data, theirs.data, mine.len) == 0;
	}
	if (same && aud_reader_partial(r, &mine))
		same = (aud_reader_next(&other, &theirs, err) == AUD_READ_LINE ||
				aud_reader_partial(&other, &theirs)) &&
			   mine.len <= theirs.len &&
			   memcmp(mine.data, theirs.data, mine.len) == 0;
	aud_reader_close(&other);
	if (!same)
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   (AudPlace){file, mine.number},
					   0,
					   0,
					   "not what the next file repeats");
	return !err->set;
}

/* What is behind the end that the next file names. */
static bool
check_tail(AudWalk *w, AudReader *r, size_t file, const AudOpenLine *next,
		   AudError *err)
{
	AudLine line;

	if (strcmp(next->prev_tail, "repeated") == 0)
		return compare_repeated(w, r, file, err);
	if (strcmp(next->prev_tail, "torn") == 0 &&
		aud_reader_next(r, &line, err) == AUD_READ_LINE)
		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   (AudPlace){file, line.number},
					   0,
					   0,
					   "only a piece of a line may be here");
	/* "unsynced" and "foreign" bytes count for nothing */
	return !err->set;
}

/*
 * A last line without its newline.  In the newest file it is being written; a
 * piece of a record, never a whole one with something behind it.
 */
static void
check_partial(AudWalk *w, const AudReader *r, size_t file,
			  const AudOpenLine *next, const AudLine *line)
{
	AudPlace at = {file, line->number};

	if (aud_walk_lost_break(w, at, line->data, line->len))
		return;
	if (next != NULL && next->sound && at_named_end(w, r, file, next))
		aud_walk_fault(w, AUD_FAULT_INSERTED, at, 0, 0, "behind the end of the file");
	else if (file + 1 < w->end || w->options->must_be_closed)
		w->lines[file - w->begin] = line->number; /* where it was cut */
}

/* All lines of an open file up to its end, or to the end named for it. */
static AudReadStatus
walk_lines(AudWalk *w, AudReader *r, size_t file, const AudOpenLine *next,
		   bool *tail, AudError *err)
{
	const AudOpenLine *open = &w->opens[file - w->begin];
	bool               named = names_end(next);
	KeptLine           kept = {.text = NULL};
	AudReadStatus      status = AUD_READ_END;
	AudLine            line;

	while (!(*tail = named && at_named_end(w, r, file, next)) && !w->no_memory &&
		   (status = aud_reader_next(r, &line, err)) == AUD_READ_LINE)
	{
		AudPlace at = {file, line.number};

		w->lines[file - w->begin] = line.number;
		w->log->bytes += line.len + 1;
		if (line.number == 1 && open->present && open->repeats > 0)
		{
			if (!keep_line(w, &kept, &line, at, open))
				break;
		}
		else
			aud_walk_line(w, at, line.data, line.len);
		if (kept.text != NULL && line.number == kept.after_line)
			release_line(w, &kept);
	}
	if (*tail)
		free(kept.text); /* it stood among what does not count */
	else
		release_line(w, &kept);
	return status;
}

static bool
walk_file(AudWalk *w, size_t file, AudError *err)
{
	const AudOpenLine *next = successor_of(w, file);
	AudReader          r;
	AudReadStatus      status;
	AudLine            line;
	bool               tail;
	bool               ok;

	if (!aud_reader_open(&r, w->list->files[file].path, err))
		return false;
	w->hashed = w->opens[file - w->begin].hashed;
	status = walk_lines(w, &r, file, next, &tail, err);
	ok = status != AUD_READ_ERROR;
	if (ok && tail)
		ok = check_tail(w, &r, file, next, err);
	else if (ok && aud_reader_partial(&r, &line))
		check_partial(w, &r, file, next, &line);
	aud_reader_close(&r);
	return ok;
}

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
		aud_open_guess_seq(w->list->files[w->begin].path, true, &guess))
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

static bool
has_file(const AudWalk *w, const char *name)
{
	for (size_t i = w->begin; i < w->end; i++)
		if (strcmp(w->list->files[i].name, name) == 0)
			return true;
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
			 aud_open_guess_seq(file->path, false, &run->last_seq))
		run->any_h = true;
	run->seq = run->last_seq;

	if (open->has_prev && open->sound && !w->options->selection &&
		!has_file(w, open->prev_file))
	{
		AudFault *f = aud_walk_fault(w,
									 AUD_FAULT_FILE_MISSING,
									 (AudPlace){w->begin + first, 1},
									 1,
									 open->prev_seq,
									 NULL);

		strcpy(f->missing_file, open->prev_file);
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
						   "an expected record is not there");
		else if (e->seq <= w->log->first_seq - 1)
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
	free(w->expired);
}

static bool
walk_log(AudWalk *w, AudError *err)
{
	size_t first_fault = w->result->n_faults;
	bool   ok = true;

	for (size_t i = w->begin; ok && i < w->end; i++)
		ok = aud_open_read(w->hasher,
						   w->list->files[i].path,
						   &w->opens[i - w->begin],
						   err);
	if (!ok)
		return false;
	set_beginning(w);
	w->log->first_seq = w->runs[0].last_seq + 1;
	for (size_t i = w->begin; ok && i < w->end; i++)
		ok = walk_file(w, i, err);

	aud_walk_settle(w, true);
	w->log->last_seq = w->runs[w->tip].last_seq;
	if (w->log->records > w->log->unhashed)
		aud_chain_hash_encode(w->runs[w->tip].last_h, w->log->last_h);
	if (ok)
		check_end(w);
	aud_walk_forgive_expired(w, first_fault);
	if (w->no_memory)
		aud_error_set(err, ENOMEM, "could not verify the trail");
	return ok && !w->no_memory;
}

/* ---- all trails -------------------------------------------------------- */

static bool
verify_log(AudHasher *hasher, const AudReaderList *list, size_t begin,
		   size_t end, const AudVerifyOptions *options, AudVerifyResult *result,
		   AudError *err)
{
	AudWalk         w = {.hasher = hasher,
						 .list = list,
						 .begin = begin,
						 .end = end,
						 .options = options,
						 .result = result};
	AudVerifiedLog *bigger =
		realloc(result->logs, (result->n_logs + 1) * sizeof(*bigger));
	bool ok = false;

	if (bigger != NULL)
	{
		result->logs = bigger;
		w.log = &result->logs[result->n_logs++];
		memset(w.log, 0, sizeof(*w.log));
		strcpy(w.log->log, list->files[begin].log);
		w.log->files = end - begin;
		ok = allocate(&w);
	}
	if (ok)
		ok = walk_log(&w, err);
	else
		aud_error_set(err, ENOMEM, "could not verify the trail");
	release(&w);
	return ok;
}

bool
aud_verify(const AudReaderList *list, const AudVerifyOptions *options,
		   AudVerifyResult *result, AudError *err)
{
	AudHasher *hasher = aud_hasher_new(err);
	bool       ok = hasher != NULL;
	size_t     end;

	for (size_t begin = 0; ok && begin < list->count; begin = end)
	{
		end = begin + 1;
		while (end < list->count &&
			   strcmp(list->files[end].log, list->files[begin].log) == 0)
			end++;
		ok = verify_log(hasher, list, begin, end, options, result, err);
	}
	aud_hasher_free(hasher);
	aud_verify_sort(result);
	return ok;
}
