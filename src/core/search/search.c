/*-------------------------------------------------------------------------
 *
 * search.c
 *	  The records of a trail that match a condition.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/search.h"

#include <stdlib.h>
#include <string.h>

#include "core/chain.h"

/* Where a needle of the first set was found last in a block. */
typedef struct Hunt
{
	const AudNeedleSet *set;
	const char         *end;  /* of the block */
	const char        **next; /* per needle; NULL: there is none any more */
} Hunt;

bool
aud_query_prepare(AudQuery *query)
{
	query->needles = (AudNeedles){0, NULL};
	return query->match == NULL || aud_needles_of(&query->needles, query->match);
}

void
aud_query_free(AudQuery *query)
{
	aud_needles_free(&query->needles);
}

/* ---- one line ----------------------------------------------------------------- */

/* The number of a record, also of one that does not end as the writer ends it. */
static bool
read_seq(const AudLine *line, uint64_t *seq)
{
	AudChainTrailer trailer;

	if (!aud_chain_split(line->data, line->len, &trailer))
		return aud_json_find_uint(line->data, line->len, "seq", seq);
	*seq = trailer.seq;
	return true;
}

/* Is it within the times and numbers that are asked for? */
static bool
is_in_range(const AudQuery *query, const AudLine *line)
{
	uint64_t seq;
	char     ts[AUD_TS_SIZE] = "";

	if ((query->first_seq > 0 || query->last_seq > 0) &&
		(!read_seq(line, &seq) || seq < query->first_seq ||
		 (query->last_seq > 0 && seq > query->last_seq)))
		return false;
	if (query->since[0] == '\0' && query->until[0] == '\0')
		return true;
	/* a text that is too long is no time */
	if (!aud_json_find_copy(line->data, line->len, "ts", ts, sizeof(ts)))
		return true;
	return (query->since[0] == '\0' || strcmp(ts, query->since) >= 0) &&
		   (query->until[0] == '\0' || strcmp(ts, query->until) < 0);
}

bool
aud_search_matches(AudSearch *search, const AudLine *line, const char **damage)
{
	const AudQuery *query = search->query;
	AudError        err = {0};
	int keys = query->match != NULL ? aud_match_keys(query->match) : 0;

	*damage = NULL;
	if (line->oversized)
		*damage = "not a record, line too long";
	else if (!aud_record_facts_read(&search->facts, keys, line->data, line->len, &err))
		*damage = "not a record, no JSON object";
	if (*damage != NULL)
		return true;
	/* what cannot be found out, of a text that exhausts a regular expression, hides nothing */
	return is_in_range(query, line) &&
		   (query->match == NULL ||
			aud_match_test(query->match, &search->facts.facts, keys, NULL) !=
				AUD_NO);
}

/* ---- a block -------------------------------------------------------------------- */

static void
hunt_from(Hunt *hunt, int i, const char *from)
{
	hunt->next[i] =
		aud_find(from, (size_t) (hunt->end - from), &hunt->set->items[i]);
}

/* The first place at or after from that has a needle; NULL: there is none. */
static const char *
hunt_next(Hunt *hunt, const char *from)
{
	const char *first = NULL;

	for (int i = 0; i < hunt->set->n; i++)
	{
		if (hunt->next[i] != NULL && hunt->next[i] < from)
			hunt_from(hunt, i, from);
		if (hunt->next[i] != NULL && (first == NULL || hunt->next[i] < first))
			first = hunt->next[i];
	}
	return first;
}

/* The line around a place of the block. */
static void
line_around(const AudLine *block, const char *at, AudLine *line)
{
	const char *end = block->data + block->len;
	const char *from = memrchr(block->data, '\n', (size_t) (at - block->data));
	const char *to = memchr(at, '\n', (size_t) (end - at));

	from = from != NULL ? from + 1 : block->data;
	to = to != NULL ? to : end;
	line->data = from;
	line->len = (size_t) (to - from);
	line->number = 0;
	line->offset = block->offset + (uint64_t) (from - block->data);
	line->oversized = block->oversized;
}

