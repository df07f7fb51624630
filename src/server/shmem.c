/*-------------------------------------------------------------------------
 *
 * shmem.c
 *	  Shared-memory request and start-up hooks: the one place that knows which
 *	  modules own shared memory, and in which order they start.
 *
 * The start-up hook runs in the postmaster, at the start of the server and
 * again after the crash of a backend, when shared memory is made anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "buffer/file.h"
#include "server/shmem.h"
#include "trail/trail.h"
#include "writer/writer.h"

static shmem_request_hook_type next_shmem_request;
static shmem_startup_hook_type next_shmem_startup;

static void
aud_shmem_request(void)
{
	if (next_shmem_request)
		next_shmem_request();

	RequestAddinShmemSpace(aud_buffer_shmem_size());
	RequestAddinShmemSpace(aud_writer_shmem_size());
	RequestNamedLWLockTranche(AUD_BUFFER_TRANCHE, 1);
}

static void
aud_shmem_startup(void)
{
	if (next_shmem_startup)
		next_shmem_startup();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	aud_buffer_shmem_init();
	aud_trail_startup();
	aud_buffer_salvage();
	aud_writer_shmem_init();
	LWLockRelease(AddinShmemInitLock);
}

void
aud_shmem_install(void)
{
	next_shmem_request = shmem_request_hook;
	shmem_request_hook = aud_shmem_request;
	next_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = aud_shmem_startup;
}
