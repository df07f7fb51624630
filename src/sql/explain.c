/*-------------------------------------------------------------------------
 *
 * explain.c
 *	  secaudit.explain(): would this be recorded, and why?
 *
 * What a call does not say, such as the outcome or the client, is not known: a
 * rule that asks for it depends on it, and then so may the result.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tcop/cmdtag.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/tuplestore.h"

#include "core/class.h"
#include "core/match/decide.h"
#include "core/match/rules.h"
#include "facts/classify.h"
#include "server/guc.h"
#include "server/log_list.h"
#include "server/role_settings.h"
#include "sql/marked.h"

PGDLLEXPORT Datum secaudit_explain(PG_FUNCTION_ARGS);

PG_FUNCTION_INFO_V1(secaudit_explain);

/* Of what secaudit.explain() is not given, nothing can be said. */
#define NEVER_GIVEN                                                         \
	(AUD_MATCH_BIT(AUD_MATCH_OUTCOME) | AUD_MATCH_BIT(AUD_MATCH_CLIENT) |   \
	 AUD_MATCH_BIT(AUD_MATCH_APP) | AUD_MATCH_BIT(AUD_MATCH_TAG) |          \
	 AUD_MATCH_BIT(AUD_MATCH_ROWS) | AUD_MATCH_BIT(AUD_MATCH_DURATION_MS) | \
	 AUD_MATCH_BIT(AUD_MATCH_TIME) | AUD_MATCH_BIT(AUD_MATCH_PRIVILEGED) |  \
	 AUD_MATCH_BIT(AUD_MATCH_ORIGIN) | AUD_MATCH_BIT(AUD_MATCH_CONTEXT))

typedef struct AudQuestion
{
	ReturnSetInfo *rows;
	int            step;
	AudMatchFacts  facts;
	const char    *object;
	Oid            role; /* InvalidOid: not given */
	AudMarked      marked;

	/* secaudit.log and secaudit.log_superuser of that user in that database */
	AudLogList  log; /* secaudit.log */
	CommandTag  tag;
	const char *log_from;
	bool        log_superuser;
	const char *superuser_from;
} AudQuestion;

static void
add_row(AudQuestion *q, const char *what, const char *verdict, const char *why)
{
	Datum values[4];
	bool  nulls[4] = {false, false, false, why == NULL};

	values[0] = Int32GetDatum(++q->step);
	values[1] = CStringGetTextDatum(what);
	values[2] = CStringGetTextDatum(verdict);
	values[3] = why != NULL ? CStringGetTextDatum(why) : (Datum) 0;
	tuplestore_putvalues(q->rows->setResult, q->rows->setDesc, values, nulls);
}

static const char *
only_object(const void *arg, int i)
{
	return i == 0 ? ((const AudQuestion *) arg)->object : NULL;
}

static const char *
nth_tag(const void *arg, int i)
{
	const AudStmtTags *tags = ((const AudQuestion *) arg)->marked.tags;

	return tags != NULL && i < tags->n ? tags->names[i] : NULL;
}

static AudTruth
is_member(const void *arg, const char *role)
{
	Oid other = get_role_oid(role, true);

	return OidIsValid(other) &&
				   is_member_of_role_nosuper(((const AudQuestion *) arg)->role,
											 other)
			   ? AUD_YES
			   : AUD_NO;
}

/* An argument as text; where it is NULL, its keys are not known. */
static const char *
argument(FunctionCallInfo fcinfo, int n, int keys, int *unknown)
{
	if (!PG_ARGISNULL(n))
		return text_to_cstring(PG_GETARG_TEXT_PP(n));
	*unknown |= keys;
	return NULL;
}

