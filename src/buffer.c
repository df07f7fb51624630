/*-------------------------------------------------------------------------
 *
 * buffer.c
 *	  The ring: append, wait, and the writer's view of it.
 *
 * Appenders take one LWLock, copy a frame and move head.  The writer reads
 * what lies between tail and head without the lock: those bytes are its own
 * until it moves tail.  It moves tail only when they are safely in a file, so
 * "there is space" and "it is on disk" are the same news, and one counter.
 *
 * The lock and the condition variable live in ordinary shared memory, which a
 * crash of any process makes new; head, tail and the records live in the
 * mapped file, which outlives all of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/time.h>

#include "miscadmin.h"
#include "storage/condition_variable.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "buffer.h"
#include "buffer_file.h"
#include "buffer_pages.h"
#include "guc.h"
#include "inflight.h"
#include "pg_compat.h"

/* How long a process that must not sleep on a lock tries for it. */
#define BUSY_TRIES    1000
#define BUSY_SLEEP_US 100

/* A waiter looks again after this long even if nobody woke it. */
#define WAIT_STEP_MS 100

/*
 * A writer that reports no trouble but moves nothing for so many times
 * failure_timeout counts as broken too: its disk may hang in the kernel.
 */
#define STALL_FACTOR 6

/*
 * Room that records of sessions leave for those of the sessions' ends, which
 * a crash makes necessary whether the writer can write or not: so much for
 * each process, in all a fourth of the ring at most.
 */
#define RESERVED_PER_SLOT 2048

