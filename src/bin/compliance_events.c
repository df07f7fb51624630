/*-------------------------------------------------------------------------
 *
 * compliance_events.c
 *	  Results of checks as OSCAL assessment-results and as OCSF events.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "bin/compliance.h"
#include "bin/ctl.h"
#include "bin/document.h"
#include "bin/str.h"

static const json_t *
run_of(const json_t *document)
{
	return json_object_get(document, "run");
}

/* ---- OSCAL --------------------------------------------------------------------------------- */

static json_t *
named_uuid(const json_t *document, const char *kind, const json_t *result)
{
	AudStr  name = {0};
	json_t *uuid;

	aud_str_printf(&name, "%s %s", kind, aud_document_text(result, "check_id"));
	uuid = aud_compliance_uuid(document, name.s);
	aud_str_free(&name);
	return uuid;
}

static json_t *
oscal_observation(const json_t *document, const json_t *result)
{
	char       *finding = aud_compliance_finding(result);
	const char *status = aud_document_text(result, "status");
	const char *at = aud_document_text(run_of(document), "at");
	const char *title = aud_document_text(result, "title");
	json_t *out = json_pack("{s:o, s:s, s:s, s:[{s:s, s:s, s:s}], s:[s], s:s}",
							"uuid",
							named_uuid(document, "observation", result),
							"title",
							title,
							"description",
							finding,
							"props",
							"name",
							"status",
							"ns",
							"urn:uuid:8f0c7a52-6a0e-4c1b-9d0d-2f6a3b5e7c41",
							"value",
							status,
							"methods",
							strcmp(status, "manual") == 0 ? "EXAMINE" : "TEST",
							"collected",
							at);

	free(finding);
	return out;
}

/*
 * OSCAL knows two states only; what was not checked is no finding, and stays
 * an observation.
 */
static json_t *
oscal_finding(const json_t *document, const json_t *result)
{
	const char *state = strcmp(aud_document_text(result, "status"), "pass") == 0
							? "satisfied"
							: "not-satisfied";
	json_t     *observation = named_uuid(document, "observation", result);
	const char *title = aud_document_text(result, "title");
	const char *fix = aud_document_text(result, "remediation");

	return json_pack("{s:o, s:s, s:s, s:{s:s, s:s, s:{s:s}}, s:[{s:o}]}",
					 "uuid",
					 named_uuid(document, "finding", result),
					 "title",
					 title,
					 "description",
					 fix[0] != '\0' ? fix : title,
					 "target",
					 "type",
					 "objective-id",
					 "target-id",
					 aud_document_text(result, "check_id"),
					 "status",
					 "state",
					 state,
					 "related-observations",
					 "observation-uuid",
					 observation);
}

void
aud_compliance_oscal(const json_t *document)
{
	const json_t *results = json_object_get(document, "results");
	const char   *at = aud_document_text(run_of(document), "at");
	const char   *benchmark = aud_document_text(run_of(document), "benchmark");
	json_t       *observations = json_array();
	json_t       *findings = json_array();
	json_t       *entry;
	json_t       *result;
	json_t       *out;
	size_t        i;

	json_array_foreach((json_t *) results, i, result)
	{
		const char *status = aud_document_text(result, "status");

		json_array_append_new(observations, oscal_observation(document, result));
		if (strcmp(status, "pass") == 0 || strcmp(status, "fail") == 0)
			json_array_append_new(findings, oscal_finding(document, result));
	}
	entry = json_pack("{s:o, s:s, s:s, s:s, s:s, s:{s:[{s:{}}]}, s:o}",
					  "uuid",
					  aud_compliance_uuid(document, "result"),
					  "title",
					  benchmark,
					  "description",
					  "checks of secaudit.compliance_check()",
					  "start",
					  at,
					  "end",
					  at,
					  "reviewed-controls",
					  "control-selections",
					  "include-all",
					  "observations",
					  observations);
	/* a list that is there must not be empty */
	if (json_array_size(findings) > 0)
		json_object_set(entry, "findings", findings);
	json_decref(findings);
	out = json_pack("{s:{s:o, s:{s:s, s:s, s:s, s:s}, s:{s:s}, s:[o]}}",
					"assessment-results",
					"uuid",
					aud_compliance_uuid(document, "document"),
					"metadata",
					"title",
					benchmark,
					"last-modified",
					at,
					"version",
					AUD_VERSION,
					"oscal-version",
					"1.1.2",
					"import-ap",
					"href",
					"#",
					"results",
					entry);
	json_dumpf(out, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(out);
}

/* ---- OCSF ---------------------------------------------------------------------------------- */

static int
ocsf_severity(const json_t *result)
{
	const char *severity = aud_document_text(result, "severity");

	if (strcmp(aud_document_text(result, "status"), "fail") != 0)
		return 1;
	return strcmp(severity, "high") == 0  ? 4
		   : strcmp(severity, "low") == 0 ? 2
										  : 3;
}

/* Compliance's status_id: 1 pass, 2 warning, 3 fail; 0 unknown. */
static int
ocsf_status(const char *status)
{
	if (strcmp(status, "pass") == 0)
		return 1;
	if (strcmp(status, "fail") == 0)
		return 3;
	return strcmp(status, "manual") == 0 ? 2 : 0;
}

static void
print_ocsf(const json_t *document, const json_t *result)
{
	const json_t *run = run_of(document);
	const char   *status = aud_document_text(result, "status");
	char         *finding = aud_compliance_finding(result);
	json_int_t time = 1000 * aud_compliance_seconds(aud_document_text(run, "at"));
	const char *host = aud_document_text(run, "host");
	json_t     *compliance = json_pack("{s:s, s:[s], s:i, s:s, s:s}",
                                   "control",
                                   aud_document_text(result, "check_id"),
                                   "standards",
                                   aud_document_text(run, "benchmark"),
                                   "status_id",
                                   ocsf_status(status),
                                   "status_detail",
                                   status,
                                   "desc",
                                   aud_document_text(result, "expected"));
	json_t     *info = json_pack("{s:o, s:s, s:s}",
                             "uid",
                             named_uuid(document, "finding", result),
                             "title",
                             aud_document_text(result, "title"),
                             "desc",
                             finding);
	json_t     *out =
		json_pack("{s:i, s:i, s:i, s:i, s:i, s:I, s:{s:s, s:{s:s, s:s, s:s}}, s:o, s:o,"
				  " s:{s:s}, s:[{s:s, s:s}]}",
				  "activity_id",
				  1,
				  "category_uid",
				  2,
				  "class_uid",
				  2003,
				  "type_uid",
				  200301,
				  "severity_id",
				  ocsf_severity(result),
				  "time",
				  time,
				  "metadata",
				  "version",
				  "1.3.0",
				  "product",
				  "name",
				  "secaudit",
				  "vendor_name",
				  "secaudit",
				  "version",
				  AUD_VERSION,
				  "compliance",
				  compliance,
				  "finding_info",
				  info,
				  "remediation",
				  "desc",
				  aud_document_text(result, "remediation"),
				  "resources",
				  "name",
				  host[0] != '\0' ? host : "unknown",
				  "type",
				  "database server");

	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(out);
	free(finding);
}

void
aud_compliance_ocsf(const json_t *document)
{
	const json_t *results = json_object_get(document, "results");
	json_t       *result;
	size_t        i;

	json_array_foreach((json_t *) results, i, result)
	{
		print_ocsf(document, result);
	}
}
