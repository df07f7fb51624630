/*-------------------------------------------------------------------------
 *
 * objects_whole.h
 *	  The objects of a statement: relations that it does not name, and works
 *	  on all the same.
 *
 * They are added only where somebody wants to know of them: those with labels,
 * and all of them where a rule may refuse a statement by the name of an object.
 * Called within aud_safely, but for aud_objects_add_whole, which needs none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_OBJECTS_WHOLE_H
#define AUD_FACTS_OBJECTS_WHOLE_H

#include "record/stmt.h"

/*
 * The table that this is an index, a constraint, a trigger, a policy or a rule
 * of; for rules that refuse, also what it is a partition or child of.
 */
extern void aud_objects_add_whole(AudStmt *stmt, Oid classid, Oid objid);

/* The relations that a view is made of, which LOCK TABLE locks with it. */
extern void aud_objects_add_locked_below(AudStmt *stmt, Oid view);

/* What maintenance of the whole database, or schema, goes through. */
typedef enum AudMaintenance
{
	AUD_MAINTENANCE_VACUUM,
	AUD_MAINTENANCE_CLUSTER,
	AUD_MAINTENANCE_REINDEX,
} AudMaintenance;

/* schema: InvalidOid for the database.  all: columns are read, too. */
extern void aud_objects_add_maintained(AudStmt *stmt, AudMaintenance what,
									   Oid schema, bool all);

/* The same of what is published but for these; schema: InvalidOid for all. */
struct List;
extern void aud_objects_add_published(AudStmt *stmt, Oid schema,
									  const struct List *except);

#endif /* AUD_FACTS_OBJECTS_WHOLE_H */