static const char *
read_command(AudQuestion *q, const char *command)
{
	AudMatchFacts *facts = &q->facts;
	char *upper = command != NULL ? asc_toupper(command, strlen(command)) : NULL;
	CommandTag tag = upper != NULL ? GetCommandTagEnum(upper) : CMDTAG_UNKNOWN;

	if (upper != NULL && tag == CMDTAG_UNKNOWN)
		ereport(ERROR,
				errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("unrecognized command \"%s\"", command),
				errhint(
					"Write it as the record does: \"SELECT\", \"CREATE TABLE\"."));
	q->tag = tag;
	facts->classes = upper != NULL ? aud_classify_tag(tag) : 0;
	if (facts->classes == 0)
		facts->unknown |= AUD_MATCH_BIT(AUD_MATCH_CLASS);
	return upper;
}

static void
read_question(AudQuestion *q, FunctionCallInfo fcinfo)
{
	AudMatchFacts *facts = &q->facts;
	int            who =
		AUD_MATCH_BIT(AUD_MATCH_USER) | AUD_MATCH_BIT(AUD_MATCH_CURRENT_USER) |
		AUD_MATCH_BIT(AUD_MATCH_MEMBER_OF) | AUD_MATCH_BIT(AUD_MATCH_SUPERUSER);

	facts->unknown = NEVER_GIVEN;
	facts->user = argument(fcinfo, 0, who, &facts->unknown);
	facts->current_user = facts->user;
	facts->db = argument(fcinfo, 1, AUD_MATCH_BIT(AUD_MATCH_DB), &facts->unknown);
	facts->command = read_command(q,
								  argument(fcinfo,
										   2,
										   AUD_MATCH_BIT(AUD_MATCH_COMMAND),
										   &facts->unknown));
	q->object =
		argument(fcinfo, 3, AUD_MATCH_BIT(AUD_MATCH_OBJECT), &facts->unknown);
	facts->arg = q;
	facts->object = only_object;
	facts->member_of = is_member;
	if (facts->user != NULL)
	{
		q->role = get_role_oid(facts->user, false);
		facts->superuser = superuser_arg(q->role);
	}
	aud_marked_look_up(&q->marked, facts->user, facts->db, q->object);
	facts->tag = nth_tag;
	if (q->marked.known && q->marked.acting_known && !q->marked.column_tags)
		facts->unknown &= ~AUD_MATCH_BIT(AUD_MATCH_TAG);
}

/* Does a stored setting hold for that user in that database, and before others? */
static int
rank_of(const AudQuestion *q, const AudRoleSetting *s)
{
	bool for_role = s->role != NULL && q->facts.user != NULL &&
					strcmp(s->role, q->facts.user) == 0;
	bool for_db = s->database != NULL && q->facts.db != NULL &&
				  strcmp(s->database, q->facts.db) == 0;

	if ((s->role != NULL && !for_role) || (s->database != NULL && !for_db))
		return 0;
	return 1 + for_db + 2 * for_role;
}

static const char *
name_of(const AudRoleSetting *s)
{
	if (s->role != NULL && s->database != NULL)
		return psprintf("%s of role \"%s\" in database \"%s\"",
						s->name,
						s->role,
						s->database);
	if (s->role != NULL)
		return psprintf("%s of role \"%s\"", s->name, s->role);
	return psprintf("%s of database \"%s\"",
					s->name,
					s->database != NULL ? s->database : "");
}

/* The value in force for them: stored for both, for the role, for the database. */
static void
read_settings(AudQuestion *q)
{
	ListCell *lc;
	int       log_rank = 0;
	int       superuser_rank = 0;

	q->log.classes = aud_config->log_classes;
	q->log.has_commands = aud_config->log_commands != NULL;
	if (q->log.has_commands)
		q->log.commands = *aud_config->log_commands;
	q->log_from = "secaudit.log";
	q->log_superuser = aud_config->log_superuser;
	q->superuser_from = "secaudit.log_superuser";
	foreach (lc, aud_role_settings_read())
	{
		const AudRoleSetting *s = lfirst(lc);
		int                   rank = rank_of(q, s);
		AudLogList            list;
		bool                  on;

		if (rank > log_rank && pg_strcasecmp(s->name, "secaudit.log") == 0 &&
			aud_log_list_read(s->value, &list))
		{
			log_rank = rank;
			q->log = list;
			q->log_from = name_of(s);
		}
		if (rank > superuser_rank &&
			pg_strcasecmp(s->name, "secaudit.log_superuser") == 0 &&
			parse_bool(s->value, &on))
		{
			superuser_rank = rank;
			q->log_superuser = on;
			q->superuser_from = name_of(s);
		}
	}
}

