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

#include "access/xact.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/outage.h"
#include "buffer/wait.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/interrupts.h"

/* A waiter looks again after this long even if nobody woke it. */
#define WAIT_STEP_MS 100

/* Of the time between two looks, so much counts at most. */
#define STEP_MOST_US (1000 * 1000)

/* A disk that takes so long for one sync does not stand still. */
#define LEAST_SYNC_US (1000 * 1000)

/* After a cancel request and its like, records of the command may still wait. */
#define GRACE_US (500 * 1000)

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

/* Why a wait may end although nothing has come of it, and what it has seen. */
typedef struct Patience
{
	bool        on_outage; /* when the trail has an outage */
	bool        serves;    /* the caller serves interrupts at once */
	TimestampTz deadline;  /* 0: none */
	int64       least_us;  /* no stall is shorter than this */
	uint64      tail;      /* where tail was */
	int64       still_us;  /* how long it has been there */
	TimestampTz looked_at; /* 0: not yet */
	TimestampTz began;
} Patience;

/*
 * The command during which the process was asked to stop, and when that was
 * seen.  What is recorded of its end must not wait anew.
 */
static TimestampTz interrupted_command;
static TimestampTz interrupted_at; /* 0: never */

/* A login has waited since then. */
static TimestampTz login_began;

/*
 * Where there is no statement, none can be made to wait: whoever wants to
 * repair the server must get in, and who leaves is not to be kept.
 */
static bool
may_block(void)
{
	return aud_config->on_failure == AUD_ON_FAILURE_BLOCK &&
		   !aud_interrupts_is_starting() && !aud_interrupts_is_ending();
}

static int64
timeout_us(void)
{
	return (int64) aud_config->failure_timeout_ms * 1000;
}

static void
begin_patience(Patience *patience)
{
	memset(patience, 0, sizeof(*patience));
	patience->on_outage = !may_block();
	patience->began = GetCurrentTimestamp();
	if (!aud_interrupts_is_starting())
		return;
	if (login_began == 0)
		login_began = patience->began;
	/* a stall is to be found out first, and be everybody's */
	patience->deadline = login_began + timeout_us() + 2 * WAIT_STEP_MS * 1000;
}

/*
 * The writer may need a moment more, and a record is worth it.  That moment is
 * for all records of the command together.
 */
static bool
is_interrupted(const Patience *patience, TimestampTz now)
{
	TimestampTz command = GetCurrentStatementStartTimestamp();

	if (aud_interrupts_pending())
	{
		if (interrupted_at == 0 || interrupted_command != command)
			interrupted_at = now;
		interrupted_command = command;
	}
	/* whoever serves them does so with all kinds, these or not */
	if (patience->serves)
		return InterruptPending;
	return interrupted_at != 0 && interrupted_command == command &&
		   now >= interrupted_at + GRACE_US;
}

/*
 * Has tail stood still for failure_timeout?  Time during which this process
 * did not run either, because the whole machine stood still, does not count.
 */
static bool
is_stalled(Patience *patience, TimestampTz now)
{
	uint64 tail = aud_buffer_tail();

	if (patience->looked_at == 0 || tail != patience->tail)
		patience->still_us = 0;
	else
		patience->still_us +=
			Min(Max(now - patience->looked_at, 0), STEP_MOST_US);
	patience->tail = tail;
	patience->looked_at = now;
	return patience->still_us >= Max(timeout_us(), patience->least_us);
}

/* The first to find out decides for everybody. */
static void
begin_outage(uint64 tail_seen)
{
	int       pid = aud_buffer_shared->writer_pid;
	AudOutage kind = AUD_OUTAGE_STALLED;

	if (pid == 0 && drain_here == NULL)
		kind = AUD_OUTAGE_NO_WRITER;
	else if (aud_outage_is_failing())
		kind = AUD_OUTAGE_CANNOT_WRITE;
	aud_outage_begin(kind, tail_seen, pid);
	aud_buffer_wake_waiters();
}

