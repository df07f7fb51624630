/*-------------------------------------------------------------------------
 *
 * walk.c
 *	  From lines to runs.
 *
 * A line that does not follow from the one before is tried in every way that a
 * single change could explain: its number was changed, the hash of the line
 * before was, a line break was lost, it is a copy.  What one change explains
 * is one fault, here and now; the rest begins a new run and is judged when
 * more is known.
 *
 * The trying is done with the hash, so that it cannot be misled: whoever does
 * not compute hashes cannot make a line fit where it does not belong.
 *
 *-------------------------------------------------------------------------
 */
#include "core/verify/walk.h"

#include <string.h>

/* ---- runs -------------------------------------------------------------- */

/*
 * A run that was left behind because later lines went back in number: if its
 * last record turns up again where it belongs, was it the same one?
 */
static void
look_at_watched(AudWalk *w, const AudChainTrailer *t)
{
	uint64_t next = 0;

	for (size_t i = 1; i < w->n_runs; i++)
	{
		AudRun *run = &w->runs[i];

		if (i == w->tip || run->malformed || run->last_seq < t->seq)
			continue;
		if (run->last_seq == t->seq)
			run->differs = memcmp(run->last_h, t->h, sizeof(t->h)) != 0;
		else if (next == 0 || run->last_seq < next)
			next = run->last_seq;
	}
	w->watch = next;
}

/* The line is the tip's next one. */
static void
extend(AudWalk *w, AudPlace at, const AudChainTrailer *t, const char *line,
	   size_t len)
{
	AudRun *run = &w->runs[w->tip];

	run->last = at;
	run->last_seq = t->seq;
	run->lines++;
	if (t->hashed)
	{
		memcpy(run->last_h, t->h, sizeof(t->h));
		run->any_h = false;
	}
	if (w->watch != 0 && t->seq >= w->watch)
		look_at_watched(w, t);
	aud_walk_note(w, at, t, line, len, true);
}

/* Lines without a number stand before a line that follows without them. */
static void
reject_pending(AudWalk *w)
{
	while (w->n_runs - 1 > w->tip)
	{
		AudRun *run = &w->runs[--w->n_runs];

		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   run->first,
					   0,
					   0,
					   "not a record of this trail");
	}
}

static AudRun *
add_run(AudWalk *w, AudPlace at)
{
	AudRun *run;

	if (w->n_runs == AUD_RUNS_MAX)
		aud_walk_settle(w, false);
	run = &w->runs[w->n_runs++];
	memset(run, 0, sizeof(*run));
	run->first = at;
	run->last = at;
	run->lines = 1;
	return run;
}

/* The line belongs to nothing before it. */
static void
begin_run(AudWalk *w, AudPlace at, const AudChainTrailer *t,
		  const unsigned char *d, const char *line, size_t len)
{
	AudRun *run = add_run(w, at);
	AudRun *tip = &w->runs[w->tip];

	run->seq = run->last_seq = t->seq;
	run->hashed = t->hashed;
	if (t->hashed)
	{
		memcpy(run->d, d, sizeof(run->d));
		memcpy(run->h, t->h, sizeof(t->h));
	}
	/* without a hash of its own it hands the one before on */
	memcpy(run->last_h, t->hashed ? t->h : tip->last_h, sizeof(t->h));
	if (t->hashed && t->seq == tip->last_seq + 1)
	{
		aud_chain_link(w->hasher, tip->last_h, t->seq, d, run->alt_h);
		run->has_alt = true;
	}
	if (t->seq <= tip->last_seq && w->tip > 0 &&
		(w->watch == 0 || tip->last_seq < w->watch))
		w->watch = tip->last_seq;
	w->tip = (size_t) (run - w->runs);
	if (w->watch != 0 && t->seq >= w->watch)
		look_at_watched(w, t);
	aud_walk_note(w, at, t, line, len, false);
}

/* ---- single changes ---------------------------------------------------- */

bool
aud_walk_lost_break(AudWalk *w, AudPlace at, const char *line, size_t len)
{
	AudRun     *tip = &w->runs[w->tip];
	const char *end = line + len;
	const char *p = line;

	while ((p = memchr(p, '}', (size_t) (end - p))) != NULL)
	{
		size_t          n = (size_t) (++p - line);
		AudChainTrailer t;
		unsigned char   d[AUD_CHAIN_DIGEST_BYTES];

		if (p >= end || !aud_chain_split(line, n, &t) ||
			t.seq != tip->last_seq + 1 || t.hashed != w->hashed)
			continue;
		aud_chain_digest(w->hasher, line, t.body_len, d);
		if (!aud_walk_follows(w, tip, &t, d))
			continue;
		reject_pending(w);
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   at,
					   t.seq,
					   t.seq,
					   "the line break behind it is gone");
		extend(w, at, &t, line, n);
		if (*p != '{')
			p++;
		if (p < end)
			aud_walk_line(w, at, p, (size_t) (end - p));
		return true;
	}
	return false;
}

/* The line before had its trailer damaged, and this one says what it was. */
static bool
try_damaged_trailer(AudWalk *w, const AudChainTrailer *t, const unsigned char *d)
{
	AudRun *tip = &w->runs[w->tip];
	AudRun *pending = &w->runs[w->n_runs - 1];

	if (w->n_runs - 1 != w->tip + 1 || !pending->has_alt || !t->hashed ||
		t->seq != tip->last_seq + 2 ||
		!aud_walk_links(w, pending->alt_h, t->seq, d, t->h))
		return false;
	aud_walk_fault(w,
				   AUD_FAULT_ALTERED,
				   pending->first,
				   t->seq - 1,
				   t->seq - 1,
				   "its number or hash is damaged");
	w->n_runs--;
	w->log->records++;
	tip->last_seq++;
	tip->lines++;
	return true;
}

