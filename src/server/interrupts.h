/*-------------------------------------------------------------------------
 *
 * interrupts.h
 *	  What asks this process to stop, looked at and not served.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_INTERRUPTS_H
#define AUD_SERVER_INTERRUPTS_H

#include <stdbool.h>

/*
 * Has somebody cancelled what the process is doing (a user, a timeout),
 * terminated it, or has its client gone?  Serves nothing: that is for whoever
 * runs the statement, with CHECK_FOR_INTERRUPTS().  Holds for a process that
 * is ending already, too, which the server's own flags do not.  A client's
 * connection costs a system call; nothing is sent.  Never throws.
 */
extern bool aud_interrupts_pending(void);

/*
 * Is the process at its beginning or its end, where there is no statement that
 * could be cancelled?  A login is, until the server reads its first command.
 */
extern bool aud_interrupts_is_starting(void);
extern bool aud_interrupts_is_ending(void);

#endif /* AUD_SERVER_INTERRUPTS_H */
