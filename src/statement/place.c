/*-------------------------------------------------------------------------
 *
 * place.c
 *	  The place of a statement among the others of its session.
 *
 * Most statements come from the client while nothing else is active, or run
 * inside of the active one.  The others are queries that rules add, which may
 * run before or after the statement they were made of, functions folded to
 * constants, whose statements run before theirs begins, and triggers that
 * wait for the end of the transaction.  For them a number may have to be given
 * to a statement before it begins: the early number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/fmgrprotos.h"

#include "record/session.h"
#include "server/activity.h"
#include "statement/backend.h"
#include "statement/place.h"

int
aud_place_trigger_depth(void)
{
	LOCAL_FCINFO(fcinfo, 0);

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	return DatumGetInt32(pg_trigger_depth(fcinfo));
}

bool
aud_place_is_fastpath(void)
{
	return debug_query_string == NULL && aud_activity_is_fastpath();
}

/*
 * What made this statement run.  A foreign key's own queries are marked by
 * the security context that ri_triggers.c sets; the mark stays on for the
 * triggers below them, which is why only the first level counts.
 */
static AudOrigin
find_origin(const AudStmt *stmt, const AudSurroundings *now)
{
	int outer_depth = now->active != NULL ? now->active->place.trigger_depth : 0;

	if (stmt->place.is_step && now->active != NULL)
		return now->active->place.origin;

	if (stmt->place.level > 0 && InNoForceRLSOperation() &&
		(now->active == NULL ||
		 now->active->place.origin != AUD_ORIGIN_REFERENTIAL))
		return AUD_ORIGIN_REFERENTIAL;
	if (stmt->place.trigger_depth > outer_depth)
		return AUD_ORIGIN_TRIGGER;
	if (now->from_rule)
		return AUD_ORIGIN_RULE;
	if (stmt->place.level > 0 && creating_extension)
		return AUD_ORIGIN_EXTENSION;
	if (stmt->place.level > 0 && IsParallelWorker())
		return AUD_ORIGIN_WORKER;
	return stmt->place.level > 0 ? AUD_ORIGIN_FUNCTION : AUD_ORIGIN_CLIENT;
}

static uint64
number_early(void)
{
	AudPlace *place = &aud_backend->place;

	if (place->early_number == 0)
		place->early_number = aud_session_next_stmt();
	return place->early_number;
}

/* The statement that a rule's query was made of: just done, or yet to come. */
static uint64
parent_of_rule(void)
{
	const AudPlace *place = &aud_backend->place;

	if (place->early_number == 0 &&
		(place->only_rules_follow ||
		 place->last_message == GetCurrentStatementStartTimestamp()))
		return place->last_number;
	return number_early();
}

static void
find_parent(AudStmt *stmt, const AudSurroundings *now)
{
	if (now->active != NULL)
	{
		stmt->place.parent = now->active->place.number;
		stmt->place.level = now->active->place.level + 1;
	}
	else if (now->planning > 0)
	{
		stmt->place.parent = number_early();
		stmt->place.level = 1;
	}
	else if (stmt->place.trigger_depth > 0)
	{
		stmt->place.parent = now->awaiting_commit != NULL
								 ? now->awaiting_commit->place.number
								 : aud_backend->place.last_number;
		stmt->place.level = 1;
	}
	else if (now->from_rule)
		stmt->place.parent = parent_of_rule();
}

void
aud_place_identify(AudStmt *stmt, const AudSurroundings *now)
{
	AudPlace *place = &aud_backend->place;
	bool      from_client;

	stmt->place.trigger_depth = aud_place_trigger_depth();
	find_parent(stmt, now);
	from_client = stmt->place.level == 0 && !now->from_rule;

	if (from_client && place->early_number != 0)
	{
		stmt->place.number = place->early_number;
		place->early_number = 0;
	}
	else
		stmt->place.number = aud_session_next_stmt();
	if (from_client)
	{
		place->last_number = stmt->place.number;
		place->last_message = GetCurrentStatementStartTimestamp();
		place->only_rules_follow = stmt->what.rewritten;
	}
	stmt->place.origin = find_origin(stmt, now);
}

/*
 * A new foreign key, and the detaching of a partition from one, are checked by
 * a query that ri_triggers.c runs without a mark.  It has these words; and
 * between it and the command nothing has entered the error context but SPI, as
 * every function of PL/pgSQL or SQL would.  Built-in functions that run SQL
 * can imitate it, which is why this sets the origin alone: such a query is
 * recorded whatever secaudit.log_internal says.
 */
void
aud_place_find_check(AudStmt *stmt, const char *source)
{
	const AudStmt *active = stmt->life.caller;

	if (active == NULL || active->what.utility != T_AlterTableStmt ||
		stmt->place.origin != AUD_ORIGIN_FUNCTION || source == NULL ||
		strncmp(source, "SELECT fk.", 10) != 0 ||
		strstr(source, " fk ") == NULL || error_context_stack == NULL ||
		error_context_stack->previous != active->place.error_context)
		return;
	stmt->place.origin = AUD_ORIGIN_REFERENTIAL;
	stmt->place.is_check = true;
}

uint64
aud_place_failed_number(void)
{
	uint64 number = number_early();

	aud_backend->place.early_number = 0;
	return number;
}

void
aud_place_new_text(const char *source, int location, int len)
{
	AudPlace *place = &aud_backend->place;

	place->early_number = 0;
	place->last_message = 0;
	place->only_rules_follow = false;
	place->text_source = source;
	place->text_location = location;
	place->text_len = len;
}

void
aud_place_of_rule(const char *source, int *location, int *len)
{
	const AudPlace *place = &aud_backend->place;

	if (source == place->text_source)
	{
		*location = place->text_location;
		*len = place->text_len;
	}
	else
	{
		*location = 0;
		*len = 0;
	}
}
