/*-------------------------------------------------------------------------
 *
 * main.c
 *	  The background worker that drains the buffer into the trail.
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
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "buffer/file.h"
#include "server/compat.h"
#include "server/guc.h"
#include "server/processes.h"
#include "writer/drain.h"
#include "writer/promotion.h"
#include "writer/reload.h"
#include "writer/state.h"
#include "writer/writer.h"

/* After a failure it tries again this often. */
#define RETRY_MS 1000
/* At shutdown it looks this often whether the others are gone. */
#define SHUTDOWN_POLL_MS 50
/* Attempts at the last batch before it is left for the next start. */
#define LAST_TRIES 3

PGDLLEXPORT void aud_writer_main(Datum arg);

static uint32 wait_event_idle;

void
aud_writer_register(void)
{
	BackgroundWorker worker;

	aud_writer_serve_single_user();
	memset(&worker, 0, sizeof(worker));
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_PostmasterStart;
	worker.bgw_restart_time = 1;
	strlcpy(worker.bgw_library_name, "secaudit", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name,
			"aud_writer_main",
			sizeof(worker.bgw_function_name));
	strlcpy(worker.bgw_name, "secaudit writer", sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, "secaudit writer", sizeof(worker.bgw_type));
	RegisterBackgroundWorker(&worker);
}

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
sleep_idle(void)
{
	aud_buffer_set_idle(true);
	if (ring_is_empty() && !is_urgent())
		nap(aud_compose_idle_ms());
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
rest(bool failing)
{
	if (failing)
		wait_for_retry();
	else if (ShutdownRequestPending)
		nap(SHUTDOWN_POLL_MS);
	else
	{
		if (ring_is_empty())
			sleep_idle();
		if (!ring_is_empty())
			linger();
	}
}

static void
finish(void)
{
	for (int i = 0; i < LAST_TRIES; i++)
	{
		if (aud_drain_finish())
			return;
		nap(RETRY_MS);
	}
	ereport(LOG,
			errmsg("the audit trail could not be completed before shutdown"),
			errdetail(
				"What is in the audit buffer will be written at the next start."));
}

static void
detach(int code, Datum arg)
{
	aud_buffer_detach_writer();
}

/* Some settings hold for a file as a whole. */
static void
reload(void)
{
	int integrity = aud_config->integrity;
	int file_mode = aud_config->file_mode;

	ConfigReloadPending = false;
	aud_writer_reload();
	if (integrity != aud_config->integrity || file_mode != aud_config->file_mode)
		aud_drain_rotate("config");
}

void
aud_writer_main(Datum arg)
{
	bool begun = false;

	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	aud_buffer_attach_writer();
	before_shmem_exit(detach, 0);

	while (!ShutdownRequestPending || aud_processes_others_run())
	{
		if (ConfigReloadPending)
			reload();
		aud_writer_watch_promotion();
		if (aud_stat_take_rotate())
			aud_drain_rotate("request");
		if (!begun)
			begun = aud_drain_begin();
		rest(!begun || !aud_drain_round());
	}
	if (begun)
		finish();

	/*
	 * Not 0: that would mean that we are no longer wanted, and if it was not
	 * a shutdown but somebody who terminated us, the postmaster must start us
	 * again.
	 */
	proc_exit(1);
}
