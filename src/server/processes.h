/*-------------------------------------------------------------------------
 *
 * processes.h
 *	  The server's other processes, and the state that all of them share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_PROCESSES_H
#define AUD_SERVER_PROCESSES_H

#include <stdbool.h>

#include "postmaster/bgworker.h"

/*
 * Is there another process that the postmaster waits for at shutdown as it
 * does for this one?  Walsenders are not counted, they end later.  Takes no
 * lock, so a process that starts or ends meanwhile may be counted or not.
 */
extern bool aud_processes_others_run(void);

/*
 * Does this server follow another one, or an archive?  A primary recovers,
 * too, after a crash, and is no standby meanwhile.
 */
extern bool aud_processes_are_standby(void);

/* Is this process a background worker of secaudit's own? */
extern bool aud_processes_is_own(void);

/* Describe one that is to run this function, but for when, and with what. */
extern void aud_processes_describe(BackgroundWorker *worker,
								   const char *function, const char *name);

#endif /* AUD_SERVER_PROCESSES_H */
