/*-------------------------------------------------------------------------
 *
 * check_rules.c
 *	  The rules file: what is valid, and where it is not.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>
#include <unistd.h>

#include "core/class.h"
#include "core/match/decide.h"
#include "core/match/rules.h"

static AudRules *
parse(const char *text, AudRulesFault *fault)
{
	return aud_rules_parse(text, strlen(text), NULL, fault);
}

START_TEST(rules_are_read_in_their_order)
{
	AudRulesFault fault;
	AudRules     *rules =
		parse("[{\"name\": \"b\", \"match\": {}, \"action\": \"log\"},\n\n"
			  "{\"name\": \"a\", \"match\": {\"user\": \"x\"}, \"action\": \"refuse\",\n"
			  " \"severity\": \"critical\"},\n"
			  "{\"even_protected\": true, \"action\": \"skip\", \"match\": {}, \"name\": "
			  "\"c\"}]",
			  &fault);

	ck_assert_ptr_nonnull(rules);
	ck_assert_int_eq(rules->n, 3);
	ck_assert_str_eq(rules->items[0].name, "b");
	ck_assert_int_eq(rules->items[0].line, 1);
	ck_assert_int_eq(rules->items[0].severity, AUD_SEVERITY_MEDIUM);
	ck_assert_str_eq(rules->items[1].name, "a");
	ck_assert_int_eq(rules->items[1].line, 3);
	ck_assert_int_eq(rules->items[1].action, AUD_RULE_REFUSE);
	ck_assert_int_eq(rules->items[1].severity, AUD_SEVERITY_CRITICAL);
	ck_assert_int_eq(rules->items[2].line, 5);
	ck_assert(rules->items[2].even_protected);
	ck_assert_int_eq(rules->actions,
					 1 << AUD_RULE_LOG | 1 << AUD_RULE_REFUSE |
						 1 << AUD_RULE_SKIP);
	ck_assert_uint_eq(strlen(rules->sha256), AUD_SHA256_DIGITS);
	aud_rules_free(rules);
}
END_TEST

START_TEST(no_rules_are_valid_rules)
{
	AudRulesFault fault;
	AudRules     *rules = parse("[]", &fault);

	ck_assert_ptr_nonnull(rules);
	ck_assert_int_eq(rules->n, 0);
	aud_rules_free(rules);
}
END_TEST

#define RULE(more) \
	"{\"name\": \"r\", \"match\": {}, \"action\": \"log\"" more "}"

static const struct
{
	const char *text;
	int         line;
	int         column;
	const char *message;
} faults[] = {
	{"", 1, 1, "'[' or '{' expected near end of file"},
	{"[\n {\"name\": }\n]", 2, 11, "unexpected token"},
	{"[\n" RULE("") ",\n]", 3, 1, "unexpected token"},
	{"[" RULE(", \"name\": \"x\"") "]", 1, 51, "duplicate object key"},
	{"{}", 1, 1, "expected one array of rules, nested less than 512 deep"},
	{"[1]", 1, 2, "expected a rule, an object with name, match and action"},
	{"[\n  " RULE(", \"sevrity\": \"low\"") "]",
	 2,
	 47,
	 "unknown key of a rule \"sevrity\", perhaps you meant \"severity\""},
	{"[{\"name\": \"a\", \"match\": {}}]", 1, 2, "the rule has no \"action\""},
	{"[{\"name\": \"a\", \"action\": \"log\"}]", 1, 2, "the rule has no \"match\""},
	{"[{\"match\": {}, \"action\": \"log\"}]", 1, 2, "the rule has no \"name\""},
	{"[" RULE("") ",\n" RULE("") "]",
	 2,
	 10,
	 "the name \"r\" is that of the rule in line 1 as well"},
	{"[{\"name\": \"a b\", \"match\": {}, \"action\": \"log\"}]",
	 1,
	 11,
	 "expected a name of up to 63 letters, digits, and . _ -"},
	{"[{\"name\": 5, \"match\": {}, \"action\": \"log\"}]",
	 1,
	 11,
	 "expected a name of up to 63 letters, digits, and . _ -"},
	{"[{\"name\": \"a\", \"match\": [], \"action\": \"log\"}]",
	 1,
	 25,
	 "expected an object of keys to match"},
	{"[{\"name\": \"a\", \"match\": {}, \"action\": \"alret\"}]",
	 1,
	 39,
	 "unknown action \"alret\", perhaps you meant \"alert\""},
	{"[{\"name\": \"a\", \"match\": {}, \"action\": \"alert\", \"severity\": \"hihg\"}]",
	 1,
	 60,
	 "unknown severity \"hihg\", perhaps you meant \"high\""},
	{"[" RULE(", \"severity\": \"low\"") "]",
	 1,
	 58,
	 "only alert and refuse have a severity"},
	{"[" RULE(", \"even_protected\": true") "]",
	 1,
	 64,
	 "only skip has \"even_protected\""},
	{"[{\"name\": \"a\", \"match\": {}, \"action\": \"skip\", \"even_protected\": 1}]",
	 1,
	 65,
	 "expected true or false for \"even_protected\""},
	{"[{\"name\": \"a\", \"match\": {\"rows\": {\"gt\": 1}}, \"action\": \"refuse\"}]",
	 1,
	 25,
	 "a rule cannot refuse by \"rows\", which is known only when the statement has run"},
	{"[{\"name\": \"a\", \"match\": {\"not_outcome\": \"failure\"}, \"action\": \"refuse\"}]",
	 1,
	 25,
	 "a rule cannot refuse by \"outcome\", which is known only when the statement has run"},
	/* columns are counted in characters */
	{"[{\"name\": \"a\", \"match\": {\"user\": \"\xc3\xa4\xc3\xb6\", \"usr\": \"x\"}, \"action\": \"log\"}]",
	 1,
	 40,
	 "unknown key to match \"usr\", perhaps you meant \"user\""},
};

