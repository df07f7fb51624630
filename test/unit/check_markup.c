/*-------------------------------------------------------------------------
 *
 * check_markup.c
 *	  What a report escapes, and the charts that it draws.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/markup/chart.h"

static char   page[65536];
static size_t used;

static void
collect(void *arg, const char *bytes, size_t len)
{
	(void) arg;
	ck_assert_uint_lt(used + len, sizeof(page));
	memcpy(page + used, bytes, len);
	used += len;
	page[used] = '\0';
}

static const AudMarkup markup = {collect, NULL};

static const char *
escaped(const char *s, size_t len, size_t max)
{
	used = 0;
	page[0] = '\0';
	aud_markup_text(&markup, s, len, max);
	return page;
}

static int
occurrences(const char *what)
{
	int n = 0;

	for (const char *at = page; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* ---- text ---------------------------------------------------------------------- */

static const struct
{
	const char *text;
	const char *markup;
} texts[] = {
	{"", ""},
	{"public.card", "public.card"},
	{"Z\xc3\xbcrich", "Z\xc3\xbcrich"},
	{"</script>", "&lt;/script&gt;"},
	{"<svg onload=alert(1)>", "&lt;svg onload=alert(1)&gt;"},
	{"\" x='&amp;", "&quot; x=&#39;&amp;amp;"},
	{"a\xe2\x80\xaegpj", "a&lt;U+202E&gt;gpj"},
	{"a\xe2\x80\x8b", "a&lt;U+200B&gt;"},
	{"\xc2\x85", "&lt;U+0085&gt;"},
	{"\xf3\xa0\x80\x81", "&lt;U+E0001&gt;"},
	{"\x1b[2J\x7f", "&lt;U+001B&gt;[2J&lt;U+007F&gt;"},
	{"a\nb\tc",
	 "a\xe2\x86\xb5"
	 "b c"},
	{"\xff\xc3", "\xef\xbf\xbd\xef\xbf\xbd"},
};

START_TEST(text_of_a_trail_stays_text)
{
	ck_assert_str_eq(escaped(texts[_i].text, strlen(texts[_i].text), 100),
					 texts[_i].markup);
}
END_TEST

START_TEST(a_zero_byte_is_named)
{
	ck_assert_str_eq(escaped("a\0b", 3, 100), "a&lt;U+0000&gt;b");
}
END_TEST

START_TEST(a_long_text_says_how_long_it_is)
{
	ck_assert_str_eq(escaped("abcdef", 6, 6), "abcdef");
	ck_assert_str_eq(escaped("abcdefg", 7, 6), "abcdef\xe2\x80\xa6 (7 bytes)");
	/* not within a character */
	ck_assert_str_eq(escaped("abc\xc3\xbc", 5, 4), "abc\xe2\x80\xa6 (5 bytes)");
}
END_TEST

static const struct
{
	const char *text;
	const char *markup;
} breakables[] = {
	{"10.1.2.3", "10.1.2.3"},
	{"192.168.10.20", "192.168.<wbr>10.20"},
	{"app.card", "app.card"},
	{"accounting.customer_cards", "accounting.<wbr>customer_<wbr>cards"},
	{"count(pg_catalog.text), x", "count(pg_<wbr>catalog.<wbr>text), x"},
	{"authentication failed", "authentication failed"},
	{"ends_with_a_dot.", "ends_with_<wbr>a_dot."},
	{"<<<<<<<<.<wbr>", "&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;.<wbr>&lt;wbr&gt;"},
	{"abcdefgh\xff.x", "abcdefgh\xef\xbf\xbd.<wbr>x"},
};

START_TEST(a_long_name_may_be_broken_at_its_punctuation)
{
	const char *text = breakables[_i].text;

	used = 0;
	page[0] = '\0';
	aud_markup_breakable(&markup, text, strlen(text), 100);
	ck_assert_str_eq(page, breakables[_i].markup);
}
END_TEST

static const char *
number(uint64_t n, int grouped)
{
	used = 0;
	aud_markup_number(&markup, n, grouped);
	return page;
}

START_TEST(digits_come_in_groups_of_three)
{
	ck_assert_str_eq(number(0, 1), "0");
	ck_assert_str_eq(number(999, 1), "999");
	ck_assert_str_eq(number(1000, 1), "1,000");
	ck_assert_str_eq(number(123456, 1), "123,456");
	ck_assert_str_eq(number(1234567, 0), "1234567");
	ck_assert_str_eq(number(UINT64_MAX, 1), "18,446,744,073,709,551,615");
}
END_TEST

/* ---- charts ---------------------------------------------------------------------- */

