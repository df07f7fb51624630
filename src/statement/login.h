/*-------------------------------------------------------------------------
 *
 * login.h
 *	  Sessions: refused, opened, ended, and their records.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_LOGIN_H
#define AUD_STATEMENT_LOGIN_H

#include <stdbool.h>

extern bool aud_login_is_open(void);

/* Is there a client that is neither let in nor refused yet? */
extern bool aud_login_is_starting(void);

/*
 * A transaction commits: if it is the first, the session is open now.  True if
 * it is.  Its end is recorded when the process exits.
 */
extern bool aud_login_opened(void);

/*
 * Inside errfinish(): the process is about to exit by the last error, or the
 * client is not let in because of it.  If the session was never opened, that
 * is a failed login, recorded at once if no lock can be held, or else when the
 * process exits.
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
