/*-------------------------------------------------------------------------
 *
 * xact.h
 *	  Transactions: which statements they hold, and what became of them.
 *
 * Callable while a transaction commits or aborts: nothing here throws, reads
 * a catalog or needs memory that might not be there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_XACT_H
#define AUD_STATEMENT_XACT_H

#include "record/stmt.h"

/* A statement or an error outside of one has been recorded. */
extern void aud_xact_count_record(void);

/* How many of them there were in this session. */
extern uint64 aud_xact_records(void);

/* The name under which the transaction is to be prepared. */
extern void aud_xact_set_gid(const char *gid);

/*
 * The transaction ended; failure: the error that made it, NULL where it was
 * asked for.
 */
extern void aud_xact_committed(void);
extern void aud_xact_prepared(void);
extern void aud_xact_aborted(const AudFailure *failure);

/* The session ends, and with it what it had not committed. */
extern void aud_xact_session_ends(const AudFailure *failure);

/* Subtransactions: savepoints and blocks that catch errors. */
extern void aud_xact_sub_started(void);
extern void aud_xact_sub_committed(void);
extern void aud_xact_sub_aborted(const AudFailure *failure);

/* A block that had failed was left: its last statements belong to nothing. */
extern void aud_xact_left_block(void);

/*
 * A statement was refused because its transaction had failed.  True if it
 * shall have a record of its own; the others are counted, and told of by
 * aud_xact_tell_refused when the block is left or the session ends.
 */
extern bool aud_xact_refuse(void);
extern void aud_xact_tell_refused(void);

#endif /* AUD_STATEMENT_XACT_H */
