/*-------------------------------------------------------------------------
 *
 * acting.c
 *	  Who acts, between the statements.
 *
 * The roles that act when a statement begins must be those of the end of the
 * one before.  If they are not, somebody else has changed them: the options of
 * the connection, or an extension from C.  set_user does it in a callback of
 * the commit, when no catalog can be read; so it is looked at again before the
 * client is told that its command is complete, in a transaction of our own
 * where there is none.  Then the next record has the right roles in it even if
 * the next text does not get past the parser.
 *
 * Roles that the end of a transaction or subtransaction gives back are no
 * change: SET LOCAL says so, and the record of a ROLLBACK does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "tcop/dest.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "core/json_write.h"
#include "record/identity.h"
#include "record/record.h"
#include "record/text.h"
#include "server/wire.h"
#include "statement/acting.h"
#include "statement/place.h"
#include "statement/policy.h"

typedef struct AudChange
{
	AudRoles from;
	AudRoles to;
	uint64   parent; /* number of the statement after which it was; 0: none */
	bool     forced;
} AudChange;

static bool
are_same(AudRoles a, AudRoles b)
{
	return a.current == b.current && a.session == b.session;
}

static void
record_change(const AudChange *change)
{
	bool   was_super = superuser_arg(change->from.current);
	bool   is_super = superuser_arg(change->to.current);
	char   detail[4 * (NAMEDATALEN * 6 + 32) + 64];
	AudBuf b;

	AudEventFacts facts = {
		.event = "role",
		.class = "role",
		.when = GetCurrentTimestamp(),
		.outcome = AUD_OUTCOME_SUCCESS,
		.command = change->parent == 0 ? "CONNECT" : NULL,
		.identity =
			aud_identity_of(change->from.session, change->from.current)->json,
		.detail = detail,
		.duration_us = -1,
	};

	if (!change->forced && !aud_policy_wants_class(AUD_CLASS_ROLE) &&
		!(aud_config->log_superuser && (was_super || is_super)))
		return;
	aud_buf_init(&b, detail, sizeof(detail));
	if (change->parent != 0)
		aud_json_member_uint(&b, "parent", change->parent);
	aud_identity_append_role(&b, "from_role", change->from.current);
	aud_identity_append_role(&b, "to_role", change->to.current);
	if (change->from.session != change->to.session)
	{
		aud_identity_append_role(&b, "from_user", change->from.session);
		aud_identity_append_role(&b, "to_user", change->to.session);
	}
	if (is_super && !was_super)
		aud_json_member_bool(&b, "gains_superuser", true);
	aud_record_event(&facts);
}

/* They are not those of the last look, or it is the first in its transaction. */
static void
look_closely(AudRoles now)
{
	AudActing *acting = &aud_backend->acting;

	if (IsParallelWorker() || !OidIsValid(now.current) ||
		aud_roles_are_borrowed())
		return;
	if (acting->known && !are_same(now, acting->last) &&
		!(acting->may_be_back && are_same(now, acting->back)))
	{
		AudChange change = {
			.from = acting->last,
			.to = now,
			.parent = aud_place_last_number(),
		};

		if (!IsTransactionState())
			return; /* who that is cannot be found out: later */
		acting->last = now;
		record_change(&change);
		(void) aud_identity_now(true);
	}
	acting->last = now;
	acting->may_be_back = false;
	if (!acting->known || acting->xact_is_new)
		acting->at_begin = now;
	acting->known = true;
	acting->xact_is_new = false;
}

void
aud_acting_look(void)
{
	const AudActing *acting = &aud_backend->acting;
	const AudStack  *stack = &aud_backend->stack;
	AudRoles         now;

	/* their frames compare the roles themselves */
	if (stack->active != NULL || stack->planning > 0 || stack->early != NULL ||
		stack->awaiting_commit != NULL)
		return;
	now = aud_roles_acting();
	if (!acting->known || acting->xact_is_new || !are_same(now, acting->last))
		look_closely(now);
}

void
aud_acting_start(bool forced)
{
	AudActing *acting = &aud_backend->acting;
	AudChange  change = {.to = aud_roles_acting(), .forced = forced};

	change.from.session = change.from.current = MyProc->roleId;
	acting->known = true;
	acting->xact_is_new = true;
	acting->last = change.to;
	if (OidIsValid(change.from.current) && OidIsValid(change.to.current) &&
		!are_same(change.from, change.to))
		record_change(&change);
}

void
aud_acting_left(const AudStmt *stmt)
{
	AudActing *acting = &aud_backend->acting;
	AudRoles   now = aud_roles_acting();
	bool       will_tell =
		stmt->roles.changed && !stmt->place.silent && !stmt->life.recorded;

	acting->may_be_back = false;
	if (are_same(now, acting->last) || aud_roles_are_borrowed())
		return;
	if (will_tell || are_same(now, stmt->roles.noted))
		acting->last = now;
}

/* What it did to the roles is undone, unless it was committed before. */
void
aud_acting_failed(const AudStmt *stmt, AudRoles before)
{
	AudActing *acting = &aud_backend->acting;

	if (!are_same(acting->last, stmt->roles.noted))
		acting->last = before;
}

void
aud_acting_transaction_ended(void)
{
	AudActing *acting = &aud_backend->acting;

	if (!acting->xact_is_new)
		acting->back = acting->at_begin;
	else if (!acting->may_be_back)
		acting->back = acting->last; /* else nobody has looked since */
	acting->may_be_back = true;
	acting->xact_is_new = true;
}

void
aud_acting_given_back(AudRoles roles)
{
	aud_backend->acting.back = roles;
	aud_backend->acting.may_be_back = true;
}

/*
 * Cannot be cancelled: what the client asked for has been done.  An error costs
 * the record nothing but its time, since the next statement looks again.
 */
static void
look_in_transaction(void)
{
	MemoryContext context = CurrentMemoryContext;
	uint32        interrupts = InterruptHoldoffCount;

	HOLD_INTERRUPTS();
	PG_TRY();
	{
		StartTransactionCommand();
		aud_acting_look();
		CommitTransactionCommand();
	}
	PG_CATCH();
	{
		AbortCurrentTransaction();
		MemoryContextSwitchTo(context);
		FlushErrorState();
		InterruptHoldoffCount = interrupts + 1;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	RESUME_INTERRUPTS();
}

static void
before_answer(void)
{
	if (are_same(aud_roles_acting(), aud_backend->acting.last) ||
		aud_backend->stack.active != NULL)
		return;
	if (IsTransactionState())
		aud_acting_look();
	else if (!IsTransactionOrTransactionBlock())
		look_in_transaction();
}

void
aud_acting_callbacks_done(void)
{
	const AudActing *acting = &aud_backend->acting;

	if (acting->known && !are_same(aud_roles_acting(), acting->last) &&
		aud_backend->stack.active == NULL && aud_policy_watching())
		aud_wire_before_answer(before_answer);
}
