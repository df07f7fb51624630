/*-------------------------------------------------------------------------
 *
 * begin.h
 *	  The steps of a statement's beginning, for the files of statement/ that
 *	  begin one.  The frame is open, and so active, and "caller" is what was.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_BEGIN_H
#define AUD_STATEMENT_BEGIN_H

#include "record/stmt.h"

/* Number and place of a new statement.  in_early: see aud_early_runs. */
extern void aud_begin_identify(AudStmt *stmt, bool in_early, bool from_rule);

/* Or it is a part of its caller, and has no record of its own. */
extern void aud_begin_silently(AudStmt *stmt);
extern bool aud_begin_is_inner_working(const AudStmt *stmt);

/* The statement's own part of a text that may hold several. */
extern void aud_begin_set_text(AudStmt *stmt, const char *text, int location,
							   int len);

/* When and who; see aud_session_identity.  Throws if it may read catalogs. */
extern void aud_begin_take_down(AudStmt *stmt, bool may_read_catalog);

/* What the client sent must leave a trace even if the server dies of it. */
extern void aud_begin_keep_unfinished(AudStmt *stmt);

#endif /* AUD_STATEMENT_BEGIN_H */
