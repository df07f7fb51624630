/*-------------------------------------------------------------------------
 *
 * report_count.c
 *	  Counting the records of a trail for a report, in one pass.
 *
 * Records before the period count only for what has to be known of the time
 * before: who has been seen from where, and when a role was last at work.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/report.h"

/* Begin the key of a tally. */
static AudStr *
begin_key(AudReport *report)
{
	aud_str_reset(&report->key);
	return &report->key;
}

static void
add_part(AudReport *report, const AudReportRecord *record, AudReportField field)
{
	aud_str_char(&report->key, '\0');
	aud_report_add(report, &report->key, &record->fields[field]);
}

static AudTallyRow *
count(AudReport *report, AudReportTally tally, const AudReportRecord *record)
{
	AudTallyRow *row = aud_tally_add(&report->tallies[tally],
									 report->key.s,
									 report->key.len,
									 &record->one);

	if (row == NULL || record->at == 0)
		return row;
	if (row->first == 0 || record->at < row->first)
		row->first = record->at;
	if (record->at > row->last)
		row->last = record->at;
	return row;
}

static const AudJsonValue *
acting_user(const AudReportRecord *record)
{
	return aud_report_has(record, AUD_RF_CURRENT_USER)
			   ? &record->fields[AUD_RF_CURRENT_USER]
			   : &record->fields[AUD_RF_USER];
}

/* ---- times ------------------------------------------------------------------- */

static bool
is_privileged(const AudReportRecord *record)
{
	return aud_report_is(record, AUD_RF_CLASS, "ddl") ||
		   aud_report_is(record, AUD_RF_CLASS, "role") ||
		   (aud_report_is(record, AUD_RF_CLASS, "config") &&
			aud_report_has(record, AUD_RF_SESSION)) ||
		   aud_report_is(record, AUD_RF_PRIVILEGED, "true") ||
		   (aud_report_is(record, AUD_RF_SUPERUSER, "true") &&
			aud_report_is(record, AUD_RF_EVENT, "statement"));
}

static void
count_time(AudReport *report, const AudReportRecord *record)
{
	if (record->at != 0)
	{
		if (report->first_at == 0 || record->at < report->first_at)
			report->first_at = record->at;
		if (record->at > report->last_at)
			report->last_at = record->at;
	}
	if (record->local[0] == '\0')
		return;
	aud_str_add(begin_key(report), record->local);
	add_part(report, record, AUD_RF_CLASS);
	count(report, AUD_RT_HOUR, record);
	if (is_privileged(record))
		report->heat[record->weekday]
					[(record->local[11] - '0') * 10 + record->local[12] - '0']++;
}

/* ---- who ------------------------------------------------------------------------ */

/* A list of attributes that has one which is worth watching. */
static bool
has_strong_attribute(const AudReportRecord *record)
{
	static const char *const strong[] = {"superuser",
										 "createrole",
										 "replication",
										 "bypassrls"};
	const AudJsonValue      *list = &record->fields[AUD_RF_ATTRIBUTES];
	AudJsonScan              s;
	AudJsonValue             value;

	if (list->text == NULL || list->kind != AUD_JSON_ARRAY)
		return false;
	aud_json_scan_array(&s, list->text, list->len);
	while (aud_json_scan_element(&s, &value))
		for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
			if (value.len == strlen(strong[i]) &&
				memcmp(value.text, strong[i], value.len) == 0)
				return true;
	return false;
}

static void
mark_role(AudReport *report, const AudReportRecord *record,
		  const AudJsonValue *role, unsigned mark, bool acts)
{
	AudTallyRow         *row;
	static const AudSums none;

	if (role->text == NULL)
		return;
	aud_report_add(report, begin_key(report), role);
	row = aud_tally_add(&report->tallies[AUD_RT_ROLE],
						report->key.s != NULL ? report->key.s : "",
						report->key.len,
						acts ? &record->one : &none);
	if (row == NULL)
		return;
	row->mark |= mark;
	if (acts && record->at > row->last)
		row->last = record->at;
}