typedef struct AudAnswer
{
	bool        depends;
	const char *verdict; /* NULL: nothing has decided yet */
	const char *why;
} AudAnswer;

static void
answer(AudAnswer *a, const char *verdict, const char *why)
{
	if (a->verdict != NULL)
		return;
	a->verdict = verdict;
	a->why = why;
}

static void
explain_rule(AudQuestion *q, const AudRule *rule, bool is_protected, AudAnswer *a)
{
	const char *failed;
	AudTruth    truth =
		aud_match_test(rule->match, &q->facts, AUD_MATCH_ALL, &failed);
	const char *what = psprintf("rule \"%s\" (%s)",
								rule->name,
								aud_rule_action_name(rule->action));
	bool        hides = rule->action == AUD_RULE_SKIP;

	if (truth == AUD_NO)
		add_row(q, what, "does not match", psprintf("by \"%s\"", failed));
	else if (hides && is_protected && !rule->even_protected)
		add_row(q, what, "does not count", "what it matches is protected");
	else if (truth == AUD_UNKNOWN)
	{
		add_row(q, what, "depends", psprintf("on \"%s\"", failed));
		a->depends |= a->verdict == NULL || rule->action == AUD_RULE_REFUSE ||
					  rule->action == AUD_RULE_ALERT;
	}
	else
	{
		add_row(q, what, "matches", NULL);
		if (rule->action == AUD_RULE_REFUSE || rule->action == AUD_RULE_ALERT)
			a->verdict = NULL; /* wherever it stands */
		answer(a,
			   rule->action == AUD_RULE_REFUSE ? "refused"
			   : hides                         ? "not recorded"
											   : "recorded",
			   what);
	}
}

/* The privilege that the command uses; 0: it may be any. */
static AclMode
privilege_of(CommandTag tag)
{
	switch (tag)
	{
		case CMDTAG_SELECT:
			return ACL_SELECT | ACL_USAGE | ACL_EXECUTE;
		case CMDTAG_INSERT:
			return ACL_INSERT;
		case CMDTAG_UPDATE:
			return ACL_UPDATE;
		case CMDTAG_DELETE:
			return ACL_DELETE;
		case CMDTAG_TRUNCATE_TABLE:
			return ACL_TRUNCATE;
		case CMDTAG_LOCK_TABLE:
			return ACL_UPDATE;
		case CMDTAG_CALL:
			return ACL_EXECUTE;
		default:
			return ACL_NO_RIGHTS;
	}
}

/* A row of the marks, which decide only where they say "recorded". */
static void
mark(AudQuestion *q, AudAnswer *a, const char *what, const char *verdict,
	 const char *why)
{
	add_row(q, what, verdict, why);
	if (strcmp(verdict, "recorded") == 0)
		answer(a, verdict, what);
	else if (strcmp(verdict, "depends") == 0)
		a->depends |= a->verdict == NULL;
}

static void
explain_role(AudQuestion *q, AudAnswer *a)
{
	static const char what[] = "secaudit.role";
	const AudMarked  *marked = &q->marked;
	AclMode           used = privilege_of(q->tag);

	if (!marked->known)
		mark(q, a, what, "depends", "on the privileges that the statement uses");
	else if ((marked->held & used) != 0)
		mark(q, a, what, "recorded", "the role holds the privilege");
	else if (marked->column_grant)
		mark(q, a, what, "depends", "on the columns that the statement uses");
	else if (marked->held == ACL_NO_RIGHTS)
		mark(q, a, what, "does not decide", "the role holds no privilege");
	else if (used == ACL_NO_RIGHTS)
		mark(q, a, what, "depends", "on the privileges that the statement uses");
	else
		mark(q, a, what, "does not decide", "the role does not hold the privilege");
}

