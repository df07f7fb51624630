/*-------------------------------------------------------------------------
 *
 * seek.c
 *	  Where in a file a search has to begin: a binary search over its bytes.
 *
 * Numbers rise from line to line.  Times do not: a record is written when its
 * statement ends, and has the time at which it began.  So no record that began
 * after "since" stands before one that was written before "since"; and of a few
 * lines together the youngest time is, nearly, when they were written.  An hour
 * is allowed for statements that ran all through these lines and for a clock
 * that was set back.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/seek.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/chain.h"

/* Of what is closer together than this, all is read. */
#define CLOSE_ENOUGH (1024 * 1024)

/* Lines whose youngest time counts. */
#define SAMPLE 64

#define MARGIN_S 3600

/* What a line must not be before. */
typedef struct Bound
{
	uint64_t seq;
	char     ts[AUD_TS_SIZE]; /* "": no bound */
} Bound;

/* An hour earlier; "" where ts is none. */
static void
hour_before(const char *ts, char *earlier)
{
	struct tm tm = {0};
	time_t    t;

	earlier[0] = '\0';
	if (ts[0] == '\0' || strptime(ts, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return;
	t = timegm(&tm) - MARGIN_S;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(earlier, AUD_TS_SIZE, "%Y-%m-%dT%H:%M:%S.000000Z", &tm);
}

/* Is what is wanted behind this line, as far as numbers go? */
static bool
is_before_seq(const Bound *bound, const AudLine *line)
{
	AudChainTrailer trailer;

	return aud_chain_split(line->data, line->len, &trailer) &&
		   trailer.seq < bound->seq;
}

static bool
is_before_ts(const Bound *bound, const AudLine *line)
{
	char ts[AUD_TS_SIZE];

	return aud_json_find_copy(line->data, line->len, "ts", ts, sizeof(ts)) &&
		   strcmp(ts, bound->ts) < 0;
}

/*
 * Look at the lines behind a place; *from is where the first of them begins.
 * True: what is wanted is behind that one.
 */
static bool
is_behind(AudReader *r, uint64_t at, const Bound *bound, uint64_t *from,
		  AudError *err)
{
	AudLine line;

	/* the rest of the line that the place is in */
	if (!aud_reader_seek(r, at, 1, err) ||
		aud_reader_next(r, &line, err) != AUD_READ_LINE)
		return false;
	for (int i = 0; i < SAMPLE; i++)
	{
		if (aud_reader_next(r, &line, err) != AUD_READ_LINE)
			return false;
		if (i == 0)
			*from = line.offset;
		if (bound->seq > 0 && is_before_seq(bound, &line))
			return true;
		if (bound->ts[0] == '\0' || !is_before_ts(bound, &line))
			return false;
	}
	return true;
}

bool
aud_search_seek(const AudQuery *query, AudReader *r, AudError *err)
{
	Bound    bound = {.seq = query->first_seq};
	uint64_t low = 0;
	uint64_t high;

	hour_before(query->since, bound.ts);
	if ((bound.seq == 0 && bound.ts[0] == '\0') ||
		r->source.kind != AUD_SOURCE_PLAIN || !aud_source_size(&r->source, &high))
		return true;
	if (high > r->limit)
		high = r->limit;
	while (high > low && high - low > CLOSE_ENOUGH)
	{
		uint64_t middle = low + (high - low) / 2;
		uint64_t from = middle;

		if (is_behind(r, middle, &bound, &from, err))
			low = from;
		else
			high = middle;
		if (err->set)
			return false;
	}
	return aud_reader_seek(r, low, 1, err);
}