START_TEST(a_fault_is_named_with_line_and_column)
{
	AudRulesFault fault;

	ck_assert_ptr_null(parse(faults[_i].text, &fault));
	ck_assert_str_eq(fault.error.message, faults[_i].message);
	ck_assert_int_eq(fault.line, faults[_i].line);
	ck_assert_int_eq(fault.column, faults[_i].column);
}
END_TEST

START_TEST(a_thousand_rules_are_read_and_no_more)
{
	AudRulesFault fault;
	AudRules     *rules;
	size_t        size = 64 * 1024 + 64 * (AUD_RULES_MAX + 1);
	char         *text = malloc(size);

	for (int n = AUD_RULES_MAX; n <= AUD_RULES_MAX + 1; n++)
	{
		size_t len = 0;

		for (int i = 0; i < n; i++)
			len += (size_t)
				snprintf(text + len,
						 size - len,
						 "%s{\"name\":\"r%d\",\"match\":{},\"action\":\"log\"}",
						 i == 0 ? "[" : ",\n",
						 i);
		text[len++] = ']';
		rules = aud_rules_parse(text, len, NULL, &fault);
		if (n == AUD_RULES_MAX)
			ck_assert_int_eq(rules->items[n - 1].line, n);
		else
			ck_assert_ptr_null(rules);
		aud_rules_free(rules);
	}
	ck_assert_str_eq(fault.error.message, "there are more than 1000 rules");
	free(text);
}
END_TEST

START_TEST(what_is_no_readable_file_has_no_line)
{
	AudRulesFault fault;
	char          path[] = "/tmp/secaudit-rules-XXXXXX";
	int           fd = mkstemp(path);

	ck_assert_ptr_null(aud_rules_load("/nonexistent/rules.json", NULL, &fault));
	ck_assert_str_eq(fault.error.message, "could not open the file");
	ck_assert_int_eq(fault.line, 0);
	ck_assert_ptr_null(aud_rules_load("/dev/zero", NULL, &fault));
	ck_assert_str_eq(fault.error.message, "it is no regular file");
	ck_assert_int_eq(ftruncate(fd, AUD_RULES_FILE_MAX + 1), 0);
	ck_assert_ptr_null(aud_rules_load(path, NULL, &fault));
	ck_assert_str_eq(fault.error.message,
					 "the file is larger than 1048576 bytes");
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(what_is_not_known_hides_nothing)
{
	AudRulesFault fault;
	AudMatchFacts facts = {.outcome = "success"};
	AudRules     *rules =
		parse("[{\"name\": \"l\", \"match\": {\"member_of\": \"x\"}, \"action\": \"log\"},"
			  "{\"name\": \"s\", \"match\": {\"not_member_of\": \"x\"}, \"action\": "
			  "\"skip\"},"
			  "{\"name\": \"a\", \"match\": {\"not_member_of\": \"x\"}, \"action\": "
			  "\"alert\"}]",
			  &fault);

	ck_assert(aud_rule_matches(&rules->items[0], &facts, AUD_MATCH_ALL));
	ck_assert(!aud_rule_matches(&rules->items[1], &facts, AUD_MATCH_ALL));
	ck_assert(aud_rule_matches(&rules->items[2], &facts, AUD_MATCH_ALL));
	aud_rules_free(rules);
}
END_TEST

START_TEST(skip_does_not_hide_what_is_protected)
{
	AudRule       skip = {.action = AUD_RULE_SKIP};
	AudRule       even = {.action = AUD_RULE_SKIP, .even_protected = true};
	AudMatchFacts facts = {.outcome = "success", .classes = AUD_CLASS_READ};

	ck_assert(!aud_decide_facts_are_protected(&facts));
	facts.outcome = "failure";
	ck_assert(aud_decide_facts_are_protected(&facts));
	ck_assert(!aud_decide_is_protected(AUD_CLASS_WRITE, false, false, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_ROLE, false, false, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_DDL, false, false, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_CONFIG, false, false, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_SESSION, false, false, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_READ, false, true, false));
	ck_assert(aud_decide_is_protected(AUD_CLASS_READ, false, false, true));
	ck_assert(aud_decide_counts(&skip, false));
	ck_assert(!aud_decide_counts(&skip, true));
	ck_assert(aud_decide_counts(&even, true));
}
END_TEST

static Suite *
rules_suite(void)
{
	Suite *suite = suite_create("rules");
	TCase *tc = tcase_create("rules");

	tcase_add_test(tc, rules_are_read_in_their_order);
	tcase_add_test(tc, no_rules_are_valid_rules);
	tcase_add_loop_test(tc,
						a_fault_is_named_with_line_and_column,
						0,
						COUNT(faults));
	tcase_add_test(tc, a_thousand_rules_are_read_and_no_more);
	tcase_add_test(tc, what_is_no_readable_file_has_no_line);
	tcase_add_test(tc, what_is_not_known_hides_nothing);
	tcase_add_test(tc, skip_does_not_hide_what_is_protected);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_SUITE(rules);
