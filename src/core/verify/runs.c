/*-------------------------------------------------------------------------
 *
 * runs.c
 *	  From runs to faults.
 *
 * First the spine is chosen: the heaviest sequence of runs with rising
 * numbers, so that as few lines as possible are called displaced; hashes that
 * fit decide between equals.  A displaced run whose numbers the spine lacks
 * was moved, one whose numbers it has is a copy.  What then is still lacking
 * was deleted, or altered beyond recognition where lines without a number
 * stand in its place; and where numbers follow but hashes do not, a line was
 * altered.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/verify/walk.h"

bool
aud_walk_links(AudWalk *w, const unsigned char *prev, uint64_t seq,
			   const unsigned char *d, const unsigned char *h)
{
	unsigned char expected[AUD_CHAIN_HASH_BYTES];

	aud_chain_link(w->hasher, prev, seq, d, expected);
	return memcmp(expected, h, sizeof(expected)) == 0;
}

bool
aud_walk_follows(AudWalk *w, const AudRun *run, const AudChainTrailer *t,
				 const unsigned char *d)
{
	return t->seq == run->last_seq + 1 &&
		   (!t->hashed || run->any_h ||
			aud_walk_links(w, run->last_h, t->seq, d, t->h));
}

/* Does b's first line directly follow a's last one? */
static bool
run_follows(AudWalk *w, const AudRun *a, const AudRun *b)
{
	AudChainTrailer t = {.seq = b->seq, .hashed = b->hashed};

	memcpy(t.h, b->h, sizeof(t.h));
	return aud_walk_follows(w, a, &t, b->d);
}

/* ---- the spine --------------------------------------------------------- */

/* Where the heaviest sequence that ends in a run comes from. */
typedef struct Path
{
	int64_t weight; /* -1: cannot be reached */
	size_t  from;
} Path;

/*
 * Lines count two, a hash that fits one.  Of equals the later run wins, so
 * that of two lines that changed places the first one is called displaced.
 */
static void
find_path(AudWalk *w, Path *paths, size_t j)
{
	const AudRun *run = &w->runs[j];
	Path         *path = &paths[j];

	path->weight = -1;
	for (size_t i = 0; i < j; i++)
	{
		const AudRun *a = &w->runs[i];
		int64_t       weight = paths[i].weight;

		if (weight < 0 || a->last_seq >= run->seq)
			continue;
		if (a->last_seq + 1 == run->seq && run_follows(w, a, run))
			weight++;
		if (weight >= path->weight)
		{
			path->weight = weight;
			path->from = i;
		}
	}
	if (path->weight >= 0)
		path->weight += 2 * (int64_t) run->lines;
}

static void
choose_spine(AudWalk *w, size_t n)
{
	Path  *paths = calloc(n, sizeof(*paths));
	size_t best = 0;

	if (paths == NULL)
	{
		w->no_memory = true;
		return;
	}
	for (size_t j = 1; j < n; j++)
	{
		if (w->runs[j].malformed)
			paths[j].weight = -1;
		else
			find_path(w, paths, j);
		if (paths[j].weight >= paths[best].weight)
			best = j;
	}
	for (size_t i = best; i != 0; i = paths[i].from)
		w->runs[i].spine = true;
	w->runs[0].spine = true;
	free(paths);
}

/* ---- displaced runs ---------------------------------------------------- */

/* The runs of the spine around a displaced one, by number; NULL: none. */
static void
find_neighbours(AudWalk *w, size_t n, const AudRun *run, const AudRun **below,
				const AudRun **above)
{
	*below = *above = NULL;
	for (size_t i = 0; i < n; i++)
	{
		const AudRun *a = &w->runs[i];

		if (!a->spine)
			continue;
		if (a->last_seq < run->seq &&
			(*below == NULL || a->last_seq > (*below)->last_seq))
			*below = a;
		if (a->last_seq >= run->seq &&
			(*above == NULL || a->last_seq < (*above)->last_seq))
			*above = a;
	}
}

