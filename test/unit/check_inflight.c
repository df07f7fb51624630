/*-------------------------------------------------------------------------
 *
 * check_inflight.c
 *	  In-flight slots: what a start makes of what a dead process left.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit.h"

#include "miscadmin.h"
#include "storage/proc.h"

#include "unit_buffer.h"

/* What the server provides. */
PGPROC *MyProc;
int     MaxBackends = UNIT_SLOTS;

#define NOW INT64_C(1000000000000)

static AudBufferHeader     *header;
static PGPROC               process = {.pgprocno = 1};
static char                 storage[16 * 1024];
static AudInflightRecovered done;

static void
setup(void)
{
	header = unit_buffer_new(256 * 1024);
	aud_buffer_header = header;
	MyProc = &process;
}

static void
teardown(void)
{
	aud_buffer_header = NULL;
	MyProc = NULL;
	free(header);
}

static void
open_session_as(const char *who, const char *name, const char *client)
{
	AudInflightSession session = {.who = who,
								  .who_len = strlen(who),
								  .name = name,
								  .name_len = strlen(name),
								  .client = client,
								  .client_len = strlen(client),
								  .began_us = NOW - 5000000,
								  .wants_end = true};

	aud_inflight_open(&session);
}

static void
open_session(void)
{
	open_session_as(",\"user\":\"alice\"", ",\"session\":\"s1\"", ",\"pid\":7");
}

static void
begin_statement(const char *query, const char *who)
{
	AudInflightFacts facts = {.began_us = NOW - 1000,
							  .event = "statement",
							  .class_name = "read",
							  .command = "SELECT",
							  .who = who,
							  .who_len = strlen(who),
							  .stmt = 3,
							  .query = query,
							  .query_len = strlen(query)};

	aud_inflight_begin(&facts);
}

static AudInflightSlot *
my_slot(void)
{
	return (AudInflightSlot *) ((char *) header + header->slots_offset) +
		   process.pgprocno;
}

/* As append does it. */
static void
append(const char *line)
{
	unit_buffer_append(header, line, strlen(line));
	aud_inflight_appended();
}

/* The process is dead: what the next start adds behind pos, one by one. */
static uint64
recover(void)
{
	uint64 head = header->head;

	MyProc = NULL;
	done = aud_inflight_recover(header, NOW);
	return head;
}

static const char *
next_record(uint64 *pos)
{
	AudTaken taken;

	if (!aud_ring_next(header, *pos, storage, sizeof(storage) - 1, &taken))
		return "none";
	ck_assert_uint_eq(taken.damaged, 0);
	storage[taken.len] = '\0';
	*pos = taken.next;
	return storage;
}

static void
has(const char *line, const char *text)
{
	ck_assert_msg(strstr(line, text) != NULL, "%s not in %s", text, line);
}

static void
has_not(const char *line, const char *text)
{
	ck_assert_msg(strstr(line, text) == NULL, "%s in %s", text, line);
}

START_TEST(a_running_statement_and_its_session_become_records)
{
	uint64      pos;
	const char *line;

	open_session();
	aud_inflight_take_ssn(1);
	append("{\"event\":\"session.start\"}");
	begin_statement("SELECT 'a'", ",\"user\":\"alice\"");
	pos = recover();

	line = next_record(&pos);
	ck_assert_str_eq(line,
					 "{\"v\":1,\"log\":\"" UNIT_LOG
					 "\",\"ts\":\"1970-01-12T13:46:39.999000Z\","
					 "\"event\":\"statement\",\"class\":\"read\",\"command\":\"SELECT\","
					 "\"outcome\":\"unknown\",\"user\":\"alice\",\"session\":\"s1\",\"ssn\":2,"
					 "\"pid\":7,\"stmt\":3,\"query\":\"SELECT 'a'\"}");
	line = next_record(&pos);
	ck_assert_str_eq(line,
					 "{\"v\":1,\"log\":\"" UNIT_LOG
					 "\",\"ts\":\"1970-01-12T13:46:40.000000Z\","
					 "\"event\":\"session.end\",\"class\":\"session\",\"outcome\":\"unknown\","
					 "\"user\":\"alice\",\"session\":\"s1\",\"ssn\":3,\"pid\":7,"
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
	begin_statement("SELECT 1", ",\"user\":\"alice\"");
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
	begin_statement("SELECT 1", ",\"user\":\"alice\"");
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
	begin_statement("SELECT 1", ",\"user\":\"alice\"");
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
	begin_statement("SELECT 1", ",\"user\":\"alice\"");
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
	memcpy(who, ",\"user\":\"", 9);
	who[sizeof(who) - 2] = '"';
	open_session_as(who, ",\"session\":\"s1\"", client);
	pos = recover();
	line = next_record(&pos);
	has(line, who);
	has(line, "\"session\":\"s1\"");
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
	begin_statement(query, ",\"user\":\"alice\"");
	pos = recover();
	line = next_record(&pos);
	has(line, "\"query_len\":2999,\"truncated\":[\"query\"],\"query\":\"qqq");
	ck_assert_uint_le(strlen(line), 1500);
	/* what was there before is not in the next one */
	MyProc = &process;
	open_session();
	begin_statement("SELECT 2", ",\"user\":\"bob\"");
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
	my_slot()->open = 0; /* cleared first, set last */
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
	begin_statement("SELECT 1", ",\"user\":\"alice\"");
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

	tcase_add_checked_fixture(tc, setup, teardown);
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
