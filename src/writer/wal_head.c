/*-------------------------------------------------------------------------
 *
 * wal_head.c
 *	  A copy of the trail's head in the WAL.
 *
 * A trail that was cut at the end of a line agrees with itself.  So at each
 * checkpoint its last record is named in a logical message: every standby and
 * every WAL archive then knows a record that the trail must hold.  The message
 * is what secauditctl verify --expect takes.
 *
 * Only what is on disk is copied, or a power failure would make the server
 * itself look like a forger.  The writer never does it once it has been asked
 * to stop: the WAL may be closed by then.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "access/xloginsert.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "replication/message.h"
#include "storage/condition_variable.h"
#include "storage/lwlock.h"
#include "utils/wait_event.h"

#include "buffer/buffer.h"
#include "server/compat.h"
#include "writer/wal_head.h"

/* The prefix of the messages. */
#define MESSAGE_PREFIX "secaudit"

/* log, number, hash, two colons */
#define MESSAGE_MAX (AUD_LOG_NAME_LEN + AUD_CHAIN_HASH_CHARS + 32)

static bool
may_write_wal(void)
{
	return IsUnderPostmaster && !ShutdownRequestPending && !RecoveryInProgress();
}

static void
insert(const char *message)
{
	XLogRecPtr lsn = AUD_LOG_MESSAGE(MESSAGE_PREFIX, message, strlen(message));

	/* Nobody commits here, so have the WAL writer look after it. */
	XLogSetAsyncXactLSN(lsn);
}

/* An error in here is the database's, which will report it: go on. */
static bool
insert_safely(const char *message)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool done = false;

	PG_TRY();
	{
		insert(message);
		done = true;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		EmitErrorReport();
		FlushErrorState();
		LWLockReleaseAll();
		ConditionVariableCancelSleep();
		pgstat_report_wait_end();
		XLogResetInsertion();
	}
	PG_END_TRY();
	return done;
}

bool
aud_wal_head_write(const AudChain *head)
{
	char h[AUD_CHAIN_HASH_CHARS + 1];
	char message[MESSAGE_MAX];

	if (!may_write_wal())
		return false;
	aud_chain_hash_encode(head->h, h);
	snprintf(message,
			 sizeof(message),
			 "%s:" UINT64_FORMAT ":%s",
			 aud_buffer_log_id(),
			 head->seq,
			 h);
	return insert_safely(message);
}
