/*-------------------------------------------------------------------------
 *
 * clock.h
 *	  The time of day, and when a statement began with one look at a clock
 *	  instead of two.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_CLOCK_H
#define AUD_SERVER_CLOCK_H

#include "datatype/timestamp.h"
#include "portability/instr_time.h"

/* The time of day, and the clock that durations are taken from. */
extern void aud_clock_read(TimestampTz *when, instr_time *at);

/* The time of day as the trail and the buffer have it: microseconds since 1970. */
extern int64 aud_clock_unix_us(void);

/* The same of a time of the server's, and back. */
#define AUD_CLOCK_EPOCH_US \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

#endif /* AUD_SERVER_CLOCK_H */
