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
 * False if it could not be run or raised an error.  A cancelled or
 * terminated statement is the user's business: that error passes through.
 */
extern bool aud_safely(void (*work)(void *arg), void *arg);

/* Will an error with this SQLSTATE, raised now, end in aud_safely? */
extern bool aud_safely_ends(int sqlstate);

#endif /* AUD_SERVER_SAFELY_H */
