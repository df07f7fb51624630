/*-------------------------------------------------------------------------
 *
 * wire.h
 *	  Listening to what is sent to the client, for what no hook of the server
 *	  reports: the end of function calls of the protocol and of replication
 *	  commands, and that a transaction has ended altogether.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_WIRE_H
#define AUD_SERVER_WIRE_H

#include <stddef.h>

/*
 * Called for each message to the client before it is sent, maybe while an
 * error is handled and its locks are still held: must not throw.
 */
typedef void (*AudListener)(char type, const char *body, size_t len);

/* Listen from now on, or stop (NULL).  One listener at a time. */
extern void aud_wire_listen(AudListener listener);

/*
 * An error has been raised: when it is reported, link the error callback
 * again, since in a failed transaction block no hook comes between two
 * errors.  at_rest, if not NULL, is called before the client is told that the
 * server is ready for the next query: what failed has been cleaned up then.
 */
extern void aud_wire_rearm(void (*at_rest)(void));

/*
 * Call it once before the client is told that a command is complete or that
 * the server is ready, whichever is first.  It may run a transaction if there
 * is none, but must not throw.
 */
extern void aud_wire_before_answer(void (*call)(void));

#endif /* AUD_SERVER_WIRE_H */
