/*-------------------------------------------------------------------------
 *
 * compose.c
 *	  What goes into the next batch, and in which order.
 *
 *	  audit.open        where a file begins
 *	  alert             of a fault that ended the file before
 *	  audit.start       once, and alerts for what is wrong with the buffer
 *	                    file, and for what of the configuration it started
 *	                    without
 *	  the ring's records
 *	  audit.gap         where records were lost, and an alert with it
 *	  audit.expire      for each file that retention has deleted
 *	  audit.checkpoint  when it is due
 *	  audit.stop, audit.close
 *
 * Nothing here changes what is known: w->own says which records of the
 * writer's own the batch holds, and drain.c acts on that once it is on disk.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/deletions.h"
#include "buffer/file.h"
#include "buffer/unfinished.h"
#include "server/config_start.h"
#include "server/guc.h"
#include "writer/compose.h"
#include "writer/events.h"

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
add(AudWriter *w, const AudBuf *body)
{
	return !body->truncated &&
		   aud_batch_add(&w->batch, w->hasher, body->data, body->len);
}

/* The first line of the next file, for a batch with so many repeated ones. */
static void
make_open(AudWriter *w, AudBuf *out, uint64 repeats)
{
	AudOpenEvent event;

	aud_trail_name(w->next_no, w->next_name);
	event.name = w->next_name;
	event.reason = w->open_reason;
	event.hashed = w->hashed;
	event.before = aud_buffer_position();
	event.other = &w->other;
	event.tail = w->tail;
	event.repeats = repeats;
	event.seq = w->batch.sealed.seq + 1;
	event.failure = w->after_fault;
	aud_events_open(out, &event);
}

void
aud_compose_late_open(AudWriter *w)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	make_open(w, &out, w->batch.lines - (w->batch.late_open ? 1 : 0));
	aud_batch_set_late_open(&w->batch, w->hasher, out.data, out.len);
}

static void
add_open(AudWriter *w)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	make_open(w, &out, 0);
	add(w, &out);
}

/* What the server was told, and has started without. */
static void
add_config_alerts(AudWriter *w)
{
	char      body[AUD_EVENT_MAX];
	AudBuf    out;
	ListCell *lc;

	foreach (lc, aud_config_start_problems())
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_alert_config(&out, lfirst(lc));
		(void) add(w, &out);
	}
}

static void
add_fault(AudWriter *w)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert(&out, w->fault.reason, w->fault.file, w->fault.detail);
	w->own.fault = add(w, &out);
}

/* What is wrong with the buffer file that was found. */
static void
add_buffer_alerts(AudWriter *w)
{
	AudSlotsRefused slots = aud_buffer_slots_refused();
	char            body[AUD_EVENT_MAX];
	AudBuf          out;

	if (aud_buffer_file_found() == AUD_BUFFER_DAMAGED)
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_alert_set_aside(&out, aud_buffer_file_set_aside());
		(void) add(w, &out);
	}
	if (slots.invalid > 0)
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_alert_slots(&out, "slots_invalid", slots.invalid);
		(void) add(w, &out);
	}
	if (slots.changed > 0)
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_alert_slots(&out, "slots_changed", slots.changed);
		(void) add(w, &out);
	}
}

static void
add_start(AudWriter *w)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_start(&out, w->start_reason, w->recovered);
	w->own.start = add(w, &out);
	add_buffer_alerts(w);
	add_config_alerts(w);
}

/* For whoever looks for alerts alone. */
static void
add_loss_alert(AudWriter *w, uint64 lost)
{
	AudBufferHeader *header = aud_buffer_header;
	char             body[AUD_EVENT_MAX];
	AudBuf           out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_alert_lost(&out,
						  lost,
						  pg_atomic_read_u64(&header->lost_from),
						  pg_atomic_read_u64(&header->lost_to));
	(void) add(w, &out);
}

/*
 * One audit.gap for each reason.  The counters go on counting meanwhile; what
 * is reported of them counts as reported in the same instant as on disk.
 */
static void
add_gaps(AudWriter *w)
{
	AudBufferHeader *header = aud_buffer_header;
	char             body[AUD_EVENT_MAX];
	AudBuf           out;

	for (int i = 0; i < AUD_LOSS_KINDS; i++)
	{
		uint64 lost = aud_ring_unreported(header, i);

		if (lost == 0)
			continue;
		aud_buf_init(&out, body, sizeof(body));
		aud_events_gap(&out,
					   lost,
					   pg_atomic_read_u64(&header->lost_from),
					   pg_atomic_read_u64(&header->lost_to),
					   aud_buffer_loss_name(i));
		if (add(w, &out))
		{
			w->batch.after.reported[i] += lost;
			w->own.gap = true;
			add_loss_alert(w, lost);
		}
	}
}

