/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  The statements of this session that are under way: one frame for each,
 *	  from its beginning to its record.  This is what hooks call.
 *
 * A hook opens a frame, and from there on to its end is in a PG_TRY:
 *
 *		stmt = aud_statement_open();
 *		PG_TRY();
 *		{
 *			aud_statement_begin_query(stmt, queryDesc, eflags);
 *			... what the server does ...
 *			aud_statement_started(stmt, queryDesc);
 *		}
 *		PG_CATCH();
 *		{
 *			aud_statement_fail(stmt);
 *			PG_RE_THROW();
 *		}
 *		PG_END_TRY();
 *
 * Catalogs are read on the way, so what stands between open and the end may
 * throw: a statement can be cancelled in the middle of it.  Opening throws only
 * for lack of memory, and then leaves nothing; ending and failing never do once
 * the record is made.  Should a frame stay behind all the same, it is ended by
 * whatever of the client's begins next (aud_stack_heal).
 *
 * Frames come from a pool and are never freed while anything can still point
 * at them: a utility command's frame lives until its hook returns, a query's
 * until its executor state is gone (a memory-context callback tells), so an
 * abort at any place leaves no stale frame behind.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_STATEMENT_H
#define AUD_STATEMENT_STATEMENT_H

#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "tcop/cmdtag.h"

#include "statement/backend.h"

/* The innermost statement that is executing, or NULL. */
static inline AudStmt *
aud_statement_active(void)
{
	return aud_backend->stack.active;
}

/* A statement begins: a frame, which is the active one from now on. */
extern AudStmt *aud_statement_open(void);

/*
 * In PG_CATCH: the error that is being handled has ended this statement, and
 * what is active above it.  Nothing if it has ended already.
 */
extern void aud_statement_fail(AudStmt *stmt);

/*
 * Queries (query.c).
 */

/* What it is and what it is about.  Throws, too, if the guard refuses it. */
extern void aud_statement_begin_query(AudStmt *stmt, QueryDesc *query_desc,
									  int eflags);

/* Its executor has started: the frame follows its state, and is not active. */
extern void aud_statement_started(AudStmt *stmt, QueryDesc *query_desc);

/*
 * It runs, or its triggers are about to: the frame, active again, or NULL if
 * it has none.  Then, throwing if a rule has come to refuse it: it is about to;
 * and: it did, asked for so many rows (0: all).
 */
extern AudStmt *aud_statement_run(QueryDesc *query_desc);
extern void     aud_statement_runs(AudStmt *stmt, const QueryDesc *query_desc);
extern void     aud_statement_ran(AudStmt *stmt, const QueryDesc *query_desc,
								  uint64 asked_for);
extern void aud_statement_run_failed(AudStmt *stmt, const QueryDesc *query_desc);

/* It ends in the middle of a run: count the rows that it had by then. */
extern void aud_statement_run_stopped(AudStmt *stmt, const QueryDesc *query_desc);
extern AudStmt *aud_statement_finish(QueryDesc *query_desc);
extern void     aud_statement_finished(AudStmt *stmt);

/* Its executor state is about to be freed (NULL: no frame), and has been. */
extern AudStmt *aud_statement_close(QueryDesc *query_desc);
extern void     aud_statement_closed(AudStmt *stmt);

/*
 * Before that: analysis and planning (plan.c).
 */

/* A statement has been analyzed. */
extern void aud_statement_analyzed(const Query *query, const char *source);

/*
 * Planning runs functions, too: what they execute is nested.  Throws, before
 * anything is entered, if a rule refuses the query.
 */
extern void aud_statement_enter_planner(Query *query, const char *source);
extern void aud_statement_leave_planner(Query *query, const char *source,
										bool failed);
extern bool aud_statement_is_planning(void);

/*
 * Utility commands (utility.c).
 */

/* As for queries. */
extern void aud_statement_begin_utility(AudStmt *stmt, const PlannedStmt *pstmt,
										const char         *query_string,
										ParamListInfo       params,
										const DestReceiver *dest, bool is_step);

/*
 * It has run.  The end of a COMMIT is that of its transaction, which is told by
 * aud_statement_committed.
 */
extern void aud_statement_end_utility(AudStmt *stmt, const QueryCompletion *qc);

/*
 * Is a COMMIT under way?  Its transaction is about to commit, and what belongs
 * to it has run.  And: its transaction ended so.
 */
extern bool aud_statement_is_committing(void);
extern void aud_statement_before_commit(AudStmt *stmt);
extern void aud_statement_committed(bool committed, const AudFailure *failure);

static inline void
aud_statement_commits(void)
{
	if (aud_backend->stack.awaiting_commit != NULL)
		aud_statement_before_commit(aud_backend->stack.awaiting_commit);
}

/*
 * What the active statement does (access.c).  Nothing where none is active.
 */

/*
 * A function is called, which its permissions were checked for.  And: one is
 * looked up that the check is not made for, to be fired as a trigger or inlined;
 * true: its calls are to be reported by aud_statement_function_entered().
 */
extern void aud_statement_function_called(Oid funcid);
extern bool aud_statement_function_looked_up(Oid funcid);

/*
 * A function begins to run that has settings or an owner of its own, or that
 * the above is true of.
 */
extern void aud_statement_function_entered(Oid funcid);

/*
 * An object was created, altered (or another one it is connected with), is
 * about to be dropped, is truncated; subid: a part of it, a column.
 * is_internal: by the server on its own account, as a part of something else.
 */
extern void aud_statement_object_created(Oid classid, Oid objid, int subid);
extern void aud_statement_object_altered(Oid classid, Oid objid, Oid other);
extern void aud_statement_object_dropped(Oid classid, Oid objid, int subid,
										 bool is_internal);
extern void aud_statement_object_truncated(Oid relid);

/* The permissions on these relations are about to be checked. */
extern void aud_statement_checks_permissions(List *range_table,
											 List *permissions);

/*
 * The process exits.
 */

/*
 * A FATAL error: no hook will see the statements that are running end, and
 * other exit callbacks may clear them away before aud_statement_end_all (that
 * of temporary tables does).  Whoever records them records this outcome.
 */
extern void aud_statement_doom(const AudFailure *failure);

/*
 * What is still open ends here, with that failure, or incomplete if there was
 * none (NULL).
 */
extern void aud_statement_end_all(const AudFailure *failure);

/*
 * For the files of statement/.
 */

/*
 * The statement ended well: record it.  Frees utility frames.  Throws before
 * the record is made, or not at all.
 */
extern void aud_statement_end(AudStmt *stmt);

/* It failed for this reason. */
extern void aud_statement_fail_with(AudStmt *stmt, const AudFailure *failure);

/*
 * The rows of a command are put aside, and the portal sends them, as many at a
 * time as the client asks for: keep the frame until the portal is closed, to
 * say how many were sent.  Takes over the frame.
 */
struct PortalData;
extern void aud_statement_await_portal(AudStmt *stmt, struct PortalData *portal);

/*
 * A COMMIT has run as a command, but only the end of the transaction tells
 * its outcome: keep the frame until then.  Takes over the frame.
 */
extern void aud_statement_await_commit(AudStmt *stmt);

#endif /* AUD_STATEMENT_STATEMENT_H */
