/*-------------------------------------------------------------------------
 *
 * objects_plan.c
 *	  The objects of a statement: the relations and columns of its plan.
 *
 * They come through the name cache (names_relation.c), so that the usual
 *statement costs a hash look-up and a copy for each of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_largeobject.h"
#include "nodes/bitmapset.h"
#include "nodes/pathnodes.h"
#include "parser/parsetree.h"

#include "facts/classify.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "facts/rewrite.h"
#include "server/compat.h"

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
	stmt->what.classes |= aud_classify_access(access);
	if (relation->relid >= FirstNormalObjectId)
	{
		stmt->what.user_objects = true;
		if (relation->on_server && access != 0)
			stmt->what.privileged = true;
		return;
	}
	stmt->what.catalog_objects = true;
	/* what is in large objects is users'; a lock is no look at a catalog */
	if (relation->relid == LargeObjectRelationId || (access & AUD_ACCESS_LOCK))
		stmt->what.user_objects = true;
	if (access & (AUD_ACCESS_WRITES | AUD_ACCESS_COPY_FROM))
	{
		stmt->what.must_record = true;
		stmt->what.classes |=
			aud_classify_catalog_write(relation->relid, columns);
	}
	if (reads_credentials(relation, columns))
		stmt->what.must_record = true;
}

static void
put_columns(AudStmt *stmt, AudObject *object, const AudRelation *relation)
{
	size_t      len;
	const char *text = aud_names_recent_columns(relation, object->columns, &len);
	size_t      room;
	char       *at;
	AudBuf      b;

	if (text != NULL)
	{
		(void) aud_stmt_put(stmt,
							&object->columns_off,
							&object->columns_len,
							text,
							len);
		return;
	}
	room = aud_names_columns_size(relation, object->columns);
	if (room == 0 || (at = aud_stmt_arena(stmt, room + 1)) == NULL)
		return;
	aud_buf_init(&b, at, room + 1);
	aud_names_append_columns(&b, relation, object->columns);
	object->columns_off = stmt->arena.len;
	object->columns_len = b.len;
	stmt->arena.len += b.len;
	aud_names_keep_columns(relation, object->columns, at, b.len);
}

/* A relation in a statement, and what is done to it there. */
typedef struct AudMention
{
	Oid              relid;
	int              access;
	bool             planned;
	bool             by_policy; /* by a policy of row security */
	const Bitmapset *columns;
	AudUse           use; /* the same columns, by what is done with them */
} AudMention;

/* Is this object the one that is mentioned, with its columns still open? */
static bool
add_to_known(AudObject *object, const AudMention *mention)
{
	if (object == NULL || object->columns_len > 0)
		return false;
	object->access |= mention->access;
	object->tentative = false;
	object->by_policy &= mention->by_policy;
	object->columns = object->columns == NULL
						  ? mention->columns
						  : bms_union(object->columns, mention->columns);
	return true;
}

/*
 * Name a relation without its columns yet: a later mention in the same
 * statement may add to them.  NULL: it cannot be named.
 */
static AudObject *
name_relation(AudStmt *stmt, const AudMention *mention)
{
	const AudRelation *relation = aud_names_relation(mention->relid);
	AudMention         whole = *mention;
	AudObject         *object;

	if (relation == NULL)
		return NULL;
	whole.columns = aud_names_columns_read(relation, mention->columns);
	note_relation(stmt, relation, whole.access, whole.columns);
	object = aud_stmt_find_object(stmt, RelationRelationId, whole.relid);
	if (add_to_known(object, &whole))
		return object;

	object = aud_stmt_add_object(stmt);
	if (object == NULL)
		return NULL;
	object->classid = RelationRelationId;
	object->objid = mention->relid;
	object->access = mention->access;
	object->planned = mention->planned;
	object->by_policy = mention->by_policy;
	object->columns = whole.columns;
	aud_stmt_set_head(stmt, object, relation->head, relation->head_len);
	return object;
}

