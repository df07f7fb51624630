/*-------------------------------------------------------------------------
 *
 * evidence.c
 *	  secauditctl evidence: do what has to be recorded, and show the records.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/evidence.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/document.h"

typedef struct Command
{
	const char *profile;
	const char *test; /* only this one */
	bool        json;
	bool        yes;
	AudEvidence ev;
} Command;

static void
print_help(void)
{
	printf(
		"secauditctl evidence does on a server what has to be recorded, and shows the\n"
		"records.\n\n"
		"Usage:\n"
		"  secauditctl evidence -d CONNINFO [OPTION]...\n\n"
		"  secauditctl evidence -d \"host=test1 user=postgres\"\n"
		"  secauditctl evidence -d service=test --json > evidence.json\n\n"
		"It makes a database and roles of its own, named secaudit_evidence_*, and removes\n"
		"them; it needs a superuser. Each test is met, not met or not run.\n\n"
		"Options:\n"
		"  -d, --dbname=CONNINFO    connection string, or name of the database\n"
		"      --profile=PROFILE    which tests: stig (default)\n"
		"      --test=ID            only this test, such as T-07\n"
		"      --json               print one JSON document, with the records\n"
		"      --yes                also on a server that has other login roles\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0 all tests are met, 1 some are not met, 2 some could not be run.\n");
}

static void
print_result(const json_t *result)
{
	const json_t *steps = json_object_get(result, "steps");
	const char   *reason = json_string_value(json_object_get(result, "reason"));
	const char   *status = json_string_value(json_object_get(result, "status"));
	json_t       *step;
	size_t        i;

	printf("%s  %-7s  %s",
		   json_string_value(json_object_get(result, "check_id")),
		   strcmp(status, "not_met") == 0   ? "not met"
		   : strcmp(status, "not_run") == 0 ? "not run"
											: status,
		   json_string_value(json_object_get(result, "title")));
	if (reason != NULL)
		printf(": %s\n", reason);
	else
	{
		const char *sep = ": seq ";

		json_array_foreach((json_t *) steps, i, step)
		{
			const json_t *record = json_object_get(step, "record");

			if (record == NULL)
				continue;
			printf("%s%lld",
				   sep,
				   (long long) json_integer_value(json_object_get(record, "seq")));
			sep = ", ";
		}
		putchar('\n');
	}
	fflush(stdout);
}

static void
print_counts(const json_t *document)
{
	printf("%d met, %d not met, %d not run\n",
		   aud_document_count(document, "met"),
		   aud_document_count(document, "not_met"),
		   aud_document_count(document, "not_run"));
}

static json_t *
perform_all(Command *command)
{
	json_t                *results = json_array();
	const AudEvidenceTest *test;

	for (size_t i = 0;
		 (test = aud_evidence_test(i)) != NULL && !aud_evidence_interrupted();
		 i++)
	{
		json_t *result;

		if (command->test != NULL && strcmp(test->id, command->test) != 0)
			continue;
		result = aud_evidence_perform(&command->ev, test);
		if (!command->json)
			print_result(result);
		json_array_append_new(results, result);
	}
	return results;
}

static int
run(Command *command)
{
	json_t *document = NULL;
	int     status = AUD_EXIT_TROUBLE;

	if (aud_evidence_begin(&command->ev, command->yes))
	{
		document = aud_document_new("evidence",
									command->profile,
									command->ev.admin,
									command->ev.secaudit_version);
		aud_document_finish(document, perform_all(command));
		status = aud_document_count(document, "not_met") > 0   ? AUD_EXIT_FAULT
				 : aud_document_count(document, "not_run") > 0 ? AUD_EXIT_TROUBLE
															   : AUD_EXIT_OK;
		if (!command->json)
			print_counts(document);
		else
		{
			json_dumpf(document, stdout, JSON_INDENT(1));
			putchar('\n');
		}
		json_decref(document);
	}
	if (!aud_evidence_end(&command->ev) || aud_evidence_interrupted())
		status = AUD_EXIT_TROUBLE;
	return status;
}

enum
{
	OPT_PROFILE = 256,
	OPT_TEST,
	OPT_JSON,
	OPT_YES,
};

static const struct option options[] = {
	{"dbname", required_argument, NULL, 'd'},
	{"profile", required_argument, NULL, OPT_PROFILE},
	{"test", required_argument, NULL, OPT_TEST},
	{"json", no_argument, NULL, OPT_JSON},
	{"yes", no_argument, NULL, OPT_YES},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static bool
known_test(const char *id)
{
	const AudEvidenceTest *test;

	for (size_t i = 0; (test = aud_evidence_test(i)) != NULL; i++)
		if (strcmp(test->id, id) == 0)
			return true;
	return false;
}

/* Take one option over; false, and reported, if its value is not valid. */
static bool
set_option(Command *command, int c, const char *arg)
{
	switch (c)
	{
		case 'd':
			command->ev.conninfo = arg;
			return true;
		case OPT_PROFILE:
			command->profile = arg;
			if (strcmp(arg, "stig") == 0)
				return true;
			aud_ctl_complain("there is no profile \"%s\"; stig is one", arg);
			return false;
		case OPT_TEST:
			command->test = arg;
			if (known_test(arg))
				return true;
			aud_ctl_complain("there is no test \"%s\"", arg);
			return false;
		case OPT_JSON:
			command->json = true;
			return true;
		default:
			command->yes = true;
			return true;
	}
}

int
aud_cmd_evidence(int argc, char **argv)
{
	static Command command = {.profile = "stig"};
	int            status;
	int            c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":d:V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "evidence", print_help, &status))
			return status;
		if (!set_option(&command, c, optarg))
			return aud_ctl_usage_error("evidence");
	}
	if (command.ev.conninfo == NULL || optind < argc)
	{
		aud_ctl_complain("%s",
						 optind < argc ? "evidence takes no operands"
									   : "-d has to say which server");
		return aud_ctl_usage_error("evidence");
	}
	return run(&command);
}
