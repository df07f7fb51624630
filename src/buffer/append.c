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

#include "miscadmin.h"
#include "storage/proc.h"

#include "buffer/buffer.h"
#include "buffer/inflight.h"
#include "buffer/wait.h"
#include "server/clock.h"
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

/* Room that the records of most statements need: see aud_buffer_wait_for_room. */
#define STATEMENT_ROOM (16 * 1024)

/* Position after the last record of this process. */
static uint64 my_last;

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

static void
put(const char *line, size_t len, pg_crc32c bytes_crc)
{
	aud_ring_append(aud_buffer_header, line, len, bytes_crc);
	my_last = aud_buffer_header->head;
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

void
aud_buffer_count_lost(AudLoss reason, uint64_t records)
{
	aud_ring_count_lost(aud_buffer_header,
						reason,
						records,
						(uint64) aud_clock_unix_us());
	pg_atomic_fetch_add_u64(&aud_buffer_shared->lost[reason], records);
}

static AudStatus
count_loss(AudLoss reason)
{
	aud_buffer_count_lost(reason, 1);
	return AUD_LOST;
}

/* It cannot go into the ring. */
static AudStatus
give_up(const char *line, size_t len)
{
	if (aud_config->on_failure != AUD_ON_FAILURE_ERROR &&
		aud_config->on_failure != AUD_ON_FAILURE_BLOCK)
		return count_loss(AUD_LOSS_FULL);

	/*
	 * Nothing but what was admitted before, or by a superuser, gets here; with
	 * "block", what was cancelled while it waited, and logins.
	 */
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
		put(line, len, bytes_crc);
	LWLockRelease(aud_buffer_shared->lock);
	return done;
}

static AudStatus
append_slowly(const char *line, size_t len, pg_crc32c bytes_crc)
{
	if (MyProc == NULL)
		return count_loss(AUD_LOSS_BUSY);

	while (aud_buffer_wait_for_space(AUD_FRAME_SPACE(len), usable_size()) ==
		   AUD_WAIT_REACHED)
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
	if (aud_buffer_header == NULL ||
		(IsPostmasterEnvironment && !IsUnderPostmaster))
		return AUD_LOST;
	if (len > Min(AUD_RECORD_MAX, aud_buffer_header->ring_size / 4))
		return count_loss(AUD_LOSS_OVERSIZE);

	/* Half of the checksum's work needs no lock. */
	crc = aud_ring_bytes_crc(line, len);

	if (!lock_ring())
		return count_loss(AUD_LOSS_BUSY);
	if (!fits(AUD_FRAME_SPACE(len)))
	{
		LWLockRelease(aud_buffer_shared->lock);
		return append_slowly(line, len, crc);
	}
	put(line, len, crc);
	used = aud_buffer_header->head - aud_buffer_tail();
	LWLockRelease(aud_buffer_shared->lock);

	if (worth_waking(used))
		aud_buffer_wake_writer();
	return AUD_OK;
}

uint64_t
aud_buffer_head(void)
{
	return aud_ring_head(aud_buffer_header);
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

	crc = aud_ring_bytes_crc(line, len);
	if (put_if_fits(line, len, crc))
		return true;
	(void) count_loss(AUD_LOSS_FULL);
	return false;
}

bool
aud_buffer_has_room(void)
{
	return fits(STATEMENT_ROOM);
}

AudWaitEnd
aud_buffer_wait_for_room(void)
{
	if (aud_buffer_has_room())
		return AUD_WAIT_REACHED;
	return aud_buffer_wait_to_begin(STATEMENT_ROOM, usable_size());
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
