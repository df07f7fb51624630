/*-------------------------------------------------------------------------
 *
 * check_redact_places.c
 *	  Constants that are hidden for their places, and those of a text that was
 *	  not understood.
 *
 * A place is marked in the text by '^' in front of it, which is taken out.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/redact/redact.h"

#define R "<redacted>"

static char   storage[1 << 16];
static AudBuf out;

static size_t          at[64];
static AudRedactPlaces places = {.at = at, .count = 0};
static AudRedactPolicy policy = {.places = &places};
static char            sql[1024];

/* Take the marks out. */
static void
mark(const char *marked)
{
	size_t n = 0;

	places.count = 0;
	for (; *marked != '\0'; marked++)
	{
		if (*marked == '^')
			at[places.count++] = n;
		else
			sql[n++] = *marked;
	}
	sql[n] = '\0';
}

static unsigned int
redact(void)
{
	aud_buf_init(&out, storage, sizeof(storage));
	return aud_redact_sql(&out, &policy, sql, strlen(sql));
}

static const struct
{
	const char *marked;
	const char *redacted;
} constants[] = {
	{"a = ^'x' AND b = 'y'", "a = '" R "' AND b = 'y'"},
	{"a = ^'x'AND b='y'", "a = '" R "'AND b='y'"},
	{"a = ^'it''s' OR 'y' = b", "a = '" R "' OR 'y' = b"},
	{"a = ^E'it\\'s' OR 'y' = b", "a = E'" R "' OR 'y' = b"},
	{"a = ^U&'\\0041' UESCAPE '!' OR 'y' = b",
	 "a = U&'" R "' UESCAPE '!' OR 'y' = b"},
	{"a = N^'x' OR b = N'y'", "a = N'" R "' OR b = N'y'"},
	{"a = ^$$x$$ OR b = $q$y$q$", "a = $$" R "$$ OR b = $q$y$q$"},
	{"a = ^$q$SELECT 'x'$q$", "a = $q$" R "$q$"},
	{"a = ^'x'\n 'y' OR b = 'z'", "a = '" R "' OR b = 'z'"},
	{"a = ^''", "a = '" R "'"},
	{"a = ^1 + 2", "a = " R " + 2"},
	{"a IN (^1.5e3,2,^0x1F)", "a IN (" R ",2," R ")"},
	{"a = ^-7 - 7", "a = " R " - 7"},
	{"a=^-7", "a=" R},
	{"a = ^- /* b */ 7 - 8", "a = " R " - 8"},
	{"a = ^+7", "a = " R},
	{"a = ^true OR b = true", "a = " R " OR b = true"},
	{"a = ^FALSE", "a = " R},
	{"extract(^year FROM a) = ^2000", "extract(year FROM a) = " R},
	{"date ^'2000-01-01', interval ^'1' year",
	 "date '" R "', interval '" R "' year"},
	{"a = ^$1 AND b = $2", "a = $1 AND b = $2"},
	{"a = ^'password=x' AND b = 'password=y'",
	 "a = '" R "' AND b = 'password=" R "'"},
	{"password = ^'x' AND b = ^'y'", "password = '" R "' AND b = '" R "'"},
	{"/* 'x' */ a = ^'x' -- 'x'", "/* 'x' */ a = '" R "' -- 'x'"},
	{"\"it's\" = ^'x' AND b = 'y'", "\"it's\" = '" R "' AND b = 'y'"},
	{"DO 'a ''x'''; b = ^'y'", "DO 'a ''x'''; b = '" R "'"},
};

START_TEST(a_constant_is_hidden_where_the_parser_says_it_begins)
{
	mark(constants[_i].marked);
	policy.mode = AUD_REDACT_SECRETS;
	ck_assert(redact() & AUD_REDACTED_TAG || places.count == 1);
	ck_assert_str_eq(out.data, constants[_i].redacted);
}
END_TEST

START_TEST(mode_none_leaves_the_rest)
{
	mark("a = ^'x' AND password = 'y' AND b = 7");
	policy.mode = AUD_REDACT_NONE;
	ck_assert_uint_eq(redact(), AUD_REDACTED_TAG);
	ck_assert_str_eq(out.data, "a = '" R "' AND password = 'y' AND b = 7");
	policy.mode = AUD_REDACT_SECRETS;
}
END_TEST

