/*-------------------------------------------------------------------------
 *
 * check_json_scan.c
 *	  JSON text is read in place, and what is not JSON is not read on.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "core/json_scan.h"

/* Exactly the text, so that a sanitizer sees a read behind it. */
static char *
exact(const char *text, size_t len)
{
	char *copy = malloc(len ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, len);
	return copy;
}

static void
expect(const char *line, const char *key, const char *value)
{
	size_t len = strlen(line);
	char  *copy = exact(line, len);
	char   text[64];

	ck_assert_msg(aud_json_find_copy(copy, len, key, text, sizeof(text)),
				  "no %s in %s",
				  key,
				  line);
	ck_assert_str_eq(text, value);
	free(copy);
}

START_TEST(a_key_is_found_at_the_top_level_only)
{
	const char *line = "{\"q\":\"\\\"seq\\\":9,\",\"o\":[{\"seq\":7}],\"d\":{},"
					   "\"t\":true,\"n\":null,\"f\":-1.5e+3,\"e\":[],\"seq\":12,"
					   "\"s\":\"a\\\\\"}";
	char        text[8];
	uint64_t    n;

	expect(line, "q", "\\\"seq\\\":9,");
	expect(line, "o", "[{\"seq\":7}]");
	expect(line, "d", "{}");
	expect(line, "t", "true");
	expect(line, "n", "null");
	expect(line, "f", "-1.5e+3");
	expect(line, "e", "[]");
	expect(line, "seq", "12");
	expect(line, "s", "a\\\\");
	ck_assert(aud_json_find_uint(line, strlen(line), "seq", &n));
	ck_assert_uint_eq(n, 12);
	ck_assert(!aud_json_find_copy(line, strlen(line), "x", text, 8));
	ck_assert(!aud_json_find_copy(line, strlen(line), "q", text, 8));
}
END_TEST

START_TEST(only_digits_are_a_number)
{
	const char *line =
		"{\"q\":\"7\",\"e\":\"\",\"m\":-7,\"x\":7.5,\"big\":1234567890123456789,\"n\":7}";
	uint64_t n = 0;

	ck_assert(!aud_json_find_uint(line, strlen(line), "q", &n));
	ck_assert(!aud_json_find_uint(line, strlen(line), "e", &n));
	ck_assert(!aud_json_find_uint(line, strlen(line), "m", &n));
	ck_assert(!aud_json_find_uint(line, strlen(line), "x", &n));
	ck_assert(!aud_json_find_uint(line, strlen(line), "big", &n));
	ck_assert(aud_json_find_uint(line, strlen(line), "n", &n));
	ck_assert_uint_eq(n, 7);
}
END_TEST

START_TEST(an_identifier_is_a_string_of_digits_within_64_bits)
{
	const char *line = "{\"max\":\"18446744073709551615\",\"over\":"
					   "\"18446744073709551616\",\"n\":7,\"e\":\"\",\"x\":\"7x\","
					   "\"long\":\"000000000000000000007\"}";
	uint64_t    n = 0;

	ck_assert(aud_json_find_id(line, strlen(line), "max", &n));
	ck_assert(n == UINT64_MAX);
	ck_assert(!aud_json_find_id(line, strlen(line), "over", &n));
	ck_assert(!aud_json_find_id(line, strlen(line), "n", &n));
	ck_assert(!aud_json_find_id(line, strlen(line), "e", &n));
	ck_assert(!aud_json_find_id(line, strlen(line), "x", &n));
	ck_assert(!aud_json_find_id(line, strlen(line), "long", &n));
}
END_TEST

START_TEST(a_word_is_compared_as_a_string)
{
	const char *line = "{\"event\":\"audit.open\",\"n\":12}";
	size_t      len = strlen(line);

	ck_assert(aud_json_find_is(line, len, "event", "audit.open"));
	ck_assert(!aud_json_find_is(line, len, "event", "audit.ope"));
	ck_assert(!aud_json_find_is(line, len, "n", "12"));
	ck_assert(!aud_json_find_is(line, len, "x", ""));
}
END_TEST

