/*-------------------------------------------------------------------------
 *
 * facts_relation.c
 *	  What commands on relations say about themselves: LOCK, TRUNCATE, VACUUM,
 *	  CLUSTER, REINDEX, CREATE, ALTER and DROP of tables and their kin.
 *
 * Names are resolved here without the permission checks and errors of the
 * command proper, so that nothing is refused or reported before its time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "classify.h"
#include "facts.h"
#include "objects.h"

/* The relation a name means, or InvalidOid; no error, no permission check. */
static Oid
relation_of(const RangeVar *name)
{
	Oid schema;

	if (name->catalogname != NULL)
		return InvalidOid;
	if (name->schemaname == NULL)
		return RelnameGetRelid(name->relname);
	schema = get_namespace_oid(name->schemaname, true);
	return OidIsValid(schema) ? get_relname_relid(name->relname, schema)
							  : InvalidOid;
}

/* Name a relation: as it is known, or as it was written. */
void
aud_facts_relation(AudStmt *stmt, const RangeVar *name, const char *type,
				   int access)
{
	Oid relid;

	if (name == NULL)
		return;
	relid = relation_of(name);
	if (OidIsValid(relid))
		aud_objects_add_relation(stmt, relid, access, NULL);
	else
		aud_objects_add_named(stmt,
							  type,
							  quote_qualified_identifier(name->schemaname,
														 name->relname),
							  access,
							  true);
}

static void
add_relations(AudStmt *stmt, List *names, int access)
{
	ListCell *lc;

	foreach (lc, names)
		aud_facts_relation(stmt, lfirst(lc), "table", access);
}

static void
add_vacuumed(AudStmt *stmt, const VacuumStmt *vacuum)
{
	ListCell *lc;

	foreach (lc, vacuum->rels)
	{
		const VacuumRelation *target = lfirst(lc);

		if (OidIsValid(target->oid))
			aud_objects_add_relation(stmt, target->oid, AUD_ACCESS_MAINTAIN, NULL);
		else
			aud_facts_relation(stmt, target->relation, "table", AUD_ACCESS_MAINTAIN);
	}
}

static const char *
relation_type(ObjectType type)
{
	switch (type)
	{
		case OBJECT_TABLE:
			return "table";
		case OBJECT_INDEX:
			return "index";
		case OBJECT_SEQUENCE:
			return "sequence";
		case OBJECT_VIEW:
			return "view";
		case OBJECT_MATVIEW:
			return "materialized view";
		case OBJECT_FOREIGN_TABLE:
			return "foreign table";
		default:
			return NULL;
	}
}

/*
 * The roots of a DROP.  What goes with them is reported object by object;
 * these are named first, and are all there is when the command is refused.
 */
static void
add_dropped(AudStmt *stmt, const DropStmt *drop)
{
	const char *type = relation_type(drop->removeType);
	ListCell   *lc;

	if (type == NULL)
		return;
	foreach (lc, drop->objects)
		aud_facts_relation(stmt,
						   makeRangeVarFromNameList(lfirst(lc)),
						   type,
						   AUD_ACCESS_DROP);
}

bool
aud_facts_of_relation(AudStmt *stmt, Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_LockStmt:
			add_relations(stmt,
						  ((LockStmt *) parsetree)->relations,
						  AUD_ACCESS_LOCK);
			return true;
		case T_TruncateStmt:
			add_relations(stmt,
						  ((TruncateStmt *) parsetree)->relations,
						  AUD_ACCESS_TRUNCATE);
			return true;
		case T_VacuumStmt:
			add_vacuumed(stmt, (VacuumStmt *) parsetree);
			return true;
		case T_ClusterStmt:
			aud_facts_relation(stmt,
							   ((ClusterStmt *) parsetree)->relation,
							   "table",
							   AUD_ACCESS_MAINTAIN);
			return true;
		case T_ReindexStmt:
			aud_facts_relation(stmt,
							   ((ReindexStmt *) parsetree)->relation,
							   "table",
							   AUD_ACCESS_MAINTAIN);
			return true;
		case T_AlterTableStmt:
			aud_facts_relation(stmt,
							   ((AlterTableStmt *) parsetree)->relation,
							   "table",
							   AUD_ACCESS_ALTER);
			return true;
		case T_RefreshMatViewStmt:
			aud_facts_relation(stmt,
							   ((RefreshMatViewStmt *) parsetree)->relation,
							   "materialized view",
							   AUD_ACCESS_MAINTAIN);
			return true;
		case T_CreateStmt:
			aud_facts_relation(stmt,
							   ((CreateStmt *) parsetree)->relation,
							   "table",
							   AUD_ACCESS_CREATE);
			return true;
		case T_DropStmt:
			add_dropped(stmt, (DropStmt *) parsetree);
			return true;
		default:
			return false;
	}
}
