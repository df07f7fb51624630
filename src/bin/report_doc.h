/*-------------------------------------------------------------------------
 *
 * report_doc.h
 *	  A report as a document: sections with tables, which the writers print.
 *
 * All numbers of a report are in tables; charts are drawn from them.  So the
 * page, the JSON and the CSV say the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_REPORT_DOC_H
#define AUD_BIN_REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define AUD_DOC_COLUMNS  24
#define AUD_DOC_SECTIONS 24
#define AUD_DOC_TABLES   4

typedef enum AudDocKind
{
	AUD_DOC_TEXT,  /* a name, a word or two */
	AUD_DOC_LONG,  /* a statement, a message: wants room */
	AUD_DOC_WORD,  /* of a few that are ours */
	AUD_DOC_COUNT, /* decimal digits */
	AUD_DOC_TIME,
	AUD_DOC_LINK, /* the id of a section */
} AudDocKind;

typedef enum AudDocChart
{
	AUD_DOC_NO_CHART,
	AUD_DOC_STACK, /* a row is a column of the chart; the first cell its label */
	AUD_DOC_HEAT,
	AUD_DOC_TILES, /* two columns: a number and what it counts */
} AudDocChart;

/* Keys, titles, captions and notes are constants of the program. */
typedef struct AudDocColumn
{
	const char *key;
	const char *title;
	AudDocKind  kind;
} AudDocColumn;

typedef struct AudDocTable
{
	const char         *id;
	const char         *caption;
	const AudDocColumn *columns;
	size_t              n_columns;
	AudDocChart         chart;
	char              **cells; /* row after row; ours */
	size_t              n_rows;
	size_t              cap;
	size_t              limit; /* of rows; 0: none */
	uint64_t            all;   /* rows there would be; what is cut is said */
	uint64_t            uncounted; /* records that count for rows not known */
} AudDocTable;

typedef struct AudDocSection
{
	const char *id;
	const char *title;
	const char *note;   /* what it shows, and what it cannot */
	char       *extra;  /* a further sentence, ours; NULL */
	const char *search; /* the command that prints the records; NULL */
	AudDocTable tables[AUD_DOC_TABLES];
	size_t      n_tables;
} AudDocSection;

typedef struct AudDoc
{
	AudDocSection sections[AUD_DOC_SECTIONS];
	size_t        n;
} AudDoc;

extern AudDocSection *aud_doc_section(AudDoc *doc, const char *id,
									  const char *title, const char *note,
									  const char *search);
extern AudDocTable   *aud_doc_table(AudDocSection *section, const char *id,
									const char         *caption,
									const AudDocColumn *columns, size_t n_columns);

/*
 * Begin a row; false if the table is full, which counts it all the same.  Its
 * cells then come one by one.
 */
extern bool           aud_doc_row(AudDocTable *table);
extern void           aud_doc_text(AudDocTable *table, const char *s);
extern void           aud_doc_count(AudDocTable *table, uint64_t n);
extern const char    *aud_doc_cell(const AudDocTable *table, size_t row,
								   size_t column);
extern AudDocSection *aud_doc_find(AudDoc *doc, const char *id);
extern void           aud_doc_free(AudDoc *doc);

/* The writers. */
extern void aud_doc_write_html(const AudDoc *doc, FILE *out);
extern void aud_doc_write_json(const AudDoc *doc, FILE *out);
extern void aud_doc_write_csv(const AudDoc *doc, FILE *out);

#endif /* AUD_BIN_REPORT_DOC_H */
