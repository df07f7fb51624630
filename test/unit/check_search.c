/*-------------------------------------------------------------------------
 *
 * check_search.c
 *	  Searching a trail: finding bytes, what a condition must have, where a
 *	  search begins.
 *
 *-------------------------------------------------------------------------
 */
#include "core/search/bloom.h"
#include "core/search/file.h"
#include "core/search/index.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/encode.h"
#include "unit.h"

/* ---- finding ------------------------------------------------------------------ */

static AudNeedle
needle_of(const char *text)
{
	AudNeedle needle = {.len = strlen(text)};

	memcpy(needle.text, text, needle.len);
	aud_needle_prepare(&needle);
	return needle;
}

START_TEST(a_needle_is_found_where_memmem_finds_it)
{
	/* few letters, so that there are many near misses */
	char     hay[700];
	uint32_t x = 12345;

	for (int round = 0; round < 4000; round++)
	{
		size_t    len = (size_t) round % sizeof(hay);
		size_t    n = 1 + (size_t) round % 9;
		AudNeedle needle = {.len = n};

		for (size_t i = 0; i < len; i++)
			hay[i] = "ab:\n"[(x = x * 1664525u + 1013904223u) >> 30];
		for (size_t i = 0; i < n; i++)
			needle.text[i] = "ab:\n"[(x = x * 1664525u + 1013904223u) >> 30];
		aud_needle_prepare(&needle);
		REQUIRE(aud_find(hay, len, &needle) == memmem(hay, len, needle.text, n));
	}
}
END_TEST

START_TEST(a_needle_is_found_at_both_ends)
{
	static char hay[300];
	AudNeedle   needle = needle_of("needle");

	for (size_t len = 6; len <= sizeof(hay); len++)
	{
		memset(hay, '.', sizeof(hay));
		memcpy(hay + len - 6, "needle", 6);
		REQUIRE(aud_find(hay, len, &needle) == hay + len - 6);
		REQUIRE(aud_find(hay, len - 1, &needle) == NULL);
		memcpy(hay, "needle", 6);
		REQUIRE(aud_find(hay, len, &needle) == hay);
	}
	ck_assert_ptr_null(aud_find(hay, 0, &needle));
}
END_TEST

START_TEST(newlines_are_counted)
{
	static char text[10000];

	ck_assert_uint_eq(aud_count_newlines(text, 0), 0);
	memset(text, '\n', sizeof(text));
	for (size_t len = 0; len < sizeof(text); len += 7)
		REQUIRE(aud_count_newlines(text, len) == len);
	for (size_t i = 0; i < sizeof(text); i += 3)
		text[i] = 'x';
	ck_assert_uint_eq(aud_count_newlines(text, 9999), 9999 - 3333);
}
END_TEST

/* ---- needles ------------------------------------------------------------------ */

static AudMatch *
compile(const char *condition)
{
	AudJsonValue value = {AUD_JSON_OBJECT, condition, strlen(condition)};
	AudFaultAt   fault = {.at = NULL};
	AudMatch    *match = aud_match_compile(&value, AUD_MATCH_ALL, NULL, &fault);

	ck_assert_msg(match != NULL, "%s: %s", condition, fault.error.message);
	return match;
}

static const struct
{
	const char *condition;
	const char *needle; /* the first of the first set; NULL: there is none */
} needles[] = {
	{"{\"user\": \"alice\"}", "\"user\":\"alice\""},
	{"{\"user\": \"app_*\"}", "\"user\":\"app_"},
	{"{\"user\": \"*\"}", "\"user\":\""},
	{"{\"user\": \"~^a\"}", NULL},
	{"{\"user\": \"\xC3\xA4\"}", NULL},
	{"{\"user\": \"a\\\"b\"}", "\"user\":\"a\\\"b\""},
	{"{\"any_user\": \"alice\"}", "user\":\"alice\""},
	{"{\"not_user\": \"alice\"}", NULL},
	{"{\"user\": [\"alice\", \"~^b\"]}", NULL},
	{"{\"class\": \"ddl\"}", "\"ddl\""},
	{"{\"class\": \"alert\"}", "\"alert\""},
	{"{\"class\": \"read\", \"object\": \"public.card\"}",
	 "\"name\":\"public.card\""},
	{"{\"command\": \"drop table\"}", "\"command\":\"DROP TABLE\""},
	{"{\"event\": \"session\"}", "\"event\":\"session"},
	{"{\"text\": \"~secret\"}", "secret"},
	{"{\"text\": \"~sec.et\"}", NULL},
	{"{\"text\": \"~(?i)secret\"}", NULL},
	{"{\"privileged\": true}", "\"privileged\":true"},
	{"{\"privileged\": false}", NULL},
	{"{\"origin\": \"client\"}", NULL},
	{"{\"origin\": \"trigger\"}", "\"origin\":\"trigger\""},
	{"{\"time\": {\"from\": \"20:00\"}}", NULL},
	{"{\"rows\": {\"gt\": 5}}", "\"rows\":"},
};

