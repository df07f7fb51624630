/*-------------------------------------------------------------------------
 *
 * drain.c
 *	  From the buffer to the disk: a round of writing, and what follows from
 *	  how it went.
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
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/check.h"
#include "buffer/deletions.h"
#include "buffer/outage.h"
#include "core/shape.h"
#include "trail/logs.h"
#include "writer/alert.h"
#include "writer/compose.h"
#include "writer/drain.h"
#include "writer/fault.h"
#include "writer/files.h"
#include "writer/on_failure.h"
#include "writer/retention.h"
#include "writer/shared.h"
#include "writer/wal_head.h"

/* Room for what a batch may hold: see aud_batch_fill. */
#define BATCH_ROOM (8 * 1024 * 1024)

/* A changed buffer file is told no more often. */
#define BUFFER_TOLD_MS 1000

/* Bytes that the file has when the batch is in it. */
static uint64
size_with_batch(const AudWriter *w)
{
	uint64 before = w->file_is_safe ? aud_buffer_position()->file_size : 0;

	return before + aud_batch_bytes(&w->batch);
}

/* Say so once if new files are not for the group that they are meant for. */
static void
watch_group(AudWriter *w)
{
	if (w->file.group_errno != 0 && !w->group_told)
		aud_alert_group(w->file.name, w->file.group_errno);
	w->group_told = w->file.group_errno != 0;
}

/*
 * Write and sync the batch, to a new file if none is open.  On failure,
 * *doubt says what the file may hold now.
 */
static bool
write_batch(AudWriter *w, AudTrailTail *doubt)
{
	*doubt = AUD_TAIL_REPEATED;
	if (w->file.fd < 0)
	{
		if (!aud_trail_create(&w->file, w->next_no, w->next_name))
		{
			aud_on_failure_report(w, "create a file");
			return false;
		}
		w->file_is_safe = false;
		w->file_began = GetCurrentTimestamp();
		watch_group(w);
	}
	if (!aud_trail_write(&w->file, w->batch.start, aud_batch_bytes(&w->batch)))
	{
		aud_on_failure_report(w, "write a file");
		return false;
	}
	if (!aud_trail_sync(&w->file))
	{
		aud_on_failure_report(w, "fsync a file");
		*doubt = AUD_TAIL_UNSYNCED;
		return false;
	}
	if (!aud_files_is_size(w, size_with_batch(w)))
	{
		errno = EBUSY;
		aud_on_failure_report(w, "write a file alone");
		*doubt = AUD_TAIL_FOREIGN;
		return false;
	}
	return true;
}

/*
 * The batch is not on disk: see to it that it can be tried again.  Returns
 * true if that may be done at once, because only the old file is known bad.
 */
static bool
prepare_retry(AudWriter *w, AudTrailTail doubt)
{
	bool was_safe = w->file.fd >= 0 && w->file_is_safe;

	w->open_reason = "fault";
	aud_fault_note(w,
				   doubt == AUD_TAIL_FOREIGN ? "file_changed" : "write_failed",
				   NULL);
	if (was_safe)
	{
		w->next_no = w->file.no + 1;
		w->tail = doubt;
		w->batch_waits = true;
		aud_trail_close(&w->file);
	}
	else
		aud_trail_discard(&w->file);

	if (w->batch_waits)
		aud_compose_late_open(w);
	return was_safe;
}

/* Where the trail stands with this batch. */
static void
move_position(AudWriter *w)
{
	AudPosition *after = &w->batch.after;

	after->file_size = size_with_batch(w);
	after->file_lines =
		(w->file_is_safe ? after->file_lines : 0) + w->batch.lines;
	after->file_no = w->file.no;
	strlcpy(after->file_name, w->file.name, sizeof(after->file_name));
	after->stopped = w->own.stop;
	after->file_closed = w->own.close != NULL;
	/* what others have put there is noted, not just written over */
	w->buffer_changed |= aud_buffer_check();
	/* The first loss that is reported next is the first one from now on. */
	if (w->own.gap)
		aud_ring_reset_lost_from(aud_buffer_header);
	aud_ring_set_position(aud_buffer_header, after);
}

