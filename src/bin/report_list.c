/*-------------------------------------------------------------------------
 *
 * report_list.c
 *	  Records that a report shows one by one: changes of roles and rights,
 *	  changes of the configuration, alerts.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/report.h"

static void
put_field(AudReport *report, AudDocTable *table, const AudReportRecord *record,
		  AudReportField field)
{
	aud_str_reset(&report->text);
	aud_report_add(report, &report->text, &record->fields[field]);
	aud_doc_text(table, report->text.s);
}

static void
put_number(AudDocTable *table, const AudReportRecord *record, AudReportField field)
{
	uint64_t n = 0;

	(void) aud_json_read_uint(&record->fields[field], &n);
	aud_doc_count(table, n);
}

/* "log:seq", as show takes it. */
static void
put_identity(AudReport *report, AudDocTable *table, const AudReportRecord *record)
{
	uint64_t seq = 0;

	aud_str_reset(&report->text);
	aud_report_add(report, &report->text, &record->fields[AUD_RF_LOG]);
	(void) aud_json_read_uint(&record->fields[AUD_RF_SEQ], &seq);
	aud_str_printf(&report->text, ":%llu", (unsigned long long) seq);
	aud_doc_text(table, report->text.s);
}

/* "intern", or "intern as payments" */
static void
put_who(AudReport *report, AudDocTable *table, const AudReportRecord *record)
{
	aud_str_reset(&report->text);
	aud_report_add(report, &report->text, &record->fields[AUD_RF_USER]);
	if (aud_report_has(record, AUD_RF_CURRENT_USER))
	{
		aud_str_add(&report->text, " as ");
		aud_report_add(report,
					   &report->text,
					   &record->fields[AUD_RF_CURRENT_USER]);
	}
	aud_doc_text(table, report->text.s);
}

static void
put_client(AudReport *report, AudDocTable *table, const AudReportRecord *record)
{
	aud_str_reset(&report->text);
	if (aud_report_has(record, AUD_RF_SESSION))
		aud_report_add_client(report, &report->text, record);
	aud_doc_text(table, report->text.s);
}

/* Lists and single names, one after the other. */
static void
add_all(AudReport *report, const AudReportRecord *record,
		const AudReportField *fields, size_t n)
{
	AudStr *text = &report->text;

	aud_str_reset(text);
	for (size_t i = 0; i < n; i++)
	{
		const AudJsonValue *value = &record->fields[fields[i]];

		if (value->text == NULL)
			continue;
		if (value->kind == AUD_JSON_ARRAY)
			aud_report_add_list(report, text, value);
		else
		{
			if (text->len > 0)
				aud_str_add(text, ", ");
			aud_report_add(report, text, value);
		}
	}
}

static void
add_object_names(AudReport *report, const AudJsonValue *objects)
{
	AudJsonScan  s;
	AudJsonValue object;
	AudJsonValue name;
	int          n = 0;

	if (objects->text == NULL)
		return;
	aud_json_scan_array(&s, objects->text, objects->len);
	while (aud_json_scan_element(&s, &object) && n < 5)
	{
		if (object.kind != AUD_JSON_OBJECT ||
			!aud_json_find(object.text, object.len, "name", &name))
			continue;
		aud_str_add(&report->text,
					n++ > 0                ? ", "
					: report->text.len > 0 ? " on "
										   : "");
		aud_report_add(report, &report->text, &name);
	}
}

static void
put_statement(AudReport *report, AudDocTable *table, const AudReportRecord *record)
{
	aud_str_reset(&report->text);
	aud_report_add_statement(report, &report->text, &record->fields[AUD_RF_QUERY]);
	aud_doc_text(table, report->text.s);
}

/* ---- tables ---------------------------------------------------------------------- */

/* When, who, from where, by which command; false: the table is full. */
static bool
begin_change(AudReport *report, AudDocTable *table, const AudReportRecord *record)
{
	if (!aud_doc_row(table))
		return false;
	put_field(report, table, record, AUD_RF_TS);
	put_identity(report, table, record);
	put_who(report, table, record);
	put_client(report, table, record);
	put_field(report, table, record, AUD_RF_COMMAND);
	return true;
}

static void
list_change(AudReport *report, const AudReportRecord *record)
{
	static const AudReportField whom[] = {
		AUD_RF_TARGET_ROLE,
		AUD_RF_GRANTEES,
		AUD_RF_MEMBERS,
		AUD_RF_ADMIN_MEMBERS,
		AUD_RF_OWNED_BY,
		AUD_RF_TO_ROLE,
	};
	static const AudReportField what[] = {AUD_RF_PRIVILEGES,
										  AUD_RF_ATTRIBUTES,
										  AUD_RF_MEMBER_OF};
	AudDocTable                *table = report->changes;

	if (!begin_change(report, table, record))
		return;
	add_all(report, record, whom, sizeof(whom) / sizeof(whom[0]));
	aud_doc_text(table, report->text.s);
	add_all(report, record, what, sizeof(what) / sizeof(what[0]));
	add_object_names(report, &record->fields[AUD_RF_OBJECTS]);
	aud_doc_text(table, report->text.s);
	put_field(report, table, record, AUD_RF_OUTCOME);
	put_statement(report, table, record);
}

static void
put_value(AudReport *report, AudDocTable *table, const AudReportRecord *record,
		  AudReportField field)
{
	if (report->redact && aud_report_has(record, field))
		aud_doc_text(table, "<redacted>");
	else
		put_field(report, table, record, field);
}

static void
list_config(AudReport *report, const AudReportRecord *record)
{
	AudDocTable *table = report->configs;

	if (!begin_change(report, table, record))
		return;
	put_field(report, table, record, AUD_RF_SETTING);
	put_value(report, table, record, AUD_RF_OLD_VALUE);
	put_value(report, table, record, AUD_RF_NEW_VALUE);
	put_field(report, table, record, AUD_RF_OUTCOME);
}

static void
list_alert(AudReport *report, const AudReportRecord *record)
{
	AudDocTable *table = report->alert_list;

	if (!aud_doc_row(table))
		return;
	put_field(report, table, record, AUD_RF_TS);
	put_identity(report, table, record);
	put_field(report, table, record, AUD_RF_REASON);
	put_field(report, table, record, AUD_RF_RULE);
	put_field(report, table, record, AUD_RF_SEVERITY);
	put_who(report, table, record);
	put_number(table, record, AUD_RF_LOST);
	aud_str_reset(&report->text);
	aud_report_add_message(report, &report->text, &record->fields[AUD_RF_DETAIL]);
	aud_doc_text(table, report->text.s);
}

void
aud_report_list(AudReport *report, const AudReportRecord *record)
{
	if (aud_report_is(record, AUD_RF_CLASS, "role"))
		list_change(report, record);
	else if (aud_report_is(record, AUD_RF_CLASS, "config"))
		list_config(report, record);
	else if (aud_report_is(record, AUD_RF_EVENT, "alert"))
		list_alert(report, record);
}
