/*-------------------------------------------------------------------------
 *
 * check_utf8.c
 *	  Decoding of valid and damaged UTF-8, and cuts between characters.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

#define LAST_CODE_POINT 0x10FFFFu

/* An encoder of its own: a mistake shared with the decoder would not show. */
static int
encode(char *out, uint32_t cp)
{
	if (cp < 0x80)
	{
		out[0] = (char) cp;
		return 1;
	}
	if (cp < 0x800)
	{
		out[0] = (char) (0xC0 | cp >> 6);
		out[1] = (char) (0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000)
	{
		out[0] = (char) (0xE0 | cp >> 12);
		out[1] = (char) (0x80 | (cp >> 6 & 0x3F));
		out[2] = (char) (0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char) (0xF0 | cp >> 18);
	out[1] = (char) (0x80 | (cp >> 12 & 0x3F));
	out[2] = (char) (0x80 | (cp >> 6 & 0x3F));
	out[3] = (char) (0x80 | (cp & 0x3F));
	return 4;
}

START_TEST(every_code_point_but_the_surrogates_decodes_to_itself)
{
	for (uint32_t cp = 0; cp <= LAST_CODE_POINT; cp++)
	{
		char     s[4];
		int      n = encode(s, cp);
		uint32_t got;

		if (cp >= 0xD800 && cp <= 0xDFFF)
		{
			REQUIRE(aud_utf8_decode(s, (size_t) n, &got) == -1);
			REQUIRE(!aud_utf8_valid(s, (size_t) n));
			continue;
		}
		REQUIRE(aud_utf8_decode(s, (size_t) n, &got) == n);
		REQUIRE(got == cp);
		REQUIRE(aud_utf8_valid(s, (size_t) n));
		for (int cut = 1; cut < n; cut++)
		{
			REQUIRE(aud_utf8_decode(s, (size_t) cut, &got) == -cut);
			REQUIRE(got == 0xFFFD);
		}
	}
}
END_TEST

/* The first unit of each; the examples of Unicode 3.9 are among them. */
static const struct
{
	const char *bytes;
	int         decoded;
} damaged[] = {
	{"\x80", -1},             /* continuation on its own */
	{"\xBF\x80", -1},         /* each of them is a unit */
	{"\xC0\xAF", -1},         /* overlong / */
	{"\xC1\xBF", -1},         /* overlong U+007F */
	{"\xE0\x80\xAF", -1},     /* overlong in three */
	{"\xE0\x9F\xBF", -1},     /* the last overlong one in three */
	{"\xED\xA0\x80", -1},     /* first surrogate */
	{"\xED\xBF\xBF", -1},     /* last surrogate */
	{"\xF0\x80\x80\xAF", -1}, /* overlong in four */
	{"\xF0\x8F\xBF\xBF", -1}, /* the last overlong one in four */
	{"\xF4\x90\x80\x80", -1}, /* U+110000 */
	{"\xF5\x80\x80\x80", -1}, /* never a lead byte */
	{"\xFE", -1},
	{"\xFF", -1},
	{"\xC3", -1},
	{"\xC3\x41", -1},
	{"\xE1\x80\xE2", -2},
	{"\xE2\x82", -2},
	{"\xF0\x91\x92", -3},
	{"\xF1\xBF\x41", -2},
	{"\xF1\x80\x80\x41", -3},
};

START_TEST(a_damaged_sequence_is_as_long_as_its_maximal_subpart)
{
	uint32_t cp;

	ck_assert_int_eq(aud_utf8_decode(damaged[_i].bytes,
									 strlen(damaged[_i].bytes),
									 &cp),
					 damaged[_i].decoded);
	ck_assert_uint_eq(cp, 0xFFFD);
	ck_assert_uint_eq(aud_utf8_valid_prefix(damaged[_i].bytes,
											strlen(damaged[_i].bytes)),
					  0);
}
END_TEST

/* Damage at each offset of a long text: the eight-byte steps must not skip it. */
START_TEST(the_valid_prefix_ends_at_the_damage)
{
	char text[41];

	memset(text, 'a', sizeof(text));
	text[_i] = (char) 0xFF;
	ck_assert_uint_eq(aud_utf8_valid_prefix(text, sizeof(text)), (size_t) _i);
	text[_i] = 'a';
	ck_assert(aud_utf8_valid(text, sizeof(text)));
}
END_TEST

static const struct
{
	const char *text;
	size_t      pos;
	size_t      down;
	size_t      up;
} cuts[] = {
	{"", 0, 0, 0},
	{"", 7, 0, 0},
	{"abc", 0, 0, 0},
	{"abc", 2, 2, 2},
	{"abc", 3, 3, 3},
	{"abc", 99, 3, 3},
	{"a\xC3\xA9z", 1, 1, 1},
	{"a\xC3\xA9z", 2, 1, 3},
	{"a\xC3\xA9z", 3, 3, 3},
	{"\xE2\x82\xAC\xE2\x82\xAC", 1, 0, 3},
	{"\xE2\x82\xAC\xE2\x82\xAC", 2, 0, 3},
	{"\xE2\x82\xAC\xE2\x82\xAC", 3, 3, 3},
	{"\xE2\x82\xAC\xE2\x82\xAC", 5, 3, 6},
	{"\xF0\x9F\x94\x92!", 1, 0, 4},
	{"\xF0\x9F\x94\x92!", 3, 0, 4},
	{"\xF0\x9F\x94\x92!", 4, 4, 4},
	{"\x80\x80\x80\x80\x80", 3, 3, 3}, /* five units of one byte */
	{"\xC3\xA9\xA9\xA9", 2, 2, 2},     /* stray after a whole character */
	{"\xC3\xA9\xA9\xA9", 3, 3, 3},
	{"\xF0\x9F\x94z", 2, 0, 3}, /* a damaged unit stays whole */
	{"\xE0\x80\x80", 1, 1, 1},  /* three damaged units */
	{"\xF0\x9F\x94", 3, 3, 3},
};

START_TEST(a_cut_is_moved_out_of_the_character_it_falls_into)
{
	size_t len = strlen(cuts[_i].text);

	ck_assert_uint_eq(aud_utf8_align_down(cuts[_i].text, len, cuts[_i].pos),
					  cuts[_i].down);
	ck_assert_uint_eq(aud_utf8_align_up(cuts[_i].text, len, cuts[_i].pos),
					  cuts[_i].up);
}
END_TEST

/* Against the slow way: decode from the start and look what pos falls into. */
START_TEST(cuts_of_random_bytes_fall_between_the_units_of_the_whole)
{
	static const char bytes[] =
		"a\x80\x8F\x90\x9F\xA0\xBF\xC2\xE0\xE1\xED\xF0\xF4\xFF";

	srand(20260131u);
	for (int round = 0; round < 20000; round++)
	{
		char   s[12];
		size_t unit = 0;

		for (size_t i = 0; i < sizeof(s); i++)
			s[i] = bytes[(size_t) rand() % (sizeof(bytes) - 1)];
		while (unit < sizeof(s))
		{
			uint32_t cp;
			size_t   n =
				(size_t) abs(aud_utf8_decode(s + unit, sizeof(s) - unit, &cp));

			REQUIRE(aud_utf8_align_down(s, sizeof(s), unit) == unit);
			REQUIRE(aud_utf8_align_up(s, sizeof(s), unit) == unit);
			for (size_t inside = unit + 1; inside < unit + n; inside++)
			{
				REQUIRE(aud_utf8_align_down(s, sizeof(s), inside) == unit);
				REQUIRE(aud_utf8_align_up(s, sizeof(s), inside) == unit + n);
			}
			unit += n;
		}
	}
}
END_TEST

static Suite *
utf8_suite(void)
{
	Suite *s = suite_create("utf8");
	TCase *tc = tcase_create("utf8");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_code_point_but_the_surrogates_decodes_to_itself);
	tcase_add_loop_test(tc,
						a_damaged_sequence_is_as_long_as_its_maximal_subpart,
						0,
						COUNT(damaged));
	tcase_add_loop_test(tc, the_valid_prefix_ends_at_the_damage, 0, 41);
	tcase_add_loop_test(tc,
						a_cut_is_moved_out_of_the_character_it_falls_into,
						0,
						COUNT(cuts));
	tcase_add_test(tc, cuts_of_random_bytes_fall_between_the_units_of_the_whole);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(utf8);
