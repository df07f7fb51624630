/*-------------------------------------------------------------------------
 *
 * utility_facts.h
 *	  What a utility command says about itself: objects and details that no
 *	  object access hook reports.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_UTILITY_FACTS_H
#define AUD_UTILITY_FACTS_H

#include "nodes/nodes.h"
#include "tcop/cmdtag.h"

#include "stmt.h"

/* Before the command runs: what it names, so that a refusal can tell. */
extern void aud_utility_before(AudStmt *stmt, Node *parsetree);

/*
 * After it has succeeded: names of what is new, rows, cursors.  The parse
 * tree may be gone by then.
 */
extern void aud_utility_after(AudStmt *stmt, const QueryCompletion *qc);

/* While its error is handled: no catalogs, no allocation. */
extern void aud_utility_failed(AudStmt *stmt);

#endif /* AUD_UTILITY_FACTS_H */
