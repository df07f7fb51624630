/*-------------------------------------------------------------------------
 *
 * outage.c
 *	  An outage: the trail could not be written for secaudit.failure_timeout.
 *
 * No lock: whoever holds one could be stopped.  The kind is the state; what
 * goes with it is set before, by one who may lose the race, which then is off
 * by the time between two who found out together.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <signal.h>

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"

#include "buffer/outage.h"
#include "buffer/ring.h"
#include "server/clock.h"
#include "server/guc.h"

/* The server log gets no more than one beginning in this time. */
#define LOG_EVERY_US (1000 * 1000)

AudOutageShared *aud_outage_shared;

/* In the postmaster alone: the outage during which a process has crashed. */
static AudOutage kept_kind;
static uint64    kept_since;
static uint64    kept_lost_before;

size_t
aud_outage_shmem_size(void)
{
	return sizeof(AudOutageShared);
}

/*
 * The postmaster gives up the old shared memory after a crash: what is in it
 * may be anything then.
 */
static void
keep(int code, Datum arg)
{
	uint32 kind = pg_atomic_read_u32(&aud_outage_shared->kind);

	kept_kind = kind < AUD_OUTAGE_KINDS ? (AudOutage) kind : AUD_OUTAGE_NONE;
	kept_since = pg_atomic_read_u64(&aud_outage_shared->since);
	kept_lost_before = pg_atomic_read_u64(&aud_outage_shared->lost_before);
}

void
aud_outage_shmem_init(void)
{
	AudOutageShared *shared;
	bool             found;

	shared = ShmemInitStruct("secaudit outage", sizeof(*shared), &found);
	aud_outage_shared = shared;
	if (found)
		return;
	pg_atomic_init_u32(&shared->kind, kept_kind);
	pg_atomic_init_u32(&shared->failing, 0);
	pg_atomic_init_u64(&shared->since, kept_since);
	pg_atomic_init_u64(&shared->lost_before, kept_lost_before);
	pg_atomic_init_u64(&shared->count, kept_kind != AUD_OUTAGE_NONE ? 1 : 0);
	pg_atomic_init_u64(&shared->logged_at, 0);
	pg_atomic_init_flag(&shared->shutdown_asked);
	/* no child of the postmaster inherits this */
	on_shmem_exit(keep, (Datum) 0);
}

const char *
aud_outage_name(AudOutage kind)
{
	static const char *const names[] = {
		[AUD_OUTAGE_NONE] = "",
		[AUD_OUTAGE_CANNOT_WRITE] = "cannot_write",
		[AUD_OUTAGE_STALLED] = "writer_stalled",
		[AUD_OUTAGE_NO_WRITER] = "no_writer",
	};

	return names[kind];
}

void
aud_outage_set_failing(bool failing)
{
	pg_atomic_write_u32(&aud_outage_shared->failing, failing ? 1 : 0);
}

bool
aud_outage_is_failing(void)
{
	return pg_atomic_read_u32(&aud_outage_shared->failing) != 0;
}

static uint64
count_lost(void)
{
	uint64 lost = 0;

	for (int i = 0; i < AUD_LOSS_KINDS; i++)
		lost += pg_atomic_read_u64(&aud_buffer_header->lost[i]);
	return lost;
}

/* What the policy does with it, as an answer to "and now?". */
static const char *
consequence(void)
{
	switch (aud_config->on_failure)
	{
		case AUD_ON_FAILURE_BLOCK:
			return "The parameter \"secaudit.on_failure\" is set to \"block\": statements wait when the audit buffer is full.";
		case AUD_ON_FAILURE_ERROR:
			return "The parameter \"secaudit.on_failure\" is set to \"error\": statements are refused, except those of superusers.";
		case AUD_ON_FAILURE_SHUTDOWN:
			return "The parameter \"secaudit.on_failure\" is set to \"shutdown\": the server stops.";
		case AUD_ON_FAILURE_OVERWRITE:
			return "The parameter \"secaudit.on_failure\" is set to \"overwrite\": the oldest files are removed if the volume is full, else records that do not fit into the audit buffer are lost and counted.";
		default:
			return "The parameter \"secaudit.on_failure\" is set to \"continue\": records that do not fit into the audit buffer are lost and counted.";
	}
}

