/*-------------------------------------------------------------------------
 *
 * shmem.c
 *	  The server's hooks for shared memory, calling what a table lists.
 *
 * AddinShmemInitLock is held for ShmemInitStruct() alone: a start() may read
 * files, wait for a disk and end in FATAL, and whoever holds that lock would
 * take every other extension with it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "server/shmem.h"

static shmem_request_hook_type next_shmem_request;
static shmem_startup_hook_type next_shmem_startup;

static const AudShmemPart *parts;
static int                 n_parts;

static void
aud_shmem_request(void)
{
	if (next_shmem_request)
		next_shmem_request();

	for (int i = 0; i < n_parts; i++)
	{
		if (parts[i].size)
			RequestAddinShmemSpace(parts[i].size());
		if (parts[i].tranche)
			RequestNamedLWLockTranche(parts[i].tranche, 1);
	}
}

static void
aud_shmem_startup(void)
{
	if (next_shmem_startup)
		next_shmem_startup();

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (int i = 0; i < n_parts; i++)
		if (parts[i].init)
			parts[i].init();
	LWLockRelease(AddinShmemInitLock);

	for (int i = 0; i < n_parts; i++)
		if (parts[i].start)
			parts[i].start();
}

void
aud_shmem_install(const AudShmemPart *table, int n)
{
	parts = table;
	n_parts = n;
	next_shmem_request = shmem_request_hook;
	shmem_request_hook = aud_shmem_request;
	next_shmem_startup = shmem_startup_hook;
	shmem_startup_hook = aud_shmem_startup;
}
