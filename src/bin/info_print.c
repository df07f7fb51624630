/*-------------------------------------------------------------------------
 *
 * info_print.c
 *	  What is known of a trail: as lines of text, and as JSON.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/ctl.h"
#include "bin/info.h"
#include "bin/jsonout.h"
#include "bin/timearg.h"

/* Records that are there, if the numbers in the files have no gap. */
static uint64_t
records_of(const AudInfo *info)
{
	uint64_t span = info->last_seq - info->first_seq + 1;

	if (info->first_seq == 0 || info->last_seq < info->first_seq)
		return 0;
	return span > info->missing_records ? span - info->missing_records : 0;
}

/* ---- for people -------------------------------------------------------------------- */

static void
label(const AudTerm *t, const char *name)
{
	aud_term_color(t, AUD_COLOR_DIM);
	fprintf(t->out, "  %-12s", name);
	aud_term_color(t, AUD_COLOR_NONE);
}

static void
put(const AudTerm *t, const char *text)
{
	aud_term_put(t, text, strlen(text), -1);
}

static void
put_time(const AudInfoPrint *print, const char *ts)
{
	char date[16];
	char time_of_day[AUD_TS_SIZE + 8];

	if (aud_timearg_show(ts,
						 print->utc,
						 date,
						 sizeof(date),
						 time_of_day,
						 sizeof(time_of_day)))
		fprintf(print->term.out, "%s ", date);
	put(&print->term, time_of_day);
}

static void
put_bytes(const AudTerm *t, uint64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double                   n = (double) bytes / 1024;
	size_t                   i = 0;

	if (bytes < 1024)
	{
		fprintf(t->out, "%llu bytes", (unsigned long long) bytes);
		return;
	}
	for (; n >= 1024 && i < 3; i++)
		n /= 1024;
	fprintf(t->out, "%.1f %s", n, units[i]);
}

static void
print_files(const AudTerm *t, const AudInfo *info)
{
	label(t, "files");
	fprintf(t->out, "%llu, ", (unsigned long long) info->files);
	put_bytes(t, info->bytes);
	if (info->archived_files > 0)
	{
		fprintf(t->out,
				"; of these %llu archived, ",
				(unsigned long long) info->archived_files);
		put_bytes(t, info->archived_bytes);
	}
	fputc('\n', t->out);
}

static void
print_records(const AudInfoPrint *print, const AudInfo *info)
{
	const AudTerm *t = &print->term;

	label(t, "records");
	fprintf(t->out, "%llu", (unsigned long long) records_of(info));
	if (info->first_seq > 0)
		fprintf(t->out,
				", seq %llu to %llu",
				(unsigned long long) info->first_seq,
				(unsigned long long) info->last_seq);
	fputc('\n', t->out);
	if (info->first_ts[0] == '\0')
		return;
	label(t, "time");
	put_time(print, info->first_ts);
	fputs(" to ", t->out);
	put_time(print, info->last_ts);
	fputs(print->utc ? " UTC\n" : "\n", t->out);
}

static void
print_missing(const AudTerm *t, const AudInfo *info)
{
	for (size_t i = 0; i < info->n_missing && i < AUD_INFO_MISSING; i++)
	{
		const AudInfoMissing *missing = &info->missing[i];

		label(t, "missing");
		aud_term_color(t, AUD_COLOR_RED);
		fprintf(t->out,
				"seq %llu to %llu, before ",
				(unsigned long long) missing->first_seq,
				(unsigned long long) missing->last_seq);
		put(t, missing->before->name);
		aud_term_color(t, AUD_COLOR_NONE);
		fputc('\n', t->out);
	}
	if (info->n_missing > AUD_INFO_MISSING)
	{
		label(t, "missing");
		fprintf(t->out, "... in %zu places\n", info->n_missing);
	}
}

static void
print_losses(const AudInfoPrint *print, const AudInfo *info)
{
	const AudTerm *t = &print->term;

	label(t, "lost");
	if (print->quick)
		fputs("not looked for (--quick)\n", t->out);
	else if (info->gaps == 0)
		fputs("none recorded\n", t->out);
	else
	{
		aud_term_color(t, AUD_COLOR_RED);
		fprintf(t->out,
				"%llu records in %llu %s, ",
				(unsigned long long) info->lost,
				(unsigned long long) info->gaps,
				info->gaps == 1 ? "gap" : "gaps");
		put_time(print, info->gap_from);
		fputs(" to ", t->out);
		put_time(print, info->gap_to);
		fputs(", last reason ", t->out);
		put(t, info->gap_reason);
		aud_term_color(t, AUD_COLOR_NONE);
		fputc('\n', t->out);
	}
	print_missing(t, info);
}

