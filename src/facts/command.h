/*-------------------------------------------------------------------------
 *
 * command.h
 *	  What a utility command says about itself: objects and details that no
 *	  object access hook reports.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_COMMAND_H
#define AUD_FACTS_COMMAND_H

#include "nodes/nodes.h"
#include "tcop/cmdtag.h"

#include "record/stmt.h"

/* Before the command runs: what it names, so that a refusal can tell. */
extern void aud_command_before(AudStmt *stmt, Node *parsetree);

/*
 * After it has succeeded: names of what is new, rows.  The parse
 * tree may be gone by then.
 */
extern void aud_command_after(AudStmt *stmt, const QueryCompletion *qc);

/* While its error is handled: no catalogs, no allocation. */
extern void aud_command_failed(AudStmt *stmt);

#endif /* AUD_FACTS_COMMAND_H */
