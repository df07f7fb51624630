/*-------------------------------------------------------------------------
 *
 * refuse.c
 *	  Statements that a rule refuses fail before they run.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"

#include "core/class.h"
#include "statement/backend.h"
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
refusing(AudStmt *stmt, AudStmt *host)
{
	int            classes = host->what.classes;
	const AudRule *rule;

	if (host->settings.unclear)
		host->what.classes |=
			AUD_CLASS_ROLE | AUD_CLASS_CONFIG | AUD_CLASS_MISC_SET;
	rule = aud_rules_refusing(stmt, host);
	host->what.classes = classes;
	return rule;
}

const AudRule *
aud_refuse_find(AudStmt *stmt)
{
	AudStmt *host = aud_stack_host(stmt);

	if (stmt->who == NULL || is_exempt(stmt) || host->rules.broke_glass)
		return NULL;
	aud_rules_begin(stmt);
	return refusing(stmt, host);
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

void
aud_refuse_ask(AudStmt *stmt)
{
	const AudRule *rule = aud_refuse_find(stmt);
	bool           is_broken;

	if (rule == NULL)
		return;
	is_broken = aud_refuse_is_broken(stmt);
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
