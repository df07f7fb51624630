/*-------------------------------------------------------------------------
 *
 * objects_plan.c
 *	  The objects of a statement: the relations and columns of its plan.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "nodes/bitmapset.h"
#include "nodes/pathnodes.h"
#include "parser/parsetree.h"

#include "core/class.h"
#include "facts/mention.h"
#include "facts/objects.h"
#include "facts/rewrite.h"
#include "server/compat.h"

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

static AudUse
use_of(const AudPermissions *permissions)
{
	AudUse use = {.read = permissions->selectedCols,
				  .inserted = permissions->insertedCols,
				  .updated = permissions->updatedCols};

	return use;
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
int
aud_objects_access_of(const RangeTblEntry *rte, const AudPermissions *permissions)
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
void
aud_objects_mention_entry(AudStmt *stmt, const RangeTblEntry *rte,
						  const AudPermissions *permissions, int access,
						  bool planned)
{
	AudMention mention = {
		.relid = rte->relid,
		.access = planned ? 0 : access,
		.planned = planned,
		.by_policy = aud_rewrite_is_policy(rte),
		.use = use_of(permissions),
	};

	aud_objects_mention(stmt, &mention);
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
		int access = needed != NULL ? aud_objects_access_of(rte, needed) : 0;

		if (access == 0)
			continue;
		aud_objects_mention_entry(stmt, rte, needed, access, false);
		if (rte->relkind == RELKIND_PARTITIONED_TABLE && aud_config->marking)
		{
			AudUse use = use_of(needed);

			aud_objects_add_tagged_children(stmt, rte->relid, access, &use);
		}
	}
	aud_objects_settle(stmt, first);
}

/*
 * In a query that a rule made, the statement's own target stays in the range
 * table for the sake of its permissions, and NEW for its name.  Neither is
 * touched by this query.
 */
int
aud_objects_access_in_rule(const RangeTblEntry *rte, bool is_target, int access)
{
	if (rte->relkind == RELKIND_VIEW || is_target)
		return access;
	if (!rte->inFromCl && rte->alias != NULL &&
		strcmp(rte->alias->aliasname, "new") == 0)
		return 0;
	return access & ~AUD_ACCESS_WRITES;
}

/*
 * What the statement itself names, that this child in the plan belongs to; 0:
 * nothing, or it is no child.
 */
static Index
root_of(const PlannedStmt *plan, Index child)
{
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
		if (needed != NULL && aud_objects_access_of(rte, needed) != 0)
			return append->parent_relid;
		return root_of(plan, append->parent_relid);
	}
	return 0;
}

/*
 * Children are implied by their parent, but for two kinds.  The rows of a
 * foreign table come from a file, a program or another server; and a child may
 * have a label of its own.
 */
static void
mention_child(AudStmt *stmt, const PlannedStmt *plan, Index rti, bool execute)
{
	const RangeTblEntry  *rte = rt_fetch(rti, plan->rtable);
	Index                 root = root_of(plan, rti);
	const RangeTblEntry  *root_rte;
	const AudPermissions *needed;
	AudUse                use = {0};
	int                   access = 0;

	if (root != 0)
	{
		root_rte = rt_fetch(root, plan->rtable);
		needed = AUD_PERMISSIONS_OF(root_rte, AUD_PLAN_PERMISSIONS(plan));
		access = execute ? aud_objects_access_of(root_rte, needed) : 0;
		use = use_of(needed);
		if (aud_config->marking)
			aud_objects_add_tagged_child(stmt,
										 root_rte->relid,
										 rte->relid,
										 access,
										 &use);
	}
	if (rte->relkind == RELKIND_FOREIGN_TABLE)
	{
		AudMention mention = {.relid = rte->relid,
							  .access = access,
							  .planned = !execute};

		aud_objects_mention(stmt, &mention);
	}
}

/* Is it a child that this has to be asked of?  Those that are usual cost little. */
static bool
may_be_special(const RangeTblEntry *rte, const PlannedStmt *plan)
{
	return rte->rtekind == RTE_RELATION &&
		   (rte->relkind == RELKIND_FOREIGN_TABLE ||
			(aud_config->marking && plan->appendRelations != NIL));
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
		if ((needed == NULL || needed->requiredPerms == 0) &&
			may_be_special(rte, plan))
			mention_child(stmt, plan, rti, execute);
		if (needed == NULL)
			continue;
		access = aud_objects_access_of(rte, needed);
		if (!plan->canSetTag)
			access = aud_objects_access_in_rule(rte,
												AUD_IS_RESULT_RELATION(plan, rti),
												access);
		stmt->what.rls |= aud_rewrite_rls_applies(rte);
		if (access != 0)
			aud_objects_mention_entry(stmt, rte, needed, access, !execute);
	}
	aud_objects_settle(stmt, first);
}

/* Children are left out: which of them the plan reaches, it knew before. */
void
aud_objects_mark_plan(AudStmt *stmt, const PlannedStmt *plan)
{
	ListCell *lc;

	foreach (lc, plan->rtable)
	{
		const RangeTblEntry  *rte = lfirst(lc);
		const AudPermissions *needed =
			AUD_PERMISSIONS_OF(rte, AUD_PLAN_PERMISSIONS(plan));
		AudMention mention = {.relid = rte->relid};

		if (needed == NULL)
			continue;
		mention.access = aud_objects_access_of(rte, needed);
		mention.use = use_of(needed);
		if (mention.access != 0)
			aud_objects_mark(stmt, &mention);
	}
	for (int i = 0; i < stmt->objects.n; i++)
	{
		AudObject *object = &stmt->objects.items[i];

		if (object->classid == ProcedureRelationId)
			aud_marks_add(stmt, object, object->access, NULL);
	}
}
