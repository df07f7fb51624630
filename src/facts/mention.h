/*-------------------------------------------------------------------------
 *
 * mention.h
 *	  Relations among the objects of a statement, for the files objects_*.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MENTION_H
#define AUD_FACTS_MENTION_H

#include "nodes/parsenodes.h"

#include "facts/marks.h"
#include "record/stmt.h"
#include "server/compat.h"

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

/* Give one that is named the marks that it has now. */
extern void aud_objects_mark(AudStmt *stmt, const AudMention *mention);

/*
 * Spell out the columns of the objects from "first" on, and of those before
 * them that they may have been merged into.
 */
extern void aud_objects_settle(AudStmt *stmt, int first);

/*
 * The same of a range-table entry (objects_plan.c).  What is done to it: bits
 * of AudAccess, 0: nothing.  And: that in a query which a rule has made.
 */
extern void aud_objects_mention_entry(AudStmt *stmt, const RangeTblEntry *rte,
									  const AudPermissions *permissions,
									  int access, bool planned);
extern int  aud_objects_access_of(const RangeTblEntry  *rte,
								  const AudPermissions *permissions);
extern int  aud_objects_access_in_rule(const RangeTblEntry *rte, bool is_target,
									   int access);

#endif /* AUD_FACTS_MENTION_H */
