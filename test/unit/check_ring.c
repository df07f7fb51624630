/*-------------------------------------------------------------------------
 *
 * check_ring.c
 *	  The ring in plain memory: what a reader finds after every kind of death,
 *	  and which chunks are used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit.h"

#include "unit_buffer.h"

#define RING (1024 * 1024)

static AudBufferHeader *header;
static char             storage[256 * 1024];
static char             line[256 * 1024];

static void
setup(void)
{
	header = unit_buffer_new(RING);
}

static void
teardown(void)
{
	free(header);
}

/* A record of this length, different for each n. */
static const char *
record(uint64 n, size_t len)
{
	for (size_t i = 0; i < len; i++)
		line[i] = (char) ('a' + (n * 7 + i) % 26);
	return line;
}

static void
append(uint64 n, size_t len)
{
	unit_buffer_append(header, record(n, len), len);
}

/* Is record n of this length next?  Returns the position after it. */
static uint64
expect(uint64 pos, uint64 n, size_t len)
{
	AudTaken taken;

	ck_assert(aud_ring_next(header, pos, storage, sizeof(storage), &taken));
	ck_assert_uint_eq(taken.damaged, 0);
	ck_assert_uint_eq(taken.len, len);
	ck_assert_mem_eq(storage, record(n, len), len);
	return taken.next;
}

static void
expect_nothing(uint64 pos)
{
	AudTaken taken;

	ck_assert(!aud_ring_next(header, pos, storage, sizeof(storage), &taken));
	ck_assert_uint_eq(taken.next, aud_ring_head(header));
}

START_TEST(records_come_out_as_they_went_in)
{
	static const size_t lens[] = {1, 7, 8, 9, 100, 4000, 65000};
	uint64              pos = 0;

	for (int i = 0; i < COUNT(lens); i++)
		append((uint64) i, lens[i]);
	for (int i = 0; i < COUNT(lens); i++)
	{
		pos = expect(pos, (uint64) i, lens[i]);
		ck_assert_uint_eq(pos % 8, 0);
	}
	ck_assert_uint_eq(pos, aud_ring_head(header));
	expect_nothing(pos);
}
END_TEST

/* The length decides whether the record begins a new chunk. */
START_TEST(killed_between_copy_and_publish_is_not_seen)
{
	size_t len = (size_t) _i;
	uint64 before;

	append(1, 60000);
	before = header->head;
	append(2, len);
	header->head = before; /* the last step did not happen */

	expect_nothing(expect(0, 1, 60000));
	ck_assert(aud_ring_rebuild(header));
	append(3, len);
	expect_nothing(expect(expect(0, 1, 60000), 3, len));
}
END_TEST

START_TEST(records_go_on_in_the_next_chunk_lap_after_lap)
{
	uint64 pos = 0;
	uint64 pending[64];
	int    n_pending = 0;
	uint64 read = 0;

	for (uint64 n = 0; n < 600; n++)
	{
		size_t len = 1 + (n * 7919) % 50000;

		while (header->head - pos + AUD_FRAME_SPACE(len) > RING || n_pending == 64)
		{
			pos = expect(pos, read, (size_t) pending[0]);
			read++;
			n_pending--;
			for (int i = 0; i < n_pending;
				 i++) /* valgrind dislikes memmove_chk */
				pending[i] = pending[i + 1];
			unit_buffer_move_tail(header, pos);
		}
		append(n, len);
		pending[n_pending++] = len;
	}
	ck_assert_uint_gt(header->head, 10 * (uint64) RING);
	for (int i = 0; i < n_pending; i++)
		pos = expect(pos, read + (uint64) i, (size_t) pending[i]);
	expect_nothing(pos);
}
END_TEST

/* A writer that keeps up: the same chunks again and again. */
START_TEST(chunks_that_were_given_back_are_used_first)
{
	uint32 *places = (uint32 *) ((char *) header + header->table_offset);
	bool    used[64] = {false};
	int     count = 0;

	for (uint64 n = 0; n < 1000; n++)
	{
		append(n, 3000);
		unit_buffer_move_tail(header, header->head);
		used[places[(header->head - 1) / AUD_CHUNK_ROOM % header->chunks]] = true;
	}
	ck_assert_uint_gt(header->head, 2 * (uint64) RING);
	for (int i = 0; i < COUNT(used); i++)
		count += used[i];
	ck_assert_int_le(count, 3);
}
END_TEST

/* Whichever byte it is: the record is skipped, those around it are not. */
START_TEST(a_damaged_frame_is_skipped_and_counted)
{
	size_t len = 40;
	uint64 begin;

	append(1, len);
	begin = header->head;
	append(2, len);
	append(3, len);
	for (size_t i = 0; i < sizeof(AudFrame) + len; i++)
	{
		char    *byte = aud_ring_chunk(header, 0)->bytes + begin + i;
		AudTaken taken;

		*byte ^= 0x20;
		ck_assert_uint_eq(expect(0, 1, len), begin);
		ck_assert(aud_ring_next(header, begin, storage, sizeof(storage), &taken));
		ck_assert_uint_eq(taken.damaged, AUD_FRAME_SPACE(len));
		ck_assert_mem_eq(storage, record(3, len), len);
		ck_assert_uint_eq(taken.next, header->head);
		*byte ^= 0x20;
	}
}
END_TEST

