/*-------------------------------------------------------------------------
 *
 * error.h
 *	  Errors of this process: which statement they belong to, and the records
 *	  of those that belong to none.
 *
 * An error belongs to the statement through whose hook it passes
 * (aud_error_take).  One that passes through none is recorded as an event of
 * its own: at once where no statement is active, and where one is, when that
 * statement goes on, which shows that the error was swallowed.
 *
 * Nothing here throws or reads a catalog.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_ERROR_H
#define AUD_STATEMENT_ERROR_H

#include "nodes/parsenodes.h"
#include "utils/elog.h"

#include "server/error_context.h"
#include "statement/backend.h"

/*
 * Make sure that errors of this process are seen; for hooks that may be the
 * first to run after an error.  Whoever entered an active frame has done it,
 * and what was linked below it then stays so while it is on the C stack: so
 * the stack is walked where nothing is active only, and there it is short.
 */
static inline void
aud_error_watch(void)
{
	if (aud_backend->stack.active == NULL)
		aud_error_context_link();
}

/*
 * The error that is being handled, for use in PG_CATCH: its SQLSTATE and
 * primary message.  Counts as taken: the statement that asked records it.
 */
extern const AudFailure *aud_error_take(void);

/*
 * The last error of this process, whether or not it was taken; sqlstate 0 if
 * there was none yet.
 */
extern const AudFailure *aud_error_last(void);

/* What only the server log was told of it, or "". */
extern const char *aud_error_detail(void);

/* Has nobody taken it yet?  And: somebody does. */
extern bool aud_error_is_open(void);
extern void aud_error_taken(void);

/*
 * Is an error on its way that nobody has caught yet, as far as is known?  And:
 * what it rolls back has been rolled back, or it was caught.
 */
extern bool aud_error_is_in_flight(void);

static inline void
aud_error_settled(void)
{
	aud_backend->error.in_flight = false;
}

/*
 * Inside errfinish(), where locks may be held: what was raised is kept, and
 * what has to be recorded is written at once if that is safe, otherwise by the
 * next aud_error_write().
 */

/* An error, of level ERROR or above. */
extern void aud_error_raised(const ErrorData *edata);

/* That error belongs to no statement: it has a record of its own. */
extern void aud_error_is_nobodys(void);

/*
 * In a PG_CATCH of the last error: add what it denies to this statement's
 * objects; or, where the planner of this query has raised it, make its record
 * now, for awaits_planner says that it has none yet.
 */
extern void aud_error_name_denied(AudStmt *stmt);
extern void aud_error_left_planner(Query *query);

/* A warning: GRANT and REVOKE warn about what they leave undone, and go on. */
extern void aud_error_warned(int sqlstate);

/* Write the record that had to wait, if there is one: no lock is held here. */
extern void aud_error_write(void);

static inline void
aud_error_write_unwritten(void)
{
	if (aud_backend->error.unwritten != NULL)
		aud_error_write();
}

/* An error was raised inside the active statement and never reached it: record it. */
extern void aud_error_record_swallowed(void);

static inline void
aud_error_flush_swallowed(void)
{
	aud_error_settled();
	if (aud_backend->error.is_open)
		aud_error_record_swallowed();
	aud_error_write_unwritten();
}

/*
 * An error that belongs to no statement of its own: text that did not parse,
 * a plan or parameter that could not be made, a commit that failed.
 */
extern void aud_error_record(const AudFailure *failure, const char *query,
							 size_t query_len);

/* A statement failed: what the message holds after it is not executed. */
extern void aud_error_add_skipped(AudStmt *stmt);

#endif /* AUD_STATEMENT_ERROR_H */
