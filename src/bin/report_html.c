/*-------------------------------------------------------------------------
 *
 * report_html.c
 *	  A report as a page: one file, without scripts, that asks nobody for
 *	  anything.
 *
 * Cells of tables are texts of the trail; they go through aud_markup_text(),
 * and so do the charts' labels.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bin/ctl.h"
#include "bin/report_doc.h"
#include "bin/report_style.h"
#include "core/markup/chart.h"
#include "core/shape.h"
#include "core/version.h"

#define CELL_MAX 600

static void
write_out(void *arg, const char *bytes, size_t len)
{
	fwrite(bytes, 1, len, arg);
}

static void
raw(const AudMarkup *m, const char *s)
{
	aud_markup_raw(m, s);
}

static void
text(const AudMarkup *m, const char *s)
{
	aud_markup_text(m, s, strlen(s), CELL_MAX);
}

/* ---- tables ---------------------------------------------------------------------- */

/* On a narrow screen a table of so many columns becomes a list of records. */
#define MANY_COLUMNS 4

static bool
is_list(const AudDocTable *table)
{
	return table->chart == AUD_DOC_NO_CHART && table->n_columns >= MANY_COLUMNS;
}

/* "2026-01-31T23:59:59Z" with a blank, for people; anything else as it is. */
static void
put_time(const AudMarkup *m, const char *cell)
{
	size_t len = strlen(cell);

	if (!aud_shape_is_time(cell, len) &&
		(len != 20 || cell[10] != 'T' || cell[19] != 'Z'))
	{
		text(m, cell);
		return;
	}
	aud_markup_text(m, cell, 10, 10);
	raw(m, " ");
	aud_markup_text(m, cell + 11, len - 12, CELL_MAX);
}

static void
put_link(const AudMarkup *m, const char *id)
{
	raw(m, "<a href=\"#");
	text(m, id);
	raw(m, "\">");
	text(m, id);
	raw(m, "</a>");
}

/* Class of a cell: what style.h makes of its kind. */
static const char *
class_of(AudDocKind kind, const char *cell)
{
	switch (kind)
	{
		case AUD_DOC_LONG:
			return " class=\"l\"";
		case AUD_DOC_WORD:
			return " class=\"w\"";
		case AUD_DOC_COUNT:
			return strcmp(cell, "0") == 0 ? " class=\"n z\"" : " class=\"n\"";
		case AUD_DOC_TIME:
			return " class=\"t\"";
		default:
			return "";
	}
}

static void
put_cell(const AudMarkup *m, const AudDocTable *table, size_t row, size_t column)
{
	const char         *cell = aud_doc_cell(table, row, column);
	const AudDocColumn *about = &table->columns[column];
	const char         *end = column == 0 ? "</th>" : "</td>";

	raw(m, column == 0 ? "<th scope=\"row\"" : "<td");
	raw(m, class_of(about->kind, cell));
	if (is_list(table))
	{
		raw(m, " data-l=\"");
		text(m, about->title);
		raw(m, "\"");
	}
	raw(m, ">");
	if (about->kind == AUD_DOC_LINK && *cell != '\0')
		put_link(m, cell);
	else if (about->kind == AUD_DOC_COUNT)
		aud_markup_number(m, strtoull(cell, NULL, 10), 1);
	else if (about->kind == AUD_DOC_TIME)
		put_time(m, cell);
	else
		aud_markup_breakable(m, cell, strlen(cell), CELL_MAX);
	raw(m, end);
}

static void
put_head(const AudMarkup *m, const AudDocTable *table)
{
	raw(m, "<thead><tr>");
	for (size_t i = 0; i < table->n_columns; i++)
	{
		raw(m, "<th scope=\"col\"");
		raw(m, class_of(table->columns[i].kind, ""));
		raw(m, ">");
		text(m, table->columns[i].title);
		raw(m, "</th>");
	}
	raw(m, "</tr></thead>\n");
}

/* What a table does not show, it says. */
static void
put_cut(const AudMarkup *m, const AudDocTable *table)
{
	if (table->all > table->n_rows)
	{
		raw(m, "<p class=\"cut\">Only ");
		aud_markup_number(m, table->n_rows, 1);
		raw(m, " of ");
		aud_markup_number(m, table->all, 1);
		raw(m, " rows are shown; --rows=N shows more.</p>\n");
	}
	if (table->uncounted > 0)
	{
		raw(m, "<p class=\"cut\">");
		aud_markup_number(m, table->uncounted, 1);
		raw(m,
			" further records had more different values than are kept; they are "
			"in the totals and in no row.</p>\n");
	}
}

