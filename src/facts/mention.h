/*-------------------------------------------------------------------------
 *
 * mention.h
 *	  Relations among the objects of a statement, for the files objects_*.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MENTION_H
#define AUD_FACTS_MENTION_H

#include "facts/marks.h"
#include "record/stmt.h"

/* A relation in a statement, and what is done to it there. */
typedef struct AudMention
{
	Oid    relid;
	int    access;
	bool   planned;
	bool   by_policy; /* by a policy of row security */
	AudUse use;       /* its columns */
} AudMention;

/*
 * Name a relation, without its columns yet: a later mention in the same
 * statement may add to them.
 */
extern void aud_objects_mention(AudStmt *stmt, const AudMention *mention);

/*
 * Spell out the columns of the objects from "first" on, and of those before
 * them that they may have been merged into.
 */
extern void aud_objects_settle(AudStmt *stmt, int first);

#endif /* AUD_FACTS_MENTION_H */
