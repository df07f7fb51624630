/*-------------------------------------------------------------------------
 *
 * shared.c
 *	  What the writer shows the others, and what they ask of it.
 *
 * Ordinary shared memory: all of it begins anew with a crash of the server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "server/clock.h"
#include "server/compat.h"
#include "server/interrupts.h"
#include "writer/shared.h"
#include "writer/writer.h"

/* Who waits for a new file wakes the writer again after this long. */
#define WAIT_STEP_MS 200

typedef struct AudWriterShared
{
	LWLock           *lock;    /* protects the rest */
	ConditionVariable written; /* a batch is on disk */

	bool          has_written; /* any since the server started? */
	bool          rotate;      /* has somebody asked for a new file? */
	AudWriterStat stat;
} AudWriterShared;

static AudWriterShared *shared;

static uint32 wait_event_rotate;

size_t
aud_writer_shmem_size(void)
{
	return sizeof(AudWriterShared);
}

void
aud_writer_shmem_init(void)
{
	bool found;

	shared = ShmemInitStruct("secaudit writer", sizeof(AudWriterShared), &found);
	if (found)
		return;
	memset(shared, 0, sizeof(*shared));
	shared->lock = &GetNamedLWLockTranche(AUD_WRITER_TRANCHE)->lock;
	ConditionVariableInit(&shared->written);
}

void
aud_writer_stat(AudWriterStat *stat)
{
	LWLockAcquire(shared->lock, LW_SHARED);
	*stat = shared->stat;
	LWLockRelease(shared->lock);
	stat->pid = aud_buffer_writer_pid();
}

bool
aud_writer_has_written(void)
{
	return shared->has_written;
}

void
aud_writer_note_batch(const AudPosition *position, uint64 lines, uint64 bytes)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->has_written = true;
	shared->stat.records += lines;
	shared->stat.bytes += bytes;
	shared->stat.batches++;
	shared->stat.seq = position->chain.seq;
	shared->stat.file_bytes = position->file_size;
	strlcpy(shared->stat.file, position->file_name, sizeof(shared->stat.file));
	LWLockRelease(shared->lock);
	ConditionVariableBroadcast(&shared->written);
}

void
aud_writer_note_error(const char *text)
{
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->stat.errors++;
	strlcpy(shared->stat.last_error, text, sizeof(shared->stat.last_error));
	shared->stat.last_error_at = aud_clock_unix_us();
	LWLockRelease(shared->lock);
}

bool
aud_writer_take_rotate(void)
{
	bool rotate;

	/* The writer asks often; who asks for a file wakes it afterwards. */
	if (!*(volatile bool *) &shared->rotate)
		return false;
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	rotate = shared->rotate;
	shared->rotate = false;
	LWLockRelease(shared->lock);
	return rotate;
}

/* Is another file being written than the one before? */
static bool
has_changed(const AudWriterStat *before)
{
	AudWriterStat now;

	aud_writer_stat(&now);
	return strcmp(before->file, now.file) != 0;
}

bool
aud_writer_rotate(int timeout_ms)
{
	TimestampTz deadline =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(), timeout_ms);
	AudWriterStat before;
	bool          changed;

	aud_writer_stat(&before);
	LWLockAcquire(shared->lock, LW_EXCLUSIVE);
	shared->rotate = true;
	LWLockRelease(shared->lock);

	ConditionVariablePrepareToSleep(&shared->written);
	while (!(changed = has_changed(&before)) && GetCurrentTimestamp() < deadline)
	{
		aud_buffer_wake_writer();
		/* sees a client that is gone, which the next line may not */
		if (aud_interrupts_pending())
			CHECK_FOR_INTERRUPTS();
		(void)
			ConditionVariableTimedSleep(&shared->written,
										WAIT_STEP_MS,
										aud_compat_wait_event(&wait_event_rotate,
															  "SecauditRotate"));
	}
	ConditionVariableCancelSleep();
	return changed;
}
