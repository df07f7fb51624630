/*-------------------------------------------------------------------------
 *
 * file.c
 *	  Verification: what a file's audit.open record says, and the lines of the
 *	  file up to the end that counts.
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

#include "core/json_scan.h"
#include "core/verify/walk.h"

/* Progress is told after so many lines. */
#define PROGRESS_LINES 10000

/* ---- the first line ---------------------------------------------------- */

/*
 * A field of a line that may be damaged: only the hash decides whether it is
 * believed.
 */
static bool
find_field(const AudLine *line, const char *key, char *value, size_t size)
{
	return aud_json_find_damaged(line->data, line->len, key, value, size);
}

static uint64_t
find_number(const AudLine *line, const char *key)
{
	char text[20];

	return find_field(line, key, text, sizeof(text)) ? strtoull(text, NULL, 10)
													 : 0;
}

/* A hash; left alone if it is not there. */
static void
find_hash(const AudLine *line, const char *key, unsigned char *h)
{
	char text[AUD_CHAIN_HASH_CHARS + 1];

	if (find_field(line, key, text, sizeof(text)) &&
		strlen(text) == AUD_CHAIN_HASH_CHARS)
		aud_chain_hash_decode(text, h);
}

/*
 * Is it an audit.open record, if perhaps a damaged one?  No other event has
 * both of the keys.
 */
static bool
is_open(const AudLine *line)
{
	char text[64];

	return (find_field(line, "event", text, sizeof(text)) &&
			strcmp(text, "audit.open") == 0) ||
		   (find_field(line, "integrity", text, sizeof(text)) &&
			find_field(line, "file", text, sizeof(text)));
}

/* False if the line is not an audit.open record. */
static bool
parse(const AudLine *line, AudOpenLine *open)
{
	char text[24];

	if (!is_open(line))
		return false;
	open->hashed = !find_field(line, "integrity", text, sizeof(text)) ||
				   strcmp(text, "off") != 0;
	find_field(line, "file", open->file, sizeof(open->file));
	open->has_prev =
		find_field(line, "prev_file", open->prev_file, sizeof(open->prev_file));
	find_field(line, "prev_tail", open->prev_tail, sizeof(open->prev_tail));
	open->prev_seq = find_number(line, "prev_seq");
	open->repeats = find_number(line, "repeats");
	find_hash(line, "prev_h", open->prev_h);
	find_field(line, "prev_log", open->other.log, sizeof(open->other.log));
	find_field(line, "prev_log_file", open->other.file, sizeof(open->other.file));
	open->other.seq = find_number(line, "prev_log_seq");
	find_hash(line, "prev_log_h", open->other.h);
	return true;
}

/*
 * Does the record's own hash follow from what it says is before it?  That is
 * the file before, or the last record repeated.
 */
static bool
is_sound(AudHasher *hasher, AudReader *r, const AudOpenLine *open,
		 const AudChainTrailer *t, const unsigned char *d)
{
	const unsigned char *prev = open->prev_h;
	AudChainTrailer      repeated;
	unsigned char        h[AUD_CHAIN_HASH_BYTES];
	AudLine              line;

	if (t->seq != open->prev_seq + open->repeats + 1 || t->hashed != open->hashed)
		return false;
	for (uint64_t i = 0; i < open->repeats; i++)
		if (aud_reader_next(r, &line, NULL) != AUD_READ_LINE)
			return false;
	if (open->repeats > 0)
	{
		if (!aud_chain_split(line.data, line.len, &repeated))
			return false;
		prev = repeated.h;
	}
	if (!t->hashed)
		return true;
	aud_chain_link(hasher, prev, t->seq, d, h);
	return memcmp(h, t->h, sizeof(h)) == 0;
}

/*
 * How many records does the file repeat, if its first line contradicts itself?
 * The repeated ones are numbered without a gap; the first line's own number
 * is the gap behind them.
 */
static uint64_t
count_repeats(AudReader *r)
{
	AudLine         line;
	AudChainTrailer t;
	uint64_t        n = 0;
	uint64_t        last = 0;

	if (!aud_reader_seek(r, 0, 1, NULL) ||
		aud_reader_next(r, &line, NULL) != AUD_READ_LINE)
		return 0;
	while (aud_reader_next(r, &line, NULL) == AUD_READ_LINE &&
		   aud_chain_split(line.data, line.len, &t))
	{
		if (n > 0 && t.seq == last + 2)
			return n;
		last = t.seq;
		n++;
	}
	return 0;
}

bool
aud_walk_read_open(AudHasher *hasher, const char *path, AudOpenLine *open,
				   AudError *err)
{
	AudReader       r;
	AudLine         line;
	AudChainTrailer t;
	unsigned char   d[AUD_CHAIN_DIGEST_BYTES];

	memset(open, 0, sizeof(*open));
	open->hashed = true;
	if (!aud_reader_open(&r, path, err))
		return false;
	if (aud_reader_next(&r, &line, err) == AUD_READ_LINE)
	{
		open->present = parse(&line, open);
		if (!open->present && aud_chain_split(line.data, line.len, &t))
			open->hashed = t.hashed;
		if (open->present && aud_chain_split(line.data, line.len, &t))
		{
			open->seq = t.seq;
			aud_chain_digest(hasher, line.data, t.body_len, d);
			open->sound = is_sound(hasher, &r, open, &t, d);
			if (!open->sound && open->repeats > 0 &&
				t.seq != open->prev_seq + open->repeats + 1)
				open->repeats = count_repeats(&r);
		}
	}
	aud_reader_close(&r);
	return !err->set;
}

bool
aud_walk_guess_seq(const char *path, bool is_open, uint64_t *seq)
{
	AudReader       r;
	AudLine         line;
	AudChainTrailer t;
	bool            found = false;

	if (!aud_reader_open(&r, path, NULL))
		return false;
	while (!found && r.line < 16 &&
		   aud_reader_next(&r, &line, NULL) == AUD_READ_LINE)
	{
		/* an open record is missing before a first line that is none */
		uint64_t records = line.number == 1 ? 2 : line.number;

		if ((line.number == 1 && is_open) ||
			!aud_chain_split(line.data, line.len, &t) || t.seq < records)
			continue;
		found = true;
		*seq = t.seq - records;
	}
	aud_reader_close(&r);
	return found;
}

/* ---- all lines --------------------------------------------------------- */

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
		(next->sound &&
		 !aud_reader_same_file(next->prev_file, w->list->files[file].name)))
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
		if (line.number % PROGRESS_LINES == 1 && w->options->progress != NULL)
			w->options->progress(w->options->arg, file, line.offset);
		if (w->options->line != NULL)
			w->options->line(w->options->arg, file, &line);
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
