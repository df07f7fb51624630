/*-------------------------------------------------------------------------
 *
 * apply.h
 *	  Logical replication, the receiving side: workers that apply what a
 *	  publisher sends.
 *
 * They change tables without planner, executor or permission checks, so no
 * hook sees a row.  What each transaction changed is in the server's own
 * counters, and is recorded as one event.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_APPLY_H
#define AUD_STATEMENT_APPLY_H

/*
 * A transaction of this process is about to commit: if this is an apply or
 * table synchronization worker, record what it did, and before the first one
 * that it has started.  Cheap elsewhere.
 */
extern void aud_apply_committing(void);

#endif /* AUD_STATEMENT_APPLY_H */
