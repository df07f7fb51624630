/*-------------------------------------------------------------------------
 *
 * refused.h
 *	  Somebody tried to change what is audited, and was refused: an alert.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_REFUSED_H
#define AUD_STATEMENT_REFUSED_H

#include "statement/backend.h"

/* Inside errfinish(): is this error such a refusal?  Kept until it is recorded. */
extern void aud_refused_read(const ErrorData *edata);

/*
 * The alert, beside the record of what failed; stmt NULL: a login.  identity:
 * who it was, as records have it, or NULL.
 */
extern void aud_refused_alert(const AudStmt *stmt, const char *identity);

/* After each record of a failure. */
static inline void
aud_refused_recorded(const AudStmt *stmt)
{
	if (aud_backend->error.refuses_setting)
		aud_refused_alert(stmt, stmt->who->json);
}

#endif /* AUD_STATEMENT_REFUSED_H */