/* The line is the one that is due, but for its number. */
static bool
try_changed_number(AudWalk *w, AudPlace at, AudChainTrailer *t,
				   const unsigned char *d)
{
	AudRun  *tip = &w->runs[w->tip];
	uint64_t due = tip->last_seq + 1;

	if (!t->hashed || t->seq == due || tip->any_h ||
		!aud_walk_links(w, tip->last_h, due, d, t->h))
		return false;
	reject_pending(w);
	aud_walk_fault(w, AUD_FAULT_ALTERED, at, due, due, "its number was changed");
	t->seq = due;
	return true;
}

/* The line before follows from its predecessor, but for its own hash. */
static bool
try_changed_hash(AudWalk *w, const AudChainTrailer *t, const unsigned char *d)
{
	AudRun *tip = &w->runs[w->tip];
	AudRun *before;

	if (!t->hashed || w->tip == 0 || w->n_runs - 1 != w->tip ||
		tip->lines != 1 || !tip->has_alt || t->seq != tip->last_seq + 1 ||
		!aud_walk_links(w, tip->alt_h, t->seq, d, t->h))
		return false;
	before = tip - 1;
	if (before->malformed || before->last_seq + 1 != tip->seq)
		return false;
	aud_walk_fault(w,
				   AUD_FAULT_ALTERED,
				   tip->first,
				   tip->seq,
				   tip->seq,
				   "its hash was changed");
	before->last_seq = tip->seq;
	before->last = tip->last;
	before->lines++;
	w->n_runs--;
	w->tip--;
	return true;
}

/* Does the line continue a run that was left behind? */
static bool
continues_some_run(AudWalk *w, const AudChainTrailer *t, const unsigned char *d)
{
	for (size_t i = 0; i < w->n_runs; i++)
		if (!w->runs[i].malformed && aud_walk_follows(w, &w->runs[i], t, d))
			return true;
	return false;
}

/* A record that was there already, or pretends to be. */
static bool
try_copy(AudWalk *w, AudPlace at, const AudChainTrailer *t,
		 const unsigned char *d)
{
	const AudSeen *seen = &w->seen[t->seq % AUD_SEEN_MAX];
	const AudSeen *before = &w->seen[(t->seq - 1) % AUD_SEEN_MAX];
	bool           same;

	if (!t->hashed || t->seq > w->highest || seen->seq != t->seq ||
		continues_some_run(w, t, d))
		return false;
	same = memcmp(seen->h, t->h, sizeof(t->h)) == 0 &&
		   (before->seq != t->seq - 1 ||
			aud_walk_links(w, before->h, t->seq, d, t->h));
	aud_walk_fault(w,
				   same ? AUD_FAULT_DUPLICATED : AUD_FAULT_INSERTED,
				   at,
				   t->seq,
				   t->seq,
				   same ? NULL : "another record has its number");
	return true;
}

/* ---- lines ------------------------------------------------------------- */

/*
 * A line without a trailer.  If nothing but its trailer was damaged, its body
 * is what is before a trailer's length.
 */
static void
take_malformed(AudWalk *w, AudPlace at, const char *line, size_t len)
{
	AudRun  *last = &w->runs[w->n_runs - 1];
	uint64_t due = w->runs[w->tip].last_seq + 1;
	size_t   trailer = strlen(",\"seq\":") + strlen(",\"h\":\"\"}") + 32 + 1;
	AudRun  *run;

	if (aud_walk_lost_break(w, at, line, len))
		return;
	/* the rest of a line into which a line break was written */
	if (last->malformed && last->last.file == at.file &&
		last->last.line + 1 == at.line && (len == 0 || line[0] != '{'))
	{
		last->last = at;
		last->has_alt = false;
		return;
	}
	run = add_run(w, at);
	run->malformed = true;
	for (uint64_t n = due; n >= 10; n /= 10)
		trailer++;
	if (w->hashed && !w->runs[w->tip].any_h && len > trailer + 1 && line[0] == '{')
	{
		unsigned char d[AUD_CHAIN_DIGEST_BYTES];

		aud_chain_digest(w->hasher, line, len - trailer, d);
		aud_chain_link(w->hasher, w->runs[w->tip].last_h, due, d, run->alt_h);
		run->has_alt = true;
	}
}

void
aud_walk_line(AudWalk *w, AudPlace at, const char *line, size_t len)
{
	AudChainTrailer t;
	unsigned char   d[AUD_CHAIN_DIGEST_BYTES];

	if (!aud_chain_split(line, len, &t) || t.hashed != w->hashed)
	{
		take_malformed(w, at, line, len);
		return;
	}
	if (t.hashed)
		aud_chain_digest(w->hasher, line, t.body_len, d);

	if (aud_walk_follows(w, &w->runs[w->tip], &t, d))
		reject_pending(w);
	else if (!try_damaged_trailer(w, &t, d) &&
			 !try_changed_number(w, at, &t, d) && !try_changed_hash(w, &t, d))
	{
		if (!aud_walk_lost_break(w, at, line, len) && !try_copy(w, at, &t, d))
			begin_run(w, at, &t, d, line, len);
		return;
	}
	extend(w, at, &t, line, len);
}
