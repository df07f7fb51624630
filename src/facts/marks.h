/*-------------------------------------------------------------------------
 *
 * marks.h
 *	  What marks an object as one to be audited: labels that give it tags, and
 *	  privileges that secaudit.role holds on it.
 *
 * Both are looked up when an object is met for the first time, one index scan
 * of pg_seclabel for each, and kept until the server says that something has
 * changed.  Nothing here is called where neither can be (aud_config->marking).
 * Look-ups raise no error (server/safely.h); where no catalog can be read, an
 * object has the marks that are known already, or none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MARKS_H
#define AUD_FACTS_MARKS_H

#include "nodes/bitmapset.h"
#include "utils/acl.h"

#include "record/stmt.h"
#include "server/guc.h"

/* What is special about a column; held: what the role holds on it alone. */
typedef struct AudColumnMarks
{
	AttrNumber         number;
	const AudStmtTags *tags; /* with those of the relation */
	AclMode            held;
} AudColumnMarks;

typedef struct AudMarks
{
	const AudStmtTags *tags; /* its own, its schema's, of what it is a part */
	AclMode            held; /* by the role, on all of it */
	int                n_columns;
	AudColumnMarks    *columns; /* those of which there is something to say */
} AudMarks;

/*
 * Which columns of a relation are used, offset as in range tables.  all: it is
 * read as a whole, below the executor.
 */
typedef struct AudUse
{
	const Bitmapset *read;
	const Bitmapset *inserted;
	const Bitmapset *updated;
	bool             all;
} AudUse;

/* Register the invalidation callbacks; later calls do nothing. */
extern void aud_marks_start(void);

/*
 * The marks of an object of any kind, never NULL.  Valid until the next call,
 * or the next moment at which invalidation messages may be taken in.
 */
extern const AudMarks *aud_marks_of(Oid classid, Oid objid);

/*
 * Numbers that change when something is forgotten: any object's marks, or all
 * labels since one has changed.
 */
extern uint64 aud_marks_epoch(void);
extern uint64 aud_marks_label_changes(void);

/* The tags that come with these columns; NULL: none. */
extern const AudStmtTags *aud_marks_tags(const AudMarks *marks,
										 const AudUse   *use);

/*
 * An object of the statement has been used in this way (0: named only): give it
 * its tags, and note whether it is audited.  use: NULL if it has no columns.
 */
extern void aud_marks_add(AudStmt *stmt, AudObject *object, int access,
						  const AudUse *use);

/* The tags of the roles that act, and of the database. */
extern void aud_marks_add_acting(AudStmt *stmt);

/* The same columns of another relation, by their names; within aud_safely. */
extern const Bitmapset *aud_marks_translate(Oid from, const Bitmapset *columns,
											Oid to);

#endif /* AUD_FACTS_MARKS_H */
