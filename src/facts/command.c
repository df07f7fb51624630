/*-------------------------------------------------------------------------
 *
 * command.c
 *	  What a utility command says about itself: each topic is asked in turn.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "facts/command.h"
#include "facts/facts.h"
#include "facts/facts_ddl.h"
#include "facts/objects.h"

typedef bool (*AudTopic)(AudStmt *stmt, Node *parsetree);

static const AudTopic topics[] = {
	aud_facts_of_query,
	aud_facts_of_relation,
	aud_facts_of_transaction,
};

void
aud_command_before(AudStmt *stmt, Node *parsetree)
{
	for (size_t i = 0; i < lengthof(topics); i++)
	{
		if (topics[i](stmt, parsetree))
			break;
	}
	aud_facts_before(stmt, parsetree);
}

void
aud_command_after(AudStmt *stmt, const QueryCompletion *qc)
{
	if (qc != NULL && qc->commandTag != CMDTAG_UNKNOWN &&
		command_tag_display_rowcount(qc->commandTag))
	{
		stmt->result.rows = qc->nprocessed;
		stmt->result.has_rows = true;
	}

	/* what was just created can be seen only from the next command on */
	if ((aud_objects_unresolved(stmt) || stmt->target.after != NULL) &&
		IsTransactionState())
		CommandCounterIncrement();
	if (stmt->what.if_not_exists && !stmt->what.changed)
		aud_objects_skip(stmt);
	aud_objects_resolve(stmt);
	aud_facts_relation_done(stmt);
	aud_facts_after(stmt);
}

void
aud_command_failed(AudStmt *stmt)
{
	aud_facts_query_failed(stmt);
}
