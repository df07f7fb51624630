/*-------------------------------------------------------------------------
 *
 * single.c
 *	  Single-user mode: there is no worker, so the process drains the ring
 *	  itself, when it is worth its while and at its end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#include "buffer/buffer.h"
#include "writer/drain.h"
#include "writer/writer.h"

static bool begun;
static bool draining;

static void
finish(int code, Datum arg)
{
	draining = true;
	if (begun && !aud_drain_finish())
		ereport(LOG,
				errmsg("the audit trail could not be completed"),
				errdetail(
					"What is in the audit buffer will be written at the next start."));
}

static void
drain(void)
{
	MemoryContext before;

	/* What the writer itself appends must not make it write again. */
	if (draining)
		return;
	draining = true;
	before = MemoryContextSwitchTo(TopMemoryContext);
	if (!begun)
	{
		begun = aud_drain_begin();
		if (begun)
			before_shmem_exit(finish, (Datum) 0);
	}
	if (begun)
		(void) aud_drain_round();
	MemoryContextSwitchTo(before);
	draining = false;
}

void
aud_writer_serve_single_user(void)
{
	if (!IsPostmasterEnvironment)
		aud_buffer_drain_here(drain);
}
