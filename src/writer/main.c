/*-------------------------------------------------------------------------
 *
 * main.c
 *	  Who drains the buffer into the trail: the background worker, or, in
 *	  single-user mode, the process itself.
 *
 * It runs from the start of the postmaster, on a standby too, and needs no
 * database.  Records are taken in batches: one write, one fdatasync, then the
 * buffer's tail moves.  Whoever waits, for space or for durability, waits for
 * that, and all of them share the one fdatasync.
 *
 * At shutdown every process gets SIGTERM at once, and the postmaster waits
 * until all of them are gone.  The writer uses that: it goes on until no other
 * process could still append, so that the last session's end is recorded.
 *
 * In single-user mode there is no worker, so the process drains the ring when
 * it is worth its while, and at its end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "buffer/buffer.h"
#include "buffer/outage.h"
#include "core/class.h"
#include "record/record.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/processes.h"
#include "writer/alert.h"
#include "writer/compose.h"
#include "writer/config.h"
#include "writer/drain.h"
#include "writer/retention.h"
#include "writer/role_settings.h"
#include "writer/shared.h"
#include "writer/writer.h"

/* After a failure it tries again this often. */
#define RETRY_MS 1000
/* At shutdown it looks this often whether the others are gone. */
#define SHUTDOWN_POLL_MS 50
/* The last batch is tried this often. */
#define LAST_RETRY_MS 200

PGDLLEXPORT void aud_writer_main(Datum arg);

static uint32 wait_event_idle;

static bool
ring_is_empty(void)
{
	return aud_buffer_head() == aud_buffer_position()->tail;
}

/* Is there a reason not to wait for the rest of flush_interval? */
static bool
is_urgent(void)
{
	uint64 used = aud_buffer_head() - aud_buffer_position()->tail;

	return aud_buffer_has_waiters() || used > aud_buffer_header->ring_size / 8 ||
		   ShutdownRequestPending || ConfigReloadPending;
}

static void
nap(long ms)
{
	(void) WaitLatch(MyLatch,
					 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 ms,
					 aud_compat_wait_event(&wait_event_idle,
										   "SecauditWriterMain"));
	ResetLatch(MyLatch);
}

/* Sleep until there is something in the ring. */
static void
sleep_idle(const AudWriter *w)
{
	aud_buffer_set_idle(true);
	if (ring_is_empty() && !is_urgent())
		nap(aud_compose_idle_ms(w));
	aud_buffer_set_idle(false);
}

/* Let records gather for flush_interval, unless something is urgent. */
static void
linger(void)
{
	TimestampTz deadline =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(),
									aud_config->flush_interval_ms);

	while (!is_urgent())
	{
		long left =
			TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);

		if (left <= 0)
			break;
		nap(left);
	}
}

/* Those who wait set our latch again and again; that makes no disk larger. */
static void
wait_for_retry(void)
{
	TimestampTz deadline =
		TimestampTzPlusMilliseconds(GetCurrentTimestamp(), RETRY_MS);

	while (!ShutdownRequestPending && GetCurrentTimestamp() < deadline)
		nap(RETRY_MS);
	if (ShutdownRequestPending)
		nap(SHUTDOWN_POLL_MS);
}

static void
rest(const AudWriter *w, bool failing)
{
	if (failing)
		wait_for_retry();
	else if (ShutdownRequestPending)
		nap(SHUTDOWN_POLL_MS);
	else
	{
		if (ring_is_empty())
			sleep_idle(w);
		if (!ring_is_empty())
			linger();
	}
}

/*
 * The last batch, tried until there is an outage: secaudit.failure_timeout is
 * how long a stop may wait for a disk that fails.
 */
static void
finish(AudWriter *w)
{
	while (!aud_drain_finish(w))
	{
		if (aud_outage_is_on())
		{
			ereport(LOG,
					errmsg("the audit trail could not be completed before shutdown"),
					errdetail(
						"What is in the audit buffer will be written at the next start."));
			return;
		}
		nap(LAST_RETRY_MS);
	}
}

