/*-------------------------------------------------------------------------
 *
 * note.c
 *	  Verification: what is kept of a walk, its faults and what lines tell
 *	  besides their place in the chain.
 *
 * Of the lines that is: numbers and hashes that were seen, the time, the end
 * of a file, files that retention deleted, records that somebody expects.
 * Whether the line is in its place is known when it gets here.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "core/verify/walk.h"

/* ---- faults ------------------------------------------------------------ */

const char *
aud_fault_name(AudFaultKind kind)
{
	static const char *const names[] = {
		"altered",
		"missing",
		"duplicated",
		"reordered",
		"inserted",
		"truncated",
		"file missing",
		"rewritten",
		"renamed",
	};

	return names[kind];
}

/* A fault that is only counted goes here. */
static AudFault uncounted;

/*
 * Copies that follow each other are one fault with a range: a block that was
 * copied, a file that is there twice.
 */
static AudFault *
join_duplicates(AudVerifyResult *result, AudPlace at, uint64_t seq)
{
	AudFault *last;

	if (result->n_faults == 0)
		return NULL;
	last = &result->faults[result->n_faults - 1];
	if (last->kind != AUD_FAULT_DUPLICATED || last->file != at.file ||
		last->last_seq + 1 != seq ||
		last->line + (last->last_seq - last->seq) + 1 != at.line)
		return NULL;
	last->last_seq = seq;
	return last;
}

/*
 * gcc's analyzer loses sight of the list of faults once it is the result's,
 * which aud_verify_free() frees.
 */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

AudFault *
aud_walk_fault(AudWalk *w, AudFaultKind kind, AudPlace at, uint64_t seq,
			   uint64_t last_seq, const char *detail)
{
	AudVerifyResult *result = w->result;
	AudFault        *f;

	if (kind == AUD_FAULT_DUPLICATED && seq == last_seq &&
		(f = join_duplicates(result, at, seq)) != NULL)
		return f;
	result->all_faults++;
	w->log->faults++;
	if (result->n_faults == AUD_VERIFY_FAULTS_MAX)
		return &uncounted;
	if ((result->n_faults & (result->n_faults - 1)) == 0)
	{
		size_t    cap = result->n_faults ? result->n_faults * 2 : 1;
		AudFault *bigger = realloc(result->faults, cap * sizeof(*bigger));

		if (bigger == NULL)
		{
			w->no_memory = true;
			return &uncounted;
		}
		result->faults = bigger;
	}
	f = &result->faults[result->n_faults++];
	memset(f, 0, sizeof(*f));
	f->kind = kind;
	f->file = at.file;
	f->line = at.line;
	f->seq = seq;
	f->last_seq = last_seq;
	f->detail = detail;
	return f;
}

static const AudExpired *
find_expired(const AudExpiredList *expired, const AudFault *f)
{
	for (size_t i = 0; i < expired->count; i++)
		if (aud_reader_same_file(expired->items[i].file, f->missing_file) &&
			expired->items[i].last_seq == f->last_seq)
			return &expired->items[i];
	return NULL;
}

/* Does the expired file end in the hash that its successor continues? */
static bool
is_explained(const AudExpiredList *all, const AudFault *f)
{
	const AudExpired *expired = find_expired(all, f);
	char              text[AUD_CHAIN_HASH_CHARS + 1];

	if (expired == NULL)
		return false;
	aud_chain_hash_encode(f->last_h, text);
	return expired->last_h[0] == '\0' || strcmp(expired->last_h, text) == 0;
}

/* One fault less, in the trail of that file. */
static void
uncount(AudVerifyResult *result, const char *log)
{
	result->all_faults--;
	for (size_t i = 0; i < result->n_logs; i++)
		if (strcmp(result->logs[i].log, log) == 0)
			result->logs[i].faults--;
}

void
aud_verify_forgive_expired(AudVerifyResult *result, const AudReaderList *list,
						   const AudExpiredList *expired)
{
	size_t kept = 0;

	for (size_t i = 0; i < result->n_faults; i++)
	{
		AudFault *f = &result->faults[i];

		if (f->kind == AUD_FAULT_FILE_MISSING && is_explained(expired, f))
		{
			uncount(result, list->files[f->file].log);
			continue;
		}
		result->faults[kept++] = *f;
	}
	result->n_faults = kept;
}

