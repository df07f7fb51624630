/*-------------------------------------------------------------------------
 *
 * clock.h
 *	  When a statement began, with one look at a clock instead of two.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_CLOCK_H
#define AUD_SERVER_CLOCK_H

#include "datatype/timestamp.h"
#include "portability/instr_time.h"

/* The time of day, and the clock that durations are taken from. */
extern void aud_clock_read(TimestampTz *when, instr_time *at);

#endif /* AUD_SERVER_CLOCK_H */
