/*-------------------------------------------------------------------------
 *
 * facts.h
 *	  What single utility commands say about themselves, by topic; the
 *	  dispatcher is utility_facts.c.
 *
 * Each aud_facts_of_* looks at a command before it runs and says whether it
 * is one of its topic.  Names are resolved without permission checks and
 * without errors about what does not exist.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_FACTS_H
#define AUD_FACTS_FACTS_H

#include "nodes/nodes.h"
#include "nodes/primnodes.h"
#include "tcop/cmdtag.h"

#include "record/stmt.h"

extern bool aud_facts_of_relation(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_query(AudStmt *stmt, Node *parsetree);
extern bool aud_facts_of_transaction(AudStmt *stmt, Node *parsetree);

/* Such a command has succeeded. */
extern void aud_facts_relation_done(AudStmt *stmt);

/* A command with a query in it has failed. */
extern void aud_facts_query_failed(AudStmt *stmt);

/*
 * Name a relation: as it is known, or as it was written (and then of this
 * type).  name may be NULL.
 */
extern void aud_facts_relation(AudStmt *stmt, const RangeVar *name,
							   const char *type, int access);

#endif /* AUD_FACTS_FACTS_H */
