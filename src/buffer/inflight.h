/*-------------------------------------------------------------------------
 *
 * inflight.h
 *	  What every session is doing, kept where a crash cannot take it.
 *
 * Each process has a slot in the buffer file, found by its number in the
 * server's process array.  While a session is open and while a top-level
 * statement runs, the slot holds enough to write the record that the process
 * itself could not write any more: outcome "unknown" for the statement, and
 * the session's end with reason "crash".  2 kB have to do for that.
 *
 * These functions copy bytes, nothing else: no lock, no error, no allocation.
 * Only the owner writes to a slot; inflight_recover.h reads it at the next
 * start, when the owner is gone, and "started" alone is read by the owner's
 * parallel workers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_INFLIGHT_H
#define AUD_BUFFER_INFLIGHT_H

#include "buffer/ring.h"

/* First bytes of the query that are kept, if the roles leave as much room. */
#define AUD_INFLIGHT_QUERY_MAX 1024

/*
 * The session is open.  The texts are ready JSON members with a comma before
 * each:
 *	  who		,"node":"...","db":"...","user":"..."; of a statement its
 *				"context", too
 *	  name		,"session":"..."
 *	  client	,"pid":N,"app":"..." and so on
 * May be called again when one of them has changed.  Texts too long for the
 * slot, 840 bytes in all, are left out, the last ones first; only names full
 * of characters that JSON has to escape get there.
 */
typedef struct AudInflightSession
{
	const char *who;
	size_t      who_len;
	const char *name;
	size_t      name_len;
	const char *client;
	size_t      client_len;
	int64_t     began_us;  /* microseconds since 1970 */
	bool        wants_end; /* is the session's end to be recorded? */
} AudInflightSession;

extern void aud_inflight_open(const AudInflightSession *session);

/*
 * This process started at that time, seconds since 1970.  To be called before
 * it runs a statement: a slot keeps what its last owner said.
 */
extern void aud_inflight_started(int64_t start);

/*
 * In a parallel worker: start time and pid of the leader, which cannot end
 * before its workers do.  False in every other process.
 */
extern bool aud_inflight_leader(int64_t *start, int *pid);

/* The next record that this process appends is the session's end. */
extern void aud_inflight_closing(void);

/* The session is over and needs no record. */
extern void aud_inflight_close(void);

/* The session takes this ssn for its next record. */
extern void aud_inflight_take_ssn(uint64_t ssn);

/* A statement begins to run. */
typedef struct AudInflightFacts
{
	int64_t     began_us;   /* microseconds since 1970 */
	const char *event;      /* "statement" */
	const char *class_name; /* "read" */
	const char *command;    /* "SELECT" */
	const char *who;        /* as above, with the roles of this moment */
	size_t      who_len;
	uint64_t    stmt;
	const char *query; /* redacted; UTF-8 or not */
	size_t      query_len;
	unsigned    redacted; /* what was hidden in it: AUD_REDACTED_* */
} AudInflightFacts;

extern void aud_inflight_begin(const AudInflightFacts *facts);

/*
 * The next record that this process appends is the statement's.  The slot is
 * cleared in the same instant in which the record gets into the ring, so a
 * crash leaves one of the two, not both and not none.
 */
extern void aud_inflight_ending(void);

/* The statement is over and needs no record. */
extern void aud_inflight_end(void);

/* Under the buffer's lock: a record of this process is in the ring. */
extern void aud_inflight_appended(void);

/* Bytes of a slot, and how many there are: one per possible process. */
extern uint32_t aud_inflight_slot_size(void);
extern uint32_t aud_inflight_slot_count(void);

#endif /* AUD_BUFFER_INFLIGHT_H */
