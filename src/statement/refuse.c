/*-------------------------------------------------------------------------
 *
 * refuse.c
 *	  Statements that a rule refuses fail before they run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/plancache.h"
#include "utils/timestamp.h"

#include "core/class.h"
#include "facts/objects.h"
#include "record/identity.h"
#include "statement/backend.h"
#include "statement/begin.h"
#include "statement/policy.h"
#include "statement/refuse.h"
#include "statement/rules.h"
#include "statement/stack.h"

/*
 * The leader has been asked about the query that a parallel worker takes part
 * in. A transaction must be able to end.  A look-up that a foreign key makes is
 * the server's own, and its answer is not seen.
 */
static bool
is_exempt(const AudStmt *stmt)
{
	return (IsParallelWorker() && stmt->place.silent &&
			stmt->place.level == 0 && stmt->body.host == NULL) ||
		   stmt->what.utility == T_TransactionStmt || stmt->what.is_error ||
		   stmt->body.is_inner || aud_policy_is_internal(stmt);
}

static void
note(AudStmt *stmt, const AudRule *rule, bool broke_glass)
{
	AudStmtRules *rules = &stmt->rules;

	strlcpy(rules->refused_by, rule->name, sizeof(rules->refused_by));
	rules->severity = rule->severity;
	rules->broke_glass = broke_glass;
}

/*
 * The rule that refuses.  A call of set_config() whose setting is not known may
 * be of any, the role included.
 */
static const AudRule *
refusing(AudStmt *stmt, AudStmt *host, int keys)
{
	int            classes = host->what.classes;
	const AudRule *rule;

	if (host->settings.unclear)
		host->what.classes |=
			AUD_CLASS_ROLE | AUD_CLASS_CONFIG | AUD_CLASS_MISC_SET;
	rule = aud_rules_refusing(stmt, host, keys);
	host->what.classes = classes;
	return rule;
}

/*
 * PL/pgSQL keeps an expression that it has run for the rest of the transaction,
 * and what it calls is reported only when that is made.  Where the rules or the
 * roles are others since then, it is to be made again, as without its plan.  A
 * function that borrows a role is no change.
 */
static void
notice_changes(void)
{
	static uint64 rules;
	static Oid    session;
	static Oid    outer;

	if (rules == aud_config->rules_serial && session == GetSessionUserId() &&
		outer == GetOuterUserId())
		return;
	if (rules != 0)
		ResetPlanCache();
	rules = aud_config->rules_serial;
	session = GetSessionUserId();
	outer = GetOuterUserId();
}

const AudRule *
aud_refuse_find(AudStmt *stmt)
{
	AudStmt *host = aud_stack_host(stmt);

	if (stmt->who == NULL || is_exempt(stmt) || host->rules.broke_glass)
		return NULL;
	aud_rules_begin(stmt);
	notice_changes();
	return refusing(stmt, host, 0);
}

bool
aud_refuse_is_broken(const AudStmt *stmt)
{
	return stmt->who->superuser && aud_config->break_glass;
}

void
aud_refuse_break(AudStmt *stmt, const AudRule *rule)
{
	note(stmt, rule, true);
}

/* The statement runs by this rule's leave, or not at all. */
static void
refuse(AudStmt *stmt, const AudRule *rule)
{
	bool is_broken = aud_refuse_is_broken(stmt);

	note(aud_stack_host(stmt), rule, is_broken);
	if (is_broken)
		return;
	ereport(ERROR,
			errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("statement refused by audit rule \"%s\"", rule->name),
			errdetail("The rule is in the file of secaudit.rules_file."),
			errhint(
				"A superuser can set secaudit.break_glass to \"on\" to run it all the same; each use raises an alert."));
}

void
aud_refuse_ask(AudStmt *stmt)
{
	const AudRule *rule = aud_refuse_find(stmt);

	if (rule != NULL)
		refuse(stmt, rule);
}

/* A frame with this call in it and nothing else; to be released. */
static AudStmt *
call_alone(const AudIdentity *who, CommandTag tag, Oid funcid)
{
	AudStmt *call = aud_stmt_take();

	call->who = who;
	call->what.tag = tag;
	call->when.began = GetCurrentTimestamp();
	PG_TRY();
	{
		aud_objects_add_function(call, funcid);
	}
	PG_CATCH();
	{
		aud_stmt_release(call);
		PG_RE_THROW();
	}
	PG_END_TRY();
	return call;
}

void
aud_refuse_ask_call(AudStmt *stmt, Oid funcid)
{
	const AudRule *rule;
	AudStmt       *call;

	if (stmt->what.utility != T_TransactionStmt)
	{
		aud_refuse_ask(stmt);
		return;
	}
	if (stmt->who == NULL || stmt->rules.broke_glass)
		return;
	aud_rules_begin(stmt);
	call = call_alone(stmt->who, stmt->what.tag, funcid);
	rule = aud_rules_refusing(call, call, AUD_MATCH_NAMES);
	aud_stmt_release(call);
	if (rule != NULL)
		refuse(stmt, rule);
}

bool
aud_refuse_ask_names(Oid funcid)
{
	AudStmt *call;
	bool     is_named;

	if ((aud_config->rules->keys & AUD_MATCH_NAMES) == 0 || !IsTransactionState())
		return false;
	aud_begin_process();
	call = call_alone(aud_identity_now(true), CMDTAG_UNKNOWN, funcid);
	is_named = aud_rules_may_name(call);
	aud_stmt_release(call);
	return is_named;
}