/*
 * A checkpoint is on disk: have a copy of the head in the WAL.  Where nothing
 * but checkpoints was written since the last one, there is no need: an idle
 * server must not make WAL that archive_timeout then archives.
 */
static void
settle_checkpoint(AudWriter *w)
{
	w->checkpoint_at = GetCurrentTimestamp();
	w->checkpoint_seq = w->batch.after.chain.seq;
	if (w->wal_is_behind && w->batch.hashed &&
		aud_wal_head_write(&w->batch.after.chain))
		w->wal_is_behind = false;
}

/* audit.gap and its alert follow in the next batch. */
static void
count_damaged(const AudWriter *w)
{
	char text[128];

	if (w->batch.damaged == 0)
		return;
	aud_buffer_count_lost(AUD_LOSS_DAMAGED, w->batch.damaged);
	snprintf(text,
			 sizeof(text),
			 UINT64_FORMAT
			 " damaged records in the audit buffer file were left out",
			 w->batch.damaged);
	aud_on_failure_warn(text);
}

/* The batch is on disk: make that known, and do what waited for it. */
static void
settle_batch(AudWriter *w)
{
	const AudBatchOwn *own = &w->own;

	move_position(w);
	count_damaged(w);
	aud_buffer_wake_waiters();

	w->file_is_safe = true;
	w->next_no = w->file.no + 1;
	w->batch_waits = false;
	w->tail = AUD_TAIL_NONE;
	w->repeats = 0;
	w->after_fault = false;
	w->other.log[0] = '\0';
	if (own->fault)
		w->fault.reason = NULL;
	if (w->batch.lines > 1 || !own->checkpoint)
		w->wal_is_behind = true;
	if (own->start)
		w->start_reason = NULL;
	if (aud_deletions_next(aud_buffer_header, NULL) != NULL)
	{
		aud_deletions_remove_recorded(aud_buffer_header,
									  w->batch.after.chain.seq);
		w->looked_at = 0; /* there may be more to delete */
	}
	if (own->checkpoint)
		settle_checkpoint(w);
	if (own->close != NULL)
	{
		aud_trail_close(&w->file);
		w->open_reason = own->close;
		w->rotate = NULL;
		w->looked_at = 0;
	}
	aud_on_failure_over(w);
	aud_writer_note_batch(&w->batch.after,
						  w->batch.lines,
						  aud_batch_bytes(&w->batch));
}

/* Between attempts: what secaudit.on_failure says. */
static void
act_on_failure(AudWriter *w)
{
	AudFailureAction action;

	aud_on_failure_report_losses(w);
	action = aud_on_failure_decide(w);
	if (action == AUD_FAILURE_WAIT)
		return;
	aud_outage_begin(AUD_OUTAGE_CANNOT_WRITE,
					 aud_buffer_position()->tail,
					 MyProcPid);
	aud_buffer_wake_waiters();
	/* The postmaster stops the others; we go on trying until they are gone. */
	if (action == AUD_FAILURE_SHUTDOWN)
		aud_outage_shut_down();
	else if (action == AUD_FAILURE_OVERWRITE)
		aud_retention_make_room(w);
}

/*
 * The buffer file's header, changed by others.  Said at once, then again only
 * after a while, with what was changed meanwhile; but not later than the stop.
 */
static void
watch_buffer(AudWriter *w)
{
	TimestampTz now;

	w->buffer_changed |= aud_buffer_check();
	if (w->buffer_changed == 0)
		return;
	now = GetCurrentTimestamp();
	if (!w->stopping &&
		now < TimestampTzPlusMilliseconds(w->buffer_told_at, BUFFER_TOLD_MS))
		return;
	aud_alert_buffer(w->buffer_changed);
	w->buffer_changed = 0;
	w->buffer_told_at = now;
}

static bool
write_round(AudWriter *w)
{
	AudTrailTail doubt;

	watch_buffer(w);
	if (w->failing_since != 0)
		act_on_failure(w);
	if (!w->batch_waits)
	{
		if (!aud_files_check(w))
			return false;
		aud_retention_look_over(w);
		if (!aud_compose_batch(w))
			return true;
	}
	while (!write_batch(w, &doubt))
		if (!prepare_retry(w, doubt))
			return false;
	settle_batch(w);
	return true;
}

