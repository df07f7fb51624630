/*-------------------------------------------------------------------------
 *
 * drain.c
 *	  From the buffer to the disk: bringing batches home.
 *
 * A batch that cannot be written is never appended to the same file again:
 * what that file holds behind the last safe point is doubtful.  It is closed
 * and the batch goes to a new file, the same bytes under the same numbers.
 * A new file in which nothing was ever safe is removed again, so that an hour
 * on a full disk does not leave thousands of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "server/guc.h"
#include "writer/drain.h"
#include "writer/state.h"
#include "writer/witness.h"

/* Room for what a batch may hold: see aud_batch_fill. */
#define BATCH_ROOM (8 * 1024 * 1024)

AudWriter aud_w;

static uint64
count_waiting_records(void)
{
	char    *storage = palloc(AUD_RECORD_MAX);
	uint64   pos = aud_buffer_position()->tail;
	uint64   count = 0;
	AudTaken taken;

	while (aud_buffer_next(pos, storage, AUD_RECORD_MAX, &taken))
	{
		pos = taken.next;
		count++;
	}
	pfree(storage);
	return count;
}

/* Bytes that the file has when the batch is in it. */
static uint64
size_with_batch(void)
{
	uint64 before = aud_w.file_is_safe ? aud_buffer_position()->file_size : 0;

	return before + aud_batch_bytes(&aud_w.batch);
}

/*
 * Write and sync the batch, to a new file if none is open.  On failure,
 * *doubt says what the file may hold now.
 */
static bool
write_batch(AudTrailTail *doubt)
{
	*doubt = AUD_TAIL_REPEATED;
	if (aud_w.file.fd < 0)
	{
		if (!aud_trail_create(&aud_w.file, aud_w.next_no, aud_w.next_name))
		{
			aud_trouble_report("create a file");
			return false;
		}
		aud_w.file_is_safe = false;
		aud_w.file_began = GetCurrentTimestamp();
	}
	if (!aud_trail_write(&aud_w.file,
						 aud_w.batch.start,
						 aud_batch_bytes(&aud_w.batch)))
	{
		aud_trouble_report("write a file");
		return false;
	}
	if (!aud_trail_sync(&aud_w.file))
	{
		aud_trouble_report("fsync a file");
		*doubt = AUD_TAIL_UNSYNCED;
		return false;
	}
	if (!aud_files_is_size(size_with_batch()))
	{
		errno = EBUSY;
		aud_trouble_report("write a file alone");
		*doubt = AUD_TAIL_FOREIGN;
		return false;
	}
	return true;
}

/*
 * The batch did not get home: see to it that it can be tried again.  Returns
 * true if that may be done at once, because only the old file is known bad.
 */
static bool
prepare_retry(AudTrailTail doubt)
{
	bool was_safe = aud_w.file.fd >= 0 && aud_w.file_is_safe;

	aud_w.open_reason = "fault";
	if (was_safe)
	{
		aud_w.next_no = aud_w.file.no + 1;
		aud_w.tail = doubt;
		aud_w.batch_waits = true;
		aud_trail_close(&aud_w.file);
	}
	else
		aud_trail_discard(&aud_w.file);

	if (aud_w.batch_waits)
		aud_compose_late_open();
	return was_safe;
}

/*
 * A checkpoint is on disk: have the WAL witness it.  Where nothing but
 * checkpoints was written since, it need not: an idle server must not make WAL
 * that archive_timeout then archives.
 */
static void
tell_witness(void)
{
	if (aud_w.untold && aud_w.batch.hashed &&
		aud_witness_tell(&aud_w.batch.after.chain))
		aud_w.untold = false;
}

