/*-------------------------------------------------------------------------
 *
 * check_match.c
 *	  The match language: what a condition says of facts.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>
#include <time.h>

#include "core/match/glob.h"
#include "core/match/match.h"
#include "core/match/record_facts.h"

static const struct
{
	const char *glob;
	const char *text;
	bool        matches;
} globs[] = {
	{"app", "app", true},
	{"app", "apps", false},
	{"app", "ap", false},
	{"app_*", "app_", true},
	{"app_*", "app_web", true},
	{"app_*", "xapp_web", false},
	{"*", "", true},
	{"?", "", false},
	{"?", "a", true},
	{"?", "\xc3\xa4", true},
	{"??", "\xc3\xa4", false},
	{"?", "\xff", true},
	{"*b*d", "abcd", true},
	{"*b*d", "abdc", false},
	{"*ab", "aaab", true},
	{"a**b", "ab", true},
	{"public.[a-z]", "public.x", false},
	{"public.[a-z]", "public.[a-z]", true},
	{"a\\*", "a\\b", true},
	{"a\\*", "a*", false},
	{"\"my \"\"T*\"", "\"my \"\"Table\"", true},
};

START_TEST(a_glob_knows_stars_and_question_marks_only)
{
	ck_assert_int_eq(aud_glob_match(globs[_i].glob, globs[_i].text, false),
					 globs[_i].matches);
}
END_TEST

START_TEST(a_glob_with_many_stars_takes_no_exponential_time)
{
	char    text[2001];
	char    glob[402];
	clock_t start = clock();

	memset(text, 'a', 2000);
	text[2000] = '\0';
	for (int i = 0; i < 200; i++)
		memcpy(glob + 2 * i, "*a", 2);
	strcpy(glob + 400, "b");
	ck_assert(!aud_glob_match(glob, text, false));
	ck_assert_int_lt(clock() - start, CLOCKS_PER_SEC);
}
END_TEST

static const struct
{
	const char *network;
	const char *address;
	bool        has;
} networks[] = {
	{"10.0.0.0/8", "10.255.1.2", true},
	{"10.0.0.0/8", "11.0.0.1", false},
	{"10.0.0.0/8", "::ffff:10.1.2.3", true},
	{"192.168.1.0/25", "192.168.1.127", true},
	{"192.168.1.0/25", "192.168.1.128", false},
	{"0.0.0.0/0", "1.2.3.4", true},
	{"0.0.0.0/0", "2001:db8::1", false},
	{"::/0", "2001:db8::1", true},
	{"::/0", "1.2.3.4", false},
	{"2001:db8::/33", "2001:db8:7fff::1", true},
	{"2001:db8::/33", "2001:db8:8000::1", false},
	{"::ffff:10.0.0.0/104", "10.9.9.9", true},
	{"::ffff:10.0.0.0/104", "11.9.9.9", false},
	{"127.0.0.1", "127.0.0.1", true},
	{"127.0.0.1", "127.0.0.2", false},
	{"::1", "::1", true},
};

START_TEST(a_network_has_the_addresses_with_its_prefix)
{
	AudNetwork network;
	AudAddress address;
	AudFaultAt fault = {0};

	ck_assert(aud_network_parse(&network, networks[_i].network, "", &fault));
	ck_assert(aud_address_parse(&address, networks[_i].address));
	ck_assert_int_eq(aud_network_has(&network, &address), networks[_i].has);
}
END_TEST

static const char *const bad_networks[] = {
	"",
	"10.0.0.0/33",
	"10.0.0.0/",
	"10.0.0.0/8/8",
	"10.0.0.1/8",
	"10.0.0/8",
	"host.example",
	"10.0.0.0/-1",
	"2001:db8::/129",
	"2001:db8::1/64",
	"010.0.0.1x",
	"10.0.0.0/ 8",
	"::ffff:0:0/200",
	"fe80::1%eth0/64",
	"1.2.3.4/08x",
};

START_TEST(what_is_no_network_is_refused)
{
	AudNetwork network;
	AudFaultAt fault = {0};

	ck_assert(!aud_network_parse(&network, bad_networks[_i], "", &fault));
	ck_assert(fault.error.set);
}
END_TEST

/* ---- conditions on facts ------------------------------------------------- */

