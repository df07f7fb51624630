/*-------------------------------------------------------------------------
 *
 * wire.h
 *	  What the server answers, for the two kinds of request that no hook of
 *	  the server tells the end of: function calls of the protocol and
 *	  replication commands.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_HOOKS_WIRE_H
#define AUD_HOOKS_WIRE_H

#include "record/stmt.h"

/*
 * Called for each message to the client before it is sent, maybe while an
 * error is handled: must not throw.
 */
typedef void (*AudListener)(char type, const char *body, size_t len);

/* Listen from now on, or stop (NULL).  One listener at a time. */
extern void aud_wire_listen(AudListener listener);

/*
 * An error has been raised: when it is reported, watch for errors again.  In a
 * failed transaction block no other hook comes between two of them.
 */
extern void aud_wire_rearm(void);

/*
 * A function is called or looked up while no statement is active: if the
 * client's message is a function call, its frame becomes the active one.
 */
extern void aud_fastpath_function(Oid funcid);

/* The transaction or subtransaction of this moment has been rolled back. */
extern void aud_fastpath_over(void);

extern void aud_fastpath_install(void);

/* In a walsender: hear its commands from now on. */
extern void aud_replication_start(void);

/* The session ends, by that failure or because the client left (NULL). */
extern void aud_replication_over(const AudFailure *failure);

/*
 * An error is raised while no statement is active: if that happens in a
 * replication command, its frame becomes the active one.
 */
extern void aud_replication_failing(void);

#endif /* AUD_HOOKS_WIRE_H */
