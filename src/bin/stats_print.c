/*-------------------------------------------------------------------------
 *
 * stats_print.c
 *	  The counts of secauditctl stats: as tables, and as one JSON object.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "bin/ctl.h"
#include "bin/jsonout.h"
#include "bin/stats.h"
#include "bin/timearg.h"

/* Widest column of a part of a key, but for the last one. */
#define PART_WIDTH 40

/* How many rows of a table are printed. */
static size_t
shown(const AudStats *stats, int table)
{
	const AudTally *tally = &stats->tallies[table];

	return aud_stats_kinds[table].in_order || tally->n < stats->top ? tally->n
																	: stats->top;
}

/* The sums of all that is in no row that is printed. */
static AudSums
others(const AudStats *stats, int table)
{
	const AudTally *tally = &stats->tallies[table];
	AudSums         sums = tally->others;

	for (size_t i = shown(stats, table); i < tally->n; i++)
		aud_sums_add(&sums, &tally->rows[i].sums);
	return sums;
}

static void
sort(AudStats *stats)
{
	for (int i = 0; i < AUD_STATS_TABLES; i++)
		aud_tally_sort(&stats->tallies[i],
					   aud_stats_kinds[i].in_order ? AUD_TALLY_BY_KEY
												   : stats->order);
}

/* ---- for people ------------------------------------------------------------------ */

static void
format_duration(uint64_t us, char *text, size_t size)
{
	double ms = (double) us / 1000;

	if (ms < 1000)
		snprintf(text, size, "%.1f ms", ms);
	else if (ms < 600000)
		snprintf(text, size, "%.1f s", ms / 1000);
	else if (ms < 36000000)
		snprintf(text, size, "%.1f min", ms / 60000);
	else
		snprintf(text, size, "%.1f h", ms / 3600000);
}

static void
print_sums(const AudTerm *t, int table, const AudSums *sums)
{
	char total[32];
	char mean[32];

	fprintf(t->out, "%10llu", (unsigned long long) sums->records);
	if (table != AUD_STATS_LOGIN && table != AUD_STATS_RIGHT &&
		table != AUD_STATS_OUTCOME)
	{
		aud_term_color(t, sums->failed > 0 ? AUD_COLOR_RED : AUD_COLOR_DIM);
		fprintf(t->out, "  %8llu", (unsigned long long) sums->failed);
		aud_term_color(t, AUD_COLOR_NONE);
	}
	if (table == AUD_STATS_STATEMENT)
	{
		format_duration(sums->duration_us, total, sizeof(total));
		format_duration(sums->timed > 0 ? sums->duration_us / sums->timed : 0,
						mean,
						sizeof(mean));
		fprintf(t->out,
				"  %10s  %10s  %10llu",
				total,
				mean,
				(unsigned long long) sums->rows);
	}
	fputs("  ", t->out);
}

static void
print_title(const AudTerm *t, int table, bool empty)
{
	fputc('\n', t->out);
	aud_term_color(t, AUD_COLOR_BOLD);
	fputs(aud_stats_kinds[table].title, t->out);
	aud_term_color(t, AUD_COLOR_NONE);
	fputs(empty ? ": none\n" : "\n", t->out);
}

static void
print_heading(const AudTerm *t, int table, const int *widths)
{
	const AudStatsKind *kind = &aud_stats_kinds[table];

	aud_term_color(t, AUD_COLOR_DIM);
	fprintf(t->out, "%10s", "records");
	if (table != AUD_STATS_LOGIN && table != AUD_STATS_RIGHT &&
		table != AUD_STATS_OUTCOME)
		fprintf(t->out, "  %8s", "failed");
	if (table == AUD_STATS_STATEMENT)
		fprintf(t->out, "  %10s  %10s  %10s", "total", "mean", "rows");
	for (int i = 0; i < AUD_STATS_PARTS && kind->parts[i] != NULL; i++)
	{
		bool last = i + 1 == AUD_STATS_PARTS || kind->parts[i + 1] == NULL;

		fprintf(t->out, "  %-*s", last ? 0 : widths[i], kind->parts[i]);
	}
	aud_term_color(t, AUD_COLOR_NONE);
	fputc('\n', t->out);
}

