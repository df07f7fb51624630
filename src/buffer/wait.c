/*-------------------------------------------------------------------------
 *
 * wait.c
 *	  Waiting for the writer, for space in the ring or for records to be on
 *	  disk; waking it, and being woken.
 *
 * Tail moves only when records are safely in a file, so "there is space" and
 * "it is on disk" are the same news, and one counter.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/wait.h"
#include "server/compat.h"
#include "server/guc.h"

/* A waiter looks again after this long even if nobody woke it. */
#define WAIT_STEP_MS 100

AudBufferShared *aud_buffer_shared;

static uint32 wait_event_full;
static uint32 wait_event_durable;

/* In single-user mode, what takes the writer's place. */
static void (*drain_here)(void);

size_t
aud_buffer_shmem_size(void)
{
	return sizeof(AudBufferShared);
}

void
aud_buffer_shmem_init(void)
{
	bool found;

	aud_buffer_shared =
		ShmemInitStruct("secaudit buffer", sizeof(AudBufferShared), &found);
	if (found)
		return;

	memset(aud_buffer_shared, 0, sizeof(*aud_buffer_shared));
	aud_buffer_shared->lock = &GetNamedLWLockTranche(AUD_BUFFER_TRANCHE)->lock;
	ConditionVariableInit(&aud_buffer_shared->moved);
	pg_atomic_init_u32(&aud_buffer_shared->waiting, 0);
	pg_atomic_init_u32(&aud_buffer_shared->idle, 0);
	pg_atomic_init_u32(&aud_buffer_shared->broken, 0);
	pg_atomic_init_u64(&aud_buffer_shared->waits, 0);
	pg_atomic_init_u64(&aud_buffer_shared->wait_us, 0);
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		pg_atomic_init_u64(&aud_buffer_shared->lost[i], 0);
}

bool
aud_buffer_has_waiters(void)
{
	return pg_atomic_read_u32(&aud_buffer_shared->waiting) > 0;
}

void
aud_buffer_wake_waiters(void)
{
	if (aud_buffer_has_waiters())
		ConditionVariableBroadcast(&aud_buffer_shared->moved);
}

void
aud_buffer_attach_writer(void)
{
	aud_buffer_shared->writer_pid = MyProcPid;
	aud_buffer_shared->writer_latch = MyLatch;
}

void
aud_buffer_detach_writer(void)
{
	aud_buffer_shared->writer_latch = NULL;
	aud_buffer_shared->writer_pid = 0;
}

void
aud_buffer_set_idle(bool idle)
{
	pg_atomic_write_u32(&aud_buffer_shared->idle, idle ? 1 : 0);
	pg_memory_barrier();
}

int
aud_buffer_writer_pid(void)
{
	return aud_buffer_shared->writer_pid;
}

void
aud_buffer_wake_writer(void)
{
	Latch *latch = aud_buffer_shared->writer_latch;

	if (drain_here != NULL)
	{
		drain_here();
		return;
	}
	pg_atomic_write_u32(&aud_buffer_shared->idle, 0);
	if (latch != NULL)
		SetLatch(latch);
}

void
aud_buffer_set_broken(bool broken)
{
	pg_atomic_write_u32(&aud_buffer_shared->broken, broken ? 1 : 0);
	if (broken)
		aud_buffer_wake_waiters();
}

bool
aud_buffer_is_broken(void)
{
	return aud_buffer_shared != NULL &&
		   pg_atomic_read_u32(&aud_buffer_shared->broken) != 0;
}

bool
aud_buffer_drains_here(void)
{
	return drain_here != NULL;
}

void
aud_buffer_drain_here(void (*drain)(void))
{
	drain_here = drain;
}

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
	uint64      until = aud_ring_head(aud_buffer_header) + need;
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
