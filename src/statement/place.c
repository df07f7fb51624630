/*-------------------------------------------------------------------------
 *
 * place.c
 *	  The place of a statement among the others of its session.
 *
 * Most statements come from the client while nothing else is active, or run
 * inside of the active one.  The others are queries that rules add, which may
 * run before or after the statement they were made of, code that runs before
 * its statement begins (early.h), and triggers that wait for the end of the
 * transaction.  For them a number may have to be given to a statement before
 * it begins: the early number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "tcop/tcopprot.h"
#include "utils/fmgrprotos.h"
#include "utils/portal.h"

#include "record/session.h"
#include "server/activity.h"
#include "server/compat.h"
#include "server/error_context.h"
#include "statement/backend.h"
#include "statement/message.h"
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

/* The command that the client's portal runs, or NULL. */
static const Node *
command_of_portal(void)
{
	const PlannedStmt *plan;

	if (ActivePortal == NULL || ActivePortal->status != PORTAL_ACTIVE ||
		ActivePortal->stmts == NIL)
		return NULL;
	plan = linitial_node(PlannedStmt, ActivePortal->stmts);
	return plan->commandType == CMD_UTILITY ? plan->utilityStmt : NULL;
}

bool
aud_place_in_command(const char *source)
{
	return source != NULL && command_of_portal() != NULL &&
		   source != ActivePortal->sourceText;
}

/*
 * A step of an extension's script.  Wrappers of CREATE EXTENSION have scripts
 * of their own, which creating_extension does not tell of; what event triggers
 * run inside of it comes by SPI.
 */
static bool
is_in_script(const AudSurroundings *now)
{
	NodeTag command = T_Invalid;

	if (creating_extension)
		return true;
	if (now->by_spi)
		return false;
	if (now->active != NULL)
		command = now->active->what.utility;
	else if (now->in_command)
		command = nodeTag(command_of_portal());
	return command == T_CreateExtensionStmt || command == T_AlterExtensionStmt;
}

bool
aud_place_is_next_to(const AudStmt *active)
{
	return error_context_stack != NULL &&
		   error_context_stack->previous == active->place.error_context;
}

static void
find_mark(AudStmt *stmt)
{
	if (stmt->place.level == 0 || !InNoForceRLSOperation())
		return;
	stmt->place.marked = true;
	stmt->place.error_context = error_context_stack;
}

/* Does SPI run it with no function of PL/pgSQL or SQL around? */
static bool
is_by_trigger_itself(const AudSurroundings *now)
{
	if (!now->by_spi || error_context_stack == NULL)
		return false;
	if (now->active == NULL)
		return aud_error_context_is_bottom(error_context_stack->previous);
	return aud_place_is_next_to(now->active);
}

/* Is it the trigger of a foreign key in which this statement has got its mark? */
static bool
is_newly_marked(const AudStmt *stmt, const AudSurroundings *now)
{
	return stmt->place.marked &&
		   (now->active == NULL || !now->active->place.marked);
}

/*
 * A foreign key's own queries are marked by the security context that
 * ri_triggers.c sets.  The mark stays on below them, also for what users'
 * functions run while such a query is planned or executed.  So it counts in a
 * trigger of its own only, never below a planner, and below a statement that
 * had it already only where the trigger is the server's.
 */
static bool
is_of_foreign_key(const AudStmt *stmt, const AudSurroundings *now, int outer_depth)
{
	if (!stmt->place.marked || now->planning > 0 ||
		stmt->place.trigger_depth <= outer_depth)
		return false;
	if (is_newly_marked(stmt, now))
		return !AUD_KEYS_CALL_CASTS || is_by_trigger_itself(now);
	return now->active->place.origin != AUD_ORIGIN_REFERENTIAL &&
		   aud_place_is_next_to(now->active);
}

