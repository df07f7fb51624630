/*-------------------------------------------------------------------------
 *
 * apply.c
 *	  Rows that background workers write below the executor.
 *
 * The counters are per table and do not tell who wrote; what statements did is
 * in written.c.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "replication/logicalworker.h"
#include "replication/worker_internal.h"
#include "storage/ipc.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/json_write.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "record/fields.h"
#include "record/identity.h"
#include "record/record.h"
#include "record/text.h"
#include "server/safely.h"
#include "server/tables.h"
#include "statement/apply.h"
#include "statement/backend.h"
#include "statement/begin.h"
#include "statement/error.h"
#include "statement/policy.h"
#include "statement/written.h"

/* Room for the tables of a transaction; what does not fit is counted. */
#define OBJECTS_ROOM 5000

static bool
is_replication(void)
{
	return IsLogicalWorker() && MySubscription != NULL;
}

static const char *
kind_of_work(void)
{
	if (!is_replication())
		return "WRITE";
	return am_tablesync_worker() ? "TABLE SYNC" : "APPLY";
}

/* tags: of what it is about, beside those of who acts; NULL: none. */
static void
record_event(const char *class, const char *command, const char *detail,
			 const AudFailure *failure, const AudStmtTags *tags,
			 bool may_read_catalog)
{
	const AudIdentity *who = aud_identity_now(may_read_catalog);
	AudEventFacts      facts = {
			 .event = is_replication() ? "replication" : "worker",
			 .class = class,
			 .when = GetCurrentTimestamp(),
			 .outcome = failure != NULL ? AUD_OUTCOME_FAILURE : AUD_OUTCOME_SUCCESS,
			 .failure = failure,
			 .command = command,
			 .identity = who->json,
			 .detail = detail,
			 .duration_us = -1,
			 .tags = aud_tags_union(tags, aud_marks_acting(who, may_read_catalog)),
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
					 aud_backend->apply.subscription_json,
					 code != 0 && failure->sqlstate != 0 ? failure : NULL,
					 NULL,
					 false);
}

static void
worker_starts(void)
{
	AudApply *apply = &aud_backend->apply;
	AudBuf    b;

	apply->started = true;
	aud_buf_init(&b, apply->subscription_json, sizeof(apply->subscription_json));
	aud_text_append_member(&b, "subscription", MySubscription->name);
	before_shmem_exit(worker_ends, (Datum) 0);
	if (aud_policy_wants_class(AUD_CLASS_REPLICATION))
		record_event("replication",
					 am_tablesync_worker() ? "START TABLE SYNC" : "START APPLY",
					 aud_backend->apply.subscription_json,
					 NULL,
					 NULL,
					 true);
}

static int
access_of(const AudTableChanges *changes)
{
	int access = 0;

	if (changes->inserted > 0)
		access |= AUD_ACCESS_INSERT;
	if (changes->updated > 0)
		access |= AUD_ACCESS_UPDATE;
	if (changes->deleted > 0)
		access |= AUD_ACCESS_DELETE;
	if (changes->truncated)
		access |= AUD_ACCESS_TRUNCATE;
	return access;
}

/* False where the table has no room any more. */
static bool
append_table(AudBuf *b, const AudTableChanges *changes, const AudStmtTags *tags,
			 size_t start)
{
	const AudRelation *relation = aud_names_relation(changes->relid);
	size_t             before = b->len;

	if (relation == NULL)
		return false;
	aud_buf_cstr(b, b->len == start ? ",\"objects\":[{" : ",{");
	aud_buf_append(b, relation->head, relation->head_len);
	aud_json_lit_key(b, "access");
	aud_access_append(b, access_of(changes));
	if (tags != NULL)
		aud_record_append_tags(b, tags);
	aud_buf_char(b, '}');
	if (!b->truncated && aud_buf_room(b) > 64)
		return true;
	b->len = before;
	b->data[before] = '\0';
	b->truncated = false;
	return false;
}

/* Is it a table of users, and the work of nobody but this worker's? */
static bool
is_of_worker(const AudTableChanges *changes)
{
	return changes->relid >= FirstNormalObjectId && access_of(changes) != 0 &&
		   get_rel_relkind(changes->relid) != RELKIND_TOASTVALUE &&
		   (is_replication() || !aud_written_by_statement(changes->relid));
}

/* The tables of users that this transaction has changed. */
static void
record_changes(void *arg)
{
	const AudStmtTags *tags = NULL;
	const AudStmtTags *of_table;
	AudTableChanges    changes;
	const void        *at = NULL;
	char   detail[OBJECTS_ROOM + sizeof(aud_backend->apply.subscription_json)];
	uint64 rows = 0;
	uint64 omitted = 0;
	AudBuf b;
	size_t start;

	aud_buf_init(&b, detail, sizeof(detail));
	aud_buf_cstr(&b, aud_backend->apply.subscription_json);
	start = b.len;
	while ((at = aud_tables_next(at, &changes)) != NULL)
	{
		if (!is_of_worker(&changes))
			continue;
		of_table = aud_marks_of(RelationRelationId, changes.relid)->tags;
		tags = aud_tags_union(tags, of_table);
		rows += changes.inserted + changes.updated + changes.deleted;
		if (!append_table(&b, &changes, of_table, start))
			omitted++;
	}
	if (b.len == start)
		return;
	aud_buf_char(&b, ']');
	if (omitted > 0)
		aud_json_lit_uint(&b, "objects_omitted", omitted);
	aud_json_lit_uint(&b, "rows", rows);
	record_event("write", kind_of_work(), detail, NULL, tags, true);
}

/* Its first transaction, in which catalogs can be read. */
static void
begin_process(void)
{
	aud_begin_process();
	aud_session_find_place();
	(void) aud_identity_now(true);
}

void
aud_apply_committing(void)
{
	AudApply *apply = &aud_backend->apply;

	if (MyBackendType != B_BG_WORKER || IsParallelWorker() ||
		!OidIsValid(MyDatabaseId) || !aud_policy_watching())
		return;
	if (!apply->began)
		begin_process();
	apply->began = true;
	if (is_replication() && !apply->started)
		worker_starts();
	if (aud_policy_wants_class(AUD_CLASS_WRITE))
		aud_safely(record_changes, NULL);
}
