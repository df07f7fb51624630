/*-------------------------------------------------------------------------
 *
 * check_inflight_forged.c
 *	  In-flight slots that others may have written to: what is believed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "unit_inflight.h"

/*
 * Slots in memory of their own, as a running server has them: like the file's,
 * but elsewhere.
 */
static AudBufferHeader *
own_slots(void)
{
	size_t bytes = header->slots_offset + UNIT_SLOTS * header->slot_size;
	AudBufferHeader *own = aligned_alloc(4096, TYPEALIGN(4096, bytes));

	memcpy(own, header, bytes);
	own->file_at = (uint64) ((uintptr_t) header - (uintptr_t) own);
	aud_buffer_header = own;
	return own;
}

static AudInflightSlot *
file_slot(void)
{
	return aud_inflight_slot(header, process.pgprocno);
}

/* A backend crashed, and the postmaster lives: how many slots were changed? */
static int
restore(AudBufferHeader *own)
{
	int changed = aud_inflight_restore(header, own);

	aud_buffer_header = header;
	free(own);
	return changed;
}

START_TEST(a_running_server_writes_the_same_to_the_file)
{
	AudBufferHeader *own = own_slots();
	uint64           pos;

	open_session();
	aud_inflight_take_ssn(1);
	append("{\"event\":\"session.start\"}");
	begin_statement("SELECT 'a'", ALICE);
	ck_assert_ptr_ne(my_slot(), file_slot());
	ck_assert_int_eq(aud_inflight_restore(header, own), 0);
	/* the postmaster has died: there is the file alone */
	memset(own, 0xff, header->slots_offset + UNIT_SLOTS * header->slot_size);
	aud_buffer_header = header;
	free(own);
	pos = recover();
	has(next_record(&pos),
		"\"ssn\":2,\"pid\":7,\"stmt\":3,\"query\":\"SELECT 'a'\"}");
	has(next_record(&pos), "\"event\":\"session.end\"");
	ck_assert_int_eq(done.refused, 0);
}
END_TEST

START_TEST(what_ends_ends_in_the_file_too)
{
	AudBufferHeader *own = own_slots();

	open_session();
	begin_statement("SELECT 1", ALICE);
	aud_inflight_end();
	ck_assert_uint_eq(file_slot()->statement.part.valid, 0);
	ck_assert_uint_eq(file_slot()->session.part.valid, 1);
	begin_statement("SELECT 1", ALICE);
	aud_inflight_ending();
	aud_inflight_take_ssn(1);
	append("{\"event\":\"statement\"}");
	ck_assert_uint_eq(file_slot()->statement.part.valid, 0);
	ck_assert_uint_eq(file_slot()->ssn, 1);
	aud_inflight_closing();
	append("{\"event\":\"session.end\"}");
	ck_assert_uint_eq(file_slot()->session.part.valid, 0);
	ck_assert_int_eq(restore(own), 0);
}
END_TEST

/* Not even what has the right checksum. */
START_TEST(after_a_crash_of_a_backend_nothing_in_the_file_is_believed)
{
	AudBufferHeader *own = own_slots();
	AudInflightSlot *other = aud_inflight_slot(header, 0);
	uint64           pos;

	open_session();
	begin_statement("SELECT 'true'", ALICE);
	*other = *file_slot();
	begin_statement("SELECT 'true'", ALICE);
	file_slot()->statement.part.valid = 0;
	ck_assert_int_eq(restore(own), 2);
	pos = recover();
	has(next_record(&pos), "\"query\":\"SELECT 'true'\"}");
	has(next_record(&pos), "\"event\":\"session.end\"");
	ck_assert_str_eq(next_record(&pos), "none");
	ck_assert_int_eq(done.refused, 0);
}
END_TEST

START_TEST(an_owner_killed_while_it_writes_to_both_has_changed_nothing)
{
	AudBufferHeader *own = own_slots();

	open_session();
	my_slot()->busy = 1;
	file_slot()->session.part.valid = 0;
	ck_assert_int_eq(restore(own), 0);
	(void) recover();
	ck_assert_int_eq(done.records, 1);
}
END_TEST

/* The checksum of a part, as anybody can compute it. */
static void
seal(AudInflightSlot *slot)
{
	slot->session.part.crc =
		aud_inflight_part_crc(&slot->session.part,
							  Min(aud_inflight_session_bytes(&slot->session),
								  sizeof(slot->session)));
	slot->statement.part.crc =
		aud_inflight_part_crc(&slot->statement.part,
							  Min(aud_inflight_statement_bytes(&slot->statement),
								  sizeof(slot->statement)));
}

