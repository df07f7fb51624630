/*-------------------------------------------------------------------------
 *
 * utility_facts.c
 *	  What a utility command says about itself.
 *
 * Names are resolved here without the permission checks and errors of the
 * command proper, so that nothing is refused or reported before its time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "commands/prepare.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/portal.h"

#include "classify.h"
#include "event.h"
#include "objects.h"
#include "utility_facts.h"

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
static void
add_relation(AudStmt *stmt, const RangeVar *name, const char *type, int access)
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
		add_relation(stmt, lfirst(lc), "table", access);
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
			add_relation(stmt, target->relation, "table", AUD_ACCESS_MAINTAIN);
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
		add_relation(stmt,
					 makeRangeVarFromNameList(lfirst(lc)),
					 type,
					 AUD_ACCESS_DROP);
}

/* A file or program on the server is an object of the COPY, too. */
static void
add_copy_target(AudStmt *stmt, const CopyStmt *copy)
{
	int direction = copy->is_from ? AUD_ACCESS_COPY_FROM : AUD_ACCESS_COPY_TO;

	if (copy->filename != NULL)
		aud_objects_add_named(stmt,
							  copy->is_program ? "program" : "file",
							  copy->filename,
							  direction,
							  false);
	stmt->classes |= copy->is_from ? AUD_CLASS_WRITE : AUD_CLASS_READ;
}

/* FETCH and MOVE go on with the query of a cursor: its objects are theirs. */
static void
add_cursor(AudStmt *stmt, const char *name)
{
	Portal         portal = GetPortalByName(name);
	const AudStmt *cursor;

	if (!PortalIsValid(portal))
		return;
	cursor = aud_event_find(portal->queryDesc);
	if (cursor == NULL)
		cursor = aud_event_find(portal);
	if (cursor != NULL)
		aud_stmt_merge(stmt, cursor);
}

/* The text behind an EXECUTE is what it really runs. */
static void
add_prepared(AudStmt *stmt, const ExecuteStmt *execute)
{
	PreparedStatement *prepared = FetchPreparedStatement(execute->name, false);

	if (prepared == NULL)
		return;
	aud_stmt_detail(stmt, "prepared_name", execute->name);
	aud_stmt_detail_text(stmt,
						 "prepared_query",
						 prepared->plansource->query_string);
}

void
aud_utility_before(AudStmt *stmt, Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_LockStmt:
			add_relations(stmt,
						  ((LockStmt *) parsetree)->relations,
						  AUD_ACCESS_LOCK);
			break;
		case T_TruncateStmt:
			add_relations(stmt,
						  ((TruncateStmt *) parsetree)->relations,
						  AUD_ACCESS_TRUNCATE);
			break;
		case T_VacuumStmt:
			add_vacuumed(stmt, (VacuumStmt *) parsetree);
			break;
		case T_ClusterStmt:
			add_relation(stmt,
						 ((ClusterStmt *) parsetree)->relation,
						 "table",
						 AUD_ACCESS_MAINTAIN);
			break;
		case T_ReindexStmt:
			add_relation(stmt,
						 ((ReindexStmt *) parsetree)->relation,
						 "table",
						 AUD_ACCESS_MAINTAIN);
			break;
		case T_AlterTableStmt:
			add_relation(stmt,
						 ((AlterTableStmt *) parsetree)->relation,
						 "table",
						 AUD_ACCESS_ALTER);
			break;
		case T_RefreshMatViewStmt:
			add_relation(stmt,
						 ((RefreshMatViewStmt *) parsetree)->relation,
						 "materialized view",
						 AUD_ACCESS_MAINTAIN);
			break;
		case T_CreateStmt:
			add_relation(stmt,
						 ((CreateStmt *) parsetree)->relation,
						 "table",
						 AUD_ACCESS_CREATE);
			break;
		case T_DropStmt:
			add_dropped(stmt, (DropStmt *) parsetree);
			break;
		case T_CopyStmt:
			add_copy_target(stmt, (CopyStmt *) parsetree);
			break;
		case T_DeclareCursorStmt:
			if (((DeclareCursorStmt *) parsetree)->options & CURSOR_OPT_HOLD)
				strlcpy(stmt->held_cursor,
						((DeclareCursorStmt *) parsetree)->portalname,
						NAMEDATALEN);
			break;
		case T_FetchStmt:
			add_cursor(stmt, ((FetchStmt *) parsetree)->portalname);
			break;
		case T_ExecuteStmt:
			add_prepared(stmt, (ExecuteStmt *) parsetree);
			break;
		default:
			break;
	}
}

/* A cursor that outlives its transaction has to remember its objects. */
static void
hold_cursor(const AudStmt *stmt)
{
	Portal portal = GetPortalByName(stmt->held_cursor);

	if (PortalIsValid(portal))
		aud_event_hold_cursor(stmt, portal);
}

void
aud_utility_after(AudStmt *stmt, const QueryCompletion *qc)
{
	if (stmt->held_cursor[0] != '\0')
		hold_cursor(stmt);
	if (qc != NULL && qc->commandTag != CMDTAG_UNKNOWN &&
		command_tag_display_rowcount(qc->commandTag))
	{
		stmt->rows = qc->nprocessed;
		stmt->has_rows = true;
	}

	/* what was just created can be seen only from the next command on */
	if (aud_objects_unresolved(stmt) && IsTransactionState())
		CommandCounterIncrement();
	aud_objects_resolve(stmt);
}
