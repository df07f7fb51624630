/*-------------------------------------------------------------------------
 *
 * activity.h
 *	  What this process says of itself in the server's status array.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_ACTIVITY_H
#define AUD_SERVER_ACTIVITY_H

#include "postgres.h"

/* Is the client's message that is being worked on a function call (F)? */
extern bool aud_activity_is_fastpath(void);

/* While an error is raised: keeps the line of COPY FROM that it is about. */
extern void aud_activity_error_raised(void);

/*
 * Rows that the COPY of this process has processed so far, also when it has
 * just failed; false if there is none.
 */
extern bool aud_activity_copied(uint64 *rows);

/*
 * Rows that the COPY FROM which has just ended with so many rows left out, for
 * a value in them made no sense; false if that is not known.
 */
extern bool aud_activity_skipped(uint64 rows, uint64 *skipped);

#endif /* AUD_SERVER_ACTIVITY_H */