/* What made this statement run. */
static AudOrigin
find_origin(const AudStmt *stmt, const AudSurroundings *now)
{
	int outer_depth = now->active != NULL ? now->active->place.trigger_depth : 0;

	if (stmt->place.is_step && now->active != NULL)
		return now->active->place.origin;

	if (is_of_foreign_key(stmt, now, outer_depth))
		return AUD_ORIGIN_REFERENTIAL;
	/* what is called for a foreign key, no trigger of a user runs */
	if (stmt->place.trigger_depth > outer_depth &&
		!(stmt->place.marked && now->planning > 0) && !is_newly_marked(stmt, now))
		return AUD_ORIGIN_TRIGGER;
	if (now->from_rule)
		return AUD_ORIGIN_RULE;
	if (stmt->place.level > 0 && is_in_script(now))
		return AUD_ORIGIN_EXTENSION;
	if (stmt->place.level > 0 && IsParallelWorker())
		return AUD_ORIGIN_WORKER;
	return stmt->place.level > 0 ? AUD_ORIGIN_FUNCTION : AUD_ORIGIN_CLIENT;
}

uint64
aud_place_early_number(void)
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

	if (place->only_rules_follow ||
		(place->early_number == 0 &&
		 place->last_message == GetCurrentStatementStartTimestamp()))
		return place->last_number;
	return aud_place_early_number();
}

/*
 * What runs while a transaction commits is inside of the COMMIT, or where there
 * is none, of the statement that the transaction ended with.
 */
static uint64
parent_of_trigger(const AudSurroundings *now)
{
	const AudStmt *commit = now->awaiting_commit;

	if (commit == NULL)
		return aud_backend->place.last_number;
	return commit->place.parent != 0 ? commit->place.parent
									 : commit->place.number;
}

static int
level_of(const AudStmt *stmt, const AudSurroundings *now)
{
	if (now->active != NULL)
		return now->active->place.level + 1;
	return now->awaiting_commit != NULL || stmt->place.trigger_depth > 0 ||
		   now->planning > 0 || now->in_early || now->in_command;
}

static void
find_parent(AudStmt *stmt, const AudSurroundings *now)
{
	if (now->active != NULL)
		stmt->place.parent = now->active->place.number;
	else if (now->awaiting_commit != NULL || stmt->place.trigger_depth > 0)
		stmt->place.parent = parent_of_trigger(now);
	else if (now->planning > 0 || now->in_early)
		stmt->place.parent = aud_place_early_number();
	else if (now->in_command)
		stmt->place.parent = aud_message_has_begun()
								 ? aud_backend->place.last_number
								 : aud_place_early_number();
	else if (now->from_rule)
		stmt->place.parent = parent_of_rule();
}

void
aud_place_foresee(AudStmt *stmt, const AudSurroundings *now)
{
	stmt->place.trigger_depth = aud_place_trigger_depth();
	stmt->place.level = level_of(stmt, now);
	find_mark(stmt);
	stmt->place.origin = find_origin(stmt, now);
}

void
aud_place_identify(AudStmt *stmt, const AudSurroundings *now)
{
	AudPlace *place = &aud_backend->place;
	bool      from_client;
	bool      is_expected; /* by who ran before it */

	stmt->place.trigger_depth = aud_place_trigger_depth();
	stmt->place.level = level_of(stmt, now);
	find_parent(stmt, now);
	from_client = stmt->place.level == 0 && !now->from_rule;
	is_expected =
		stmt->place.level == 0 && (!now->from_rule || place->only_rules_follow);

	if (is_expected && place->early_number != 0)
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
	find_mark(stmt);
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
		strstr(source, " fk ") == NULL || !aud_place_is_next_to(active))
		return;
	stmt->place.origin = AUD_ORIGIN_REFERENTIAL;
	stmt->place.is_check = true;
}

uint64
aud_place_failed_number(void)
{
	uint64 number;

	if (aud_backend->stack.early != NULL)
		return aud_session_next_stmt(); /* the other one is the frame's */
	number = aud_place_early_number();
	aud_backend->place.early_number = 0;
	return number;
}

uint64
aud_place_last_number(void)
{
	const AudPlace *place = &aud_backend->place;

	return place->early_number != 0 ? place->early_number : place->last_number;
}

void
aud_place_early_is_over(uint64 number)
{
	AudPlace *place = &aud_backend->place;

	place->early_number = 0;
	place->last_number = number;
	place->last_message = GetCurrentStatementStartTimestamp();
}

void
aud_place_new_text(const char *source, int location, int len)
{
	AudPlace *place = &aud_backend->place;

	if (aud_backend->stack.early == NULL)
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
