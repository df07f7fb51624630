/*-------------------------------------------------------------------------
 *
 * objects.c
 *	  The objects of a statement: the relations of its plan.
 *
 * They come through the name cache (names.c), so that the usual statement
 * costs a hash look-up and a copy for each of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "nodes/bitmapset.h"

#include "classify.h"
#include "names.h"
#include "objects.h"
#include "pg_compat.h"

/*
 * With few objects a second mention is merged into the first; past this
 * number looking for it would cost more than naming it twice.
 */
#define MERGE_WINDOW 64

void
aud_objects_start(void)
{
	aud_names_start();
}

AudObject *
aud_objects_find(AudStmt *stmt, Oid classid, Oid objid)
{
	int from = Max(0, stmt->n_objects - MERGE_WINDOW);

	for (int i = stmt->n_objects - 1; i >= from; i--)
	{
		AudObject *object = &stmt->objects[i];

		if (object->objid == objid && object->classid == classid)
			return object;
	}
	return NULL;
}

/* Put text into the arena as a slice of an object. */
static void
put_slice(AudStmt *stmt, uint32 *off, uint32 *len, const char *text,
		  size_t text_len)
{
	char *at = aud_stmt_arena(stmt, text_len);

	if (at == NULL)
		return;
	memcpy(at, text, text_len);
	*off = stmt->arena_len;
	*len = text_len;
	stmt->arena_len += text_len;
}

/* Has this relation secrets in it that reading should always leave a trace of? */
static bool
reads_credentials(const AudRelation *relation, const Bitmapset *columns)
{
	return relation->secret_columns != NULL && columns != NULL &&
		   (bms_overlap(relation->secret_columns, columns) ||
			bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns));
}

/* Catalogs and information_schema: whatever initdb has made. */
static void
note_relation(AudStmt *stmt, const AudRelation *relation, int access,
			  const Bitmapset *columns)
{
	stmt->classes |= aud_class_of_access(access);
	if (relation->relid >= FirstNormalObjectId)
	{
		stmt->user_objects = true;
		return;
	}
	stmt->catalog_objects = true;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
		stmt->must_record = true;
	if (reads_credentials(relation, columns))
		stmt->must_record = true;
}

static void
put_columns(AudStmt *stmt, AudObject *object, const AudRelation *relation)
{
	size_t room = aud_names_columns_size(relation, object->columns);
	char  *at;
	AudBuf b;

	if (room == 0 || (at = aud_stmt_arena(stmt, room + 1)) == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_names_append_columns(&b, relation, object->columns);
	object->columns_off = stmt->arena_len;
	object->columns_len = b.len;
	stmt->arena_len += b.len;
}

/*
 * Name a relation without its columns yet: a later mention in the same
 * statement may add to them.
 */
static void
mention_relation(AudStmt *stmt, Oid relid, int access, bool planned,
				 const Bitmapset *columns)
{
	const AudRelation *relation = aud_names_relation(relid);
	AudObject         *object;

	if (relation == NULL)
		return;
	note_relation(stmt, relation, access, columns);

	object = aud_objects_find(stmt, RelationRelationId, relid);
	if (object != NULL && object->columns_len == 0)
	{
		object->access |= access;
		object->columns = object->columns == NULL
							  ? columns
							  : bms_union(object->columns, columns);
		return;
	}

	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return;
	object->classid = RelationRelationId;
	object->objid = relid;
	object->access = access;
	object->planned = planned;
	object->columns = columns;
	put_slice(stmt,
			  &object->head_off,
			  &object->head_len,
			  relation->head,
			  relation->head_len);
}

/* Spell out the columns of the objects from "first" on. */
static void
settle_columns(AudStmt *stmt, int first)
{
	for (int i = first; i < stmt->n_objects; i++)
	{
		AudObject         *object = &stmt->objects[i];
		const AudRelation *relation;

		if (object->columns == NULL)
			continue;
		relation = aud_names_relation(object->objid);
		if (relation != NULL)
			put_columns(stmt, object, relation);
		object->columns = NULL; /* belongs to the plan, which may go away */
	}
}

static int
access_of_permissions(AclMode required)
{
	int access = 0;

	if (required & ACL_SELECT)
		access |= AUD_ACCESS_SELECT;
	if (required & ACL_INSERT)
		access |= AUD_ACCESS_INSERT;
	if (required & ACL_UPDATE)
		access |= AUD_ACCESS_UPDATE;
	if (required & ACL_DELETE)
		access |= AUD_ACCESS_DELETE;
	return access;
}

static const Bitmapset *
columns_of(const RangeTblEntry *rte)
{
	const Bitmapset *written = rte->insertedCols;

	if (rte->updatedCols != NULL)
		written = written == NULL ? rte->updatedCols
								  : bms_union(written, rte->updatedCols);
	if (written == NULL)
		return rte->selectedCols;
	if (rte->selectedCols == NULL)
		return written;
	return bms_union(written, rte->selectedCols);
}

/*
 * One range-table entry.  Only those with required permissions stand for
 * something the statement names or a view contains; the children of a
 * partitioned table are implied by their root.
 */
static void
mention_entry(AudStmt *stmt, const RangeTblEntry *rte, int extra, bool planned)
{
	int access;

	if (rte->rtekind != RTE_RELATION || !OidIsValid(rte->relid))
		return;
	access = access_of_permissions(rte->requiredPerms) | extra;
	if (access == 0)
		return;
	mention_relation(stmt,
					 rte->relid,
					 planned ? 0 : access,
					 planned,
					 columns_of(rte));
}

void
aud_objects_add_range_table(AudStmt *stmt, List *range_table)
{
	int       first = stmt->n_objects;
	ListCell *lc;

	foreach (lc, range_table)
		mention_entry(stmt, lfirst(lc), 0, false);
	settle_columns(stmt, first);
}

/* SELECT FOR UPDATE and its relatives lock what they mark. */
static int
lock_access(const PlannedStmt *plan, Index rti)
{
	ListCell *lc;

	foreach (lc, plan->rowMarks)
	{
		const PlanRowMark *mark = lfirst(lc);

		if (mark->rti == rti && mark->strength != LCS_NONE)
			return AUD_ACCESS_LOCK;
	}
	return 0;
}

void
aud_objects_add_plan(AudStmt *stmt, const PlannedStmt *plan, bool execute)
{
	int       first = stmt->n_objects;
	Index     rti = 0;
	ListCell *lc;

	if (execute && plan->commandType == CMD_SELECT)
		stmt->classes |= AUD_CLASS_READ;
	else if (execute)
		stmt->classes |= AUD_CLASS_WRITE;

	foreach (lc, plan->rtable)
	{
		int extra = 0;

		rti++;
		if (plan->rowMarks != NIL)
			extra = lock_access(plan, rti);
		mention_entry(stmt, lfirst(lc), extra, !execute);
	}
	settle_columns(stmt, first);
}

void
aud_objects_add_relation(AudStmt *stmt, Oid relid, int access,
						 const Bitmapset *columns)
{
	int first = stmt->n_objects;

	mention_relation(stmt, relid, access, false, columns);
	settle_columns(stmt, first);
}
