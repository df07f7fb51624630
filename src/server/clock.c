/*-------------------------------------------------------------------------
 *
 * clock.c
 *	  The time of day, and when a statement began.
 *
 * Reading a clock costs as much as a hundred instructions or more, so the
 * time of day is taken from the clock for durations where the two were
 * compared a moment ago.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "server/clock.h"

/* For so long the time of day is not read again; it could be set meanwhile. */
#define CLOCKS_AGREE_US 10000

void
aud_clock_read(TimestampTz *when, instr_time *at)
{
	static TimestampTz compared;
	static instr_time  compared_at;
	instr_time         since;

	INSTR_TIME_SET_CURRENT(*at);
	since = *at;
	INSTR_TIME_SUBTRACT(since, compared_at);
	if (compared == 0 || INSTR_TIME_GET_MICROSEC(since) >= CLOCKS_AGREE_US)
	{
		compared = GetCurrentTimestamp();
		compared_at = *at;
		*when = compared;
	}
	else
		*when = compared + (int64) INSTR_TIME_GET_MICROSEC(since);
}

int64
aud_clock_unix_us(void)
{
	return GetCurrentTimestamp() + AUD_CLOCK_EPOCH_US;
}
