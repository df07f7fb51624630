/*-------------------------------------------------------------------------
 *
 * command_query.c
 *	  What commands with a query in them say about themselves: COPY, EXECUTE,
 *	  EXPLAIN, and those of cursors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/prepare.h"
#include "commands/progress.h"
#include "nodes/parsenodes.h"
#include "utils/backend_status.h"
#include "utils/builtins.h"
#include "utils/portal.h"

#include "core/class.h"
#include "facts/body.h"
#include "facts/objects.h"
#include "facts/topics.h"
#include "server/compat.h"
#include "statement/statement.h"

/* The value of an option given as a word, or NULL. */
static const char *
option_of(List *options, const char *name)
{
	ListCell *lc;

	foreach (lc, options)
	{
		const DefElem *option = lfirst(lc);

		if (strcmp(option->defname, name) == 0 && option->arg != NULL &&
			IsA(option->arg, String))
			return strVal(option->arg);
	}
	return NULL;
}

/*
 * COPY names its table once more, with columns, when it checks permissions;
 * named here, it is also known if the file is what is refused.
 */
static void
add_copy(AudStmt *stmt, const CopyStmt *copy)
{
	const char *format = option_of(copy->options, "format");

	aud_stmt_detail(stmt, "direction", copy->is_from ? "from" : "to");
	aud_stmt_detail(stmt, "format", format != NULL ? format : "text");
	aud_command_add_relation(stmt,
							 copy->relation,
							 "table",
							 copy->is_from ? AUD_ACCESS_INSERT
										   : AUD_ACCESS_SELECT);
	stmt->what.classes |= copy->is_from ? AUD_CLASS_WRITE : AUD_CLASS_READ;
	if (copy->filename == NULL)
		return;
	stmt->what.privileged = true;
	stmt->what.must_record = true; /* it acts on the machine, not the database */
	aud_objects_add_named(stmt,
						  copy->is_program ? "program" : "file",
						  copy->filename,
						  copy->is_from ? AUD_ACCESS_COPY_FROM
										: AUD_ACCESS_COPY_TO,
						  false);
}

/* The frame of a cursor: its query's, or what is kept of a held one. */
static AudStmt *
find_cursor(const char *name)
{
	Portal   portal = GetPortalByName(name);
	AudStmt *cursor;

	if (!PortalIsValid(portal))
		return NULL;
	cursor = aud_statement_find(portal->queryDesc);
	return cursor != NULL ? cursor : aud_statement_find(portal);
}

/* FETCH and MOVE go on with the query of a cursor: its objects are theirs. */
static void
add_cursor(AudStmt *stmt, const char *name)
{
	const AudStmt *cursor = find_cursor(name);

	aud_stmt_detail(stmt, "cursor", name);
	if (cursor == NULL)
		return;
	aud_stmt_detail_uint(stmt, "cursor_stmt", cursor->cursor.opened_by);
	aud_stmt_merge(stmt, cursor);
}

static void
add_fetch(AudStmt *stmt, const FetchStmt *fetch)
{
	add_cursor(stmt, fetch->portalname);
	strlcpy(stmt->cursor.name, fetch->portalname, NAMEDATALEN);
	stmt->cursor.use = AUD_CURSOR_FETCH;
}

/* A cursor's end is no access any more, but it sums up what was. */
static void
add_close(AudStmt *stmt, const ClosePortalStmt *close_cursor)
{
	const AudStmt *cursor;

	if (close_cursor->portalname == NULL)
		return; /* CLOSE ALL */
	aud_stmt_detail(stmt, "cursor", close_cursor->portalname);
	cursor = find_cursor(close_cursor->portalname);
	if (cursor == NULL)
		return;
	aud_stmt_detail_uint(stmt, "cursor_stmt", cursor->cursor.opened_by);
	aud_stmt_detail_uint(stmt, "cursor_rows", cursor->cursor.fetched);
}

static void
add_declare(AudStmt *stmt, const DeclareCursorStmt *declare)
{
	aud_stmt_detail(stmt, "cursor", declare->portalname);
	if (!(declare->options & CURSOR_OPT_HOLD))
		return;
	strlcpy(stmt->cursor.name, declare->portalname, NAMEDATALEN);
	stmt->cursor.use = AUD_CURSOR_HOLD;
}

