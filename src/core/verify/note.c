/*-------------------------------------------------------------------------
 *
 * note.c
 *	  What a line tells besides its place in the chain.
 *
 * Numbers and hashes that were seen, the time, the end of a file, files that
 * retention deleted, records that somebody expects.  Whether the line is in its
 * place is known when it gets here.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"
#include "core/verify/walk.h"

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
	bigger = realloc(w->expired, (w->n_expired + 1) * sizeof(*bigger));
	if (bigger == NULL)
	{
		w->no_memory = true;
		return;
	}
	w->expired = bigger;
	w->expired[w->n_expired++] = e;
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

static void
check_expected(AudWalk *w, AudPlace at, const AudChainTrailer *t)
{
	for (size_t i = 0; i < w->options->n_expected; i++)
	{
		const AudExpected *e = &w->options->expected[i];

		if (e->seq == t->seq && strcmp(e->log, w->log->log) == 0 &&
			(!t->hashed || memcmp(e->h, t->h, sizeof(e->h)) != 0))
			aud_walk_fault(w,
						   AUD_FAULT_REWRITTEN,
						   at,
						   t->seq,
						   t->seq,
						   "its hash is not the expected one");
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
