/*-------------------------------------------------------------------------
 *
 * apply.c
 *	  Logical replication, the receiving side.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "pgstat.h"
#include "replication/logicalworker.h"
#include "replication/worker_internal.h"
#include "storage/ipc.h"
#include "utils/pgstat_internal.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/json_write.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "hooks/hooks.h"
#include "record/record.h"
#include "server/compat.h"
#include "server/safely.h"
#include "statement/apply.h"
#include "statement/policy.h"

/* Room for the tables of a transaction; what does not fit is counted. */
#define OBJECTS_ROOM 5000

static bool started;
static char subscription[NAMEDATALEN];
static char subscription_json[NAMEDATALEN * 6 + 24];

static const char *
kind_of_work(void)
{
	return am_tablesync_worker() ? "TABLE SYNC" : "APPLY";
}

static void
record_event(const char *class, const char *command, const char *detail,
			 const AudFailure *failure, bool may_read_catalog)
{
	AudEventFacts facts = {
		.event = "replication",
		.class = class,
		.when = GetCurrentTimestamp(),
		.outcome = failure != NULL ? AUD_OUTCOME_FAILURE : AUD_OUTCOME_SUCCESS,
		.failure = failure,
		.command = command,
		.identity = aud_identity_now(may_read_catalog)->json,
		.detail = detail,
		.duration_us = -1,
	};

	aud_record_event(&facts);
}

/* before_shmem_exit: the worker ends, because it was told to or by an error. */
static void
worker_ends(int code, Datum arg)
{
	const AudFailure *failure = aud_error_last();

	if (aud_policy_wants_class(AUD_CLASS_REPLICATION))
		record_event("replication",
					 am_tablesync_worker() ? "STOP TABLE SYNC" : "STOP APPLY",
					 subscription_json,
					 code != 0 && failure->sqlstate != 0 ? failure : NULL,
					 false);
}

static void
worker_starts(void)
{
	AudBuf b;

	started = true;
	aud_identity_start();
	aud_names_start();
	strlcpy(subscription, MySubscription->name, sizeof(subscription));
	aud_buf_init(&b, subscription_json, sizeof(subscription_json));
	aud_text_append_member(&b, "subscription", subscription);
	before_shmem_exit(worker_ends, (Datum) 0);
	if (aud_policy_wants_class(AUD_CLASS_REPLICATION))
		record_event("replication",
					 am_tablesync_worker() ? "START TABLE SYNC" : "START APPLY",
					 subscription_json,
					 NULL,
					 true);
}

static int
access_of(const PgStat_TableXactStatus *changes)
{
	int access = 0;

	if (changes->tuples_inserted + changes->inserted_pre_truncdrop > 0)
		access |= AUD_ACCESS_INSERT;
	if (changes->tuples_updated + changes->updated_pre_truncdrop > 0)
		access |= AUD_ACCESS_UPDATE;
	if (changes->tuples_deleted + changes->deleted_pre_truncdrop > 0)
		access |= AUD_ACCESS_DELETE;
	if (changes->truncdropped)
		access |= AUD_ACCESS_TRUNCATE;
	return access;
}

static uint64
rows_of(const PgStat_TableXactStatus *changes)
{
	return changes->tuples_inserted + changes->tuples_updated +
		   changes->tuples_deleted + changes->inserted_pre_truncdrop +
		   changes->updated_pre_truncdrop + changes->deleted_pre_truncdrop;
}

/* False where the table has no room any more. */
static bool
append_table(AudBuf *b, const PgStat_TableXactStatus *changes, size_t start)
{
	const AudRelation *relation =
		aud_names_relation(AUD_TABSTAT_ID(changes->parent));
	size_t before = b->len;

	if (relation == NULL)
		return false;
	aud_buf_cstr(b, b->len == start ? ",\"objects\":[{" : ",{");
	aud_buf_append(b, relation->head, relation->head_len);
	aud_json_lit_key(b, "access");
	aud_access_append(b, access_of(changes));
	aud_buf_char(b, '}');
	if (!b->truncated && aud_buf_room(b) > 64)
		return true;
	b->len = before;
	b->data[before] = '\0';
	b->truncated = false;
	return false;
}

/* The tables of users that this transaction has changed. */
static void
record_changes(void *arg)
{
	PgStat_SubXactStatus *xact = pgstat_get_xact_stack_level(1);
	char                  detail[OBJECTS_ROOM + sizeof(subscription_json)];
	uint64                rows = 0;
	uint64                omitted = 0;
	AudBuf                b;
	size_t                start;

	aud_buf_init(&b, detail, sizeof(detail));
	aud_buf_cstr(&b, subscription_json);
	start = b.len;
	for (PgStat_TableXactStatus *changes = xact->first; changes != NULL;
		 changes = changes->next)
	{
		if (AUD_TABSTAT_ID(changes->parent) < FirstNormalObjectId ||
			access_of(changes) == 0)
			continue;
		rows += rows_of(changes);
		if (!append_table(&b, changes, start))
			omitted++;
	}
	if (b.len == start)
		return;
	aud_buf_char(&b, ']');
	if (omitted > 0)
		aud_json_lit_uint(&b, "objects_omitted", omitted);
	aud_json_lit_uint(&b, "rows", rows);
	record_event("write", kind_of_work(), detail, NULL, true);
}

void
aud_apply_committing(void)
{
	if (!IsLogicalWorker() || MySubscription == NULL)
		return;
	if (!started)
		worker_starts();
	if (aud_policy_wants_class(AUD_CLASS_WRITE))
		aud_safely(record_changes, NULL);
}
