/*-------------------------------------------------------------------------
 *
 * redact_ask.c
 *	  Where the columns that a query's expressions refer to come from.
 *
 * A question is asked of an expression (redact_walk.c), and passed on here to
 * what its columns stand for: a column of a subquery, of WITH, of a join, of
 * VALUES, of a view.  What is unknown is answered with yes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/rel.h"

#include "facts/redact_ask.h"
#include "facts/redact_tags.h"
#include "server/compat.h"

/* Queries refer to each other often; past this many steps it is unclear. */
#define STEPS_MAX 500000

bool
aud_redact_too_much(AudRedactWalk *w)
{
	if (++w->steps > STEPS_MAX)
		w->places->unclear = true;
	return w->places->unclear;
}

/* Inside of another query; what is asked of it ends with it. */
AudRedactWalk
aud_redact_enter(const AudRedactWalk *w, const AudRedactScope *scope)
{
	AudRedactWalk inner = *w;

	inner.scope = scope;
	inner.in_unit = false;
	return inner;
}

static const AudRedactScope *
scope_above(const AudRedactScope *scope, Index levels)
{
	while (levels-- > 0 && scope != NULL)
		scope = scope->outer;
	return scope;
}

static bool
ask_in(Node *node, AudRedactWalk *w, const AudRedactScope *scope)
{
	AudRedactWalk inner = aud_redact_enter(w, scope);
	bool          answer;

	inner.in_unit = w->in_unit;
	answer = inner.ask(node, &inner);
	w->steps = inner.steps;
	return answer;
}

/* ---- the columns of queries, whichever is asked of them ------------------ */

/* A column of a set operation is one of all its parts. */
bool
aud_redact_ask_parts(const Node *part, int column, AudRedactWalk *w,
					 const AudRedactScope *scope)
{
	const SetOperationStmt *both = (const SetOperationStmt *) part;
	bool                    left;

	if (IsA(part, RangeTblRef))
	{
		const RangeTblEntry *rte =
			rt_fetch(((const RangeTblRef *) part)->rtindex, scope->query->rtable);

		return rte->subquery != NULL &&
			   aud_redact_ask_output(rte->subquery, column, w, scope);
	}
	left = aud_redact_ask_parts(both->larg, column, w, scope);
	return aud_redact_ask_parts(both->rarg, column, w, scope) || left;
}

/* Of the list of what a query gives, by number; 0: all of them. */
static bool
ask_targets(const List *targets, int column, AudRedactWalk *w,
			const AudRedactScope *scope)
{
	bool      answer = false;
	ListCell *lc;

	foreach (lc, targets)
	{
		TargetEntry *target = lfirst(lc);

		if (!target->resjunk && (column == 0 || target->resno == column))
			answer |= ask_in((Node *) target->expr, w, scope);
	}
	return answer;
}

bool
aud_redact_ask_output(const Query *query, int column, AudRedactWalk *w,
					  const AudRedactScope *outer)
{
	AudRedactScope   scope = {outer, query};
	AudRedactPending pending = {w->pending, query, column, w->hiding};
	AudRedactWalk    inner;
	bool             answer;

	if (aud_redact_too_much(w))
		return true;
	check_stack_depth();
	for (const AudRedactPending *p = w->pending; p != NULL; p = p->outer)
	{
		if (p->query == query && p->column == column &&
			p->hiding == pending.hiding)
			return false;
	}
	inner = aud_redact_enter(w, &scope);
	inner.pending = &pending;
	if (query->setOperations != NULL)
		answer =
			aud_redact_ask_parts(query->setOperations, column, &inner, &scope);
	else
		answer =
			ask_targets(query->commandType == CMD_SELECT ? query->targetList
														 : query->returningList,
						column,
						&inner,
						&scope);
	w->steps = inner.steps;
	return answer;
}

static bool
ask_item(const List *items, int column, AudRedactWalk *w,
		 const AudRedactScope *scope)
{
	if (column == 0)
		return ask_in((Node *) items, w, scope);
	return column > 0 && column <= list_length(items) &&
		   ask_in(list_nth(items, column - 1), w, scope);
}

static bool
ask_rows(const List *rows, int column, AudRedactWalk *w,
		 const AudRedactScope *scope)
{
	bool      answer = false;
	ListCell *lc;

	foreach (lc, rows)
		answer |= ask_item(lfirst(lc), column, w, scope);
	return answer;
}

static bool
ask_with(const RangeTblEntry *rte, int column, AudRedactWalk *w,
		 const AudRedactScope *scope)
{
	ListCell *lc;

	scope = scope_above(scope, rte->ctelevelsup);
	if (scope == NULL)
		return true;
	foreach (lc, scope->query->cteList)
	{
		const CommonTableExpr *with = lfirst(lc);

		if (strcmp(with->ctename, rte->ctename) != 0)
			continue;
		return !IsA(with->ctequery, Query) ||
			   aud_redact_ask_output((Query *) with->ctequery, column, w, scope);
	}
	return true;
}

