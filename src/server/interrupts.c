/*-------------------------------------------------------------------------
 *
 * interrupts.c
 *	  What asks this process to stop, looked at and not served.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "libpq/libpq-be.h"
#include "libpq/libpq.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/timestamp.h"

#include "server/compat.h"
#include "server/interrupts.h"

bool
aud_interrupts_is_starting(void)
{
	return !IsNormalProcessingMode();
}

bool
aud_interrupts_is_ending(void)
{
	return proc_exit_inprogress;
}

/*
 * die() notes the first one whatever the process is doing; the flag that
 * CHECK_FOR_INTERRUPTS() looks at is cleared at the process' end.  Background
 * workers of others often have the second.
 */
static bool
is_terminated(void)
{
	return ProcDiePending || pgStatSessionEndCause == DISCONNECT_KILLED ||
		   ShutdownRequestPending;
}

/*
 * The server asks this every client_connection_check_interval, by default
 * never.  What it finds is put where the server itself puts it.
 */
static bool
has_lost_client(void)
{
	if (ClientConnectionLost)
		return true;
	if (MyProcPort == NULL || FeBeWaitSet == NULL || proc_exit_inprogress ||
		whereToSendOutput != DestRemote || !WaitEventSetCanReportClosed() ||
		pq_check_connection())
		return false;
	ClientConnectionLost = true;
	InterruptPending = true;
	return true;
}

/*
 * The server stops its clock before it commits, where our waits for a commit's
 * records come.
 */
static bool
has_timed_out(void)
{
	return StatementTimeout > 0 && MyProcPort != NULL &&
		   GetCurrentTimestamp() >=
			   TimestampTzPlusMilliseconds(GetCurrentStatementStartTimestamp(),
										   StatementTimeout);
}

bool
aud_interrupts_pending(void)
{
	if (is_terminated())
		return true;
	if (proc_exit_inprogress || !IsNormalProcessingMode())
		return false;
	return QueryCancelPending || AUD_TRANSACTION_TIMED_OUT || has_timed_out() ||
		   has_lost_client();
}
