/*-------------------------------------------------------------------------
 *
 * early.h
 *	  Code of a user that runs while no statement's frame can take what it
 *	  reaches: before a statement begins, and when a transaction ends.
 *
 * An early frame is that of a statement which has not begun yet.  It is made
 * when the first function is reported:
 *
 * - of the client's statement, in its analysis and planning and in the input of
 *   its parameters (Parse and Bind run the CHECKs of domains);
 * - of a query that is planned inside an active statement;
 * - of the work of autovacuum at a table, which is no statement at all;
 * - of a login, while its event triggers run: command LOGIN.
 *
 * The statement takes the frame over when it begins.  If it never does, the
 * client's early frame becomes a record of its own, incomplete, and what was
 * reached for a nested query belongs to the statement that it was planned in.
 *
 * A transaction that no COMMIT ends has a frame of command COMMIT, made when
 * deferred triggers or cursors WITH HOLD call somebody.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_EARLY_H
#define AUD_STATEMENT_EARLY_H

#include "nodes/parsenodes.h"

#include "statement/backend.h"

/*
 * Whose is what the server reports just now: the frame of the query that is
 * being planned; else that of the active statement, or the command that it is
 * the body of; else the COMMIT; else the client's early frame.  NULL if there
 * is none; with "make" it is made, if this process has any.  Throws, then.
 */
extern AudStmt *aud_early_whose(bool make);

/* The query of a cursor that no command runs: nothing is recorded through it. */
static inline bool
aud_early_is_alone(const AudStmt *stmt)
{
	return stmt->place.silent && stmt->life.caller == NULL &&
		   stmt->body.host == NULL;
}

/* The same of a trigger function that is looked up: it may be at a commit. */
extern AudStmt *aud_early_whose_trigger(void);

/* A statement of this text begins and takes over what there is for it. */
extern void aud_early_take_over(AudStmt *stmt, const char *source);

static inline void
aud_early_take(AudStmt *stmt, const char *source)
{
	if (aud_backend->stack.early != NULL)
		aud_early_take_over(stmt, source);
}

/*
 * A statement of this text begins while nothing is active: does code that runs
 * for the client's early frame begin it?  If not, it is the client's own.
 * Only while there is an early frame.
 */
extern bool aud_early_encloses(const char *source);

static inline bool
aud_early_runs(const AudStmt *stmt, const char *source)
{
	return stmt->life.caller == NULL && aud_backend->stack.early != NULL &&
		   aud_early_encloses(source);
}

/*
 * A query was analyzed while nothing is active, or planned, and there is an
 * early frame, which learns what it is about.  Analysis: false if the code of
 * the early frame did it.
 */
extern bool aud_early_analyzed(const Query *query, const char *source);
extern void aud_early_planned(const Query *query, const char *source);

/*
 * Another query is about to be planned: what was for one of the active
 * statement that has not begun is the active one's own.
 */
extern void aud_early_plans(const char *source);

/* The innermost early frame's statement will not begin any more. */
extern void aud_early_settle(void);

/* The transaction commits: the same, durable with it. */
extern void aud_early_end_at_commit(void);

static inline void
aud_early_commits(void)
{
	if (aud_backend->stack.early != NULL)
		aud_early_end_at_commit();
}

/* A transaction, or subtransaction, is rolled back. */
extern void aud_early_rolled_back(bool sub);

/* The session ends, with that failure or without (NULL). */
extern void aud_early_session_ends(const AudFailure *failure);

#endif /* AUD_STATEMENT_EARLY_H */
