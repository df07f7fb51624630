/*-------------------------------------------------------------------------
 *
 * check_inflight.c
 *	  In-flight slots: what a start makes of what a dead process left.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit_inflight.h"

/* What the server provides. */
PGPROC *MyProc;
int     MaxBackends = UNIT_SLOTS;

START_TEST(a_running_statement_and_its_session_become_records)
{
	uint64      pos;
	const char *line;

	open_session();
	aud_inflight_take_ssn(1);
	append("{\"event\":\"session.start\"}");
	begin_statement("SELECT 'a'", ALICE);
	pos = recover();

	line = next_record(&pos);
	ck_assert_str_eq(line,
					 "{\"v\":1,\"log\":\"" UNIT_LOG
					 "\",\"ts\":\"1970-01-12T13:46:39.999000Z\","
					 "\"event\":\"statement\",\"class\":\"read\",\"command\":\"SELECT\","
					 "\"outcome\":\"unknown\",\"node\":\"n\",\"user\":\"alice\",\"session\":\"6a.1\",\"ssn\":2,"
					 "\"pid\":7,\"stmt\":3,\"query\":\"SELECT 'a'\"}");
	line = next_record(&pos);
	ck_assert_str_eq(line,
					 "{\"v\":1,\"log\":\"" UNIT_LOG
					 "\",\"ts\":\"1970-01-12T13:46:40.000000Z\","
					 "\"event\":\"session.end\",\"class\":\"session\",\"outcome\":\"unknown\","
					 "\"node\":\"n\",\"user\":\"alice\",\"session\":\"6a.1\",\"ssn\":3,\"pid\":7,"
					 "\"reason\":\"crash\",\"duration_us\":5000000}");
	ck_assert_str_eq(next_record(&pos), "none");
	ck_assert_int_eq(done.records, 2);
	ck_assert_int_eq(done.lost_records, 0);
}
END_TEST

/* One of the two, not both and not none. */
START_TEST(a_statement_leaves_the_slot_in_the_instant_of_its_record)
{
	uint64      pos;
	const char *line;

	open_session();
	begin_statement("SELECT 1", ALICE);
	aud_inflight_ending();
	/* killed here, the statement is unfinished; see the test above */
	aud_inflight_take_ssn(1);
	append("{\"event\":\"statement\"}");
	pos = recover();
	line = next_record(&pos);
	has(line, "\"event\":\"session.end\"");
	has(line, "\"ssn\":2,");
	ck_assert_int_eq(done.records, 1);
}
END_TEST

START_TEST(until_the_record_is_in_the_ring_the_statement_is_unfinished)
{
	uint64 pos;

	open_session();
	begin_statement("SELECT 1", ALICE);
	aud_inflight_ending();
	aud_inflight_take_ssn(1);
	pos = recover();
	has(next_record(&pos), "\"event\":\"statement\"");
	ck_assert_int_eq(done.records, 2);
}
END_TEST

/* Records in between, a login's or an error's, end nothing. */
START_TEST(another_record_of_the_process_ends_nothing)
{
	uint64 pos;

	open_session();
	begin_statement("SELECT 1", ALICE);
	aud_inflight_take_ssn(1);
	append("{\"event\":\"error\"}");
	pos = recover();
	has(next_record(&pos), "\"ssn\":2,");
	has(next_record(&pos), "\"ssn\":3,");
}
END_TEST