/* What is computed when it is read has the marks of what it is computed of. */
static void
mark_relation(AudStmt *stmt, AudObject *object, const AudMention *mention)
{
	const AudRelation *relation = aud_names_relation(mention->relid);
	AudUse             use = mention->use;

	if (relation != NULL)
		use.read = aud_names_columns_read(relation, use.read);
	aud_marks_add(stmt, object, mention->access, &use);
}

static void
mention_relation(AudStmt *stmt, const AudMention *mention)
{
	AudObject *object = name_relation(stmt, mention);

	if (object != NULL && aud_config->marking)
		mark_relation(stmt, object, mention);
}

/*
 * Spell out the columns of the objects from "first" on, and of those before
 * them that they may have been merged into.
 */
static void
settle_columns(AudStmt *stmt, int first)
{
	for (int i = Max(0, first - AUD_OBJECTS_WINDOW); i < stmt->objects.n; i++)
	{
		AudObject         *object = &stmt->objects.items[i];
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
columns_of(const AudPermissions *permissions)
{
	const Bitmapset *written = permissions->insertedCols;

	if (permissions->updatedCols != NULL)
		written = written == NULL ? permissions->updatedCols
								  : bms_union(written, permissions->updatedCols);
	if (written == NULL)
		return permissions->selectedCols;
	if (permissions->selectedCols == NULL)
		return written;
	return bms_union(written, permissions->selectedCols);
}

/*
 * OLD and NEW of a rule are entries of their own for the sake of their names.
 * Where a rule does read the old row, that is the entry of the statement's
 * target.  From 16 on they take the permission of SELECT, without a column.
 */
static bool
is_name_in_rule(const RangeTblEntry *rte, const AudPermissions *permissions)
{
	return !rte->inFromCl && rte->alias != NULL &&
		   permissions->requiredPerms == ACL_SELECT &&
		   bms_is_empty(permissions->selectedCols) &&
		   (strcmp(rte->alias->aliasname, "old") == 0 ||
			strcmp(rte->alias->aliasname, "new") == 0);
}

/*
 * What is done to a relation follows from the permissions it takes.  FOR
 * UPDATE takes that of UPDATE, too, but names no column to change.
 */
static int
access_of_entry(const RangeTblEntry *rte, const AudPermissions *permissions)
{
	int access = access_of_permissions(permissions->requiredPerms);

	if (is_name_in_rule(rte, permissions))
		return 0;
	if ((access & AUD_ACCESS_UPDATE) && bms_is_empty(permissions->updatedCols))
		access ^= AUD_ACCESS_UPDATE | AUD_ACCESS_LOCK;
	return access;
}

/*
 * One range-table entry.  Only those with required permissions stand for
 * something the statement names or a view contains; the children of a
 * partitioned table are implied by their root.
 */
static void
mention_entry(AudStmt *stmt, const RangeTblEntry *rte,
			  const AudPermissions *permissions, int access, bool planned)
{
	AudMention mention = {
		.relid = rte->relid,
		.access = planned ? 0 : access,
		.planned = planned,
		.by_policy = aud_rewrite_is_policy(rte),
		.columns = columns_of(permissions),
		.use = {.read = permissions->selectedCols,
				.inserted = permissions->insertedCols,
				.updated = permissions->updatedCols},
	};

	mention_relation(stmt, &mention);
}

void
aud_objects_add_range_table(AudStmt *stmt, List *range_table, List *permissions)
{
	int       first = stmt->objects.n;
	ListCell *lc;

	foreach (lc, range_table)
	{
		const RangeTblEntry  *rte = lfirst(lc);
		const AudPermissions *needed = AUD_PERMISSIONS_OF(rte, permissions);
		int access = needed != NULL ? access_of_entry(rte, needed) : 0;

		if (access != 0)
			mention_entry(stmt, rte, needed, access, false);
	}
	settle_columns(stmt, first);
}

/*
 * In a query that a rule made, the statement's own target stays in the range
 * table for the sake of its permissions, and NEW for its name.  Neither is
 * touched by this query.
 */
static int
strip_rule_entry(const PlannedStmt *plan, const RangeTblEntry *rte, Index rti,
				 int access)
{
	if (rte->relkind == RELKIND_VIEW || AUD_IS_RESULT_RELATION(plan, rti))
		return access;
	if (!rte->inFromCl && rte->alias != NULL &&
		strcmp(rte->alias->aliasname, "new") == 0)
		return 0;
	return access & ~AUD_ACCESS_WRITES;
}

/* What is done to the relation that a child in the plan belongs to. */
static int
access_of_parent(const PlannedStmt *plan, Index child)
{
	int       access = 0;
	ListCell *lc;

	/* a parent comes before its children, and may be a child itself */
	foreach (lc, plan->appendRelations)
	{
		const AppendRelInfo  *append = lfirst(lc);
		const RangeTblEntry  *rte;
		const AudPermissions *needed;

		if (append->child_relid != child)
			continue;
		rte = rt_fetch(append->parent_relid, plan->rtable);
		needed = AUD_PERMISSIONS_OF(rte, AUD_PLAN_PERMISSIONS(plan));
		access = needed != NULL ? access_of_entry(rte, needed) : 0;
		return access != 0 ? access
						   : access_of_parent(plan, append->parent_relid);
	}
	return access;
}

/*
 * A child that is a foreign table is not implied by its parent: its rows come
 * from a file, a program or another server.
 */
static void
mention_foreign_child(AudStmt *stmt, const PlannedStmt *plan, Index rti,
					  bool execute)
{
	const RangeTblEntry *rte = rt_fetch(rti, plan->rtable);
	AudMention           mention = {
				  .relid = rte->relid,
				  .access = execute ? access_of_parent(plan, rti) : 0,
				  .planned = !execute,
    };

	mention_relation(stmt, &mention);
}

static bool
is_foreign(const RangeTblEntry *rte)
{
	return rte->rtekind == RTE_RELATION && rte->relkind == RELKIND_FOREIGN_TABLE;
}

void
aud_objects_add_plan(AudStmt *stmt, const PlannedStmt *plan, bool execute)
{
	int       first = stmt->objects.n;
	Index     rti = 0;
	ListCell *lc;

	if (execute && plan->commandType == CMD_SELECT)
		stmt->what.classes |= AUD_CLASS_READ;
	else if (execute)
		stmt->what.classes |= AUD_CLASS_WRITE;

	foreach (lc, plan->rtable)
	{
		const RangeTblEntry  *rte = lfirst(lc);
		const AudPermissions *needed;
		int                   access;

		rti++;
		needed = AUD_PERMISSIONS_OF(rte, AUD_PLAN_PERMISSIONS(plan));
		if (is_foreign(rte) && (needed == NULL || needed->requiredPerms == 0))
			mention_foreign_child(stmt, plan, rti, execute);
		if (needed == NULL)
			continue;
		access = access_of_entry(rte, needed);
		if (!plan->canSetTag)
			access = strip_rule_entry(plan, rte, rti, access);
		stmt->what.rls |= aud_rewrite_rls_applies(rte);
		if (access != 0)
			mention_entry(stmt, rte, needed, access, !execute);
	}
	settle_columns(stmt, first);
}

void
aud_objects_add_relation(AudStmt *stmt, Oid relid, int access,
						 const Bitmapset *columns)
{
	AudMention mention = {
		.relid = relid,
		.access = access,
		.columns = columns,
		.use = {.read = columns,
				.all = columns == NULL && (access & AUD_ACCESS_SELECT)},
	};
	int first = stmt->objects.n;

	mention_relation(stmt, &mention);
	settle_columns(stmt, first);
}
