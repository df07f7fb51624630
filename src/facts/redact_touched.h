/*-------------------------------------------------------------------------
 *
 * redact_touched.h
 *	  Has this transaction used a table with columns of secaudit.redact_tags?
 *
 * Then values of theirs may be anywhere in it: in a trigger, a CHECK, a policy,
 * a variable of a function, a cursor that the commit runs.  All of these do
 * nothing where there are no tags to look for (aud_redact_tags_on()).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_TOUCHED_H
#define AUD_FACTS_REDACT_TOUCHED_H

#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

#include "facts/redact_tags.h"

/* Is such a table among those of the plan?  It is about to run. */
extern bool aud_redact_touched_by_plan(const PlannedStmt *plan);

/*
 * The same for a query that is about to be planned, with what rewriting has
 * added: views, policies.  May throw, as a look-up may.
 */
extern void aud_redact_touched_by_query(Query *query);

static inline void
aud_redact_planned(Query *query)
{
	if (aud_redact_tags_on())
		aud_redact_touched_by_query(query);
}

/*
 * And for a command that works on rows without a query: it always does, or if
 * its text mentions such a table.
 */
extern void aud_redact_touched_by_command(const Node *command, const char *text,
										  size_t len);

/* The answer; and: the transaction is over, and nothing of it goes on. */
extern bool aud_redact_touched(void);
extern void aud_redact_touched_forget(void);

#endif /* AUD_FACTS_REDACT_TOUCHED_H */
