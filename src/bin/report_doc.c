/*-------------------------------------------------------------------------
 *
 * report_doc.c
 *	  Putting a report together.
 *
 *-------------------------------------------------------------------------
 */
#include "bin/report_doc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bin/ctl.h"

AudDocSection *
aud_doc_section(AudDoc *doc, const char *id, const char *title,
				const char *note, const char *search)
{
	AudDocSection *section;

	if (doc->n == AUD_DOC_SECTIONS)
		abort();
	section = &doc->sections[doc->n++];
	*section =
		(AudDocSection){.id = id, .title = title, .note = note, .search = search};
	return section;
}

AudDocTable *
aud_doc_table(AudDocSection *section, const char *id, const char *caption,
			  const AudDocColumn *columns, size_t n_columns)
{
	AudDocTable *table;

	if (section->n_tables == AUD_DOC_TABLES || n_columns > AUD_DOC_COLUMNS + 1)
		abort();
	table = &section->tables[section->n_tables++];
	*table = (AudDocTable){.id = id,
						   .caption = caption,
						   .columns = columns,
						   .n_columns = n_columns};
	return table;
}

bool
aud_doc_row(AudDocTable *table)
{
	table->all++;
	if (table->limit > 0 && table->n_rows == table->limit)
		return false;
	table->n_rows++;
	return true;
}

static void
add(AudDocTable *table, char *cell)
{
	size_t n = table->cap;

	if (n % 256 == 0)
		table->cells =
			aud_ctl_grow(table->cells, (n + 256) * sizeof(*table->cells));
	table->cells[table->cap++] = cell;
}

void
aud_doc_text(AudDocTable *table, const char *s)
{
	size_t size = strlen(s) + 1;
	char  *copy = aud_ctl_grow(NULL, size);

	memcpy(copy, s, size);
	add(table, copy);
}

void
aud_doc_count(AudDocTable *table, uint64_t n)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, n);
	aud_doc_text(table, digits);
}

const char *
aud_doc_cell(const AudDocTable *table, size_t row, size_t column)
{
	size_t at = row * table->n_columns + column;

	return at < table->cap ? table->cells[at] : "";
}

AudDocSection *
aud_doc_find(AudDoc *doc, const char *id)
{
	for (size_t i = 0; i < doc->n; i++)
		if (strcmp(doc->sections[i].id, id) == 0)
			return &doc->sections[i];
	return NULL;
}

void
aud_doc_free(AudDoc *doc)
{
	for (size_t i = 0; i < doc->n; i++)
	{
		AudDocSection *section = &doc->sections[i];

		for (size_t j = 0; j < section->n_tables; j++)
		{
			for (size_t k = 0; k < section->tables[j].cap; k++)
				free(section->tables[j].cells[k]);
			free(section->tables[j].cells);
		}
		free(section->extra);
	}
	doc->n = 0;
}