START_TEST(a_condition_says_which_bytes_a_line_must_have)
{
	AudMatch  *match = compile(needles[_i].condition);
	AudNeedles found;

	ck_assert(aud_needles_of(&found, match));
	if (needles[_i].needle == NULL)
		ck_assert_int_eq(found.n, 0);
	else
	{
		ck_assert_int_gt(found.n, 0);
		ck_assert_mem_eq(found.sets[0].items[0].text,
						 needles[_i].needle,
						 strlen(needles[_i].needle));
		ck_assert_uint_eq(found.sets[0].items[0].len, strlen(needles[_i].needle));
	}
	aud_needles_free(&found);
	aud_match_free(match);
}
END_TEST

START_TEST(a_long_value_is_looked_for_by_its_beginning)
{
	char       condition[600] = "{\"user\": \"";
	AudMatch  *match;
	AudNeedles found;

	memset(condition + strlen(condition), 'u', 500);
	strcpy(condition + 10 + 500, "\"}");
	match = compile(condition);
	ck_assert(aud_needles_of(&found, match));
	ck_assert_uint_eq(found.sets[0].items[0].len, AUD_NEEDLE_MAX);
	ck_assert_mem_eq(found.sets[0].items[0].text, "\"user\":\"uuu", 11);
	aud_needles_free(&found);
	aud_match_free(match);
}
END_TEST

/* ---- files ---------------------------------------------------------------------- */

static char path[72];

/* n records, a second apart, some longer than others; every 1,000th is alice's. */
static void
make_file(int n)
{
	int   fd;
	FILE *f;

	strcpy(path, "/tmp/secaudit-search-XXXXXX.jsonl");
	fd = mkstemps(path, 6);
	ck_assert_int_ge(fd, 0);
	f = fdopen(fd, "w");
	for (int i = 1; i <= n; i++)
		fprintf(f,
				"{\"v\":1,\"ts\":\"2026-01-%02dT%02d:%02d:%02d.000000Z\",\"user\":\"%s\","
				"\"query\":\"%*s\",\"seq\":%d,\"h\":\"%032d\"}\n",
				1 + i / 86400,
				i / 3600 % 24,
				i / 60 % 60,
				i % 60,
				i % 1000 == 0 ? "alice" : "bob",
				i * 7919 % 300,
				"",
				i,
				i);
	ck_assert_int_eq(fclose(f), 0);
}

static void
append_line(const char *line)
{
	FILE *f = fopen(path, "a");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\n", line);
	ck_assert_int_eq(fclose(f), 0);
}

typedef struct Seen
{
	int      n;
	int      damaged;
	int      enough; /* 0: never */
	uint64_t first;
	uint64_t last;
	uint64_t number; /* of the damaged line */
} Seen;

static bool
see(AudSearch *search, const AudFound *found)
{
	Seen    *seen = search->arg;
	uint64_t seq = 0;

	if (found->damage != NULL)
	{
		seen->damaged++;
		seen->number = aud_reader_number(found->file->path, found->line.offset);
		return true;
	}
	ck_assert(aud_json_find_uint(found->line.data, found->line.len, "seq", &seq));
	if (seen->n++ == 0)
		seen->first = seq;
	seen->last = seq;
	return seen->n != seen->enough;
}

static uint64_t lines_read; /* by the last search */

static Seen
search(AudQuery query, const char *condition, int enough)
{
	Seen          seen = {.enough = enough};
	AudSearch     s = {.query = &query, .found = see, .arg = &seen};
	AudReaderFile file = {.path = path, .bytes = AUD_READER_ALL};
	AudError      err = {0};
	AudMatch     *match = condition != NULL ? compile(condition) : NULL;

	query.match = match;
	ck_assert(aud_query_prepare(&query));
	ck_assert(aud_search_file(&s, &file, &err) == (enough == 0));
	ck_assert(!err.set);
	lines_read = s.searched.lines;
	aud_search_free(&s);
	aud_query_free(&query);
	aud_match_free(match);
	return seen;
}

