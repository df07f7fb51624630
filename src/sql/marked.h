/*-------------------------------------------------------------------------
 *
 * marked.h
 *	  What secaudit.explain() finds out about labels and secaudit.role.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_SQL_MARKED_H
#define AUD_SQL_MARKED_H

#include "utils/acl.h"

#include "record/stmt.h"

typedef struct AudMarked
{
	bool               known; /* the object is one of this database */
	bool               acting_known;
	const AudStmtTags *tags;         /* its, the user's, the database's */
	bool               column_tags;  /* columns have more */
	AclMode            held;         /* by secaudit.role, on it */
	bool               column_grant; /* it holds privileges on columns */
} AudMarked;

/* Texts may be NULL: then nothing is known of it.  Reads catalogs. */
extern void aud_marked_look_up(AudMarked *marked, const char *user,
							   const char *db, const char *object);

/* "phi, pci" */
extern char *aud_marked_list(const AudStmtTags *tags);

#endif /* AUD_SQL_MARKED_H */