/* The text behind an EXECUTE is what it really runs. */
static void
add_prepared(AudStmt *stmt, const char *name)
{
	PreparedStatement *prepared = FetchPreparedStatement(name, false);
	const char        *text;
	int                location = 0;
	int                len = 0;

	if (prepared == NULL)
		return;
	if (prepared->plansource->raw_parse_tree != NULL)
	{
		location = prepared->plansource->raw_parse_tree->stmt_location;
		len = prepared->plansource->raw_parse_tree->stmt_len;
	}
	stmt->what.rewritten = prepared->plansource->is_complete &&
						   prepared->plansource->query_list == NIL &&
						   prepared->plansource->raw_parse_tree != NULL;
	text = CleanQuerytext(prepared->plansource->query_string, &location, &len);
	aud_stmt_detail(stmt, "prepared_name", name);
	aud_stmt_detail_text(stmt, "prepared_query", text, len);
}

/* As defGetBoolean(), but what makes no sense is not our error to raise. */
static bool
is_true(const DefElem *option)
{
	bool value = false;

	if (IsA(option->arg, Integer))
		return intVal(option->arg) != 0;
	if (IsA(option->arg, Boolean))
		return boolVal(option->arg);
	return IsA(option->arg, String) &&
		   parse_bool(strVal(option->arg), &value) && value;
}

static bool
is_analyze(const ExplainStmt *explain)
{
	ListCell *lc;
	bool      analyze = false;

	foreach (lc, explain->options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "analyze") == 0)
			analyze = option->arg == NULL || is_true(option);
	}
	return analyze;
}

bool
aud_command_query(AudStmt *stmt, Node *parsetree)
{
	const char *prepared = aud_body_prepared_name(parsetree);

	if (prepared != NULL)
		add_prepared(stmt, prepared);
	switch (nodeTag(parsetree))
	{
		case T_CopyStmt:
			add_copy(stmt, (CopyStmt *) parsetree);
			return true;
		case T_DeclareCursorStmt:
			add_declare(stmt, (DeclareCursorStmt *) parsetree);
			return true;
		case T_FetchStmt:
			add_fetch(stmt, (FetchStmt *) parsetree);
			return true;
		case T_ClosePortalStmt:
			add_close(stmt, (ClosePortalStmt *) parsetree);
			return true;
		case T_ExplainStmt:
			stmt->what.executed = is_analyze((ExplainStmt *) parsetree);
			return true;
		default:
			return IsA(parsetree, ExecuteStmt); /* CREATE TABLE AS goes on */
	}
}

/* A cursor that outlives its transaction has to remember its objects. */
static void
hold_cursor(const AudStmt *stmt)
{
	Portal portal = GetPortalByName(stmt->cursor.name);

	if (PortalIsValid(portal))
		aud_statement_hold_cursor(stmt, portal);
}

/*
 * Rows are counted with the cursor.  A cursor WITH HOLD has two frames until
 * its transaction ends; the one that goes on must have counted, too.
 */
static void
count_fetched(AudStmt *stmt, const QueryCompletion *qc)
{
	Portal   portal = GetPortalByName(stmt->cursor.name);
	AudStmt *cursor = find_cursor(stmt->cursor.name);
	AudStmt *held;

	if (cursor == NULL || qc == NULL)
		return;
	held = aud_statement_find(portal);
	if (qc->commandTag == CMDTAG_FETCH)
		cursor->cursor.fetched += qc->nprocessed;
	if (held != NULL)
		held->cursor.fetched = cursor->cursor.fetched;
	aud_stmt_detail_uint(stmt, "cursor_rows", cursor->cursor.fetched);
}

/* The rows of COPY that were done when it failed: nothing else reports them. */
void
aud_command_query_failed(AudStmt *stmt)
{
	if (stmt->what.utility != T_CopyStmt || MyBEEntry == NULL ||
		MyBEEntry->st_progress_command != PROGRESS_COMMAND_COPY)
		return;
	stmt->result.rows =
		MyBEEntry->st_progress_param[PROGRESS_COPY_TUPLES_PROCESSED];
	stmt->result.has_rows = true;
}

void
aud_command_query_done(AudStmt *stmt, const QueryCompletion *qc)
{
	switch (stmt->cursor.use)
	{
		case AUD_CURSOR_HOLD:
			hold_cursor(stmt);
			break;
		case AUD_CURSOR_FETCH:
			count_fetched(stmt, qc);
			break;
		case AUD_CURSOR_NONE:
			break;
	}
}
