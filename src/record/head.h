/*-------------------------------------------------------------------------
 *
 * head.h
 *	  The first part of a record: when, what, who, and how it ended.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_HEAD_H
#define AUD_RECORD_HEAD_H

#include "core/json_write.h"
#include "record/stmt.h"

/* The pieces, in the order they have in a record. */
extern void aud_record_append_start(AudBuf *b, TimestampTz when);
extern void aud_record_append_event(AudBuf *b, const char *event);
extern void aud_record_append_outcome(AudBuf *b, AudOutcome outcome);
extern void aud_record_append_failure(AudBuf *b, const AudFailure *failure);

/*
 * The line that is being made.  take_line begins a record of one line or
 * several and, until aud_text_end, what its texts need; room is what the
 * backend's part of a line may have at most; init_line begins a line with so
 * many bytes.
 */
extern void   aud_record_take_line(void);
extern size_t aud_record_room(void);
extern void   aud_record_init_line(AudBuf *b, size_t room);

/* A transaction that has changed nothing yet has no number. */
extern void aud_record_append_xid(AudBuf *b, TransactionId xid);

/*
 * The objects from *next on, as many as fit before limit bytes of the line;
 * moves *next past them.
 */
extern void aud_record_append_objects(AudBuf *b, const AudStmt *stmt, int *next,
									  size_t limit);

/*
 * Details, ,"key":value one after the other, cut where they are long; the keys
 * of those that were go to cut[AUD_CUT_KEYS_MAX], see aud_json_append_cut.
 */
#define AUD_CUT_KEYS_MAX 512
extern void aud_record_append_details(AudBuf *b, const char *details,
									  size_t len, AudBuf *cut);

/* ,"truncated":[...] with those keys, if there are any. */
extern void aud_record_append_truncated(AudBuf *b, const AudBuf *cut);

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
