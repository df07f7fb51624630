/*-------------------------------------------------------------------------
 *
 * planned.h
 *	  What is known of a query before it is planned.
 *
 * The planner runs code of users, and shows it what is in the tables: the
 * function of an operator gets values of pg_statistic, a constant call is
 * folded.  So a query that a rule refuses is not planned, and one whose
 *planning fails has its objects all the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_PLANNED_H
#define AUD_STATEMENT_PLANNED_H

#include "nodes/parsenodes.h"

#include "record/stmt.h"
#include "statement/refuse.h"

/* See aud_planned_check. */
extern void aud_planned_ask(Query *query, const char *source);
extern void aud_planned_ask_inlined(const Query *query);
extern void aud_planned_ask_body(Oid funcid);

/* The planner is about to get this query: throws if a rule refuses it. */
static inline void
aud_planned_check(Query *query, const char *source)
{
	if (aud_refuse_may())
		aud_planned_ask(query, source);
}

/*
 * The same of what it may put in place of a function's call, which was not
 * rewritten yet; and of a function whose body was analyzed when it was made.
 */
static inline void
aud_planned_check_inlined(const Query *query)
{
	if (aud_refuse_may())
		aud_planned_ask_inlined(query);
}

static inline void
aud_planned_check_body(Oid funcid)
{
	if (aud_refuse_may())
		aud_planned_ask_body(funcid);
}

#endif /* AUD_STATEMENT_PLANNED_H */
