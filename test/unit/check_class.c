/*-------------------------------------------------------------------------
 *
 * check_class.c
 *	  Names of classes: known ones, and those that are spelled nearly so.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/class.h"

static const struct
{
	const char *word;
	const char *nearest; /* NULL: none is near */
} words[] = {
	{"raed", "read"},
	{"READS", "read"},
	{"wrte", "write"},
	{"functions", "function"},
	{"dll", "ddl"},
	{"dd", "ddl"},
	{"mics_set", "misc_set"},
	{"transactions", "transaction"},
	{"al", "all"},
	{"nome", "none"},
	{"", NULL},
	{"x", NULL},
	{"everything", NULL},
	{"xyzzy", NULL},
	{"a word that is longer than any that could be near", NULL},
};

START_TEST(the_nearest_class_is_named)
{
	const char *nearest =
		aud_class_nearest(words[_i].word, strlen(words[_i].word));

	if (words[_i].nearest == NULL)
		ck_assert_ptr_null(nearest);
	else
	{
		ck_assert_ptr_nonnull(nearest);
		ck_assert_str_eq(nearest, words[_i].nearest);
	}
}
END_TEST

START_TEST(only_the_word_itself_is_read)
{
	ck_assert_str_eq(aud_class_nearest("raed, write", 4), "read");
}
END_TEST

START_TEST(a_class_is_known_in_any_case)
{
	ck_assert_int_eq(aud_class_by_name("Read", 4), AUD_CLASS_READ);
	ck_assert_int_eq(aud_class_by_name("rea", 3), 0);
}
END_TEST

static Suite *
class_suite(void)
{
	Suite *suite = suite_create("class");
	TCase *tcase = tcase_create("class");

	tcase_add_loop_test(tcase, the_nearest_class_is_named, 0, COUNT(words));
	tcase_add_test(tcase, only_the_word_itself_is_read);
	tcase_add_test(tcase, a_class_is_known_in_any_case);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_SUITE(class);
