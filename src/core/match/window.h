/*-------------------------------------------------------------------------
 *
 * window.h
 *	  Times of the week: {"days": ["mon"], "from": "20:00", "to": "06:00",
 *	  "zone": "UTC"}.
 *
 * A window whose "to" is not behind its "from" ends on the next day, and its
 * days are those on which it begins.  "from" belongs to it, "to" does not.
 *
 * What a zone is, and what the clocks in it show, only the caller knows;
 * without one there is UTC.
 *
 * Core layer: no postgres.h, no allocation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_WINDOW_H
#define AUD_CORE_MATCH_WINDOW_H

#include <stdint.h>

#include "core/match/fault.h"

/* What a clock on the wall shows. */
typedef struct AudWallClock
{
	int weekday; /* 0: Sunday */
	int minute;  /* of the day */
} AudWallClock;

/* Zones other than UTC. */
typedef struct AudZones
{
	/* The zone of that name, to be kept; NULL: there is none. */
	const void *(*find)(const char *name);
	void (*read)(const void *zone, int64_t unix_s, AudWallClock *clock);
} AudZones;

typedef struct AudWindow
{
	int             days; /* bit 0: Sunday */
	int             from; /* minutes */
	int             to;
	const void     *zone; /* NULL: UTC */
	const AudZones *zones;
} AudWindow;

/* zones may be NULL; else it has to stay as long as the window. */
extern bool aud_window_parse(AudWindow *window, const AudJsonValue *value,
							 const AudZones *zones, AudFaultAt *fault);

extern bool aud_window_has(const AudWindow *window, int64_t unix_s);

#endif /* AUD_CORE_MATCH_WINDOW_H */
