/*-------------------------------------------------------------------------
 *
 * objects_whole.c
 *	  The objects of a statement: relations that it does not name, and works
 *	  on all the same.
 *
 * The catalogs are read without locks on what is found in them: LOCK ... NOWAIT
 * must not wait for us.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_policy.h"
#include "catalog/pg_rewrite.h"
#include "catalog/pg_trigger.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteSupport.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "facts/marks.h"
#include "facts/match_facts.h"
#include "facts/objects.h"
#include "facts/objects_whole.h"
#include "server/compat.h"
#include "server/safely.h"

static bool
is_sought(void)
{
	return aud_config->marking || aud_match_refuses_names();
}

static void
add(AudStmt *stmt, Oid relid, int access, const AudUse *use)
{
	const AudMarks *marks;

	if (aud_stmt_find_object(stmt, RelationRelationId, relid) != NULL)
		return;
	if (!aud_match_refuses_names())
	{
		marks = aud_marks_of(RelationRelationId, relid);
		if (aud_marks_tags(marks, use) == NULL)
			return;
	}
	aud_objects_add_relation(stmt, relid, access, NULL);
	if (aud_config->marking)
	{
		AudObject omitted = {.classid = RelationRelationId, .objid = relid};
		AudObject *object = aud_stmt_find_object(stmt, RelationRelationId, relid);

		aud_marks_add(stmt, object != NULL ? object : &omitted, access, use);
	}
}

/* A column of a catalog's row; 0: there is no such row. */
static Oid
look_up(Oid catalog, AttrNumber oid_column, Oid objid, AttrNumber wanted)
{
	Relation  rel = table_open(catalog, AccessShareLock);
	HeapTuple tuple = get_catalog_object_by_oid(rel, oid_column, objid);
	bool      is_null = true;
	Datum     value = (Datum) 0;

	if (HeapTupleIsValid(tuple))
		value = heap_getattr(tuple, wanted, RelationGetDescr(rel), &is_null);
	table_close(rel, AccessShareLock);
	return is_null ? InvalidOid : DatumGetObjectId(value);
}

static Oid
whole_of(Oid classid, Oid objid)
{
	switch (classid)
	{
		case ConstraintRelationId:
			return look_up(classid,
						   Anum_pg_constraint_oid,
						   objid,
						   Anum_pg_constraint_conrelid);
		case TriggerRelationId:
			return look_up(classid,
						   Anum_pg_trigger_oid,
						   objid,
						   Anum_pg_trigger_tgrelid);
		case PolicyRelationId:
			return look_up(classid,
						   Anum_pg_policy_oid,
						   objid,
						   Anum_pg_policy_polrelid);
		case RewriteRelationId:
			return look_up(classid,
						   Anum_pg_rewrite_oid,
						   objid,
						   Anum_pg_rewrite_ev_class);
		default:
			return InvalidOid;
	}
}

/* The columns that an index has; of an expression it is not said. */
static Bitmapset *
columns_of_index(Oid index)
{
	HeapTuple     tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Bitmapset    *columns = NULL;
	Form_pg_index form;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	form = (Form_pg_index) GETSTRUCT(tuple);
	for (int i = 0; i < form->indnatts; i++)
		columns = bms_add_member(columns,
								 form->indkey.values[i] -
									 FirstLowInvalidHeapAttributeNumber);
	ReleaseSysCache(tuple);
	return columns;
}

static void
add_parents(AudStmt *stmt, Oid relid, int depth)
{
	Relation    inherits;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple   tuple;
	List       *parents = NIL;
	ListCell   *lc;

	inherits = table_open(InheritsRelationId, AccessShareLock);
	ScanKeyInit(&key,
				Anum_pg_inherits_inhrelid,
				BTEqualStrategyNumber,
				F_OIDEQ,
				ObjectIdGetDatum(relid));
	scan =
		systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		parents = lappend_oid(parents,
							  ((Form_pg_inherits) GETSTRUCT(tuple))->inhparent);
	systable_endscan(scan);
	table_close(inherits, AccessShareLock);
	foreach (lc, parents)
	{
		add(stmt, lfirst_oid(lc), AUD_ACCESS_ALTER, NULL);
		if (depth < 32)
			add_parents(stmt, lfirst_oid(lc), depth + 1);
	}
}

static void
add_whole(AudStmt *stmt, Oid classid, Oid objid)
{
	AudUse use = {0};
	Oid    table = InvalidOid;
	char   kind;

	if (classid == RelationRelationId)
	{
		kind = get_rel_relkind(objid);
		if (kind == RELKIND_INDEX || kind == RELKIND_PARTITIONED_INDEX)
		{
			table = IndexGetRelation(objid, true);
			use.read = columns_of_index(objid);
		}
		else
			table = objid;
	}
	else
		table = whole_of(classid, objid);
	if (!OidIsValid(table))
		return;
	if (table != objid)
		add(stmt, table, AUD_ACCESS_ALTER, &use);
	if (aud_match_refuses_names())
		add_parents(stmt, table, 0);
}

typedef struct AudPart
{
	AudStmt *stmt;
	Oid      classid;
	Oid      objid;
} AudPart;

static void
add_of_part(void *arg)
{
	AudPart *part = arg;

	add_whole(part->stmt, part->classid, part->objid);
}

