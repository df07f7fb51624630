/*-------------------------------------------------------------------------
 *
 * redact_walk.c
 *	  Where a query has constants and parameters that belong to columns of
 *	  secaudit.redact_tags.
 *
 * Two questions are asked of expressions.  Does a tagged column come in here,
 * also through a subquery, a join, a view (redact_expr.h)?  And if so: which
 * constants go in there, also through a subquery or VALUES?  In between
 * are the units of a query: what is joined by AND and OR, and each item of a
 * list.  A unit that is touched has all its constants hidden, so that
 * "born < now() - interval '18 years'" loses its interval, although nobody is
 * 18 years old: too much rather than too little.
 *
 * What a column is compared with by way of another one (a.x = b.x AND b.x =
 * 'y') is not followed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"

#include "facts/redact_ask.h"
#include "facts/redact_expr.h"
#include "facts/redact_walk.h"
#include "server/compat.h"

static bool visit(Node *node, AudRedactWalk *w);
static void visit_query(const Query *query, AudRedactWalk *w);

/* ---- the units of a query ------------------------------------------------ */

static bool
visit_items(List *items, AudRedactWalk *w)
{
	ListCell *lc;

	foreach (lc, items)
	{
		if (visit(lfirst(lc), w))
			return true;
	}
	return false;
}

/* Conditions and results are units of their own; a value with its comparisons. */
static bool
visit_case(CaseExpr *expr, AudRedactWalk *w)
{
	ListCell *lc;
	bool      touched =
		expr->arg != NULL && aud_redact_is_touched((Node *) expr->arg, w);

	foreach (lc, expr->args)
		touched |=
			expr->arg != NULL &&
			aud_redact_is_touched((Node *) lfirst_node(CaseWhen, lc)->expr, w);
	if (touched)
		aud_redact_hide_all((Node *) expr->arg, w);
	(void) visit((Node *) expr->arg, w);
	foreach (lc, expr->args)
	{
		CaseWhen *when = lfirst(lc);

		if (touched)
			aud_redact_hide_all((Node *) when->expr, w);
		(void) visit((Node *) when->expr, w);
		(void) visit((Node *) when->result, w);
	}
	return visit((Node *) expr->defresult, w);
}

/* x IN (SELECT ...): both sides are one unit. */
static bool
visit_link(SubLink *link, AudRedactWalk *w)
{
	AudRedactScope inner = {w->scope, (Query *) link->subselect};

	if (!w->in_unit && aud_redact_is_touched((Node *) link, w))
		aud_redact_hide_all((Node *) link, w);
	(void) visit(link->testexpr, w);
	if (aud_redact_has_query(link))
	{
		AudRedactWalk inside = aud_redact_enter(w, &inner);

		visit_query(inner.query, &inside);
		w->steps = inside.steps;
	}
	return w->places->unclear;
}

/* ROW(...) of such a type, and SET a.b = ...: the attributes, one by one. */
static void
visit_row(Node *node, AudRedactWalk *w)
{
	List     *items = NIL;
	int       number = 0;
	ListCell *lc;

	if (IsA(node, RowExpr))
		items = ((RowExpr *) node)->args;
	else if (IsA(node, FieldStore))
		items = ((FieldStore *) node)->newvals;
	w->part_only = false;
	foreach (lc, items)
	{
		int attribute =
			IsA(node, FieldStore)
				? list_nth_int(((FieldStore *) node)->fieldnums, number)
				: number + 1;

		if (aud_redact_ask_type(exprType(node), attribute, aud_redact_touching(w)))
			aud_redact_hide_all(lfirst(lc), w);
		number++;
	}
}

static bool
visit(Node *node, AudRedactWalk *w)
{
	bool answer;

	if (node == NULL)
		return false;
	if (aud_redact_too_much(w))
		return true;
	check_stack_depth();
	if (IsA(node, List))
		return visit_items((List *) node, w);
	if (IsA(node, SubLink))
		return visit_link((SubLink *) node, w);
	if (IsA(node, Query))
		return false; /* by visit_query() */
	if (!w->in_unit)
	{
		if (IsA(node, BoolExpr) || IsA(node, TargetEntry))
			return expression_tree_walker(node, visit, w);
		if (IsA(node, CaseExpr))
			return visit_case((CaseExpr *) node, w);
		if (IsA(node, FieldStore))
		{
			visit_row(node, w);
			return visit_items(((FieldStore *) node)->newvals, w);
		}
		if (aud_redact_is_touched(node, w))
			aud_redact_hide_all(node, w);
		else
			visit_row(node, w);
	}

	/* only queries in it are still to be looked at */
	answer = w->in_unit;
	w->in_unit = true;
	(void) expression_tree_walker(node, visit, w);
	w->in_unit = answer;
	return w->places->unclear;
}

/* What is written to tagged columns of the target. */
static void
visit_targets(List *targets, const Query *query, AudRedactWalk *w)
{
	ListCell *lc;

	foreach (lc, targets)
	{
		TargetEntry *target = lfirst(lc);

		w->part_only =
			IsA(target->expr, RowExpr) || IsA(target->expr, FieldStore);
		if (query->resultRelation > 0 && !target->resjunk &&
			aud_redact_ask_relation(rt_fetch(query->resultRelation, query->rtable),
									target->resno,
									aud_redact_touching(w)))
			aud_redact_hide_all((Node *) target->expr, w);
		w->part_only = false;
		(void) visit((Node *) target->expr, w);
	}
}