START_TEST(a_key_may_be_escaped_and_have_blanks_around)
{
	expect(" {\t\"\\u0073e\\u0071\" : 12 , \"b\":\r\n[ 1 , { \"c\" : 2 } ] } ",
		   "seq",
		   "12");
	expect("{\"a\\/b\":1}", "a/b", "1");
	expect("{\"\\u00e9\\ud83d\\ude00\":1}", "\xC3\xA9\xF0\x9F\x98\x80", "1");
	expect("{\"\":1}", "", "1");
	expect("{\"a\":1,\"a\":2}", "a", "1");
}
END_TEST

/* Whatever is cut off, the search ends inside the text that is left. */
START_TEST(a_cut_line_is_searched_no_further_than_it_goes)
{
	const char *whole =
		"{\"q\":\"\\\"\\u00e9\",\"o\":[{\"seq\":7},[true,-1.5e3]],"
		"\"n\":null,\"last\":12}";
	size_t len = strlen(whole);
	char   text[8];

	for (size_t n = 0; n <= len; n++)
	{
		char *copy = exact(whole, n);

		ck_assert(!aud_json_find_copy(copy, n, "none", text, 8));
		ck_assert(!aud_json_find_damaged(copy, n, "none", text, 8));
		free(copy);
	}
}
END_TEST

static const char *const hostile[] = {
	"",
	"{",
	"}",
	"[]",
	"{]",
	"{,\"a\":1}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":,\"z\":1}",
	"{\"b\":1,}",
	"{\"b\":1 \"z\":2}",
	"{\"b\":1,,\"z\":2}",
	"{\"b\":01,\"z\":2}",
	"{\"b\":-,\"z\":2}",
	"{\"b\":1.,\"z\":2}",
	"{\"b\":.5,\"z\":2}",
	"{\"b\":1e,\"z\":2}",
	"{\"b\":+1,\"z\":2}",
	"{\"b\":1x,\"z\":2}",
	"{\"b\":tru,\"z\":2}",
	"{\"b\":truex,\"z\":2}",
	"{\"b\":NaN,\"z\":2}",
	"{\"b\":'x',\"z\":2}",
	"{b:1,\"z\":2}",
	"{\"b\":\"\x01\",\"z\":2}",
	"{\"b\":\"\n\",\"z\":2}",
	"{\"b\":\"\\x\",\"z\":2}",
	"{\"b\":\"\\u12g4\",\"z\":2}",
	"{\"b\":\"\\u\",\"z\":2}",
	"{\"b\":\"\\",
	"{\"b\":\"\\\"",
	"{\"b\":[1,],\"z\":2}",
	"{\"b\":[,1],\"z\":2}",
	"{\"b\":[1 2],\"z\":2}",
	"{\"b\":[1},\"z\":2}",
	"{\"b\":{1},\"z\":2}",
	"{\"b\":{\"c\"},\"z\":2}",
	"{\"b\":{\"c\":1,},\"z\":2}",
	"{\"b\":{\"c\":1],\"z\":2}",
	"{\"b\":[[[[}]]],\"z\":2}",
	"{\"b\":[\"]\",\"z\":2}",
};

START_TEST(what_is_not_json_is_not_read_on)
{
	size_t        len = strlen(hostile[_i]);
	char         *copy = exact(hostile[_i], len);
	AudJsonScan   s;
	AudJsonMember m;
	AudJsonValue  value;

	ck_assert(!aud_json_find(copy, len, "z", &value));
	aud_json_scan_object(&s, copy, len);
	while (aud_json_scan_member(&s, &m))
		ck_assert(m.start >= copy && m.end <= copy + len);
	ck_assert(!s.ended);
	ck_assert(!aud_json_scan_member(&s, &m));
	free(copy);
}
END_TEST

/*
 * Many bytes of a string are looked at in one step.  Whatever stands at
 * whatever distance from its beginning and from the end of the text is found in
 * its place. In "what", @ stands for NUL.
 */
static void
expect_in_string(int before, const char *what, int behind, bool good)
{
	static const char filler[] = "a\xC3\xA9\xA2\xDC\x7F b\x9F";
	char              line[160] = "{\"k\":\"";
	size_t            start = strlen(line);
	size_t            len = start;
	char             *copy;
	AudJsonValue      value;

	for (int i = 0; i < before; i++)
		line[len++] = filler[(size_t) i % (sizeof(filler) - 1)];
	for (const char *p = what; *p != '\0'; p++)
		line[len++] = *p == '@' ? '\0' : *p;
	for (int i = 0; i < behind; i++)
		line[len++] = filler[(size_t) i % (sizeof(filler) - 1)];
	line[len++] = '"';
	line[len++] = '}';
	copy = exact(line, len);
	ck_assert_msg(aud_json_find(copy, len, "k", &value) == good,
				  "%d bytes, %s, %d bytes",
				  before,
				  what,
				  behind);
	if (good)
	{
		ck_assert_ptr_eq(value.text, copy + start);
		ck_assert_uint_eq(value.len, len - start - 2);
	}
	free(copy);
}

