/*-------------------------------------------------------------------------
 *
 * stats_count.c
 *	  Counting one record of a trail.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/statement.h"
#include "bin/stats.h"
#include "core/shape.h"

/* ---- times --------------------------------------------------------------------- */

static void
note_time(AudStats *stats, const char *ts)
{
	char copy[AUD_TS_SIZE] = "";

	memcpy(copy, ts, AUD_TS_SIZE - 1);
	if (stats->first_ts[0] == '\0' || strcmp(copy, stats->first_ts) < 0)
		memcpy(stats->first_ts, copy, sizeof(copy));
	if (strcmp(copy, stats->last_ts) > 0)
		memcpy(stats->last_ts, copy, sizeof(copy));
}

/*
 * Date, time of day to the minute.  Most records are of the same minute as the
 * one before, and no zone changes its offset within one.
 */
static const char *
local_minute(AudStats *stats, const char *ts)
{
	struct tm tm = {0};
	time_t    t;

	if (memcmp(ts, stats->minute, 16) == 0)
		return stats->local;
	memcpy(stats->minute, ts, 16);
	if (strptime(stats->minute, "%Y-%m-%dT%H:%M", &tm) == NULL)
		return stats->minute;
	t = timegm(&tm);
	if (localtime_r(&t, &tm) == NULL ||
		strftime(stats->local, sizeof(stats->local), "%Y-%m-%d %H:%M", &tm) != 16)
		memcpy(stats->local, stats->minute, sizeof(stats->local));
	return stats->local;
}

static void
count_time(AudStats *stats, const AudStatsRecord *record)
{
	const char *ts = record->fields[AUD_FIELD_TS].text;

	if (!aud_shape_is_time(record->fields[AUD_FIELD_TS].text,
						   record->fields[AUD_FIELD_TS].len))
		return;
	note_time(stats, ts);
	if (!stats->wanted[AUD_STATS_HOUR] && !stats->wanted[AUD_STATS_DAY])
		return;
	if (!stats->utc)
		ts = local_minute(stats, ts);
	if (stats->wanted[AUD_STATS_HOUR])
		aud_tally_add(&stats->tallies[AUD_STATS_HOUR], ts + 11, 2, &record->one);
	if (stats->wanted[AUD_STATS_DAY])
		aud_tally_add(&stats->tallies[AUD_STATS_DAY], ts, 10, &record->one);
}

/* ---- single values --------------------------------------------------------------- */

static void
count_field(AudStats *stats, const AudStatsRecord *record, AudStatsTable table,
			AudStatsField field)
{
	const AudJsonValue *value = &record->fields[field];
	const char         *text;
	size_t              len;

	if (!stats->wanted[table] || value->text == NULL ||
		value->kind != AUD_JSON_STRING)
		return;
	text = aud_stats_text(stats, value, &len);
	aud_tally_add(&stats->tallies[table], text, len, &record->one);
}

/* A session through a socket of the machine has no address. */
static void
count_client(AudStats *stats, const AudStatsRecord *record)
{
	if (record->fields[AUD_FIELD_CLIENT].text != NULL)
		count_field(stats, record, AUD_STATS_CLIENT, AUD_FIELD_CLIENT);
	else if (stats->wanted[AUD_STATS_CLIENT] &&
			 record->fields[AUD_FIELD_SESSION].text != NULL &&
			 record->fields[AUD_FIELD_BACKEND].text == NULL)
		aud_tally_add(&stats->tallies[AUD_STATS_CLIENT], "[local]", 7, &record->one);
}

/* ---- objects ----------------------------------------------------------------------- */

/* "public.card", "function public.f(integer)" */
static void
count_object(AudStats *stats, const AudStatsRecord *record,
			 const AudJsonValue *object)
{
	AudJsonValue type = {0};
	AudJsonValue name = {0};

	if (object->kind != AUD_JSON_OBJECT ||
		!aud_json_find(object->text, object->len, "name", &name) ||
		name.kind != AUD_JSON_STRING)
		return;
	aud_str_reset(&stats->text);
	if (aud_json_find(object->text, object->len, "type", &type) &&
		!(type.len == 5 && memcmp(type.text, "table", 5) == 0))
	{
		aud_str_add(&stats->text, aud_stats_text(stats, &type, NULL));
		aud_str_add(&stats->text, " ");
	}
	aud_str_add(&stats->text, aud_stats_text(stats, &name, NULL));
	aud_tally_add(&stats->tallies[AUD_STATS_OBJECT],
				  stats->text.s,
				  stats->text.len,
				  &record->one);
}

static void
count_objects(AudStats *stats, const AudStatsRecord *record)
{
	const AudJsonValue *objects = &record->fields[AUD_FIELD_OBJECTS];
	AudJsonScan         s;
	AudJsonValue        object;

	if (!stats->wanted[AUD_STATS_OBJECT] || objects->text == NULL)
		return;
	aud_json_scan_array(&s, objects->text, objects->len);
	while (aud_json_scan_element(&s, &object))
		count_object(stats, record, &object);
}