static void
explain_labels(AudQuestion *q, AudAnswer *a)
{
	static const char what[] = "labels";
	const AudMarked  *marked = &q->marked;
	const char       *why = NULL;

	if (marked->tags != NULL)
		why = psprintf("there are the tags %s", aud_marked_list(marked->tags));
	if (marked->tags != NULL && (q->facts.classes & aud_config->log_tagged) != 0)
		mark(q, a, what, "recorded", why);
	else if (marked->tags != NULL && q->facts.classes == 0)
		mark(q,
			 a,
			 what,
			 "depends",
			 "on the class, which the command alone does not tell");
	else if (!marked->known || !marked->acting_known)
		mark(q, a, what, "depends", "on what the statement touches");
	else if (marked->tags != NULL)
		mark(q,
			 a,
			 what,
			 "does not decide",
			 "the class is not in secaudit.log_tagged");
	else if (marked->column_tags)
		mark(q, a, what, "depends", "on the columns that the statement uses");
	else
		mark(q, a, what, "does not decide", "there are none");
}

/*
 * Labels and grants are about the objects that a statement names: one is known
 * here, where the call names it.
 */
static void
explain_marks(AudQuestion *q, AudAnswer *a)
{
	if (aud_config->role[0] != '\0')
		explain_role(q, a);
	if (aud_config->marking)
		explain_labels(q, a);
}

static void
explain_settings(AudQuestion *q, AudAnswer *a)
{
	bool by_superuser = q->facts.superuser && q->log_superuser;
	bool by_class = (q->facts.classes & q->log.classes) != 0;
	int  by_name = q->log.has_commands
					   ? aud_log_list_command(&q->log.commands, q->tag, false)
					   : 0;

	if (q->facts.user != NULL)
		add_row(q,
				q->superuser_from,
				by_superuser ? "recorded" : "does not decide",
				!q->facts.superuser ? "the user is no superuser"
				: q->log_superuser  ? "the user is a superuser"
									: "it is off");
	if (by_superuser)
		answer(a, "recorded", q->superuser_from);
	explain_marks(q, a);
	if (by_name != 0)
	{
		add_row(q,
				q->log_from,
				by_name > 0 ? "recorded" : "not recorded",
				by_name > 0 ? "the command is in it"
							: "the command is taken away in it");
		answer(a, by_name > 0 ? "recorded" : "not recorded", q->log_from);
		return;
	}
	if (q->facts.classes == 0)
	{
		add_row(q,
				q->log_from,
				"depends",
				"on the class, which the command alone does not tell");
		a->depends |= a->verdict == NULL;
		return;
	}
	add_row(q,
			q->log_from,
			by_class ? "recorded" : "not recorded",
			by_class ? "the class is in it" : "the class is not in it");
	answer(a, by_class ? "recorded" : "not recorded", q->log_from);
}

Datum
secaudit_explain(PG_FUNCTION_ARGS)
{
	AudQuestion q = {.rows = (ReturnSetInfo *) fcinfo->resultinfo};
	AudAnswer   a = {0};
	bool        is_protected;

	InitMaterializedSRF(fcinfo, 0);
	read_question(&q, fcinfo);
	read_settings(&q);
	is_protected =
		aud_decide_is_protected(q.facts.classes, false, false, q.facts.superuser);
	for (int i = 0; aud_config->rules != NULL && i < aud_config->rules->n; i++)
		explain_rule(&q, &aud_config->rules->items[i], is_protected, &a);
	explain_settings(&q, &a);
	add_row(&q,
			"result",
			a.depends ? "depends" : a.verdict,
			a.verdict != NULL ? psprintf("%s by %s", a.verdict, a.why) : NULL);
	return (Datum) 0;
}
