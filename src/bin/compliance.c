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
		"  -?, --help               print this help, then exit\n\n"
		"Exit status: 0 all passed, 1 there are findings, 2 something could not be checked.\n");
}

static json_t *
read_results(PGconn *conn, const char *profile)
{
	const char *values[] = {profile};
	PGresult   *result =
		PQexecParams(conn,
					 "SELECT json_strip_nulls(row_to_json(c)) FROM secaudit.compliance_check($1) c"
					 " ORDER BY c.check_id",
					 1,
					 NULL,
					 values,
					 NULL,
					 NULL,
					 0);
	json_t *results = NULL;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		aud_ctl_complain("%s", PQresultErrorMessage(result));
	else
	{
		results = json_array();
		for (int i = 0; i < PQntuples(result); i++)
			json_array_append_new(results,
								  json_loads(PQgetvalue(result, i, 0), 0, NULL));
	}
	PQclear(result);
	return results;
}

static int
exit_status(const json_t *document)
{
	int all = (int) json_array_size(json_object_get(document, "results"));
	int sound = aud_document_count(document, "pass") +
				aud_document_count(document, "not_applicable");

	if (aud_document_count(document, "fail") > 0)
		return AUD_EXIT_FAULT;
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

static int
run(const Command *command)
{
	static const char *const keys[] = {"dbname",
									   "fallback_application_name",
									   "client_encoding",
									   NULL};
	const char *values[] = {command->conninfo, "secauditctl", "UTF8", NULL};
	PGconn     *conn = PQconnectdbParams(keys, values, 1);
	json_t     *results = NULL;
	json_t     *document;
	char       *version;
	int         status = AUD_EXIT_TROUBLE;

	if (PQstatus(conn) != CONNECTION_OK)
		aud_ctl_complain("%s", PQerrorMessage(conn));
	else
		results = read_results(conn, command->profile);
	if (results != NULL)
	{
		version = extension_version(conn);
		document =
			aud_document_new("compliance", command->profile, conn, version);
		aud_document_finish(document, results);
		command->format->print(document);
		status = exit_status(document);
		json_decref(document);
		free(version);
	}
	PQfinish(conn);
	return status;
}

static const struct option options[] = {
	{"dbname", required_argument, NULL, 'd'},
	{"profile", required_argument, NULL, 'p'},
	{"format", required_argument, NULL, 'f'},
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
