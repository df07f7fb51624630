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
extern void aud_effects_do_carry_out(AudStmt *stmt);

static inline void
aud_effects_carry_out(AudStmt *stmt)
{
	if (stmt->effects.decide || stmt->effects.compare_settings ||
		stmt->effects.gid != NULL)
		aud_effects_do_carry_out(stmt);
}

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

#endif /* AUD_STATEMENT_EFFECTS_H */