static const char record[] =
	"{\"v\":1,\"ts\":\"2026-03-02T21:30:00.000000Z\",\"class\":\"write\","
	"\"classes\":[\"write\",\"read\"],\"command\":\"INSERT\",\"outcome\":"
	"\"success\",\"db\":\"shop\",\"user\":\"app_web\",\"client_addr\":\"10.1.2.3\","
	"\"app\":\"psql\",\"objects\":[{\"type\":\"table\",\"name\":\"public.card\"},"
	"{\"type\":\"table\",\"name\":\"public.\\\"O\\\\\\\"dd\\\"\"}],\"rows\":1000,"
	"\"duration_us\":2500,\"tags\":[\"pci\",\"pii\"],\"context\":\"user=ann "
	"ticket=T-1\"}";

static const struct
{
	const char *condition;
	AudTruth    truth;
} conditions[] = {
	{"{}", AUD_YES},
	{"{\"class\": \"read\"}", AUD_YES},
	{"{\"class\": [\"ddl\", \"write\"]}", AUD_YES},
	{"{\"class\": \"ddl\"}", AUD_NO},
	{"{\"not_class\": \"ddl\"}", AUD_YES},
	{"{\"not_class\": [\"ddl\", \"read\"]}", AUD_NO},
	{"{\"command\": \"insert\"}", AUD_YES},
	{"{\"command\": \"ins*\"}", AUD_YES},
	{"{\"command\": \"~^INS\"}", AUD_YES},
	{"{\"command\": \"~^ins\"}", AUD_YES},
	{"{\"command\": \"~NS$\"}", AUD_NO},
	{"{\"outcome\": [\"failure\", \"partial\"]}", AUD_NO},
	{"{\"user\": \"app_*\"}", AUD_YES},
	{"{\"user\": \"APP_*\"}", AUD_NO},
	{"{\"user\": \"app_*\", \"not_user\": \"app_web\"}", AUD_NO},
	{"{\"current_user\": \"app_web\"}", AUD_YES},
	{"{\"db\": \"shop\", \"user\": \"nobody\"}", AUD_NO},
	{"{\"client\": [\"192.168.0.0/16\", \"10.0.0.0/8\"]}", AUD_YES},
	{"{\"not_client\": \"10.0.0.0/8\"}", AUD_NO},
	{"{\"object\": \"public.*\"}", AUD_YES},
	{"{\"object\": \"*.\\\"O\\\\\\\"dd\\\"\"}", AUD_YES},
	{"{\"object\": \"~card$\"}", AUD_YES},
	{"{\"not_object\": \"public.card\"}", AUD_NO},
	{"{\"tag\": \"phi\"}", AUD_NO},
	{"{\"tag\": [\"phi\", \"pii\"]}", AUD_YES},
	{"{\"rows\": {\"gt\": 1000}}", AUD_NO},
	{"{\"rows\": {\"ge\": 1000, \"le\": 1000}}", AUD_YES},
	{"{\"rows\": {\"lt\": 1000}}", AUD_NO},
	{"{\"not_rows\": {\"lt\": 1000}}", AUD_YES},
	{"{\"rows\": [{\"lt\": 10}, {\"gt\": 999}]}", AUD_YES},
	{"{\"duration_ms\": {\"gt\": 2}}", AUD_YES},
	{"{\"duration_ms\": {\"lt\": 2}}", AUD_NO},
	{"{\"duration_ms\": {\"gt\": 3}}", AUD_NO},
	{"{\"superuser\": true}", AUD_NO},
	{"{\"superuser\": false}", AUD_YES},
	{"{\"not_superuser\": true}", AUD_YES},
	{"{\"privileged\": true}", AUD_NO},
	{"{\"origin\": \"client\"}", AUD_YES},
	{"{\"origin\": \"trigger\"}", AUD_NO},
	{"{\"context\": \"user=ann\"}", AUD_YES},
	{"{\"context\": \"ticket=T-*\"}", AUD_YES},
	{"{\"context\": \"user=ann*T-1\"}", AUD_NO},
	{"{\"context\": \"nn\"}", AUD_NO},
	{"{\"member_of\": \"staff\"}", AUD_UNKNOWN},
	{"{\"not_member_of\": \"staff\"}", AUD_UNKNOWN},
	{"{\"member_of\": \"staff\", \"user\": \"nobody\"}", AUD_NO},
	{"{\"object\": \"~^(.+)+(.+)+(.+)+(.+)+[XY]$\"}", AUD_UNKNOWN},
	/* 2026-03-02 is a Monday */
	{"{\"time\": {\"days\": \"mon\"}}", AUD_YES},
	{"{\"time\": {\"days\": [\"tue\", \"sun\"]}}", AUD_NO},
	{"{\"time\": {\"from\": \"21:30\", \"to\": \"21:31\"}}", AUD_YES},
	{"{\"time\": {\"from\": \"21:00\", \"to\": \"21:30\"}}", AUD_NO},
	{"{\"time\": {\"from\": \"20:00\", \"to\": \"06:00\"}}", AUD_YES},
	{"{\"time\": {\"days\": \"sun\", \"from\": \"20:00\", \"to\": \"22:00\"}}",
	 AUD_NO},
	{"{\"time\": {\"days\": \"sun\", \"from\": \"22:00\", \"to\": \"21:45\"}}",
	 AUD_YES},
	{"{\"time\": {\"days\": \"mon\", \"from\": \"22:00\", \"to\": \"21:45\"}}",
	 AUD_NO},
	{"{\"time\": {\"to\": \"24:00\", \"from\": \"12:00\"}}", AUD_YES},
};

