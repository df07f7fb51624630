/*-------------------------------------------------------------------------
 *
 * report_hours.c
 *	  The two tables of a report that have charts: events over time, and
 *	  privileged work by hour and weekday.
 *
 * The axis of time has every hour (day, month, year) from the first to the
 * last, those without records too.  How long a trail is decides which: no more
 * than 400 of them.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"
#include "bin/report.h"

#define CLASSES  8
#define SLOTS    400
#define HOUR_MAX 168

static const AudDocColumn hour_columns[CLASSES + 1] = {
	{"time", "Time", AUD_DOC_TEXT},
	{"read", "read", AUD_DOC_COUNT},
	{"write", "write", AUD_DOC_COUNT},
	{"function", "function", AUD_DOC_COUNT},
	{"ddl", "ddl", AUD_DOC_COUNT},
	{"role", "role", AUD_DOC_COUNT},
	{"config", "config", AUD_DOC_COUNT},
	{"session", "session", AUD_DOC_COUNT},
	{"other", "other", AUD_DOC_COUNT},
};

/* Units, by how much of "2026-01-31 23" names one. */
static const struct
{
	size_t      len;
	const char *note;
} units[] = {
	{13, "By hour."},
	{10, "By day, since the period is longer than a week."},
	{7, "By month, since the period is longer than a year."},
	{4, "By year."},
};

/* From one slot to the next, in its own terms; false behind the last. */
static bool
next_slot(char *slot, size_t len)
{
	struct tm tm = {.tm_mday = 1};
	char      full[] = "0000-01-01 00";
	time_t    t;

	memcpy(full, slot, len);
	tm.tm_year = atoi(full) - 1900 + (len == 4);
	tm.tm_mon = atoi(full + 5) - 1 + (len == 7);
	tm.tm_mday = atoi(full + 8) + (len == 10);
	tm.tm_hour = atoi(full + 11) + (len == 13);
	t = timegm(&tm);
	if (gmtime_r(&t, &tm) == NULL ||
		strftime(full, sizeof(full), "%Y-%m-%d %H", &tm) != 13)
		return false;
	memcpy(slot, full, len);
	return true;
}

/* How many slots from first to last, at most one more than max. */
static size_t
count_slots(const char *first, const char *last, size_t len, size_t max)
{
	char   slot[14] = "";
	size_t n = 1;

	memcpy(slot, first, len);
	while (n <= max && strncmp(slot, last, len) < 0 && next_slot(slot, len))
		n++;
	return n;
}

static int
class_column(const char *class)
{
	for (int i = 1; i < CLASSES; i++)
		if (strcmp(hour_columns[i].key, class) == 0)
			return i - 1;
	return CLASSES - 1;
}

static void
put_slot(AudDocTable *table, const char *slot, size_t len, uint64_t *counts)
{
	char label[24] = "";

	memcpy(label, slot, len);
	if (len == 13)
		memcpy(label + 13, ":00", 4);
	(void) aud_doc_row(table);
	aud_doc_text(table, label);
	for (int i = 0; i < CLASSES; i++)
		aud_doc_count(table, counts[i]);
	memset(counts, 0, CLASSES * sizeof(*counts));
}

/* The rows are in the order of time. */
static void
put_slots(AudDocTable *table, const AudTally *tally, size_t len)
{
	uint64_t counts[CLASSES] = {0};
	char     slot[14] = "";
	size_t   at = 0;

	memcpy(slot, tally->rows[0].key, len);
	for (size_t n = 0; n < SLOTS; n++)
	{
		for (; at < tally->n && strncmp(tally->rows[at].key, slot, len) <= 0; at++)
			counts[class_column(aud_tally_part(&tally->rows[at], 1))] +=
				tally->rows[at].sums.records;
		put_slot(table, slot, len, counts);
		if (at == tally->n || !next_slot(slot, len))
			break;
	}
	for (; at < tally->n; at++)
		table->uncounted += tally->rows[at].sums.records;
}

void
aud_report_build_hours(AudReport *report)
{
	AudDocSection *section = aud_doc_find(&report->doc, "activity");
	AudTally      *tally = &report->tallies[AUD_RT_HOUR];
	AudDocTable   *table = aud_doc_table(section,
                                       "events_over_time",
                                       "Records by time and class",
                                       hour_columns,
                                       CLASSES + 1);
	const char    *first;
	const char    *last;
	size_t         unit = 0;

	table->chart = AUD_DOC_STACK;
	table->uncounted = tally->others.records;
	if (tally->n == 0)
		return;
	aud_tally_sort(tally, AUD_TALLY_BY_KEY);
	first = tally->rows[0].key;
	last = tally->rows[tally->n - 1].key;
	while (unit < 3 && count_slots(first, last, units[unit].len, SLOTS) >
						   (unit == 0 ? HOUR_MAX : SLOTS))
		unit++;
	section->note = units[unit].note;
	put_slots(table, tally, units[unit].len);
}

/* ---- heat map ------------------------------------------------------------------------ */

void
aud_report_build_heat(AudReport *report)
{
	static const char *const days[] =
		{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const hours[] = {"00", "01", "02", "03", "04", "05",
										"06", "07", "08", "09", "10", "11",
										"12", "13", "14", "15", "16", "17",
										"18", "19", "20", "21", "22", "23"};
	static AudDocColumn      columns[25] = {{"weekday", "Day", AUD_DOC_TEXT}};
	AudDocSection           *section = aud_doc_find(&report->doc, "hours");
	AudDocTable             *table;

	for (int i = 0; i < 24; i++)
		columns[i + 1] = (AudDocColumn){hours[i], hours[i], AUD_DOC_COUNT};
	table =
		aud_doc_table(section, "privileged_hours", section->title, columns, 25);
	table->chart = AUD_DOC_HEAT;
	for (int day = 0; day < 7; day++)
	{
		(void) aud_doc_row(table);
		aud_doc_text(table, days[day]);
		for (int hour = 0; hour < 24; hour++)
			aud_doc_count(table, report->heat[day][hour]);
	}
}
