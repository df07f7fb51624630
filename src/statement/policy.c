/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Is it wanted?  One decision per statement, from its facts and the
 *	  settings.
 *
 * The decision is taken when the statement has ended, because only then all
 * of its classes and its outcome are known.  Rules come first, then the settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/class.h"
#include "record/record.h"
#include "server/log_list.h"
#include "statement/policy.h"
#include "statement/xact.h"

bool
aud_policy_is_internal(const AudStmt *stmt)
{
	return stmt->place.origin == AUD_ORIGIN_REFERENTIAL &&
		   !stmt->place.is_check && (stmt->what.classes & ~AUD_CLASS_READ) == 0;
}

static bool
reads_catalogs_only(const AudStmt *stmt)
{
	return stmt->what.catalog_objects && !stmt->what.user_objects &&
		   !stmt->what.has_recorded &&
		   (stmt->what.classes & ~AUD_CLASS_READ) == 0;
}

/* Who may do what, and what is recorded of it: never hidden in a function. */
static bool
is_grave(const AudStmt *stmt)
{
	return (stmt->what.classes & (AUD_CLASS_ROLE | AUD_CLASS_CONFIG)) != 0;
}

/*
 * A step of an extension's script.  CREATE EXTENSION tells how many objects
 * the script made; what it did to rights, settings or rows it tells itself.
 */
static bool
is_summarised(const AudStmt *stmt)
{
	return stmt->place.origin == AUD_ORIGIN_EXTENSION && !is_grave(stmt) &&
		   (stmt->what.classes & AUD_CLASS_WRITE) == 0;
}

/* Its command by name, or its classes. */
static bool
is_in_list(const AudStmt *stmt)
{
	const AudLogCommands *commands = aud_config->log_commands;
	int                   verdict =
        commands == NULL
							  ? 0
							  : aud_log_list_command(commands,
                                   stmt->what.tag,
                                   stmt->what.utility == T_VariableSetStmt &&
                                       (stmt->what.classes & AUD_CLASS_ROLE));

	return verdict != 0 ? verdict > 0
						: aud_policy_wants_class(stmt->what.classes);
}

/* Do these classes, or the failure, of something with tags count? */
static bool
is_tagged_class(int classes, bool failed)
{
	if (failed)
		classes |= AUD_CLASS_ERROR;
	return (aud_config->log_tagged & classes) != 0;
}

/*
 * An object that somebody has marked, by a label or a grant: that is meant for
 * it wherever it is used, in a function, too.
 */
static bool
touches_marked(const AudStmt *stmt, bool failed)
{
	if (stmt->what.audited)
		return true;
	if (stmt->what.tagged && is_tagged_class(stmt->what.classes, failed))
		return true;
	return stmt->what.tagged_classes != 0 &&
		   is_tagged_class(stmt->what.tagged_classes, failed);
}

/* The role that acts, or the database, has a label, as a rule for all it does. */
static bool
acts_tagged(const AudStmt *stmt, bool failed)
{
	return stmt->what.acts_tagged && is_tagged_class(stmt->what.classes, failed);
}

/* What the settings say where no rule decides. */
static bool
settings_want(const AudStmt *stmt)
{
	bool failed = stmt->result.outcome == AUD_OUTCOME_FAILURE;

	/* what reaches beyond the tables is recorded, as COPY to a file is */
	if (stmt->what.privileged)
		return true;
	if (touches_marked(stmt, failed) &&
		(failed || aud_config->log_internal || !aud_policy_is_internal(stmt)))
		return true;
	if (stmt->place.level > 0 && !aud_config->log_nested && !is_grave(stmt))
		return false;
	/* what leads to a record is one, too: it is the other's parent */
	if (!failed && !stmt->what.has_recorded &&
		(is_summarised(stmt) ||
		 (aud_policy_is_internal(stmt) && !aud_config->log_internal)))
		return false;
	if (failed && aud_policy_wants_class(AUD_CLASS_ERROR))
		return true;
	if (reads_catalogs_only(stmt) && !aud_config->log_catalog)
		return false;
	if (stmt->who->superuser && aud_config->log_superuser)
		return true;
	return acts_tagged(stmt, failed) || is_in_list(stmt);
}

/* docs/policy.md has this as a table. */
static bool
decide(const AudStmt *stmt, bool at_end, AudVerdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	if (aud_config->rules != NULL)
		aud_rules_judge(stmt, at_end, verdict);
	if (stmt->what.must_record || verdict->n_alerts > 0 ||
		stmt->rules.refused_by[0] != '\0')
		return true;
	if (verdict->decides != NULL)
		return verdict->decides->action == AUD_RULE_LOG;
	return settings_want(stmt);
}

bool
aud_policy_wants(const AudStmt *stmt)
{
	AudVerdict verdict;

	return decide(stmt, false, &verdict);
}

bool
aud_policy_judge(const AudStmt *stmt, AudVerdict *verdict)
{
	return decide(stmt, true, verdict);
}

void
aud_policy_record(AudStmt *stmt, const AudVerdict *verdict)
{
	bool refused = stmt->rules.refused_by[0] != '\0';

	if (verdict->decides != NULL || verdict->n_alerts > 0 || refused)
		aud_rules_name(stmt, verdict);
	aud_record_statement(stmt);
	aud_xact_count_record();
	if (verdict->n_alerts > 0 || refused)
		aud_rules_alert(stmt, verdict);
}
