/*-------------------------------------------------------------------------
 *
 * record_head.h
 *	  The first part of a record: when, what, who, and how it ended.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_HEAD_H
#define AUD_RECORD_HEAD_H

#include "core/json.h"
#include "stmt.h"

/* The pieces, in the order they have in a record. */
extern void aud_record_append_start(AudBuf *b, TimestampTz when);
extern void aud_record_append_event(AudBuf *b, const char *event);
extern void aud_record_append_outcome(AudBuf *b, AudOutcome outcome);
extern void aud_record_append_failure(AudBuf *b, const AudFailure *failure);

/* Everything of a statement before its objects; part 0: it is not split. */
extern void aud_record_append_head(AudBuf *b, const AudStmt *stmt, int part,
								   int parts);

/* key: ,"name": */
static inline void
aud_record_append_uint(AudBuf *b, const char *key, uint64 value)
{
	aud_buf_cstr(b, key);
	aud_json_uint(b, value);
}

#endif /* AUD_RECORD_HEAD_H */
