/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What the trail may demand of a session: to wait until records are on
 *	  disk (secaudit.durability), or not to run a statement at all, or not
 *	  now (secaudit.on_failure = error, block).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_GUARD_H
#define AUD_STATEMENT_GUARD_H

#include "nodes/nodes.h"

#include "buffer/outage.h"
#include "record/stmt.h"
#include "server/guc.h"

/* See aud_guard_admit. */
extern void aud_guard_admit_in_outage(const AudStmt *stmt, const Node *utility);

/*
 * Before a statement runs; utility is NULL for a query.  While the trail has an
 * outage, throws if statements are to be refused, or waits for room if they are
 * to wait; superusers may work on in the first case, and transactions can be
 * ended in both, so that somebody can repair it.
 */
static inline void
aud_guard_admit(const AudStmt *stmt, const Node *utility)
{
	if (aud_outage_is_on())
		aud_guard_admit_in_outage(stmt, utility);
}

extern void aud_guard_wait(void);
extern void aud_guard_watch_commit(void);

/*
 * A top-level statement has ended, and its record, if one was wanted, is in
 * the ring.  Waits if every statement has to be on disk before it is answered.
 * Never throws.
 */
static inline void
aud_guard_statement_end(void)
{
	if (aud_config->durability == AUD_DURABILITY_ASYNC)
		return;
	if (aud_config->durability == AUD_DURABILITY_STATEMENT)
		aud_guard_wait();
	aud_guard_watch_commit();
}

#endif /* AUD_STATEMENT_GUARD_H */
