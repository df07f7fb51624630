/*-------------------------------------------------------------------------
 *
 * command_columns.c
 *	  Columns with labels of their own in commands on relations: those that
 *	  ALTER TABLE, an index, a policy or a trigger names, and all of them where
 *	  the command reads or copies the whole.
 *
 * Such commands read columns below the executor, which no range table tells.
 * Expressions are looked through before they are analyzed: what has the name of
 * a column is taken for it, also in a subquery.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"

#include "core/class.h"
#include "facts/address.h"
#include "facts/marks.h"
#include "facts/objects.h"
#include "facts/topics.h"
#include "server/compat.h"

typedef struct AudColumns
{
	AudStmt    *stmt;
	const char *relname; /* as it was written */
	Oid         relid;
	Bitmapset  *read;
	bool        all;
} AudColumns;

static void
mark(AudStmt *stmt, Oid relid, int access, const AudUse *use)
{
	AudObject  omitted = {.classid = RelationRelationId, .objid = relid};
	AudObject *object = aud_stmt_find_object(stmt, RelationRelationId, relid);

	aud_marks_add(stmt, object != NULL ? object : &omitted, access, use);
	if (has_subclass(relid))
		aud_objects_add_tagged_children(stmt, relid, access, use);
}

static void
note_name(AudColumns *columns, const char *name)
{
	AttrNumber number = get_attnum(columns->relid, name);

	if (number != InvalidAttrNumber)
		columns->read =
			bms_add_member(columns->read,
						   number - FirstLowInvalidHeapAttributeNumber);
	else if (strcmp(name, columns->relname) == 0 || strcmp(name, "new") == 0 ||
			 strcmp(name, "old") == 0)
		columns->all = true; /* a whole row */
}

static void
note_names(AudColumns *columns, List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		if (IsA(lfirst(lc), String))
			note_name(columns, strVal(lfirst(lc)));
	}
}

static void
note_reference(AudColumns *columns, const ColumnRef *ref)
{
	const Node *last = llast(ref->fields);

	if (IsA(last, A_Star))
		columns->all = true;
	else if (IsA(last, String))
		note_name(columns, strVal(last));
}

static bool gather(Node *node, AudColumns *columns);

/* What a foreign key refers to is read for the check of the rows that are there. */
static void
note_referred(AudStmt *stmt, const Constraint *constraint)
{
	AudColumns columns = {.stmt = stmt};

	if (constraint->pktable == NULL)
		return;
	columns.relname = constraint->pktable->relname;
	columns.relid = aud_address_relation(constraint->pktable);
	if (!OidIsValid(columns.relid))
		return;
	note_names(&columns, constraint->pk_attrs);
	mark(stmt, columns.relid, 0, &(AudUse){.read = columns.read});
}

static void
note_constraint(AudColumns *columns, const Constraint *constraint)
{
	ListCell *lc;

	note_names(columns, constraint->keys);
	note_names(columns, constraint->including);
	note_names(columns, constraint->fk_attrs);
	gather(constraint->raw_expr, columns);
	gather(constraint->where_clause, columns);
	foreach (lc, constraint->exclusions)
		gather(linitial(lfirst_node(List, lc)), columns);
	note_referred(columns->stmt, constraint);
}

static bool
gather(Node *node, AudColumns *columns)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_ColumnRef:
			note_reference(columns, (ColumnRef *) node);
			return false;
		case T_ColumnDef:
			gather(((ColumnDef *) node)->raw_default, columns);
			return gather((Node *) ((ColumnDef *) node)->constraints, columns);
		case T_Constraint:
			note_constraint(columns, (Constraint *) node);
			return false;
		case T_IndexElem:
			if (((IndexElem *) node)->name != NULL)
				note_name(columns, ((IndexElem *) node)->name);
			return gather(((IndexElem *) node)->expr, columns);
		case T_StatsElem:
			if (((StatsElem *) node)->name != NULL)
				note_name(columns, ((StatsElem *) node)->name);
			return gather(((StatsElem *) node)->expr, columns);
		default:
			return raw_expression_tree_walker(node, gather, columns);
	}
}

/* Begin with a relation; false: it is not there, or is not named. */
static bool
begin(AudColumns *columns, AudStmt *stmt, const RangeVar *relation)
{
	memset(columns, 0, sizeof(*columns));
	if (relation == NULL)
		return false;
	columns->stmt = stmt;
	columns->relname = relation->relname;
	columns->relid = aud_address_relation(relation);
	return OidIsValid(columns->relid);
}

static void
end(AudColumns *columns, int access)
{
	AudUse use = {.read = columns->read, .all = columns->all};

	if (use.all || use.read != NULL)
		mark(columns->stmt, columns->relid, access, &use);
}

static void
note_validated(AudColumns *columns, const char *constraint)
{
	Oid oid;

	columns->read = bms_add_members(columns->read,
									get_relation_constraint_attnos(columns->relid,
																   constraint,
																   true,
																   &oid));
}

static void
note_table_command(AudColumns *columns, const AlterTableCmd *command)
{
	switch (command->subtype)
	{
		/* the name is not a column's */
		case AT_AlterConstraint:
		case AT_DropConstraint:
		case AT_ClusterOn:
		case AT_EnableTrig:
		case AT_EnableAlwaysTrig:
		case AT_EnableReplicaTrig:
		case AT_DisableTrig:
		case AT_EnableRule:
		case AT_EnableAlwaysRule:
		case AT_EnableReplicaRule:
		case AT_DisableRule:
		case AT_AddColumn:
			break;
		case AT_ValidateConstraint:
			note_validated(columns, command->name);
			break;
		/* all is copied */
		case AT_SetTableSpace:
		case AT_SetAccessMethod:
		case AT_SetLogged:
		case AT_SetUnLogged:
			columns->all = true;
			break;
		default:
			if (command->name != NULL)
				note_name(columns, command->name);
			break;
	}
	/* a definition may be of many kinds; these have expressions in them */
	if (command->def != NULL &&
		(IsA(command->def, ColumnDef) || IsA(command->def, Constraint) ||
		 command->subtype == AT_ColumnDefault))
		gather(command->def, columns);
}

