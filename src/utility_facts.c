/*-------------------------------------------------------------------------
 *
 * utility_facts.c
 *	  What a utility command says about itself: each topic is asked in turn.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "facts.h"
#include "facts_ddl.h"
#include "objects.h"
#include "utility_facts.h"

typedef bool (*AudTopic)(AudStmt *stmt, Node *parsetree);

static const AudTopic topics[] = {
	aud_facts_of_query,
	aud_facts_of_relation,
	aud_facts_of_transaction,
};

void
aud_utility_before(AudStmt *stmt, Node *parsetree)
{
	for (size_t i = 0; i < lengthof(topics); i++)
	{
		if (topics[i](stmt, parsetree))
			break;
	}
	aud_facts_before(stmt, parsetree);
}

void
aud_utility_after(AudStmt *stmt, const QueryCompletion *qc)
{
	aud_facts_query_done(stmt, qc);
	if (qc != NULL && qc->commandTag != CMDTAG_UNKNOWN &&
		command_tag_display_rowcount(qc->commandTag))
	{
		stmt->rows = qc->nprocessed;
		stmt->has_rows = true;
	}

	/* what was just created can be seen only from the next command on */
	if ((aud_objects_unresolved(stmt) || stmt->after != NULL) &&
		IsTransactionState())
		CommandCounterIncrement();
	if (stmt->if_not_exists && !stmt->changed)
		aud_objects_skip(stmt);
	aud_objects_resolve(stmt);
	aud_facts_relation_done(stmt);
	aud_facts_after(stmt);
}

void
aud_utility_failed(AudStmt *stmt)
{
	aud_facts_query_failed(stmt);
}
