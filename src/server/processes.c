/*-------------------------------------------------------------------------
 *
 * processes.c
 *	  The server's other processes, and the state that all of them share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "miscadmin.h"
#include "replication/walsender.h"
#include "replication/walsender_private.h"
#include "storage/proc.h"

#include "server/processes.h"

#define LIBRARY "secaudit"

/* Walsenders outlive the rest: the shutdown checkpoint has to reach standbys. */
static bool
is_walsender(int pid)
{
	for (int i = 0; i < max_wal_senders; i++)
		if (WalSndCtl->walsnds[i].pid == pid)
			return true;
	return false;
}

/*
 * The owner of the latch is asked for, not the PGPROC's pid: on 15 that one
 * stays behind when its process has gone.
 */
bool
aud_processes_others_run(void)
{
	for (int i = 0; i < MaxBackends; i++)
	{
		PGPROC *proc = &ProcGlobal->allProcs[i];
		int     pid = *(volatile int *) &proc->procLatch.owner_pid;

		if (pid != 0 && pid != MyProcPid && !is_walsender(pid))
			return true;
	}
	return false;
}

bool
aud_processes_are_standby(void)
{
	return GetRecoveryState() == RECOVERY_STATE_ARCHIVE;
}

bool
aud_processes_is_own(void)
{
	return MyBgworkerEntry != NULL &&
		   strcmp(MyBgworkerEntry->bgw_library_name, LIBRARY) == 0;
}

void
aud_processes_describe(BackgroundWorker *worker, const char *function,
					   const char *name)
{
	memset(worker, 0, sizeof(*worker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS;
	strlcpy(worker->bgw_library_name, LIBRARY, sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name,
			function,
			sizeof(worker->bgw_function_name));
	strlcpy(worker->bgw_name, name, sizeof(worker->bgw_name));
	strlcpy(worker->bgw_type, name, sizeof(worker->bgw_type));
}
