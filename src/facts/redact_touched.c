/*-------------------------------------------------------------------------
 *
 * redact_touched.c
 *	  Has this transaction used a table with columns of secaudit.redact_tags?
 *
 * Tables are asked for, not columns: a trigger or a CHECK sees the whole row
 * of an INSERT that names none of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "facts/redact_touched.h"
#include "server/compat.h"

static bool touched;

static bool
is_tagged(const RangeTblEntry *rte)
{
	return OidIsValid(rte->relid) && aud_redact_tags_on_relation(rte->relid);
}

bool
aud_redact_touched_by_plan(const PlannedStmt *plan)
{
	ListCell *lc;

	foreach (lc, plan->rtable)
	{
		if (is_tagged(lfirst(lc)))
		{
			touched = true;
			return true;
		}
	}
	return false;
}

/* A tree walker, which stops at the first. */
static bool
has_tagged(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
		return is_tagged((RangeTblEntry *) node);
	if (IsA(node, Query))
	{
		check_stack_depth();
		return query_tree_walker((Query *) node,
								 has_tagged,
								 context,
								 QTW_EXAMINE_RTES_BEFORE);
	}
	return expression_tree_walker(node, has_tagged, context);
}

void
aud_redact_touched_by_query(Query *query)
{
	touched = touched || has_tagged((Node *) query, NULL);
}

void
aud_redact_touched_by_command(const Node *command, const char *text, size_t len)
{
	switch (nodeTag(command))
	{
		case T_AlterDomainStmt: /* these need not name a table */
		case T_AudClusterStmt:
		case T_ReindexStmt:
		case T_VacuumStmt:
			touched = true;
			break;
		case T_AlterTableStmt:
		case T_CopyStmt:
		case T_IndexStmt:
			touched = touched || aud_redact_tags_mentioned(text, len);
			break;
		default:
			break;
	}
}

/* Nobody has seen what a background process does on its own account. */
bool
aud_redact_touched(void)
{
	return touched || MyProcPort == NULL;
}

void
aud_redact_touched_forget(void)
{
	touched = false;
}