/*
 * For the server log only: the process that finds out may be anybody's session,
 * and its client has nothing to do with it.
 */
static void
report(AudOutage kind, int writer_pid)
{
	if (kind == AUD_OUTAGE_STALLED)
		ereport(LOG_SERVER_ONLY,
				errmsg("the audit trail is not being written: the writer has done nothing for %d ms",
					   aud_config->failure_timeout_ms),
				errdetail("%s", consequence()),
				errhint("Process %d may be stopped, or wait for a disk that does not answer.",
						writer_pid),
				errhidestmt(true),
				errhidecontext(true));
	else if (kind == AUD_OUTAGE_NO_WRITER)
		ereport(LOG_SERVER_ONLY,
				errmsg("the audit trail is not being written: there is no writer"),
				errdetail("%s", consequence()),
				errhint("The writer needs one of max_worker_processes."),
				errhidestmt(true),
				errhidecontext(true));
	else
		ereport(LOG_SERVER_ONLY,
				errmsg("the audit trail is not being written: every attempt has failed for %d ms",
					   aud_config->failure_timeout_ms),
				errdetail("%s", consequence()),
				errhint("The server log and secaudit.status() have the cause."),
				errhidestmt(true),
				errhidecontext(true));
}

static bool
may_log(uint64 now)
{
	uint64 last = pg_atomic_read_u64(&aud_outage_shared->logged_at);

	return (last == 0 || now < last || now - last >= LOG_EVERY_US) &&
		   pg_atomic_compare_exchange_u64(&aud_outage_shared->logged_at,
										  &last,
										  now);
}

void
aud_outage_begin(AudOutage kind, uint64 tail_seen, int writer_pid)
{
	AudOutageShared *shared = aud_outage_shared;
	uint64           now = (uint64) aud_clock_unix_us();
	uint32           none = AUD_OUTAGE_NONE;

	if (aud_outage_is_on())
		return;
	pg_atomic_write_u64(&shared->since, now);
	pg_atomic_write_u64(&shared->lost_before, count_lost());
	if (!pg_atomic_compare_exchange_u32(&shared->kind, &none, kind))
		return;

	/*
	 * The writer moves tail first and ends the outage after that.  So if tail
	 * is still where it was, the end is yet to come; if not, it may have come
	 * before our beginning, which then is to be taken back.
	 */
	if (aud_ring_tail(aud_buffer_header) != tail_seen)
	{
		pg_atomic_write_u32(&shared->kind, AUD_OUTAGE_NONE);
		return;
	}
	pg_atomic_fetch_add_u64(&shared->count, 1);
	if (may_log(now))
		report(kind, writer_pid);
	if (aud_config->on_failure == AUD_ON_FAILURE_SHUTDOWN)
		aud_outage_shut_down();
}

void
aud_outage_facts(AudOutageFacts *facts)
{
	AudOutageShared *shared = aud_outage_shared;

	facts->kind = (AudOutage) pg_atomic_read_u32(&shared->kind);
	pg_read_barrier();
	facts->since = (int64) pg_atomic_read_u64(&shared->since);
	facts->lost = count_lost() - pg_atomic_read_u64(&shared->lost_before);
	facts->count = pg_atomic_read_u64(&shared->count);
}

bool
aud_outage_end(AudOutageFacts *facts)
{
	pg_memory_barrier(); /* after tail, see aud_outage_begin */
	if (!aud_outage_is_on())
		return false;
	aud_outage_facts(facts);
	pg_atomic_write_u32(&aud_outage_shared->kind, AUD_OUTAGE_NONE);
	return true;
}

void
aud_outage_shut_down(void)
{
	if (PostmasterPid == 0 ||
		!pg_atomic_test_set_flag(&aud_outage_shared->shutdown_asked))
		return;
	ereport(LOG_SERVER_ONLY,
			errmsg("stopping the server because the audit trail cannot be written"),
			errdetail(
				"The parameter \"secaudit.on_failure\" is set to \"shutdown\"."),
			errhidestmt(true),
			errhidecontext(true));
	kill(PostmasterPid, SIGINT);
}
