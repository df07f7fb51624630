/*-------------------------------------------------------------------------
 *
 * append.c
 *	  Appending to the ring, and what becomes of a record that cannot be.
 *
 * Appenders take one LWLock, copy a frame and move head.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/time.h>

#include "miscadmin.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/inflight.h"
#include "buffer/shared.h"
#include "server/guc.h"

/* How long a process that must not sleep on a lock tries for it. */
#define BUSY_TRIES    1000
#define BUSY_SLEEP_US 100

/*
 * Room that records of sessions leave for those of the sessions' ends, which
 * a crash makes necessary whether the writer can write or not: so much for
 * each process, in all a fourth of the ring at most.
 */
#define RESERVED_PER_SLOT 2048

AudBufferShared *aud_buffer_shared;

/* Position after the last record of this process. */
static uint64 my_last;

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

	map_file();
}

const char *
aud_buffer_log_id(void)
{
	return aud_buffer_header->log_id;
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
	return aud_buffer_header->head - aud_buffer_tail() + need <= usable_size();
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
		LWLockAcquire(aud_buffer_shared->lock, LW_EXCLUSIVE);
		return true;
	}
	for (int i = 0; i < BUSY_TRIES; i++)
	{
		if (LWLockConditionalAcquire(aud_buffer_shared->lock, LW_EXCLUSIVE))
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
	aud_buffer_shared->appended++;
}

/*
 * At 1/8 the writer has a batch worth its while.  Without one, the first
 * record counts too, to find out early whether it can be written at all.
 */
static inline bool
worth_waking(uint64 used)
{
	return (aud_buffer_drains_here() && aud_buffer_shared->appended == 1) ||
		   used > aud_buffer_header->ring_size / 8 ||
		   pg_atomic_read_u32(&aud_buffer_shared->idle) != 0;
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
	pg_atomic_fetch_add_u64(&aud_buffer_shared->lost[reason], records);
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

	LWLockAcquire(aud_buffer_shared->lock, LW_EXCLUSIVE);
	done = fits(AUD_FRAME_SPACE(len));
	if (done)
		put_frame(line, len, bytes_crc);
	LWLockRelease(aud_buffer_shared->lock);
	return done;
}

static AudStatus
append_slowly(const char *line, size_t len, pg_crc32c bytes_crc)
{
	if (MyProc == NULL)
		return count_loss(AUD_LOSS_BUSY);

	pg_atomic_fetch_add_u64(&aud_buffer_shared->waits, 1);
	while (aud_buffer_wait_for_space(AUD_FRAME_SPACE(len), usable_size()))
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
	if (aud_buffer_shared == NULL ||
		(IsPostmasterEnvironment && !IsUnderPostmaster))
		return AUD_LOST;
	if (len > Min(AUD_RECORD_MAX, aud_buffer_header->ring_size / 4))
		return count_loss(AUD_LOSS_OVERSIZE);

	/* Half of the checksum's work needs no lock. */
	crc = aud_bytes_crc(line, len);

	if (!lock_ring())
		return count_loss(AUD_LOSS_BUSY);
	if (!fits(AUD_FRAME_SPACE(len)))
	{
		LWLockRelease(aud_buffer_shared->lock);
		return append_slowly(line, len, crc);
	}
	put_frame(line, len, crc);
	used = aud_buffer_header->head - aud_buffer_tail();
	LWLockRelease(aud_buffer_shared->lock);

	if (worth_waking(used))
		aud_buffer_wake_writer();
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
	uint64           used = header->head - aud_buffer_tail();

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
aud_buffer_stat(AudBufferStat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->tail = aud_buffer_tail();
	stat->head = aud_buffer_head();
	stat->size = aud_buffer_header->ring_size;
	stat->appended = *(volatile uint64 *) &aud_buffer_shared->appended;
	stat->waits = pg_atomic_read_u64(&aud_buffer_shared->waits);
	stat->wait_us = pg_atomic_read_u64(&aud_buffer_shared->wait_us);
	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		stat->lost[i] = pg_atomic_read_u64(&aud_buffer_shared->lost[i]);
}
