/*-------------------------------------------------------------------------
 *
 * row.h
 *	  From a line of the trail to a row of type secaudit.trail_record.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SQL_ROW_H
#define AUD_SQL_ROW_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"

#include "core/reader/reader.h"

#define AUD_ROW_COLUMNS 9

/* "2026-01-31T23:59:59.123456Z", or false. */
extern bool aud_sql_row_parse_ts(const char *s, TimestampTz *ts);

/* A line's "ts"; false if it has none that is valid. */
extern bool aud_sql_row_time(const AudLine *line, TimestampTz *ts);

/*
 * The row, in the current memory context; NULL, after a WARNING, if the line
 * is no record.  Throws only what has nothing to do with the line.
 */
extern HeapTuple aud_sql_row_form(TupleDesc desc, const char *path,
								  const AudLine *line);

/* WARNING that a line is no record; its number, if it is 0, is worked out. */
extern void aud_sql_row_warn(const char *path, const AudLine *line,
							 const char *why);

#endif /* AUD_SQL_ROW_H */