static void
put_table(const AudMarkup *m, const AudDocTable *table)
{
	if (table->n_rows == 0)
	{
		raw(m, "<p class=\"none\"><b>");
		text(m, table->caption);
		raw(m, ":</b> none.</p>\n");
		return;
	}
	raw(m,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table: ");
	text(m, table->caption);
	raw(m,
		is_list(table) ? "\">\n<table class=\"list\"><caption>"
					   : "\">\n<table><caption>");
	text(m, table->caption);
	raw(m, "</caption>\n");
	put_head(m, table);
	raw(m, "<tbody>\n");
	for (size_t i = 0; i < table->n_rows; i++)
	{
		raw(m, "<tr>");
		for (size_t j = 0; j < table->n_columns; j++)
			put_cell(m, table, i, j);
		raw(m, "</tr>\n");
	}
	raw(m, "</tbody></table></div>\n");
	put_cut(m, table);
}

static void
put_tiles(const AudMarkup *m, const AudDocTable *table)
{
	raw(m, "<dl class=\"tiles\">\n");
	for (size_t i = 0; i < table->n_rows; i++)
	{
		raw(m, "<div><dt>");
		text(m, aud_doc_cell(table, i, 0));
		raw(m, "</dt><dd>");
		aud_markup_number(m, strtoull(aud_doc_cell(table, i, 1), NULL, 10), 1);
		raw(m, "</dd></div>\n");
	}
	raw(m, "</dl>\n");
}

/* ---- charts ------------------------------------------------------------------------ */

static void
put_chart(const AudMarkup *m, const AudDocTable *table)
{
	size_t       n = table->n_columns - 1;
	const char **rows = aud_ctl_grow(NULL, (table->n_rows + 1) * sizeof(*rows));
	uint64_t    *values =
		aud_ctl_grow(NULL, (table->n_rows * n + 1) * sizeof(*values));
	const char *columns[AUD_DOC_COLUMNS];
	AudChart    chart = {.id = table->id,
						 .title = table->caption,
						 .text = "The numbers are in the table below.",
						 .rows = rows,
						 .n_rows = table->n_rows,
						 .columns = columns,
						 .n_columns = n,
						 .values = values};

	for (size_t i = 0; i < n; i++)
		columns[i] = table->columns[i + 1].title;
	for (size_t i = 0; i < table->n_rows; i++)
	{
		rows[i] = aud_doc_cell(table, i, 0);
		for (size_t j = 0; j < n; j++)
			values[i * n + j] = strtoull(aud_doc_cell(table, i, j + 1), NULL, 10);
	}
	raw(m,
		"<figure class=\"chart\" tabindex=\"0\" role=\"group\" aria-label=\"Chart: ");
	text(m, table->caption);
	raw(m, "\">\n");
	if (table->chart == AUD_DOC_HEAT)
		aud_chart_heat(m, &chart);
	else
		aud_chart_stack(m, &chart);
	raw(m, "</figure>\n");
	free(rows);
	free(values);
}

/* ---- the page ------------------------------------------------------------------------ */

static void
put_section(const AudMarkup *m, const AudDocSection *s)
{
	raw(m, "<section id=\"");
	raw(m, s->id);
	raw(m, "\" aria-labelledby=\"h-");
	raw(m, s->id);
	raw(m, "\">\n<h2 id=\"h-");
	raw(m, s->id);
	raw(m, "\">");
	text(m, s->title);
	raw(m, "</h2>\n");
	if (s->note[0] != '\0')
	{
		raw(m, "<p>");
		text(m, s->note);
		raw(m, "</p>\n");
	}
	for (size_t i = 0; i < s->n_tables; i++)
	{
		const AudDocTable *table = &s->tables[i];

		if (table->chart == AUD_DOC_TILES)
		{
			put_tiles(m, table);
			continue;
		}
		if (table->chart != AUD_DOC_NO_CHART && table->n_rows > 0)
			put_chart(m, table);
		put_table(m, table);
	}
	if (s->search != NULL)
	{
		raw(m, "<p class=\"how\">The records: <code>");
		text(m, s->search);
		raw(m, "</code></p>\n");
	}
	raw(m, "</section>\n");
}

static void
put_contents(const AudMarkup *m, const AudDoc *doc)
{
	raw(m, "<nav aria-label=\"Contents\"><ol>\n");
	for (size_t i = 0; i < doc->n; i++)
	{
		raw(m, "<li><a href=\"#");
		raw(m, doc->sections[i].id);
		raw(m, "\">");
		text(m, doc->sections[i].title);
		raw(m, "</a></li>\n");
	}
	raw(m, "</ol></nav>\n");
}

static void
put_fact(const AudMarkup *m, const char *what, const char *from, const char *to)
{
	raw(m, "<div><dt>");
	raw(m, what);
	raw(m, "</dt><dd>");
	aud_markup_breakable(m, from, strlen(from), CELL_MAX);
	if (to != NULL)
	{
		raw(m, " to ");
		aud_markup_breakable(m, to, strlen(to), CELL_MAX);
	}
	raw(m, "</dd></div>\n");
}

/* The first column of a table in one line, of more than three how many follow. */
static void
put_names(const AudMarkup *m, const char *what, const AudDocTable *table)
{
	size_t n = table->n_rows;

	if (n == 0)
		return;
	raw(m, "<div><dt>");
	raw(m, what);
	raw(m, "</dt><dd>");
	for (size_t i = 0; i < n && i < 3; i++)
	{
		const char *name = aud_doc_cell(table, i, 0);

		raw(m, i > 0 ? ", " : "");
		aud_markup_breakable(m, name, strlen(name), CELL_MAX);
	}
	if (table->all > 3)
	{
		raw(m, " and ");
		aud_markup_number(m, table->all - 3, 1);
		raw(m, " more");
	}
	raw(m, "</dd></div>\n");
}

/* The verdict stands at the top, in words, and then what this is about. */
static void
put_facts(const AudMarkup *m, const AudDoc *doc)
{
	const AudDocSection *check = &doc->sections[0]; /* completeness */
	const AudDocSection *overview = &doc->sections[1];
	const AudDocTable   *summary = &check->tables[0];
	const char          *verdict = aud_doc_cell(summary, 0, 1);
	time_t               now = time(NULL);
	struct tm            tm;
	char                 made[80] = "";

	raw(m,
		strncmp(verdict, "SOUND", 5) == 0 ? "<p class=\"verdict sound\">"
										  : "<p class=\"verdict fault\">");
	text(m, verdict);
	raw(m, "</p>\n<dl class=\"facts\">\n");
	put_names(m, "Server", &overview->tables[2]);
	put_names(m, "Trail", &check->tables[1]);
	put_fact(m, "Period", aud_doc_cell(summary, 3, 1), aud_doc_cell(summary, 4, 1));
	put_fact(m,
			 "Records",
			 aud_doc_cell(summary, 5, 1),
			 aud_doc_cell(summary, 6, 1));
	if (gmtime_r(&now, &tm) != NULL)
		strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", &tm);
	strcat(made, " by " AUD_CTL_VERSION);
	put_fact(m, "Made", made, NULL);
	raw(m,
		"<div><dt>Times</dt><dd>UTC in tables; hours and weekdays of charts in ");
	text(m, tzname[0]);
	raw(m, "</dd></div>\n</dl>\n");
}

void
aud_doc_write_html(const AudDoc *doc, FILE *out)
{
	const AudMarkup m = {write_out, out};

	raw(&m,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<title>Audit report</title>\n<style>\n");
	raw(&m, AUD_REPORT_STYLE);
	raw(&m,
		"</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
		"report</a>\n<header><h1>Audit report</h1>\n");
	put_facts(&m, doc);
	raw(&m, "</header>\n");
	put_contents(&m, doc);
	raw(&m, "<main id=\"main\" tabindex=\"-1\">\n");
	for (size_t i = 0; i < doc->n; i++)
		put_section(&m, &doc->sections[i]);
	raw(&m,
		"</main>\n<footer><p>Reviewed by: "
		"<span class=\"line\"></span> Date: <span class=\"line\"></span></p>"
		"</footer>\n</body>\n</html>\n");
}
