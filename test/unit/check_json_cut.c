/*-------------------------------------------------------------------------
 *
 * check_json_cut.c
 *	  Members that are too long are cut, and what is left is JSON.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "core/json_write.h"

static const char members[] =
	",\"privileges\":[\"select\",\"insert\"],\"grantees\":[\"a\",\"b\\\"]\",\"c,\","
	"\"\\u0007d\",{\"x\":[1,2]},\"\xC3\xA9\xE2\x82\xAC\"],\"number\":123456789,"
	"\"role\":\"\\u0001\\\\ \xF0\x9F\x98\x80 name that is long\",\"option\":true";

static char   storage[4096];
static char   keys[256];
static AudBuf out;
static AudBuf cut;

static void
cut_to(const char *text, size_t max)
{
	aud_buf_init(&out, storage, sizeof(storage));
	aud_buf_init(&cut, keys, sizeof(keys));
	aud_json_append_cut(&out, text, strlen(text), max, &cut);
}

/* {"first":0 <what was left> }, decoded; the caller decrefs. */
static json_t *
decoded(void)
{
	char         text[5000];
	json_error_t error;
	json_t      *value;

	snprintf(text, sizeof(text), "{\"first\":0%s}", out.data);
	value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	ck_assert_msg(value != NULL, "%s: %s", error.text, text);
	return value;
}

START_TEST(what_fits_is_left_as_it_is)
{
	cut_to(members, sizeof(members) * 8);
	ck_assert_str_eq(out.data, members);
	ck_assert_str_eq(cut.data, "");
}
END_TEST

START_TEST(every_limit_leaves_json_within_it_and_names_what_was_cut)
{
	json_t     *value;
	json_t     *names;
	size_t      i;
	json_t     *name;
	char        list[300];
	const char *key;
	json_t     *kept;
	json_t     *whole;

	cut_to(members, sizeof(members) * 8);
	whole = decoded();
	for (size_t max = 0; max < sizeof(members) + 10; max++)
	{
		cut_to(members, max);
		ck_assert_uint_le(out.len, max);
		value = decoded();
		snprintf(list, sizeof(list), "[%s]", cut.data);
		names = json_loads(list, JSON_REJECT_DUPLICATES, NULL);
		ck_assert_ptr_nonnull(names);
		json_object_foreach(whole, key, kept)
		{
			bool named = false;

			json_array_foreach(names, i, name) named |=
				strcmp(json_string_value(name), key) == 0;
			ck_assert_msg(named || json_equal(kept, json_object_get(value, key)),
						  "%s at %zu",
						  key,
						  max);
		}
		json_decref(names);
		json_decref(value);
	}
	json_decref(whole);
}
END_TEST

START_TEST(a_long_list_keeps_its_beginning_and_short_members_stay)
{
	char    text[2000] = ",\"a\":\"x\",\"list\":[\"0\"";
	json_t *value;
	json_t *list;

	for (int i = 1; i < 100; i++)
		snprintf(text + strlen(text), 16, ",\"%d\"", i);
	strcat(text, "],\"z\":7");
	cut_to(text, 200);
	value = decoded();
	ck_assert_str_eq(cut.data, "\"list\"");
	ck_assert_str_eq(json_string_value(json_object_get(value, "a")), "x");
	ck_assert_int_eq(json_integer_value(json_object_get(value, "z")), 7);
	list = json_object_get(value, "list");
	ck_assert_uint_gt(json_array_size(list), 20);
	ck_assert_str_eq(json_string_value(json_array_get(list, 19)), "19");
	json_decref(value);
}
END_TEST

START_TEST(a_long_string_ends_in_an_ellipsis)
{
	char    text[600] = ",\"role\":\"";
	json_t *value;

	memset(text + strlen(text), 'r', 500);
	strcat(text, "\"");
	cut_to(text, 100);
	value = decoded();
	ck_assert_uint_gt(out.len, 80);
	ck_assert_str_eq(cut.data, "\"role\"");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(value, "role")),
								 "rrr\xE2\x80\xA6"));
	json_decref(value);
}
END_TEST

static Suite *
json_cut_suite(void)
{
	Suite *s = suite_create("json_cut");
	TCase *tc = tcase_create("json_cut");

	tcase_add_test(tc, what_fits_is_left_as_it_is);
	tcase_add_test(tc, every_limit_leaves_json_within_it_and_names_what_was_cut);
	tcase_add_test(tc, a_long_list_keeps_its_beginning_and_short_members_stay);
	tcase_add_test(tc, a_long_string_ends_in_an_ellipsis);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(json_cut);
