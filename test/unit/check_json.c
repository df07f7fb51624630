/*-------------------------------------------------------------------------
 *
 * check_json.c
 *	  What the JSON writer emits is what a JSON reader gets back.
 *
 * jansson is the judge: it rejects invalid UTF-8, lone surrogates and raw
 * control characters.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_write.h"
#include "core/utf8.h"

#define LAST_CODE_POINT 0x10FFFFu

static char   storage[1 << 16];
static AudBuf out;

static void
fresh_buffer(void)
{
	aud_buf_init(&out, storage, sizeof(storage));
}

/* Decode what is in out, a JSON string; the caller decrefs. */
static json_t *
decoded(void)
{
	json_error_t error;
	json_t      *value = json_loadb(out.data,
                               out.len,
                               JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
                               &error);

	if (value == NULL)
		ck_abort_msg("%s in %s", error.text, out.data);
	REQUIRE(json_is_string(value));
	return value;
}

static void
assert_decodes_to(const char *bytes, size_t len)
{
	json_t *value = decoded();

	REQUIRE(json_string_length(value) == len);
	REQUIRE(memcmp(json_string_value(value), bytes, len) == 0);
	json_decref(value);
}

static bool
must_be_escaped(uint32_t cp)
{
	static const uint32_t others[] = {'"',
									  '\\',
									  0x61C,
									  0x200E,
									  0x200F,
									  0x2028,
									  0x2029,
									  0x202A,
									  0x202B,
									  0x202C,
									  0x202D,
									  0x202E,
									  0x2066,
									  0x2067,
									  0x2068,
									  0x2069,
									  0xFEFF};

	if (cp < 0x20 || (cp >= 0x7F && cp <= 0x9F))
		return true;
	for (int i = 0; i < COUNT(others); i++)
		if (cp == others[i])
			return true;
	return false;
}

START_TEST(jansson_reads_every_code_point_as_it_was_written)
{
	for (uint32_t cp = 1; cp <= LAST_CODE_POINT; cp += (uint32_t) unit_step())
	{
		json_t     *code;
		const char *utf8;
		char        escape[16];

		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;

		/* let jansson make the character, so that no encoder of ours is used */
		if (cp < 0x10000)
			snprintf(escape, sizeof(escape), "\"\\u%04x\"", cp);
		else
			snprintf(escape,
					 sizeof(escape),
					 "\"\\u%04x\\u%04x\"",
					 0xD800 + ((cp - 0x10000) >> 10),
					 0xDC00 + ((cp - 0x10000) & 0x3FF));
		code = json_loads(escape, JSON_DECODE_ANY, NULL);
		REQUIRE(code != NULL);
		utf8 = json_string_value(code);

		fresh_buffer();
		REQUIRE(aud_json_string(&out, utf8, strlen(utf8)));
		assert_decodes_to(utf8, strlen(utf8));
		if ((out.data[1] == '\\') != must_be_escaped(cp))
			ck_abort_msg("U+%04X is written as %s", cp, out.data);
		json_decref(code);
	}
}
END_TEST

