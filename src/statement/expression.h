/*-------------------------------------------------------------------------
 *
 * expression.h
 *	  Expressions of the active statement that no executor runs, and the
 *	  arguments of what they call.
 *
 * PL/pgSQL evaluates "b := lo_get(777)" itself.  The server's functions are
 * reported when it does, without their arguments; these were to be seen when
 * the expression was planned, right before.  An expression is planned once in
 * a session: when it is evaluated again from its cached plan, nothing tells
 * its arguments, and only the function is recorded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_EXPRESSION_H
#define AUD_STATEMENT_EXPRESSION_H

#include "nodes/parsenodes.h"

#include "statement/backend.h"

/* The planner is about to see a query: keep what it calls, if it is one. */
extern void aud_expression_planned(const Query *query);

/*
 * What was kept belongs to stmt, if it calls funcid and was planned in active.
 * False: it does not, and nothing is known of the arguments.
 */
extern bool aud_expression_take(AudStmt *stmt, const AudStmt *active, Oid funcid);

extern void aud_expression_drop(void);

/* Another statement begins; what was planned was no expression, or is over. */
static inline void
aud_expression_forget(void)
{
	if (aud_backend->expression.context != NULL)
		aud_expression_drop();
}

#endif /* AUD_STATEMENT_EXPRESSION_H */
