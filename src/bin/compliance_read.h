/*-------------------------------------------------------------------------
 *
 * compliance_read.h
 *	  What a run of the checks says on the server, and what it does not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_COMPLIANCE_READ_H
#define AUD_BIN_COMPLIANCE_READ_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>

/* Run the checks; NULL, and reported, if they cannot be. */
extern json_t *aud_compliance_results(PGconn *conn, const char *profile);

/*
 * In the transaction of the checks: give the document the id that the run has
 * in secaudit.compliance_run and in the trail, and the digest that is there.
 */
extern void aud_compliance_kept(PGconn *conn, const char *profile,
								json_t *document);

/* Say which databases nobody looked at, and that nothing was tried. */
extern void aud_compliance_untested(PGconn *conn, const json_t *results,
									json_t *document);

/*
 * Give the document the exceptions of a file: those whose last day, in UTC, is
 * not over.  False, and reported: the file is not valid.
 */
extern bool aud_exceptions_read(const char *path, json_t *document);

/* Has somebody accepted the finding of this check? */
extern bool aud_exceptions_accept(const json_t *document, const char *check_id);

#endif /* AUD_BIN_COMPLIANCE_READ_H */
