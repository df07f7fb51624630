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
#include "facts/redact_touched.h"
#include "record/identity.h"
#include "record/record.h"
#include "record/session.h"
#include "record/text.h"
#include "statement/acting.h"
#include "statement/backend.h"
#include "statement/policy.h"
#include "statement/written.h"
#include "statement/xact.h"

/* So many statements of a failed block are recorded one by one. */
#define REFUSED_MAX 16

void
aud_xact_count_record(void)
{
	aud_backend->xact.records++;
}

uint64
aud_xact_records(void)
{
	return aud_backend->xact.records;
}

static AudXactStart
here(void)
{
	AudXactStart start = {.stmt = aud_session_last_stmt(),
						  .records = aud_backend->xact.records};

	return start;
}

/* Does this process act for somebody? */
static bool
is_wanted(void)
{
	return aud_policy_wants_class(AUD_CLASS_TRANSACTION) &&
		   !IsParallelWorker() && !aud_backend->xact.session_over &&
		   (MyProcPort != NULL || MyBackendType == B_BG_WORKER);
}

/*
 * Does this end get a record?  Asked first and cheaply: it is all that a
 * transaction costs where none is wanted.
 */
static inline bool
is_recorded(const AudXactStart *start, bool sub)
{
	const AudXact *xact = &aud_backend->xact;

	if (!is_wanted())
		return false;
	if (xact->records != start->records)
		return true;
	return !sub && (xact->gid[0] != '\0' ||
					TransactionIdIsValid(GetTopTransactionIdIfAny()));
}

/* The texts are small: a savepoint has no name here, a gid up to 200 bytes. */
static void
write_end(const char *command, const AudXactStart *start, bool sub,
		  const AudFailure *failure)
{
	const AudXact *xact = &aud_backend->xact;
	char           detail[GIDSIZE * 6 + 256];
	AudBuf         b;
	AudEventFacts  facts = {
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
	if (xact->gid[0] != '\0' && !sub)
	{
		aud_json_lit_key(&b, "gid");
		facts.redacted = aud_text_append_value(&b, xact->gid, GIDSIZE * 6);
	}
	if (sub)
		aud_json_lit_true(&b, "subtransaction");
	else
		facts.duration_us = GetCurrentTimestamp() - facts.when;
	aud_json_lit_uint(&b, "statements", xact->records - start->records);
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
	AudXact *xact = &aud_backend->xact;

	xact->n_subs = 0;
	xact->gid[0] = '\0';
	xact->top = here();
	aud_acting_transaction_ended();
	aud_written_forget();

	/* a procedure that commits goes on with what it has read */
	if (aud_backend->stack.active == NULL)
		aud_redact_touched_forget();
}

void
aud_xact_set_gid(const char *name)
{
	strlcpy(aud_backend->xact.gid, name, sizeof(aud_backend->xact.gid));
}

void
aud_xact_committed(void)
{
	aud_backend->xact.gid[0] = '\0'; /* COMMIT PREPARED names one of its own */
	record_end("COMMIT", &aud_backend->xact.top, false, NULL);
	begin_anew();
}

void
aud_xact_prepared(void)
{
	record_end("PREPARE TRANSACTION", &aud_backend->xact.top, false, NULL);
	begin_anew();
}

void
aud_xact_aborted(const AudFailure *failure)
{
	record_end("ROLLBACK", &aud_backend->xact.top, false, failure);
	begin_anew();
}

void
aud_xact_sub_started(void)
{
	AudXact *xact = &aud_backend->xact;

	if (xact->n_subs == xact->max_subs)
	{
		int           max = Max(16, xact->max_subs * 2);
		AudXactStart *grown =
			MemoryContextAllocExtended(TopMemoryContext,
									   max * sizeof(AudXactStart),
									   MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);

		if (grown != NULL)
		{
			if (xact->subs != NULL)
			{
				memcpy(grown, xact->subs, xact->max_subs * sizeof(AudXactStart));
				pfree(xact->subs);
			}
			xact->subs = grown;
			xact->max_subs = max;
		}
	}
	if (xact->n_subs < xact->max_subs)
	{
		xact->subs[xact->n_subs] = here();
		xact->subs[xact->n_subs].roles = aud_roles_acting();
	}
	xact->n_subs++; /* counted in any case, so that the others stay in step */
}

void
aud_xact_sub_committed(void)
{
	if (aud_backend->xact.n_subs > 0)
		aud_backend->xact.n_subs--;
}

void
aud_xact_sub_aborted(const AudFailure *failure)
{
	AudXact *xact = &aud_backend->xact;

	if (xact->n_subs == 0)
		return;
	xact->n_subs--;
	if (xact->n_subs >= xact->max_subs)
		return;
	record_end("ROLLBACK", &xact->subs[xact->n_subs], true, failure);
	aud_acting_given_back(xact->subs[xact->n_subs].roles);
}

void
aud_xact_session_ends(const AudFailure *failure)
{
	aud_xact_tell_refused();
	if (IsTransactionOrTransactionBlock() && !IsAbortedTransactionBlockState())
		record_end("ROLLBACK", &aud_backend->xact.top, false, failure);
	aud_backend->xact.session_over = true;
}

void
aud_xact_left_block(void)
{
	begin_anew();
}

bool
aud_xact_refuse(void)
{
	return ++aud_backend->xact.refused <= REFUSED_MAX;
}

void
aud_xact_tell_refused(void)
{
	AudXact                *xact = &aud_backend->xact;
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
	uint64 untold = xact->refused > REFUSED_MAX ? xact->refused - REFUSED_MAX : 0;

	xact->refused = 0;
	if (untold == 0 || !aud_policy_wants_class(AUD_CLASS_ERROR))
		return;
	snprintf(detail, sizeof(detail), ",\"statements\":" UINT64_FORMAT, untold);
	aud_record_event(&facts);
}
