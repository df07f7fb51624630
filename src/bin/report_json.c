/*-------------------------------------------------------------------------
 *
 * report_json.c
 *	  A report as JSON, and as CSV.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "bin/jsonout.h"
#include "bin/report_doc.h"
#include "core/version.h"

static void
put(FILE *out, const char *s)
{
	aud_jsonout_string(out, s, strlen(s));
}

static void
put_row(FILE *out, const AudDocTable *table, size_t row)
{
	for (size_t i = 0; i < table->n_columns; i++)
	{
		const char *cell = aud_doc_cell(table, row, i);

		fputs(i > 0 ? "," : "{", out);
		put(out, table->columns[i].key);
		fputc(':', out);
		if (table->columns[i].kind == AUD_DOC_COUNT)
			fputs(cell, out);
		else
			put(out, cell);
	}
	fputc('}', out);
}

static void
put_table(FILE *out, const AudDocTable *table)
{
	put(out, table->id);
	fprintf(out,
			":{\"all_rows\":%llu,\"uncounted\":%llu,\"rows\":[",
			(unsigned long long) table->all,
			(unsigned long long) table->uncounted);
	for (size_t i = 0; i < table->n_rows; i++)
	{
		if (i > 0)
			fputc(',', out);
		put_row(out, table, i);
	}
	fputs("]}", out);
}

void
aud_doc_write_json(const AudDoc *doc, FILE *out)
{
	fputs("{\"document\":\"secaudit-report\",\"version\":1,\"generator\":", out);
	put(out, AUD_VERSION);
	fputs(",\"sections\":{", out);
	for (size_t i = 0; i < doc->n; i++)
	{
		const AudDocSection *s = &doc->sections[i];

		if (i > 0)
			fputc(',', out);
		put(out, s->id);
		fputs(":{\"title\":", out);
		put(out, s->title);
		fputs(",\"note\":", out);
		put(out, s->note);
		fputs(",\"tables\":{", out);
		for (size_t j = 0; j < s->n_tables; j++)
		{
			if (j > 0)
				fputc(',', out);
			put_table(out, &s->tables[j]);
		}
		fputs("}}", out);
	}
	fputs("}}\n", out);
}

/* ---- CSV ------------------------------------------------------------------------ */

/*
 * Always between quotes.  What a spreadsheet would take for a formula gets an
 * apostrophe, as in secauditctl search.
 */
static void
put_cell(FILE *out, const char *s)
{
	fputc('"', out);
	if (*s != '\0' && strchr("=+-@\t\r", *s) != NULL)
		fputc('\'', out);
	for (; *s != '\0'; s++)
	{
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

/* One value a line: tables of different columns have no other common form. */
void
aud_doc_write_csv(const AudDoc *doc, FILE *out)
{
	fputs("section,table,row,column,value\r\n", out);
	for (size_t i = 0; i < doc->n; i++)
		for (size_t j = 0; j < doc->sections[i].n_tables; j++)
		{
			const AudDocTable *table = &doc->sections[i].tables[j];

			for (size_t k = 0; k < table->n_rows * table->n_columns; k++)
			{
				fprintf(out,
						"%s,%s,%zu,%s,",
						doc->sections[i].id,
						table->id,
						k / table->n_columns + 1,
						table->columns[k % table->n_columns].key);
				put_cell(out, table->cells[k]);
				fputs("\r\n", out);
			}
		}
}
