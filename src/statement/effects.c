/*-------------------------------------------------------------------------
 *
 * effects.c
 *	  What a statement does to the state of the session.
 *
 * Settings that a command changes without saying which (RESET ALL, DISCARD
 * ALL, a function that calls set_config()) are compared with a picture of
 * before, which the frame has.  The pictures of all active frames are kept in
 * step: what one of them has recorded, the others know.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "tcop/pquery.h"
#include "utils/portal.h"

#include "core/class.h"
#include "record/record.h"
#include "server/safely.h"
#include "server/settings.h"
#include "statement/effects.h"
#include "statement/policy.h"
#include "statement/stack.h"
#include "statement/xact.h"

static void
record_change(const char *name, const char *old_value, const char *new_value,
			  void *arg)
{
	AudStmt        *stmt = arg;
	AudSettingFacts facts = {
		.when = stmt->when.began,
		.command = GetCommandTagName(stmt->what.tag),
		.identity = stmt->who->json,
		.name = name,
		.old_value = old_value,
		.new_value = new_value,
	};

	stmt->what.classes |= AUD_CLASS_CONFIG;
	if (stmt->what.must_record || aud_policy_wants(stmt))
		aud_record_setting(&facts);
}

static void
record_changes(void *arg)
{
	AudStmt *stmt = arg;

	aud_settings_changes(stmt->settings.picture, record_change, stmt);
	aud_settings_picture_renew(stmt->settings.picture);
	for (AudStmt *other = aud_backend->stack.active; other != NULL;
		 other = other->life.caller)
	{
		if (other->settings.picture != NULL && other != stmt)
			aud_settings_picture_renew(other->settings.picture);
	}
}

/*
 * Changes that a frame has made until now, and was to find later, are recorded
 * first.  So calls may nest, each change is recorded by whoever made it, and
 * none twice.
 */
static void
watch_settings(AudStmt *stmt)
{
	AudStmt *other = aud_backend->stack.active;

	while (other != NULL && other->settings.picture == NULL)
		other = other->life.caller;
	if (other != NULL)
		aud_safely(record_changes, other);
	if (stmt->settings.picture == NULL)
		stmt->settings.picture = aud_settings_picture();
	else
		aud_settings_picture_renew(stmt->settings.picture);
}

void
aud_effects_compare_settings(AudStmt *stmt)
{
	AudSettingsPicture *picture = stmt->settings.picture;

	aud_safely(record_changes, stmt);
	stmt->settings.picture = NULL;
	aud_settings_picture_free(picture);
}

void
aud_effects_do_carry_out(AudStmt *stmt)
{
	AudStmtEffects effects = stmt->effects;

	memset(&stmt->effects, 0, sizeof(stmt->effects));
	if (effects.gid != NULL)
		aud_xact_set_gid(effects.gid);
	if (effects.decide)
		stmt->what.must_record |= aud_policy_wants(stmt);
	if (effects.compare_settings)
		watch_settings(stmt);
}

void
aud_effects_cursor_runs(AudStmt *stmt)
{
	int classes = stmt->what.classes;

	stmt->what.classes |= AUD_CLASS_CONFIG;
	stmt->what.must_record |= aud_policy_wants(stmt);
	stmt->what.classes = classes;
	watch_settings(stmt);
}

/* The frame of a cursor: its query's, or what is kept of a held one. */
static AudStmt *
find_cursor(const char *name)
{
	Portal   portal = GetPortalByName(name);
	AudStmt *cursor;

	if (!PortalIsValid(portal))
		return NULL;
	cursor = aud_stack_find(portal->queryDesc);
	return cursor != NULL ? cursor : aud_stack_find(portal);
}

/*
 * FETCH and MOVE go on with the query of a cursor: its objects are theirs.  A
 * cursor's end is no access any more, but it sums up what was.
 */
void
aud_effects_before_cursor(AudStmt *stmt)
{
	const AudStmt *cursor;

	if (stmt->cursor.use != AUD_CURSOR_FETCH &&
		stmt->cursor.use != AUD_CURSOR_CLOSE)
		return;
	cursor = find_cursor(stmt->cursor.name);
	if (cursor == NULL)
		return;
	aud_stmt_detail_uint(stmt, "cursor_stmt", cursor->cursor.opened_by);
	if (stmt->cursor.use == AUD_CURSOR_FETCH)
		aud_stmt_merge(stmt, cursor);
	else
		aud_stmt_detail_uint(stmt, "cursor_rows", cursor->cursor.fetched);
}

static void
cursor_gone(void *arg)
{
	aud_stack_release(arg);
}

/*
 * A cursor that outlives its transaction has to remember its objects: let a
 * silent frame with those of stmt live as long as it does, so that a later
 * FETCH can name them.
 */
static void
hold_cursor(const AudStmt *stmt)
{
	Portal   portal = GetPortalByName(stmt->cursor.name);
	AudStmt *held;

	if (!PortalIsValid(portal))
		return;
	held = aud_stmt_take();
	held->life.key = portal;
	held->place.silent = true;
	held->life.recorded = true;
	held->who = stmt->who;
	held->cursor.opened_by = stmt->place.number;
	aud_stmt_merge(held, stmt);
	aud_stack_add(held);
	held->life.context_gone.func = cursor_gone;
	held->life.context_gone.arg = held;
	MemoryContextRegisterResetCallback(portal->portalContext,
									   &held->life.context_gone);
	held->life.watched = true;
}

/*
 * Rows are counted with the cursor.  A cursor WITH HOLD has two frames until
 * its transaction ends; the one that goes on must have counted, too.
 */
static void
count_fetched(AudStmt *stmt, const QueryCompletion *qc)
{
	Portal   portal = GetPortalByName(stmt->cursor.name);
	AudStmt *cursor = find_cursor(stmt->cursor.name);
	AudStmt *held;

	if (cursor == NULL || qc == NULL)
		return;
	held = aud_stack_find(portal);
	if (qc->commandTag == CMDTAG_FETCH)
		cursor->cursor.fetched += qc->nprocessed;
	if (held != NULL)
		held->cursor.fetched = cursor->cursor.fetched;
	aud_stmt_detail_uint(stmt, "cursor_rows", cursor->cursor.fetched);
}

void
aud_effects_after_cursor(AudStmt *stmt, const QueryCompletion *qc)
{
	if (stmt->cursor.use == AUD_CURSOR_HOLD)
		hold_cursor(stmt);
	else if (stmt->cursor.use == AUD_CURSOR_FETCH)
		count_fetched(stmt, qc);
}
