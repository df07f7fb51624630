/*-------------------------------------------------------------------------
 *
 * fuzz_index.c
 *	  Whatever an index says, a search ends, and hands out lines of the file.
 *
 * The input lies over an index that was made; its checksum is then set right
 * (unless the first byte forbids it), so that what is behind it is reached.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>
#include <zlib.h>

#include "core/search/file.h"
#include "core/search/index.h"
#include "core/search/index_block.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define STEM "secaudit-20260131T235959Z-000001"

#define RECORDS 56
#define BLOCKS  8

static char   made[sizeof(AudIndexHeader) + BLOCKS * sizeof(AudIndexBlock)];
static size_t made_len;
static char   trail[256];
static size_t trail_len;

/*
 * The index of so small a file has one block.  Make many of it, as those of a
 * larger one would be, so that there is an order to break.
 */
static void
cut_in_blocks(const size_t *ends)
{
	AudIndexHeader *header = (AudIndexHeader *) made;
	AudIndexBlock  *blocks = (AudIndexBlock *) (header + 1);

	CHECK(header->n == 1 && blocks[0].to == trail_len);
	header->n = BLOCKS;
	for (int i = 0; i < BLOCKS; i++)
	{
		int last = (i + 1) * (RECORDS / BLOCKS);
		int first = i * (RECORDS / BLOCKS) + 1;

		blocks[i] = blocks[0];
		blocks[i].from = i > 0 ? ends[first - 2] : 0;
		blocks[i].to = ends[last - 1];
		blocks[i].first_seq = (uint64_t) first;
		blocks[i].last_seq = (uint64_t) last;
		blocks[i].first_ts[17] = (char) ('0' + first / 10);
		blocks[i].first_ts[18] = (char) ('0' + first % 10);
		blocks[i].last_ts[17] = (char) ('0' + last / 10);
		blocks[i].last_ts[18] = (char) ('0' + last % 10);
	}
	made_len = sizeof(made);
}

/* A small trail and its index, made once, kept to be laid over. */
static void
set_up(void)
{
	static char text[RECORDS * 256];
	size_t      ends[RECORDS];
	AudError    err = {0};
	char        name[300];
	FILE       *f;

	for (int i = 1; i <= RECORDS; i++)
	{
		trail_len +=
			(size_t) snprintf(text + trail_len,
							  sizeof(text) - trail_len,
							  "{\"v\":1,\"log\":\"00112233aabbccdd\",\"ts\":\"2026-01-"
							  "31T23:59:%02d.000000Z\",\"event\":\"statement\","
							  "\"user\":\"u%d\",\"query\":\"x\",\"seq\":%d}\n",
							  i,
							  i,
							  i);
		ends[i - 1] = trail_len;
	}
	snprintf(trail,
			 sizeof(trail),
			 "%s",
			 fuzz_files_write(STEM ".jsonl", text, trail_len));
	CHECK(aud_index_make(trail, &err));
	snprintf(name, sizeof(name), "%s/" STEM ".idx", fuzz_files_dir());
	f = fopen(name, "re");
	CHECK(f != NULL);
	CHECK(fread(made, 1, sizeof(made), f) ==
		  sizeof(AudIndexHeader) + sizeof(AudIndexBlock));
	fclose(f);
	cut_in_blocks(ends);
}

static bool
found(AudSearch *search, const AudFound *f)
{
	size_t *n = search->arg;

	CHECK(f->line.offset + f->line.len < trail_len);
	return ++*n < 10 * RECORDS;
}

static void
search_for(uint64_t first, uint64_t last, const char *since)
{
	AudQuery      query = {.first_seq = first, .last_seq = last};
	size_t        n = 0;
	AudSearch     search = {.query = &query, .found = found, .arg = &n};
	AudReaderFile file = {.path = trail,
						  .name = STEM ".jsonl",
						  .bytes = AUD_READER_ALL};
	AudError      err = {0};

	strcpy(query.since, since);
	CHECK(aud_query_prepare(&query));
	(void) aud_search_file(&search, &file, &err);
	CHECK(!err.set);
	/* blocks are in order and do not overlap: no line comes twice */
	CHECK(n <= RECORDS);
	aud_search_free(&search);
	aud_query_free(&query);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char     copy[sizeof(made)];
	AudIndexHeader *header = (AudIndexHeader *) copy;
	AudIndex        index;
	size_t          len = made_len;

	if (made_len == 0)
		set_up();
	if (size < 3)
		return 0;
	memcpy(copy, made, made_len);
	/* over the header, over the start of a block, or cut off */
	if (data[0] & 2)
	{
		size_t at =
			sizeof(*header) + (data[1] % header->n) * sizeof(AudIndexBlock);
		size_t n = size - 2 < 100 ? size - 2 : 100;

		memcpy(copy + at, data + 2, n);
	}
	else if (data[0] & 4)
		memcpy(copy,
			   data + 2,
			   size - 2 < sizeof(*header) ? size - 2 : sizeof(*header));
	if (data[0] & 8)
		len = ((size_t) data[1] << 8 | data[2]) % (made_len + 1);
	if (data[0] & 1)
		header->crc = crc32_z(crc32(0, NULL, 0),
							  (const Bytef *) copy + sizeof(*header),
							  made_len - sizeof(*header));
	fuzz_files_write(STEM ".idx", copy, len);
	if (aud_index_load(&index, trail))
	{
		uint64_t from = 0;
		uint64_t to = 0;
		AudQuery query = {.first_seq = 20};

		for (size_t i = 0; aud_index_next(&index, &query, &from, &to); i++)
		{
			CHECK(i <= index.n && from < to);
			from = to;
		}
	}
	aud_index_free(&index);
	search_for(20, 30, "");
	search_for(0, 0, "2026-01-31T23:59:40.000000Z");
	return 0;
}