/* Look at one line; false if found() has had enough. */
static bool
look_at(AudSearch *search, AudFound *found)
{
	if (!aud_search_matches(search, &found->line, &found->damage))
		return true;
	search->searched.matches += found->damage == NULL;
	return search->found(search, found);
}

/* Each line of the block. */
static bool
look_at_all(AudSearch *search, const AudLine *block, AudFound *found)
{
	const char *end = block->data + block->len;

	for (const char *at = block->data; at <= end;
		 at = found->line.data + found->line.len + 1)
	{
		line_around(block, at, &found->line);
		if (!look_at(search, found))
			return false;
	}
	return true;
}

/* Each line that has a needle of the first set, and of all others. */
static bool
look_at_hits(AudSearch *search, const AudLine *block, AudFound *found, Hunt *hunt)
{
	const char *at = block->data;

	hunt->end = block->data + block->len;
	for (int i = 0; i < hunt->set->n; i++)
		hunt_from(hunt, i, at);
	while ((at = hunt_next(hunt, at)) != NULL)
	{
		line_around(block, at, &found->line);
		if (aud_needles_in(&search->query->needles,
						   1,
						   found->line.data,
						   found->line.len) &&
			!look_at(search, found))
			return false;
		at = found->line.data + found->line.len;
	}
	return true;
}

/* ---- a file ---------------------------------------------------------------------- */

/* The time of the line at a place of the block; unchanged if it has none. */
static void
copy_ts(const AudLine *block, const char *at, char *ts)
{
	char    copy[AUD_TS_SIZE];
	AudLine line;

	line_around(block, at, &line);
	if (aud_json_find_copy(line.data, line.len, "ts", copy, sizeof(copy)))
		memcpy(ts, copy, sizeof(copy));
}

/* Note what has been looked through. */
static void
note_block(AudSearched *searched, const AudLine *block, uint64_t lines)
{
	searched->lines += lines;
	searched->bytes += block->len + 1;
	if (searched->first_ts[0] == '\0')
		copy_ts(block, block->data, searched->first_ts);
	copy_ts(block, block->data + block->len, searched->last_ts);
}

/* Are all numbers behind this block too high? */
static bool
is_past(const AudQuery *query, const AudLine *block)
{
	AudChainTrailer trailer;
	AudLine         last;

	if (query->last_seq == 0)
		return false;
	line_around(block, block->data + block->len, &last);
	return aud_chain_split(last.data, last.len, &trailer) &&
		   trailer.seq > query->last_seq;
}

bool
aud_search_run(AudSearch *search, AudReader *r, const AudReaderFile *file,
			   AudError *err)
{
	const AudNeedles *needles = &search->query->needles;
	const char       *none[1];
	Hunt              hunt = {NULL, NULL, none};
	AudLine           block;
	AudReadStatus     status;
	bool              go_on = true;

	if (needles->n > 0)
	{
		hunt.set = &needles->sets[0];
		hunt.next = calloc((size_t) hunt.set->n, sizeof(*hunt.next));
		if (hunt.next == NULL)
			return aud_error_set(err, 0, "out of memory"), false;
	}
	while (go_on && (status = aud_reader_block(r, &block, err)) == AUD_READ_LINE)
	{
		AudFound found = {.file = file};

		note_block(&search->searched, &block, r->line + 1 - block.number);
		go_on = hunt.set != NULL ? look_at_hits(search, &block, &found, &hunt)
								 : look_at_all(search, &block, &found);
		if (go_on && is_past(search->query, &block))
		{
			status = AUD_READ_END;
			break;
		}
	}
	if (hunt.next != none)
		free(hunt.next);
	return go_on && status == AUD_READ_END;
}

void
aud_search_free(AudSearch *search)
{
	aud_record_facts_free(&search->facts);
}
