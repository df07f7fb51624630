/*-------------------------------------------------------------------------
 *
 * check_buf.c
 *	  The bounded buffer never overruns and always says when it was too small.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "core/buf.h"

START_TEST(a_new_buffer_is_an_empty_string)
{
	char   storage[4] = "xyz";
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	ck_assert_str_eq(b.data, "");
	ck_assert_uint_eq(b.len, 0);
	ck_assert_uint_eq(aud_buf_room(&b), 3);
	ck_assert(!b.truncated);
}
END_TEST

START_TEST(a_buffer_can_be_filled_to_the_last_byte)
{
	char   storage[8];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "abc");
	aud_buf_char(&b, 'd');
	aud_buf_cstr(&b, "efg");
	ck_assert_str_eq(b.data, "abcdefg");
	ck_assert_uint_eq(aud_buf_room(&b), 0);
	ck_assert(!b.truncated);
}
END_TEST

START_TEST(an_append_that_does_not_fit_leaves_nothing_of_itself)
{
	char   storage[8];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "abc");
	aud_buf_lit(&b, "12345");
	ck_assert_str_eq(b.data, "abc");
	ck_assert_uint_eq(b.len, 3);
	ck_assert(b.truncated);
}
END_TEST

START_TEST(after_an_overflow_even_what_would_fit_is_ignored)
{
	char   storage[8];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "too long for it");
	aud_buf_char(&b, 'x');
	ck_assert_ptr_null(aud_buf_reserve(&b, 1));
	ck_assert_str_eq(b.data, "");
	ck_assert(b.truncated);
}
END_TEST

START_TEST(a_length_near_the_end_of_size_t_does_not_wrap_round)
{
	char   storage[8];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "abc");
	ck_assert_ptr_null(aud_buf_reserve(&b, SIZE_MAX));
	ck_assert_str_eq(b.data, "abc");
	ck_assert(b.truncated);
}
END_TEST

START_TEST(reserved_bytes_are_part_of_the_string)
{
	char   storage[8];
	AudBuf b;
	char  *at;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "ab");
	at = aud_buf_reserve(&b, 5);
	ck_assert_ptr_eq(at, storage + 2);
	memcpy(at, "cdefg", 5);
	ck_assert_str_eq(b.data, "abcdefg");
	ck_assert(!b.truncated);
}
END_TEST

START_TEST(appending_nothing_to_a_full_buffer_is_no_overflow)
{
	char   storage[1];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_append(&b, NULL, 0);
	aud_buf_cstr(&b, "");
	ck_assert(!b.truncated);
}
END_TEST

static Suite *
buf_suite(void)
{
	Suite *s = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_test(tc, a_new_buffer_is_an_empty_string);
	tcase_add_test(tc, a_buffer_can_be_filled_to_the_last_byte);
	tcase_add_test(tc, an_append_that_does_not_fit_leaves_nothing_of_itself);
	tcase_add_test(tc, after_an_overflow_even_what_would_fit_is_ignored);
	tcase_add_test(tc, a_length_near_the_end_of_size_t_does_not_wrap_round);
	tcase_add_test(tc, reserved_bytes_are_part_of_the_string);
	tcase_add_test(tc, appending_nothing_to_a_full_buffer_is_no_overflow);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(buf);
