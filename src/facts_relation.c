/*-------------------------------------------------------------------------
 *
 * facts_relation.c
 *	  What commands on relations that are no DDL say about themselves: LOCK,
 *	  TRUNCATE, VACUUM, CLUSTER, REINDEX, REFRESH.
 *
 * Names are resolved here without the permission checks and errors of the
 * command proper, so that nothing is refused or reported before its time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/builtins.h"

#include "address.h"
#include "classify.h"
#include "facts.h"
#include "objects.h"

/* Name a relation: as it is known, or as it was written. */
void
aud_facts_relation(AudStmt *stmt, const RangeVar *name, const char *type,
				   int access)
{
	Oid relid;

	if (name == NULL)
		return;
	relid = aud_address_relation(name);
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
		case T_RefreshMatViewStmt:
			aud_facts_relation(stmt,
							   ((RefreshMatViewStmt *) parsetree)->relation,
							   "materialized view",
							   AUD_ACCESS_MAINTAIN);
			return true;
		default:
			return false;
	}
}