static AudMatch *
compile(const char *text, AudFaultAt *fault)
{
	AudJsonValue value = {AUD_JSON_OBJECT, text, strlen(text)};

	memset(fault, 0, sizeof(*fault));
	return aud_match_compile(&value, AUD_MATCH_ALL, NULL, fault);
}

static AudTruth
test(const char *condition, const char *facts)
{
	AudRecordFacts r = {.used = 0};
	AudError       err = {0};
	AudFaultAt     fault;
	AudMatch      *match = compile(condition, &fault);
	AudTruth       truth;

	ck_assert_msg(match != NULL, "%s: %s", condition, fault.error.message);
	ck_assert(
		aud_record_facts_read(&r, AUD_MATCH_ALL, facts, strlen(facts), &err));
	truth = aud_match_test(match, &r.facts, AUD_MATCH_ALL, NULL);
	aud_record_facts_free(&r);
	aud_match_free(match);
	return truth;
}

START_TEST(a_condition_says_of_a_record_what_it_should)
{
	ck_assert_msg(test(conditions[_i].condition, record) == conditions[_i].truth,
				  "%s",
				  conditions[_i].condition);
}
END_TEST

START_TEST(an_absent_fact_matches_no_value)
{
	static const char bare[] = "{\"v\":1,\"class\":\"session\"}";

	ck_assert_int_eq(test("{\"user\": \"*\"}", bare), AUD_NO);
	ck_assert_int_eq(test("{\"not_user\": \"*\"}", bare), AUD_YES);
	ck_assert_int_eq(test("{\"client\": [\"0.0.0.0/0\", \"::/0\"]}", bare),
					 AUD_NO);
	ck_assert_int_eq(test("{\"rows\": {\"ge\": 0}}", bare), AUD_NO);
	ck_assert_int_eq(test("{\"object\": \"*\"}", bare), AUD_NO);
	ck_assert_int_eq(test("{\"time\": {\"days\": \"mon\"}}", bare), AUD_UNKNOWN);
}
END_TEST