static const struct
{
	const char *in;
	const char *json;
	bool        valid;
} escapes[] = {
	{"", "\"\"", true},
	{"SELECT 1", "\"SELECT 1\"", true},
	{"a\"b\\c/d", "\"a\\\"b\\\\c/d\"", true},
	{"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"", true},
	{"\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\\u007f\"", true},
	{"\xC2\x80\xC2\x9F\xC2\xA0", "\"\\u0080\\u009f\xC2\xA0\"", true},
	{"x\xE2\x80\xAEy", "\"x\\u202ey\"", true},
	{"\xE2\x80\xA8\xE2\x80\xA9", "\"\\u2028\\u2029\"", true},
	{"\xEF\xBB\xBF", "\"\\ufeff\"", true},
	{"\xEF\xBF\xBD", "\"\xEF\xBF\xBD\"", true}, /* it was U+FFFD already */
	{"na\xC3\xAFve \xF0\x9F\x94\x92", "\"na\xC3\xAFve \xF0\x9F\x94\x92\"", true},
	{"a\xFFz", "\"a\xEF\xBF\xBDz\"", false},
	{"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"", false},
	{"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"", false},
	{"\xF4\x90\x80\x80",
	 "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"",
	 false},
	/* Unicode 3.9, table 3-8 */
	{"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
	 "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
	 "b\xEF\xBF\xBD"
	 "c\xEF\xBF\xBD\xEF\xBF\xBD"
	 "d\"",
	 false},
};

START_TEST(a_string_is_escaped_exactly_so)
{
	fresh_buffer();
	ck_assert(aud_json_string(&out, escapes[_i].in, strlen(escapes[_i].in)) ==
			  escapes[_i].valid);
	ck_assert_str_eq(out.data, escapes[_i].json);
	ck_assert(!out.truncated);
}
END_TEST

START_TEST(a_nul_byte_becomes_the_replacement_character)
{
	fresh_buffer();
	ck_assert(!aud_json_string(&out, "a\0b", 3));
	ck_assert_str_eq(out.data,
					 "\"a\xEF\xBF\xBD"
					 "b\"");
}
END_TEST

/* Each special byte at each offset of a long run: no wide step may skip it. */
START_TEST(no_byte_hides_in_a_long_clean_run)
{
	static const char specials[] =
		{'"', '\\', '\n', 0x1F, 0x7F, 0x01, (char) 0xFF, (char) 0x80, 0};

	for (int i = 0; i < COUNT(specials); i++)
		for (size_t len = (size_t) _i + 1; len <= 70; len++)
		{
			char text[70];

			memset(text, ' ' + 1 + _i % 90, len);
			text[_i] = specials[i];
			fresh_buffer();
			(void) aud_json_escape(&out, text, len);
			REQUIRE(out.len > len); /* it became longer */
		}
}
END_TEST

static size_t
random_text(char *s, size_t cap)
{
	static const char mixed[] =
		"aaaaaaa  \"\\\n\x01\x7F\x80\x9F\xA8\xAE\xBF\xC2\xC3\xE2\xED\xEF\xF0\xF4\xFF";
	size_t len = (size_t) rand() % cap;
	bool   any_byte = rand() % 2 == 0;

	for (size_t i = 0; i < len; i++)
		s[i] = any_byte ? (char) rand() : mixed[(size_t) rand() % sizeof(mixed)];
	return len;
}

/* What the escaped form must decode to: damage and NUL replaced. */
static size_t
repaired(char *to, const char *s, size_t len, bool *changed)
{
	size_t used = 0;

	*changed = false;
	for (size_t pos = 0; pos < len;)
	{
		uint32_t cp;
		int      n = aud_utf8_decode(s + pos, len - pos, &cp);

		if (n < 0 || cp == 0)
		{
			memcpy(to + used, "\xEF\xBF\xBD", 3);
			used += 3;
			*changed = true;
		}
		else
		{
			memcpy(to + used, s + pos, (size_t) n);
			used += (size_t) n;
		}
		pos += (size_t) abs(n);
	}
	return used;
}

START_TEST(random_bytes_always_parse_and_lose_only_what_is_damaged)
{
	srand(1u + (unsigned int) _i);
	for (int round = 0; round < 10000; round++)
	{
		char   s[200];
		char   expected[3 * sizeof(s)];
		size_t len = random_text(s, sizeof(s));
		bool   changed;
		size_t expected_len = repaired(expected, s, len, &changed);

		fresh_buffer();
		REQUIRE(aud_json_string(&out, s, len) == !changed);
		REQUIRE(!out.truncated);
		assert_decodes_to(expected, expected_len);
	}
}
END_TEST

START_TEST(a_split_text_is_the_whole_text_again_when_joined)
{
	srand(7u);
	for (int round = 0; round < 10000; round++)
	{
		char   s[200];
		char   whole[6 * sizeof(s) + 1];
		size_t len = random_text(s, sizeof(s));
		size_t max_out = 6 + (size_t) rand() % 40;
		size_t pos = 0;
		bool   whole_valid;
		bool   valid = true;

		fresh_buffer();
		whole_valid = aud_json_escape(&out, s, len);
		memcpy(whole, out.data, out.len + 1);

		fresh_buffer();
		while (pos < len)
		{
			size_t before = out.len;
			size_t used =
				aud_json_escape_upto(&out, s + pos, len - pos, max_out, &valid);

			REQUIRE(used > 0);
			REQUIRE(out.len - before <= max_out);
			/* as much as fits: no character takes more than six */
			REQUIRE(pos + used == len || out.len - before > max_out - 6);
			pos += used;
		}
		REQUIRE(strcmp(out.data, whole) == 0);
		REQUIRE(valid == whole_valid);
		REQUIRE(!out.truncated);
	}
}
END_TEST

static const struct
{
	const char *in;
	size_t      max_out;
	const char *json;
	size_t      used;
} limits[] = {
	{"abc", 0, "", 0},
	{"abc", 2, "ab", 2},
	{"abc", 3, "abc", 3},
	{"a\nb", 2, "a", 1},
	{"a\nb", 3, "a\\n", 2},
	{"\x01", 5, "", 0},
	{"\x01", 6, "\\u0001", 1},
	{"\xC3\xA9", 1, "", 0},
	{"\xF0\x9F\x94\x92", 3, "", 0},
	{"\xF0\x9F\x94\x92", 4, "\xF0\x9F\x94\x92", 4},
	{"\xFF", 2, "", 0},
	{"\xFF", 3, "\xEF\xBF\xBD", 1},
};

START_TEST(a_limit_never_splits_a_character_or_an_escape)
{
	fresh_buffer();
	ck_assert_uint_eq(aud_json_escape_upto(&out,
										   limits[_i].in,
										   strlen(limits[_i].in),
										   limits[_i].max_out,
										   NULL),
					  limits[_i].used);
	ck_assert_str_eq(out.data, limits[_i].json);
	ck_assert(!out.truncated);
}
END_TEST

START_TEST(a_character_past_the_limit_is_not_yet_called_invalid)
{
	bool valid = true;

	fresh_buffer();
	ck_assert_uint_eq(aud_json_escape_upto(&out, "ab\xFF", 3, 2, &valid), 2);
	ck_assert(valid);
	ck_assert_uint_eq(aud_json_escape_upto(&out, "\xFF", 1, 3, &valid), 1);
	ck_assert(!valid);
}
END_TEST

/* A buffer of every size: whole units only, and the flag says it was short. */
START_TEST(a_short_buffer_is_cut_between_characters_and_says_so)
{
	static const char   text[] = "a\n\xC3\xA9\xF0\x9F\x94\x92\xFF\x01z";
	static const size_t unit_ends[] = {0, 1, 3, 5, 9, 12, 18, 19};
	char                small[32];
	bool                at_end = false;

	aud_buf_init(&out, small, (size_t) _i + 1);
	(void) aud_json_escape(&out, text, sizeof(text) - 1);
	for (int i = 0; i < COUNT(unit_ends); i++)
		at_end = at_end || out.len == unit_ends[i];
	ck_assert(at_end);
	ck_assert(out.truncated == (_i < 19));
	ck_assert_uint_eq(strlen(out.data), out.len);
}
END_TEST

static const struct
{
	int64_t     value;
	const char *json;
} ints[] = {
	{0, "0"},
	{1, "1"},
	{-1, "-1"},
	{9, "9"},
	{10, "10"},
	{99, "99"},
	{100, "100"},
	{-100, "-100"},
	{1234567, "1234567"},
	{INT64_MAX, "9223372036854775807"},
	{INT64_MIN, "-9223372036854775808"},
};

START_TEST(an_integer_is_written_in_decimal)
{
	fresh_buffer();
	aud_json_int(&out, ints[_i].value);
	ck_assert_str_eq(out.data, ints[_i].json);
}
END_TEST

START_TEST(integers_of_every_length_agree_with_printf)
{
	uint64_t value = 1;

	for (int bits = 0; bits < 64; bits++, value = value << 1 | 1)
	{
		char expected[32];

		fresh_buffer();
		aud_json_uint(&out, value);
		snprintf(expected, sizeof(expected), "%llu", (unsigned long long) value);
		ck_assert_str_eq(out.data, expected);
	}
	ck_assert_str_eq(out.data, "18446744073709551615");
}
END_TEST

static const struct
{
	int64_t     unix_us;
	const char *json;
} times[] = {
	{0, "\"1970-01-01T00:00:00.000000Z\""},
	{-1, "\"1969-12-31T23:59:59.999999Z\""},
	{INT64_C(1769903999123456), "\"2026-01-31T23:59:59.123456Z\""},
	{INT64_C(951782400000000), "\"2000-02-29T00:00:00.000000Z\""},
	{INT64_C(-2203977600000000), "\"1900-02-28T00:00:00.000000Z\""},
	{INT64_C(-2203891200000000), "\"1900-03-01T00:00:00.000000Z\""},
	{INT64_C(253402300799999999), "\"9999-12-31T23:59:59.999999Z\""},
	{INT64_C(-62135596800000000), "\"0001-01-01T00:00:00.000000Z\""},
	{INT64_MAX, "\"9999-12-31T23:59:59.999999Z\""},
	{INT64_MIN, "\"0001-01-01T00:00:00.000000Z\""},
};

START_TEST(a_timestamp_is_rfc_3339_in_utc)
{
	fresh_buffer();
	aud_json_timestamp(&out, times[_i].unix_us);
	ck_assert_str_eq(out.data, times[_i].json);
}
END_TEST

/* A calendar that counts up day by day is the second opinion. */
START_TEST(every_day_of_ten_thousand_years_has_its_date)
{
	static const int days_in[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t          day = -719162; /* 0001-01-01 */

	for (int year = 1; year <= 9999; year++)
		for (int month = 1; month <= 12; month++)
		{
			bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
			int  last = days_in[month - 1] + (month == 2 && leap);

			for (int mday = 1; mday <= last; mday++, day++)
			{
				const char *d = storage + 1;

				fresh_buffer();
				aud_json_timestamp(&out, day * INT64_C(86400000000));
				REQUIRE((d[0] - '0') * 1000 + (d[1] - '0') * 100 +
							(d[2] - '0') * 10 + d[3] - '0' ==
						year);
				REQUIRE((d[5] - '0') * 10 + d[6] - '0' == month);
				REQUIRE((d[8] - '0') * 10 + d[9] - '0' == mday);
			}
		}
	ck_assert_int_eq(day, 2932897); /* 10000-01-01 */
}
END_TEST

START_TEST(every_second_of_a_day_has_its_time)
{
	for (int second = 0; second < 86400; second++)
	{
		char expected[64];

		snprintf(expected,
				 sizeof(expected),
				 "\"2026-01-31T%02d:%02d:%02d.000042Z\"",
				 second / 3600,
				 second / 60 % 60,
				 second % 60);
		fresh_buffer();
		aud_json_timestamp(&out, (INT64_C(1769817600) + second) * 1000000 + 42);
		REQUIRE(strcmp(out.data, expected) == 0);
	}
}
END_TEST

/* Forth and back, within a second and out of it, and out of range. */
START_TEST(a_time_near_the_last_one_is_the_same_text)
{
	static const int64_t steps[] = {
		0,
		1,
		999998,
		1,
		-1,
		-999999,
		500000,
		-500001,
		86400000,
		-86400001,
		99,
		999,
		1000000,
		-1000000,
	};
	AudJsonSecond last = {0};
	int64_t       now = times[_i].unix_us;

	for (int i = 0; i < COUNT(steps); i++)
	{
		char expected[64];

		if ((steps[i] > 0 && now > INT64_MAX - steps[i]) ||
			(steps[i] < 0 && now < INT64_MIN - steps[i]))
			continue;
		now += steps[i];
		fresh_buffer();
		aud_json_timestamp(&out, now);
		strcpy(expected, out.data);
		fresh_buffer();
		aud_json_timestamp_near(&out, &last, now);
		ck_assert_str_eq(out.data, expected);
	}
}
END_TEST

START_TEST(a_time_that_did_not_fit_is_not_taken_for_the_last_one)
{
	AudJsonSecond last = {0};

	aud_buf_init(&out, storage, AUD_JSON_TIMESTAMP_LEN);
	aud_json_timestamp_near(&out, &last, 1);
	ck_assert(out.truncated);
	fresh_buffer();
	aud_json_timestamp_near(&out, &last, 2);
	ck_assert_str_eq(out.data, "\"1970-01-01T00:00:00.000002Z\"");
}
END_TEST

/* RFC 4648, section 10 */
static const struct
{
	const char *in;
	const char *json;
} base64s[] = {
	{"", "\"\""},
	{"f", "\"Zg==\""},
	{"fo", "\"Zm8=\""},
	{"foo", "\"Zm9v\""},
	{"foob", "\"Zm9vYg==\""},
	{"fooba", "\"Zm9vYmE=\""},
	{"foobar", "\"Zm9vYmFy\""},
	{"\xFB\xFF\xBF", "\"+/+/\""},
};

START_TEST(bytes_are_written_in_base64)
{
	fresh_buffer();
	aud_json_base64(&out, base64s[_i].in, strlen(base64s[_i].in));
	ck_assert_str_eq(out.data, base64s[_i].json);
}
END_TEST

START_TEST(a_scalar_is_written_whole_or_not_at_all)
{
	char small[8];

	aud_buf_init(&out, small, sizeof(small));
	aud_json_int(&out, -12345678);
	ck_assert(out.truncated && out.len == 0);
	aud_buf_init(&out, small, sizeof(small));
	aud_json_timestamp(&out, 0);
	ck_assert(out.truncated && out.len == 0);
	aud_buf_init(&out, small, sizeof(small));
	aud_json_base64(&out, "abcdef", 6);
	ck_assert(out.truncated && out.len == 0);
	aud_buf_init(&out, small, sizeof(small));
	aud_json_base64(&out, "", SIZE_MAX); /* refused before it is read */
	ck_assert(out.truncated && out.len == 0);
}
END_TEST

START_TEST(members_begin_with_a_comma_and_their_key)
{
	fresh_buffer();
	aud_json_key(&out, "k");
	aud_buf_lit(&out, "[]");
	ck_assert(aud_json_member(&out, "s", "a\"b", 3));
	ck_assert(!aud_json_member(&out, "bad", "\xFF", 1));
	aud_json_member_word(&out, "w", "word");
	aud_json_member_uint(&out, "u", UINT64_MAX);
	aud_json_member_int(&out, "i", INT64_MIN);
	aud_json_member_bool(&out, "t", true);
	aud_json_member_bool(&out, "f", false);
	aud_json_member_id(&out, "id", UINT64_MAX);
	aud_json_member_raw(&out, "raw", "{\"x\":1}rest", 7);
	ck_assert_str_eq(out.data,
					 ",\"k\":[],\"s\":\"a\\\"b\",\"bad\":\"\xEF\xBF\xBD\""
					 ",\"w\":\"word\",\"u\":18446744073709551615"
					 ",\"i\":-9223372036854775808,\"t\":true,\"f\":false"
					 ",\"id\":\"18446744073709551615\",\"raw\":{\"x\":1}");
}
END_TEST

static Suite *
json_suite(void)
{
	Suite *s = suite_create("json");
	TCase *strings = tcase_create("strings");
	TCase *scalars = tcase_create("scalars");

	tcase_set_timeout(strings, 120);
	tcase_add_test(strings, jansson_reads_every_code_point_as_it_was_written);
	tcase_add_loop_test(strings, a_string_is_escaped_exactly_so, 0, COUNT(escapes));
	tcase_add_test(strings, a_nul_byte_becomes_the_replacement_character);
	tcase_add_loop_test(strings, no_byte_hides_in_a_long_clean_run, 0, 70);
	tcase_add_loop_test(strings,
						random_bytes_always_parse_and_lose_only_what_is_damaged,
						0,
						4);
	tcase_add_test(strings, a_split_text_is_the_whole_text_again_when_joined);
	tcase_add_loop_test(strings,
						a_limit_never_splits_a_character_or_an_escape,
						0,
						COUNT(limits));
	tcase_add_test(strings, a_character_past_the_limit_is_not_yet_called_invalid);
	tcase_add_loop_test(strings,
						a_short_buffer_is_cut_between_characters_and_says_so,
						0,
						24);
	suite_add_tcase(s, strings);

	tcase_set_timeout(scalars, 120);
	tcase_add_loop_test(scalars, an_integer_is_written_in_decimal, 0, COUNT(ints));
	tcase_add_test(scalars, integers_of_every_length_agree_with_printf);
	tcase_add_loop_test(scalars, a_timestamp_is_rfc_3339_in_utc, 0, COUNT(times));
	tcase_add_test(scalars, every_day_of_ten_thousand_years_has_its_date);
	tcase_add_test(scalars, every_second_of_a_day_has_its_time);
	tcase_add_loop_test(scalars,
						a_time_near_the_last_one_is_the_same_text,
						0,
						COUNT(times));
	tcase_add_test(scalars,
				   a_time_that_did_not_fit_is_not_taken_for_the_last_one);
	tcase_add_test(scalars, members_begin_with_a_comma_and_their_key);
	tcase_add_loop_test(scalars, bytes_are_written_in_base64, 0, COUNT(base64s));
	tcase_add_test(scalars, a_scalar_is_written_whole_or_not_at_all);
	suite_add_tcase(s, scalars);
	return s;
}

UNIT_SUITE(json);
