/*-------------------------------------------------------------------------
 *
 * file.c
 *	  Verification: the lines of one file, up to the end that counts.
 *
 * Here is what docs/trail.md says about a file's two ends: in which order the
 * lines of a file that repeats records count, and what may stand past the point
 * that its successor names.
 *
 * What a file says about its predecessor is used only where the file's first
 * line is sound by itself, so that one changed byte there is one fault there.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/verify/walk.h"

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

bool
aud_walk_file(AudWalk *w, size_t file, AudError *err)
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