static void
visit_conflict(const Query *query, AudRedactWalk *w)
{
	const OnConflictExpr *conflict = query->onConflict;

	if (conflict == NULL)
		return;
	(void) visit((Node *) conflict->arbiterElems, w);
	(void) visit(conflict->arbiterWhere, w);
	visit_targets(conflict->onConflictSet, query, w);
	(void) visit(conflict->onConflictWhere, w);
}

static void
visit_merge(const Query *query, AudRedactWalk *w)
{
	ListCell *lc;

	(void) visit(AUD_MERGE_CONDITION(query), w);
	foreach (lc, query->mergeActionList)
	{
		MergeAction *action = lfirst(lc);

		(void) visit(action->qual, w);
		visit_targets(action->targetList, query, w);
	}
}

static bool
visit_join_tree(Node *node, AudRedactWalk *w)
{
	if (node == NULL || IsA(node, RangeTblRef))
		return false;
	check_stack_depth();
	if (IsA(node, FromExpr))
	{
		ListCell *lc;

		foreach (lc, ((FromExpr *) node)->fromlist)
			(void) visit_join_tree(lfirst(lc), w);
		return visit(((FromExpr *) node)->quals, w);
	}
	if (IsA(node, JoinExpr))
	{
		(void) visit_join_tree(((JoinExpr *) node)->larg, w);
		(void) visit_join_tree(((JoinExpr *) node)->rarg, w);
		return visit(((JoinExpr *) node)->quals, w);
	}
	return visit(node, w);
}

static void
visit_inner(const Query *query, AudRedactWalk *w)
{
	AudRedactScope scope = {w->scope, query};
	AudRedactWalk  inside = aud_redact_enter(w, &scope);

	visit_query(query, &inside);
	w->steps = inside.steps;
}

/* In FROM. */
static void
visit_entries(const Query *query, AudRedactWalk *w)
{
	ListCell *lc;

	foreach (lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_SUBQUERY && rte->subquery != NULL)
			visit_inner(rte->subquery, w);
		else if (rte->rtekind == RTE_VALUES)
			(void) visit((Node *) rte->values_lists, w);
		else if (rte->rtekind == RTE_FUNCTION)
		{
			ListCell *f;

			foreach (f, rte->functions)
				(void) visit(lfirst_node(RangeTblFunction, f)->funcexpr, w);
		}
		else if (rte->rtekind == RTE_TABLEFUNC)
			(void) visit((Node *) rte->tablefunc, w);
		if (rte->tablesample != NULL)
			(void) visit((Node *) rte->tablesample->args, w);
	}
}

/* UNION compares its parts, as INTERSECT and EXCEPT do. */
static void
visit_set_operation(const Query *query, AudRedactWalk *w)
{
	const SetOperationStmt *top = (SetOperationStmt *) query->setOperations;

	if (top == NULL)
		return;
	for (int i = 1; i <= list_length(top->colTypes); i++)
	{
		if (aud_redact_ask_parts((Node *) top, i, aud_redact_touching(w), w->scope))
			(void) aud_redact_ask_parts((Node *) top,
										i,
										aud_redact_hiding(w),
										w->scope);
	}
}

static void
visit_windows(const Query *query, AudRedactWalk *w)
{
	ListCell *lc;

	foreach (lc, query->windowClause)
	{
		WindowClause *window = lfirst(lc);

		(void) visit(window->startOffset, w);
		(void) visit(window->endOffset, w);
	}
}

/* Commands around a query: EXPLAIN, DECLARE, CREATE TABLE AS. */
static void
visit_utility(const Query *query, AudRedactWalk *w)
{
	Node *command = query->utilityStmt;
	Node *inner = NULL;

	if (IsA(command, ExplainStmt))
		inner = ((ExplainStmt *) command)->query;
	else if (IsA(command, DeclareCursorStmt))
		inner = ((DeclareCursorStmt *) command)->query;
	else if (IsA(command, CreateTableAsStmt))
		inner = ((CreateTableAsStmt *) command)->query;
	if (inner != NULL && IsA(inner, Query))
		visit_inner((Query *) inner, w);
}

static void
visit_query(const Query *query, AudRedactWalk *w)
{
	ListCell *lc;

	check_stack_depth();
	if (query->commandType == CMD_UTILITY)
	{
		visit_utility(query, w);
		return;
	}
	foreach (lc, query->cteList)
	{
		Node *with = lfirst_node(CommonTableExpr, lc)->ctequery;

		if (IsA(with, Query))
			visit_inner((Query *) with, w);
	}
	visit_entries(query, w);
	if (query->commandType == CMD_INSERT || query->commandType == CMD_UPDATE)
		visit_targets(query->targetList, query, w);
	else
		(void) visit((Node *) query->targetList, w);
	visit_conflict(query, w);
	visit_merge(query, w);
	(void) visit((Node *) query->returningList, w);
	(void) visit_join_tree((Node *) query->jointree, w);
	visit_set_operation(query, w);
	(void) visit(query->havingQual, w);
	visit_windows(query, w);
	(void) visit(query->limitOffset, w);
	(void) visit(query->limitCount, w);
}

static int
compare_ints(const void *a, const void *b)
{
	int x = *(const int *) a;
	int y = *(const int *) b;

	return (x > y) - (x < y);
}

void
aud_redact_walk(const Query *query, AudTaggedPlaces *places)
{
	AudRedactScope scope = {NULL, query};
	AudRedactWalk  w = {.places = places, .scope = &scope};
	int            n = 0;

	visit_query(query, &w);
	if (places->n == 0)
		return;
	qsort(places->at, places->n, sizeof(int), compare_ints);
	for (int i = 0; i < places->n; i++)
	{
		if (n == 0 || places->at[n - 1] != places->at[i])
			places->at[n++] = places->at[i];
	}
	places->n = n;
}
