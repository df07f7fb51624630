/*-------------------------------------------------------------------------
 *
 * planned.c
 *	  What is known of a query before it is planned.
 *
 * Nothing has begun yet, so the facts are collected in a frame that is nobody's.
 * Only a query that is refused gets one of its own, with a number, and fails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "core/class.h"
#include "facts/objects.h"
#include "server/safely.h"
#include "statement/backend.h"
#include "statement/begin.h"
#include "statement/early.h"
#include "statement/place.h"
#include "statement/planned.h"
#include "statement/stack.h"
#include "statement/statement.h"

/* What the query would do, if it came to that. */
static void
take_down(AudStmt *probe, Query *query, const char *source)
{
	AudSurroundings now = {
		.active = aud_backend->stack.active,
		.awaiting_commit = aud_backend->stack.awaiting_commit,
		.planning = aud_backend->stack.planning,
		.from_rule = !query->canSetTag,
		.by_spi = true,
		.in_command =
			aud_backend->stack.active == NULL && aud_place_in_command(source),
	};

	probe->what.utility = T_Invalid;
	probe->what.tag = CreateCommandTag((Node *) query);
	aud_place_foresee(probe, &now);
	aud_begin_take_down(probe, true);
	aud_objects_add_query(probe, query, false);
}

static void
begin(AudStmt *stmt, const AudStmt *probe, const Query *query, const char *source)
{
	stmt->what.utility = T_Invalid;
	stmt->what.query_id = (uint64) query->queryId;
	stmt->what.tag = probe->what.tag;
	aud_begin_identify(stmt,
					   &(AudBeginning){.source = source,
									   .in_early = aud_early_runs(stmt, source),
									   .by_spi = true,
									   .from_rule = !query->canSetTag});
	aud_begin_set_text(stmt, source, query->stmt_location, query->stmt_len);
	aud_begin_take_down(stmt, true);
	aud_stmt_merge(stmt, probe);
	aud_early_take(stmt, source);
}

/* Let it fail; should it turn out that it is not refused, it was nothing. */
static void
fail(const AudStmt *probe, const Query *query, const char *source)
{
	AudStmt *stmt = aud_statement_open();

	PG_TRY();
	{
		begin(stmt, probe, query, source);
		aud_refuse_ask(stmt);
		stmt->place.silent = true;
		aud_stack_leave(stmt);
		aud_statement_end(stmt);
	}
	PG_CATCH();
	{
		aud_statement_fail(stmt);
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/*
 * The queries of foreign keys are marked by their security context, and where
 * they come from is not known for sure before they begin; so are those that
 * REFRESH ... CONCURRENTLY makes itself.
 */
static void
ask(AudStmt *probe, Query *query, const char *source)
{
	AudStack      *stack = &aud_backend->stack;
	const AudRule *rule;

	probe->life.caller = stack->active;
	if (InNoForceRLSOperation() ||
		(stack->planning == 0 && aud_begin_is_inner_working(probe)))
		return;
	take_down(probe, query, source);
	probe->body.host =
		aud_begin_find_host(stack->active, stack->planning, source);
	rule = aud_refuse_find(probe);
	if (rule == NULL)
		return;
	if (aud_refuse_is_broken(probe))
	{
		/* without a command, it is noted when the query begins */
		if (probe->body.host != NULL)
			aud_refuse_break(probe->body.host, rule);
		return;
	}
	if (probe->body.host == NULL)
	{
		fail(probe, query, source);
		return;
	}
	aud_stmt_merge(probe->body.host, probe);
	aud_refuse_ask(probe->body.host);
}

void
aud_planned_ask(Query *query, const char *source)
{
	AudStmt *probe = aud_stmt_take();

	PG_TRY();
	{
		ask(probe, query, source);
	}
	PG_FINALLY();
	{
		aud_stmt_release(probe);
	}
	PG_END_TRY();
}

/* It becomes a part of the query that is being planned, whose objects it has. */
static void
ask_inlined(AudStmt *probe, Query *query)
{
	ListCell *lc;
	AudStmt  *whose;

	AcquireRewriteLocks(query, true, false);
	probe->what.tag = CMDTAG_SELECT;
	probe->what.utility = T_Invalid;
	aud_begin_take_down(probe, true);
	foreach (lc, pg_rewrite_query(query))
		aud_objects_add_query(probe, lfirst_node(Query, lc), false);
	if (aud_refuse_find(probe) == NULL || aud_refuse_is_broken(probe))
		return;
	whose = aud_early_whose(true);
	if (whose == NULL)
		return;
	aud_stmt_merge(whose, probe);
	aud_refuse_ask(whose);
}

static void
ask_copy(Query *query)
{
	AudStmt *probe;

	if (query->commandType == CMD_UTILITY)
		return;
	probe = aud_stmt_take();
	PG_TRY();
	{
		ask_inlined(probe, query);
	}
	PG_FINALLY();
	{
		aud_stmt_release(probe);
	}
	PG_END_TRY();
}

void
aud_planned_ask_inlined(const Query *query)
{
	ask_copy(copyObject(unconstify(Query *, query)));
}

/* A list of queries, or of lists of them; NULL: the function has a text. */
static Node *
body_of(Oid funcid)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(funcid));
	Datum     body;
	bool      is_null;
	Node     *node = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	body = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &is_null);
	if (!is_null)
		node = stringToNode(TextDatumGetCString(body));
	ReleaseSysCache(tuple);
	return node;
}

static void
ask_each(Node *body)
{
	ListCell *lc;

	if (body == NULL)
		return;
	if (IsA(body, Query))
		ask_copy((Query *) body);
	else if (IsA(body, List))
	{
		foreach (lc, (List *) body)
			ask_each(lfirst(lc));
	}
}

void
aud_planned_ask_body(Oid funcid)
{
	ask_each(body_of(funcid));
}
