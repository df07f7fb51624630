/*-------------------------------------------------------------------------
 *
 * drain.c
 *	  The writer's side of the ring: read it, be woken, wake others.
 *
 * The writer reads what lies between tail and head without the lock: those
 * bytes are its own until it moves tail.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "buffer/shared.h"

/* In single-user mode, what takes the writer's place. */
static void (*drain_here)(void);

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