static void
detach(int code, Datum arg)
{
	aud_buffer_detach_writer();
}

/* Some settings hold for a file as a whole. */
static void
reload(AudWriter *w)
{
	int integrity = aud_config->integrity;
	int file_mode = aud_config->file_mode;

	ConfigReloadPending = false;
	aud_config_reload();
	aud_alert_config_files();
	if (integrity != aud_config->integrity || file_mode != aud_config->file_mode)
		w->rotate = "config";
	aud_retention_retry(w);
}

/*
 * Has the server been promoted since the last call?  No hook says so, and the
 * trigger file needs no session, so the writer, which runs on a standby as
 * well, looks each time it wakes up.
 */
static void
watch_promotion(void)
{
	static bool   was_standby;
	bool          is_standby = aud_processes_are_standby();
	AudEventFacts facts = {
		.event = "config",
		.class = "config",
		.command = "PROMOTE",
		.outcome = AUD_OUTCOME_SUCCESS,
		.duration_us = -1,
		.dont_wait = true, /* for room that only we can make */
	};

	/* after an outage there is none yet; then in the next round */
	if (was_standby && !is_standby && !aud_buffer_has_room())
		return;
	if (was_standby && !is_standby &&
		(aud_config->log_classes & AUD_CLASS_CONFIG) != 0)
	{
		facts.when = GetCurrentTimestamp();
		aud_record_event(&facts);
	}
	was_standby = is_standby;
}

/* True: the trail has begun, by this writer or by the one before it. */
static bool
begin(AudWriter *w)
{
	if (!aud_drain_begin(w))
		return false;
	if (w->start_reason != NULL && !ShutdownRequestPending)
		aud_role_settings_start();
	return true;
}

void
aud_writer_main(Datum arg)
{
	AudWriter *w = aud_drain_make_writer();
	bool       begun = false;

	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	aud_buffer_attach_writer();
	before_shmem_exit(detach, 0);
	MemoryContextSwitchTo(w->round);

	while (!ShutdownRequestPending || aud_processes_others_run())
	{
		if (ConfigReloadPending)
			reload(w);
		watch_promotion();
		if (aud_writer_take_rotate())
			w->rotate = "request";
		if (!begun)
			begun = begin(w);
		rest(w, !begun || !aud_drain_round(w));
	}
	if (begun)
		finish(w);

	/*
	 * Not 0: that would mean that we are no longer wanted, and if it was not
	 * a shutdown but somebody who terminated us, the postmaster must start us
	 * again.
	 */
	proc_exit(1);
}

/* Single-user mode: made when there is something to write. */
static AudWriter *single;
static bool       single_is_busy;

static void
finish_single(int code, Datum arg)
{
	single_is_busy = true;
	if (!aud_drain_finish(single))
		ereport(LOG,
				errmsg("the audit trail could not be completed"),
				errdetail(
					"What is in the audit buffer will be written at the next start."));
}

static void
drain_single(void)
{
	static bool begun;

	/* What the writer itself appends must not make it write again. */
	if (single_is_busy)
		return;
	single_is_busy = true;
	if (single == NULL)
		single = aud_drain_make_writer();
	if (!begun)
	{
		begun = aud_drain_begin(single);
		if (begun)
			before_shmem_exit(finish_single, (Datum) 0);
	}
	if (aud_writer_take_rotate())
		single->rotate = "request";
	if (begun)
		(void) aud_drain_round(single);
	single_is_busy = false;
}

void
aud_writer_register(void)
{
	BackgroundWorker worker;

	if (!IsPostmasterEnvironment)
		aud_buffer_drain_here(drain_single);
	aud_processes_describe(&worker, "aud_writer_main", "secaudit writer");
	worker.bgw_start_time = BgWorkerStart_PostmasterStart;
	worker.bgw_restart_time = 1;
	RegisterBackgroundWorker(&worker);
}