START_TEST(no_place_changes_nothing)
{
	mark("a = 'x' AND b = 7");
	ck_assert_uint_eq(redact(), 0);
	ck_assert_str_eq(out.data, sql);
}
END_TEST

static const struct
{
	const char *sql;
	const char *redacted;
} unknown[] = {
	{"SELECT 'a', 5 FROM t", "SELECT '" R "', " R " FROM t"},
	{"SELECT \"a\", \"A\", \"a b\", \"1\"",
	 "SELECT \"a\", \"A\", \"" R "\", \"" R "\""},
	{"SELECT 'it's', 'a'", "SELECT '" R},
	{"SELECT 'a", "SELECT '" R},
	{"SELECT $1, true", "SELECT $1, true"},
	{"DO $$BEGIN a := 'x'; b := $q$y$q$; END$$",
	 "DO $$BEGIN a := '" R "'; b := $q$" R "$q$; END$$"},
	{"DO $$SELECT $q$SELECT 'x'$q$, 1$$",
	 "DO $$SELECT $q$SELECT '" R "'$q$, " R "$$"},
	{"DO 'SELECT 1'", "DO '" R "'"},
	{"DO $$SELECT 'x", "DO $$SELECT '" R},
};

START_TEST(a_text_that_is_not_known_has_no_constants)
{
	strcpy(sql, unknown[_i].sql);
	places.count = 0;
	policy.all_literals = true;
	ck_assert_uint_eq(redact(),
					  strcmp(sql, unknown[_i].redacted) == 0 ? 0
															 : AUD_REDACTED_TAG);
	ck_assert_str_eq(out.data, unknown[_i].redacted);
	policy.mode = AUD_REDACT_NONE;
	redact();
	ck_assert_str_eq(out.data, unknown[_i].redacted);
	policy.mode = AUD_REDACT_SECRETS;
	policy.all_literals = false;
}
END_TEST

START_TEST(a_message_quotes_none_of_them)
{
	static const char message[] = "invalid input: \"alice\", not \"bob\"";
	AudRedactSource   source;

	mark("a = ^'alice' OR b = 'bob'");
	policy.mode = AUD_REDACT_NONE;
	source = (AudRedactSource){sql, strlen(sql)};
	aud_buf_init(&out, storage, sizeof(storage));
	ck_assert(
		aud_redact_message(&out, &policy, message, strlen(message), &source, 1) !=
		0);
	ck_assert_str_eq(out.data, "invalid input: \"" R "\", not \"bob\"");
	policy.mode = AUD_REDACT_SECRETS;
}
END_TEST

/* The lexer goes by what is in front of a place, but not past it. */
START_TEST(random_mixtures_stay_within_bounds)
{
	static const char *const parts[] = {
		" ",  "'",  "''",          "\"", "$$", "$q$",   "-- ",  "/*",
		"*/", "\n", "password = ", "E'", ";",  "-",     "1",    "a",
		"(",  ",",  "DO ",         "\\", "^",  "^'x' ", "^-1 ",
	};
	char marked[256];

	srand(8642);
	for (int round = 0; round < 20000; round++)
	{
		int n = rand() % 20;

		marked[0] = '\0';
		while (n-- > 0)
			strcat(marked, parts[(size_t) rand() % COUNT(parts)]);
		mark(marked);
		policy.mode = round % 2 ? AUD_REDACT_SECRETS : AUD_REDACT_NONE;
		policy.all_literals = round % 4 < 2;
		(void) redact();
		REQUIRE(!out.truncated && out.len <= strlen(sql) * (1 + strlen(R)));
	}
	policy.mode = AUD_REDACT_SECRETS;
	policy.all_literals = false;
}
END_TEST

static Suite *
redact_places_suite(void)
{
	Suite *s = suite_create("redact_places");
	TCase *tc = tcase_create("redact_places");

	tcase_add_loop_test(tc,
						a_constant_is_hidden_where_the_parser_says_it_begins,
						0,
						COUNT(constants));
	tcase_add_test(tc, mode_none_leaves_the_rest);
	tcase_add_test(tc, no_place_changes_nothing);
	tcase_add_loop_test(tc,
						a_text_that_is_not_known_has_no_constants,
						0,
						COUNT(unknown));
	tcase_add_test(tc, a_message_quotes_none_of_them);
	tcase_add_test(tc, random_mixtures_stay_within_bounds);
	suite_add_tcase(s, tc);
	return s;
}

UNIT_SUITE(redact_places);
