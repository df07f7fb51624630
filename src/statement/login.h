/*-------------------------------------------------------------------------
 *
 * login.h
 *	  Sessions: refused, opened, ended, and their records.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_LOGIN_H
#define AUD_STATEMENT_LOGIN_H

#include "statement/backend.h"

extern bool aud_login_is_open(void);

/* Is there a client that is neither let in nor refused yet? */
extern bool aud_login_is_starting(void);

/*
 * Is it up to event triggers now whether the client is let in?  What they run
 * is nested in a statement LOGIN, see early.h.
 */
static inline bool
aud_login_is_in_triggers(void)
{
	return aud_backend->login.state == AUD_LOGIN_TRIGGERS;
}

/*
 * A transaction is about to commit: if it is the first, the server lets the
 * client in.  True if so.  The session is open now, or when the transaction of
 * its event triggers has been committed; its end is recorded when the process
 * exits.
 */
extern bool aud_login_passed(void);
extern void aud_login_committed(void);

/*
 * Inside errfinish(): the process is about to exit by the last error, or the
 * client is not let in because of it.  If the session was never opened, that
 * is a failed login, recorded at once if no lock can be held, or else when the
 * process exits.  So is a refusal by event triggers, see login.c.
 */
extern void aud_login_refused(void);

/*
 * A transaction is rolled back: if it is that of a login, this was its end.
 *
 * The check of a setting's value catches what it throws and throws it again,
 * and it is only then that the server makes a FATAL error of it, past every
 * callback.  So before a session is open an ERROR is not recorded when it is
 * raised, but when it ends the transaction: then nobody has caught it.
 */
extern void aud_login_rolled_back(void);

#endif /* AUD_STATEMENT_LOGIN_H */
