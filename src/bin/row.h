/*-------------------------------------------------------------------------
 *
 * row.h
 *	  One record as one line of aligned columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_ROW_H
#define AUD_BIN_ROW_H

#include <jansson.h>

#include "bin/term.h"

typedef struct AudRowOptions
{
	bool utc;
} AudRowOptions;

/*
 * Print a record: when, outcome, class, command, who, database, objects with
 * their access, rows, duration, error and text.  On a terminal each line is
 * kept to its width; elsewhere nothing is shortened.
 */
extern void aud_row_print(const AudTerm *t, const json_t *record,
						  const AudRowOptions *options);

#endif /* AUD_BIN_ROW_H */