START_TEST(records_that_match_are_found)
{
	AudQuery all = {.match = NULL};
	Seen     seen;

	make_file(30000);
	seen = search(all, NULL, 0);
	ck_assert_int_eq(seen.n, 30000);
	seen = search(all, "{\"user\": \"alice\"}", 0);
	ck_assert_int_eq(seen.n, 30);
	ck_assert_uint_eq(seen.first, 1000);
	ck_assert_uint_eq(seen.last, 30000);
	ck_assert_int_eq(search(all, "{\"not_user\": \"alice\"}", 0).n, 29970);
	ck_assert_int_eq(search(all, "{\"user\": [\"alice\", \"bob\"]}", 0).n, 30000);
	ck_assert_int_eq(search(all, "{\"user\": \"carol\"}", 0).n, 0);
	ck_assert_uint_eq(search(all, "{\"user\": \"alice\"}", 2).last, 2000);
	unlink(path);
}
END_TEST

START_TEST(a_search_by_number_or_time_finds_what_a_full_one_finds)
{
	AudQuery query = {.first_seq = 20011, .last_seq = 20013};
	Seen     seen;

	make_file(60000);
	seen = search(query, NULL, 0);
	ck_assert_int_eq(seen.n, 3);
	ck_assert_uint_eq(seen.first, 20011);
	query = (AudQuery){.first_seq = 59999};
	ck_assert_int_eq(search(query, NULL, 0).n, 2);
	query = (AudQuery){.since = "2026-01-01T10:00:00.000000Z"};
	seen = search(query, NULL, 0);
	ck_assert_uint_eq(seen.first, 36000);
	ck_assert_int_eq(seen.n, 60000 - 36000 + 1);
	strcpy(query.until, "2026-01-01T10:00:02.000000Z");
	ck_assert_int_eq(search(query, NULL, 0).n, 2);
	query = (AudQuery){.since = "2027-01-01T00:00:00.000000Z"};
	ck_assert_int_eq(search(query, NULL, 0).n, 0);
	unlink(path);
}
END_TEST

START_TEST(a_search_by_time_reads_little_of_what_is_older)
{
	AudQuery query = {.since = "2026-01-01T23:00:00.000000Z"};

	make_file(86000);
	ck_assert_int_eq(search(query, NULL, 0).n, 86000 - 82800 + 1);
	ck_assert_uint_lt(lines_read, 20000);
	unlink(path);
}
END_TEST

START_TEST(a_line_that_is_no_record_is_reported_with_its_number)
{
	AudQuery all = {.match = NULL};
	FILE    *f;
	Seen     seen;

	make_file(9000);
	f = fopen(path, "a");
	fprintf(f, "{\"user\":\"alice\",\n{\"user\":\"alice\",\"seq\":5}\n");
	fclose(f);
	seen = search(all, "{\"user\": \"alice\"}", 0);
	ck_assert_int_eq(seen.n, 10);
	ck_assert_int_eq(seen.damaged, 1);
	ck_assert_uint_eq(seen.number, 9001);
	unlink(path);
}
END_TEST

/* ---- the index -------------------------------------------------------------------- */

static const char *
index_path(void)
{
	static char name[80];

	snprintf(name, sizeof(name), "%.*s.idx", (int) (strlen(path) - 6), path);
	return name;
}

START_TEST(with_an_index_the_same_is_found_and_less_is_read)
{
	AudError err = {0};
	AudQuery all = {.match = NULL};
	AudQuery range = {.first_seq = 70000, .last_seq = 70002};
	AudQuery until = {.until = "2026-01-01T00:00:10.000000Z"};
	Seen     seen;

	make_file(86000);
	append_line(
		"{\"v\":1,\"user\":\"eve\",\"objects\":[{\"name\":\"s.t\"}],\"client_addr\":"
		"\"10.0.0.1\",\"session\":\"5.a\",\"ts\":\"2026-01-02T00:00:00.000000Z\",\"seq\":86001}");
	ck_assert(aud_index_make(path, &err));
	ck_assert_int_eq(search(all, NULL, 0).n, 86001);
	ck_assert_int_eq(search(all, "{\"user\": \"bob\"}", 0).n, 86000 - 86);
	ck_assert_int_eq(search(all, "{\"user\": \"eve\"}", 0).n, 1);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(all, "{\"any_user\": [\"eve\", \"carol\"]}", 0).n, 1);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(all, "{\"object\": \"s.t\"}", 0).n, 1);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(all, "{\"client\": \"10.0.0.1\"}", 0).n, 1);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(all, "{\"client\": \"10.0.0.0/8\"}", 0).n, 1);
	ck_assert_int_eq(search(all, "{\"session\": \"5.a\"}", 0).n, 1);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(all, "{\"user\": \"e*\"}", 0).n, 1);
	ck_assert_int_eq(search(all, "{\"not_user\": \"bob\"}", 0).n, 87);
	ck_assert_int_eq(search(all, "{\"user\": \"carol\"}", 0).n, 0);
	ck_assert_uint_eq(lines_read, 0);
	seen = search(range, NULL, 0);
	ck_assert_int_eq(seen.n, 3);
	ck_assert_uint_lt(lines_read, 6000);
	ck_assert_int_eq(search(until, NULL, 0).n, 9);
	ck_assert_uint_lt(lines_read, 6000);
	unlink(index_path());
	unlink(path);
}
END_TEST

