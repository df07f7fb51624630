/*-------------------------------------------------------------------------
 *
 * classify.h
 *	  Which classes a command, or an access to an object, belongs to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_CLASSIFY_H
#define AUD_FACTS_CLASSIFY_H

#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
#include "tcop/cmdtag.h"

#include "core/class.h"

/* The classes that follow from what is done to an object. */
extern int aud_classify_access(int access);

/*
 * The classes, beside that, of a write to a catalog: of one that says who may
 * do what, or of the columns that do.  columns: numbered as the planner does.
 */
extern int aud_classify_catalog_write(Oid relid, const Bitmapset *columns);

/*
 * The classes of a utility command, before its objects are known.  Looks at
 * the parse tree only; no catalog access.
 */
extern int aud_classify_utility(Node *parsetree, CommandTag tag);

/*
 * The same by the tag alone, for who has no statement; 0: that does not tell.
 */
extern int aud_classify_tag(CommandTag tag);

#endif /* AUD_FACTS_CLASSIFY_H */