static int
compare_faults(const void *a, const void *b)
{
	const AudFault *x = a;
	const AudFault *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

void
aud_verify_sort(AudVerifyResult *result)
{
	if (result->n_faults > 1)
		qsort(result->faults,
			  result->n_faults,
			  sizeof(*result->faults),
			  compare_faults);
}

void
aud_verify_free(AudVerifyResult *result)
{
	free(result->logs);
	free(result->faults);
	memset(result, 0, sizeof(*result));
}

/* ---- lines ------------------------------------------------------------- */

/*
 * Every record begins {"v":1,"log":"<16>","ts":"<27>","event":"...  The
 * general search is for lines that do not, if ever.
 */
#define TS_AT    38
#define TS_LEN   27
#define EVENT_AT 76

static bool
has_usual_start(const char *line, size_t len)
{
	return len > EVENT_AT + 16 && memcmp(line + 32, "\"ts\":\"", 6) == 0 &&
		   memcmp(line + EVENT_AT - 9, "\"event\":\"", 9) == 0;
}

static void
note_time(AudVerifiedLog *log, const char *line, size_t len)
{
	char ts[sizeof(log->last_ts)];

	if (has_usual_start(line, len))
	{
		memcpy(ts, line + TS_AT, TS_LEN);
		ts[TS_LEN] = '\0';
	}
	else if (!aud_json_find_copy(line, len, "ts", ts, sizeof(ts)))
		return;
	memcpy(log->last_ts, ts, sizeof(ts));
	if (log->first_ts[0] == '\0')
		memcpy(log->first_ts, ts, sizeof(ts));
}

static void
note_expired(AudWalk *w, const char *line, size_t len)
{
	AudExpired  e;
	AudExpired *bigger;

	memset(&e, 0, sizeof(e));
	if (!aud_json_find_copy(line, len, "file", e.file, sizeof(e.file)) ||
		!aud_json_find_uint(line, len, "last_seq", &e.last_seq))
		return;
	aud_json_find_copy(line, len, "last_h", e.last_h, sizeof(e.last_h));
	bigger =
		realloc(w->expired->items, (w->expired->count + 1) * sizeof(*bigger));
	if (bigger == NULL)
	{
		w->no_memory = true;
		return;
	}
	w->expired->items = bigger;
	w->expired->items[w->expired->count++] = e;
}

/*
 * A file begins with audit.open, has no other one than those that it repeats,
 * and ends where it was closed.  A line that is not so, but follows, came out
 * of another file: the chain does not care where a file ends.
 */
static void
check_layout(AudWalk *w, AudPlace at, uint64_t seq, const char *line,
			 size_t len, bool is_open, bool was_closed)
{
	const AudOpenLine *open = &w->opens[at.file - w->begin];

	if (at.line == 1 && !open->present)
		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   at,
					   seq,
					   seq,
					   "the file does not begin with audit.open");
	else if (is_open && at.line > 1 + open->repeats)
	{
		AudFault *f = aud_walk_fault(w,
									 AUD_FAULT_FILE_MISSING,
									 at,
									 seq,
									 seq,
									 "its records stand in another file");

		aud_json_find_copy(line,
						   len,
						   "file",
						   f->missing_file,
						   sizeof(f->missing_file));
	}
	else if (was_closed && at.line > 1)
		aud_walk_fault(w, AUD_FAULT_INSERTED, at, seq, seq, "behind audit.close");
}

/* The event's name, "" if it is none of the writer's own. */
static void
read_event(const char *line, size_t len, char *event, size_t size)
{
	event[0] = '\0';
	if (has_usual_start(line, len) && memcmp(line + EVENT_AT, "audit.", 6) != 0)
		return;
	if (!aud_json_find_copy(line, len, "event", event, size))
		event[0] = '\0';
}

/* "follows": it is in its place, so that what it says can be relied on. */
static void
note_event(AudWalk *w, AudPlace at, uint64_t seq, const char *line, size_t len,
		   bool follows)
{
	bool *closed = &w->closed[at.file - w->begin];
	bool  was_closed = *closed;
	char  event[24];

	read_event(line, len, event, sizeof(event));
	*closed = strcmp(event, "audit.close") == 0;
	if (!follows)
		return;
	check_layout(w, at, seq, line, len, strcmp(event, "audit.open") == 0, was_closed);
	if (strcmp(event, "audit.expire") == 0)
		note_expired(w, line, len);
}

/*
 * A later trail names the last hash that there was: of a record without one
 * that is another's.
 */
static bool
has_hash(const AudExpected *e, const AudChainTrailer *t)
{
	if (!t->hashed)
		return e->by_trail;
	return memcmp(e->h, t->h, sizeof(e->h)) == 0;
}

static void
check_expected(AudWalk *w, AudPlace at, const AudChainTrailer *t)
{
	for (size_t i = 0; i < w->options->n_expected; i++)
	{
		const AudExpected *e = &w->options->expected[i];

		if (e->seq != t->seq || strcmp(e->log, w->log->log) != 0 ||
			has_hash(e, t))
			continue;
		aud_walk_fault(w,
					   AUD_FAULT_REWRITTEN,
					   at,
					   t->seq,
					   t->seq,
					   e->by_trail
						   ? "its hash is not the one that a later trail names"
						   : "its hash is not the expected one");
	}
}

void
aud_walk_note(AudWalk *w, AudPlace at, const AudChainTrailer *t,
			  const char *line, size_t len, bool follows)
{
	AudSeen *seen = &w->seen[t->seq % AUD_SEEN_MAX];

	seen->seq = t->seq;
	if (t->hashed)
		memcpy(seen->h, t->h, sizeof(seen->h));
	else
	{
		memset(seen->h, 0, sizeof(seen->h));
		w->log->unhashed++;
	}
	if (t->seq > w->highest)
		w->highest = t->seq;
	w->log->records++;
	note_time(w->log, line, len);
	note_event(w, at, t->seq, line, len, follows);
	if (w->options->n_expected > 0)
		check_expected(w, at, t);
}
