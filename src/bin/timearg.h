/*-------------------------------------------------------------------------
 *
 * timearg.h
 *	  Times as people write them and as records hold them.
 *
 * Records hold RFC 3339 in UTC with six decimals, of fixed width, so the
 * order of the texts is the order of the times.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_TIMEARG_H
#define AUD_BIN_TIMEARG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/search/search.h"

/*
 * Read a point in time into ts[AUD_TS_SIZE]: RFC 3339, which a record has;
 * "2026-01-31 23:59[:59]" or "2026-01-31", local unless utc is set; "now",
 * "today", "yesterday", "this-week" (from Monday on); or how long ago: "90s",
 * "10min", "2h", "1d", "1w".  False if it is none of them.
 */
extern bool aud_timearg_parse(const char *arg, bool utc, char *ts);

/* A line that names these forms. */
extern const char *const aud_timearg_forms;
/* An age: "90s", "10min", "2h", "1d", "1w". */
extern bool aud_timearg_age(const char *arg, long *seconds);

/*
 * Split a record's ts into date and time of day with milliseconds, local
 * unless utc is set.  False, and ts itself as the time, if it is not a ts.
 */
extern bool aud_timearg_show(const char *ts, bool utc, char *date,
							 size_t date_size, char *time_of_day,
							 size_t time_size);

#endif /* AUD_BIN_TIMEARG_H */