static void
count_roles(AudReport *report, const AudReportRecord *record)
{
	bool strong = aud_report_is(record, AUD_RF_SUPERUSER, "true") ||
				  aud_report_is(record, AUD_RF_PRIVILEGED, "true");

	/* a login that failed is nobody at work */
	if (aud_report_is(record, AUD_RF_EVENT, "session.auth"))
		return;
	mark_role(report, record, acting_user(record), strong ? AUD_ROLE_ACTED : 0, true);
	if (aud_report_has(record, AUD_RF_CURRENT_USER))
		mark_role(report, record, &record->fields[AUD_RF_USER], 0, true);
	if (record->one.failed == 0 && has_strong_attribute(record))
		mark_role(report,
				  record,
				  &record->fields[AUD_RF_TARGET_ROLE],
				  AUD_ROLE_GIVEN,
				  false);
}

/* Also before the period: what was seen then is not new. */
static void
count_triple(AudReport *report, const AudReportRecord *record)
{
	if (!aud_report_is(record, AUD_RF_EVENT, "session.start"))
		return;
	aud_report_add(report, begin_key(report), &record->fields[AUD_RF_USER]);
	add_part(report, record, AUD_RF_APP);
	aud_str_char(&report->key, '\0');
	aud_report_add_client(report, &report->key, record);
	count(report, AUD_RT_TRIPLE, record);
}

static void
count_login(AudReport *report, const AudReportRecord *record)
{
	AudStr *key = &report->key;

	if (record->one.failed == 0 ||
		!aud_report_is(record, AUD_RF_EVENT, "session.auth"))
		return;
	report->failed_logins++;
	aud_report_add_client(report, begin_key(report), record);
	add_part(report, record, AUD_RF_USER);
	add_part(report, record, AUD_RF_DB);
	add_part(report, record, AUD_RF_SQLSTATE);
	aud_str_char(key, '\0');
	aud_report_add_message(report, key, &record->fields[AUD_RF_ERROR]);
	count(report, AUD_RT_LOGIN, record);
}

static void
count_superuser(AudReport *report, const AudReportRecord *record)
{
	if (!aud_report_is(record, AUD_RF_SUPERUSER, "true") ||
		!aud_report_has(record, AUD_RF_SESSION))
		return;
	report->superuser++;
	aud_report_add(report, begin_key(report), &record->fields[AUD_RF_SESSION]);
	add_part(report, record, AUD_RF_USER);
	aud_str_char(&report->key, '\0');
	aud_report_add(report, &report->key, acting_user(record));
	aud_str_char(&report->key, '\0');
	aud_report_add_client(report, &report->key, record);
	add_part(report, record, AUD_RF_APP);
	count(report, AUD_RT_SUPER, record);
}

/* ---- what ------------------------------------------------------------------------ */

static void
count_tagged_object(AudReport *report, const AudReportRecord *record,
					const AudJsonValue *object)
{
	AudJsonValue tags = {0};
	AudJsonValue name = {0};

	if (object->kind != AUD_JSON_OBJECT ||
		!aud_json_find(object->text, object->len, "tags", &tags) ||
		!aud_json_find(object->text, object->len, "name", &name))
		return;
	aud_report_add(report, begin_key(report), acting_user(record));
	aud_str_char(&report->key, '\0');
	aud_report_add(report, &report->key, &name);
	aud_str_char(&report->key, '\0');
	aud_report_add_list(report, &report->key, &tags);
	count(report, AUD_RT_TAGGED, record);
}

static void
count_tagged(AudReport *report, const AudReportRecord *record)
{
	const AudJsonValue *objects = &record->fields[AUD_RF_OBJECTS];
	AudJsonScan         s;
	AudJsonValue        object;

	/* the record has the tags of all its objects */
	if (!aud_report_has(record, AUD_RF_TAGS) || objects->text == NULL)
		return;
	report->tagged++;
	aud_json_scan_array(&s, objects->text, objects->len);
	while (aud_json_scan_element(&s, &object))
		count_tagged_object(report, record, &object);
}

