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

/* "2026-01-31T23:59:59.123456Z" and a NUL */
#define AUD_TS_SIZE 28

/*
 * Read a point in time: a record's own form; "2026-01-31 23:59[:59]" or
 * "2026-01-31", local unless utc is set or a Z follows; or how long ago:
 * "90s", "10min", "2h", "1d".  False if it is none of them.
 */
extern bool aud_timearg_parse(const char *arg, bool utc, char *ts);

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
