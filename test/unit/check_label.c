/*-------------------------------------------------------------------------
 *
 * check_label.c
 *	  Security labels: what is one, and what is said of what is none.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "core/label.h"

#define SIXTY_THREE \
	"a23456789-123456789_123456789-123456789_123456789-123456789_123"
#define SIXTEEN "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p"

static const struct
{
	const char *text;
	int         n;
	const char *first;
	const char *last;
} labels[] = {
	{"phi", 1, "phi", "phi"},
	{"pci, pii", 2, "pci", "pii"},
	{"pii,pci", 2, "pii", "pci"},
	{"  a1-b_c\t,\n z  ", 2, "a1-b_c", "z"},
	{SIXTY_THREE, 1, SIXTY_THREE, SIXTY_THREE},
	{SIXTEEN, 16, "a", "p"},
};

static bool
tag_is(const AudLabel *label, int i, const char *name)
{
	return label->tags[i].len == strlen(name) &&
		   memcmp(label->tags[i].name, name, strlen(name)) == 0;
}

START_TEST(a_label_is_its_tags_in_their_order)
{
	AudLabel label;
	AudError error = {0};

	ck_assert(aud_label_parse(&label, labels[_i].text, &error));
	ck_assert(!error.set);
	ck_assert_int_eq(label.n, labels[_i].n);
	ck_assert(tag_is(&label, 0, labels[_i].first));
	ck_assert(tag_is(&label, label.n - 1, labels[_i].last));
}
END_TEST

static const struct
{
	const char *text;
	const char *says;
} faults[] = {
	{"", "A tag is missing at character 1."},
	{"  ", "A tag is missing at character 3."},
	{",phi", "A tag is missing at character 1."},
	{"phi,", "A tag is missing at character 5."},
	{"phi, ,pii", "A tag is missing at character 6."},
	{"PHI", "Tags are written in lower case: \"P\" at character 1."},
	{"pci, pIi", "Tags are written in lower case: \"I\" at character 7."},
	{"pci pii", "A comma is missing at character 5."},
	{"pci;pii", "\";\" cannot be in a tag, at character 4."},
	{"1st", "A tag cannot begin with \"1\", at character 1."},
	{"_x", "A tag cannot begin with \"_\", at character 1."},
	{"a,-x", "A tag cannot begin with \"-\", at character 3."},
	{"*", "A tag cannot begin with \"*\", at character 1."},
	{"a\"b", "\"\"\" cannot be in a tag, at character 2."},
	{"caf\xc3\xa9", "The character at position 4 cannot be in a tag."},
	{"a\001", "The character at position 2 cannot be in a tag."},
	{"pci, pii , pci", "The tag \"pci\" is there twice, again at character 12."},
	{"x," SIXTY_THREE "4",
	 "The tag at character 3 has 64 characters, more than 63."},
	{SIXTEEN ",q", "There are more than 16 tags, the next one at character 33."},
};

START_TEST(what_is_no_label_is_refused_with_what_is_wrong_and_where)
{
	AudLabel label;
	AudError error = {0};

	ck_assert(!aud_label_parse(&label, faults[_i].text, &error));
	ck_assert_str_eq(error.message, faults[_i].says);
}
END_TEST

static Suite *
label_suite(void)
{
	Suite *suite = suite_create("label");
	TCase *tcase = tcase_create("label");

	tcase_add_loop_test(tcase,
						a_label_is_its_tags_in_their_order,
						0,
						COUNT(labels));
	tcase_add_loop_test(tcase,
						what_is_no_label_is_refused_with_what_is_wrong_and_where,
						0,
						COUNT(faults));
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_SUITE(label);
