/*-------------------------------------------------------------------------
 *
 * fuzz_rules.c
 *	  Any text as a rules file, and as the record that its rules are tested on.
 *
 * The input is a rules file and a record with a NUL between them.  A file that
 * is not valid has its fault at a place within it; of one that is valid, each
 * rule matches a record or names the key by which it does not.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "core/match/record_facts.h"
#include "core/match/rules.h"
#include "fuzz.h"

static const char record[] =
	"{\"ts\":\"2026-03-02T21:30:00.000000Z\",\"class\":\"write\",\"command\":"
	"\"INSERT\",\"outcome\":\"success\",\"db\":\"shop\",\"user\":\"app_web\","
	"\"client_addr\":\"10.1.2.3\",\"app\":\"psql\",\"objects\":[{\"type\":\"table\","
	"\"name\":\"public.card\"}],\"rows\":1000,\"tags\":[\"pci\"]}";

static void
test_all(const AudRules *rules, const char *text, size_t len)
{
	AudRecordFacts r = {.used = 0};
	AudError       err = {0};
	const char    *failed;

	if (aud_record_facts_read(&r, AUD_MATCH_ALL, text, len, &err))
	{
		for (int i = 0; i < rules->n; i++)
		{
			AudTruth truth = aud_match_test(rules->items[i].match,
											&r.facts,
											AUD_MATCH_ALL,
											&failed);

			CHECK((truth == AUD_YES) == (failed == NULL));
		}
	}
	aud_record_facts_free(&r);
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char         *text = malloc(size + 1);
	char         *end;
	AudRulesFault fault;
	AudRules     *rules;
	size_t        len;

	memcpy(text, data, size);
	text[size] = '\0';
	end = memchr(text, '\0', size + 1);
	len = (size_t) (end - text);
	rules = aud_rules_parse(text, len, NULL, &fault);
	if (rules == NULL)
	{
		CHECK(fault.error.set && fault.error.message[0] != '\0');
		CHECK(fault.line >= 0 && (size_t) fault.line <= count_lines(text, len));
	}
	else
	{
		test_all(rules, record, sizeof(record) - 1);
		if (len < size)
			test_all(rules, end + 1, size - len - 1);
	}
	aud_rules_free(rules);
	free(text);
	return 0;
}