START_TEST(the_key_that_does_not_match_is_named)
{
	AudRecordFacts r = {.used = 0};
	AudError       err = {0};
	AudFaultAt     fault;
	const char    *failed;
	AudMatch *match = compile("{\"member_of\": \"x\", \"not_db\": \"shop\", "
							  "\"user\": \"app_web\"}",
							  &fault);

	ck_assert(
		aud_record_facts_read(&r, AUD_MATCH_ALL, record, strlen(record), &err));
	ck_assert_int_eq(aud_match_test(match, &r.facts, AUD_MATCH_ALL, &failed),
					 AUD_NO);
	ck_assert_str_eq(failed, "not_db");
	ck_assert_int_eq(aud_match_test(match,
									&r.facts,
									AUD_MATCH_BIT(AUD_MATCH_MEMBER_OF),
									&failed),
					 AUD_UNKNOWN);
	ck_assert_str_eq(failed, "member_of");
	ck_assert_int_eq(aud_match_test(match,
									&r.facts,
									AUD_MATCH_BIT(AUD_MATCH_USER),
									&failed),
					 AUD_YES);
	ck_assert_ptr_null(failed);
	aud_record_facts_free(&r);
	aud_match_free(match);
}
END_TEST

START_TEST(a_hostile_text_is_given_up_soon)
{
	char       text[4096];
	AudFaultAt fault = {0};
	AudPattern pattern;
	clock_t    start = clock();

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(
		aud_pattern_compile(&pattern, strdup("~^(a+)+[bc]"), false, "", &fault));
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(aud_pattern_match(&pattern, text), AUD_UNKNOWN);
	ck_assert_int_lt(clock() - start, CLOCKS_PER_SEC);
	aud_pattern_free(&pattern);
}
END_TEST

/* ---- what is refused ----------------------------------------------------------- */

static const struct
{
	const char *condition;
	const char *at; /* where the fault is */
	const char *message;
} faults[] = {
	{"{\"usr\": \"a\"}",
	 "\"usr",
	 "unknown key to match \"usr\", perhaps you meant \"user\""},
	{"{\"not_clas\": \"a\"}",
	 "\"not_clas",
	 "unknown key to match \"clas\", perhaps you meant \"class\""},
	{"{\"class\": \"raed\"}",
	 "\"raed",
	 "unknown class \"raed\", perhaps you meant \"read\""},
	{"{\"class\": 1}", "1", "expected a string, or a list of them, for \"class\""},
	{"{\"class\": []}",
	 "[",
	 "the list for \"class\" is empty, so nothing could match"},
	{"{\"user\": [\"a\", 2]}",
	 "2",
	 "expected a string, or a list of them, for \"user\""},
	{"{\"user\": \"\"}", "\"\"", "the pattern is empty"},
	{"{\"outcome\": \"sucess\"}",
	 "\"sucess",
	 "unknown outcome \"sucess\", perhaps you meant \"success\""},
	{"{\"origin\": \"x\"}",
	 "\"x",
	 "unknown origin \"x\", expected one of client, function, trigger, referential, rule, extension, worker, fastpath"},
	{"{\"client\": \"10.0.0.1/8\"}",
	 "\"10",
	 "\"10.0.0.1/8\" has bits set behind its prefix of 8"},
	{"{\"client\": \"lan\"}",
	 "\"lan",
	 "\"lan\" is no network, expected an address or CIDR like \"10.0.0.0/8\""},
	{"{\"object\": \"~(a\"}",
	 "\"~(",
	 "bad regular expression, missing closing parenthesis at character 3 of it"},
	{"{\"rows\": 5}", "5", "expected an object like {\"gt\": 1000}"},
	{"{\"rows\": {}}", "{}}", "expected gt, ge, lt or le"},
	{"{\"rows\": {\"eq\": 5}}",
	 "\"eq",
	 "unknown bound \"eq\", expected one of gt, ge, lt, le"},
	{"{\"rows\": {\"gt\": 1.5}}",
	 "1.5",
	 "expected a whole number of up to 12 digits"},
	{"{\"rows\": {\"gt\": -1}}", "-1", "expected a whole number of up to 12 digits"},
	{"{\"rows\": {\"gt\": 5, \"lt\": 6}}",
	 "{\"gt",
	 "no number is within these bounds"},
	{"{\"rows\": {\"lt\": 0}}", "{\"lt", "no number is within these bounds"},
	{"{\"superuser\": \"yes\"}",
	 "\"yes",
	 "expected true or false for \"superuser\""},
	{"{\"superuser\": [true]}", "[true", "expected true or false for \"superuser\""},
	{"{\"time\": {\"day\": \"mon\"}}",
	 "\"day",
	 "unknown key of a time \"day\", perhaps you meant \"days\""},
	{"{\"time\": {\"days\": \"monday\"}}",
	 "\"monday",
	 "unknown day \"monday\", expected one of sun, mon, tue, wed, thu, fri, sat"},
	{"{\"time\": {\"from\": \"8pm\"}}",
	 "\"8pm",
	 "expected a time of day like \"20:00\""},
	{"{\"time\": {\"from\": \"24:01\"}}",
	 "\"24",
	 "expected a time of day like \"20:00\""},
	{"{\"time\": {\"from\": \"08:00\", \"to\": \"08:00\"}}",
	 "{\"from",
	 "the time is empty, \"from\" and \"to\" are the same"},
	{"{\"time\": {\"zone\": \"Mars/Base\"}}",
	 "\"Mars",
	 "unknown time zone \"Mars/Base\", expected a name like \"UTC\" or \"Europe/Berlin\""},
};

