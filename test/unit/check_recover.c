/*-------------------------------------------------------------------------
 *
 * check_recover.c
 *	  Recovery: a buffer in plain memory and files in a directory, compared.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/guc.h"
#include "trail/file.h"
#include "trail/recover.h"
#include "unit_buffer.h"

static AudConfig config = {.integrity = AUD_INTEGRITY_CHAIN, .file_mode = 0600};
const AudConfig *const aud_config = &config;

static AudBufferHeader *header;
static AudHasher       *hasher;
static AudChain         chain; /* of what has been put into files */
static AudRecovery      found;
static char             directory[64];

static void
setup(void)
{
	AudError err = {0};

	strcpy(directory, "/tmp/secaudit-unit-XXXXXX");
	ck_assert(mkdtemp(directory) != NULL);
	config.directory = directory;
	header = unit_buffer_new(256 * 1024);
	hasher = aud_hasher_new(&err);
	memset(&chain, 0, sizeof(chain));
}

static void
teardown(void)
{
	AudTrailEntry *entries;
	int            count;
	char           path[MAXPGPATH];

	if (aud_trail_list(&entries, &count))
	{
		for (int i = 0; i < count; i++)
		{
			aud_trail_path(entries[i].name, path);
			unlink(path);
		}
		free(entries);
	}
	rmdir(directory);
	aud_hasher_free(hasher);
	free(header);
}

static const char *
name_of(int n)
{
	static char name[AUD_TRAIL_NAME_MAX];

	snprintf(name, sizeof(name), "secaudit-20260131T235959Z-%06d.jsonl", n);
	return name;
}

