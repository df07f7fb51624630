/*-------------------------------------------------------------------------
 *
 * command_relation.c
 *	  What commands on relations that are no DDL say about themselves: LOCK,
 *	  TRUNCATE, VACUUM, CLUSTER, REINDEX, REFRESH.
 *
 * Names are resolved here without the permission checks and errors of the
 * command proper, so that nothing is refused or reported before its time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_database.h"
#include "catalog/pg_inherits.h"
#include "nodes/parsenodes.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "facts/address.h"
#include "facts/objects.h"
#include "facts/objects_whole.h"
#include "facts/topics.h"
#include "record/session.h"
#include "server/compat.h"

static void
add_relations(AudStmt *stmt, List *names, int access)
{
	ListCell *lc;

	foreach (lc, names)
	{
		if (IsA(lfirst(lc), RangeVar)) /* CREATE STATISTICS may be given others */
			aud_command_add_relation(stmt, lfirst(lc), "table", access);
	}
}

/* The command goes through everything in this database. */
static void
add_database(AudStmt *stmt)
{
	const char *name = aud_session_database();

	if (name != NULL)
		aud_objects_add_named(stmt, "database", name, AUD_ACCESS_MAINTAIN, false);
}

static void
set_left_out(AudStmt *stmt)
{
	stmt->result.outcome = AUD_OUTCOME_PARTIAL;
	stmt->result.failure.sqlstate = ERRCODE_WARNING;
}

/*
 * The server warns about tables of others, leaves them out, and succeeds.  As
 * with GRANT (command_grant_partial.c), the warning itself can be silenced.
 */
static void
check_vacuumed(AudStmt *stmt, Oid relid)
{
	List     *relids = list_make1_oid(relid);
	bool      left_out = false;
	ListCell *lc;

	if (get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE)
		relids = find_all_inheritors(relid, NoLock, NULL);
	foreach (lc, relids)
		left_out |= !aud_compat_may_vacuum(lfirst_oid(lc));
	if (left_out)
		set_left_out(stmt);
}

/* ANALYZE reads the children that are files, programs or on another server. */
static void
add_foreign_children(AudStmt *stmt, Oid relid)
{
	ListCell *lc;

	if (!has_subclass(relid))
		return;
	foreach (lc, find_all_inheritors(relid, NoLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_FOREIGN_TABLE)
			aud_objects_add_relation(stmt,
									 lfirst_oid(lc),
									 AUD_ACCESS_MAINTAIN,
									 NULL);
	}
}

static void
add_vacuumed(AudStmt *stmt, const VacuumStmt *vacuum)
{
	ListCell *lc;

	if (vacuum->rels == NIL)
	{
		add_database(stmt);
		aud_objects_add_maintained(stmt,
								   AUD_MAINTENANCE_VACUUM,
								   InvalidOid,
								   aud_command_vacuum_reads(vacuum));
		/* any table that all databases share, the strictest case */
		check_vacuumed(stmt, DatabaseRelationId);
	}
	foreach (lc, vacuum->rels)
	{
		const VacuumRelation *target = lfirst(lc);
		Oid                   relid = target->oid;

		if (!OidIsValid(relid))
			relid = aud_address_relation(target->relation);
		if (OidIsValid(relid))
		{
			aud_objects_add_relation(stmt, relid, AUD_ACCESS_MAINTAIN, NULL);
			add_foreign_children(stmt, relid);
			check_vacuumed(stmt, relid);
		}
		else
			aud_command_add_relation(stmt,
									 target->relation,
									 "table",
									 AUD_ACCESS_MAINTAIN);
	}
}

static void
add_clustered(AudStmt *stmt, const AudClusterStmt *cluster)
{
	RangeVar *relation = AUD_CLUSTERED(cluster);

	if (relation != NULL)
	{
		aud_command_add_relation(stmt, relation, "table", AUD_ACCESS_MAINTAIN);
		return;
	}
	add_database(stmt);
	aud_objects_add_maintained(stmt,
							   AUD_REPACKS_ALL(cluster) ? AUD_MAINTENANCE_VACUUM
														: AUD_MAINTENANCE_CLUSTER,
							   InvalidOid,
							   true);
	/* REPACK goes through the catalogs, too, and warns as VACUUM does */
	if (AUD_REPACKS_ALL(cluster) && !aud_compat_may_maintain(DatabaseRelationId))
		set_left_out(stmt);
}

