/*-------------------------------------------------------------------------
 *
 * shared.c
 *	  What the writer tells the others, and what they ask of it.
 *
 * Ordinary shared memory: all of it begins anew with a crash of the server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/time.h>

#include "miscadmin.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "writer/state.h"
#include "writer/writer.h"

#define POLL_US (10 * 1000)

typedef struct AudWriterShared
{
	slock_t       mutex;   /* protects the rest */
	bool          started; /* was audit.start written since the start? */
	bool          rotate;  /* has somebody asked for a new file? */
	AudWriterStat stat;
} AudWriterShared;

static AudWriterShared *shared;

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
	SpinLockInit(&shared->mutex);
}

void
aud_writer_stat(AudWriterStat *stat)
{
	SpinLockAcquire(&shared->mutex);
	*stat = shared->stat;
	SpinLockRelease(&shared->mutex);
	stat->pid = aud_buffer_writer_pid();
}

bool
aud_stat_started(void)
{
	return shared->started;
}

void
aud_stat_batch(const AudPosition *position, uint64 lines, uint64 bytes)
{
	SpinLockAcquire(&shared->mutex);
	shared->started = true;
	shared->stat.records += lines;
	shared->stat.bytes += bytes;
	shared->stat.batches++;
	shared->stat.seq = position->chain.seq;
	shared->stat.file_bytes = position->file_size;
	strlcpy(shared->stat.file, position->file_name, sizeof(shared->stat.file));
	SpinLockRelease(&shared->mutex);
}

void
aud_stat_error(const char *text)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	SpinLockAcquire(&shared->mutex);
	shared->stat.errors++;
	strlcpy(shared->stat.last_error, text, sizeof(shared->stat.last_error));
	shared->stat.last_error_at = (int64) tv.tv_sec * 1000000 + tv.tv_usec;
	SpinLockRelease(&shared->mutex);
}

bool
aud_stat_take_rotate(void)
{
	bool rotate;

	SpinLockAcquire(&shared->mutex);
	rotate = shared->rotate;
	shared->rotate = false;
	SpinLockRelease(&shared->mutex);
	return rotate;
}

bool
aud_writer_rotate(int timeout_ms)
{
	TimestampTz deadline =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(), timeout_ms);
	AudWriterStat before;
	AudWriterStat now;

	aud_writer_stat(&before);
	SpinLockAcquire(&shared->mutex);
	shared->rotate = true;
	SpinLockRelease(&shared->mutex);
	do
	{
		aud_buffer_wake_writer();
		pg_usleep(POLL_US);
		CHECK_FOR_INTERRUPTS();
		aud_writer_stat(&now);
		if (strcmp(before.file, now.file) != 0)
			return true;
	} while (GetCurrentTimestamp() < deadline);
	return false;
}
