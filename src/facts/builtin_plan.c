/*-------------------------------------------------------------------------
 *
 * builtin_plan.c
 *	  Where the calls of such functions stand: in a plan, in VALUES lists, in
 *	  an expression that no executor runs.
 *
 * They are looked for only where they can be: in a plan once its executor has
 * started, if one of these functions was reported meanwhile; in VALUES lists
 * when the first one is reported while the query runs; in an expression when
 * it is planned.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"

#include "facts/builtin.h"
#include "server/safely.h"

/* Is this the call of a function that counts?  Operators have functions, too. */
static bool
is_call(Node *node, AudCallSite *site)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			site->funcid = ((FuncExpr *) node)->funcid;
			site->args = ((FuncExpr *) node)->args;
			break;
		case T_OpExpr:
			site->funcid = ((OpExpr *) node)->opfuncid;
			site->args = ((OpExpr *) node)->args;
			break;
		default:
			return false;
	}
	return OidIsValid(site->funcid) && aud_builtin_is_known(site->funcid);
}

static bool
search_expression(Node *node, AudSearch *search)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site))
		aud_builtin_add_call(search, &site);
	if (IsA(node, RangeTblFunction))
		return search_expression(((RangeTblFunction *) node)->funcexpr, search);
	return expression_tree_walker(node, search_expression, search);
}

/* Functions first, since their arguments are shown with them. */
static bool
note_call(Node *node, AudStmt *stmt)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site))
		aud_builtin_called(stmt, site.funcid);
	return expression_tree_walker(node, note_call, stmt);
}

/* Where kinds of plan nodes have expressions of their own. */
static void
search_kind(Plan *plan, AudSearch *search)
{
	switch (nodeTag(plan))
	{
		case T_FunctionScan:
			search_expression((Node *) ((FunctionScan *) plan)->functions,
							  search);
			break;
		case T_Result:
			search_expression(((Result *) plan)->resconstantqual, search);
			break;
		case T_TableFuncScan:
			search_expression((Node *) ((TableFuncScan *) plan)->tablefunc,
							  search);
			break;
		case T_IndexScan:
			search_expression((Node *) ((IndexScan *) plan)->indexqual, search);
			break;
		case T_IndexOnlyScan:
			search_expression((Node *) ((IndexOnlyScan *) plan)->indexqual,
							  search);
			break;
		case T_BitmapIndexScan:
			search_expression((Node *) ((BitmapIndexScan *) plan)->indexqual,
							  search);
			break;
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			search_expression((Node *) ((Join *) plan)->joinqual, search);
			break;
		case T_Limit:
			search_expression(((Limit *) plan)->limitOffset, search);
			search_expression(((Limit *) plan)->limitCount, search);
			break;
		case T_ModifyTable:
			search_expression((Node *) ((ModifyTable *) plan)->returningLists,
							  search);
			search_expression((Node *) ((ModifyTable *) plan)->onConflictSet,
							  search);
			search_expression(((ModifyTable *) plan)->onConflictWhere, search);
			search_expression((Node *) ((ModifyTable *) plan)->withCheckOptionLists,
							  search);
			search_expression((Node *) ((ModifyTable *) plan)->mergeActionLists,
							  search);
			break;
		default:
			break;
	}
}

static bool
search_node(PlanState *state, AudSearch *search)
{
	Plan *plan = state->plan;

	search_expression((Node *) plan->targetlist, search);
	search_expression((Node *) plan->qual, search);
	search_kind(plan, search);
	return planstate_tree_walker(state, search_node, search);
}

typedef struct AudPlanSearch
{
	AudSearch  search;
	PlanState *plan;
} AudPlanSearch;

static void
search_plan(void *arg)
{
	AudPlanSearch *of = arg;

	search_node(of->plan, &of->search);
}

void
aud_builtin_add_arguments(AudStmt *stmt, const QueryDesc *query_desc)
{
	AudPlanSearch of = {{stmt, query_desc->params}, query_desc->planstate};

	stmt->what.has_builtins = false;
	if (query_desc->planstate != NULL)
		aud_safely(search_plan, &of);
}

/* Any node with VALUES lists in it?  Goes on with all of them. */
typedef struct AudValuesSearch
{
	AudSearch  search;
	PlanState *plan;
	bool       found;
} AudValuesSearch;

static bool
search_values(PlanState *state, AudValuesSearch *of)
{
	if (IsA(state->plan, ValuesScan))
	{
		Node *lists = (Node *) ((ValuesScan *) state->plan)->values_lists;

		note_call(lists, of->search.stmt);
		search_expression(lists, &of->search);
		of->found = true;
	}
	return planstate_tree_walker(state, search_values, of);
}

static void
search_all_values(void *arg)
{
	AudValuesSearch *of = arg;

	search_values(of->plan, of);
}

bool
aud_builtin_add_values(AudStmt *stmt, AudStmt *of, const QueryDesc *query_desc)
{
	AudValuesSearch search = {{stmt, query_desc->params},
							  query_desc->planstate,
							  false};

	if (of->what.has_values)
		return true;
	if (query_desc->planstate != NULL)
		aud_safely(search_all_values, &search);
	of->what.has_values = search.found;
	return search.found;
}

typedef struct AudCallList
{
	Oid *functions;
	int  n;
	int  max;
} AudCallList;

static bool
list_calls(Node *node, AudCallList *list)
{
	AudCallSite site;

	if (node == NULL)
		return false;
	if (is_call(node, &site) && list->n < list->max)
		list->functions[list->n++] = site.funcid;
	return expression_tree_walker(node, list_calls, list);
}

int
aud_builtin_list_calls(Node *expression, Oid *functions, int max)
{
	AudCallList list = {functions, 0, max};

	list_calls(expression, &list);
	return list.n;
}

typedef struct AudExpressionSearch
{
	AudSearch search;
	Node     *expression;
} AudExpressionSearch;

static void
search_alone(void *arg)
{
	AudExpressionSearch *of = arg;

	note_call(of->expression, of->search.stmt);
	search_expression(of->expression, &of->search);
}

void
aud_builtin_add_expression(AudStmt *stmt, Node *expression)
{
	AudExpressionSearch of = {{stmt, NULL}, expression};

	aud_safely(search_alone, &of);
}
