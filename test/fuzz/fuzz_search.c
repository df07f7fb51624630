/*-------------------------------------------------------------------------
 *
 * fuzz_search.c
 *	  Any lines are searched: for each condition, with its needles and without.
 *
 * Without needles each line is read as JSON, so this finds what they find, and
 * more only where a line is not spelled as the writer does.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "core/json_scan.h"
#include "core/search/search.h"
#include "fuzz.h"
#include "fuzz_files.h"

#define NAME "secaudit-20260131T235959Z-000001.jsonl"

static const char *const conditions[] = {
	"{\"any_user\":\"bob\"}",
	"{\"user\":\"!bob\",\"class\":\"read\"}",
	"{\"object\":\"public.*\"}",
	"{\"object\":\"public.card\",\"access\":\"select\"}",
	"{\"client\":\"10.1.0.0/16\"}",
	"{\"text\":\"/select .*card/i\"}",
	"{\"outcome\":\"failure\",\"sqlstate\":\"42501\"}",
	"{\"session\":\"6a1b2c3d.1f4e\"}",
	"{\"pid\":\">=80\"}",
	"{\"event\":\"session\"}",
	"{\"rows\":\">=10\"}",
	"{\"privileged\":true}",
};

#define N (sizeof(conditions) / sizeof(conditions[0]))

static AudQuery with[N + 1];
static AudQuery without[N + 1];
static int      compiled;

static void
set_up(void)
{
	for (size_t i = 0; i < N; i++)
	{
		AudJsonValue value = {AUD_JSON_OBJECT,
							  conditions[i],
							  strlen(conditions[i])};
		AudFaultAt   fault = {0};

		with[i].match = aud_match_compile(&value, AUD_MATCH_ALL, NULL, &fault);
		if (with[i].match == NULL)
			continue;
		compiled++;
		without[i].match = with[i].match;
		CHECK(aud_query_prepare(&with[i]));
	}
	strcpy(with[N].since, "2026-01-31T23:59:05.000000Z");
	strcpy(with[N].until, "2026-01-31T23:59:50.000000Z");
	without[N] = with[N];
	CHECK(aud_query_prepare(&with[N]));
	CHECK(compiled >= 9);
}

typedef struct Seen
{
	const char   *file;
	size_t        len;
	size_t        n;
	uint64_t      next;     /* where the next line may begin */
	unsigned char at[8192]; /* at whose offset a record matched */
} Seen;

static bool
found(AudSearch *search, const AudFound *f)
{
	Seen *seen = search->arg;

	CHECK(f->line.offset >= seen->next);
	CHECK(f->line.offset + f->line.len < seen->len);
	CHECK(memcmp(seen->file + f->line.offset, f->line.data, f->line.len) == 0);
	seen->next = f->line.offset + f->line.len + 1;
	seen->at[f->line.offset] = 1;
	seen->n++;
	return true;
}

static void
run(const AudQuery *query, const char *path, Seen *seen)
{
	AudSearch search = {.query = query, .found = found, .arg = seen};
	AudReader r;
	AudError  err = {0};

	seen->n = 0;
	seen->next = 0;
	memset(seen->at, 0, sizeof(seen->at));
	CHECK(aud_reader_open(&r, path, &err));
	CHECK(aud_search_run(&search, &r, NULL, &err));
	aud_reader_close(&r);
	aud_search_free(&search);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Seen few;
	static Seen all;
	const char *path;

	if (size >= sizeof(few.at))
		return 0;
	if (compiled == 0)
		set_up();
	path = fuzz_files_write(NAME, data, size);
	few.file = all.file = (const char *) data;
	few.len = all.len = size;
	for (size_t i = 0; i <= N; i++)
	{
		run(&with[i], path, &few);
		run(&without[i], path, &all);
		CHECK(few.n <= all.n);
		for (size_t at = 0; at < size; at++)
			CHECK(few.at[at] <= all.at[at]);
	}
	return 0;
}