static void
print_server(const AudInfoPrint *print, const AudInfo *info)
{
	const AudTerm *t = &print->term;

	if (info->checkpoint_ts[0] != '\0')
	{
		label(t, "checkpoint");
		put_time(print, info->checkpoint_ts);
		fprintf(t->out,
				", seq %llu; %llu records, %llu lost since the server started\n",
				(unsigned long long) info->checkpoint_seq,
				(unsigned long long) info->checkpoint_records,
				(unsigned long long) info->checkpoint_lost);
	}
	if (info->start_ts[0] != '\0')
	{
		label(t, "server");
		fputs("PostgreSQL ", t->out);
		put(t, info->server_version);
		fputs(", secaudit ", t->out);
		put(t, info->secaudit_version);
		fputs(", started ", t->out);
		put_time(print, info->start_ts);
		fputc('\n', t->out);
	}
	if (info->system_identifier[0] != '\0')
	{
		label(t, "system");
		put(t, info->system_identifier);
		fputc('\n', t->out);
	}
}

void
aud_info_print(const AudInfoPrint *print, const AudInfo *info)
{
	const AudTerm *t = &print->term;

	if (print->printed > 0)
		fputc('\n', t->out);
	aud_term_color(t, AUD_COLOR_BOLD);
	fprintf(t->out, "log %s\n", info->log[0] != '\0' ? info->log : "unknown");
	aud_term_color(t, AUD_COLOR_NONE);
	print_files(t, info);
	print_records(print, info);
	print_losses(print, info);
	print_server(print, info);
	if (info->follows[0] != '\0')
	{
		label(t, "follows");
		fputs("log ", t->out);
		put(t, info->follows);
		fprintf(t->out, " at seq %llu\n", (unsigned long long) info->follows_seq);
	}
	if (info->newest == NULL)
		return;
	label(t, "newest file");
	put(t, info->newest->name);
	fputs(info->closed ? ", closed\n"
					   : ", not closed: being written, or its server died\n",
		  t->out);
}

/* ---- JSON ---------------------------------------------------------------------------- */

static void
json_number(FILE *out, const char *key, uint64_t n)
{
	fprintf(out, ",\"%s\":%llu", key, (unsigned long long) n);
}

/* A text as the record spells it; nothing where there is none. */
static void
json_text(FILE *out, const char *key, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(out, ",\"%s\":", key);
	aud_jsonout_string(out, text, strlen(text));
}

static void
json_missing(FILE *out, const AudInfo *info)
{
	fputs(",\"missing\":[", out);
	for (size_t i = 0; i < info->n_missing && i < AUD_INFO_MISSING; i++)
	{
		const AudInfoMissing *missing = &info->missing[i];

		fprintf(out,
				"%s{\"first_seq\":%llu,\"last_seq\":%llu",
				i > 0 ? "," : "",
				(unsigned long long) missing->first_seq,
				(unsigned long long) missing->last_seq);
		json_text(out, "before_file", missing->before->name);
		fputc('}', out);
	}
	fputc(']', out);
}

static void
json_checkpoint(FILE *out, const AudInfo *info)
{
	if (info->checkpoint_ts[0] == '\0')
		return;
	fputs(",\"checkpoint\":{\"ts\":", out);
	aud_jsonout_string(out, info->checkpoint_ts, strlen(info->checkpoint_ts));
	json_number(out, "seq", info->checkpoint_seq);
	json_number(out, "records", info->checkpoint_records);
	json_number(out, "lost", info->checkpoint_lost);
	fputc('}', out);
}

void
aud_info_print_json(const AudInfoPrint *print, const AudInfo *info)
{
	FILE *out = stdout;

	fprintf(out, "%s{\"log\":\"%s\"", print->printed > 0 ? "," : "", info->log);
	json_number(out, "files", info->files);
	json_number(out, "bytes", info->bytes);
	json_number(out, "archived_files", info->archived_files);
	json_number(out, "archived_bytes", info->archived_bytes);
	json_number(out, "records", records_of(info));
	json_number(out, "first_seq", info->first_seq);
	json_number(out, "last_seq", info->last_seq);
	json_text(out, "first_ts", info->first_ts);
	json_text(out, "last_ts", info->last_ts);
	if (!print->quick)
	{
		json_number(out, "gaps", info->gaps);
		json_number(out, "lost", info->lost);
	}
	json_text(out, "lost_from", info->gap_from);
	json_text(out, "lost_to", info->gap_to);
	json_text(out, "lost_reason", info->gap_reason);
	json_number(out, "missing_records", info->missing_records);
	json_missing(out, info);
	json_checkpoint(out, info);
	json_text(out, "started", info->start_ts);
	json_text(out, "server_version", info->server_version);
	json_text(out, "secaudit_version", info->secaudit_version);
	json_text(out, "system_identifier", info->system_identifier);
	if (info->follows[0] != '\0')
	{
		json_text(out, "follows_log", info->follows);
		json_number(out, "follows_seq", info->follows_seq);
	}
	if (info->newest != NULL)
		json_text(out, "newest_file", info->newest->name);
	fprintf(out, ",\"closed\":%s}", info->closed ? "true" : "false");
}
