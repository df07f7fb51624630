/*-------------------------------------------------------------------------
 *
 * writer_drain.c
 *	  From the buffer to the disk: making batches and bringing them home.
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

#include <sys/stat.h>
#include <sys/time.h>

#include "miscadmin.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "buffer.h"
#include "guc.h"
#include "inflight.h"
#include "writer.h"
#include "writer_batch.h"
#include "writer_drain.h"
#include "writer_events.h"

/* Most bytes of the ring that one batch takes. */
#define BATCH_LIMIT (4 * 1024 * 1024)

/* The same trouble is told to the server log this often. */
#define REPEAT_MS (60 * 1000)

typedef struct AudWriterShared
{
	slock_t mutex;   /* protects the rest */
	bool    started; /* was audit.start written since the server started? */
	AudWriterStat stat;
} AudWriterShared;

static AudWriterShared *shared;

/* The writer's own state; position and ring are in the buffer. */
static struct
{
	AudHasher   *hasher;
	AudBatch     batch;
	AudTrailFile file;
	bool         file_is_safe; /* has it ever been synced? */
	bool         batch_waits; /* is there a batch that must be written again? */
	bool         stopping;    /* may the batch end in audit.stop? */
	bool         batch_stops; /* does it? */
	const char  *open_reason; /* of the next file */
	AudTrailTail tail;        /* what the file before the next one holds */
	uint64       repeats;     /* records to be repeated first */
	uint32       next_no;     /* of the next file */
	char         next_name[AUD_TRAIL_NAME_MAX];
	const char  *start_reason; /* NULL: audit.start has been written */
	uint64       recovered;    /* records found in the ring at the start */
	int          unfinished;   /* records of sessions that a crash ended */
	uint64       after_pos;    /* they come after the ring's up to here */
	int          told;         /* how many of them are on disk */
	int          batch_tells;  /* and will be with this batch */
	TimestampTz  told_at;      /* when the log was last told of trouble */
} w;

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

/* Tell the log and the statistics, the log not more than once a minute. */
static void
report_trouble(const char *what)
{
	int            saved = errno;
	TimestampTz    now = GetCurrentTimestamp();
	char           text[sizeof(shared->stat.last_error)];
	struct timeval tv;

	snprintf(text, sizeof(text), "could not %s: %s", what, strerror(saved));
	gettimeofday(&tv, NULL);

	SpinLockAcquire(&shared->mutex);
	shared->stat.errors++;
	strlcpy(shared->stat.last_error, text, sizeof(shared->stat.last_error));
	shared->stat.last_error_at = (int64) tv.tv_sec * 1000000 + tv.tv_usec;
	SpinLockRelease(&shared->mutex);

	if (w.told_at != 0 && now < TimestampTzPlusMilliseconds(w.told_at, REPEAT_MS))
		return;
	w.told_at = now;
	errno = saved;
	ereport(WARNING,
			errcode_for_file_access(),
			errmsg("could not %s in audit trail directory \"%s\": %m",
				   what,
				   aud_config->directory),
			errdetail(
				"Records wait in the audit buffer until they can be written."));
}

/* Put the first line of the next file before or behind what the batch holds. */
static void
open_in_batch(void)
{
	char         body[AUD_EVENT_MAX];
	AudBuf       out;
	AudOpenEvent event = {
		.name = w.next_name,
		.reason = w.open_reason,
		.before = aud_buffer_position(),
		.tail = w.tail,
		.repeats =
			w.batch_waits || w.repeats ? w.batch.lines - w.batch.late_open : 0,
		.seq = w.batch.sealed.seq + 1,
	};

	aud_trail_name(w.next_no, w.next_name);
	aud_buf_init(&out, body, sizeof(body));
	aud_event_open(&out, &event);
	if (event.repeats > 0)
		aud_batch_set_late_open(&w.batch, w.hasher, body, out.len);
	else
		aud_batch_add(&w.batch, w.hasher, body, out.len);
}

static void
add_start(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_event_start(&out, w.start_reason, w.recovered);
	aud_batch_add(&w.batch, w.hasher, body, out.len);
}

static void
add_stop(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_event_stop(&out, "shutdown");
	aud_batch_add(&w.batch, w.hasher, body, out.len);

	aud_buf_init(&out, body, sizeof(body));
	aud_event_close(&out, "stop");
	aud_batch_add(&w.batch, w.hasher, body, out.len);
	w.batch_stops = true;
}

/* What the sessions were doing that a crash ended, as many as fit. */
static void
add_unfinished(void)
{
	char   body[AUD_EVENT_MAX * 4];
	AudBuf out;

	for (w.batch_tells = w.told; w.batch_tells < w.unfinished; w.batch_tells++)
	{
		aud_buf_init(&out, body, sizeof(body));
		if (aud_inflight_record(w.batch_tells, &out) &&
			!aud_batch_add(&w.batch, w.hasher, body, out.len))
			break;
	}
}

