/*-------------------------------------------------------------------------
 *
 * marks_find.h
 *	  The marks of one object, from the catalogs.  For marks.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MARKS_FIND_H
#define AUD_FACTS_MARKS_FIND_H

#include "facts/marks.h"

typedef struct AudMarksFind
{
	Oid  classid;
	Oid  objid;
	Oid  role; /* of the object audit, or InvalidOid */
	bool has_labels;

	/* by aud_marks_find_above: where it is, InvalidOid if nowhere */
	Oid schema;
	Oid parent; /* of a partition */

	/* what these have, filled in by the caller */
	const AudStmtTags *schema_tags;
	AudMarks           above;

	AudMarks marks; /* by aud_marks_find; palloc'd */
} AudMarksFind;

/* Both take an AudMarksFind *, for aud_safely. */
extern void aud_marks_find_above(void *arg);
extern void aud_marks_find(void *arg);

#endif /* AUD_FACTS_MARKS_FIND_H */