/* Is it over?  *end: how. */
static bool
is_over(Patience *patience, AudWaitEnd *end)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!aud_outage_is_on() && is_stalled(patience, now))
		begin_outage(patience->tail);

	if (patience->on_outage && aud_outage_is_on())
		*end = AUD_WAIT_OUTAGE;
	else if (is_interrupted(patience, now))
		*end = AUD_WAIT_INTERRUPTED;
	else if (patience->deadline != 0 && now >= patience->deadline)
		*end = AUD_WAIT_LATE;
	else
		return false;
	return true;
}

/*
 * Sleep until tail has moved past "until", or patience has run out.
 *
 * Interrupts are held: an audit record must not turn a cancel request into an
 * error at a place where no error is expected.  They end the wait, and are
 * served by whoever runs the statement, right afterwards.
 */
static AudWaitEnd
wait_for_tail(uint64 until, Patience *patience, uint32 wait_event)
{
	AudWaitEnd end = AUD_WAIT_REACHED;

	HOLD_INTERRUPTS();
	pg_atomic_fetch_add_u32(&aud_buffer_shared->waiting, 1);
	ConditionVariablePrepareToSleep(&aud_buffer_shared->moved);
	while (aud_buffer_tail() < until && !is_over(patience, &end))
	{
		aud_buffer_wake_writer();
		ConditionVariableTimedSleep(&aud_buffer_shared->moved,
									WAIT_STEP_MS,
									wait_event);
	}
	ConditionVariableCancelSleep();
	pg_atomic_fetch_sub_u32(&aud_buffer_shared->waiting, 1);
	/* what woke us may have been for whoever called */
	SetLatch(MyLatch);
	RESUME_INTERRUPTS();
	return end;
}

/* head may be stale, which only means that we wake a little early. */
static AudWaitEnd
wait_for_bytes(uint64 need, uint64 usable, Patience *patience)
{
	uint64     until = aud_ring_head(aud_buffer_header) + need;
	AudWaitEnd end;

	until -= Min(until, usable);
	end = wait_for_tail(until,
						patience,
						aud_compat_wait_event(&wait_event_full,
											  "SecauditBufferFull"));
	pg_atomic_fetch_add_u64(&aud_buffer_shared->wait_us,
							(uint64) (GetCurrentTimestamp() - patience->began));
	return end;
}

/* At a shutdown walsenders outlive the writer, which comes back no more. */
static bool
outlives_writer(void)
{
	return am_walsender && aud_buffer_shared->writer_pid == 0;
}

AudWaitEnd
aud_buffer_wait_for_space(uint64 need, uint64 usable)
{
	Patience patience;

	if (outlives_writer())
		return AUD_WAIT_INTERRUPTED;
	if (aud_outage_is_on() && !may_block())
		return AUD_WAIT_OUTAGE; /* and no wait to be counted */
	pg_atomic_fetch_add_u64(&aud_buffer_shared->waits, 1);
	begin_patience(&patience);
	return wait_for_bytes(need, usable, &patience);
}

AudWaitEnd
aud_buffer_wait_to_begin(uint64 need, uint64 usable)
{
	Patience patience;

	begin_patience(&patience);
	patience.serves = true;
	return wait_for_bytes(need, usable, &patience);
}

bool
aud_buffer_is_durable(uint64_t pos)
{
	return aud_buffer_tail() >= pos;
}

static AudWaitEnd
wait_durable(uint64 pos, bool in_spite)
{
	Patience patience;

	if (aud_buffer_tail() >= pos)
		return AUD_WAIT_REACHED;
	if (MyProc == NULL || outlives_writer())
		return AUD_WAIT_INTERRUPTED;
	begin_patience(&patience);
	patience.least_us = LEAST_SYNC_US;
	if (in_spite)
	{
		patience.on_outage = false;
		patience.serves = true;
	}
	return wait_for_tail(pos,
						 &patience,
						 aud_compat_wait_event(&wait_event_durable,
											   "SecauditDurable"));
}

AudWaitEnd
aud_buffer_wait_durable(uint64_t pos)
{
	return wait_durable(pos, false);
}

AudWaitEnd
aud_buffer_wait_durable_in_spite(uint64_t pos)
{
	return wait_durable(pos, true);
}