static void
judge_copy(AudWalk *w, const AudRun *run)
{
	if (run->differs)
		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   run->first,
					   run->seq,
					   run->last_seq,
					   "another record has its number");
	else
		aud_walk_fault(w,
					   AUD_FAULT_DUPLICATED,
					   run->first,
					   run->seq,
					   run->last_seq,
					   NULL);
}

/* Judge a run that is not in its place; it may then fill a gap. */
static void
judge_displaced(AudWalk *w, size_t n, AudRun *run)
{
	const AudRun *below;
	const AudRun *above;
	bool          touches_below, fits_below, touches_above, fits_above;

	find_neighbours(w, n, run, &below, &above);
	if (below == NULL || (above != NULL && above->seq <= run->last_seq))
	{
		judge_copy(w, run);
		return;
	}
	touches_below = below->last_seq + 1 == run->seq;
	fits_below = touches_below && run_follows(w, below, run);
	touches_above = above != NULL && run->last_seq + 1 == above->seq;
	fits_above = touches_above && run_follows(w, run, above);

	if (touches_below && !fits_below)
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   run->first,
					   run->seq,
					   run->last_seq,
					   "and not in its place");
	else if (fits_below || fits_above || above != NULL)
		aud_walk_fault(w,
					   AUD_FAULT_REORDERED,
					   run->first,
					   run->seq,
					   run->last_seq,
					   NULL);
	else
	{
		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   run->first,
					   run->seq,
					   run->last_seq,
					   "its number was never reached");
		return;
	}
	run->spine = true; /* from here on: in its place by number */
}

/* ---- gaps -------------------------------------------------------------- */

static const AudReaderFile *
find_file(const AudWalk *w, const char *name, size_t *index)
{
	for (size_t i = w->begin; i < w->end; i++)
		if (aud_reader_same_file(w->list->files[i].name, name))
		{
			*index = i;
			return &w->list->files[i];
		}
	return NULL;
}

/* Records from..to are gone between the runs a and b. */
static void
judge_gap(AudWalk *w, const AudRun *a, const AudRun *b, uint64_t from, uint64_t to)
{
	const AudOpenLine *open = &w->opens[b->first.file - w->begin];
	size_t             index;

	if (a->last.file == b->first.file || !open->present || !open->has_prev)
	{
		aud_walk_fault(w, AUD_FAULT_MISSING, b->first, from, to, NULL);
		return;
	}
	if (find_file(w, open->prev_file, &index) == NULL)
	{
		AudFault *f =
			aud_walk_fault(w, AUD_FAULT_FILE_MISSING, b->first, from, to, NULL);

		strcpy(f->missing_file, open->prev_file);
	}
	else if (w->closed[index - w->begin])
		aud_walk_fault(w, AUD_FAULT_MISSING, b->first, from, to, NULL);
	else
	{
		AudPlace end = {index, w->lines[index - w->begin]};

		aud_walk_fault(w, AUD_FAULT_TRUNCATED, end, from, to, NULL);
	}
}

/*
 * The lines without a number between two runs of the spine, in the order in
 * which they stand there.
 */
typedef struct Nameless
{
	AudWalk *w;
	size_t   next;
	size_t   end;
} Nameless;

static AudRun *
next_nameless(Nameless *x)
{
	while (x->next < x->end)
	{
		AudRun *run = &x->w->runs[x->next++];

		if (run->malformed)
			return run;
	}
	return NULL;
}

/* Numbers from..to are lacking: a line without a number was one of them. */
static void
fill_gap(AudWalk *w, Nameless *x, const AudRun *a, const AudRun *b,
		 uint64_t from, uint64_t to)
{
	AudRun *run;

	while (from <= to && (run = next_nameless(x)) != NULL)
	{
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   run->first,
					   from,
					   from,
					   "beyond recognition");
		from++;
	}
	if (from <= to)
		judge_gap(w, a, b, from, to);
}

/* ---- all together ------------------------------------------------------ */