/* What a view, also a materialized one, shows of other relations. */
static bool
ask_view(Oid relid, int column, AudRedactWalk *w)
{
	Relation  view = try_relation_open(relid, AccessShareLock);
	RuleLock *rules = view != NULL ? view->rd_rules : NULL;
	bool      answer = false;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		if (rules->rules[i]->event == CMD_SELECT)
			answer |=
				aud_redact_ask_output(linitial_node(Query,
													rules->rules[i]->actions),
									  column,
									  w,
									  NULL);
	}
	if (view != NULL)
		relation_close(view, NoLock);
	return answer;
}

bool
aud_redact_ask_relation(const RangeTblEntry *rte, int column, AudRedactWalk *w)
{
	AudTaggedColumns columns = aud_redact_tags_of(rte->relid);
	bool touched = w->part_only ? aud_redact_tags_has_all_of(&columns, column)
								: aud_redact_tags_has(&columns, column);

	if (!touched && column >= 0 &&
		(rte->relkind == RELKIND_VIEW || rte->relkind == RELKIND_MATVIEW))
		touched = ask_view(rte->relid, column, w);
	w->places->touched |= touched;
	return touched;
}

/* Is it a column, or part of one, of the rows of this type?  0: any. */
bool
aud_redact_ask_type(Oid type, int column, AudRedactWalk *w)
{
	Oid              relid = aud_redact_tags_row_type(type);
	AudTaggedColumns columns;
	bool             touched;

	if (!OidIsValid(relid))
		return false;
	columns = aud_redact_tags_of(relid);
	touched = w->part_only ? aud_redact_tags_has_all_of(&columns, column)
						   : aud_redact_tags_has(&columns, column);
	w->places->touched |= touched;
	return touched;
}

/* The type of the row says which column it is, the arguments what goes in. */
static bool
ask_function(const RangeTblFunction *function, int column, AudRedactWalk *w,
			 const AudRedactScope *scope)
{
	AudRedactWalk inner = *w;
	bool          answer;

	if (!w->hiding && aud_redact_ask_type(exprType(function->funcexpr), column, w))
		return true;
	inner.part_only = true;
	answer = ask_in(function->funcexpr, &inner, scope);
	w->steps = inner.steps;
	return answer;
}

/* What functions return, side by side; behind them may be a number. */
static bool
ask_functions(const RangeTblEntry *rte, int column, AudRedactWalk *w,
			  const AudRedactScope *scope)
{
	int       before = 0;
	bool      answer = false;
	ListCell *lc;

	foreach (lc, rte->functions)
	{
		const RangeTblFunction *function = lfirst(lc);
		int                     here = column - before;

		before += function->funccolcount;
		if (column == 0)
			answer |= ask_function(function, 0, w, scope);
		else if (here > 0 && column <= before)
			answer |= ask_function(function, here, w, scope);
	}
	return answer;
}

static bool
ask_entry(const RangeTblEntry *rte, int column, AudRedactWalk *w,
		  const AudRedactScope *scope)
{
	if (AUD_IS_GROUP_ENTRY(rte))
		return ask_item(AUD_GROUP_COLUMNS(rte), column, w, scope);
	switch (rte->rtekind)
	{
		case RTE_RELATION:
		case RTE_NAMEDTUPLESTORE:
			return !w->hiding && aud_redact_ask_relation(rte, column, w);
		case RTE_SUBQUERY:
			return aud_redact_ask_output(rte->subquery, column, w, scope);
		case RTE_JOIN:
			return ask_item(rte->joinaliasvars, column, w, scope);
		case RTE_CTE:
			return ask_with(rte, column, w, scope);
		case RTE_VALUES:
			return ask_rows(rte->values_lists, column, w, scope);
		case RTE_FUNCTION:
			return ask_functions(rte, column, w, scope);
		case RTE_TABLEFUNC:
			return ask_in((Node *) rte->tablefunc, w, scope);
		case RTE_RESULT:
			return false;
		default:
			return true;
	}
}

bool
aud_redact_ask_var(const Var *var, AudRedactWalk *w)
{
	const AudRedactScope *scope = scope_above(w->scope, var->varlevelsup);

	if (aud_redact_too_much(w) || scope == NULL || var->varno < 1 ||
		var->varno > list_length(scope->query->rtable))
		return true;
	check_stack_depth();
	return ask_entry(rt_fetch(var->varno, scope->query->rtable),
					 var->varattno,
					 w,
					 scope);
}

/* SET (a, b) = (SELECT ...): each has a parameter that stands for its column. */
bool
aud_redact_ask_multiexpr(const Param *param, AudRedactWalk *w)
{
	ListCell *lc;

	foreach (lc, w->scope->query->targetList)
	{
		const TargetEntry *target = lfirst(lc);
		const SubLink     *link = (const SubLink *) target->expr;

		if (IsA(link, SubLink) && link->subLinkType == MULTIEXPR_SUBLINK &&
			link->subLinkId == param->paramid >> 16)
			return aud_redact_ask_output((Query *) link->subselect,
										 param->paramid & 0xFFFF,
										 w,
										 w->scope);
	}
	return true;
}