/* Forge the session's texts. */
static void
forge_session(AudInflightSlot *slot, const char *who, const char *name,
			  const char *client)
{
	char *to = slot->session.text;

	slot->session.who_len = (uint16) strlen(who);
	slot->session.name_len = (uint16) strlen(name);
	slot->session.client_len = (uint16) strlen(client);
	to = stpcpy(to, who);
	to = stpcpy(to, name);
	(void) stpcpy(to, client);
}

static void
forge_statement(AudInflightSlot *slot, const char *event, const char *class,
				const char *command, const char *who)
{
	char *to = slot->statement.text;

	slot->statement.event_len = (uint16) strlen(event);
	slot->statement.class_len = (uint16) strlen(class);
	slot->statement.command_len = (uint16) strlen(command);
	slot->statement.who_len = (uint16) strlen(who);
	slot->statement.query_len = 0;
	to = stpcpy(to, event);
	to = stpcpy(to, class);
	to = stpcpy(to, command);
	(void) stpcpy(to, who);
}

/* Parts of a record that may not come out of a slot. */
static const char *const whos[] = {
	",\"node\":\"n\"}\n{\"v\":1,\"user\":\"x\"",
	",\"node\":\"n\",\"seq\":7",
	",\"node\":\"n\",\"h\":\"x\"",
	",\"node\":\"n\",\"outcome\":\"success\"",
	",\"node\":\"n\",\"user\":\"a\",\"user\":\"b\"",
	",\"node\":\"n\",\"\\u0075ser\":\"b\"",
	",\"node\":\"n\",\"superuser\":false",
	",\"node\":\"n\",\"user\":1",
	",\"node\":\"n\", \"user\":\"a\"",
	",\"node\" :\"n\"",
	",\"node\":\"n\",",
	",\"node\":\"n",
	",\"node\":\"\xff\"",
	",\"node\":\"\xe2\x80\xae\"",
	",\"user\":\"alice\"",
	"\"node\":\"n\"",
	"x",
};

static const char *const clients[] = {
	",\"pid\":0",
	",\"pid\":-1",
	",\"pid\":1.5",
	",\"pid\":\"7\"",
	",\"pid\":99999999999",
	",\"pid\":99999999999999999999",
	",\"app\":\"x\"",
	",\"pid\":7,\"client_port\":65536",
	",\"pid\":7,\"app\":[\"x\"]",
	",\"pid\":7}",
};

static const char *const session_names[] = {
	",\"session\":\"x\"",
	",\"session\":1",
	",\"ssn\":1",
};

/* event, class, command */
static const char *const whats[][3] = {
	{"audit.stop", "read", "SELECT"},
	{"statement", "audit", "SELECT"},
	{"statement", "READ", "SELECT"},
	{"statement", "read", ""},
	{"statement", "read", "SEL\nECT"},
};

#define FIELD(name, value)                               \
	{                                                    \
		offsetof(AudInflightSlot, name),                 \
			sizeof(((AudInflightSlot *) 0)->name), value \
	}

static const struct
{
	size_t at;
	size_t size;
	uint64 value;
} numbers[] = {
	FIELD(ssn, UINT64_MAX),
	FIELD(session.part.valid, 2),
	FIELD(session.opened_us, (uint64) INT64_MIN),
	FIELD(session.opened_us, INT64_MAX),
	FIELD(session.who_len, UINT16_MAX),
	FIELD(session.client_len, AUD_INFLIGHT_SESSION_MAX),
	FIELD(session.wants_end, 2),
	FIELD(statement.part.valid, 2),
	FIELD(statement.stmt, 0),
	FIELD(statement.stmt, UINT64_MAX),
	FIELD(statement.began_us, UINT64_MAX),
	FIELD(statement.query_full_len, 1),
	FIELD(statement.query_full_len, UINT32_MAX),
	FIELD(statement.query_len, 0x400 + 9),
	FIELD(statement.query_len, UINT16_MAX),
};

/* The session is open and runs SELECT 1; a part of it is forged. */
static void
begin_test(void)
{
	open_session();
	begin_statement("SELECT 1", ALICE);
}

/* With the right checksum, and exactly the bytes of its slot. */
static void
is_refused(void)
{
	uint64 pos;

	seal(my_slot());
	pos = recover();
	ck_assert_str_eq(next_record(&pos), "none");
	ck_assert_int_eq(done.refused, 1);
	(void) recover();
	ck_assert_int_eq(done.refused, 0);
}