/* The last part of a key: what is left of the line is its own. */
static void
print_last(const AudTerm *t, const AudTallyRow *row, const char *part, int used)
{
	int room = t->width > 0 ? t->width - used : -1;

	if (t->width > 0 && room < 10)
		room = 10;
	aud_term_put(t, part, strlen(part), room);
	if (row->cut)
		fputs(t->signs ? "\xE2\x80\xA6" : "...", t->out);
	fputc('\n', t->out);
}

static void
print_row(const AudTerm *t, int table, const AudTallyRow *row, const int *widths)
{
	const AudStatsKind *kind = &aud_stats_kinds[table];
	int                 used = table == AUD_STATS_STATEMENT ? 60 : 24;

	print_sums(t, table, &row->sums);
	for (int i = 0; i < AUD_STATS_PARTS && kind->parts[i] != NULL; i++)
	{
		const char *part = aud_tally_part(row, i);

		if (i + 1 == AUD_STATS_PARTS || kind->parts[i + 1] == NULL)
		{
			print_last(t, row, part, used);
			return;
		}
		aud_term_cell(t, part, widths[i], false, AUD_COLOR_NONE);
		fputs("  ", t->out);
		used += widths[i] + 2;
	}
}

/* So that the longest of what is printed fits, within reason. */
static void
measure(const AudStats *stats, int table, int *widths)
{
	const AudStatsKind *kind = &aud_stats_kinds[table];
	const AudTally     *tally = &stats->tallies[table];
	size_t              n = shown(stats, table);

	for (int i = 0; i < AUD_STATS_PARTS && kind->parts[i] != NULL; i++)
	{
		widths[i] = (int) strlen(kind->parts[i]);
		for (size_t j = 0; j < n; j++)
		{
			size_t len = strlen(aud_tally_part(&tally->rows[j], i));

			len = len < PART_WIDTH ? len : PART_WIDTH;
			if ((int) len > widths[i])
				widths[i] = (int) len;
		}
	}
}

/* A GRANT on many objects to many roles has more rights than are told apart. */
static void
print_cut(const AudStats *stats, const AudTerm *t)
{
	fprintf(t->out,
			"(%llu %s more than %d rights; of these, only so many are here)\n",
			(unsigned long long) stats->rights_cut,
			stats->rights_cut == 1 ? "record gives" : "records give",
			AUD_STATS_RIGHTS_MAX);
}

static void
print_table(const AudStats *stats, const AudTerm *t, int table)
{
	const AudTally *tally = &stats->tallies[table];
	size_t          n = shown(stats, table);
	AudSums         rest = others(stats, table);
	int             widths[AUD_STATS_PARTS] = {0};

	measure(stats, table, widths);
	print_title(t, table, tally->n == 0);
	if (tally->n > 0)
		print_heading(t, table, widths);
	for (size_t i = 0; i < n; i++)
		print_row(t, table, &tally->rows[i], widths);
	if (table == AUD_STATS_RIGHT && stats->rights_cut > 0)
		print_cut(stats, t);
	if (rest.records == 0)
		return;
	print_sums(t, table, &rest);
	if (tally->n == AUD_TALLY_KEYS && tally->others.records > 0)
		fprintf(t->out,
				"(others: more than %d are not told apart)\n",
				AUD_TALLY_KEYS);
	else
		fprintf(t->out,
				"(others: %s%zu)\n",
				tally->others.records > 0 ? "more than " : "",
				tally->n - n);
}

static void
print_time(const AudTerm *t, const char *ts, bool utc)
{
	char date[16];
	char time_of_day[32];

	if (aud_timearg_show(ts, utc, date, sizeof(date), time_of_day, sizeof(time_of_day)))
		fprintf(t->out, "%s ", date);
	aud_term_put(t, time_of_day, strlen(time_of_day), -1);
}

