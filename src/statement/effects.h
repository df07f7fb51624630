/*-------------------------------------------------------------------------
 *
 * effects.h
 *	  What a statement does to the state of the session beside its own record:
 *	  settings, the name of a prepared transaction, cursors.  Facts say so in
 *	  the frame (AudStmtEffects, AudStmtCursor); it is carried out here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_EFFECTS_H
#define AUD_STATEMENT_EFFECTS_H

#include "tcop/cmdtag.h"

#include "record/stmt.h"

/*
 * Carry out what facts have asked for, right after they were collected: the
 * settings of this moment decide.  stmt is active, or its body is.  Throws only
 * for lack of memory.
 */
extern void aud_effects_carry_out(AudStmt *stmt);

/* The query of a cursor that calls set_config() is about to run. */
extern void aud_effects_cursor_runs(AudStmt *stmt);

/*
 * stmt->settings.picture: record what has changed since it was taken, and
 * compare no longer.
 */
extern void aud_effects_compare_settings(AudStmt *stmt);

/*
 * A command with a cursor, before it runs: the objects of what it fetches.  And
 * when it has succeeded; qc as from ProcessUtility.
 */
extern void aud_effects_before_cursor(AudStmt *stmt);
extern void aud_effects_after_cursor(AudStmt *stmt, const QueryCompletion *qc);

/*
 * A command that fills its portal with rows ends, and its client, who may take
 * them in pieces, has not read them yet.  Then: it lasts as long as its portal.
 */
extern bool aud_effects_has_reader(const AudStmt *stmt);
extern void aud_effects_await_reader(AudStmt *stmt);

/* Of such a command: how many rows has the client read?  Nothing of others. */
extern void aud_effects_count_read(AudStmt *stmt);

#endif /* AUD_STATEMENT_EFFECTS_H */
