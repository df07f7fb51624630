/*-------------------------------------------------------------------------
 *
 * body.h
 *	  Which query is the body of a utility command: COPY (query), EXPLAIN,
 *	  EXECUTE, CREATE TABLE AS and their like.
 *
 * Its objects and rows are the command's, and it has no record of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_BODY_H
#define AUD_FACTS_BODY_H

#include "nodes/parsenodes.h"
#include "utils/plancache.h"

#include "record/stmt.h"

/* A utility command begins; query_string stays as long as the command runs. */
extern void aud_body_expect(AudStmt *host, Node *parsetree,
							const char *query_string);

/* Is a query with this text, started directly by the command, its body? */
extern bool aud_body_is(const AudStmt *host, const char *source);

/* The prepared statement that a command executes, or NULL. */
extern const char *aud_body_prepared_name(Node *parsetree);

/* The text of a prepared statement alone. */
extern const char *aud_body_prepared_text(const CachedPlanSource *prepared,
										  size_t                 *len);

/* The EXECUTE that a command is, or has in it, or NULL. */
extern ExecuteStmt *aud_body_execute(Node *parsetree);

#endif /* AUD_FACTS_BODY_H */
