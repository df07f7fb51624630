/*-------------------------------------------------------------------------
 *
 * compose.c
 *	  What goes into the next batch, and in which order.
 *
 *	  audit.open        where a file begins
 *	  audit.start       once
 *	  the ring's records
 *	  audit.gap         where records were lost
 *	  audit.expire      before retention deletes a file
 *	  audit.checkpoint  when it is due
 *	  audit.stop, audit.close
 *
 * Nothing here changes what is known: the promise says what is true once the
 * batch is on disk, and writer_drain.c keeps it then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "server/guc.h"
#include "writer/events.h"
#include "writer/state.h"

/* Most bytes of the ring that one batch takes. */
#define BATCH_LIMIT (4 * 1024 * 1024)

/* Checkpoints while nothing happens. */
#define IDLE_CHECKPOINT_MS (60 * 1000)

static bool
is_due(TimestampTz last, int64 ms)
{
	return last == 0 ||
		   GetCurrentTimestamp() >= TimestampTzPlusMilliseconds(last, ms);
}

static bool
add(const AudBuf *body)
{
	return !body->truncated &&
		   aud_batch_add(&aud_w.batch, aud_w.hasher, body->data, body->len);
}

/* The first line of the next file, for a batch with so many repeated ones. */
static void
make_open(AudBuf *out, uint64 repeats)
{
	AudOpenEvent event;

	aud_trail_name(aud_w.next_no, aud_w.next_name);
	event.name = aud_w.next_name;
	event.reason = aud_w.open_reason;
	event.hashed = aud_w.hashed;
	event.before = aud_buffer_position();
	event.tail = aud_w.tail;
	event.repeats = repeats;
	event.seq = aud_w.batch.sealed.seq + 1;
	aud_events_open(out, &event);
}

void
aud_compose_late_open(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	make_open(&out, aud_w.batch.lines - (aud_w.batch.late_open ? 1 : 0));
	aud_batch_set_late_open(&aud_w.batch, aud_w.hasher, out.data, out.len);
}

static void
add_open(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	make_open(&out, 0);
	add(&out);
}

static void
add_start(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_start(&out, aud_w.start_reason, aud_w.recovered);
	aud_w.promise.started = add(&out);
}

/*
 * One audit.gap for each reason.  The counters go on counting meanwhile; what
 * was told of them becomes known in the same instant as that it is on disk.
 */
static void
add_gaps(void)
{
	AudBufferHeader *header = aud_buffer_header;
	char             body[AUD_EVENT_MAX];
	AudBuf           out;

	for (int i = 0; i < AUD_LOSS_KINDS; i++)
	{
		uint64 lost = aud_buffer_untold(i);

		if (lost == 0)
			continue;
		aud_buf_init(&out, body, sizeof(body));
		aud_events_gap(&out,
					   lost,
					   pg_atomic_read_u64(&header->lost_from),
					   pg_atomic_read_u64(&header->lost_to),
					   aud_buffer_loss_name(i));
		if (add(&out))
		{
			aud_w.batch.after.told[i] += lost;
			aud_w.promise.gap = true;
		}
	}
}

static void
add_expired(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	for (int i = 0; i < aud_w.n_expire; i++)
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_expire(&out, &aud_w.expire[i]);
		if (!add(&out))
			break;
		aud_w.promise.expired++;
	}
}

static void
add_checkpoint(const char *reason)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_checkpoint(&out, reason);
	aud_w.promise.checkpoint = add(&out);
}

static void
add_close(const char *reason)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_close(&out, reason);
	if (add(&out))
		aud_w.promise.closed = reason;
}

static void
add_stop(void)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	add_checkpoint("stop");
	aud_buf_init(&out, body, sizeof(body));
	aud_events_stop(&out, "shutdown");
	aud_w.promise.stopped = add(&out);
	add_close("stop");
}

/* Is a checkpoint wanted now?  When active often, else once a minute. */
static const char *
checkpoint_reason(void)
{
	bool active = aud_w.batch.sealed.seq > aud_w.checkpoint_seq;

	if (aud_w.promise.started)
		return "start";
	if (active && is_due(aud_w.checkpoint_at, aud_config->checkpoint_interval_ms))
		return "time";
	if (is_due(aud_w.checkpoint_at, IDLE_CHECKPOINT_MS))
		return "time";
	return NULL;
}

/*
 * What was written last gets its checkpoint after checkpoint_interval, not only
 * when somebody writes again: until then no witness knows of it.
 */
long
aud_compose_idle_ms(void)
{
	TimestampTz due =
		TimestampTzPlusMilliseconds(aud_w.checkpoint_at,
									aud_config->checkpoint_interval_ms);

	if (aud_buffer_position()->chain.seq <= aud_w.checkpoint_seq)
		return IDLE_CHECKPOINT_MS;
	return Min(TimestampDifferenceMilliseconds(GetCurrentTimestamp(), due),
			   IDLE_CHECKPOINT_MS);
}

/* Why should the file end with this batch?  NULL: it should not. */
static const char *
rotation_reason(void)
{
	uint64 bytes = aud_w.batch.out.len;

	if (aud_w.rotate != NULL)
		return aud_w.rotate;
	if (aud_w.file.fd >= 0 && aud_w.file_is_safe)
		bytes += aud_buffer_position()->file_size;
	if (aud_config->rotation_size_kb > 0 &&
		bytes >= (uint64) aud_config->rotation_size_kb * 1024)
		return "rotation";
	if (aud_config->rotation_age_s > 0 && aud_w.file.fd >= 0 &&
		is_due(aud_w.file_began, (int64) aud_config->rotation_age_s * 1000))
		return "rotation";
	return NULL;
}

/* What is nobody's statement but belongs into the trail now. */
static void
add_own(void)
{
	bool        drained = aud_w.batch.after.tail == aud_buffer_head();
	const char *reason;

	add_gaps();
	add_expired();

	if (aud_w.stopping && drained)
	{
		add_stop();
		return;
	}
	reason = rotation_reason();
	if (reason != NULL)
	{
		add_checkpoint("rotation");
		add_close(reason);
	}
	else if ((reason = checkpoint_reason()) != NULL)
		add_checkpoint(reason);
}

bool
aud_compose_batch(void)
{
	AudBatch *batch = &aud_w.batch;

	memset(&aud_w.promise, 0, sizeof(aud_w.promise));
	if (aud_w.file.fd < 0)
		aud_w.hashed = aud_config->integrity != AUD_INTEGRITY_OFF;
	aud_batch_reset(batch, aud_buffer_position(), aud_w.hashed);

	if (aud_w.file.fd < 0 && aud_w.repeats > 0)
	{
		/* One torn record, and nothing else, comes before the open's number */
		aud_batch_fill(batch, aud_w.hasher, 1);
		aud_compose_late_open();
		return true;
	}
	if (aud_w.file.fd < 0)
		add_open();
	if (aud_w.start_reason != NULL)
		add_start();
	aud_batch_fill(batch,
				   aud_w.hasher,
				   Min(BATCH_LIMIT, aud_buffer_header->ring_size / 4));
	add_own();
	return batch->lines > 0;
}
