/*-------------------------------------------------------------------------
 *
 * redact_expr.c
 *	  The two questions that are asked of expressions, for redact_walk.c: does
 *	  a tagged column come in, and which constants go in with it?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"

#include "facts/redact_expr.h"

static bool touches(Node *node, AudRedactWalk *w);

/* May it be a row that comes from somewhere, or is written somewhere? */
static bool
has_type_of_rows(const Node *node)
{
	return IsA(node, Var) || IsA(node, Const) || IsA(node, Param) ||
		   IsA(node, FuncExpr) || IsA(node, CoerceViaIO) ||
		   IsA(node, ArrayExpr) || IsA(node, CoerceToDomain);
}

/* (a).b is one if b is, or if a is whatever is in it. */
static bool
touches_field(FieldSelect *field, AudRedactWalk *w)
{
	bool outer = w->part_only;
	bool answer;

	if (aud_redact_ask_type(exprType((Node *) field->arg), field->fieldnum, w))
		return true;
	w->part_only = true;
	answer = touches((Node *) field->arg, w);
	w->part_only = outer;
	return answer;
}

/* What is in an expression is used as a whole. */
static bool
touches_inside(Node *node, AudRedactWalk *w)
{
	bool outer = w->part_only;
	bool answer;

	w->part_only = false;
	answer = expression_tree_walker(node, touches, w);
	w->part_only = outer;
	return answer;
}

/* Does a tagged column come in here?  A tree walker, which stops at true. */
static bool
touches(Node *node, AudRedactWalk *w)
{
	if (node == NULL)
		return false;
	if (aud_redact_too_much(w))
		return true;
	if (IsA(node, FieldSelect))
		return touches_field((FieldSelect *) node, w);
	if (has_type_of_rows(node) && !w->part_only &&
		aud_redact_ask_type(exprType(node), 0, w))
		return true;
	if (IsA(node, Var))
		return aud_redact_ask_var((Var *) node, w);
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_MULTIEXPR)
		return aud_redact_ask_multiexpr((Param *) node, w);
	if (IsA(node, SubLink))
	{
		SubLink *link = (SubLink *) node;

		return touches(link->testexpr, w) ||
			   (link->subLinkType != EXISTS_SUBLINK &&
				aud_redact_has_query(link) &&
				aud_redact_ask_output((Query *) link->subselect, 0, w, w->scope));
	}
	if (IsA(node, Query))
		return false;
	return touches_inside(node, w);
}

static void
add_place(AudTaggedPlaces *places, int location)
{
	if (location < 0)
		return; /* it is not in this text */
	if (places->n == places->max)
	{
		places->max = Max(16, places->max * 2);
		places->at = places->at == NULL
						 ? palloc(places->max * sizeof(int))
						 : repalloc(places->at, places->max * sizeof(int));
	}
	places->at[places->n++] = location;
}

static void
add_param(AudTaggedPlaces *places, const Param *param)
{
	if (param->paramkind != PARAM_EXTERN)
		return;
	add_place(places, param->location);
	places->params = bms_add_member(places->params, param->paramid);
}

/* The constants that go in here.  A tree walker that goes everywhere. */
static bool
hide(Node *node, AudRedactWalk *w)
{
	if (node == NULL)
		return false;
	if (aud_redact_too_much(w))
		return true;
	if (IsA(node, Const))
	{
		if (!((Const *) node)->constisnull)
			add_place(w->places, ((Const *) node)->location);
		return false;
	}
	if (IsA(node, Param))
	{
		add_param(w->places, (Param *) node);
		if (((Param *) node)->paramkind == PARAM_MULTIEXPR)
			(void) aud_redact_ask_multiexpr((Param *) node, w);
		return false;
	}
	if (IsA(node, Var))
	{
		(void) aud_redact_ask_var((Var *) node, w);
		return false;
	}
	if (IsA(node, SubLink))
	{
		SubLink *link = (SubLink *) node;

		(void) hide(link->testexpr, w);
		if (link->subLinkType != EXISTS_SUBLINK && aud_redact_has_query(link))
			(void) aud_redact_ask_output((Query *) link->subselect, 0, w, w->scope);
		return false;
	}
	if (IsA(node, Query))
		return false;
	return expression_tree_walker(node, hide, w);
}

/* ---- asking them --------------------------------------------------------- */

AudRedactWalk *
aud_redact_touching(AudRedactWalk *w)
{
	w->ask = touches;
	w->hiding = false;
	return w;
}

AudRedactWalk *
aud_redact_hiding(AudRedactWalk *w)
{
	w->ask = hide;
	w->hiding = true;
	return w;
}

bool
aud_redact_is_touched(Node *node, AudRedactWalk *w)
{
	return touches(node, aud_redact_touching(w));
}

void
aud_redact_hide_all(Node *node, AudRedactWalk *w)
{
	(void) hide(node, aud_redact_hiding(w));
}