/* Put the next batch together.  False if there is nothing to write. */
static bool
make_batch(void)
{
	AudBatch *batch = &w.batch;

	aud_batch_reset(batch, aud_buffer_position());
	w.batch_stops = false;
	w.batch_tells = w.told;
	if (w.file.fd < 0)
	{
		if (w.repeats > 0)
		{
			/* One torn record: it, and nothing else, before the open's number */
			aud_batch_fill(batch, w.hasher, 1);
			open_in_batch();
			return true;
		}
		open_in_batch();
	}
	if (w.start_reason != NULL)
		add_start();
	aud_batch_fill(batch,
				   w.hasher,
				   Min(BATCH_LIMIT, aud_buffer_header->ring_size / 4));
	if (w.told < w.unfinished && batch->after.tail >= w.after_pos)
		add_unfinished();
	if (w.stopping && batch->after.tail == aud_buffer_head() &&
		w.batch_tells == w.unfinished)
		add_stop();
	return batch->lines > 0;
}

/*
 * Write and sync the batch, to a new file if none is open.  On failure,
 * *doubt says what the file may hold now.
 */
static bool
write_batch(AudTrailTail *doubt)
{
	*doubt = AUD_TAIL_REPEATED;
	if (w.file.fd < 0)
	{
		if (!aud_trail_create(&w.file, w.next_no, w.next_name))
		{
			report_trouble("create a file");
			return false;
		}
		w.file_is_safe = false;
	}
	if (!aud_trail_write(&w.file, w.batch.start, aud_batch_bytes(&w.batch)))
	{
		report_trouble("write a file");
		return false;
	}
	if (!aud_trail_sync(&w.file))
	{
		report_trouble("fsync a file");
		*doubt = AUD_TAIL_UNSYNCED;
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
	bool was_safe = w.file.fd >= 0 && w.file_is_safe;

	w.open_reason = "fault";
	if (was_safe)
	{
		w.next_no = w.file.no + 1;
		w.tail = doubt;
		w.batch_waits = true;
		aud_trail_close(&w.file);
	}
	else
		aud_trail_discard(&w.file);

	if (w.batch_waits)
		open_in_batch();
	return was_safe;
}

/* The batch is on disk: make that known. */
static void
settle_batch(void)
{
	AudPosition *after = &w.batch.after;
	bool         same_file = w.file_is_safe;
	uint64       bytes = aud_batch_bytes(&w.batch);

	after->file_size = (same_file ? after->file_size : 0) + bytes;
	after->file_lines = (same_file ? after->file_lines : 0) + w.batch.lines;
	after->file_no = w.file.no;
	strlcpy(after->file_name, w.file.name, sizeof(after->file_name));
	after->stopped = w.batch_stops;
	after->file_closed = w.batch_stops;
	aud_buffer_set_position(after);
	aud_buffer_wake_waiters();

	w.file_is_safe = true;
	w.next_no = w.file.no + 1;
	w.batch_waits = false;
	w.tail = AUD_TAIL_NONE;
	if (w.repeats > 0)
		w.repeats = 0;
	else
		w.start_reason = NULL;
	if (w.told < w.unfinished && w.batch_tells == w.unfinished)
		aud_inflight_forget();
	w.told = w.batch_tells;

	SpinLockAcquire(&shared->mutex);
	shared->started = true;
	shared->stat.records += w.batch.lines;
	shared->stat.bytes += bytes;
	shared->stat.batches++;
	shared->stat.seq = after->chain.seq;
	shared->stat.file_bytes = after->file_size;
	strlcpy(shared->stat.file, after->file_name, sizeof(shared->stat.file));
	SpinLockRelease(&shared->mutex);
}

static bool
write_and_settle(void)
{
	AudTrailTail doubt;

	for (;;)
	{
		if (write_batch(&doubt))
		{
			settle_batch();
			return true;
		}
		if (!prepare_retry(doubt))
			return false;
	}
}

bool
aud_drain_round(void)
{
	if (!w.batch_waits && !make_batch())
		return true;
	return write_and_settle();
}

bool
aud_drain_finish(void)
{
	w.stopping = true;
	while (!aud_buffer_position()->stopped)
		if (!aud_drain_round())
			return false;
	aud_trail_close(&w.file);
	return true;
}

/* Memory and hashing; an error here ends the worker, which starts again. */
static void
set_up(void)
{
	AudError err = {0};
	uint64   limit = Min(BATCH_LIMIT, aud_buffer_header->ring_size / 4);

	if (w.hasher != NULL)
		return;
	w.file.fd = -1;
	aud_batch_init(&w.batch, limit + limit / 2 + 2 * AUD_RECORD_MAX);
	w.hasher = aud_hasher_new(&err);
	if (w.hasher == NULL)
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
	if (!aud_trail_recover(w.hasher, &recovery))
	{
		report_trouble("read a file");
		return false;
	}

	position = recovery.position;
	clean = position.stopped || position.file_no == 0;
	position.stopped = false;
	w.next_no = recovery.next_file_no;
	w.tail = recovery.tail;
	w.repeats = recovery.repeats;
	w.open_reason = clean ? "start" : "crash";
	if (shared->started)
		w.open_reason = "writer";
	else
		w.start_reason = clean ? "normal" : "crash";
	aud_buffer_set_position(&position);
	w.recovered = count_waiting_records();
	w.unfinished = aud_inflight_count();
	w.after_pos = aud_buffer_head();
	return true;
}
