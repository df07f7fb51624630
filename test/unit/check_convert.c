/*-------------------------------------------------------------------------
 *
 * check_convert.c
 *	  What becomes of a line in other formats, and that no text of it becomes
 *	  more than a text there.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "core/convert/convert.h"

typedef struct Got
{
	char   text[65536];
	size_t len;
} Got;

static void
take(void *arg, const char *line, size_t len)
{
	Got *got = arg;

	ck_assert_uint_lt(got->len + len, sizeof(got->text));
	memcpy(got->text + got->len, line, len);
	got->len += len;
	got->text[got->len] = '\0';
}

/* Convert lines, ended by NULL, each in memory of exactly its size. */
static void
convert(Got *got, const char *to, const AudPgauditOptions *options,
		const char *const *lines)
{
	AudConvert c;
	AudError   err = {0};

	got->len = 0;
	got->text[0] = '\0';
	ck_assert_msg(aud_convert_init(&c, to, &err), "%s", err.message);
	if (options != NULL)
		c.options = *options;
	c.sink = take;
	c.arg = got;
	for (; *lines != NULL; lines++)
	{
		size_t      len = strlen(*lines);
		char       *exact = malloc(len);
		const char *fault;

		memcpy(exact, *lines, len);
		fault = aud_convert_line(&c, exact, len);
		free(exact);
		ck_assert_msg(fault == NULL, "%s: %s", fault, *lines);
	}
	aud_convert_end(&c);
	aud_convert_free(&c);
}

#define HEAD                                                             \
	"{\"v\":1,\"log\":\"b0112233aabbccdd\",\"ts\":"                      \
	"\"1969-12-31T23:59:59.999000Z\",\"event\":\"statement\",\"class\":" \
	"\"read\",\"node\":\"n\""
#define TAIL ",\"seq\":7}"

static const char *
one(const char *to, const char *line)
{
	static Got  got;
	const char *lines[] = {line, NULL};

	convert(&got, to, NULL, lines);
	return got.text;
}

START_TEST(a_time_before_1970_is_negative)
{
	ck_assert_ptr_nonnull(strstr(one("ocsf", HEAD TAIL), "{\"time\":-1,"));
	ck_assert_ptr_nonnull(strstr(one("cef", HEAD TAIL), "|rt=-1 "));
}
END_TEST

