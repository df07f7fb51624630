/*-------------------------------------------------------------------------
 *
 * begin.c
 *	  How a statement begins: what all kinds of them have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "tcop/utility.h"
#include "utils/inval.h"

#include "facts/body.h"
#include "facts/marks.h"
#include "facts/names.h"
#include "facts/objects.h"
#include "record/identity.h"
#include "record/record.h"
#include "server/clock.h"
#include "server/compat.h"
#include "statement/acting.h"
#include "statement/begin.h"
#include "statement/error.h"
#include "statement/expression.h"
#include "statement/message.h"
#include "statement/place.h"
#include "statement/policy.h"
#include "statement/stack.h"
#include "statement/statement.h"

#include AUD_QUERYJUMBLE_H

AudStmt *
aud_statement_open(void)
{
	aud_stack_heal();
	aud_error_watch();
	aud_error_flush_swallowed();
	aud_expression_forget();
	aud_acting_look();
	return aud_stack_open();
}

void
aud_begin_identify(AudStmt *stmt, const AudBeginning *how)
{
	AudSurroundings now = {
		.active = stmt->life.caller,
		.in_early = how->in_early,
		.awaiting_commit = aud_backend->stack.awaiting_commit,
		.planning = stmt->place.planning,
		.from_rule = how->from_rule,
		.by_spi = how->by_spi,
		.in_command =
			stmt->life.caller == NULL && aud_place_in_command(how->source),
	};

	aud_place_identify(stmt, &now);
	if (stmt->place.level == 0 && !how->from_rule)
		stmt->place.batch = aud_message_begin(stmt->place.number);
}

AudStmt *
aud_begin_find_host(AudStmt *caller, int planning, const char *source)
{
	if (caller == NULL || planning > 0 || !caller->body.expected ||
		!aud_body_is(caller, source) ||
		aud_place_trigger_depth() != caller->place.trigger_depth)
		return NULL;
	return caller;
}

/* The statement's own part of a text that may hold several. */
void
aud_begin_set_text(AudStmt *stmt, const char *text, int location, int len)
{
	if (text == NULL)
		return;
	stmt->text.data = CleanQuerytext(text, &location, &len);
	stmt->text.len = len;
}

void
aud_begin_process(void)
{
	if (aud_backend->started)
		return;
	aud_identity_start();
	aud_names_start();
	aud_marks_start();
	aud_backend->started = true;
}

/*
 * What other sessions have committed until now counts: a label, a grant.  The
 * server takes in their messages when it takes a lock, and a statement that was
 * planned before may need no new one.
 */
static void
take_in_messages(const AudStmt *stmt)
{
	if (stmt->place.level == 0 && !stmt->place.silent && IsTransactionState())
		AcceptInvalidationMessages();
}

void
aud_begin_take_down(AudStmt *stmt, bool may_read_catalog)
{
	aud_clock_read(&stmt->when.began, &stmt->when.began_at);
	aud_begin_process();
	if (may_read_catalog)
		take_in_messages(stmt);
	stmt->who = aud_identity_now(may_read_catalog);
	if (may_read_catalog && aud_config->marking && !stmt->place.silent)
		aud_marks_add_acting(stmt, true);
	if (aud_config->rules != NULL && may_read_catalog)
		aud_rules_begin(stmt);
}

void
aud_begin_silently(AudStmt *stmt)
{
	const AudStmt *caller = stmt->life.caller;

	stmt->place.silent = true;
	if (caller == NULL)
		return;
	stmt->place.number = caller->place.number;
	stmt->place.level = caller->place.level;
}

void
aud_begin_inner_working(AudStmt *stmt)
{
	aud_begin_silently(stmt);
	stmt->body.host = stmt->life.caller;
	stmt->body.is_inner = true;
	/* its own tables and rows are the command's business */
	stmt->body.started = true;
}

void
aud_begin_keep_unfinished(AudStmt *stmt)
{
	if (stmt->place.level > 0 || stmt->place.silent)
		return;
	/* the class of EXECUTE and its like is that of their body */
	if (stmt->what.classes == 0 || aud_policy_wants(stmt))
		aud_record_begin(stmt);
}