void
aud_objects_add_whole(AudStmt *stmt, Oid classid, Oid objid)
{
	AudPart part = {stmt, classid, objid};

	if (is_sought())
		aud_safely(add_of_part, &part);
}

/* The query of a view, from the catalog. */
static Query *
query_of(Oid view)
{
	HeapTuple tuple = SearchSysCache2(RULERELNAME,
									  ObjectIdGetDatum(view),
									  CStringGetDatum(ViewSelectRuleName));
	List     *actions = NIL;
	bool      is_null;
	Datum     action;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	action =
		SysCacheGetAttr(RULERELNAME, tuple, Anum_pg_rewrite_ev_action, &is_null);
	if (!is_null)
		actions = stringToNode(TextDatumGetCString(action));
	ReleaseSysCache(tuple);
	return actions != NIL ? linitial_node(Query, actions) : NULL;
}

typedef struct AudViewWalk
{
	AudStmt *stmt;
	List    *seen; /* views */
} AudViewWalk;

static bool walk_view(Node *node, AudViewWalk *at);

static void
walk_below(Oid view, AudViewWalk *at)
{
	if (list_member_oid(at->seen, view))
		return;
	at->seen = lappend_oid(at->seen, view);
	walk_view((Node *) query_of(view), at);
}

/* The old and the new row of a view stand for the view itself. */
static void
add_below(const RangeTblEntry *rte, AudViewWalk *at)
{
	AudUse use = {0};

	if (rte->rtekind != RTE_RELATION || list_member_oid(at->seen, rte->relid))
		return;
	add(at->stmt, rte->relid, AUD_ACCESS_LOCK, &use);
	if (rte->relkind == RELKIND_VIEW)
		walk_below(rte->relid, at);
	else if (rte->inh && aud_config->marking && has_subclass(rte->relid))
		aud_objects_add_tagged_children(at->stmt, rte->relid, AUD_ACCESS_LOCK, &use);
}

static bool
walk_view(Node *node, AudViewWalk *at)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		add_below((RangeTblEntry *) node, at);
		return false; /* the walker goes on into its subquery */
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node,
								 walk_view,
								 at,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, walk_view, at);
}

void
aud_objects_add_locked_below(AudStmt *stmt, Oid view)
{
	AudViewWalk at = {.stmt = stmt};

	if (is_sought() && get_rel_relkind(view) == RELKIND_VIEW)
		walk_below(view, &at);
}

static List *
clustered_tables(void)
{
	Relation    indexes = table_open(IndexRelationId, AccessShareLock);
	List       *tables = NIL;
	SysScanDesc scan =
		systable_beginscan(indexes, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_index index = (Form_pg_index) GETSTRUCT(tuple);

		if (index->indisclustered)
			tables = lappend_oid(tables, index->indrelid);
	}
	systable_endscan(scan);
	table_close(indexes, AccessShareLock);
	return tables;
}

static List *
tables_in(Oid schema)
{
	Relation    classes = table_open(RelationRelationId, AccessShareLock);
	List       *tables = NIL;
	SysScanDesc scan =
		systable_beginscan(classes, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class class = (Form_pg_class) GETSTRUCT(tuple);

		if (class->oid >= FirstNormalObjectId &&
			(class->relkind == RELKIND_RELATION ||
			 class->relkind == RELKIND_MATVIEW ||
			 class->relkind == RELKIND_PARTITIONED_TABLE) &&
			(!OidIsValid(schema) || class->relnamespace == schema) &&
			!isOtherTempNamespace(class->relnamespace))
			tables = lappend_oid(tables, class->oid);
	}
	systable_endscan(scan);
	table_close(classes, AccessShareLock);
	return tables;
}

/* VACUUM and CLUSTER leave out what the user may not maintain. */
static bool
is_left_out(AudMaintenance what, Oid relid)
{
	switch (what)
	{
		case AUD_MAINTENANCE_VACUUM:
			return !aud_compat_may_vacuum(relid);
		case AUD_MAINTENANCE_CLUSTER:
			return !aud_compat_may_maintain(relid);
		default:
			return false;
	}
}

void
aud_objects_add_maintained(AudStmt *stmt, AudMaintenance what, Oid schema,
						   bool all)
{
	AudUse    use = {.all = all};
	List     *tables;
	ListCell *lc;

	if (!is_sought())
		return;
	tables = what == AUD_MAINTENANCE_CLUSTER ? clustered_tables()
											 : tables_in(schema);
	foreach (lc, tables)
	{
		if (!is_left_out(what, lfirst_oid(lc)))
			add(stmt, lfirst_oid(lc), AUD_ACCESS_MAINTAIN, &use);
	}
}

/* What only this session has, or what a query made, is not published. */
static bool
is_published(Oid relid)
{
	return get_rel_relkind(relid) != RELKIND_MATVIEW &&
		   get_rel_persistence(relid) == RELPERSISTENCE_PERMANENT;
}

void
aud_objects_add_published(AudStmt *stmt, Oid schema, const List *except)
{
	AudUse    use = {.all = true};
	ListCell *lc;

	if (!is_sought())
		return;
	foreach (lc, tables_in(schema))
	{
		if (is_published(lfirst_oid(lc)) &&
			!list_member_oid(except, lfirst_oid(lc)))
			add(stmt, lfirst_oid(lc), AUD_ACCESS_ALTER, &use);
	}
}
