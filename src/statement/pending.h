/*-------------------------------------------------------------------------
 *
 * pending.h
 *	  Functions that were called or inlined while a statement was planned:
 *	  they are its own once it begins.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_PENDING_H
#define AUD_STATEMENT_PENDING_H

#include "record/stmt.h"

/* funcid was called in the planner, with this statement (or none) active. */
extern void aud_pending_note(const AudStmt *active, Oid funcid);

/* The statement begins; the same one must be active as while it was planned. */
extern void aud_pending_take(AudStmt *stmt, const AudStmt *active);

/* What was planned will not run. */
extern void aud_pending_forget(void);

#endif /* AUD_STATEMENT_PENDING_H */
