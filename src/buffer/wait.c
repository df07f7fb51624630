/*-------------------------------------------------------------------------
 *
 * wait.c
 *	  Waiting for the writer: for space in the ring, for records to be on disk.
 *
 * Tail moves only when records are safely in a file, so "there is space" and
 * "it is on disk" are the same news, and one counter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/timestamp.h"

#include "buffer/shared.h"
#include "server/compat.h"
#include "server/guc.h"

/* A waiter looks again after this long even if nobody woke it. */
#define WAIT_STEP_MS 100

static uint32 wait_event_full;
static uint32 wait_event_durable;

/* When to stop waiting although nothing has come of it. */
typedef struct Patience
{
	TimestampTz deadline;  /* 0: none */
	bool        on_broken; /* when the trail counts as broken */
	bool        on_die;    /* when the process is to be terminated */

	/* Has anything moved lately? */
	uint64      tail;
	TimestampTz moved_at;
} Patience;

static bool
is_over(Patience *patience)
{
	TimestampTz now = GetCurrentTimestamp();
	uint64      tail = aud_buffer_tail();

	if (patience->deadline != 0 && now >= patience->deadline)
		return true;
	if (patience->on_die && ProcDiePending)
		return true;
	if (!patience->on_broken)
		return false;
	if (aud_buffer_is_broken())
		return true;

	if (patience->moved_at == 0 || tail != patience->tail)
	{
		patience->tail = tail;
		patience->moved_at = now;
	}
	return now >= TimestampTzPlusMilliseconds(patience->moved_at,
											  (int64) AUD_STALL_FACTOR *
												  aud_config->failure_timeout_ms);
}

/*
 * Sleep until tail has moved past "until", or patience has run out.
 *
 * Interrupts are held: an audit record must not turn a cancel request into an
 * error at a place where no error is expected.  They are served by whoever
 * runs the statement, right afterwards.
 */
static bool
wait_for_tail(uint64 until, Patience *patience, uint32 wait_event)
{
	bool reached;

	HOLD_INTERRUPTS();
	pg_atomic_fetch_add_u32(&aud_buffer_shared->waiting, 1);
	ConditionVariablePrepareToSleep(&aud_buffer_shared->moved);
	while (!(reached = aud_buffer_tail() >= until) && !is_over(patience))
	{
		aud_buffer_wake_writer();
		ConditionVariableTimedSleep(&aud_buffer_shared->moved,
									WAIT_STEP_MS,
									wait_event);
	}
	ConditionVariableCancelSleep();
	pg_atomic_fetch_sub_u32(&aud_buffer_shared->waiting, 1);
	RESUME_INTERRUPTS();
	return reached;
}

bool
aud_buffer_wait_for_space(uint64 need, uint64 usable)
{
	bool        block = aud_config->on_failure == AUD_ON_FAILURE_BLOCK;
	Patience    patience = {.on_broken = !block, .on_die = block};
	uint64      until = aud_buffer_head() + need;
	TimestampTz began = GetCurrentTimestamp();
	bool        ok;

	/* head may be stale, which only means that we wake a little early */
	until -= Min(until, usable);
	ok = wait_for_tail(until,
					   &patience,
					   aud_compat_wait_event(&wait_event_full,
											 "SecauditBufferFull"));
	pg_atomic_fetch_add_u64(&aud_buffer_shared->wait_us,
							(uint64) (GetCurrentTimestamp() - began));
	return ok;
}

bool
aud_buffer_is_durable(uint64_t pos)
{
	return aud_buffer_tail() >= pos;
}

bool
aud_buffer_wait_durable(uint64_t pos, int timeout_ms)
{
	Patience patience = {.on_die = true};

	if (aud_buffer_tail() >= pos)
		return true;
	if (MyProc == NULL)
		return false;
	if (timeout_ms >= 0)
		patience.deadline =
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(), timeout_ms);
	return wait_for_tail(pos,
						 &patience,
						 aud_compat_wait_event(&wait_event_durable,
											   "SecauditDurable"));
}
