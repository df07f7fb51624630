/*-------------------------------------------------------------------------
 *
 * builtin.h
 *	  Functions of the server itself whose effect depends on their
 *	  arguments: sequences, large objects, files, and the administration of
 *	  the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_BUILTIN_H
#define AUD_FACTS_BUILTIN_H

#include "executor/execdesc.h"

#include "record/stmt.h"

/* Is it one of them?  Cheap: asked about every call of a built-in function. */
extern bool aud_builtin_is_known(Oid funcid);

/* The statement calls it. */
extern void aud_builtin_called(AudStmt *stmt, Oid funcid);

/*
 * Look for the arguments of the calls in a query whose executor has started:
 * constants, and parameters.
 */
extern void aud_builtin_add_arguments(AudStmt *stmt, const QueryDesc *query_desc);

#endif /* AUD_FACTS_BUILTIN_H */
