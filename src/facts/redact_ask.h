/*-------------------------------------------------------------------------
 *
 * redact_ask.h
 *	  Where the columns that a query's expressions refer to come from.  For
 *	  redact_walk.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_ASK_H
#define AUD_FACTS_REDACT_ASK_H

#include "nodes/primnodes.h"

#include "facts/redact_walk.h"

/* A query, and the one that it is in. */
typedef struct AudRedactScope
{
	const struct AudRedactScope *outer;
	const Query                 *query;
} AudRedactScope;

/* Columns of queries that are being asked about: those may refer to themselves. */
typedef struct AudRedactPending
{
	const struct AudRedactPending *outer;
	const Query                   *query;
	int                            column;
	bool                           hiding;
} AudRedactPending;

typedef struct AudRedactWalk
{
	AudTaggedPlaces        *places;
	const AudRedactScope   *scope;
	const AudRedactPending *pending;

	/* What is asked of an expression; tables have something to say if !hiding */
	bool (*ask)(Node *node, struct AudRedactWalk *w);
	bool hiding;
	bool part_only; /* of a column whose attribute is taken */

	int  steps;
	bool in_unit; /* which has been asked about already */
} AudRedactWalk;

static inline bool
aud_redact_has_query(const SubLink *link)
{
	return link->subselect != NULL && IsA(link->subselect, Query);
}

/* One more step; has it been too many? */
extern bool aud_redact_too_much(AudRedactWalk *w);

/* Inside of another query; its steps are to be taken over at its end. */
extern AudRedactWalk aud_redact_enter(const AudRedactWalk  *w,
									  const AudRedactScope *scope);

/* Pass on what is asked to what that column stands for. */
extern bool aud_redact_ask_var(const Var *var, AudRedactWalk *w);

/* The same for a parameter of SET (a, b) = (SELECT ...). */
extern bool aud_redact_ask_multiexpr(const Param *param, AudRedactWalk *w);

/* For a column that a query gives, by number; 0: for all of them. */
extern bool aud_redact_ask_output(const Query *query, int column,
								  AudRedactWalk *w, const AudRedactScope *outer);

/* And one of a set operation: for all its parts. */
extern bool aud_redact_ask_parts(const Node *part, int column, AudRedactWalk *w,
								 const AudRedactScope *scope);

/* Has that column of rows of this type?  0: any; no rows: no. */
extern bool aud_redact_ask_type(Oid type, int column, AudRedactWalk *w);

/* Has that column of a table or view the tags, or what it shows? */
extern bool aud_redact_ask_relation(const RangeTblEntry *rte, int column,
									AudRedactWalk *w);

#endif /* AUD_FACTS_REDACT_ASK_H */
