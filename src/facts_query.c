/*-------------------------------------------------------------------------
 *
 * facts_query.c
 *	  What commands with a query in them say about themselves: COPY, EXECUTE,
 *	  EXPLAIN, and those of cursors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/prepare.h"
#include "nodes/parsenodes.h"
#include "utils/portal.h"

#include "classify.h"
#include "event.h"
#include "facts.h"
#include "objects.h"

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

bool
aud_facts_of_query(AudStmt *stmt, Node *parsetree)
{
	switch (nodeTag(parsetree))
	{
		case T_CopyStmt:
			add_copy_target(stmt, (CopyStmt *) parsetree);
			return true;
		case T_DeclareCursorStmt:
			if (((DeclareCursorStmt *) parsetree)->options & CURSOR_OPT_HOLD)
				strlcpy(stmt->held_cursor,
						((DeclareCursorStmt *) parsetree)->portalname,
						NAMEDATALEN);
			return true;
		case T_FetchStmt:
			add_cursor(stmt, ((FetchStmt *) parsetree)->portalname);
			return true;
		case T_ExecuteStmt:
			add_prepared(stmt, (ExecuteStmt *) parsetree);
			return true;
		default:
			return false;
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
aud_facts_query_done(AudStmt *stmt, const QueryCompletion *qc)
{
	if (stmt->held_cursor[0] != '\0')
		hold_cursor(stmt);
}
