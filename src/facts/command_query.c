/*-------------------------------------------------------------------------
 *
 * command_query.c
 *	  What commands with a query in them say about themselves: COPY, EXECUTE,
 *	  EXPLAIN, those of cursors; CALL; and DO, which has code.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "commands/prepare.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"

#include "core/class.h"
#include "facts/body.h"
#include "facts/objects.h"
#include "facts/reach.h"
#include "facts/redact_stmt.h"
#include "facts/topics.h"
#include "server/activity.h"
#include "server/compat.h"

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

/* The server has counted the rows it left out while it showed its progress. */
static void
after_lenient_copy(AudStmt *stmt)
{
	uint64 skipped;

	if (aud_activity_skipped(stmt->result.rows, &skipped))
		aud_stmt_detail_uint(stmt, "rows_skipped", skipped);
}

/* 17: COPY FROM that goes on where a value makes no sense */
static void
add_leniency(AudStmt *stmt, const CopyStmt *copy)
{
	const char *on_error = option_of(copy->options, "on_error");
	ListCell   *lc;

	if (!copy->is_from || on_error == NULL)
		return;
	aud_stmt_detail(stmt, "on_error", on_error);
	foreach (lc, copy->options)
	{
		DefElem *option = lfirst(lc);

		if (strcmp(option->defname, "reject_limit") == 0 &&
			option->arg != NULL && IsA(option->arg, Integer))
			aud_stmt_detail_uint(stmt,
								 "reject_limit",
								 (uint64) Max(0, intVal(option->arg)));
	}
	stmt->target.after = after_lenient_copy;
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
	add_leniency(stmt, copy);
	aud_command_add_relation(stmt,
							 copy->relation,
							 "table",
							 copy->is_from ? AUD_ACCESS_INSERT
										   : AUD_ACCESS_SELECT);
	stmt->what.classes |= copy->is_from ? AUD_CLASS_WRITE : AUD_CLASS_READ;
	if (copy->filename == NULL)
		return;
	stmt->what.privileged = true;
	aud_objects_add_named(stmt,
						  copy->is_program ? "program" : "file",
						  copy->filename,
						  copy->is_from ? AUD_ACCESS_COPY_FROM
										: AUD_ACCESS_COPY_TO,
						  false);
}

/* A library is code of the server's host, and runs as the server. */
static void
add_load(AudStmt *stmt, const LoadStmt *load)
{
	stmt->what.privileged = true;
	aud_objects_add_named(stmt, "file", load->filename, AUD_ACCESS_EXECUTE, false);
}

/* Which cursor; what becomes of it is the matter of statement/cursor.c. */
static void
add_cursor(AudStmt *stmt, const char *name, AudCursorUse use)
{
	if (name == NULL)
		return; /* CLOSE ALL */
	aud_stmt_detail(stmt, "cursor", name);
	strlcpy(stmt->cursor.name, name, NAMEDATALEN);
	stmt->cursor.use = use;
}

static void
add_declare(AudStmt *stmt, const DeclareCursorStmt *declare)
{
	add_cursor(stmt,
			   declare->portalname,
			   declare->options & CURSOR_OPT_HOLD ? AUD_CURSOR_HOLD
												  : AUD_CURSOR_NONE);
}

/* The text behind an EXECUTE is what it really runs. */
static void
add_prepared(AudStmt *stmt, const char *name)
{
	PreparedStatement *prepared = FetchPreparedStatement(name, false);
	const char        *text;
	size_t             len;

	if (prepared == NULL)
		return;
	stmt->what.rewritten = prepared->plansource->is_complete &&
						   prepared->plansource->query_list == NIL &&
						   prepared->plansource->raw_parse_tree != NULL;
	text = aud_body_prepared_text(prepared->plansource, &len);
	aud_stmt_detail(stmt, "prepared_name", name);
	aud_redact_prepared(stmt, prepared->plansource, text, len);
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

/* EXPLAIN ANALYZE of CREATE TABLE AS makes it. */
static bool
makes_table(const ExplainStmt *explain)
{
	const Query *query = (const Query *) explain->query;

	return IsA(query, Query) && query->commandType == CMD_UTILITY &&
		   IsA(query->utilityStmt, CreateTableAsStmt);
}

/* Named when it is called, or by what denies that: see denied.h. */
static void
add_call(AudStmt *stmt, const CallStmt *call)
{
	if (call->funcexpr == NULL)
		return;
	stmt->target.classid = ProcedureRelationId;
	stmt->target.objid = call->funcexpr->funcid;
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
		case T_LoadStmt:
			add_load(stmt, (LoadStmt *) parsetree);
			return true;
		case T_DeclareCursorStmt:
			add_declare(stmt, (DeclareCursorStmt *) parsetree);
			return true;
		case T_FetchStmt:
			add_cursor(stmt,
					   ((FetchStmt *) parsetree)->portalname,
					   AUD_CURSOR_FETCH);
			return true;
		case T_ClosePortalStmt:
			add_cursor(stmt,
					   ((ClosePortalStmt *) parsetree)->portalname,
					   AUD_CURSOR_CLOSE);
			return true;
		case T_DoStmt:
			stmt->what.privileged |= aud_reach_is_untrusted(
				option_of(((DoStmt *) parsetree)->args, "language"));
			return true;
		case T_CallStmt:
			add_call(stmt, (CallStmt *) parsetree);
			return true;
		case T_ExplainStmt:
			stmt->what.executed = is_analyze((ExplainStmt *) parsetree);
			if (stmt->what.executed && makes_table((ExplainStmt *) parsetree))
				stmt->what.classes |= AUD_CLASS_DDL;
			return true;
		default:
			return IsA(parsetree, ExecuteStmt); /* CREATE TABLE AS goes on */
	}
}

/* The rows of COPY that were done when it failed: nothing else reports them. */
void
aud_command_query_failed(AudStmt *stmt)
{
	if (stmt->what.utility == T_CopyStmt &&
		aud_activity_copied(&stmt->result.rows))
		stmt->result.has_rows = true;
}