static void
alter_table(AudStmt *stmt, const AlterTableStmt *alter)
{
	AudColumns columns;
	ListCell  *lc;

	if (!begin(&columns, stmt, alter->relation))
		return;
	foreach (lc, alter->cmds)
		note_table_command(&columns, lfirst(lc));
	end(&columns, AUD_ACCESS_ALTER);
}

static void
create_index(AudStmt *stmt, IndexStmt *index)
{
	AudColumns columns;

	if (!begin(&columns, stmt, index->relation))
		return;
	gather((Node *) index->indexParams, &columns);
	gather((Node *) index->indexIncludingParams, &columns);
	gather(index->whereClause, &columns);
	end(&columns, AUD_ACCESS_ALTER);
}

static void
policy(AudStmt *stmt, const RangeVar *table, Node *qual, Node *check)
{
	AudColumns columns;

	if (!begin(&columns, stmt, table))
		return;
	gather(qual, &columns);
	gather(check, &columns);
	end(&columns, AUD_ACCESS_ALTER);
}

static void
create_trigger(AudStmt *stmt, const CreateTrigStmt *trigger)
{
	AudColumns columns;

	if (!begin(&columns, stmt, trigger->relation))
		return;
	note_names(&columns, trigger->columns);
	gather(trigger->whenClause, &columns);
	end(&columns, AUD_ACCESS_ALTER);
}

static void
create_statistics(AudStmt *stmt, const CreateStatsStmt *statistics)
{
	AudColumns columns;
	ListCell  *lc;

	foreach (lc, statistics->relations)
	{
		if (!IsA(lfirst(lc), RangeVar) || !begin(&columns, stmt, lfirst(lc)))
			continue;
		gather((Node *) statistics->exprs, &columns);
		end(&columns, AUD_ACCESS_ALTER);
	}
}

bool
aud_command_vacuum_reads(const VacuumStmt *vacuum)
{
	bool      reads = !vacuum->is_vacuumcmd;
	ListCell *lc;

	foreach (lc, vacuum->options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "analyze") == 0 ||
			strcmp(option->defname, "full") == 0)
			reads |= defGetBoolean(option);
	}
	return reads;
}

/* ANALYZE of some columns, or of all; VACUUM FULL copies them. */
static void
vacuum(AudStmt *stmt, const VacuumStmt *vacuum)
{
	bool      reads = aud_command_vacuum_reads(vacuum);
	ListCell *lc;

	foreach (lc, vacuum->rels)
	{
		const VacuumRelation *target = lfirst(lc);
		AudColumns            columns;

		if (!begin(&columns, stmt, target->relation))
			continue;
		note_names(&columns, target->va_cols);
		columns.all = reads && target->va_cols == NIL;
		end(&columns, AUD_ACCESS_MAINTAIN);
	}
}

/* CLUSTER copies the table, REINDEX reads what its indexes have of it. */
static void
whole(AudStmt *stmt, const RangeVar *table)
{
	AudColumns columns;

	if (!begin(&columns, stmt, table))
		return;
	columns.all = true;
	end(&columns, AUD_ACCESS_MAINTAIN);
}

static void
create_table(AudStmt *stmt, const CreateStmt *create)
{
	ListCell *lc;
	ListCell *of;

	foreach (lc, create->tableElts)
	{
		if (IsA(lfirst(lc), Constraint))
			note_referred(stmt, lfirst(lc));
		else if (IsA(lfirst(lc), ColumnDef))
		{
			foreach (of, lfirst_node(ColumnDef, lc)->constraints)
				note_referred(stmt, lfirst(of));
		}
	}
}

void
aud_command_columns(AudStmt *stmt, Node *tree)
{
	switch (nodeTag(tree))
	{
		case T_AlterTableStmt:
			alter_table(stmt, (AlterTableStmt *) tree);
			break;
		case T_IndexStmt:
			create_index(stmt, (IndexStmt *) tree);
			break;
		case T_CreatePolicyStmt:
			policy(stmt,
				   ((CreatePolicyStmt *) tree)->table,
				   ((CreatePolicyStmt *) tree)->qual,
				   ((CreatePolicyStmt *) tree)->with_check);
			break;
		case T_AlterPolicyStmt:
			policy(stmt,
				   ((AlterPolicyStmt *) tree)->table,
				   ((AlterPolicyStmt *) tree)->qual,
				   ((AlterPolicyStmt *) tree)->with_check);
			break;
		case T_CreateTrigStmt:
			create_trigger(stmt, (CreateTrigStmt *) tree);
			break;
		case T_CreateStatsStmt:
			create_statistics(stmt, (CreateStatsStmt *) tree);
			break;
		case T_VacuumStmt:
			vacuum(stmt, (VacuumStmt *) tree);
			break;
		case T_AudClusterStmt:
			whole(stmt, AUD_CLUSTERED((AudClusterStmt *) tree));
			break;
		case T_ReindexStmt:
			if (((ReindexStmt *) tree)->kind == REINDEX_OBJECT_TABLE)
				whole(stmt, ((ReindexStmt *) tree)->relation);
			break;
		case T_CreateStmt:
			create_table(stmt, (CreateStmt *) tree);
			break;
		default:
			break;
	}
}