static int
compare_runs(const void *a, const void *b)
{
	const AudRun *x = *(AudRun *const *) a;
	const AudRun *y = *(AudRun *const *) b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* From one run to the next by number. */
static void
judge_pair(AudWalk *w, Nameless *x, const AudRun *a, const AudRun *b,
		   bool b_was_displaced)
{
	AudRun *run;

	if (b->seq > a->last_seq + 1)
		fill_gap(w, x, a, b, a->last_seq + 1, b->seq - 1);
	else if (b->seq <= a->last_seq)
		judge_copy(w, b); /* two displaced runs with the same numbers */
	else if (!run_follows(w, a, b) && !b_was_displaced)
	{
		/* a line break was written into the line: its first half is there */
		run = next_nameless(x);
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   run ? run->first : b->first,
					   b->seq,
					   b->seq,
					   NULL);
	}
}

static void
reject_nameless(AudWalk *w, Nameless *x)
{
	AudRun *run;

	while ((run = next_nameless(x)) != NULL)
		aud_walk_fault(w,
					   AUD_FAULT_INSERTED,
					   run->first,
					   0,
					   0,
					   "not a record of this trail");
}

/*
 * Lines without a number at the very end: the records that are due there,
 * unless the file was closed before.
 */
static void
judge_end(AudWalk *w, Nameless *x, const AudRun *last)
{
	uint64_t seq = last->last_seq;
	AudRun  *run;

	if (w->closed[w->end - 1 - w->begin])
		reject_nameless(w, x);
	while ((run = next_nameless(x)) != NULL)
	{
		seq++;
		aud_walk_fault(w,
					   AUD_FAULT_ALTERED,
					   run->first,
					   seq,
					   seq,
					   "beyond recognition");
	}
}

static void
judge_order(AudWalk *w, AudRun **order, size_t n_order, size_t n, bool final,
			const bool *was_displaced)
{
	Nameless x = {w, 1, 0};
	size_t   position = 0; /* of the spine's last run passed */

	for (size_t i = 1; i < n_order; i++)
	{
		size_t index = (size_t) (order[i] - w->runs);

		/* what stands before the next run that is in its place */
		if (!was_displaced[index])
		{
			x.next = x.next > position ? x.next : position + 1;
			x.end = index;
		}
		judge_pair(w, &x, order[i - 1], order[i], was_displaced[index]);
		if (!was_displaced[index])
		{
			reject_nameless(w, &x);
			position = index;
		}
	}
	x.next = position + 1;
	x.end = n;
	if (final)
		judge_end(w, &x, order[n_order - 1]);
}

static void
judge_all(AudWalk *w, size_t n, bool final)
{
	AudRun **order = calloc(n, sizeof(*order));
	bool    *was_displaced = calloc(n, sizeof(*was_displaced));
	size_t   n_order = 0;

	if (order == NULL || was_displaced == NULL)
		w->no_memory = true;
	else
	{
		for (size_t i = 1; i < n; i++)
			if (!w->runs[i].malformed && !w->runs[i].spine)
			{
				was_displaced[i] = true;
				judge_displaced(w, n, &w->runs[i]);
			}
		for (size_t i = 0; i < n; i++)
			if (w->runs[i].spine)
				order[n_order++] = &w->runs[i];
		qsort(order, n_order, sizeof(*order), compare_runs);
		judge_order(w, order, n_order, n, final, was_displaced);
	}
	free(order);
	free(was_displaced);
}

void
aud_walk_settle(AudWalk *w, bool final)
{
	size_t n = final ? w->n_runs : w->tip + 1;

	if (n > 1)
	{
		choose_spine(w, n);
		if (!w->no_memory)
			judge_all(w, n, final);
	}
	if (final)
		return;

	/* the tip becomes the beginning of what is to come */
	memmove(w->runs, w->runs + w->tip, (w->n_runs - w->tip) * sizeof(*w->runs));
	w->n_runs -= w->tip;
	w->tip = 0;
	w->runs[0].spine = false;
	w->watch = 0;
}
