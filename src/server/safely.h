/*-------------------------------------------------------------------------
 *
 * safely.h
 *	  Catalog look-ups that cannot fail the statement they are made for.
 *
 * Look-ups in the middle of somebody else's command meet what nobody else
 * sees: a function whose argument type was dropped a moment before, an
 * object class that has no name.  An error of that kind ends here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_SAFELY_H
#define AUD_SERVER_SAFELY_H

#include <stdbool.h>

/*
 * Run work(arg), which may read catalogs and allocate memory, nothing else.
 * False if it could not be run or raised an error.  Errors that pass through
 * to the caller: what cancels or terminates the statement, I/O errors and
 * damaged files, and any that is raised while an LWLock is held.
 */
extern bool aud_safely(void (*work)(void *arg), void *arg);

/*
 * The same inside a PG_CATCH, which is going to throw its error on: that is the
 * one that is thrown afterwards, whatever was raised in between.
 */
extern bool aud_safely_in_catch(void (*work)(void *arg), void *arg);

/* For an error context callback: will this error end in aud_safely()? */
extern bool aud_safely_ends(int sqlstate);

#endif /* AUD_SERVER_SAFELY_H */
