/*-------------------------------------------------------------------------
 *
 * objects.h
 *	  The objects of a statement: which, and what is done to them.
 *
 * Names are spelled as pg_identify_object() does.  Those of relations and
 * functions come from caches that follow the server's invalidation messages.
 * Look-ups raise no error (server/safely.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_OBJECTS_H
#define AUD_FACTS_OBJECTS_H

#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"

#include "facts/names.h"
#include "record/stmt.h"

/* Add everything that a plan touches. */
extern void aud_objects_add_plan(AudStmt *stmt, const PlannedStmt *plan,
								 bool execute);

/* Its objects are named; labels may have been set since: mark them again. */
extern void aud_objects_mark_plan(AudStmt *stmt, const PlannedStmt *plan);

/*
 * Add what a query mentions, before it is planned: its relations, and users'
 * functions.  A partition that it reaches through the parent it does not
 * mention.  planned: nothing of it is done.
 */
extern void aud_objects_add_query(AudStmt *stmt, Query *query, bool planned);

/* Planning a query has failed: add what it mentions, if any of it is marked. */
extern void aud_objects_add_failed(AudStmt *stmt, Query *query);

/* Add the relations of a range table whose permissions are checked. */
extern void aud_objects_add_range_table(AudStmt *stmt, List *range_table,
										List *permissions);

/*
 * Add one relation.  columns: attribute numbers offset by
 * FirstLowInvalidHeapAttributeNumber, may be NULL.  A relation that does not
 * exist is ignored.
 */
extern void aud_objects_add_relation(AudStmt *stmt, Oid relid, int access,
									 const Bitmapset *columns);

/*
 * Add one relation with the columns that are used; access 0: it is planned for.
 */
struct AudUse;
extern void aud_objects_add_used(AudStmt *stmt, Oid relid, int access,
								 const struct AudUse *use);

/*
 * Add a child of a relation that is named, if it has tags which that one does
 * not bring; the columns are those of the relation.  Or all such children:
 * where the server does not tell which of them COPY FROM fills.
 */
extern void aud_objects_add_tagged_child(AudStmt *stmt, Oid root, Oid child,
										 int access, const struct AudUse *use);
extern void aud_objects_add_tagged_children(AudStmt *stmt, Oid root, int access,
											const struct AudUse *use);

/* The same of the partitions that rows were routed to in a run of a query. */
extern void aud_objects_add_routed(AudStmt *stmt, const QueryDesc *query_desc);

/* Add a function that is called. */
extern void aud_objects_add_function(AudStmt *stmt, Oid funcid);

/* Add a function that EXPLAIN has planned a call of, and nobody calls. */
extern void aud_objects_add_planned_function(AudStmt *stmt, Oid funcid);

/*
 * Add any object by its catalog address.  With access 0 only its name is
 * kept.  Must see the object: after it was created, before it is dropped.
 */
extern void aud_objects_add_address(AudStmt *stmt, Oid classid, Oid objid,
									int32 objsubid, int access);

/* One more object like another of the same function, its name alone. */
extern AudObject *aud_objects_repeat(AudStmt *stmt, const AudObject *of,
									 const AudFunctionName *function);

/* The command has done nothing: what it named stays named, and no more. */
extern void aud_objects_skip(AudStmt *stmt);

/* Add members, ,"key":"value", to the object's name. */
extern void aud_objects_extend_head(AudStmt *stmt, AudObject *object,
									const char *text, size_t len);

/*
 * Add something that has no catalog address: a file, a program, a name.  A
 * tentative one is what a command asks for, and is replaced by what it did
 * if it succeeds.
 */
extern void aud_objects_add_named(AudStmt *stmt, const char *type,
								  const char *name, int access, bool tentative);

/*
 * Like aud_objects_add_address, but for an object whose row cannot be seen
 * before the command ends; aud_objects_resolve then names all of them and
 * drops the tentative ones.
 */
extern void aud_objects_add_later(AudStmt *stmt, Oid classid, Oid objid,
								  int access);
extern bool aud_objects_unresolved(const AudStmt *stmt);
extern void aud_objects_resolve(AudStmt *stmt);

/*
 * Does this exist only as a part of another object, which is named?  Toast
 * tables, row and array types, defaults, the rule behind a view.
 */
extern bool aud_objects_is_part(Oid classid, Oid objid);

#endif /* AUD_FACTS_OBJECTS_H */