START_TEST(a_string_ends_at_its_quote_however_long_it_is)
{
	for (int before = 0; before <= 40; before++)
		for (int behind = 0; behind <= 40; behind++)
		{
			expect_in_string(before, "", behind, true);
			expect_in_string(before, "\\\"", behind, true);
			expect_in_string(before, "\\\\\\n", behind, true);
			expect_in_string(before, "\\u00e9", behind, true);
			expect_in_string(before, "\x1F", behind, false);
			expect_in_string(before, "@", behind, false);
			expect_in_string(before, "\\a", behind, false);
		}
}
END_TEST

/* Nested as deep as that, with brackets of both kinds. */
static char *
nested(int depth, size_t *len)
{
	char  *text = malloc((size_t) depth * 8 + 64);
	AudBuf b;

	ck_assert_ptr_nonnull(text);
	aud_buf_init(&b, text, (size_t) depth * 8 + 64);
	aud_buf_lit(&b, "{\"b\":");
	for (int i = 0; i < depth; i++)
		aud_buf_cstr(&b, i % 2 ? "{\"k\":" : "[");
	aud_buf_lit(&b, "1");
	for (int i = depth; i-- > 0;)
		aud_buf_char(&b, i % 2 ? '}' : ']');
	aud_buf_lit(&b, ",\"z\":2}");
	*len = b.len;
	return text;
}

START_TEST(depth_has_a_limit)
{
	size_t       len;
	char        *text = nested(AUD_JSON_DEPTH_MAX, &len);
	AudJsonValue value;

	ck_assert(aud_json_find(text, len, "z", &value));
	free(text);
	text = nested(AUD_JSON_DEPTH_MAX + 1, &len);
	ck_assert(!aud_json_find(text, len, "z", &value));
	free(text);
	text = nested(1000000, &len);
	ck_assert(!aud_json_find(text, len, "z", &value));
	free(text);
}
END_TEST

START_TEST(members_and_elements_come_one_after_the_other)
{
	const char   *bare = ",\"a\":1,\"b\":[true,{\"x\":[]},\"s\"]";
	AudJsonScan   s;
	AudJsonMember m;
	AudJsonValue  value;

	aud_json_scan_members(&s, bare, strlen(bare));
	ck_assert(aud_json_scan_member(&s, &m));
	ck_assert(aud_json_key_is(&m, "a") && m.value.kind == AUD_JSON_NUMBER);
	ck_assert(m.start == bare + 1 && m.end == bare + 6);
	ck_assert(aud_json_scan_member(&s, &m));
	ck_assert(aud_json_key_is(&m, "b") && m.value.kind == AUD_JSON_ARRAY);
	ck_assert(!aud_json_key_is(&m, "bb") && !aud_json_key_is(&m, ""));
	ck_assert(!aud_json_scan_member(&s, &m) && s.ended);

	ck_assert(aud_json_find_member(bare, strlen(bare), "b", &value));
	ck_assert(!aud_json_find_member(bare, strlen(bare), "x", &value));
	ck_assert(!aud_json_find_member(bare + 1, strlen(bare) - 1, "a", &value));
	ck_assert(!aud_json_find_member(bare, 0, "a", &value));

	aud_json_scan_array(&s, value.text, value.len);
	ck_assert(aud_json_scan_element(&s, &value) && value.kind == AUD_JSON_BOOL);
	ck_assert(aud_json_scan_element(&s, &value) && value.kind == AUD_JSON_OBJECT);
	ck_assert(aud_json_scan_element(&s, &value) && value.kind == AUD_JSON_STRING);
	ck_assert(value.len == 1 && *value.text == 's');
	ck_assert(!aud_json_scan_element(&s, &value) && s.ended);
}
END_TEST

