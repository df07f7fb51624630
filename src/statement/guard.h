/*-------------------------------------------------------------------------
 *
 * guard.h
 *	  What the trail may demand of a session: to wait until records are on
 *	  disk (secaudit.durability), or not to run a statement at all
 *	  (secaudit.on_failure = error).
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_GUARD_H
#define AUD_STATEMENT_GUARD_H

#include "buffer/buffer.h"
#include "nodes/nodes.h"
#include "server/guc.h"

/* See aud_guard_admit. */
extern void aud_guard_refuse(const Node *utility);

/*
 * Before a statement runs; utility is NULL for a query.  Throws if the trail
 * cannot be written and statements are to be refused; superusers may work on,
 * and transactions can be ended, so that somebody can repair it.
 */
static inline void
aud_guard_admit(const Node *utility)
{
	if (aud_buffer_is_broken() && aud_config->on_failure == AUD_ON_FAILURE_ERROR)
		aud_guard_refuse(utility);
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