START_TEST(an_axis_ends_at_a_round_number)
{
	static const uint64_t pairs[][2] = {{0, 1},
										{1, 1},
										{2, 2},
										{3, 5},
										{5, 5},
										{6, 10},
										{11, 20},
										{21, 50},
										{99, 100},
										{100, 100},
										{101, 200},
										{UINT64_MAX, UINT64_MAX}};

	for (size_t i = 0; i < COUNT(pairs); i++)
		ck_assert_uint_eq(aud_chart_ceiling(pairs[i][0]), pairs[i][1]);
}
END_TEST

START_TEST(heat_has_seven_steps_and_the_first_is_none)
{
	ck_assert_int_eq(aud_chart_step(0, 0), 0);
	ck_assert_int_eq(aud_chart_step(0, 100), 0);
	ck_assert_int_eq(aud_chart_step(1, 100), 1);
	ck_assert_int_eq(aud_chart_step(50, 100), 4);
	ck_assert_int_eq(aud_chart_step(99, 100), 6);
	ck_assert_int_eq(aud_chart_step(100, 100), 6);
	ck_assert_int_eq(aud_chart_step(1, UINT64_MAX), 1);
	ck_assert_int_eq(aud_chart_step(UINT64_MAX, UINT64_MAX), 6);
}
END_TEST

static const char *const row_names[] = {"</svg>", "b"};
static const char *const column_names[] = {"read", "write"};

static void
draw(void (*kind)(const AudMarkup *, const AudChart *), const uint64_t *values,
	 size_t n_rows)
{
	const AudChart chart =
		{"c", "A title", "A text", row_names, n_rows, column_names, 2, values};

	used = 0;
	kind(&markup, &chart);
}

START_TEST(a_column_is_as_high_as_its_value)
{
	static const uint64_t values[] = {5, 5, 10, 0};

	draw(aud_chart_stack, values, 2);
	/* 202 high for 10; what is 0 has no field */
	ck_assert_int_eq(occurrences("height=\"101.0\""), 2);
	ck_assert_int_eq(occurrences("height=\"202.0\""), 1);
	ck_assert_int_eq(occurrences("<title>b, write"), 0);
	ck_assert_int_eq(occurrences("<title>b, read: 10</title>"), 1);
	ck_assert_int_eq(occurrences("<svg "), 1);
	ck_assert_int_eq(occurrences("</svg>"), 1);
	ck_assert_int_eq(occurrences("aria-labelledby=\"c-t c-d\""), 1);
	ck_assert_int_eq(occurrences("<title id=\"c-t\">A title</title>"), 1);
}
END_TEST

START_TEST(a_little_is_seen_beside_a_lot)
{
	static const uint64_t values[] = {1, UINT64_MAX, 0, 1};

	draw(aud_chart_stack, values, 2);
	ck_assert_int_eq(occurrences("height=\"0.5\""), 2);
	ck_assert_int_eq(occurrences("=\"-"), 0);
}
END_TEST

START_TEST(a_chart_of_nothing_is_a_chart)
{
	static const uint64_t values[] = {0, 0, 0, 0};

	draw(aud_chart_stack, values, 0);
	ck_assert_int_eq(occurrences("</svg>"), 1);
	draw(aud_chart_heat, values, 0);
	ck_assert_int_eq(occurrences("</svg>"), 1);
	draw(aud_chart_heat, values, 2);
	ck_assert_int_eq(occurrences("class=\"h0\""), 4);
}
END_TEST

START_TEST(the_highest_field_is_the_darkest)
{
	static const uint64_t values[] = {0, 1, 3, 6};

	draw(aud_chart_heat, values, 2);
	ck_assert_int_eq(occurrences("class=\"h0\""), 1);
	ck_assert_int_eq(occurrences("class=\"h2\""), 1);
	ck_assert_int_eq(occurrences("class=\"h4\""), 1);
	ck_assert_int_eq(occurrences("class=\"h6\""), 1);
	ck_assert_int_eq(occurrences("<title>&lt;/svg&gt;, write: 1</title>"), 1);
}
END_TEST

static Suite *
markup_suite(void)
{
	Suite *s = suite_create("markup");
	TCase *tc = tcase_create("markup");

	tcase_add_loop_test(tc, text_of_a_trail_stays_text, 0, COUNT(texts));
	tcase_add_test(tc, a_zero_byte_is_named);
	tcase_add_test(tc, a_long_text_says_how_long_it_is);
	tcase_add_loop_test(tc,
						a_long_name_may_be_broken_at_its_punctuation,
						0,
						COUNT(breakables));
	tcase_add_test(tc, digits_come_in_groups_of_three);
	tcase_add_test(tc, an_axis_ends_at_a_round_number);
	tcase_add_test(tc, heat_has_seven_steps_and_the_first_is_none);
	tcase_add_test(tc, a_column_is_as_high_as_its_value);
	tcase_add_test(tc, a_little_is_seen_beside_a_lot);
	tcase_add_test(tc, a_chart_of_nothing_is_a_chart);
	tcase_add_test(tc, the_highest_field_is_the_darkest);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(markup);
