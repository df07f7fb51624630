/*-------------------------------------------------------------------------
 *
 * document.h
 *	  The canonical JSON document of a compliance or evidence run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BIN_DOCUMENT_H
#define AUD_BIN_DOCUMENT_H

#include <jansson.h>
#include <libpq-fe.h>

#include "bin/str.h"

/*
 * A document without results: kind, and in "run" id, at, host, by,
 * server_version, secaudit_version, profile, benchmark.  Of the connection's
 * options only host, port, database and user are in it.
 */
extern json_t *aud_document_new(const char *kind, const char *profile,
								PGconn *conn, const char *secaudit_version);

/*
 * Give it its results (taken over), with counts by status and the SHA-256 of
 * the results as JSON with sorted keys and no blanks
 * (RFC 8785).
 */
extern void aud_document_finish(json_t *document, json_t *results);

/* How many results have this status. */
extern int aud_document_count(const json_t *document, const char *status);

/* A string of an object, "" where there is none. */
extern const char *aud_document_text(const json_t *object, const char *key);

/* A UUID of that version (RFC 9562) of 16 bytes, of which six bits are set here. */
extern json_t *aud_document_uuid(unsigned char *bytes, int version);

/* The first column of a result, which is JSON, as an array. */
extern json_t *aud_document_rows(const PGresult *result);

#endif /* AUD_BIN_DOCUMENT_H */