static void
write_file(int n, const char *bytes, size_t len)
{
	char  path[MAXPGPATH];
	FILE *f;

	aud_trail_path(name_of(n), path);
	f = fopen(path, "a");
	ck_assert(f != NULL);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

/* Seal a body with the chain at *at, and give the line. */
static size_t
seal(AudChain *at, const char *body, char *line, size_t size)
{
	AudBuf out;

	aud_buf_init(&out, line, size);
	ck_assert(aud_chain_seal(hasher, at, &out, body, strlen(body), true));
	return out.len;
}

static uint64
put(int n, const char *body)
{
	char   line[4096];
	size_t len = seal(&chain, body, line, sizeof(line));

	write_file(n, line, len);
	return len;
}

static const char *
open_body(const char *log, int repeats)
{
	static char body[1024];
	char        h[AUD_CHAIN_HASH_CHARS + 1];
	char        more[64] = "";

	aud_chain_hash_encode(chain.h, h);
	if (repeats > 0)
		snprintf(more, sizeof(more), ",\"repeats\":%d", repeats);
	snprintf(body,
			 sizeof(body),
			 "{\"v\":1,\"log\":\"%s\",\"event\":\"audit.open\",\"prev_seq\":%lu,\"prev_h\":\"%s\"%s}",
			 log,
			 chain.seq,
			 h,
			 more);
	return body;
}

/* Record i goes into the ring. */
static void
append(int i)
{
	unit_buffer_append(header, unit_record(i), strlen(unit_record(i)));
}

/* The header knows of file n as it is now, and of the ring up to tail. */
static void
note(int n, uint64 tail)
{
	AudPosition position = *aud_ring_position(header);
	char        path[MAXPGPATH];
	struct stat st;

	aud_trail_path(name_of(n), path);
	ck_assert_int_eq(stat(path, &st), 0);
	position.tail = tail;
	position.chain = chain;
	position.file_no = (uint32) n;
	position.file_size = (uint64) st.st_size;
	strlcpy(position.file_name, name_of(n), sizeof(position.file_name));
	aud_ring_set_position(header, &position);
}

static void
recover(void)
{
	ck_assert(aud_trail_recover(header, hasher, &found));
}

/* File 1 with its open and record 0, all of it noted. */
static void
begin_trail(void)
{
	put(1, open_body(UNIT_LOG, 0));
	append(0);
	put(1, unit_record(0));
	note(1, header->head);
}

START_TEST(without_files_there_is_nothing)
{
	recover();
	ck_assert_uint_eq(found.position.file_no, 0);
	ck_assert_uint_eq(found.position.chain.seq, 0);
	ck_assert_uint_eq(found.next_file_no, 1);
	rmdir(directory);
	recover();
	ck_assert_uint_eq(found.next_file_no, 1);
}
END_TEST

START_TEST(what_the_header_knows_stays)
{
	begin_trail();
	append(1);
	recover();
	ck_assert_uint_eq(found.position.tail, aud_ring_tail(header));
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_uint_eq(found.found, 0);
	ck_assert_int_eq(found.tail, AUD_TAIL_NONE);
	ck_assert_uint_eq(found.next_file_no, 2);
}
END_TEST

START_TEST(records_in_the_file_need_not_be_written_again)
{
	uint64 written;

	begin_trail();
	append(1);
	append(2);
	written = header->head;
	append(3);
	put(1, unit_record(1));
	put(1, unit_record(2));
	recover();
	ck_assert_uint_eq(found.position.tail, written);
	ck_assert_uint_eq(found.position.chain.seq, 4);
	ck_assert_mem_eq(&found.position.chain, &chain, sizeof(chain));
	ck_assert_uint_eq(found.found, 2);
	ck_assert_int_eq(found.tail, AUD_TAIL_NONE);
}
END_TEST

/* More of them than are remembered. */
START_TEST(many_records_in_the_file_are_found_by_the_last_one)
{
	begin_trail();
	for (int i = 1; i <= 200; i++)
	{
		append(i);
		put(1, unit_record(i));
	}
	recover();
	ck_assert_uint_eq(found.position.tail, header->head);
	ck_assert_uint_eq(found.found, 200);
}
END_TEST

/* Wherever the line was cut. */
START_TEST(a_torn_record_is_repeated)
{
	AudChain after;
	char     line[4096];
	size_t   len;

	begin_trail();
	append(1);
	append(2);
	put(1, unit_record(1));
	after = chain;
	len = seal(&after, unit_record(2), line, sizeof(line));
	if ((size_t) _i >= len)
		return;
	write_file(1, line, (size_t) _i);
	recover();
	ck_assert_int_eq(found.tail, AUD_TAIL_REPEATED);
	ck_assert_uint_eq(found.repeats, 1);
	ck_assert_uint_eq(found.position.chain.seq, 3);
	ck_assert_uint_eq(found.found, 1);
}
END_TEST

START_TEST(a_torn_record_of_the_writers_own_does_not_count)
{
	static const char torn[] =
		"{\"v\":1,\"log\":\"" UNIT_LOG "\",\"event\":\"audit.check";

	begin_trail();
	append(1);
	write_file(1, torn, sizeof(torn) - 1);
	recover();
	ck_assert_int_eq(found.tail, AUD_TAIL_TORN);
	ck_assert_uint_eq(found.repeats, 0);
	ck_assert_uint_eq(found.position.chain.seq, 2);
}
END_TEST

START_TEST(what_somebody_else_wrote_is_foreign)
{
	static const char *const texts[] = {"hello", "hello\n", "\n", "{\"v\":1}\n"};

	begin_trail();
	append(1);
	write_file(1, texts[_i], strlen(texts[_i]));
	recover();
	ck_assert_int_eq(found.tail, AUD_TAIL_FOREIGN);
	ck_assert_uint_eq(found.position.chain.seq, 2);
}
END_TEST

START_TEST(a_line_with_a_wrong_hash_ends_the_trail)
{
	AudChain wrong;
	char     line[4096];
	size_t   len;

	begin_trail();
	append(1);
	wrong = chain;
	wrong.h[0] ^= 1;
	len = seal(&wrong, unit_record(1), line, sizeof(line));
	write_file(1, line, len);
	recover();
	ck_assert_int_eq(found.tail, AUD_TAIL_FOREIGN);
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_uint_eq(found.position.tail, aud_ring_tail(header));
}
END_TEST

START_TEST(a_later_file_that_continues_the_chain_counts)
{
	begin_trail();
	append(1);
	put(2, open_body(UNIT_LOG, 0));
	put(2, unit_record(1));
	recover();
	ck_assert_uint_eq(found.position.file_no, 2);
	ck_assert_str_eq(found.position.file_name, name_of(2));
	ck_assert_uint_eq(found.position.chain.seq, 4);
	ck_assert_uint_eq(found.position.file_lines, 2);
	ck_assert_uint_eq(found.position.tail, header->head);
	ck_assert_uint_eq(found.next_file_no, 3);
}
END_TEST

/* The open line first, numbered after what is repeated. */
static void
put_repeating(int n, int record, bool sound)
{
	char     open_line[4096];
	char     line[4096];
	AudChain after = chain;
	AudChain wrong;
	size_t   len;
	size_t   open_len;
	char     body[1024];

	strlcpy(body, open_body(UNIT_LOG, 1), sizeof(body));
	len = seal(&after, unit_record(record), line, sizeof(line));
	wrong = after;
	wrong.seq += sound ? 0 : 1;
	open_len = seal(&wrong, body, open_line, sizeof(open_line));
	write_file(n, open_line, open_len);
	write_file(n, line, len);
	if (sound)
		chain = wrong;
}

START_TEST(a_later_file_that_repeats_counts)
{
	begin_trail();
	append(1);
	write_file(1, unit_record(1), 30);
	put_repeating(2, 1, true);
	append(2);
	put(2, unit_record(2));
	recover();
	ck_assert_uint_eq(found.position.file_no, 2);
	ck_assert_uint_eq(found.position.chain.seq, 5);
	ck_assert_uint_eq(found.position.file_lines, 3);
	ck_assert_uint_eq(found.position.tail, header->head);
}
END_TEST

/* Its records are in no file that counts: they must be written. */
START_TEST(what_a_rejected_file_holds_is_not_taken_for_written)
{
	begin_trail();
	append(1);
	put_repeating(2, 1, false);
	recover();
	ck_assert_uint_eq(found.position.file_no, 1);
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_uint_eq(found.position.tail, aud_ring_tail(header));
	ck_assert_uint_eq(found.next_file_no, 3);
}
END_TEST

START_TEST(a_file_of_another_log_is_left_alone)
{
	begin_trail();
	put(2, open_body("fedcba9876543210", 0));
	recover();
	ck_assert_uint_eq(found.position.file_no, 1);
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_uint_eq(found.next_file_no, 3);
}
END_TEST

START_TEST(a_link_is_no_file_of_the_trail)
{
	char path[MAXPGPATH];

	begin_trail();
	aud_trail_path(name_of(2), path);
	ck_assert_int_eq(symlink("/dev/zero", path), 0);
	recover();
	ck_assert_uint_eq(found.position.file_no, 1);
	ck_assert_uint_eq(found.next_file_no, 3);
}
END_TEST

/* Without the buffer: from the newest file's own word for where it begins. */
START_TEST(without_a_header_the_newest_file_says_where_the_trail_stands)
{
	static const char torn[] = "{\"v\":1,\"log\":\"" UNIT_LOG "\",\"ev";

	put(1, open_body(UNIT_LOG, 0));
	put(1, unit_record(0));
	put(2, open_body(UNIT_LOG, 0));
	put(2, unit_record(1));
	put(2, unit_record(2));
	write_file(2, torn, sizeof(torn) - 1);
	recover();
	ck_assert_uint_eq(found.position.file_no, 2);
	ck_assert_uint_eq(found.position.chain.seq, 5);
	ck_assert_mem_eq(&found.position.chain, &chain, sizeof(chain));
	ck_assert_int_eq(found.tail, AUD_TAIL_TORN);
	ck_assert_uint_eq(found.next_file_no, 3);
}
END_TEST

START_TEST(a_newest_file_that_does_not_begin_as_one_is_passed_over)
{
	put(1, open_body(UNIT_LOG, 0));
	put(1, unit_record(0));
	write_file(2, "hello\n", 6);
	write_file(3, "", 0);
	recover();
	ck_assert_uint_eq(found.position.file_no, 1);
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_uint_eq(found.next_file_no, 4);
}
END_TEST

START_TEST(a_closed_file_is_not_read_on)
{
	AudPosition position;

	begin_trail();
	append(1);
	position = *aud_ring_position(header);
	position.file_closed = true;
	aud_ring_set_position(header, &position);
	put(1, unit_record(1));
	recover();
	ck_assert_uint_eq(found.position.chain.seq, 2);
	ck_assert_int_eq(found.tail, AUD_TAIL_FOREIGN);
}
END_TEST

START_TEST(losses_that_the_file_reports_count_as_reported)
{
	begin_trail();
	aud_ring_count_lost(header, AUD_LOSS_FULL, 10, 1000);
	put(1,
		"{\"v\":1,\"event\":\"audit.gap\",\"reason\":\"buffer_full\",\"lost\":7}");
	put(1,
		"{\"v\":1,\"event\":\"audit.gap\",\"reason\":\"buffer_busy\",\"lost\":7}");
	/* a query that looks like one is none */
	put(1,
		"{\"v\":1,\"event\":\"statement\",\"query\":\"x\",\"reason\":\"buffer_full\",\"lost\":1}");
	recover();
	ck_assert_uint_eq(found.position.reported[AUD_LOSS_FULL], 7);
	ck_assert_uint_eq(found.position.reported[AUD_LOSS_BUSY], 0);
}
END_TEST

/* Whether the header knows the file or not. */
START_TEST(a_file_that_cannot_be_read_stops_it)
{
	struct rlimit limit;
	struct rlimit none;
	bool          ok;
	int           why;

	if (_i == 0)
		begin_trail();
	else
		put(1, open_body(UNIT_LOG, 0));
	/* one more can be opened: the directory, and then a file cannot be read */
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ok = aud_trail_recover(header, hasher, &found);
	why = errno;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert(!ok);
	ck_assert_int_eq(why, EMFILE);
}
END_TEST

static Suite *
recover_suite(void)
{
	Suite *s = suite_create("recover");
	TCase *tc = tcase_create("recover");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_files_there_is_nothing);
	tcase_add_test(tc, what_the_header_knows_stays);
	tcase_add_test(tc, records_in_the_file_need_not_be_written_again);
	tcase_add_test(tc, many_records_in_the_file_are_found_by_the_last_one);
	tcase_add_loop_test(tc, a_torn_record_is_repeated, 1, 160);
	tcase_add_test(tc, a_torn_record_of_the_writers_own_does_not_count);
	tcase_add_loop_test(tc, what_somebody_else_wrote_is_foreign, 0, 4);
	tcase_add_test(tc, a_line_with_a_wrong_hash_ends_the_trail);
	tcase_add_test(tc, a_later_file_that_continues_the_chain_counts);
	tcase_add_test(tc, a_later_file_that_repeats_counts);
	tcase_add_test(tc, what_a_rejected_file_holds_is_not_taken_for_written);
	tcase_add_test(tc, a_file_of_another_log_is_left_alone);
	tcase_add_test(tc, a_link_is_no_file_of_the_trail);
	tcase_add_test(tc,
				   without_a_header_the_newest_file_says_where_the_trail_stands);
	tcase_add_test(tc, a_newest_file_that_does_not_begin_as_one_is_passed_over);
	tcase_add_test(tc, a_closed_file_is_not_read_on);
	tcase_add_test(tc, losses_that_the_file_reports_count_as_reported);
	tcase_add_loop_test(tc, a_file_that_cannot_be_read_stops_it, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(recover);
