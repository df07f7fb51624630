/*-------------------------------------------------------------------------
 *
 * labels.h
 *	  The labels of secaudit in the catalogs.
 *
 * All of this reads catalogs, and is to be called within aud_safely.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_LABELS_H
#define AUD_FACTS_LABELS_H

#include "nodes/pg_list.h"

#include "record/stmt.h"

/* The label of a column, or of the object itself (0). */
typedef struct AudLabelFound
{
	int32              subid;
	const AudStmtTags *tags;
} AudLabelFound;

/* The labels of an object and its columns: a list of AudLabelFound *. */
extern List *aud_labels_of(Oid classid, Oid objid);

/* A label in this database, on no shared object. */
typedef void (*AudLabelVisit)(void *arg, Oid classid, Oid objid,
							  const AudLabelFound *found);

/* All of them, one by one. */
extern void aud_labels_visit(AudLabelVisit visit, void *arg);

/*
 * May there be any label in this database, or on a role or database?  False
 * only if there is none for sure.
 */
extern bool aud_labels_may_exist(void);

#endif /* AUD_FACTS_LABELS_H */