START_TEST(a_session_leaves_the_slot_in_the_instant_of_its_end)
{
	open_session();
	begin_statement("SELECT 1", ALICE);
	aud_inflight_closing();
	append("{\"event\":\"session.end\"}");
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

START_TEST(a_start_empties_the_slots)
{
	open_session();
	(void) recover();
	ck_assert_int_eq(done.records, 1);
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

/* The first text is what tells whose record it is. */
START_TEST(texts_too_long_are_left_out_the_last_ones_first)
{
	static char who[600];
	static char client[400];
	uint64      pos;
	const char *line;

	memset(who, 'w', sizeof(who) - 1);
	memset(client, 'c', sizeof(client) - 1);
	memcpy(who, ",\"node\":\"", 9);
	who[sizeof(who) - 2] = '"';
	open_session_as(who, ",\"session\":\"6a.1\"", client);
	pos = recover();
	line = next_record(&pos);
	has(line, who);
	has(line, "\"session\":\"6a.1\"");
	has_not(line, "ccc");
}
END_TEST

START_TEST(a_long_query_is_cut_and_says_so)
{
	static char query[3000];
	uint64      pos;
	const char *line;

	memset(query, 'q', sizeof(query) - 1);
	open_session();
	begin_statement(query, ALICE);
	pos = recover();
	line = next_record(&pos);
	has(line, "\"query_len\":2999,\"truncated\":[\"query\"],\"query\":\"qqq");
	ck_assert_uint_le(strlen(line), 1500);
	/* what was there before is not in the next one */
	MyProc = &process;
	open_session();
	begin_statement("SELECT 2", ",\"node\":\"n\",\"user\":\"bob\"");
	pos = recover();
	line = next_record(&pos);
	has(line, "\"query\":\"SELECT 2\"}");
	has(line, "\"user\":\"bob\"");
	has_not(line, "query_len");
}
END_TEST

START_TEST(killed_while_it_fills_the_slot_it_leaves_none)
{
	open_session();
	my_slot()->session.part.valid = 0; /* cleared first, set last */
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

/* A start was killed when the record was in the ring, the slot not forgotten. */
START_TEST(a_second_start_does_not_record_again)
{
	AudInflightSlot *slot = my_slot();
	AudInflightSlot  before;
	uint64           pos;

	open_session();
	before = *slot;
	pos = recover();
	ck_assert_int_eq(done.records, 1);
	*slot = before;
	slot->putting = pos | 2; /* what it notes before it appends */
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

START_TEST(killed_before_it_recorded_a_start_is_followed_by_one_that_does)
{
	open_session();
	my_slot()->putting = header->head | 2;
	(void) recover();
	ck_assert_int_eq(done.records, 1);
}
END_TEST

START_TEST(what_finds_no_room_is_counted)
{
	static char line[4096];

	memset(line, 'x', sizeof(line));
	while (header->head + AUD_FRAME_SPACE(sizeof(line)) <= header->ring_size)
		unit_buffer_append(header, line, sizeof(line));
	while (header->head + AUD_FRAME_SPACE(8) <= header->ring_size)
		unit_buffer_append(header, line, 8);
	open_session();
	begin_statement("SELECT 1", ALICE);
	(void) recover();
	ck_assert_int_eq(done.records, 0);
	ck_assert_int_eq(done.lost_records, 2);
	ck_assert_int_eq(done.lost_sessions, 1);
}
END_TEST

START_TEST(slots_of_another_size_are_left_alone)
{
	open_session();
	header->slot_size = 1024;
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

START_TEST(a_process_without_a_number_has_no_slot)
{
	MyProc = NULL;
	open_session();
	begin_statement("SELECT 1", "");
	(void) recover();
	ck_assert_int_eq(done.records, 0);
}
END_TEST

static Suite *
inflight_suite(void)
{
	Suite *s = suite_create("inflight");
	TCase *tc = tcase_create("inflight");

	tcase_add_checked_fixture(tc, inflight_setup, inflight_teardown);
	tcase_add_test(tc, a_running_statement_and_its_session_become_records);
	tcase_add_test(tc, a_statement_leaves_the_slot_in_the_instant_of_its_record);
	tcase_add_test(tc,
				   until_the_record_is_in_the_ring_the_statement_is_unfinished);
	tcase_add_test(tc, another_record_of_the_process_ends_nothing);
	tcase_add_test(tc, a_session_leaves_the_slot_in_the_instant_of_its_end);
	tcase_add_test(tc, a_start_empties_the_slots);
	tcase_add_test(tc, texts_too_long_are_left_out_the_last_ones_first);
	tcase_add_test(tc, a_long_query_is_cut_and_says_so);
	tcase_add_test(tc, killed_while_it_fills_the_slot_it_leaves_none);
	tcase_add_test(tc, a_second_start_does_not_record_again);
	tcase_add_test(tc,
				   killed_before_it_recorded_a_start_is_followed_by_one_that_does);
	tcase_add_test(tc, what_finds_no_room_is_counted);
	tcase_add_test(tc, slots_of_another_size_are_left_alone);
	tcase_add_test(tc, a_process_without_a_number_has_no_slot);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(inflight);
