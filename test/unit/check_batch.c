/*-------------------------------------------------------------------------
 *
 * check_batch.c
 *	  Batches: lines out of the ring, numbered, and the late open before them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit.h"

#include "unit_buffer.h"
#include "writer/batch.h"

#define ROOM (4 * 1024 * 1024)

static AudBufferHeader *header;
static AudHasher       *hasher;
static AudBatch         batch;
static char            *storage;
static char            *record;

static void
setup(void)
{
	AudError err = {0};

	header = unit_buffer_new(1024 * 1024);
	hasher = aud_hasher_new(&err);
	storage = malloc(AUD_BATCH_HEADROOM + ROOM + 1);
	record = malloc(AUD_RECORD_MAX);
	aud_batch_init(&batch, storage, ROOM, record);
	aud_batch_reset(&batch, aud_ring_position(header), true);
}

static void
teardown(void)
{
	aud_hasher_free(hasher);
	free(storage);
	free(record);
	free(header);
}

static void
append(int n)
{
	const char *body = unit_record(n);

	unit_buffer_append(header, body, strlen(body));
}

/* Are the lines from here on sound, after the first "before" numbers? */
static int
check_lines(const char *at, const char *end, AudChain *chain)
{
	int lines = 0;

	while (at < end)
	{
		const char *newline = memchr(at, '\n', (size_t) (end - at));

		ck_assert(newline != NULL);
		ck_assert_int_eq(aud_chain_check(hasher, chain, at, (size_t) (newline - at)),
						 AUD_CHAIN_SOUND);
		at = newline + 1;
		lines++;
	}
	return lines;
}

static const char *
end_of_batch(void)
{
	return batch.start + aud_batch_bytes(&batch);
}

START_TEST(a_batch_takes_all_of_the_ring_and_continues_the_chain)
{
	AudChain chain = {0};

	for (int i = 0; i < 100; i++)
		append(i);
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	ck_assert_uint_eq(batch.records, 100);
	ck_assert_uint_eq(batch.lines, 100);
	ck_assert_uint_eq(batch.damaged, 0);
	ck_assert_uint_eq(batch.after.tail, header->head);
	ck_assert_int_eq(check_lines(batch.start, end_of_batch(), &chain), 100);
	ck_assert_mem_eq(&chain, &batch.after.chain, sizeof(chain));
	/* nothing of it counts until it is on disk */
	ck_assert_uint_eq(aud_ring_tail(header), 0);
}
END_TEST

START_TEST(a_limit_ends_it)
{
	for (int i = 0; i < 100; i++)
		append(i);
	aud_batch_fill(&batch, header, hasher, 1);
	ck_assert_uint_eq(batch.records, 1);
	aud_batch_fill(&batch, header, hasher, 100);
	ck_assert_uint_gt(batch.records, 1);
	ck_assert_uint_lt(batch.records, 100);
}
END_TEST

START_TEST(what_cannot_be_read_is_counted)
{
	append(1);
	append(2);
	append(3);
	aud_ring_chunk(header, 0)->bytes[AUD_FRAME_SPACE(strlen(unit_record(1))) + 20] ^=
		1;
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	ck_assert_uint_eq(batch.records, 2);
	ck_assert_uint_eq(batch.damaged, 1);
	ck_assert_uint_eq(batch.after.tail, header->head);
}
END_TEST

static void
append_text(const char *text)
{
	unit_buffer_append(header, text, strlen(text));
}

/* Each with the right checksum. */
START_TEST(what_was_found_and_is_no_record_is_counted)
{
	append(1);
	append_text("");
	append_text("{}");
	append_text(UNIT_RECORD "");
	append_text(UNIT_RECORD ",\"a\":}");
	append_text(UNIT_RECORD ",\"seq\":9}");
	append_text(UNIT_RECORD "}\n" UNIT_RECORD "}");
	append(2);
	batch.found_to = header->head;
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	ck_assert_uint_eq(batch.records, 2);
	ck_assert_uint_eq(batch.damaged, 6);
	ck_assert_uint_eq(batch.after.tail, header->head);
	ck_assert_ptr_nonnull(strstr(batch.start, ",\"n\":2,\"seq\":2,"));
}
END_TEST

