/*-------------------------------------------------------------------------
 *
 * objects_query.c
 *	  The objects of a statement: what a query mentions before it is planned.
 *
 * The rewriter has been through it, so the tables behind views are there, as
 * the range tables of subqueries.  What the planner finds out, the partitions
 * that are left and the bodies of functions that it inlines, is not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "nodes/nodeFuncs.h"

#include "core/class.h"
#include "facts/mention.h"
#include "facts/objects.h"
#include "facts/rewrite.h"
#include "server/compat.h"

typedef struct AudQueryWalk
{
	AudStmt *stmt;
	bool     planned;
	bool     from_rule; /* the outermost query was made by one */
	int      depth;     /* of queries in each other */
} AudQueryWalk;

static bool walk(Node *node, AudQueryWalk *at);

static void
add_entries(const Query *query, const AudQueryWalk *at)
{
	int       first = at->stmt->objects.n;
	int       rti = 0;
	ListCell *lc;

	foreach (lc, query->rtable)
	{
		const RangeTblEntry  *rte = lfirst(lc);
		const AudPermissions *needed =
			AUD_PERMISSIONS_OF(rte, AUD_QUERY_PERMISSIONS(query));
		int access = needed != NULL ? aud_objects_access_of(rte, needed) : 0;

		rti++;
		if (at->from_rule && at->depth == 1 && access != 0)
			access = aud_objects_access_in_rule(rte,
												rti == query->resultRelation,
												access);
		if (access != 0)
			aud_objects_mention_entry(at->stmt, rte, needed, access, at->planned);
	}
	aud_objects_settle(at->stmt, first);
}

static bool
add_function(Oid funcid, void *arg)
{
	const AudQueryWalk *at = arg;

	if (funcid < FirstNormalObjectId)
		return false;
	if (at->planned)
		aud_objects_add_planned_function(at->stmt, funcid);
	else
		aud_objects_add_function(at->stmt, funcid);
	return false;
}

/* A conversion and the comparison of rows call what belongs to their types. */
static bool
names_function(const Node *node)
{
	return !IsA(node, CoerceViaIO) && !IsA(node, RowCompareExpr);
}

static bool
walk_query(Query *query, AudQueryWalk *at)
{
	bool stopped;

	at->depth++;
	add_entries(query, at);
	stopped = query_tree_walker(query, walk, at, 0);
	at->depth--;
	return stopped;
}

static bool
walk(Node *node, AudQueryWalk *at)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return walk_query((Query *) node, at);
	if (names_function(node))
		(void) check_functions_in_node(node, add_function, at);
	return expression_tree_walker(node, walk, at);
}

void
aud_objects_add_query(AudStmt *stmt, Query *query, bool planned)
{
	AudQueryWalk at = {.stmt = stmt,
					   .planned = planned,
					   .from_rule = !query->canSetTag};

	if (!planned)
		stmt->what.classes |=
			query->commandType == CMD_SELECT ? AUD_CLASS_READ : AUD_CLASS_WRITE;
	walk((Node *) query, &at);
}
