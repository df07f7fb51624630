/*-------------------------------------------------------------------------
 *
 * compliance_json.c
 *	  Results of checks as InSpec's exec-json (HDF) and as a checklist (CKLB).
 *
 * Both are written from our own verdicts; what was not checked is never passed.
 * HDF has one result per control and never none, as readers take an empty list
 * for a fault or for a pass; a status word it does not know makes a reader
 * refuse the whole file.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>

#include "bin/compliance.h"
#include "bin/ctl.h"
#include "bin/document.h"
#include "bin/str.h"

/* STIG Viewer cuts longer texts without a word. */
#define CKLB_TEXT_MAX 32767

static const char cut_note[] = "\n[cut here: see the JSON document]";

static const json_t *
run_of(const json_t *document)
{
	return json_object_get(document, "run");
}

static void
print_document(json_t *out)
{
	json_dumpf(out, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(out);
}

/* The bytes of a UUID's text. */
static void
uuid_bytes(const char *text, unsigned char *bytes)
{
	unsigned value;

	for (size_t i = 0; i < 16 && *text != '\0'; i++, text += 2)
	{
		if (*text == '-')
			text++;
		if (sscanf(text, "%2x", &value) != 1)
			return;
		bytes[i] = (unsigned char) value;
	}
}

json_t *
aud_compliance_uuid(const json_t *document, const char *name)
{
	unsigned char d[EVP_MAX_MD_SIZE] = {0};
	unsigned char namespace[16] = {0};
	AudStr text = {0};

	uuid_bytes(aud_document_text(run_of(document), "id"), namespace);
	aud_str_put(&text, (const char *) namespace, sizeof(namespace));
	aud_str_add(&text, name);
	EVP_Digest(text.s, text.len, d, NULL, EVP_sha1(), NULL);
	aud_str_free(&text);
	return aud_document_uuid(d, 5);
}

json_int_t
aud_compliance_seconds(const char *at)
{
	struct tm tm = {0};

	return strptime(at, "%Y-%m-%dT%H:%M:%S", &tm) != NULL
			   ? (json_int_t) timegm(&tm)
			   : (json_int_t) time(NULL);
}

static json_t *
list_of(const json_t *result, const char *key)
{
	json_t *list = json_object_get(json_object_get(result, "refs"), key);

	return json_is_array(list) ? json_incref(list) : json_array();
}

/* ---- HDF ----------------------------------------------------------------------------------- */

static const char *
hdf_status(const char *status)
{
	if (strcmp(status, "pass") == 0)
		return "passed";
	if (strcmp(status, "fail") == 0)
		return "failed";
	return strcmp(status, "error") == 0 ? "error" : "skipped";
}

static double
hdf_impact(const json_t *result)
{
	const char *severity = aud_document_text(result, "severity");

	/* InSpec's way to say "not applicable" */
	if (strcmp(aud_document_text(result, "status"), "not_applicable") == 0)
		return 0.0;
	return strcmp(severity, "high") == 0  ? 0.7
		   : strcmp(severity, "low") == 0 ? 0.3
										  : 0.5;
}

static json_t *
hdf_result(const json_t *result, const char *at)
{
	const char *status = hdf_status(aud_document_text(result, "status"));
	char       *finding = aud_compliance_finding(result);
	json_t     *out = json_pack("{s:s, s:s, s:f, s:s}",
                            "status",
                            status,
                            "code_desc",
                            aud_document_text(result, "title"),
                            "run_time",
                            0.0,
                            "start_time",
                            at);

	json_object_set_new(out,
						strcmp(status, "skipped") == 0 ? "skip_message"
													   : "message",
						json_string(finding));
	free(finding);
	return out;
}

static json_t *
hdf_control(const json_t *result, const char *at)
{
	json_t *tags = json_pack("{s:s, s:o, s:o, s:s}",
							 "gtitle",
							 aud_document_text(result, "srg"),
							 "nist",
							 list_of(result, "nist"),
							 "cci",
							 list_of(result, "cci"),
							 "severity",
							 aud_document_text(result, "severity"));

	json_object_set_new(tags, "stig_id", list_of(result, "stig"));
	return json_pack("{s:s, s:s, s:s, s:[{s:s, s:s}], s:f, s:[], s:o, s:s, s:{s:s, s:i}, s:[o]}",
					 "id",
					 aud_document_text(result, "check_id"),
					 "title",
					 aud_document_text(result, "title"),
					 "desc",
					 aud_document_text(result, "expected"),
					 "descriptions",
					 "label",
					 "fix",
					 "data",
					 aud_document_text(result, "remediation"),
					 "impact",
					 hdf_impact(result),
					 "refs",
					 "tags",
					 tags,
					 "code",
					 "",
					 "source_location",
					 "ref",
					 "secaudit.compliance_check",
					 "line",
					 0,
					 "results",
					 hdf_result(result, at));
}

void
aud_compliance_hdf(const json_t *document)
{
	const json_t *run = run_of(document);
	const json_t *results = json_object_get(document, "results");
	const char   *at = aud_document_text(run, "at");
	json_t       *controls = json_array();
	json_t       *result;
	size_t        i;

	json_array_foreach((json_t *) results, i, result)
	{
		json_array_append_new(controls, hdf_control(result, at));
	}
	print_document(
		json_pack("{s:{s:s, s:s}, s:s, s:{s:f}, s:[{s:s, s:s, s:s, s:s, s:[], s:[], s:[], s:s, s:o}]}",
				  "platform",
				  "name",
				  "PostgreSQL",
				  "release",
				  aud_document_text(run, "server_version"),
				  "version",
				  AUD_VERSION,
				  "statistics",
				  "duration",
				  0.0,
				  "profiles",
				  "name",
				  "secaudit",
				  "title",
				  aud_document_text(run, "benchmark"),
				  "version",
				  AUD_VERSION,
				  "sha256",
				  aud_document_text(document, "sha256"),
				  "supports",
				  "attributes",
				  "groups",
				  "status",
				  "loaded",
				  "controls",
				  controls));
}

/* ---- CKLB ---------------------------------------------------------------------------------- */

static const char *
cklb_status(const char *status)
{
	if (strcmp(status, "pass") == 0)
		return "not_a_finding";
	if (strcmp(status, "fail") == 0)
		return "open";
	return strcmp(status, "not_applicable") == 0 ? "not_applicable"
												 : "not_reviewed";
}

/* Cut between characters, and say so. */
static json_t *
cklb_text(const char *text)
{
	size_t  len = strlen(text);
	AudStr  cut = {0};
	json_t *value;

	if (len <= CKLB_TEXT_MAX)
		return json_string(text);
	len = CKLB_TEXT_MAX - strlen(cut_note);
	while (len > 0 && ((unsigned char) text[len] & 0xC0) == 0x80)
		len--;
	aud_str_put(&cut, text, len);
	aud_str_add(&cut, cut_note);
	value = json_string(cut.s);
	aud_str_free(&cut);
	return value;
}

static json_t *
cklb_rule(const json_t *document, const json_t *result, const json_t *stig_uuid)
{
	const char *id = aud_document_text(result, "check_id");
	json_t     *stig = list_of(result, "stig");
	const char *version = json_string_value(json_array_get(stig, 0));
	char       *finding = aud_compliance_finding(result);
	json_t     *rule =
		json_pack("{s:o, s:O, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
				  "uuid",
				  aud_compliance_uuid(document, id),
				  "stig_uuid",
				  stig_uuid,
				  "group_id",
				  id,
				  "group_id_src",
				  id,
				  "rule_id",
				  id,
				  "rule_id_src",
				  id,
				  "rule_version",
				  version ? version : id,
				  "severity",
				  aud_document_text(result, "severity"),
				  "rule_title",
				  aud_document_text(result, "title"),
				  "group_title",
				  aud_document_text(result, "srg"),
				  "status",
				  cklb_status(aud_document_text(result, "status")));

	json_object_set_new(rule,
						"fix_text",
						json_string(aud_document_text(result, "remediation")));
	json_object_set_new(rule,
						"check_content",
						json_string(aud_document_text(result, "expected")));
	json_object_set_new(rule, "finding_details", cklb_text(finding));
	json_object_set_new(rule,
						"comments",
						cklb_text(aud_document_text(result, "remediation")));
	json_object_set_new(rule, "ccis", list_of(result, "cci"));
	json_object_set_new(rule, "overrides", json_object());
	json_decref(stig);
	free(finding);
	return rule;
}

void
aud_compliance_cklb(const json_t *document)
{
	const json_t *run = run_of(document);
	const json_t *results = json_object_get(document, "results");
	const char   *host = aud_document_text(run, "host");
	json_t       *stig_uuid = aud_compliance_uuid(document, "stig");
	json_t       *rules = json_array();
	json_t       *result;
	size_t        i;
	AudStr        release = {0};

	aud_str_printf(&release,
				   "Release: 1 Benchmark Date: %.10s",
				   aud_document_text(run, "at"));
	json_array_foreach((json_t *) results, i, result)
	{
		json_array_append_new(rules, cklb_rule(document, result, stig_uuid));
	}
	print_document(
		json_pack("{s:s, s:o, s:b, s:i, s:b, s:s,"
				  " s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:s},"
				  " s:[{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:i, s:o}]}",
				  "title",
				  "secaudit",
				  "id",
				  aud_compliance_uuid(document, "checklist"),
				  "active",
				  1,
				  "mode",
				  2,
				  "has_path",
				  1,
				  "cklb_version",
				  "1.0",
				  "target_data",
				  "target_type",
				  "Computing",
				  "host_name",
				  host[0] != '\0' ? host : "unknown",
				  "ip_address",
				  "",
				  "mac_address",
				  "",
				  "fqdn",
				  "",
				  "comments",
				  "",
				  "role",
				  "None",
				  "is_web_database",
				  1,
				  "technology_area",
				  "",
				  "web_db_site",
				  "",
				  "web_db_instance",
				  aud_document_text(run, "port"),
				  "stigs",
				  "stig_name",
				  aud_document_text(run, "benchmark"),
				  "display_name",
				  "PostgreSQL",
				  "stig_id",
				  "secaudit_checks",
				  "release_info",
				  release.s,
				  "version",
				  "1",
				  "uuid",
				  stig_uuid,
				  "reference_identifier",
				  "",
				  "size",
				  (int) json_array_size(rules),
				  "rules",
				  rules));
	aud_str_free(&release);
}