static void
add_reindexed(AudStmt *stmt, const ReindexStmt *reindex)
{
	Oid schema;

	switch (reindex->kind)
	{
		case REINDEX_OBJECT_INDEX:
			aud_command_add_relation(stmt,
									 reindex->relation,
									 "index",
									 AUD_ACCESS_MAINTAIN);
			break;
		case REINDEX_OBJECT_TABLE:
			aud_command_add_relation(stmt,
									 reindex->relation,
									 "table",
									 AUD_ACCESS_MAINTAIN);
			break;
		case REINDEX_OBJECT_SCHEMA:
			aud_objects_add_named(stmt,
								  "schema",
								  quote_identifier(reindex->name),
								  AUD_ACCESS_MAINTAIN,
								  false);
			schema = get_namespace_oid(reindex->name, true);
			if (OidIsValid(schema))
				aud_objects_add_maintained(stmt,
										   AUD_MAINTENANCE_REINDEX,
										   schema,
										   true);
			break;
		case REINDEX_OBJECT_DATABASE:
			add_database(stmt);
			aud_objects_add_maintained(stmt,
									   AUD_MAINTENANCE_REINDEX,
									   InvalidOid,
									   true);
			break;
		case REINDEX_OBJECT_SYSTEM:
			add_database(stmt);
			break;
	}
}

static void
add_locked(AudStmt *stmt, const LockStmt *lock)
{
	ListCell *lc;

	aud_stmt_detail(stmt,
					"lock_mode",
					GetLockmodeName(DEFAULT_LOCKMETHOD, lock->mode));
	add_relations(stmt, lock->relations, AUD_ACCESS_LOCK);
	foreach (lc, lock->relations)
	{
		Oid relid = aud_address_relation(lfirst_node(RangeVar, lc));

		if (OidIsValid(relid))
			aud_objects_add_locked_below(stmt, relid);
	}
}

static void
add_truncated(AudStmt *stmt, const TruncateStmt *truncate)
{
	stmt->what.restarts = truncate->restart_seqs;
	add_relations(stmt, truncate->relations, AUD_ACCESS_TRUNCATE);
}

bool
aud_command_relation(AudStmt *stmt, Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_LockStmt:
			add_locked(stmt, (LockStmt *) parsetree);
			return true;
		case T_TruncateStmt:
			add_truncated(stmt, (TruncateStmt *) parsetree);
			return true;
		case T_VacuumStmt:
			add_vacuumed(stmt, (VacuumStmt *) parsetree);
			return true;
		case T_AudClusterStmt:
			add_clustered(stmt, (AudClusterStmt *) parsetree);
			return true;
		case T_ReindexStmt:
			add_reindexed(stmt, (ReindexStmt *) parsetree);
			return true;
		case T_RuleStmt:
			/* it changes what other people's statements do to the relation */
			aud_command_add_relation(stmt,
									 ((RuleStmt *) parsetree)->relation,
									 "table",
									 AUD_ACCESS_ALTER);
			return false;
		case T_IndexStmt:
			aud_command_add_relation(stmt,
									 ((IndexStmt *) parsetree)->relation,
									 "table",
									 AUD_ACCESS_ALTER);
			return false;
		case T_CreateTrigStmt:
			aud_command_add_relation(stmt,
									 ((CreateTrigStmt *) parsetree)->relation,
									 "table",
									 AUD_ACCESS_ALTER);
			return false;
		case T_CreatePolicyStmt:
			aud_command_add_relation(stmt,
									 ((CreatePolicyStmt *) parsetree)->table,
									 "table",
									 AUD_ACCESS_ALTER);
			return false;
		case T_CreateStatsStmt:
			add_relations(stmt,
						  ((CreateStatsStmt *) parsetree)->relations,
						  AUD_ACCESS_ALTER);
			return false;
		case T_RefreshMatViewStmt:
			aud_command_add_relation(stmt,
									 ((RefreshMatViewStmt *) parsetree)->relation,
									 "materialized view",
									 AUD_ACCESS_MAINTAIN);
			return true;
		default:
			return false;
	}
}

/* TRUNCATE ... RESTART IDENTITY sets the tables' own sequences back. */
void
aud_command_relation_done(AudStmt *stmt)
{
	int n = stmt->what.restarts ? stmt->objects.n : 0;

	for (int i = 0; i < n; i++)
	{
		const AudObject *object = &stmt->objects.items[i];
		ListCell        *lc;

		if (object->classid != RelationRelationId ||
			!(object->access & AUD_ACCESS_TRUNCATE))
			continue;
		foreach (lc, getOwnedSequences(object->objid))
			aud_objects_add_relation(stmt, lfirst_oid(lc), AUD_ACCESS_UPDATE, NULL);
	}
}
