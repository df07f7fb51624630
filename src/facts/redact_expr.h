/*-------------------------------------------------------------------------
 *
 * redact_expr.h
 *	  The two questions that are asked of expressions, for redact_walk.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_EXPR_H
#define AUD_FACTS_REDACT_EXPR_H

#include "facts/redact_ask.h"

/* Does a tagged column come in here, also through a subquery, a join, a view? */
extern bool aud_redact_is_touched(Node *node, AudRedactWalk *w);

/* Hide the constants that go in here, also through a subquery or VALUES. */
extern void aud_redact_hide_all(Node *node, AudRedactWalk *w);

/* For the functions of redact_ask.h: the first question, and the second. */
extern AudRedactWalk *aud_redact_touching(AudRedactWalk *w);
extern AudRedactWalk *aud_redact_hiding(AudRedactWalk *w);

#endif /* AUD_FACTS_REDACT_EXPR_H */
