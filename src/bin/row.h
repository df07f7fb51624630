/*-------------------------------------------------------------------------
 *
 * row.h
 *	  One record as one line of aligned columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_ROW_H
#define AUD_BIN_ROW_H

#include "bin/record.h"
#include "bin/term.h"

typedef enum AudColumn
{
	AUD_COLUMN_TIME,
	AUD_COLUMN_SEQ,
	AUD_COLUMN_OUTCOME,
	AUD_COLUMN_CLASS,
	AUD_COLUMN_COMMAND,
	AUD_COLUMN_USER,
	AUD_COLUMN_DB,
	AUD_COLUMN_CLIENT,
	AUD_COLUMN_SESSION,
	AUD_COLUMN_APP,
	AUD_COLUMN_OBJECTS,
	AUD_COLUMN_ROWS,
	AUD_COLUMN_DURATION,
	AUD_COLUMN_TEXT,
} AudColumn;

#define AUD_COLUMNS (AUD_COLUMN_TEXT + 1)

/* Begin with {0}. */
typedef struct AudRowOptions
{
	bool        utc;
	int         n_columns; /* 0: as many as the width allows */
	AudColumn   columns[AUD_COLUMNS];
	const char *began; /* a ts that times are counted from; NULL: times of day */
} AudRowOptions;

/* The depth of a record whose parent is not in sight. */
#define AUD_ROW_ORPHAN (-1)

/* "time,user,text"; false, and reported, if one is no column. */
extern bool aud_row_set_columns(AudRowOptions *options, const char *list);

/*
 * Print a record.  depth: how many of the records above enclose it, for its
 * command to be indented, or AUD_ROW_ORPHAN.  On a terminal each line is kept
 * to its width; elsewhere nothing is shortened but lists of objects.
 */
extern void aud_row_print(const AudTerm *t, AudRecord *record, int depth,
						  const AudRowOptions *options);

/* The time between two ts, in microseconds; false if one is none. */
extern bool aud_row_elapsed(const char *from, const char *to, int64_t *us);

/* The part of --help that says what the signs mean. */
extern void aud_row_legend(void);

#endif /* AUD_BIN_ROW_H */
