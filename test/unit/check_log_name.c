/*-------------------------------------------------------------------------
 *
 * check_log_name.c
 *	  No reader takes the name of a trail for a number.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "core/log_name.h"

static const unsigned char (*draws)[8];
static int n_draws;

static bool
draw_next(void *bytes, size_t n)
{
	if (n_draws == 0)
		return false;
	memcpy(bytes, *draws++, n);
	n_draws--;
	return true;
}

/* What looks like a number, and one that begins with e, are drawn again. */
START_TEST(a_name_that_could_be_a_number_is_drawn_again)
{
	static const unsigned char list[][8] = {
		{0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56}, /* digits */
		{0x12, 0x34, 0x5e, 0x67, 0x89, 0x01, 0x23, 0x45}, /* 12345e... */
		{0xe1, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45},
		{0x1a, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45}, /* a reader of prefixes */
		{0xc1, 0x23, 0x45, 0x67, 0x89, 0x01, 0x23, 0x45},
	};
	char name[AUD_LOG_NAME_LEN + 1];

	draws = list;
	n_draws = COUNT(list);
	ck_assert(aud_log_name_draw(name, draw_next));
	ck_assert_str_eq(name, "c123456789012345");
	ck_assert_int_eq(n_draws, 0);
}
END_TEST

START_TEST(no_random_numbers_no_name)
{
	char name[AUD_LOG_NAME_LEN + 1];

	n_draws = 0;
	ck_assert(!aud_log_name_draw(name, draw_next));
}
END_TEST

static uint64_t state = 88172645463325252u;

static bool
draw_many(void *bytes, size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	memcpy(bytes, &state, n);
	return true;
}

START_TEST(every_name_begins_with_a_letter_that_no_number_has)
{
	int seen[256] = {0};

	for (int i = 0; i < 10000; i++)
	{
		char name[AUD_LOG_NAME_LEN + 1];

		REQUIRE(aud_log_name_draw(name, draw_many));
		REQUIRE(strlen(name) == AUD_LOG_NAME_LEN);
		REQUIRE(strspn(name, "0123456789abcdef") == AUD_LOG_NAME_LEN);
		seen[(unsigned char) name[0]]++;
	}
	/* all of them, and about as often */
	for (const char *c = "abcdf"; *c != '\0'; c++)
		ck_assert_int_gt(seen[(unsigned char) *c], 1500);
	ck_assert_int_eq(seen['a'] + seen['b'] + seen['c'] + seen['d'] + seen['f'],
					 10000);
}
END_TEST

static bool
draw_zeros(void *bytes, size_t n)
{
	memset(bytes, 0, n);
	return true;
}

START_TEST(a_source_that_is_stuck_ends)
{
	char name[AUD_LOG_NAME_LEN + 1];

	ck_assert(!aud_log_name_draw(name, draw_zeros));
}
END_TEST

START_TEST(a_name_has_16_digits_and_no_more)
{
	ck_assert(aud_log_name_begins("a0112233aabbccdd"));
	ck_assert(aud_log_name_begins("9503217850214360:7"));
	ck_assert(!aud_log_name_begins("a0112233aabbccd"));
	ck_assert(!aud_log_name_begins("a0112233aabbccdde"));
	ck_assert(!aud_log_name_begins("A0112233aabbccdd"));
	ck_assert(!aud_log_name_begins(""));
}
END_TEST

static Suite *
log_name_suite(void)
{
	Suite *suite = suite_create("log_name");
	TCase *tcase = tcase_create("names");

	tcase_add_test(tcase, a_name_that_could_be_a_number_is_drawn_again);
	tcase_add_test(tcase, no_random_numbers_no_name);
	tcase_add_test(tcase, every_name_begins_with_a_letter_that_no_number_has);
	tcase_add_test(tcase, a_source_that_is_stuck_ends);
	tcase_add_test(tcase, a_name_has_16_digits_and_no_more);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_SUITE(log_name);