bool
aud_drain_round(AudWriter *w)
{
	MemoryContext before = MemoryContextSwitchTo(w->round);
	bool          ok = write_round(w);

	MemoryContextSwitchTo(before);
	MemoryContextReset(w->round);
	return ok;
}

bool
aud_drain_finish(AudWriter *w)
{
	w->stopping = true;
	while (!aud_buffer_position()->stopped)
		if (!aud_drain_round(w))
			return false;
	return true;
}

AudWriter *
aud_drain_make_writer(void)
{
	MemoryContext life = AllocSetContextCreate(TopMemoryContext,
											   "secaudit writer",
											   ALLOCSET_DEFAULT_SIZES);
	AudWriter    *w = MemoryContextAllocZero(life, sizeof(*w));
	AudError      err = {0};

	w->round = AllocSetContextCreate(life,
									 "secaudit writer round",
									 ALLOCSET_DEFAULT_SIZES);
	w->file.fd = -1;
	aud_batch_init(&w->batch,
				   MemoryContextAllocHuge(life,
										  AUD_BATCH_HEADROOM + BATCH_ROOM + 1),
				   BATCH_ROOM,
				   MemoryContextAlloc(life, AUD_RECORD_MAX));
	w->hasher = aud_hasher_new(&err);
	if (w->hasher == NULL)
		ereport(ERROR,
				errcode(ERRCODE_INTERNAL_ERROR),
				errmsg("could not set up hashing for the audit trail: %s",
					   err.message));
	return w;
}

static uint64
count_waiting_records(void)
{
	char    *storage = palloc(AUD_RECORD_MAX);
	uint64   pos = aud_buffer_position()->tail;
	uint64   count = 0;
	AudTaken taken;

	while (aud_ring_next(aud_buffer_header, pos, storage, AUD_RECORD_MAX, &taken))
	{
		pos = taken.next;
		if (aud_shape_is_record(storage, taken.len, aud_buffer_log_id()))
			count++;
	}
	pfree(storage);
	return count;
}

/* Has another server written to the directory since this one did? */
static bool
find_other(AudWriter *w)
{
	if (!aud_trail_find_before(aud_buffer_log_id(), w->hasher, &w->other))
	{
		aud_on_failure_report(w, "read a file");
		return false;
	}
	if (w->other.log[0] != '\0')
		ereport(LOG,
				errmsg("audit trail \"%s\" follows trail \"%s\" in the same directory",
					   aud_buffer_log_id(),
					   w->other.log),
				errdetail("That one's newest file is \"%s\", its last record has the number " UINT64_FORMAT
						  ".",
						  w->other.file,
						  w->other.chain.seq));
	return true;
}

static bool
begin(AudWriter *w)
{
	AudRecovery recovery;
	AudPosition position;
	bool        clean;

	if (w->failing_since != 0)
		act_on_failure(w);
	if (!aud_trail_recover(aud_buffer_header, w->hasher, &recovery))
	{
		aud_on_failure_report(w, "read a file");
		return false;
	}

	position = recovery.position;
	clean = position.stopped || position.file_no == 0;
	position.stopped = false;
	if (!aud_retention_recover(&position))
	{
		aud_on_failure_report(w, "look at a file");
		return false;
	}
	if (!find_other(w))
		return false;
	w->next_no = recovery.next_file_no;
	w->tail = recovery.tail;
	w->repeats = recovery.repeats;
	w->open_reason = clean ? "start" : "crash";
	if (aud_writer_has_written())
		w->open_reason = "writer";
	else
		w->start_reason = clean ? "normal" : "crash";
	aud_ring_set_position(aud_buffer_header, &position);
	aud_fault_check_start(w, &position);
	w->batch.found_to = aud_buffer_head();
	w->recovered = count_waiting_records();
	return true;
}

bool
aud_drain_begin(AudWriter *w)
{
	MemoryContext before = MemoryContextSwitchTo(w->round);
	bool          ok = begin(w);

	MemoryContextSwitchTo(before);
	MemoryContextReset(w->round);
	return ok;
}
