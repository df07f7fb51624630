/*-------------------------------------------------------------------------
 *
 * check_reader.c
 *	  Reading a trail: names, order, lines, fields.
 *
 *-------------------------------------------------------------------------
 */
#include "core/reader/reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char dir[64];

static void
setup(void)
{
	strcpy(dir, "/tmp/secaudit-reader-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
append(const char *name, const char *text, size_t len)
{
	FILE *f = fopen(path_of(name), "ab");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	ck_assert_int_eq(fclose(f), 0);
}

static void
append_str(const char *name, const char *text)
{
	append(name, text, strlen(text));
}

static void
expect_line(AudReader *r, const char *text, uint64_t number)
{
	AudLine line;

	ck_assert_int_eq(aud_reader_next(r, &line, NULL), AUD_READ_LINE);
	ck_assert_uint_eq(line.len, strlen(text));
	ck_assert_mem_eq(line.data, text, line.len);
	ck_assert_uint_eq(line.number, number);
	ck_assert(!line.oversized);
}

static void
expect_end(AudReader *r)
{
	AudLine  line;
	AudError err = {0};

	ck_assert_int_eq(aud_reader_next(r, &line, &err), AUD_READ_END);
	ck_assert(!err.set);
}

START_TEST(a_trail_file_name_tells_start_and_number)
{
	char     started[17];
	uint64_t number;

	ck_assert(aud_reader_parse_name("secaudit-20260131T235959Z-000042.jsonl",
									started,
									&number));
	ck_assert_str_eq(started, "20260131T235959Z");
	ck_assert_uint_eq(number, 42);
	ck_assert(aud_reader_parse_name("secaudit-20260131T235959Z-1000000.jsonl",
									NULL,
									&number));
	ck_assert_uint_eq(number, 1000000);
	ck_assert(aud_reader_parse_name("secaudit-20260131T235959Z-000042.jsonl.zst",
									started,
									&number));
	ck_assert_uint_eq(number, 42);
	ck_assert(aud_reader_parse_name("secaudit-20260131T235959Z-000043.jsonl.gz",
									NULL,
									&number));
	ck_assert_uint_eq(number, 43);
}
END_TEST

START_TEST(an_archive_is_the_same_file)
{
	ck_assert(aud_reader_same_file("a.jsonl", "a.jsonl"));
	ck_assert(aud_reader_same_file("a.jsonl.zst", "a.jsonl"));
	ck_assert(aud_reader_same_file("a.jsonl.zst", "a.jsonl.gz"));
	ck_assert(!aud_reader_same_file("a.jsonl", "b.jsonl"));
	ck_assert(!aud_reader_same_file("a.jsonl.zst", "a.json.zst"));
	ck_assert(!aud_reader_same_file("", "a"));
}
END_TEST

/* In whichever order the directory, or the command line, has them. */
START_TEST(of_a_file_in_several_forms_the_plain_one_is_listed)
{
	static const char *const names[] = {
		"secaudit-20260131T235959Z-000001.jsonl",
		"secaudit-20260131T235959Z-000001.jsonl.zst",
		"secaudit-20260131T235959Z-000001.jsonl.gz",
	};
	static const int orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
	AudReaderList    list = {0};

	for (int i = 0; i < 3; i++)
		append_str(names[i], "x\n");
	for (int i = 0; i < 3; i++)
		ck_assert(aud_reader_list_add(&list, path_of(names[orders[_i][i]]), NULL));
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.files[0].name, names[0]);
	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert_uint_eq(list.count, 1);
	aud_reader_list_free(&list);

	ck_assert_int_eq(unlink(path_of(names[0])), 0);
	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert_uint_eq(list.count, 1);
	ck_assert_str_eq(list.files[0].name, names[1]);
	aud_reader_list_free(&list);
}
END_TEST

START_TEST(other_names_are_not_trail_files)
{
	static const char *const names[] = {
		"",
		"secaudit-",
		"secaudit.lock",
		"secaudit-20260131T235959Z-42.jsonl",
		"secaudit-20260131T235959Z-000042.jsonl.bz2",
		"secaudit-20260131T235959Z-000042.json",
		"secaudit-20260131T235959Z-000042.jsonl.zst.tmp",
		"secaudit-20260131T235959Z-000042.jsonl.zst.gz",
		"secaudit-20260131T235959Z-000042.zst",
		"secaudit-20260131T2359595-000042.jsonl",
		"secaudit-20260131 235959Z-000042.jsonl",
		"secaudit-20260131T235959Z-00004x.jsonl",
		"xsecaudit-20260131T235959Z-000042.jsonl",
	};

	ck_assert(!aud_reader_parse_name(names[_i], NULL, NULL));
}
END_TEST

START_TEST(lines_come_in_order_with_number_and_offset)
{
	AudReader r;
	AudLine   line;

	append_str("f", "one\n\nthree\n");
	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	expect_line(&r, "one", 1);
	expect_line(&r, "", 2);
	ck_assert_int_eq(aud_reader_next(&r, &line, NULL), AUD_READ_LINE);
	ck_assert_uint_eq(line.offset, 5);
	ck_assert_uint_eq(line.number, 3);
	expect_end(&r);
	ck_assert(!aud_reader_partial(&r, &line));
	aud_reader_close(&r);
}
END_TEST

START_TEST(a_torn_last_line_waits_for_its_newline)
{
	AudReader r;
	AudLine   line;

	append_str("f", "one\ntw");
	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	expect_line(&r, "one", 1);
	expect_end(&r);
	ck_assert(aud_reader_partial(&r, &line));
	ck_assert_uint_eq(line.len, 2);
	ck_assert_uint_eq(line.number, 2);
	ck_assert_uint_eq(line.offset, 4);

	append_str("f", "o\nthr");
	expect_line(&r, "two", 2);
	expect_end(&r);
	append_str("f", "ee\n");
	expect_line(&r, "three", 3);
	expect_end(&r);
	aud_reader_close(&r);
}
END_TEST

/* Longer than the first buffer, so that it has to grow and to be moved. */
START_TEST(long_lines_arrive_whole)
{
	AudReader r;
	AudLine   line;
	size_t    len = 700 * 1000;
	char     *text = malloc(len);

	memset(text, 'x', len);
	text[len - 1] = '\n';
	append_str("f", "short\n");
	append("f", text, len);
	append_str("f", "after\n");
	free(text);

	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	expect_line(&r, "short", 1);
	ck_assert_int_eq(aud_reader_next(&r, &line, NULL), AUD_READ_LINE);
	ck_assert_uint_eq(line.len, len - 1);
	ck_assert(!line.oversized);
	expect_line(&r, "after", 3);
	expect_end(&r);
	aud_reader_close(&r);
}
END_TEST

START_TEST(a_line_past_all_bounds_is_cut_and_reading_goes_on)
{
	AudReader r;
	AudLine   line;
	size_t    len = AUD_READER_LINE_MAX * 2 + 77;
	char     *text = malloc(len);

	memset(text, 'x', len);
	append("f", text, len);
	append_str("f", "\nafter\n");
	free(text);

	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	ck_assert_int_eq(aud_reader_next(&r, &line, NULL), AUD_READ_LINE);
	ck_assert(line.oversized);
	ck_assert_uint_eq(line.len, AUD_READER_LINE_MAX);
	ck_assert_uint_le(r.cap, 2 * AUD_READER_LINE_MAX);
	ck_assert_int_eq(aud_reader_next(&r, &line, NULL), AUD_READ_LINE);
	ck_assert_uint_eq(line.number, 2);
	ck_assert_uint_eq(line.offset, len + 1);
	ck_assert_uint_eq(line.len, 5);
	expect_end(&r);
	aud_reader_close(&r);
}
END_TEST

START_TEST(reading_goes_on_at_a_remembered_line)
{
	AudReader r;
	AudLine   line;
	uint64_t  offset;

	append_str("f", "one\ntwo\nthree\n");
	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	expect_line(&r, "one", 1);
	ck_assert_int_eq(aud_reader_next(&r, &line, NULL), AUD_READ_LINE);
	offset = line.offset;
	expect_line(&r, "three", 3);
	ck_assert(aud_reader_seek(&r, offset, 2, NULL));
	expect_line(&r, "two", 2);
	expect_line(&r, "three", 3);
	expect_end(&r);
	aud_reader_close(&r);
}
END_TEST

START_TEST(reading_stops_at_the_limit)
{
	AudReader r;
	AudLine   line;

	append_str("f", "one\ntwo\nthree\n");
	ck_assert(aud_reader_open(&r, path_of("f"), NULL));
	aud_reader_limit(&r, 8);
	expect_line(&r, "one", 1);
	expect_line(&r, "two", 2);
	expect_end(&r);
	ck_assert(!aud_reader_partial(&r, &line));
	aud_reader_close(&r);
}
END_TEST

START_TEST(only_regular_files_are_opened)
{
	AudReader r;
	AudError  err = {0};

	ck_assert_int_eq(mkfifo(path_of("fifo"), 0600), 0);
	ck_assert(!aud_reader_open(&r, path_of("fifo"), &err));
	ck_assert_ptr_nonnull(strstr(err.message, "not a regular file"));
	memset(&err, 0, sizeof(err));
	ck_assert(!aud_reader_open(&r, path_of("missing"), &err));
	ck_assert_ptr_nonnull(strstr(err.message, "could not open file"));
	ck_assert_int_ne(err.sys_errno, 0);
}
END_TEST

#define LOG_A "{\"v\":1,\"log\":\"00000000000000aa\",\"x\":1}\n"
#define LOG_B "{\"v\":1,\"log\":\"00000000000000bb\",\"x\":1}\n"

static void
expect_order(const char *const *names, size_t count)
{
	AudReaderList list = {0};

	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert_uint_eq(list.count, count);
	for (size_t i = 0; i < count; i++)
		ck_assert_str_eq(list.files[i].name, names[i]);
	aud_reader_list_free(&list);
}

/* The second file was begun after the clock had been set back. */
START_TEST(files_are_ordered_by_number_not_by_clock)
{
	static const char *const names[] = {
		"secaudit-20260131T120000Z-000009.jsonl",
		"secaudit-20260131T110000Z-000010.jsonl",
		"secaudit-20260131T130000Z-000011.jsonl",
	};

	for (int i = 2; i >= 0; i--)
		append_str(names[i], LOG_A);
	append_str("secaudit.lock", "not a part of the trail");
	expect_order(names, 3);
}
END_TEST

START_TEST(trails_in_one_directory_are_kept_apart)
{
	static const char *const names[] = {
		"secaudit-20260101T000000Z-000007.jsonl",
		"secaudit-20260102T000000Z-000008.jsonl",
		"secaudit-20260103T000000Z-000001.jsonl",
		"secaudit-20260104T000000Z-000008.jsonl",
	};

	append_str(names[0], LOG_B LOG_B);
	append_str(names[1], LOG_B LOG_B);
	append_str(names[2], LOG_A LOG_A);
	append_str(names[3], LOG_A LOG_A);
	expect_order(names, 4);
}
END_TEST

/* 'aa' became 'bb' in the first line only. */
START_TEST(one_changed_line_does_not_move_a_file_to_another_trail)
{
	AudReaderList list = {0};

	append_str("secaudit-20260101T000000Z-000007.jsonl", LOG_B LOG_A LOG_A);
	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert_str_eq(list.files[0].log, "00000000000000aa");
	aud_reader_list_free(&list);
}
END_TEST

START_TEST(a_files_doubtful_end_is_cut_by_the_next_ones_open_record)
{
	AudReaderList list = {0};

	append_str("secaudit-20260101T000000Z-000001.jsonl", LOG_A LOG_A);
	append_str("secaudit-20260101T000000Z-000002.jsonl",
			   "{\"v\":1,\"log\":\"00000000000000aa\",\"event\":\"audit.open\","
			   "\"prev_file\":\"secaudit-20260101T000000Z-000001.jsonl\","
			   "\"prev_bytes\":39}\n" LOG_A);
	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert_uint_eq(list.count, 2);
	ck_assert_uint_eq(list.files[0].bytes, 39);
	ck_assert(list.files[1].bytes == AUD_READER_ALL);
	aud_reader_list_free(&list);
}
END_TEST

START_TEST(a_file_is_listed_once_and_a_missing_one_is_an_error)
{
	AudReaderList list = {0};
	AudError      err = {0};

	append_str("secaudit-20260101T000000Z-000001.jsonl", LOG_A);
	ck_assert(aud_reader_list_add(&list, dir, NULL));
	ck_assert(
		aud_reader_list_add(&list,
							path_of("secaudit-20260101T000000Z-000001.jsonl"),
							NULL));
	ck_assert_uint_eq(list.count, 1);
	ck_assert(!aud_reader_list_add(&list, path_of("missing"), &err));
	ck_assert(err.set);
	ck_assert_uint_eq(list.count, 1);
	aud_reader_list_free(&list);
}
END_TEST

static Suite *
reader_suite(void)
{
	Suite *s = suite_create("reader");
	TCase *tc = tcase_create("reader");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_trail_file_name_tells_start_and_number);
	tcase_add_loop_test(tc, other_names_are_not_trail_files, 0, 13);
	tcase_add_test(tc, an_archive_is_the_same_file);
	tcase_add_loop_test(tc,
						of_a_file_in_several_forms_the_plain_one_is_listed,
						0,
						4);
	tcase_add_test(tc, lines_come_in_order_with_number_and_offset);
	tcase_add_test(tc, a_torn_last_line_waits_for_its_newline);
	tcase_add_test(tc, long_lines_arrive_whole);
	tcase_add_test(tc, a_line_past_all_bounds_is_cut_and_reading_goes_on);
	tcase_add_test(tc, reading_goes_on_at_a_remembered_line);
	tcase_add_test(tc, reading_stops_at_the_limit);
	tcase_add_test(tc, only_regular_files_are_opened);
	tcase_add_test(tc, files_are_ordered_by_number_not_by_clock);
	tcase_add_test(tc, trails_in_one_directory_are_kept_apart);
	tcase_add_test(tc, one_changed_line_does_not_move_a_file_to_another_trail);
	tcase_add_test(tc, a_files_doubtful_end_is_cut_by_the_next_ones_open_record);
	tcase_add_test(tc, a_file_is_listed_once_and_a_missing_one_is_an_error);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(reader);