START_TEST(an_index_that_does_not_belong_to_the_file_is_left_aside)
{
	AudError err = {0};
	AudIndex index;
	AudQuery all = {.match = NULL};
	FILE    *f;

	make_file(9000);
	ck_assert(!aud_index_load(&index, path));
	ck_assert(aud_index_make(path, &err));
	ck_assert(aud_index_load(&index, path));
	aud_index_free(&index);

	append_line("{\"v\":1,\"user\":\"eve\",\"seq\":9001}");
	ck_assert(!aud_index_load(&index, path));
	ck_assert_int_eq(search(all, "{\"user\": \"eve\"}", 0).n, 1);
	ck_assert(aud_index_make(path, &err));
	ck_assert(aud_index_load(&index, path));
	aud_index_free(&index);

	/* one byte of it changed, cut off, and nothing of it left */
	f = fopen(index_path(), "r+");
	fseek(f, 5000, SEEK_SET);
	fputc('x', f);
	fclose(f);
	ck_assert(!aud_index_load(&index, path));
	ck_assert_int_eq(truncate(index_path(), 4000), 0);
	ck_assert(!aud_index_load(&index, path));
	ck_assert_int_eq(truncate(index_path(), 0), 0);
	ck_assert(!aud_index_load(&index, path));
	ck_assert_int_eq(search(all, "{\"user\": \"eve\"}", 0).n, 1);
	unlink(index_path());
	unlink(path);
}
END_TEST

START_TEST(a_line_that_is_no_record_is_in_every_answer_of_an_index)
{
	AudError err = {0};
	AudQuery query = {.first_seq = 1, .last_seq = 3};
	Seen     seen;

	make_file(20000);
	append_line("{\"user\":\"nobody\"");
	ck_assert(aud_index_make(path, &err));
	seen = search(query, NULL, 0);
	ck_assert_int_eq(seen.n, 3);
	seen = search((AudQuery){.match = NULL}, "{\"user\": \"nobody\"}", 0);
	ck_assert_int_eq(seen.damaged, 1);
	unlink(index_path());
	unlink(path);
}
END_TEST

START_TEST(a_bloom_filter_has_what_it_was_given_and_little_else)
{
	static AudBloom bloom;
	int             others = 0;

	for (int i = 0; i < 3000; i++)
		aud_bloom_add(&bloom, aud_bloom_hash('s', &i, sizeof(i)));
	for (int i = 0; i < 3000; i++)
		REQUIRE(aud_bloom_may_have(&bloom, aud_bloom_hash('s', &i, sizeof(i))));
	for (int i = 3000; i < 13000; i++)
		others += aud_bloom_may_have(&bloom, aud_bloom_hash('s', &i, sizeof(i)));
	ck_assert_int_lt(others, 150);
	ck_assert(!aud_bloom_may_have(&bloom, aud_bloom_hash('u', "\0\0\0", 4)));
}
END_TEST

static Suite *
search_suite(void)
{
	Suite *s = suite_create("search");
	TCase *tc = tcase_create("search");

	tcase_add_test(tc, a_needle_is_found_where_memmem_finds_it);
	tcase_add_test(tc, a_needle_is_found_at_both_ends);
	tcase_add_test(tc, newlines_are_counted);
	tcase_add_loop_test(tc,
						a_condition_says_which_bytes_a_line_must_have,
						0,
						COUNT(needles));
	tcase_add_test(tc, a_long_value_is_looked_for_by_its_beginning);
	tcase_add_test(tc, records_that_match_are_found);
	tcase_add_test(tc, a_search_by_number_or_time_finds_what_a_full_one_finds);
	tcase_add_test(tc, a_search_by_time_reads_little_of_what_is_older);
	tcase_add_test(tc, a_line_that_is_no_record_is_reported_with_its_number);
	tcase_add_test(tc, with_an_index_the_same_is_found_and_less_is_read);
	tcase_add_test(tc, an_index_that_does_not_belong_to_the_file_is_left_aside);
	tcase_add_test(tc, a_line_that_is_no_record_is_in_every_answer_of_an_index);
	tcase_add_test(tc, a_bloom_filter_has_what_it_was_given_and_little_else);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(search);