static void
add_expired(AudWriter *w)
{
	AudExpiry *entry = NULL;
	char       body[AUD_EVENT_MAX];
	AudBuf     out;

	while ((entry = aud_deletions_next(aud_buffer_header, entry)) != NULL)
	{
		aud_buf_init(&out, body, sizeof(body));
		aud_events_expire(&out, entry);
		if (!add(w, &out))
			break;
		aud_deletions_set_seq(aud_buffer_header, entry, w->batch.sealed.seq);
	}
}

static void
add_checkpoint(AudWriter *w, const char *reason)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_checkpoint(&out, reason);
	w->own.checkpoint = add(w, &out);
}

static void
add_close(AudWriter *w, const char *reason)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	aud_buf_init(&out, body, sizeof(body));
	aud_events_close(&out, reason);
	if (add(w, &out))
		w->own.close = reason;
}

static void
add_stop(AudWriter *w)
{
	char   body[AUD_EVENT_MAX];
	AudBuf out;

	add_checkpoint(w, "stop");
	aud_buf_init(&out, body, sizeof(body));
	aud_events_stop(&out, "shutdown");
	w->own.stop = add(w, &out);
	add_close(w, "stop");
}

/* Is a checkpoint wanted now?  When active often, else once a minute. */
static const char *
checkpoint_reason(AudWriter *w)
{
	bool active = w->batch.sealed.seq > w->checkpoint_seq;

	if (w->own.start)
		return "start";
	if (active && is_due(w->checkpoint_at, aud_config->checkpoint_interval_ms))
		return "time";
	if (is_due(w->checkpoint_at, IDLE_CHECKPOINT_MS))
		return "time";
	return NULL;
}

/*
 * What was written last gets its checkpoint after checkpoint_interval, not only
 * when somebody writes again: until then the WAL does not have it.
 */
long
aud_compose_idle_ms(const AudWriter *w)
{
	TimestampTz due =
		TimestampTzPlusMilliseconds(w->checkpoint_at,
									aud_config->checkpoint_interval_ms);

	if (aud_buffer_position()->chain.seq <= w->checkpoint_seq)
		return IDLE_CHECKPOINT_MS;
	return Min(TimestampDifferenceMilliseconds(GetCurrentTimestamp(), due),
			   IDLE_CHECKPOINT_MS);
}

/* Why should the file end with this batch?  NULL: it should not. */
static const char *
rotation_reason(AudWriter *w)
{
	uint64 bytes = w->batch.out.len;

	if (w->rotate != NULL)
		return w->rotate;
	if (w->file.fd >= 0 && w->file_is_safe)
		bytes += aud_buffer_position()->file_size;
	if (aud_config->rotation_size_kb > 0 &&
		bytes >= (uint64) aud_config->rotation_size_kb * 1024)
		return "rotation";
	if (aud_config->rotation_age_s > 0 && w->file.fd >= 0 &&
		is_due(w->file_began, (int64) aud_config->rotation_age_s * 1000))
		return "rotation";
	return NULL;
}

/* What is nobody's statement but belongs into the trail now. */
static void
add_own(AudWriter *w)
{
	bool        drained = w->batch.after.tail == aud_buffer_head();
	const char *reason;

	add_gaps(w);
	add_expired(w);

	if (w->stopping && drained)
	{
		add_stop(w);
		return;
	}
	reason = rotation_reason(w);
	if (reason != NULL)
	{
		add_checkpoint(w, "rotation");
		add_close(w, reason);
	}
	else if ((reason = checkpoint_reason(w)) != NULL)
		add_checkpoint(w, reason);
}

bool
aud_compose_batch(AudWriter *w)
{
	AudBatch *batch = &w->batch;

	memset(&w->own, 0, sizeof(w->own));
	aud_deletions_restart(aud_buffer_header);
	if (w->file.fd < 0)
		w->hashed = aud_config->integrity != AUD_INTEGRITY_OFF;
	aud_batch_reset(batch, aud_buffer_position(), w->hashed);

	if (w->file.fd < 0 && w->repeats > 0)
	{
		/* One torn record, and nothing else, comes before the open's number */
		aud_batch_fill(batch, aud_buffer_header, w->hasher, 1);
		aud_compose_late_open(w);
		return true;
	}
	if (w->file.fd < 0)
		add_open(w);
	if (w->fault.reason != NULL)
		add_fault(w);
	if (w->start_reason != NULL)
		add_start(w);
	aud_batch_fill(batch,
				   aud_buffer_header,
				   w->hasher,
				   Min(BATCH_LIMIT, aud_buffer_header->ring_size / 4));
	add_own(w);
	return batch->lines > 0;
}
