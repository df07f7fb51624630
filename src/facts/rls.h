/*-------------------------------------------------------------------------
 *
 * rls.h
 *	  Row security in a statement: where it applies, and what only its
 *	  policies read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_RLS_H
#define AUD_FACTS_RLS_H

#include "nodes/parsenodes.h"

/*
 * Before a query is planned: mark the range-table entries that row security
 * applies to, and those that stand in policies.  The marks stay on in the
 * plan, where nothing else would tell.
 *
 * The fields they are kept in belong to other kinds of entries; for a relation
 * the server neither sets nor reads them.
 */
extern void aud_rls_mark(Query *query);

static inline bool
aud_rls_applies(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RELATION && rte->funcordinality;
}

static inline bool
aud_rls_is_policy(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RELATION && rte->security_barrier;
}

#endif /* AUD_FACTS_RLS_H */
