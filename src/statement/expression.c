/*-------------------------------------------------------------------------
 *
 * expression.c
 *	  Expressions of the active statement that no executor runs.
 *
 * Every query without a table could be one; if it is none, its own frame
 * begins before anything it calls is reported, and what was kept is dropped.
 * So nothing is looked up before it is called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "facts/builtin.h"
#include "statement/expression.h"

/* What PL/pgSQL takes for a simple expression has this form. */
static bool
may_be_expression(const Query *query)
{
	return query->commandType == CMD_SELECT && query->rtable == NIL &&
		   list_length(query->targetList) == 1 && !query->hasSubLinks &&
		   query->setOperations == NULL;
}

/* The context is given a parent that lasts when nothing can fail any more. */
static void
keep(AudExpression *expression, Node *tree)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "secaudit expression",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);

	expression->tree = copyObject(tree);
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, TopMemoryContext);
	expression->context = context;
	expression->noted_in = aud_backend->stack.active;
	expression->taken = false;
}

void
aud_expression_planned(const Query *query)
{
	AudExpression *expression = &aud_backend->expression;

	aud_expression_forget();
	if (aud_backend->stack.active == NULL || !may_be_expression(query))
		return;
	expression->n_functions =
		aud_builtin_list_calls((Node *) query->targetList,
							   expression->functions,
							   AUD_EXPRESSION_FUNCTIONS_MAX);
	if (expression->n_functions == 0)
		return;
	keep(expression, (Node *) query->targetList);
}

static bool
calls(const AudExpression *expression, Oid funcid)
{
	for (int i = 0; i < expression->n_functions; i++)
	{
		if (expression->functions[i] == funcid)
			return true;
	}
	return false;
}

/* Its functions are reported one by one, and all of them stay in it. */
bool
aud_expression_take(AudStmt *stmt, const AudStmt *active, Oid funcid)
{
	AudExpression *expression = &aud_backend->expression;

	if (expression->context == NULL || expression->noted_in != active ||
		!calls(expression, funcid))
		return false;
	if (!expression->taken)
	{
		expression->taken = true;
		aud_builtin_add_expression(stmt, expression->tree);
	}
	return true;
}

void
aud_expression_drop(void)
{
	MemoryContextDelete(aud_backend->expression.context);
	aud_backend->expression.context = NULL;
}