typedef struct AudBufferShared
{
	LWLock           *lock;  /* protects the mapped head */
	ConditionVariable moved; /* tail has moved */

	pg_atomic_uint32 waiting; /* processes that wait for tail to move */
	pg_atomic_uint32 idle;    /* does the writer want to be woken at once? */
	pg_atomic_uint32 broken;  /* has the trail failed for failure_timeout? */

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

static AudBufferShared *shared;

/* In single-user mode, what takes the writer's place. */
static void (*drain_here)(void);

/* Position after the last record of this process. */
static uint64 my_last;

static uint32 wait_event_full;
static uint32 wait_event_durable;

const char *
aud_buffer_loss_name(AudLoss loss)
{
	static const char *const names[] = {
		[AUD_LOSS_NONE] = "none",
		[AUD_LOSS_FULL] = "buffer_full",
		[AUD_LOSS_OVERSIZE] = "record_too_large",
		[AUD_LOSS_BUSY] = "buffer_busy",
		[AUD_LOSS_DAMAGED] = "buffer_damaged",
		[AUD_LOSS_LOGGED] = "written_to_server_log",
	};

	return names[loss];
}

size_t
aud_buffer_shmem_size(void)
{
	return sizeof(AudBufferShared);
}

/* The slots are emptied into the ring before they can change their size. */
static void
map_file(void)
{
	uint64 ring_size = TYPEALIGN(8, (uint64) aud_config->buffer_size_kb * 1024);
	uint32 slot_size = aud_inflight_slot_size();
	uint32 slot_count = aud_inflight_slot_count();
	bool   first = aud_buffer_file_open(ring_size, slot_size, slot_count);

	aud_inflight_startup();
	if (first)
		aud_buffer_file_resize(ring_size, slot_size, slot_count);
}

void
aud_buffer_shmem_init(void)
{
	bool found;

	shared = ShmemInitStruct("secaudit buffer", sizeof(AudBufferShared), &found);
	if (found)
		return;

	memset(shared, 0, sizeof(*shared));
	shared->lock = &GetNamedLWLockTranche(AUD_BUFFER_TRANCHE)->lock;
	ConditionVariableInit(&shared->moved);
	pg_atomic_init_u32(&shared->waiting, 0);
	pg_atomic_init_u32(&shared->idle, 0);
	pg_atomic_init_u32(&shared->broken, 0);
	pg_atomic_init_u64(&shared->waits, 0);
	pg_atomic_init_u64(&shared->wait_us, 0);
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		pg_atomic_init_u64(&shared->lost[i], 0);

	map_file();
}

const char *
aud_buffer_log_id(void)
{
	return aud_buffer_header->log_id;
}

static uint64
tail_now(void)
{
	return pg_atomic_read_u64(&aud_buffer_header->tail);
}

/* Bytes of the ring that records of sessions may take. */
static uint64
usable_size(void)
{
	const AudBufferHeader *header = aud_buffer_header;
	uint64 reserved = (uint64) header->slot_count * RESERVED_PER_SLOT;

	return header->ring_size - Min(reserved, header->ring_size / 4);
}

static bool
fits(uint64 need)
{
	return aud_buffer_header->head - tail_now() + need <= usable_size();
}

/*
 * Take the lock.  A process that has no PGPROC (not yet, or no longer) cannot
 * queue for it: it tries for a tenth of a second and then gives up.
 */
static bool
lock_ring(void)
{
	if (MyProc != NULL)
	{
		LWLockAcquire(shared->lock, LW_EXCLUSIVE);
		return true;
	}
	for (int i = 0; i < BUSY_TRIES; i++)
	{
		if (LWLockConditionalAcquire(shared->lock, LW_EXCLUSIVE))
			return true;
		pg_usleep(BUSY_SLEEP_US);
	}
	return false;
}

/*
 * Copy first, then publish.  A process killed anywhere in here leaves head
 * where it was, so the writer never sees half a record; that is why nothing
 * below may move head before the last byte is in place.
 */
static void
put_frame(const char *line, size_t len, pg_crc32c bytes_crc)
{
	AudBufferHeader *header = aud_buffer_header;
	AudFrame         frame;

	frame.pos = header->head;
	frame.len = (uint32) len;
	frame.crc = aud_frame_crc(bytes_crc, frame.pos, frame.len);
	aud_ring_extend(AUD_FRAME_SPACE(len));
	aud_ring_put(&frame, line);
	pg_write_barrier();
	header->head += AUD_FRAME_SPACE(len);
	my_last = header->head;
	aud_inflight_appended();
	shared->appended++;
}

void
aud_buffer_wake_writer(void)
{
	Latch *latch = shared->writer_latch;

	if (drain_here != NULL)
	{
		drain_here();
		return;
	}
	pg_atomic_write_u32(&shared->idle, 0);
	if (latch != NULL)
		SetLatch(latch);
}

/*
 * At 1/8 the writer has a batch worth its while.  Without one, the first
 * record counts too, to find out early whether it can be written at all.
 */
static inline bool
worth_waking(uint64 used)
{
	return (drain_here != NULL && shared->appended == 1) ||
		   used > aud_buffer_header->ring_size / 8 ||
		   pg_atomic_read_u32(&shared->idle) != 0;
}

static void
count_losses(AudLoss reason, uint64 records)
{
	struct timeval tv;
	uint64         now;
	uint64         none = 0;

	gettimeofday(&tv, NULL);
	now = (uint64) tv.tv_sec * 1000000 + (uint64) tv.tv_usec;
	pg_atomic_compare_exchange_u64(&aud_buffer_header->lost_from, &none, now);
	pg_atomic_write_u64(&aud_buffer_header->lost_to, now);
	pg_atomic_fetch_add_u64(&aud_buffer_header->lost[reason], records);
	pg_atomic_fetch_add_u64(&shared->lost[reason], records);
}

static AudStatus
count_loss(AudLoss reason)
{
	count_losses(reason, 1);
	return AUD_LOST;
}

void
aud_buffer_count_damaged(uint64_t records)
{
	count_losses(AUD_LOSS_DAMAGED, records);
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
	uint64      tail = tail_now();

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
											  (int64) STALL_FACTOR *
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
	pg_atomic_fetch_add_u32(&shared->waiting, 1);
	ConditionVariablePrepareToSleep(&shared->moved);
	while (!(reached = tail_now() >= until) && !is_over(patience))
	{
		aud_buffer_wake_writer();
		ConditionVariableTimedSleep(&shared->moved, WAIT_STEP_MS, wait_event);
	}
	ConditionVariableCancelSleep();
	pg_atomic_fetch_sub_u32(&shared->waiting, 1);
	RESUME_INTERRUPTS();
	return reached;
}

/* The ring is full: wait for need bytes.  False if that is hopeless. */
static bool
wait_for_space(uint64 need, Patience *patience)
{
	uint64      until = aud_buffer_head() + need;
	TimestampTz began = GetCurrentTimestamp();
	bool        ok;

	/* head may be stale, which only means that we wake a little early */
	until -= Min(until, usable_size());
	ok = wait_for_tail(until,
					   patience,
					   aud_wait_event(&wait_event_full, "SecauditBufferFull"));
	pg_atomic_fetch_add_u64(&shared->wait_us,
							(uint64) (GetCurrentTimestamp() - began));
	return ok;
}

/* It cannot go into the ring. */
static AudStatus
give_up(const char *line, size_t len)
{
	if (aud_config->on_failure != AUD_ON_FAILURE_ERROR)
		return count_loss(AUD_LOSS_FULL);

	/* Nothing but what was admitted before, or by a superuser, gets here. */
	ereport(LOG,
			errmsg("audit record: %.*s", (int) len, line),
			errhidestmt(true),
			errhidecontext(true));
	return count_loss(AUD_LOSS_LOGGED);
}

static bool
put_if_fits(const char *line, size_t len, pg_crc32c bytes_crc)
{
	bool done;

	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	done = fits(AUD_FRAME_SPACE(len));
	if (done)
		put_frame(line, len, bytes_crc);
	LWLockRelease(shared->lock);
	return done;
}

static AudStatus
append_slowly(const char *line, size_t len, pg_crc32c bytes_crc)
{
	Patience patience = {0};

	if (MyProc == NULL)
		return count_loss(AUD_LOSS_BUSY);

	pg_atomic_fetch_add_u64(&shared->waits, 1);
	patience.on_broken = aud_config->on_failure != AUD_ON_FAILURE_BLOCK;
	patience.on_die = aud_config->on_failure == AUD_ON_FAILURE_BLOCK;
	while (wait_for_space(AUD_FRAME_SPACE(len), &patience))
	{
		if (put_if_fits(line, len, bytes_crc))
		{
			aud_buffer_wake_writer();
			return AUD_OK;
		}
	}
	return give_up(line, len);
}

AudStatus
aud_buffer_append(const char *line, size_t len)
{
	pg_crc32c crc;
	uint64    used;

	/* The postmaster must not touch the lock: it has to outlive everybody. */
	if (shared == NULL || (IsPostmasterEnvironment && !IsUnderPostmaster))
		return AUD_LOST;
	if (len > Min(AUD_RECORD_MAX, aud_buffer_header->ring_size / 4))
		return count_loss(AUD_LOSS_OVERSIZE);

	/* Half of the checksum's work needs no lock. */
	crc = aud_bytes_crc(line, len);

	if (!lock_ring())
		return count_loss(AUD_LOSS_BUSY);
	if (!fits(AUD_FRAME_SPACE(len)))
	{
		LWLockRelease(shared->lock);
		return append_slowly(line, len, crc);
	}
	put_frame(line, len, crc);
	used = aud_buffer_header->head - tail_now();
	LWLockRelease(shared->lock);

	if (worth_waking(used))
		aud_buffer_wake_writer();
	aud_pages_prepare(my_last, AUD_FRAME_SPACE(len));
	return AUD_OK;
}

uint64_t
aud_buffer_head(void)
{
	uint64 head;

	/* A read of 8 aligned bytes cannot be torn where PostgreSQL 15 runs. */
	head = *(volatile uint64 *) &aud_buffer_header->head;
	pg_read_barrier();
	return head;
}

uint64_t
aud_buffer_my_last(void)
{
	return my_last;
}

bool
aud_buffer_is_durable(uint64_t pos)
{
	return tail_now() >= pos;
}

bool
aud_buffer_wait_durable(uint64_t pos, int timeout_ms)
{
	Patience patience = {.on_die = true};

	if (tail_now() >= pos)
		return true;
	if (MyProc == NULL)
		return false;
	if (timeout_ms >= 0)
		patience.deadline =
			TimestampTzPlusMilliseconds(GetCurrentTimestamp(), timeout_ms);
	return wait_for_tail(pos,
						 &patience,
						 aud_wait_event(&wait_event_durable, "SecauditDurable"));
}

bool
aud_buffer_try_append(const char *line, size_t len)
{
	pg_crc32c crc;

	crc = aud_bytes_crc(line, len);
	return put_if_fits(line, len, crc);
}

bool
aud_buffer_append_alone(const char *line, size_t len)
{
	AudBufferHeader *header = aud_buffer_header;
	uint64           used = header->head - tail_now();

	if (used + AUD_FRAME_SPACE(len) > header->ring_size)
	{
		count_losses(AUD_LOSS_FULL, 1);
		return false;
	}
	put_frame(line, len, aud_bytes_crc(line, len));
	my_last = 0; /* nobody who is forked from here has to wait for it */
	return true;
}

void
aud_buffer_set_broken(bool broken)
{
	pg_atomic_write_u32(&shared->broken, broken ? 1 : 0);
	if (broken)
		aud_buffer_wake_waiters();
}

bool
aud_buffer_is_broken(void)
{
	return shared != NULL && pg_atomic_read_u32(&shared->broken) != 0;
}

void
aud_buffer_stat(AudBufferStat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->tail = tail_now();
	stat->head = aud_buffer_head();
	stat->size = aud_buffer_header->ring_size;
	stat->appended = *(volatile uint64 *) &shared->appended;
	stat->waits = pg_atomic_read_u64(&shared->waits);
	stat->wait_us = pg_atomic_read_u64(&shared->wait_us);
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		stat->lost[i] = pg_atomic_read_u64(&shared->lost[i]);
}

/* Is there an intact frame at pos that ends at or before head? */
static bool
read_frame(uint64 pos, uint64 head, char *storage, size_t cap, size_t *len)
{
	AudFrame  frame;
	pg_crc32c crc;

	if (head - pos < sizeof(frame))
		return false;
	aud_ring_copy_out(pos, &frame, sizeof(frame));
	if (frame.pos != pos || frame.len > cap ||
		AUD_FRAME_SPACE(frame.len) > head - pos)
		return false;

	aud_ring_copy_out(pos + sizeof(frame), storage, frame.len);
	crc = aud_bytes_crc(storage, frame.len);
	*len = frame.len;
	return frame.crc == aud_frame_crc(crc, pos, frame.len);
}

bool
aud_buffer_next(uint64_t pos, char *storage, size_t cap, AudTaken *taken)
{
	uint64 head = aud_buffer_head();

	taken->damaged = 0;
	while (pos < head)
	{
		if (read_frame(pos, head, storage, cap, &taken->len))
		{
			taken->next = pos + AUD_FRAME_SPACE(taken->len);
			return true;
		}
		pos += 8;
		taken->damaged += 8;
	}
	taken->next = pos;
	return false;
}

void
aud_buffer_wake_waiters(void)
{
	if (pg_atomic_read_u32(&shared->waiting) > 0)
		ConditionVariableBroadcast(&shared->moved);
}

bool
aud_buffer_has_waiters(void)
{
	return pg_atomic_read_u32(&shared->waiting) > 0;
}

void
aud_buffer_attach_writer(void)
{
	shared->writer_pid = MyProcPid;
	shared->writer_latch = MyLatch;
}

void
aud_buffer_detach_writer(void)
{
	shared->writer_latch = NULL;
	shared->writer_pid = 0;
}

void
aud_buffer_set_idle(bool idle)
{
	pg_atomic_write_u32(&shared->idle, idle ? 1 : 0);
	pg_memory_barrier();
}

int
aud_buffer_writer_pid(void)
{
	return shared->writer_pid;
}

void
aud_buffer_drain_here(void (*drain)(void))
{
	drain_here = drain;
}
