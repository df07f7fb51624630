/*-------------------------------------------------------------------------
 *
 * wait.h
 *	  What appenders and the writer share beside the mapped file, and how
 *	  they wait for each other and wake each other; for buffer/ alone.
 *
 * The lock and the condition variable live in ordinary shared memory, which a
 * crash of any process makes new; head, tail and the records live in the
 * mapped file, which outlives all of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_BUFFER_WAIT_H
#define AUD_BUFFER_WAIT_H

#include "storage/condition_variable.h"
#include "storage/latch.h"
#include "storage/lwlock.h"

#include "buffer/file.h"

typedef struct AudBufferShared
{
	LWLock           *lock;  /* protects the mapped head */
	ConditionVariable moved; /* tail has moved */

	pg_atomic_uint32 waiting; /* processes that wait for tail to move */
	pg_atomic_uint32 idle;    /* does the writer want to be woken at once? */

	/* Set by the writer when it comes and goes */
	Latch *volatile writer_latch;
	volatile int writer_pid;

	/* Protected by the lock */
	uint64 appended pg_attribute_aligned(PG_CACHE_LINE_SIZE);

	/* Since the server started */
	pg_atomic_uint64 waits;
	pg_atomic_uint64 wait_us;
	pg_atomic_uint64 lost[AUD_LOSS_KINDS];
} AudBufferShared;

/* NULL before shared-memory start-up. */
extern AudBufferShared *aud_buffer_shared;

static inline uint64
aud_buffer_tail(void)
{
	return aud_ring_tail(aud_buffer_header);
}

/*
 * The ring is full: wait for need bytes that records of sessions may take,
 * usable in all.  Anything but AUD_WAIT_REACHED: the record is not to wait any
 * longer.
 */
extern AudWaitEnd aud_buffer_wait_for_space(uint64 need, uint64 usable);

/* The same before a statement, whose caller serves interrupts at once. */
extern AudWaitEnd aud_buffer_wait_to_begin(uint64 need, uint64 usable);

/* Is there no writer, but the process itself? */
extern bool aud_buffer_drains_here(void);

#endif /* AUD_BUFFER_WAIT_H */
