/*-------------------------------------------------------------------------
 *
 * report_check.c
 *	  What a report says of the trail itself: is it complete?
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/report.h"

static const AudDocColumn log_columns[] = {
	{"log", "Trail", AUD_DOC_TEXT},
	{"files", "Files", AUD_DOC_COUNT},
	{"records", "Records", AUD_DOC_COUNT},
	{"first_seq", "First number", AUD_DOC_COUNT},
	{"last_seq", "Last number", AUD_DOC_COUNT},
	{"first_ts", "From (UTC)", AUD_DOC_TIME},
	{"last_ts", "To (UTC)", AUD_DOC_TIME},
	{"unhashed", "Without hash", AUD_DOC_COUNT},
	{"closed", "Closed", AUD_DOC_WORD},
	{"verdict", "Hash chain", AUD_DOC_WORD},
	{"sealed", "Seal", AUD_DOC_WORD},
	{"last_hash", "Hash of the last record", AUD_DOC_TEXT},
};

static const AudDocColumn fault_columns[] = {
	{"kind", "Fault", AUD_DOC_TEXT},
	{"file", "File", AUD_DOC_TEXT},
	{"line", "Line", AUD_DOC_COUNT},
	{"seq", "First number", AUD_DOC_COUNT},
	{"last_seq", "Last number", AUD_DOC_COUNT},
	{"detail", "Detail", AUD_DOC_LONG},
};

static const AudDocColumn fact_columns[] = {
	{"what", "What", AUD_DOC_LONG},
	{"value", "Value", AUD_DOC_LONG},
};

static void
fact(AudDocTable *table, const char *what, const char *value)
{
	(void) aud_doc_row(table);
	aud_doc_text(table, what);
	aud_doc_text(table, value);
}

static const char *
verdict(const AudVerifiedLog *log, bool checked)
{
	if (log->faults > 0)
		return "faulty";
	if (!checked)
		return "not checked to the end";
	return log->records == 0               ? "no records"
		   : log->unhashed == log->records ? "numbers only: there are no hashes"
		   : log->unhashed > 0             ? "sound, as far as there are hashes"
										   : "sound";
}

static void
put_log(AudDocTable *table, const AudVerifiedLog *log, bool checked)
{
	if (!aud_doc_row(table))
		return;
	aud_doc_text(table, log->log[0] ? log->log : "unknown");
	aud_doc_count(table, log->files);
	aud_doc_count(table, log->records);
	aud_doc_count(table, log->first_seq);
	aud_doc_count(table, log->last_seq);
	aud_doc_text(table, log->first_ts);
	aud_doc_text(table, log->last_ts);
	aud_doc_count(table, log->unhashed);
	aud_doc_text(table, log->closed ? "yes" : "no");
	aud_doc_text(table, verdict(log, checked));
	aud_doc_text(table, "none looked for");
	aud_doc_text(table, log->last_h);
}

static void
put_fault(AudDocTable *table, const AudReaderList *list, const AudFault *f)
{
	if (!aud_doc_row(table))
		return;
	aud_doc_text(table, aud_fault_name(f->kind));
	aud_doc_text(table, list->files[f->file].name);
	aud_doc_count(table, f->line);
	aud_doc_count(table, f->seq);
	aud_doc_count(table, f->last_seq);
	aud_doc_text(table,
				 f->missing_file[0] != '\0' ? f->missing_file
				 : f->detail != NULL        ? f->detail
											: "");
}

void
aud_report_build_check(AudReport *report, const AudReaderList *list,
					   const AudVerifyResult *result, bool checked)
{
	AudDocSection *s = aud_doc_find(&report->doc, "completeness");
	AudDocTable   *t = aud_doc_table(s, "summary", "Summary", fact_columns, 2);
	char           number[80];
	char           first[AUD_TS_SIZE];
	char           last[AUD_TS_SIZE];

	aud_report_time(report->first_at, first);
	aud_report_time(report->last_at, last);
	fact(t,
		 "Verdict",
		 result->all_faults > 0 ? "FAULTY: the trail is not what its writer wrote"
		 : !checked ? "NOT CHECKED: a part of the trail could not be read"
					: "SOUND: no fault was found in the chain and the numbers");
	snprintf(number,
			 sizeof(number),
			 "%llu",
			 (unsigned long long) result->all_faults);
	fact(t, "Faults", number);
	snprintf(number, sizeof(number), "%llu", (unsigned long long) report->lost);
	fact(t, "Records that the writer says were lost in the period", number);
	fact(t,
		 "Period from",
		 report->since[0] != '\0' ? report->since : "the beginning");
	fact(t, "Period until", report->until[0] != '\0' ? report->until : "the end");
	fact(t, "First record of the period", first[0] != '\0' ? first : "none");
	fact(t, "Last record of the period", last[0] != '\0' ? last : "none");
	snprintf(number, sizeof(number), "%zu", list->count);
	fact(t, "Files", number);
	fact(t, "Constants and values", report->redact ? "hidden (--redact)" : "shown");

	t = aud_doc_table(s,
					  "trails",
					  "Trails",
					  log_columns,
					  sizeof(log_columns) / sizeof(log_columns[0]));
	t->limit = report->rows;
	for (size_t i = 0; i < result->n_logs; i++)
		put_log(t, &result->logs[i], checked);
	t = aud_doc_table(s,
					  "faults",
					  "Faults and gaps",
					  fault_columns,
					  sizeof(fault_columns) / sizeof(fault_columns[0]));
	t->limit = report->rows;
	for (size_t i = 0; i < result->n_faults; i++)
		put_fault(t, list, &result->faults[i]);
	t->all = result->all_faults;
}
