/*-------------------------------------------------------------------------
 *
 * stack.h
 *	  The statement stack, for the files of statement/ only; see AudStack in
 *	  backend.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_STACK_H
#define AUD_STATEMENT_STACK_H

#include "access/xact.h"

#include "statement/backend.h"

/* A new frame, open and active.  Throws only for lack of memory. */
extern AudStmt *aud_stack_open(void);

/* Make stmt the active one. */
extern void aud_stack_enter(AudStmt *stmt);

/*
 * Give the place back to its caller.  What an error has left above it ends as
 * incomplete.  False, and nothing is done, if it is not active: it has been
 * abandoned.
 */
extern bool aud_stack_leave(AudStmt *stmt);

/* Is it active, or has something nested in it to go on with? */
static inline bool
aud_stack_is_active(const AudStmt *stmt)
{
	const AudStmt *active = aud_backend->stack.active;

	while (active != NULL && active != stmt)
		active = active->life.caller;
	return active != NULL;
}

/* See aud_stack_heal. */
extern void aud_stack_abandon(void);

/*
 * Nothing can be active any more of a message before the client's current one:
 * should an error have passed by our hooks all the same, what it left behind
 * ends here, once, and nothing that it points to is followed.  Called wherever
 * something of the client's may begin.
 */
static inline void
aud_stack_heal(void)
{
	if (aud_backend->stack.active != NULL &&
		aud_backend->stack.message != GetCurrentStatementStartTimestamp())
		aud_stack_abandon();
}

/* The innermost early frame, which is none any more. */
extern AudStmt *aud_stack_take_early(void);

/* What an early frame has goes to a statement that begins, or to its caller. */
extern void aud_stack_hand_over(AudStmt *to, AudStmt *early);

/* Put a frame among the open ones. */
static inline void
aud_stack_add(AudStmt *stmt)
{
	stmt->life.next = aud_backend->stack.open;
	aud_backend->stack.open = stmt;
}

/* Is it still one of them? */
extern bool aud_stack_has(const AudStmt *stmt);

/* A frame ends: unlink and pool it. */
extern void aud_stack_release(AudStmt *stmt);

/* The open frame of a query or held cursor, or NULL. */
extern AudStmt *aud_stack_find(const void *key);

/* Its executor state exists now: from here on the frame follows it. */
extern void aud_stack_watch(AudStmt *stmt, MemoryContext query_context);

/* A statement is over: its record, if it has none yet and one is wanted. */
extern void aud_stack_record(AudStmt *stmt);

/* The same, and free the frame unless the executor's state still has it. */
extern void aud_stack_finish(AudStmt *stmt);

/* It goes on no more without having failed: incomplete, unless it was done. */
extern void aud_stack_stopped(AudStmt *stmt);

/* The command through which a query that is its body is reported, or itself. */
static inline AudStmt *
aud_stack_host(AudStmt *stmt)
{
	return stmt != NULL && stmt->body.host != NULL ? stmt->body.host : stmt;
}

/*
 * The frame that what is reached now belongs to, if stmt is active.  All that
 * the server reports goes through here, whatever the command is.  While a body
 * starts, that is its own frame: a cursor has it for each FETCH to come.  From
 * then on it is the command that makes it run, which for a cursor is another
 * one each time.
 */
static inline AudStmt *
aud_stack_reaching(AudStmt *stmt)
{
	while (stmt != NULL && stmt->body.started && stmt->body.host != NULL)
		stmt = stmt->body.host;
	return stmt;
}

#endif /* AUD_STATEMENT_STACK_H */
