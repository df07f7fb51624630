/*-------------------------------------------------------------------------
 *
 * statement.h
 *	  The statements of this session that are under way: one frame for each,
 *	  from its beginning to its record.
 *
 * Hooks bring facts; nothing here formats or writes.  No function throws
 * but for what the catalog look-ups of aud_objects_* may raise.
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

#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "utils/portal.h"

#include "record/stmt.h"

/* The innermost statement that is executing, or NULL. */
extern AudStmt *aud_statement_active(void);

/* Make stmt the active one / give the place back to its caller. */
extern void aud_statement_enter(AudStmt *stmt);
extern void aud_statement_leave(AudStmt *stmt);

/* Planning runs functions, too: what they execute is nested. */
extern void aud_statement_enter_planner(void);
extern void aud_statement_leave_planner(void);
extern bool aud_statement_is_planning(void);

/* Open the frame of a query, with its objects.  Never NULL. */
extern AudStmt *aud_statement_begin_query(QueryDesc *query_desc, int eflags);

/* Its executor state exists now: from here on the frame follows it. */
extern void aud_statement_watch(AudStmt *stmt, MemoryContext query_context);

/* The open frame of a query or held cursor, or NULL. */
extern AudStmt *aud_statement_find(const void *key);

/*
 * Let a silent frame with the objects of stmt live as long as a cursor that
 * outlives its transaction, so that a later FETCH can name them.
 */
extern void aud_statement_hold_cursor(const AudStmt *stmt, Portal portal);

/* A statement is being analyzed, which stands there in this text. */
extern void aud_statement_new_text(const char *source, int location, int len);

/*
 * A function is called, or was inlined: by the active statement, or by the
 * one that is being planned.
 */
extern void aud_statement_note_function(Oid funcid);

/*
 * Rules leave nothing of a statement that was just analyzed: record it, for
 * nothing will be seen of it again.  Queries of theirs may follow.
 */
extern void aud_statement_rewritten(const Query *query, const char *source);

/* Open the frame of a utility command. */
extern AudStmt *aud_statement_begin_utility(const PlannedStmt *pstmt,
											const char        *query_string);

/*
 * Open the frame of a request that is neither: a function call or replication
 * command of the protocol.  Its text is what the client sent, if it is text.
 * event: NULL for "statement".
 */
extern AudStmt *aud_statement_begin_command(const char *event,
											const char *command, int classes,
											AudOrigin origin);

/* It streams from now on, maybe for long: a record tells that it began. */
extern void aud_statement_note_stream(AudStmt *stmt);

/* The statement ended well, or with failure: record it.  Frees utility frames. */
extern void aud_statement_end(AudStmt *stmt);
extern void aud_statement_fail(AudStmt *stmt, const AudFailure *failure);

/*
 * A COMMIT has run as a command, but only the end of the transaction tells
 * its outcome: keep the frame until then.  Takes over the frame.
 */
extern void aud_statement_await_commit(AudStmt *stmt);
extern bool aud_statement_is_committing(void);
extern void aud_statement_committed(bool committed, const AudFailure *failure);

/*
 * A FATAL error: no hook will see the statements that are running end, and
 * other exit callbacks may clear them away before aud_statement_end_all (that
 * of temporary tables does).  Whoever records them records this outcome.
 */
extern void aud_statement_doom(const AudFailure *failure);

/*
 * The process exits: what is still open ends here, with that failure, or
 * incomplete if there was none (NULL).
 */
extern void aud_statement_end_all(const AudFailure *failure);

/*
 * An error that belongs to no statement of its own: text that did not parse,
 * a plan or parameter that could not be made, a commit that failed.
 */
extern void aud_statement_error(const AudFailure *failure, const char *query,
								size_t query_len);

/* A statement failed: what the message holds after it is not executed. */
extern void aud_statement_add_skipped(AudStmt *stmt);

#endif /* AUD_STATEMENT_STATEMENT_H */
