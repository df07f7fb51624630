/*-------------------------------------------------------------------------
 *
 * compliance_plain.c
 *	  Results of checks for people and for CI: text, CSV, JUnit.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "bin/compliance.h"
#include "bin/document.h"

static const json_t *
run_of(const json_t *document)
{
	return json_object_get(document, "run");
}

char *
aud_compliance_finding(const json_t *result)
{
	AudStr      text = {0};
	const char *scope = aud_document_text(result, "scope");

	aud_str_printf(&text,
				   "expected: %s\nobserved: %s",
				   aud_document_text(result, "expected"),
				   aud_document_text(result, "observed"));
	if (scope[0] != '\0')
		aud_str_printf(&text, "\nscope: %s", scope);
	return text.s;
}

/* Control characters of a server's text do not reach a terminal. */
static void
print_clean(const char *text)
{
	for (; *text != '\0'; text++)
		putchar((unsigned char) *text < ' ' || *text == 0x7F ? ' ' : *text);
}

/* Who has accepted the finding, until when, and why. */
static void
print_exceptions(const json_t *document, const char *check_id)
{
	const json_t *list = json_object_get(document, "exceptions");
	json_t       *exception;
	size_t        i;

	json_array_foreach((json_t *) list, i, exception)
	{
		if (strcmp(aud_document_text(exception, "check_id"), check_id) != 0)
			continue;
		printf("      accepted until %s by ",
			   aud_document_text(exception, "until"));
		print_clean(aud_document_text(exception, "owner"));
		fputs(": ", stdout);
		print_clean(aud_document_text(exception, "why"));
		putchar('\n');
	}
}

static void
print_untested(const json_t *document)
{
	const json_t *untested = json_object_get(document, "not_tested");
	json_t       *name;
	size_t        i;

	fputs("not tested:", stdout);
	json_array_foreach((json_t *) untested, i, name)
	{
		fputs(i > 0 ? ", " : " ", stdout);
		print_clean(json_string_value(name));
	}
	putchar('\n');
}

void
aud_compliance_text_format(const json_t *document)
{
	const json_t *results = json_object_get(document, "results");
	json_t       *result;
	size_t        i;

	printf("profile %s, server ", aud_document_text(run_of(document), "profile"));
	print_clean(aud_document_text(run_of(document), "host"));
	printf(", PostgreSQL %s, %s\n\n",
		   aud_document_text(run_of(document), "server_version"),
		   aud_document_text(run_of(document), "at"));
	json_array_foreach((json_t *) results, i, result)
	{
		const char *status = aud_document_text(result, "status");

		printf("%-5s %-14s %-6s  ",
			   aud_document_text(result, "check_id"),
			   status,
			   aud_document_text(result, "severity"));
		print_clean(aud_document_text(result, "title"));
		putchar('\n');
		if (strcmp(status, "pass") == 0 || strcmp(status, "not_applicable") == 0)
			continue;
		fputs("      observed: ", stdout);
		print_clean(aud_document_text(result, "observed"));
		fputs("\n      to do:    ", stdout);
		print_clean(aud_document_text(result, "remediation"));
		putchar('\n');
		print_exceptions(document, aud_document_text(result, "check_id"));
	}
	printf("\n%d passed, %d failed, %d to be looked at, %d not applicable, %d errors\n",
		   aud_document_count(document, "pass"),
		   aud_document_count(document, "fail"),
		   aud_document_count(document, "manual"),
		   aud_document_count(document, "not_applicable"),
		   aud_document_count(document, "error"));
	print_untested(document);
}

/* ---- CSV ----------------------------------------------------------------------------------- */

/* RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe. */
static void
print_csv(const char *text)
{
	putchar('"');
	if (text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL)
		putchar('\'');
	for (; *text != '\0'; text++)
	{
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

void
aud_compliance_csv(const json_t *document)
{
	static const char *const columns[] = {"check_id",
										  "srg",
										  "title",
										  "severity",
										  "status",
										  "expected",
										  "observed",
										  "scope",
										  "remediation",
										  "checked_at"};
	const json_t            *results = json_object_get(document, "results");
	json_t                  *result;
	size_t                   i;
	size_t                   n = sizeof(columns) / sizeof(columns[0]);

	for (size_t c = 0; c < n; c++)
		printf("%s%s", columns[c], c + 1 < n ? "," : "\r\n");
	json_array_foreach((json_t *) results, i, result)
	{
		for (size_t c = 0; c < n; c++)
		{
			print_csv(aud_document_text(result, columns[c]));
			fputs(c + 1 < n ? "," : "\r\n", stdout);
		}
	}
}

/* ---- JUnit --------------------------------------------------------------------------------- */

/* XML 1.0 has no way to write most control characters. */
static void
print_xml(const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text)
		{
			case '&':
				fputs("&amp;", stdout);
				break;
			case '<':
				fputs("&lt;", stdout);
				break;
			case '>':
				fputs("&gt;", stdout);
				break;
			case '"':
				fputs("&quot;", stdout);
				break;
			case '\n':
				fputs("&#10;", stdout);
				break;
			default:
				putchar((unsigned char) *text < ' ' ? ' ' : *text);
		}
}

static void
print_junit_outcome(const json_t *result)
{
	const char *status = aud_document_text(result, "status");
	const char *element = strcmp(status, "fail") == 0    ? "failure"
						  : strcmp(status, "error") == 0 ? "error"
														 : "skipped";
	char       *finding = aud_compliance_finding(result);

	printf("<%s message=\"", element);
	print_xml(strcmp(element, "skipped") == 0
				  ? status
				  : aud_document_text(result, "observed"));
	fputs("\">", stdout);
	print_xml(finding);
	fputs("\nremediation: ", stdout);
	print_xml(aud_document_text(result, "remediation"));
	printf("</%s>", element);
	free(finding);
}

void
aud_compliance_junit(const json_t *document)
{
	const json_t *results = json_object_get(document, "results");
	json_t       *result;
	size_t        i;
	char          totals[128];

	snprintf(totals,
			 sizeof(totals),
			 "tests=\"%zu\" failures=\"%d\" errors=\"%d\" skipped=\"%d\"",
			 json_array_size(results),
			 aud_document_count(document, "fail"),
			 aud_document_count(document, "error"),
			 aud_document_count(document, "manual") +
				 aud_document_count(document, "not_applicable"));
	printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<testsuites %s>\n<testsuite name=\"secaudit ",
		   totals);
	print_xml(aud_document_text(run_of(document), "profile"));
	printf("\" %s timestamp=\"%s\" hostname=\"",
		   totals,
		   aud_document_text(run_of(document), "at"));
	print_xml(aud_document_text(run_of(document), "host"));
	fputs("\">\n", stdout);
	json_array_foreach((json_t *) results, i, result)
	{
		fputs("<testcase classname=\"secaudit\" name=\"", stdout);
		print_xml(aud_document_text(result, "check_id"));
		putchar(' ');
		print_xml(aud_document_text(result, "title"));
		fputs("\" time=\"0\">", stdout);
		if (strcmp(aud_document_text(result, "status"), "pass") != 0)
			print_junit_outcome(result);
		fputs("</testcase>\n", stdout);
	}
	fputs("</testsuite>\n</testsuites>\n", stdout);
}