START_TEST(an_empty_array_or_object_has_nothing)
{
	AudJsonScan   s;
	AudJsonValue  value;
	AudJsonMember m;

	aud_json_scan_array(&s, "[ ]", 3);
	ck_assert(!aud_json_scan_element(&s, &value) && s.ended);
	aud_json_scan_object(&s, "{}", 2);
	ck_assert(!aud_json_scan_member(&s, &m) && s.ended);
	aud_json_scan_array(&s, "[1,]", 4);
	ck_assert(aud_json_scan_element(&s, &value));
	ck_assert(!aud_json_scan_element(&s, &value) && !s.ended);
}
END_TEST

START_TEST(a_damaged_line_still_gives_what_is_behind_the_damage)
{
	const char *line = "{\"v\":1,\x01\"prev_h\":\"abc\",\"prev_seq\":12}";
	size_t      len = strlen(line);
	char        text[8];

	ck_assert(!aud_json_find_copy(line, len, "prev_h", text, sizeof(text)));
	ck_assert(aud_json_find_damaged(line, len, "prev_h", text, sizeof(text)));
	ck_assert_str_eq(text, "abc");
	ck_assert(aud_json_find_damaged(line, len, "prev_seq", text, sizeof(text)));
	ck_assert_str_eq(text, "12");
	ck_assert(!aud_json_find_damaged(line, len, "prev_h", text, 3));
	ck_assert(!aud_json_find_damaged("\"a\":", 4, "a", text, sizeof(text)));
}
END_TEST

static const struct
{
	const char *in;
	const char *out; /* NULL: it is refused */
} escapes[] = {
	{"", ""},
	{"plain", "plain"},
	{"\\b\\f\\n\\r\\t\\\"\\\\\\/", "\b\f\n\r\t\"\\/"},
	{"a\\u0041\\u00e9\\u20AC\\ud83d\\ude00z",
	 "aA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"},
	{"\\u0000", NULL},
	{"\\ud83d", NULL},
	{"\\ud83dx", NULL},
	{"\\ud83d\\n", NULL},
	{"\\ud83d\\u0041", NULL},
	{"\\ude00", NULL},
	{"\\", NULL},
	{"\\u", NULL},
	{"\\u123", NULL},
	{"\\x41", NULL},
	{"0123456789012345678901234567890123456789", NULL}, /* too long */
};

START_TEST(escapes_are_undone_or_refused)
{
	size_t len = strlen(escapes[_i].in);
	char  *copy = exact(escapes[_i].in, len);
	char   storage[33];
	AudBuf b;

	aud_buf_init(&b, storage, sizeof(storage));
	aud_buf_lit(&b, "+");
	if (escapes[_i].out != NULL)
	{
		ck_assert(aud_json_unescape(&b, copy, len));
		ck_assert_str_eq(b.data + 1, escapes[_i].out);
	}
	else
	{
		ck_assert(!aud_json_unescape(&b, copy, len));
		ck_assert_str_eq(b.data, "+");
		ck_assert(!b.truncated);
	}
	free(copy);
}
END_TEST

static Suite *
json_scan_suite(void)
{
	Suite *s = suite_create("json_scan");
	TCase *tc = tcase_create("json_scan");

	tcase_add_test(tc, a_key_is_found_at_the_top_level_only);
	tcase_add_test(tc, only_digits_are_a_number);
	tcase_add_test(tc, an_identifier_is_a_string_of_digits_within_64_bits);
	tcase_add_test(tc, a_word_is_compared_as_a_string);
	tcase_add_test(tc, a_key_may_be_escaped_and_have_blanks_around);
	tcase_add_test(tc, a_cut_line_is_searched_no_further_than_it_goes);
	tcase_add_loop_test(tc, what_is_not_json_is_not_read_on, 0, COUNT(hostile));
	tcase_add_test(tc, a_string_ends_at_its_quote_however_long_it_is);
	tcase_add_test(tc, depth_has_a_limit);
	tcase_add_test(tc, members_and_elements_come_one_after_the_other);
	tcase_add_test(tc, an_empty_array_or_object_has_nothing);
	tcase_add_test(tc, a_damaged_line_still_gives_what_is_behind_the_damage);
	tcase_add_loop_test(tc, escapes_are_undone_or_refused, 0, COUNT(escapes));
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(json_scan);