/* Texts as JSON has them, and as they stand in CEF's extension and a cell. */
static const struct
{
	const char *json;
	const char *cef;
	const char *csv;
} texts[] = {
	{"plain", "plain", "plain"},
	{"a=b|c", "a\\=b|c", "a=b|c"},
	{"\\\\", "\\\\", "\\"},
	{"\\\\=", "\\\\\\=", "\\="},
	{"x\\ny\\r", "x\\ny\\r", "\"x\ny\r\""},
	{"\\u001b[0m", "\\\\u001b[0m", "\033[0m"},
	{"\\u202e", "\\\\u202e", "\xe2\x80\xae"},
	{"\\\"q\\\"", "\"q\"", "\"\"\"q\"\"\""},
	{"=1+1", "\\=1+1", "\"'=1+1\""},
	{"+1", "+1", "\"'+1\""},
	{"-1", "-1", "\"'-1\""},
	{"@x", "@x", "\"'@x\""},
	{"\\t=1", "\\\\u0009\\=1", "\"'\t=1\""},
	{"'=1", "'\\=1", "\"''=1\""},
	{"1-1", "1-1", "1-1"},
	{"\\ud83d\\ude00", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
};

START_TEST(a_text_stays_in_its_field)
{
	char line[512];
	char want[128];

	snprintf(line, sizeof(line), HEAD ",\"user\":\"%s\"" TAIL, texts[_i].json);
	snprintf(want, sizeof(want), " suser=%s dvchost=n", texts[_i].cef);
	ck_assert_msg(strstr(one("cef", line), want) != NULL,
				  "%s: %s",
				  want,
				  one("cef", line));
	snprintf(want, sizeof(want), ",n,,%s,", texts[_i].csv);
	ck_assert_msg(strstr(one("csv", line), want) != NULL,
				  "%s: %s",
				  want,
				  one("csv", line));
	snprintf(want, sizeof(want), "\"user\":{\"name\":\"%s\"}", texts[_i].json);
	ck_assert_msg(strstr(one("ecs", line), want) != NULL, "%s", one("ecs", line));
}
END_TEST

/* Every object of the table is opened once, whatever keys a record has. */
START_TEST(any_subset_of_keys_makes_json_without_a_double_key)
{
	static const char *const members[] = {",\"outcome\":\"failure\"",
										  ",\"sqlstate\":\"42501\"",
										  ",\"user\":\"u\"",
										  ",\"current_user\":\"c\"",
										  ",\"target_role\":\"r\"",
										  ",\"client_addr\":\"::1\"",
										  ",\"pid\":7",
										  ",\"tls_version\":\"TLSv1.3\"",
										  ",\"rule\":\"r\"",
										  ",\"techniques\":[\"T1059.004\",\"T1\"]",
										  ",\"tags\":[\"pii\"]",
										  ",\"new_key\":{\"a\":[null]}"};
	static const char *const events[] = {"statement",
										 "session.start",
										 "alert",
										 "audit.open",
										 "later"};
	const int                n = COUNT(members);

	for (int set = 0; set < 1 << n; set += 7)
		for (int e = 0; e < COUNT(events); e++)
		{
			char line[1024];
			Got *got = calloc(1, sizeof(*got));

			snprintf(line,
					 sizeof(line),
					 "{\"v\":1,\"log\":\"b0112233aabbccdd\",\"ts\":"
					 "\"2026-01-31T23:59:59.123456Z\",\"event\":\"%s\",\"class\":"
					 "\"role\",\"node\":\"n\"",
					 events[e]);
			for (int i = 0; i < n; i++)
				if ((set >> i & 1) != 0)
					strcat(line, members[i]);
			strcat(line, TAIL);
			for (int t = 0; t < 2; t++)
			{
				const char *lines[] = {line, NULL};
				json_t     *out;

				convert(got, t == 0 ? "ecs" : "ocsf", NULL, lines);
				out =
					json_loadb(got->text, got->len, JSON_REJECT_DUPLICATES, NULL);
				if (out == NULL)
					ck_abort_msg("%s: %s", line, got->text);
				json_decref(out);
			}
			free(got);
		}
}
END_TEST

START_TEST(what_is_no_record_is_refused_at_every_length)
{
	const char *line = HEAD ",\"user\":\"\\u00e9\\\\\",\"objects\":[{\"type\":"
							"\"table\",\"name\":\"t\"}],\"tags\":[\"a\"]" TAIL;
	AudConvert  c;
	AudError    err = {0};
	Got        *got = calloc(1, sizeof(*got));

	ck_assert(aud_convert_init(&c, "ecs", &err));
	c.sink = take;
	c.arg = got;
	for (size_t len = 0; len < strlen(line); len++)
	{
		char *exact = malloc(len > 0 ? len : 1);

		memcpy(exact, line, len);
		REQUIRE(aud_convert_line(&c, exact, len) != NULL);
		free(exact);
	}
	ck_assert_uint_eq(got->len, 0);
	ck_assert_ptr_null(aud_convert_line(&c, line, strlen(line)));
	aud_convert_free(&c);
	free(got);
}
END_TEST

/* ---- pgaudit ------------------------------------------------------------------- */

#define STMT(stmt, more, query)                                                          \
	"{\"v\":1,\"log\":\"b0112233aabbccdd\",\"ts\":\"2026-01-31T23:59:59.123456Z\","      \
	"\"event\":\"statement\",\"class\":\"read\",\"command\":\"SELECT\",\"outcome\":"     \
	"\"success\",\"node\":\"n\",\"user\":\"u\",\"session\":\"1.2\",\"stmt\":" #stmt more \
	",\"query\":\"" query "\",\"seq\":1}"

/* What ran inside comes first in the trail, and behind it in pgaudit's log. */
START_TEST(pgaudit_has_a_statement_before_what_ran_inside_of_it)
{
	static const char *const lines[] = {STMT(3, ",\"parent\":2", "three"),
										STMT(2, ",\"parent\":1", "two"),
										STMT(4, ",\"parent\":1", "four"),
										STMT(1, "", "one"),
										STMT(5, "", "five"),
										NULL};
	Got                     *got = calloc(1, sizeof(*got));

	convert(got, "pgaudit", NULL, lines);
	ck_assert_str_eq(got->text,
					 "AUDIT: SESSION,1,1,READ,SELECT,,,one,<not logged>\n"
					 "AUDIT: SESSION,1,2,READ,SELECT,,,two,<not logged>\n"
					 "AUDIT: SESSION,1,3,READ,SELECT,,,three,<not logged>\n"
					 "AUDIT: SESSION,1,4,READ,SELECT,,,four,<not logged>\n"
					 "AUDIT: SESSION,2,1,READ,SELECT,,,five,<not logged>\n");
	free(got);
}
END_TEST

START_TEST(pgaudit_joins_the_parts_of_a_split_text)
{
	static const char *const lines[] = {STMT(1, ",\"part\":1,\"parts\":3", "a, "),
										STMT(1,
											 ",\"part\":2,\"parts\":3",
											 "\\\"b\\\"\\n"),
										STMT(1, ",\"part\":3,\"parts\":3", "c"),
										NULL};
	Got                     *got = calloc(1, sizeof(*got));

	convert(got, "pgaudit", NULL, lines);
	ck_assert_str_eq(got->text,
					 "AUDIT: SESSION,1,1,READ,SELECT,,,\"a, \"\"b\"\"\n\tc\",<not logged>\n");
	free(got);
}
END_TEST

/* Where the statement around it is lost, with its server, nothing is. */
START_TEST(pgaudit_gives_out_what_it_holds_at_the_end)
{
	static const char *const lines[] = {STMT(3, ",\"parent\":2", "three"),
										STMT(9, ",\"parent\":9", "itself"),
										NULL};
	AudPgauditOptions        options = {.log_line_prefix = "%m %u@%d %% "};
	Got                     *got = calloc(1, sizeof(*got));

	convert(got, "pgaudit", &options, lines);
	ck_assert_str_eq(got->text,
					 "2026-01-31 23:59:59.123 UTC u@[unknown] % LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,three,<not logged>\n"
					 "2026-01-31 23:59:59.123 UTC u@[unknown] % LOG:  AUDIT: SESSION,2,1,READ,SELECT,,,itself,<not logged>\n");
	free(got);
}
END_TEST

/* ---- names ------------------------------------------------------------------------ */

START_TEST(a_target_is_named_with_the_beginning_of_a_version)
{
	static const struct
	{
		const char *to;
		const char *version; /* NULL: none */
	} names[] = {{"ecs", "8.17.0"},
				 {"ecs:8", "8.17.0"},
				 {"ecs:8.17", "8.17.0"},
				 {"ecs:9.0.0", "9.0.0"},
				 {"ocsf:1", "1.4.0"},
				 {"ocsf:1.6", "1.6.0"},
				 {"cef:1", "1"},
				 {"csv", "1"},
				 {"ecs:8.1", NULL},
				 {"ecs:", NULL},
				 {"ECS", NULL},
				 {"", NULL},
				 {":", NULL}};

	for (int i = 0; i < COUNT(names); i++)
	{
		AudConvert c;
		AudError   err = {0};
		bool       ok = aud_convert_init(&c, names[i].to, &err);

		ck_assert_msg(ok == (names[i].version != NULL), "%s", names[i].to);
		if (ok)
			ck_assert_str_eq(c.version, names[i].version);
		else
			ck_assert(err.set);
		aud_convert_free(&c);
	}
}
END_TEST

static Suite *
convert_suite(void)
{
	Suite *suite = suite_create("convert");
	TCase *tcase = tcase_create("lines");

	tcase_add_test(tcase, a_time_before_1970_is_negative);
	tcase_add_loop_test(tcase, a_text_stays_in_its_field, 0, COUNT(texts));
	tcase_add_test(tcase, any_subset_of_keys_makes_json_without_a_double_key);
	tcase_add_test(tcase, what_is_no_record_is_refused_at_every_length);
	tcase_add_test(tcase, pgaudit_has_a_statement_before_what_ran_inside_of_it);
	tcase_add_test(tcase, pgaudit_joins_the_parts_of_a_split_text);
	tcase_add_test(tcase, pgaudit_gives_out_what_it_holds_at_the_end);
	tcase_add_test(tcase, a_target_is_named_with_the_beginning_of_a_version);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_SUITE(convert);
