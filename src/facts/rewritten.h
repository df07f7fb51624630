/*-------------------------------------------------------------------------
 *
 * rewritten.h
 *	  Statements of which rules leave nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REWRITTEN_H
#define AUD_FACTS_REWRITTEN_H

#include "nodes/parsenodes.h"

/*
 * Will the rewriter leave nothing of an analyzed statement, and nothing of its
 * kind in its place?  Opens its target relation, which the parser has locked.
 */
extern bool aud_rewritten_to_nothing(const Query *query);

#endif /* AUD_FACTS_REWRITTEN_H */