void
aud_stats_print(AudStats *stats, const AudTerm *t, const AudSearched *searched)
{
	sort(stats);
	fprintf(t->out,
			"%llu records, %llu failed, in %llu %s",
			(unsigned long long) stats->sums.records,
			(unsigned long long) stats->sums.failed,
			(unsigned long long) searched->files,
			searched->files == 1 ? "file" : "files");
	if (stats->first_ts[0] != '\0')
	{
		fputs(", ", t->out);
		print_time(t, stats->first_ts, stats->utc);
		fputs(" to ", t->out);
		print_time(t, stats->last_ts, stats->utc);
		fputs(stats->utc ? " UTC" : "", t->out);
	}
	fputc('\n', t->out);
	if (stats->damaged > 0)
	{
		aud_term_color(t, AUD_COLOR_RED);
		fprintf(t->out,
				"%llu %s; \"secauditctl verify\" says where",
				(unsigned long long) stats->damaged,
				stats->damaged == 1 ? "line is no record"
									: "lines are no records");
		aud_term_color(t, AUD_COLOR_NONE);
		fputc('\n', t->out);
	}
	for (int i = 0; i < AUD_STATS_TABLES; i++)
		if (stats->wanted[i])
			print_table(stats, t, i);
}

/* ---- JSON --------------------------------------------------------------------------- */

static void
json_sums(FILE *out, int table, const AudSums *sums)
{
	fprintf(out,
			"\"records\":%llu,\"failed\":%llu",
			(unsigned long long) sums->records,
			(unsigned long long) sums->failed);
	if (table == AUD_STATS_STATEMENT)
		fprintf(out,
				",\"duration_us\":%llu,\"mean_us\":%llu,\"rows\":%llu",
				(unsigned long long) sums->duration_us,
				(unsigned long long) (sums->timed > 0
										  ? sums->duration_us / sums->timed
										  : 0),
				(unsigned long long) sums->rows);
}

static void
json_row(FILE *out, int table, const AudTallyRow *row)
{
	const AudStatsKind *kind = &aud_stats_kinds[table];

	fputc('{', out);
	for (int i = 0; i < AUD_STATS_PARTS && kind->parts[i] != NULL; i++)
	{
		const char *part = aud_tally_part(row, i);

		fprintf(out, "\"%s\":", kind->parts[i]);
		aud_jsonout_string(out, part, strlen(part));
		fputc(',', out);
	}
	json_sums(out, table, &row->sums);
	fputs(row->cut ? ",\"cut\":true}" : "}", out);
}

static void
json_table(const AudStats *stats, FILE *out, int table)
{
	const AudTally *tally = &stats->tallies[table];
	AudSums         rest = others(stats, table);

	fprintf(out,
			"\"%s\":{\"distinct\":%zu,\"complete\":%s,",
			aud_stats_kinds[table].name,
			tally->n,
			tally->others.records > 0 ? "false" : "true");
	if (table == AUD_STATS_RIGHT)
		fprintf(out,
				"\"records_cut\":%llu,",
				(unsigned long long) stats->rights_cut);
	fputs("\"rows\":[", out);
	for (size_t i = 0; i < shown(stats, table); i++)
	{
		if (i > 0)
			fputc(',', out);
		json_row(out, table, &tally->rows[i]);
	}
	fputs("],\"others\":{", out);
	json_sums(out, table, &rest);
	fputs("}}", out);
}

void
aud_stats_print_json(AudStats *stats, const AudSearched *searched)
{
	FILE       *out = stdout;
	const char *comma = "";

	sort(stats);
	fprintf(out,
			"{\"files\":%llu,\"lines\":%llu,\"damaged\":%llu,",
			(unsigned long long) searched->files,
			(unsigned long long) searched->lines,
			(unsigned long long) stats->damaged);
	json_sums(out, AUD_STATS_CLASS, &stats->sums);
	if (stats->first_ts[0] != '\0')
		fprintf(out,
				",\"first_ts\":\"%s\",\"last_ts\":\"%s\"",
				stats->first_ts,
				stats->last_ts);
	fprintf(out, ",\"utc\":%s,\"tables\":{", stats->utc ? "true" : "false");
	for (int i = 0; i < AUD_STATS_TABLES; i++)
	{
		if (!stats->wanted[i])
			continue;
		fputs(comma, out);
		json_table(stats, out, i);
		comma = ",";
	}
	fputs("}}\n", out);
}