/* The writer has no time to read each record as a whole. */
START_TEST(what_comes_later_is_one_line_and_begins_as_a_record)
{
	batch.found_to = header->head;
	append(1);
	append_text("{\"v\":1}");
	append_text(UNIT_RECORD "}\n" UNIT_RECORD "}");
	append_text(
		"{\"v\":1,\"log\":\"" UNIT_LOG
		"\",\"ts\":\"2026-01-01T00:00:00.000000Z\",\"event\":\"audit.close\"}");
	append(2);
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	ck_assert_uint_eq(batch.records, 2);
	ck_assert_uint_eq(batch.damaged, 3);
}
END_TEST

/* The bytes of the lines may be on disk already: they must not change. */
START_TEST(a_late_open_stands_first_and_is_numbered_last)
{
	static const char first[] = "{\"event\":\"audit.open\",\"file\":\"a\"}";
	static const char second[] = "{\"event\":\"audit.open\",\"file\":\"longer\"}";
	AudChain          chain = {0};
	char              lines[1024];
	size_t            len;
	const char       *newline;

	append(1);
	append(2);
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	len = aud_batch_bytes(&batch);
	memcpy(lines, batch.start, len);

	aud_batch_set_late_open(&batch, hasher, first, sizeof(first) - 1);
	aud_batch_set_late_open(&batch, hasher, second, sizeof(second) - 1);
	ck_assert_uint_eq(batch.lines, 3);
	ck_assert_uint_eq(batch.records, 2);
	ck_assert_mem_eq(end_of_batch() - len, lines, len);

	newline = memchr(batch.start, '\n', aud_batch_bytes(&batch));
	ck_assert_int_eq(check_lines(newline + 1, end_of_batch(), &chain), 2);
	ck_assert_int_eq(aud_chain_check(hasher,
									 &chain,
									 batch.start,
									 (size_t) (newline - batch.start)),
					 AUD_CHAIN_SOUND);
	ck_assert_uint_eq(chain.seq, 3);
	ck_assert_mem_eq(&chain, &batch.after.chain, sizeof(chain));
	ck_assert_mem_eq(batch.start, second, sizeof(second) - 2);
}
END_TEST

START_TEST(a_line_for_which_there_is_no_room_changes_nothing)
{
	static const char body[] = "{\"v\":1,\"event\":\"audit.stop\"}";
	AudChain          before;
	size_t            bytes;

	aud_batch_init(&batch, storage, 150, record);
	aud_batch_reset(&batch, aud_ring_position(header), true);
	ck_assert(aud_batch_add(&batch, hasher, body, sizeof(body) - 1));
	before = batch.after.chain;
	bytes = aud_batch_bytes(&batch);
	ck_assert(!aud_batch_add(&batch, hasher, body, sizeof(body) - 1));
	ck_assert_mem_eq(&before, &batch.after.chain, sizeof(before));
	ck_assert_uint_eq(aud_batch_bytes(&batch), bytes);
	ck_assert_uint_eq(batch.lines, 1);
}
END_TEST

START_TEST(a_reset_begins_from_the_position)
{
	AudPosition position = *aud_ring_position(header);

	append(1);
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	position.chain.seq = 41;
	aud_batch_reset(&batch, &position, false);
	ck_assert_uint_eq(batch.lines, 0);
	ck_assert_uint_eq(aud_batch_bytes(&batch), 0);
	aud_batch_fill(&batch, header, hasher, 1024 * 1024);
	ck_assert_str_eq(batch.start, UNIT_RECORD ",\"n\":1,\"seq\":42}\n");
}
END_TEST

static Suite *
batch_suite(void)
{
	Suite *s = suite_create("batch");
	TCase *tc = tcase_create("batch");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_batch_takes_all_of_the_ring_and_continues_the_chain);
	tcase_add_test(tc, a_limit_ends_it);
	tcase_add_test(tc, what_cannot_be_read_is_counted);
	tcase_add_test(tc, what_was_found_and_is_no_record_is_counted);
	tcase_add_test(tc, what_comes_later_is_one_line_and_begins_as_a_record);
	tcase_add_test(tc, a_late_open_stands_first_and_is_numbered_last);
	tcase_add_test(tc, a_line_for_which_there_is_no_room_changes_nothing);
	tcase_add_test(tc, a_reset_begins_from_the_position);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(batch);
