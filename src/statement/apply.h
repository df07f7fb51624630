/*-------------------------------------------------------------------------
 *
 * apply.h
 *	  Rows that background workers write below the executor: the server's own
 *	  logical replication, and what extensions have of the kind.
 *
 * They change tables without planner, executor or permission checks, so no
 * hook sees a row.  What each transaction changed is in the server's own
 * counters, and is recorded as one event; of the workers of extensions, as far
 * as no statement in it accounts for it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_APPLY_H
#define AUD_STATEMENT_APPLY_H

/*
 * A transaction of this process is about to commit: if this is a background
 * worker, record what it did.  The first one is that which it starts with: of
 * an apply or table synchronization worker that is recorded, of others it is
 * found out who they act for.  Cheap elsewhere.
 */
extern void aud_apply_committing(void);

#endif /* AUD_STATEMENT_APPLY_H */
