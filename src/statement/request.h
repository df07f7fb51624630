/*-------------------------------------------------------------------------
 *
 * request.h
 *	  Requests of the protocol that are no statements: function calls, and the
 *	  commands of a walsender.
 *
 * No hook of the server has them from beginning to end, so their frames are
 * opened by one event and ended by another.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_REQUEST_H
#define AUD_STATEMENT_REQUEST_H

#include "statement/backend.h"

/*
 * A function call: the permission to call it has been or is about to be
 * checked.  Reads catalogs, may throw: then it has failed.
 */
extern void aud_request_begin_call(Oid funcid);
extern bool aud_request_has_call(void);
extern void aud_request_end_call(void);

/*
 * The transaction or subtransaction of this moment has been rolled back.  What
 * ran in it has failed.
 */
extern void aud_request_rolled_back(void);

/* A command of a walsender. */
typedef struct AudWalsenderCommand
{
	const char *name;
	const char *slot;        /* that it is about, or NULL */
	int         slot_access; /* what is done to it */
	bool        privileged;
	bool        in_error; /* it is raising one: no catalog is read */
} AudWalsenderCommand;

/* Something of it is to be sent, or an error is raised by it. */
extern void aud_request_begin_command(const AudWalsenderCommand *command);

/* The running command, if it is what is active, or NULL. */
extern const char *aud_request_command(void);

/* It has sent so many bytes, streams from now on, has ended. */
extern void aud_request_command_sent(size_t bytes);
extern void aud_request_command_streams(void);
extern void aud_request_end_command(void);

/*
 * The error that is being reported has ended it.  Its record is written when
 * the error has been dealt with: aud_request_at_rest, or a rollback.
 */
extern void aud_request_command_failed(void);
extern void aud_request_at_rest(void);

/* The session ends, by that failure or because the client left (NULL). */
extern void aud_request_session_ends(const AudFailure *failure);

#endif /* AUD_STATEMENT_REQUEST_H */
