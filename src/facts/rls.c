/*-------------------------------------------------------------------------
 *
 * rls.c
 *	  Row security in a statement.
 *
 * The rewriter puts the conditions of policies into the securityQuals of
 * range-table entries and into the query's check options.  The planner takes
 * them apart and pulls their subqueries up, so this is the last moment at
 * which the tables of policies can be told from those of the statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"

#include "facts/rls.h"

typedef struct AudRlsWalk
{
	bool in_policy;
} AudRlsWalk;

static bool walk(Node *node, AudRlsWalk *at);

static void
walk_policy(Node *node)
{
	AudRlsWalk inside = {.in_policy = true};

	walk(node, &inside);
}

static void
mark_entry(RangeTblEntry *rte, const AudRlsWalk *at)
{
	if (rte->rtekind != RTE_RELATION)
		return;
	/* the server's walker comes by the quals a second time */
	rte->security_barrier |= at->in_policy;
	rte->funcordinality = rte->securityQuals != NIL;
	walk_policy((Node *) rte->securityQuals);
}

/* Range tables are walked here, not by the server, to know whose quals they are. */
static bool
walk(Node *node, AudRlsWalk *at)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		mark_entry((RangeTblEntry *) node, at);
		return false;
	}
	if (IsA(node, WithCheckOption))
	{
		WithCheckOption *check = (WithCheckOption *) node;

		if (check->kind == WCO_VIEW_CHECK)
			return walk(check->qual, at);
		walk_policy(check->qual);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, walk, at, QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, walk, at);
}

void
aud_rls_mark(Query *query)
{
	AudRlsWalk at = {.in_policy = false};

	if (query->hasRowSecurity)
		walk((Node *) query, &at);
}
