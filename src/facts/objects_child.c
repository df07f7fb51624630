/*-------------------------------------------------------------------------
 *
 * objects_child.c
 *	  The objects of a statement: children with labels of their own, that are
 *	  used through their parent.
 *
 * They are named beside the parent, since their tags are not its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/executor.h"
#include "utils/rel.h"

#include "core/class.h"
#include "facts/marks.h"
#include "facts/objects.h"
#include "server/safely.h"

typedef struct AudChild
{
	Oid    root;
	Oid    child;
	AudUse use; /* of the root; then, of the child */
} AudChild;

static void
translate(void *arg)
{
	AudChild *of = arg;

	of->use.read = aud_marks_translate(of->root, of->use.read, of->child);
	of->use.inserted = aud_marks_translate(of->root, of->use.inserted, of->child);
	of->use.updated = aud_marks_translate(of->root, of->use.updated, of->child);
}

/* Add it, unless what is named of the root says the same. */
static void
add_unless_said(AudStmt *stmt, const AudChild *of, int access)
{
	const AudObject   *root;
	const AudStmtTags *said = NULL;
	const AudStmtTags *tags =
		aud_marks_tags(aud_marks_of(RelationRelationId, of->child), &of->use);

	root = aud_stmt_find_object(stmt, RelationRelationId, of->root);
	if (root != NULL)
		said = root->tags;
	if (tags != NULL && aud_tags_union(said, tags) != said &&
		aud_stmt_find_object(stmt, RelationRelationId, of->child) == NULL)
		aud_objects_add_used(stmt, of->child, access, &of->use);
}

void
aud_objects_add_tagged_child(AudStmt *stmt, Oid root, Oid child, int access,
							 const AudUse *use)
{
	AudChild        of = {root, child, *use};
	const AudMarks *marks;

	if (child == root)
		return;
	marks = aud_marks_of(RelationRelationId, child);
	if (marks->tags == NULL && marks->n_columns == 0)
		return;
	if (marks->n_columns > 0 && !aud_safely(translate, &of))
		of.use = (AudUse){.all = true};
	add_unless_said(stmt, &of, access);
}

typedef struct AudChildren
{
	Oid   root;
	List *children;
} AudChildren;

static void
find_children(void *arg)
{
	AudChildren *of = arg;

	of->children = find_all_inheritors(of->root, NoLock, NULL);
}

void
aud_objects_add_tagged_children(AudStmt *stmt, Oid root, int access,
								const AudUse *use)
{
	AudChildren of = {root, NIL};
	ListCell   *lc;

	aud_safely(find_children, &of);
	foreach (lc, of.children)
		aud_objects_add_tagged_child(stmt, root, lfirst_oid(lc), access, use);
	list_free(of.children);
}

/* A partition that the executor has opened, with its own columns. */
typedef struct AudRouted
{
	EState        *estate;
	ResultRelInfo *partition;
	AudUse         use;
} AudRouted;

static void
find_use(void *arg)
{
	AudRouted *routed = arg;

	routed->use.inserted = ExecGetInsertedCols(routed->partition, routed->estate);
	routed->use.updated = ExecGetUpdatedCols(routed->partition, routed->estate);
}

void
aud_objects_add_routed(AudStmt *stmt, const QueryDesc *query_desc)
{
	int       access = query_desc->operation == CMD_INSERT ? AUD_ACCESS_INSERT
														   : AUD_ACCESS_UPDATE;
	ListCell *lc;

	foreach (lc, query_desc->estate->es_tuple_routing_result_relations)
	{
		AudRouted routed = {query_desc->estate, lfirst(lc), {0}};
		AudChild  of = {InvalidOid,
						RelationGetRelid(routed.partition->ri_RelationDesc),
						{0}};

		if (routed.partition->ri_RootResultRelInfo == NULL)
			continue;
		of.root = RelationGetRelid(
			routed.partition->ri_RootResultRelInfo->ri_RelationDesc);
		aud_safely(find_use, &routed);
		of.use = routed.use;
		add_unless_said(stmt, &of, access);
	}
}