START_TEST(a_fault_is_named_at_its_place)
{
	AudFaultAt fault;

	ck_assert_ptr_null(compile(faults[_i].condition, &fault));
	ck_assert_str_eq(fault.error.message, faults[_i].message);
	ck_assert_ptr_eq(fault.at, strstr(faults[_i].condition, faults[_i].at));
}
END_TEST

START_TEST(only_one_record_is_read)
{
	AudRecordFacts r = {.used = 0};
	AudError       err = {0};

	ck_assert(!aud_record_facts_read(&r, AUD_MATCH_ALL, "{}\n{}", 5, &err));
	ck_assert_str_eq(err.message, "there is more than one record");
	aud_record_facts_free(&r);
	err.set = false;
	ck_assert(!aud_record_facts_read(&r, AUD_MATCH_ALL, "[]", 2, &err));
	ck_assert_str_eq(err.message, "it is no JSON object");
	aud_record_facts_free(&r);
}
END_TEST

static Suite *
match_suite(void)
{
	Suite *suite = suite_create("match");
	TCase *tc = tcase_create("match");

	tcase_add_loop_test(tc,
						a_glob_knows_stars_and_question_marks_only,
						0,
						COUNT(globs));
	tcase_add_test(tc, a_glob_with_many_stars_takes_no_exponential_time);
	tcase_add_loop_test(tc,
						a_network_has_the_addresses_with_its_prefix,
						0,
						COUNT(networks));
	tcase_add_loop_test(tc, what_is_no_network_is_refused, 0, COUNT(bad_networks));
	tcase_add_loop_test(tc,
						a_condition_says_of_a_record_what_it_should,
						0,
						COUNT(conditions));
	tcase_add_test(tc, an_absent_fact_matches_no_value);
	tcase_add_test(tc, the_key_that_does_not_match_is_named);
	tcase_add_test(tc, a_hostile_text_is_given_up_soon);
	tcase_add_loop_test(tc, a_fault_is_named_at_its_place, 0, COUNT(faults));
	tcase_add_test(tc, only_one_record_is_read);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_SUITE(match);
