/*-------------------------------------------------------------------------
 *
 * rewrite.h
 *	  What the rewriter does to a statement: rules that leave nothing of it,
 *	  policies of row security that are added to it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REWRITE_H
#define AUD_FACTS_REWRITE_H

#include "nodes/parsenodes.h"

/*
 * Will the rewriter leave nothing of an analyzed statement, and nothing of its
 * kind in its place?  Opens its target relation, which the parser has locked.
 */
extern bool aud_rewrite_leaves_nothing(const Query *query);

/*
 * Before a query is planned: mark the range-table entries that row security
 * applies to, and those that stand in policies.  The marks stay on in the
 * plan, where nothing else shows it.
 *
 * The fields they are kept in belong to other kinds of entries; for a relation
 * the server neither sets nor reads them.
 */
extern void aud_rewrite_mark_rls(Query *query);

static inline bool
aud_rewrite_rls_applies(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RELATION && rte->funcordinality;
}

static inline bool
aud_rewrite_is_policy(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RELATION && rte->security_barrier;
}

#endif /* AUD_FACTS_REWRITE_H */
