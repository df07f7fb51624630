/*-------------------------------------------------------------------------
 *
 * open.c
 *	  Inside verification: what a file's audit.open record says.
 *
 *-------------------------------------------------------------------------
 */
#include "core/verify/open.h"

#include <stdlib.h>
#include <string.h>

#include "core/json_scan.h"

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
aud_open_read(AudHasher *hasher, const char *path, AudOpenLine *open,
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
aud_open_guess_seq(const char *path, bool is_open, uint64_t *seq)
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
