/*-------------------------------------------------------------------------
 *
 * xact.c
 *	  Transactions and the statements in them.
 *
 * A statement's record is written when the statement ends, long before it is
 * known whether its transaction will commit.  So the end of a transaction is
 * an event of its own that names a range of statement numbers, and the same
 * goes for a subtransaction that is rolled back: a reader drops what lies in
 * the range of an event with command ROLLBACK.
 *
 * The numbers of a session's statements grow, and there is no callback for
 * the start of a transaction: it begins where the one before ended.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/twophase.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/json_write.h"
#include "record/record.h"
#include "record/session.h"
#include "statement/policy.h"
#include "statement/xact.h"

/* So many statements of a failed block are recorded one by one. */
#define REFUSED_MAX 16

/* Where a transaction or subtransaction began. */
typedef struct AudXactStart
{
	uint64 stmt;    /* last statement number before it */
	uint64 records; /* records made before it */
} AudXactStart;

static uint64       records;
static AudXactStart top;

/* Open subtransactions; those past the array's end are not tracked. */
static AudXactStart *subs;
static int           n_subs;
static int           max_subs;

static char   gid[GIDSIZE];
static uint64 refused;
static bool   session_over;

void
aud_xact_count_record(void)
{
	records++;
}

uint64
aud_xact_records(void)
{
	return records;
}

static AudXactStart
here(void)
{
	AudXactStart start = {aud_session_last_stmt(), records};

	return start;
}

/* Does this process act for somebody? */
static bool
is_wanted(void)
{
	return aud_policy_wants_class(AUD_CLASS_TRANSACTION) &&
		   !IsParallelWorker() && !session_over &&
		   (MyProcPort != NULL || MyBackendType == B_BG_WORKER);
}

/*
 * Does this end get a record?  Asked first and cheaply: it is all that a
 * transaction costs where none is wanted.
 */
static inline bool
is_recorded(const AudXactStart *start, bool sub)
{
	if (!is_wanted())
		return false;
	if (records != start->records)
		return true;
	return !sub &&
		   (gid[0] != '\0' || TransactionIdIsValid(GetTopTransactionIdIfAny()));
}

/* The texts are small: a savepoint has no name here, a gid up to 200 bytes. */
static void
write_end(const char *command, const AudXactStart *start, bool sub,
		  const AudFailure *failure)
{
	char          detail[GIDSIZE * 6 + 256];
	AudBuf        b;
	AudEventFacts facts = {
		.event = "transaction",
		.class = "transaction",
		.when = GetCurrentTransactionStartTimestamp(),
		.outcome = failure ? AUD_OUTCOME_FAILURE : AUD_OUTCOME_SUCCESS,
		.failure = failure,
		.command = command,
		.identity = aud_identity_now(false)->json,
		.duration_us = -1,
		.xid = GetTopTransactionIdIfAny(),
	};

	aud_buf_init(&b, detail, sizeof(detail));
	if (gid[0] != '\0' && !sub)
		aud_json_member(&b, "gid", gid, strlen(gid));
	if (sub)
		aud_json_lit_true(&b, "subtransaction");
	else
		facts.duration_us = GetCurrentTimestamp() - facts.when;
	aud_json_lit_uint(&b, "statements", records - start->records);
	if (aud_session_last_stmt() > start->stmt)
	{
		aud_json_lit_uint(&b, "first_stmt", start->stmt + 1);
		aud_json_lit_uint(&b, "last_stmt", aud_session_last_stmt());
	}
	facts.detail = detail;
	aud_record_event(&facts);
}

static inline void
record_end(const char *command, const AudXactStart *start, bool sub,
		   const AudFailure *failure)
{
	if (is_recorded(start, sub))
		write_end(command, start, sub, failure);
}

static void
begin_anew(void)
{
	n_subs = 0;
	gid[0] = '\0';
	top = here();
}

void
aud_xact_set_gid(const char *name)
{
	strlcpy(gid, name, sizeof(gid));
}

void
aud_xact_committed(void)
{
	gid[0] = '\0'; /* that of a COMMIT PREPARED is the statement's own */
	record_end("COMMIT", &top, false, NULL);
	begin_anew();
}

void
aud_xact_prepared(void)
{
	record_end("PREPARE TRANSACTION", &top, false, NULL);
	begin_anew();
}

void
aud_xact_aborted(const AudFailure *failure)
{
	record_end("ROLLBACK", &top, false, failure);
	begin_anew();
}

void
aud_xact_sub_started(void)
{
	if (n_subs == max_subs)
	{
		int           max = Max(16, max_subs * 2);
		AudXactStart *grown =
			MemoryContextAllocExtended(TopMemoryContext,
									   max * sizeof(AudXactStart),
									   MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);

		if (grown != NULL)
		{
			if (subs != NULL)
			{
				memcpy(grown, subs, max_subs * sizeof(AudXactStart));
				pfree(subs);
			}
			subs = grown;
			max_subs = max;
		}
	}
	if (n_subs < max_subs)
		subs[n_subs] = here();
	n_subs++; /* counted in any case, so that the others stay in step */
}

void
aud_xact_sub_committed(void)
{
	if (n_subs > 0)
		n_subs--;
}

void
aud_xact_sub_aborted(const AudFailure *failure)
{
	if (n_subs == 0)
		return;
	n_subs--;
	if (n_subs < max_subs)
		record_end("ROLLBACK", &subs[n_subs], true, failure);
}

void
aud_xact_session_ends(const AudFailure *failure)
{
	aud_xact_tell_refused();
	if (IsTransactionOrTransactionBlock() && !IsAbortedTransactionBlockState())
		record_end("ROLLBACK", &top, false, failure);
	session_over = true;
}

void
aud_xact_left_block(void)
{
	begin_anew();
}

bool
aud_xact_refuse(void)
{
	return ++refused <= REFUSED_MAX;
}

void
aud_xact_tell_refused(void)
{
	static const AudFailure failure = {
		.sqlstate = ERRCODE_IN_FAILED_SQL_TRANSACTION,
		.message = "further statements were refused in a failed transaction",
	};
	char          detail[64];
	AudEventFacts facts = {
		.event = "error",
		.class = "error",
		.when = GetCurrentTimestamp(),
		.outcome = AUD_OUTCOME_FAILURE,
		.failure = &failure,
		.identity = aud_identity_now(false)->json,
		.detail = detail,
		.duration_us = -1,
	};
	uint64 untold = refused > REFUSED_MAX ? refused - REFUSED_MAX : 0;

	refused = 0;
	if (untold == 0 || !aud_policy_wants_class(AUD_CLASS_ERROR))
		return;
	snprintf(detail, sizeof(detail), ",\"statements\":" UINT64_FORMAT, untold);
	aud_record_event(&facts);
}
