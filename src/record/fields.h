/*-------------------------------------------------------------------------
 *
 * fields.h
 *	  The line that is being made, and the keys of a record in their order.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_RECORD_FIELDS_H
#define AUD_RECORD_FIELDS_H

#include "buffer/buffer.h"
#include "core/json_write.h"
#include "record/stmt.h"
#include "server/guc.h"

/* The one buffer in which lines are made; aud_record_start() allocates it. */
typedef struct AudRecordLine
{
	char  *data;
	size_t cap;
} AudRecordLine;

extern AudRecordLine aud_record_line;

/*
 * Begin a record of one line or several: take its number, and open the scope
 * that its texts need; the caller closes it.
 */
extern void aud_record_line_begin(AudTextScope *scope);

/* What the backend's part of a line may have at most. */
static inline size_t
aud_record_line_room(void)
{
	return Min(aud_record_line.cap - 1, (size_t) aud_config->record_max_bytes) -
		   AUD_RECORD_TRAILER_MAX;
}

/* Begin a line of at most so many bytes. */
static inline void
aud_record_line_init(AudBuf *b, size_t room)
{
	aud_buf_init(b, aud_record_line.data, room + 1);
}

/* Microseconds since 1970, as records have them. */
extern int64 aud_record_unix_us(TimestampTz t);

/* The groups of keys, in the order they have in a record. */
extern void aud_record_append_start(AudBuf *b, TimestampTz when);
extern void aud_record_append_outcome(AudBuf *b, AudOutcome outcome);
extern void aud_record_append_failure(AudBuf *b, const AudFailure *failure);

/* The command as the record has it. */
extern const char *aud_record_command_name(const AudStmt *stmt);

/* Of a statement: who and in which session; which one, and where it came from. */
extern void aud_record_append_who(AudBuf *b, const AudStmt *stmt);
extern void aud_record_append_place(AudBuf *b, const AudStmt *stmt);

/* Everything of a statement before its objects; part 0: it is not split. */
extern void aud_record_append_head(AudBuf *b, const AudStmt *stmt, int part,
								   int parts);

/*
 * The objects from *next on, as many as fit before limit bytes of the line;
 * moves *next past them.
 */
extern void aud_record_append_objects(AudBuf *b, const AudStmt *stmt, int *next,
									  size_t limit);

/* ,"tags":["pci","pii"], and how many are left out; nothing if there are none. */
extern void   aud_record_append_tags(AudBuf *b, const AudStmtTags *tags);
extern size_t aud_record_tags_room(const AudStmtTags *tags);

/* ,"rules":["bulk-phi"], and how many are left out; nothing if there are none. */
extern void aud_record_append_rules(AudBuf *b, const AudStmt *stmt);

/*
 * Details, ,"key":value one after the other, cut where they are long; the keys
 * of those that were go to cut, see aud_json_append_cut.
 */
#define AUD_CUT_KEYS_MAX 512
extern void aud_record_append_details(AudBuf *b, const char *details,
									  size_t len, AudBuf *cut);

/* One more key of something that was cut. */
extern void aud_record_add_cut(AudBuf *cut, const char *key);

/* A transaction that has changed nothing yet has no number. */
extern void aud_record_append_xid(AudBuf *b, TransactionId xid);

/* Not for 0, which means that there is none. */
extern void aud_record_append_query_id(AudBuf *b, uint64 query_id);

/* ,"truncated":[...] with the keys in cut, if there are any. */
extern void aud_record_append_truncated(AudBuf *b, const AudBuf *cut);

#endif /* AUD_RECORD_FIELDS_H */