START_TEST(a_frame_of_an_earlier_lap_is_none)
{
	AudTaken taken;
	uint64   pos;

	append(1, 100);
	pos = header->head;
	/* the same bytes where another position is due */
	header->head += AUD_FRAME_SPACE(100);
	memcpy(aud_ring_chunk(header, 0)->bytes + pos,
		   aud_ring_chunk(header, 0)->bytes,
		   AUD_FRAME_SPACE(100));
	ck_assert(!aud_ring_next(header, pos, storage, sizeof(storage), &taken));
	ck_assert_uint_eq(taken.damaged, AUD_FRAME_SPACE(100));
}
END_TEST

START_TEST(a_record_that_the_reader_cannot_hold_counts_as_damaged)
{
	AudTaken taken;

	append(1, 1000);
	append(2, 10);
	ck_assert(aud_ring_next(header, 0, storage, 999, &taken));
	ck_assert_uint_eq(taken.damaged, AUD_FRAME_SPACE(1000));
	ck_assert_uint_eq(taken.len, 10);
}
END_TEST

START_TEST(the_pair_of_positions_survives_a_torn_write)
{
	AudPosition  position = *aud_ring_position(header);
	AudPosition *next;

	append(1, 1000);
	position.tail = header->head;
	position.chain.seq = 7;
	aud_ring_set_position(header, &position);
	ck_assert(aud_ring_is_sane(header));

	/* The writer died while it filled the other one. */
	next = &header->position[(header->current.value + 1) & 1];
	for (size_t len = 0; len <= sizeof(*next); len++)
	{
		memset(next, 0xA5, len);
		ck_assert(aud_ring_is_sane(header));
		ck_assert_uint_eq(aud_ring_position(header)->chain.seq, 7);
	}
	/* A switch to such a one would be noticed. */
	header->current.value ^= 1;
	ck_assert(!aud_ring_is_sane(header));
}
END_TEST

START_TEST(chunks_are_found_again_without_their_table)
{
	uint64 tail = 0;
	size_t table = 2 * sizeof(uint32) * header->chunks;

	for (uint64 n = 0; n < 200; n++)
	{
		append(n, 20000);
		if (n % 3 == 0)
		{
			tail = header->head;
			unit_buffer_move_tail(header, tail);
		}
	}
	memset((char *) header + header->table_offset, 0xFF, table);
	ck_assert(aud_ring_rebuild(header));
	expect_nothing(expect(tail, 199, 20000));
}
END_TEST

START_TEST(a_missing_or_double_chunk_is_noticed_and_nothing_changed)
{
	size_t    table = 2 * sizeof(uint32) * header->chunks;
	char     *at = (char *) header + header->table_offset;
	char     *before = malloc(table);
	AudChunk *first;
	uint64    number;

	for (uint64 n = 0; n < 10; n++)
		append(n, 20000);
	memcpy(before, at, table);
	first = aud_ring_chunk(header, 1);
	number = first->number;

	first->number = 0;
	ck_assert(!aud_ring_rebuild(header));
	ck_assert_mem_eq(at, before, table);

	first->number = number + 1; /* which another one has */
	ck_assert(!aud_ring_rebuild(header));
	ck_assert_mem_eq(at, before, table);

	first->number = number;
	ck_assert(aud_ring_rebuild(header));
	free(before);
}
END_TEST

START_TEST(losses_have_a_first_and_a_last_time)
{
	aud_ring_count_lost(header, AUD_LOSS_FULL, 2, 1000);
	aud_ring_count_lost(header, AUD_LOSS_FULL, 1, 3000);
	ck_assert_uint_eq(aud_ring_unreported(header, AUD_LOSS_FULL), 3);
	ck_assert_uint_eq(aud_ring_unreported(header, AUD_LOSS_BUSY), 0);
	ck_assert_uint_eq(pg_atomic_read_u64(&header->lost_from), 1000);
	ck_assert_uint_eq(pg_atomic_read_u64(&header->lost_to), 3000);
}
END_TEST

static Suite *
ring_suite(void)
{
	Suite *s = suite_create("ring");
	TCase *tc = tcase_create("ring");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, records_come_out_as_they_went_in);
	tcase_add_loop_test(tc, killed_between_copy_and_publish_is_not_seen, 1, 40);
	tcase_add_loop_test(tc, killed_between_copy_and_publish_is_not_seen, 5400, 5500);
	tcase_add_test(tc, records_go_on_in_the_next_chunk_lap_after_lap);
	tcase_add_test(tc, chunks_that_were_given_back_are_used_first);
	tcase_add_test(tc, a_damaged_frame_is_skipped_and_counted);
	tcase_add_test(tc, a_frame_of_an_earlier_lap_is_none);
	tcase_add_test(tc, a_record_that_the_reader_cannot_hold_counts_as_damaged);
	tcase_add_test(tc, the_pair_of_positions_survives_a_torn_write);
	tcase_add_test(tc, chunks_are_found_again_without_their_table);
	tcase_add_test(tc, a_missing_or_double_chunk_is_noticed_and_nothing_changed);
	tcase_add_test(tc, losses_have_a_first_and_a_last_time);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(ring);