/* ---- failed logins --------------------------------------------------------------------- */

/*
 * A message without the names in it, which stand between quotes: whoever tries
 * many names fails for one reason.
 */
static void
add_reason(AudStr *to, const char *message)
{
	const char *from = strchr(message, '"');
	const char *last = from != NULL ? strrchr(message, '"') : NULL;

	if (last == from)
	{
		aud_str_add(to, message);
		return;
	}
	aud_str_printf(to, "%.*s\"...\"%s", (int) (from - message), message, last + 1);
}

static void
count_login(AudStats *stats, const AudStatsRecord *record)
{
	AudStr     *text = &stats->text;
	const char *detail;

	if (!stats->wanted[AUD_STATS_LOGIN] || record->one.failed == 0 ||
		!aud_stats_is(record, AUD_FIELD_EVENT, "session.auth"))
		return;
	aud_str_reset(text);
	if (record->fields[AUD_FIELD_CLIENT].text != NULL)
		aud_str_add(text,
					aud_stats_text(stats, &record->fields[AUD_FIELD_CLIENT], NULL));
	else
		aud_str_add(text, "[local]");
	aud_str_char(text, '\0');
	aud_str_add(text,
				aud_stats_text(stats, &record->fields[AUD_FIELD_SQLSTATE], NULL));
	aud_str_char(text, '\0');
	add_reason(text,
			   aud_stats_text(stats, &record->fields[AUD_FIELD_ERROR], NULL));
	detail = aud_stats_text(stats, &record->fields[AUD_FIELD_DETAIL], NULL);
	if (*detail != '\0')
	{
		aud_str_add(text, ": ");
		add_reason(text, detail);
	}
	aud_tally_add(&stats->tallies[AUD_STATS_LOGIN],
				  text->s,
				  text->len,
				  &record->one);
}

/* ---- statements ---------------------------------------------------------------------------- */

static void
count_statement(AudStats *stats, const AudStatsRecord *record)
{
	const AudJsonValue *query = &record->fields[AUD_FIELD_QUERY];
	static char        *room;
	static size_t       size;
	const char         *text;
	size_t              len;
	AudBuf              b;

	if (!stats->wanted[AUD_STATS_STATEMENT] || query->text == NULL ||
		query->kind != AUD_JSON_STRING)
		return;
	text = aud_stats_text(stats, query, &len);
	if (size < AUD_STATEMENT_ROOM(len))
	{
		free(room);
		size = 2 * AUD_STATEMENT_ROOM(len);
		room = malloc(size);
		if (room == NULL)
			abort();
	}
	aud_buf_init(&b, room, size);
	aud_statement_normalise(&b, text, len);
	aud_tally_add(&stats->tallies[AUD_STATS_STATEMENT], b.data, b.len, &record->one);
}

/* ---- a record ---------------------------------------------------------------------------------- */

/* What it adds to a sum. */
static void
measure(AudStatsRecord *record)
{
	const AudJsonValue *rows = &record->fields[AUD_FIELD_ROWS];
	const AudJsonValue *duration = &record->fields[AUD_FIELD_DURATION];

	record->one = (AudSums){.records = 1};
	record->one.failed = aud_stats_is(record, AUD_FIELD_OUTCOME, "failure");
	if (rows->text != NULL)
		(void) aud_json_read_uint(rows, &record->one.rows);
	record->one.timed = duration->text != NULL &&
						aud_json_read_uint(duration, &record->one.duration_us);
}

void
aud_stats_count(AudStats *stats, const char *line, size_t len)
{
	AudStatsRecord record;
	uint64_t       part;

	aud_stats_read(&record, line, len);
	/* the parts of a record that was split repeat all but the query */
	if (record.fields[AUD_FIELD_PART].text != NULL &&
		aud_json_read_uint(&record.fields[AUD_FIELD_PART], &part) && part > 1)
		return;
	measure(&record);
	aud_sums_add(&stats->sums, &record.one);
	count_time(stats, &record);
	count_field(stats, &record, AUD_STATS_CLASS, AUD_FIELD_CLASS);
	count_field(stats, &record, AUD_STATS_OUTCOME, AUD_FIELD_OUTCOME);
	count_field(stats, &record, AUD_STATS_EVENT, AUD_FIELD_EVENT);
	count_field(stats, &record, AUD_STATS_COMMAND, AUD_FIELD_COMMAND);
	count_field(stats, &record, AUD_STATS_USER, AUD_FIELD_USER);
	count_field(stats, &record, AUD_STATS_DB, AUD_FIELD_DB);
	count_field(stats, &record, AUD_STATS_APP, AUD_FIELD_APP);
	count_client(stats, &record);
	count_objects(stats, &record);
	count_login(stats, &record);
	if (stats->wanted[AUD_STATS_RIGHT])
		aud_stats_rights(stats, &record);
	count_statement(stats, &record);
}
