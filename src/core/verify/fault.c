/*-------------------------------------------------------------------------
 *
 * fault.c
 *	  The faults that a verification has found.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/verify/walk.h"

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
find_expired(const AudWalk *w, const AudFault *f)
{
	for (size_t i = 0; i < w->n_expired; i++)
		if (strcmp(w->expired[i].file, f->missing_file) == 0 &&
			w->expired[i].last_seq == f->last_seq)
			return &w->expired[i];
	return NULL;
}

/* Does the expired file end in the hash that its successor continues? */
static bool
is_explained(const AudWalk *w, const AudFault *f)
{
	const AudExpired  *expired = find_expired(w, f);
	const AudOpenLine *open = &w->opens[f->file - w->begin];
	char               text[AUD_CHAIN_HASH_CHARS + 1];

	if (expired == NULL)
		return false;
	aud_chain_hash_encode(open->prev_h, text);
	return expired->last_h[0] == '\0' || strcmp(expired->last_h, text) == 0;
}

void
aud_walk_forgive_expired(AudWalk *w, size_t first_fault)
{
	AudVerifyResult *result = w->result;
	size_t           kept = first_fault;

	for (size_t i = first_fault; i < result->n_faults; i++)
	{
		AudFault *f = &result->faults[i];

		if (f->kind == AUD_FAULT_FILE_MISSING && is_explained(w, f))
		{
			result->all_faults--;
			w->log->faults--;
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
