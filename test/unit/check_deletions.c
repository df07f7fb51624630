/*-------------------------------------------------------------------------
 *
 * check_deletions.c
 *	  The list of files that are being deleted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit.h"

#include "buffer/deletions.h"
#include "unit_buffer.h"

static AudBufferHeader *header;

static void
setup(void)
{
	header = unit_buffer_new(AUD_CHUNK_ROOM);
}

static void
teardown(void)
{
	free(header);
}

static AudExpiry *
add(int n)
{
	AudExpiry facts = {.bytes = 100, .reason = AUD_EXPIRY_SIZE};

	snprintf(facts.name,
			 sizeof(facts.name),
			 "secaudit-20260131T235959Z-%06d.jsonl",
			 n);
	facts.first_seq = (uint64) n * 10;
	facts.last_seq = (uint64) n * 10 + 9;
	return aud_deletions_add(header, &facts);
}

static int
count(AudBufferHeader *in)
{
	AudExpiry *entry = NULL;
	int        n = 0;

	while ((entry = aud_deletions_next(in, entry)) != NULL)
		n++;
	return n;
}

START_TEST(entries_come_oldest_first_until_the_list_is_full)
{
	AudExpiry *entry = NULL;

	for (int i = 0; i < AUD_EXPIRY_MAX; i++)
	{
		ck_assert(aud_deletions_has_room(header));
		ck_assert(add(i) != NULL);
	}
	ck_assert(!aud_deletions_has_room(header));
	ck_assert(add(99) == NULL);
	for (int i = 0; i < AUD_EXPIRY_MAX; i++)
	{
		entry = aud_deletions_next(header, entry);
		ck_assert(entry != NULL);
		ck_assert_uint_eq(entry->first_seq, (uint64) i * 10);
		ck_assert_uint_eq(entry->seq, 0);
	}
	ck_assert(aud_deletions_next(header, entry) == NULL);
}
END_TEST

START_TEST(those_whose_record_is_in_the_trail_leave)
{
	AudExpiry *first = add(1);
	AudExpiry *second = add(2);

	(void) add(3); /* in no batch yet */
	aud_deletions_set_seq(header, first, 50);
	aud_deletions_set_seq(header, second, 51);
	aud_deletions_remove_recorded(header, 50);
	ck_assert_int_eq(count(header), 2);
	ck_assert(aud_deletions_next(header, NULL) == second);
	aud_deletions_restart(header);
	aud_deletions_remove_recorded(header, 1000);
	ck_assert_int_eq(count(header), 2);
}
END_TEST

/* The process died, or the disk has half of it. */
START_TEST(an_entry_that_is_not_whole_is_none)
{
	AudExpiry *entry = add(1);

	for (size_t i = 0; i < offsetof(AudExpiry, seq); i++)
	{
		char *byte = (char *) entry + i;

		/* between the fields there may be bytes that are no part of it */
		if (i >= offsetof(AudExpiry, crc) + sizeof(pg_crc32c))
			continue;
		*byte ^= 0x01;
		ck_assert_int_eq(count(header), 0);
		*byte ^= 0x01;
		ck_assert_int_eq(count(header), 1);
	}
}
END_TEST

START_TEST(another_file_of_the_same_log_is_taken_over)
{
	AudBufferHeader *to = unit_buffer_new(AUD_CHUNK_ROOM);

	(void) add(1);
	aud_deletions_set_seq(header, add(2), 7);
	aud_deletions_take_over(to, header);
	ck_assert_int_eq(count(to), 2);
	ck_assert_uint_eq(aud_deletions_next(to, aud_deletions_next(to, NULL))->seq,
					  7);
	free(to);

	to = unit_buffer_new(AUD_CHUNK_ROOM);
	to->log_id[0] = 'f';
	aud_deletions_take_over(to, header);
	ck_assert_int_eq(count(to), 0);
	free(to);
}
END_TEST

static Suite *
expiry_suite(void)
{
	Suite *s = suite_create("expiry");
	TCase *tc = tcase_create("expiry");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, entries_come_oldest_first_until_the_list_is_full);
	tcase_add_test(tc, those_whose_record_is_in_the_trail_leave);
	tcase_add_test(tc, an_entry_that_is_not_whole_is_none);
	tcase_add_test(tc, another_file_of_the_same_log_is_taken_over);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(expiry);
