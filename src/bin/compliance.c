/*-------------------------------------------------------------------------
 *
 * compliance.c
 *	  secauditctl compliance: run the checks of a server, print the results.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/compliance.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bin/compliance_read.h"
#include "bin/ctl.h"
#include "bin/document.h"

static void
print_json(const json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(1));
	putchar('\n');
}

typedef struct Format
{
	const char *name;
	void (*print)(const json_t *document);
} Format;

static const Format formats[] = {
	{"text", aud_compliance_text_format},
	{"json", print_json},
	{"csv", aud_compliance_csv},
	{"junit", aud_compliance_junit},
	{"hdf", aud_compliance_hdf},
	{"cklb", aud_compliance_cklb},
	{"oscal", aud_compliance_oscal},
	{"ocsf", aud_compliance_ocsf},
};

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

typedef struct Command
{
	const char   *conninfo;
	const char   *profile;
	const char   *exceptions; /* a file; NULL: none */
	const Format *format;
} Command;

static void
print_help(void)
{
	printf(
		"secauditctl compliance checks a server against a standard.\n\n"
		"Usage:\n"
		"  secauditctl compliance [-d CONNINFO] [OPTION]...\n\n"
		"  secauditctl compliance -d service=audit --profile=pci\n"
		"  secauditctl compliance --format=junit > compliance.xml\n\n"
		"The checks are those of secaudit.compliance_check(), in the database of the\n"
		"connection. Nothing says \"compliant\": only what was checked, with what result.\n\n"
		"Options:\n"
		"  -d, --dbname=CONNINFO    connection string, or name of the database\n"
		"      --profile=PROFILE    stig (default), pci, hipaa, gdpr or cis\n"
		"      --format=FORMAT      text (default), json, csv, junit, hdf (InSpec),\n"
		"                           cklb (STIG Viewer), oscal or ocsf\n"
		"      --exceptions=FILE    findings that are accepted: a JSON array of objects\n"
		"                           with check_id, owner, until (a date) and why\n"
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0 all passed or accepted, 1 there are findings, 2 something could not be checked.\n");
}

/* How many checks failed whose finding nobody has accepted. */
static int
open_findings(const json_t *document)
{
	const json_t *results = json_object_get(document, "results");
	json_t       *result;
	size_t        i;
	int           n = 0;

	json_array_foreach((json_t *) results, i, result)
	{
		if (strcmp(aud_document_text(result, "status"), "fail") == 0 &&
			!aud_exceptions_accept(document,
								   aud_document_text(result, "check_id")))
			n++;
	}
	return n;
}

static int
exit_status(const json_t *document)
{
	int all = (int) json_array_size(json_object_get(document, "results"));
	int sound = aud_document_count(document, "pass") +
				aud_document_count(document, "not_applicable");

	if (open_findings(document) > 0)
		return AUD_EXIT_FAULT;
	sound += aud_document_count(document, "fail");
	return all == 0 || sound < all ? AUD_EXIT_TROUBLE : AUD_EXIT_OK;
}

/* The version of the extension; to be freed. */
static char *
extension_version(PGconn *conn)
{
	PGresult *result =
		PQexec(conn,
			   "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'secaudit'");
	char *version = NULL;

	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
		version = strdup(PQgetvalue(result, 0, 0));
	PQclear(result);
	return version;
}

/* The checks and what is kept of them, as one document; NULL, and reported: there is none. */
static json_t *
make_document(const Command *command, PGconn *conn)
{
	char   *version;
	json_t *document;
	json_t *results;

	PQclear(PQexec(conn, "BEGIN"));
	results = aud_compliance_results(conn, command->profile);
	if (results == NULL)
		return NULL;
	version = extension_version(conn);
	document = aud_document_new("compliance", command->profile, conn, version);
	free(version);
	aud_compliance_kept(conn, command->profile, document);
	PQclear(PQexec(conn, "COMMIT"));
	aud_compliance_untested(conn, results, document);
	aud_document_finish(document, results);
	return document;
}

static int
run(const Command *command)
{
	static const char *const keys[] = {"dbname",
									   "fallback_application_name",
									   "client_encoding",
									   NULL};
	const char *values[] = {command->conninfo, "secauditctl", "UTF8", NULL};
	PGconn     *conn = PQconnectdbParams(keys, values, 1);
	json_t     *document = NULL;
	int         status = AUD_EXIT_TROUBLE;

	if (PQstatus(conn) != CONNECTION_OK)
		aud_ctl_complain("%s", PQerrorMessage(conn));
	else
		document = make_document(command, conn);
	if (document != NULL && (command->exceptions == NULL ||
							 aud_exceptions_read(command->exceptions, document)))
	{
		command->format->print(document);
		status = exit_status(document);
	}
	json_decref(document);
	PQfinish(conn);
	return status;
}

static const struct option options[] = {
	{"dbname", required_argument, NULL, 'd'},
	{"profile", required_argument, NULL, 'p'},
	{"format", required_argument, NULL, 'f'},
	{"exceptions", required_argument, NULL, 'e'},
	{"help", no_argument, NULL, AUD_OPT_HELP},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

/* Take one option over; false, and reported, if its value is not valid. */
static bool
set_option(Command *command, int c, const char *arg)
{
	if (c == 'd')
		command->conninfo = arg;
	else if (c == 'p')
		command->profile = arg;
	else if (c == 'e')
		command->exceptions = arg;
	else
	{
		command->format = NULL;
		for (size_t i = 0; i < N_FORMATS; i++)
			if (strcmp(formats[i].name, arg) == 0)
				command->format = &formats[i];
		if (command->format == NULL)
			aud_ctl_complain("there is no format \"%s\"", arg);
	}
	return command->format != NULL;
}

int
aud_cmd_compliance(int argc, char **argv)
{
	static Command command = {.profile = "stig", .format = &formats[0]};
	int            status;
	int            c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":d:V", options, NULL)) != -1)
	{
		if (aud_ctl_common_option(c, argv, "compliance", print_help, &status))
			return status;
		if (!set_option(&command, c, optarg))
			return aud_ctl_usage_error("compliance");
	}
	if (optind < argc)
	{
		aud_ctl_complain("compliance takes no operands");
		return aud_ctl_usage_error("compliance");
	}
	return run(&command);
}