START_TEST(a_forged_identity_of_a_session_is_refused)
{
	begin_test();
	forge_session(my_slot(), whos[_i], ",\"session\":\"6a.1\"", ",\"pid\":7");
	is_refused();
}
END_TEST

START_TEST(a_forged_identity_of_a_statement_is_refused)
{
	begin_test();
	forge_statement(my_slot(), "statement", "read", "SELECT", whos[_i]);
	is_refused();
}
END_TEST

START_TEST(a_forged_client_is_refused)
{
	begin_test();
	forge_session(my_slot(), ALICE, ",\"session\":\"6a.1\"", clients[_i]);
	is_refused();
}
END_TEST

START_TEST(a_forged_name_is_refused)
{
	begin_test();
	forge_session(my_slot(), ALICE, session_names[_i], ",\"pid\":7");
	is_refused();
}
END_TEST

START_TEST(a_forged_command_is_refused)
{
	begin_test();
	forge_statement(my_slot(), whats[_i][0], whats[_i][1], whats[_i][2], "");
	is_refused();
}
END_TEST

START_TEST(a_forged_number_is_refused)
{
	begin_test();
	/* little-endian: the first bytes are the lowest */
	memcpy((char *) my_slot() + numbers[_i].at,
		   &numbers[_i].value,
		   numbers[_i].size);
	is_refused();
}
END_TEST

/* What the forging ones change is no more than they say. */
START_TEST(what_is_forged_well_is_recorded)
{
	uint64 pos;

	begin_test();
	forge_session(my_slot(), ALICE, ",\"session\":\"6a.1\"", ",\"pid\":7");
	forge_statement(my_slot(), "statement", "read", "SELECT", "");
	seal(my_slot());
	pos = recover();
	has(next_record(&pos), "\"event\":\"statement\"");
	has(next_record(&pos), "\"event\":\"session.end\"");
	ck_assert_int_eq(done.refused, 0);
}
END_TEST

START_TEST(a_changed_byte_of_a_text_is_noticed)
{
	uint64 pos;

	open_session();
	begin_statement("SELECT 1", ALICE);
	if (_i == 0)
		my_slot()->session.text[12] ^= 1;
	else
		my_slot()->statement.text[20] ^= 1;
	pos = recover();
	ck_assert_str_eq(next_record(&pos), "none");
	ck_assert_int_eq(done.refused, 1);
}
END_TEST

START_TEST(random_bytes_are_refused_and_the_others_recorded)
{
	uint64 pos;

	open_session();
	for (int i = 0; i < UNIT_SLOTS; i++)
		if (i != process.pgprocno)
			memset(aud_inflight_slot(header, i), 0xff - i, AUD_INFLIGHT_SLOT_SIZE);
	pos = recover();
	has(next_record(&pos), "\"event\":\"session.end\"");
	ck_assert_str_eq(next_record(&pos), "none");
	ck_assert_int_eq(done.refused, UNIT_SLOTS - 1);
}
END_TEST

static Suite *
inflight_forged_suite(void)
{
	Suite *s = suite_create("inflight_forged");
	TCase *tc = tcase_create("inflight_forged");

	tcase_add_checked_fixture(tc, inflight_setup, inflight_teardown);
	tcase_add_test(tc, a_running_server_writes_the_same_to_the_file);
	tcase_add_test(tc, what_ends_ends_in_the_file_too);
	tcase_add_test(tc,
				   after_a_crash_of_a_backend_nothing_in_the_file_is_believed);
	tcase_add_test(tc,
				   an_owner_killed_while_it_writes_to_both_has_changed_nothing);
	tcase_add_loop_test(tc,
						a_forged_identity_of_a_session_is_refused,
						0,
						COUNT(whos));
	tcase_add_loop_test(tc,
						a_forged_identity_of_a_statement_is_refused,
						0,
						COUNT(whos));
	tcase_add_loop_test(tc, a_forged_client_is_refused, 0, COUNT(clients));
	tcase_add_loop_test(tc, a_forged_name_is_refused, 0, COUNT(session_names));
	tcase_add_loop_test(tc, a_forged_command_is_refused, 0, COUNT(whats));
	tcase_add_loop_test(tc, a_forged_number_is_refused, 0, COUNT(numbers));
	tcase_add_test(tc, what_is_forged_well_is_recorded);
	tcase_add_loop_test(tc, a_changed_byte_of_a_text_is_noticed, 0, 2);
	tcase_add_test(tc, random_bytes_are_refused_and_the_others_recorded);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(inflight_forged);
