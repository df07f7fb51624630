/*-------------------------------------------------------------------------
 *
 * plpgsql_target.h
 *	  Where PL/pgSQL puts the result of what it is about to run.
 *
 * It takes INTO out of a query's text before it runs that, and the arguments
 * of a cursor become a query of their own: what says that a constant in these
 * is a secret, the name of a variable, is known to PL/pgSQL alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SERVER_PLPGSQL_TARGET_H
#define AUD_SERVER_PLPGSQL_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is text[len], which is about to be planned or to run, run by PL/pgSQL for a
 * variable, or a cursor's argument, that has the name of a secret?  Not where
 * that name is in the text.  The columns of a composite type are looked up if
 * the catalog may be read.
 */
extern bool aud_plpgsql_gives_to_secret(const char *text, size_t len,
										bool may_read_catalog);

/*
 * For an error that is being raised: is PL/pgSQL giving a value to such a one?
 * Knows PL/pgSQL from the first query on that it has run in this process.
 */
extern bool aud_plpgsql_is_giving_to_secret(void);

#endif /* AUD_SERVER_PLPGSQL_TARGET_H */
