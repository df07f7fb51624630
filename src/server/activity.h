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

#endif /* AUD_SERVER_ACTIVITY_H */
