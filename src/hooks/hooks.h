/*-------------------------------------------------------------------------
 *
 * hooks.h
 *	  Install functions of the hook files, called once by _PG_init, and what
 *	  the hook files share.
 *
 * Every hook calls the next one, whatever it does itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_HOOKS_HOOKS_H
#define AUD_HOOKS_HOOKS_H

#include "record/stmt.h"

extern void aud_hooks_error_install(void);
extern void aud_hooks_executor_install(void);
extern void aud_hooks_function_install(void);
extern void aud_hooks_object_install(void);
extern void aud_hooks_session_install(void);
extern void aud_hooks_utility_install(void);
extern void aud_hooks_xact_install(void);

/*
 * Make sure that errors of this process are seen.  The server resets the
 * stack that this relies on after each error, so hooks that run early in a
 * statement call it again.  Cheap.
 */
extern void aud_error_watch(void);

/*
 * The error that is being handled, for use in PG_CATCH: its SQLSTATE and
 * primary message.  Counts as taken: the statement that asked records it.
 */
extern const AudFailure *aud_error_take(void);

/*
 * The last error of this process, whether or not it was taken; sqlstate 0 if
 * there was none since the last transaction began.
 */
extern const AudFailure *aud_error_last(void);

/*
 * Is an error on its way that nobody has caught yet, as far as is known?  And:
 * what it rolls back has been rolled back, or it was caught.
 */
extern bool aud_error_is_in_flight(void);
extern void aud_error_settled(void);

/* An error was raised inside the active statement and never reached it: record it. */
extern void aud_error_flush_swallowed(void);

/* A transaction is rolled back: if it is that of a login, this was its end. */
extern void aud_error_ends_transaction(void);

/*
 * This process is about to exit with a FATAL error: if its session was never
 * opened, that is a failed login.  detail: what the server log says besides.
 */
extern void aud_session_refused(const AudFailure *failure, const char *detail);

extern bool aud_session_is_open(void);

/* Is there a client that is neither let in nor refused yet? */
extern bool aud_session_is_starting(void);

/* A transaction commits: if it is the first, the session is open now. */
extern void aud_session_opened(void);

#endif /* AUD_HOOKS_HOOKS_H */