/* What aud_compose_batch() promised for when the batch is on disk. */
static void
keep_promise(void)
{
	const AudPromise *promise = &aud_w.promise;

	if (promise->started)
		aud_w.start_reason = NULL;
	if (promise->expired > 0)
		aud_files_expire(promise->expired);
	if (promise->checkpoint)
	{
		aud_w.checkpoint_at = GetCurrentTimestamp();
		aud_w.checkpoint_seq = aud_w.batch.after.chain.seq;
		tell_witness();
	}
	if (promise->closed != NULL)
	{
		aud_trail_close(&aud_w.file);
		aud_w.open_reason = promise->closed;
		aud_w.rotate = NULL;
		aud_w.looked_at = 0;
	}
}

/* The batch is on disk: make that known. */
static void
settle_batch(void)
{
	AudPosition *after = &aud_w.batch.after;

	after->file_size = size_with_batch();
	after->file_lines =
		(aud_w.file_is_safe ? after->file_lines : 0) + aud_w.batch.lines;
	after->file_no = aud_w.file.no;
	strlcpy(after->file_name, aud_w.file.name, sizeof(after->file_name));
	after->stopped = aud_w.promise.stopped;
	after->file_closed = aud_w.promise.closed != NULL;
	/* The first loss that is told next is the first one from now on. */
	if (aud_w.promise.gap)
		pg_atomic_write_u64(&aud_buffer_header->lost_from, 0);
	aud_buffer_set_position(after);
	if (aud_w.batch.damaged > 0)
		aud_buffer_count_damaged(aud_w.batch.damaged);
	aud_buffer_wake_waiters();

	aud_w.file_is_safe = true;
	aud_w.next_no = aud_w.file.no + 1;
	aud_w.batch_waits = false;
	aud_w.tail = AUD_TAIL_NONE;
	aud_w.repeats = 0;
	if (aud_w.batch.lines > 1 || !aud_w.promise.checkpoint)
		aud_w.untold = true;
	keep_promise();
	aud_trouble_over();
	aud_stat_batch(after, aud_w.batch.lines, aud_batch_bytes(&aud_w.batch));
}

bool
aud_drain_round(void)
{
	AudTrailTail doubt;

	aud_trouble_decide();
	if (!aud_w.batch_waits)
	{
		if (!aud_files_check())
			return false;
		aud_files_look_over();
		if (!aud_compose_batch())
			return true;
	}
	while (!write_batch(&doubt))
		if (!prepare_retry(doubt))
			return false;
	settle_batch();
	return true;
}

bool
aud_drain_finish(void)
{
	aud_w.stopping = true;
	while (!aud_buffer_position()->stopped)
		if (!aud_drain_round())
			return false;
	return true;
}

void
aud_drain_rotate(const char *reason)
{
	aud_w.rotate = reason;
}

/* Memory and hashing; an error here ends the worker, which starts again. */
static void
set_up(void)
{
	AudError err = {0};

	if (aud_w.hasher != NULL)
		return;
	aud_w.file.fd = -1;
	aud_batch_init(&aud_w.batch, BATCH_ROOM);
	aud_w.hasher = aud_hasher_new(&err);
	if (aud_w.hasher == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INTERNAL_ERROR),
				errmsg("could not set up hashing for the audit trail: %s",
					   err.message));
}

bool
aud_drain_begin(void)
{
	AudRecovery recovery;
	AudPosition position;
	bool        clean;

	set_up();
	if (!aud_trail_recover(aud_w.hasher, &recovery))
	{
		aud_trouble_report("read a file");
		return false;
	}

	position = recovery.position;
	clean = position.stopped || position.file_no == 0;
	position.stopped = false;
	aud_w.next_no = recovery.next_file_no;
	aud_w.tail = recovery.tail;
	aud_w.repeats = recovery.repeats;
	aud_w.open_reason = clean ? "start" : "crash";
	if (aud_stat_started())
		aud_w.open_reason = "writer";
	else
		aud_w.start_reason = clean ? "normal" : "crash";
	aud_buffer_set_position(&position);
	aud_w.recovered = count_waiting_records();
	return true;
}
