/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  The text of a statement without what differs from call to call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_STATEMENT_H
#define AUD_BIN_STATEMENT_H

#include "core/buf.h"

/* Room that the normal form of len bytes needs at most, with its NUL. */
#define AUD_STATEMENT_ROOM(len) (3 * (len) + 16)

/*
 * Append the normal form of sql[len]: each constant as "?", lists of constants
 * as "?, ...", several rows of these as one, what is between tokens (white
 * space, comments) as one blank.  Nothing else changes, letter case neither.
 */
extern void aud_statement_normalise(AudBuf *out, const char *sql, size_t len);

/* Is this unquoted word, in lower case, the first of the two in the text? */
extern bool aud_statement_first_is(const char *sql, size_t len,
								   const char *word, const char *other);

#endif /* AUD_BIN_STATEMENT_H */
