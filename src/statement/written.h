/*-------------------------------------------------------------------------
 *
 * written.h
 *	  The tables that statements of a background worker's transaction have
 *	  written, so that what it wrote otherwise is known.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_WRITTEN_H
#define AUD_STATEMENT_WRITTEN_H

#include "statement/backend.h"

/* A statement has ended. */
extern void aud_written_note(const AudStmt *stmt);

/* Has a statement of this transaction named that table?  Reads catalogs. */
extern bool aud_written_by_statement(Oid relid);

/* The transaction has ended. */
static inline void
aud_written_forget(void)
{
	aud_backend->written.n = 0;
}

#endif /* AUD_STATEMENT_WRITTEN_H */