/* The objects that the error is about; the message where it names none. */
static void
add_denied(AudReport *report, const AudReportRecord *record)
{
	const AudJsonValue *objects = &record->fields[AUD_RF_OBJECTS];
	AudJsonScan         s;
	AudJsonValue        object;
	AudJsonValue        value;
	size_t              before = report->key.len;

	if (objects->text != NULL)
	{
		aud_json_scan_array(&s, objects->text, objects->len);
		while (aud_json_scan_element(&s, &object))
		{
			if (object.kind != AUD_JSON_OBJECT ||
				!aud_json_find(object.text, object.len, "denied", &value) ||
				!aud_json_find(object.text, object.len, "name", &value))
				continue;
			if (report->key.len > before)
				aud_str_add(&report->key, ", ");
			aud_report_add(report, &report->key, &value);
		}
	}
	if (report->key.len == before)
		aud_report_add_message(report,
							   &report->key,
							   &record->fields[AUD_RF_ERROR]);
}

static void
count_denied(AudReport *report, const AudReportRecord *record)
{
	if (!aud_report_is(record, AUD_RF_SQLSTATE, "42501") ||
		aud_report_is(record, AUD_RF_EVENT, "alert"))
		return;
	report->denied++;
	aud_report_add(report, begin_key(report), acting_user(record));
	add_part(report, record, AUD_RF_COMMAND);
	aud_str_char(&report->key, '\0');
	add_denied(report, record);
	count(report, AUD_RT_DENIED, record);
}

static void
count_alert(AudReport *report, const AudReportRecord *record)
{
	if (!aud_report_is(record, AUD_RF_EVENT, "alert"))
		return;
	report->alerts++;
	aud_report_add(report, begin_key(report), &record->fields[AUD_RF_REASON]);
	add_part(report, record, AUD_RF_RULE);
	add_part(report, record, AUD_RF_SEVERITY);
	count(report, AUD_RT_ALERT, record);
}

static void
count_event(AudReport *report, const AudReportRecord *record)
{
	uint64_t lost = 0;

	aud_report_add(report, begin_key(report), &record->fields[AUD_RF_EVENT]);
	count(report, AUD_RT_EVENT, record);
	aud_report_add(report, begin_key(report), &record->fields[AUD_RF_NODE]);
	if (report->key.len > 0)
		count(report, AUD_RT_NODE, record);
	report->sessions += aud_report_is(record, AUD_RF_EVENT, "session.start");
	report->ddl += aud_report_is(record, AUD_RF_CLASS, "ddl");
	report->privileged += is_privileged(record);
	report->role_changes += aud_report_is(record, AUD_RF_CLASS, "role");
	report->config_changes += aud_report_is(record, AUD_RF_CLASS, "config");
	report->of_audit += aud_report_is(record, AUD_RF_CLASS, "audit");
	if (aud_report_is(record, AUD_RF_EVENT, "audit.gap") &&
		aud_json_read_uint(&record->fields[AUD_RF_LOST], &lost))
		report->lost += lost;
}

/* ---- a record ---------------------------------------------------------------------- */

/* A record without a time is of the period. */
static bool
is_before(const AudReportRecord *record, const char *limit)
{
	const AudJsonValue *ts = &record->fields[AUD_RF_TS];

	return limit[0] != '\0' && ts->text != NULL && ts->len == AUD_TS_SIZE - 1 &&
		   memcmp(ts->text, limit, AUD_TS_SIZE - 1) < 0;
}

static bool
is_counted(const AudReport *report, const AudReportRecord *record)
{
	const AudJsonValue *ts = &record->fields[AUD_RF_TS];
	uint64_t            part;

	/* the parts of a record that was split repeat all but the query */
	if (aud_report_has(record, AUD_RF_PART) &&
		aud_json_read_uint(&record->fields[AUD_RF_PART], &part) && part > 1)
		return false;
	return report->until[0] == '\0' || ts->text == NULL ||
		   ts->len != AUD_TS_SIZE - 1 || is_before(record, report->until);
}

bool
aud_report_count(AudReport *report, const char *line, size_t len)
{
	AudReportRecord record;

	if (!aud_report_read(report, &record, line, len))
		return false;
	if (!is_counted(report, &record))
		return true;
	count_roles(report, &record);
	count_triple(report, &record);
	if (is_before(&record, report->since))
	{
		report->earlier++;
		return true;
	}
	report->records++;
	count_time(report, &record);
	count_event(report, &record);
	count_login(report, &record);
	count_superuser(report, &record);
	count_tagged(report, &record);
	count_denied(report, &record);
	count_alert(report, &record);
	aud_report_list(report, &record);
	return true;
}
