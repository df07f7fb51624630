/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  What the rules of secaudit.rules_file say of a statement.
 *
 * Most of what rules ask for is the same for many statements: who acts, from
 * where, which command, which classes, how it ended.  Which rules can still
 * match is found out once for each such kind of statement and kept in a view;
 * a statement of a known kind asks only those, and only for what is its own,
 * such as its objects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/json_write.h"
#include "core/match/decide.h"
#include "facts/match_facts.h"
#include "facts/members.h"
#include "record/record.h"
#include "record/session.h"
#include "statement/rules.h"
#include "statement/stack.h"

/* Kinds of statements that are remembered: half a kilobyte each. */
#define VIEWS 256

/* A kind with more is not remembered: bytes of objects, tags, rules that can match. */
#define HEADS_MAX 256
#define TAGS_MAX  4
#define LIVE_MAX  48

/* A kind of statement. */
typedef struct AudKind
{
	uint64      rules;   /* serial of the rules */
	uint64      who;     /* of the identity */
	uint64      app;     /* of the application name */
	uint64      members; /* the look-up of what it is a member of */
	int         classes;
	CommandTag  tag;
	AudOrigin   origin;
	int         outcome; /* of AudOutcome; -1: it is not over */
	bool        is_error;
	bool        privileged;
	int         n_tags;
	const char *tags[TAGS_MAX]; /* a tag's name is one pointer */
} AudKind;

/* A kind and its objects, and the rules that can match such a statement. */
typedef struct AudView
{
	AudKind kind;
	size_t  heads_len;
	char    heads[HEADS_MAX]; /* types and names of its objects */
	int     n;
	int     keys; /* of its own that they ask for */
	uint16  live[LIVE_MAX];
} AudView;

/* The same of the statement at hand, which may be of no kind. */
typedef struct AudLive
{
	int           n;
	int           keys;
	const uint16 *rules; /* their places in the file */
} AudLive;

static AudView        views[VIEWS];
static uint16         found[AUD_RULES_MAX];
static const AudRule *raised[AUD_RULES_MAX];

/* False if it is of no kind: a command that is no tag, nobody, too many tags. */
static bool
describe_kind(AudKind *kind, const AudStmt *stmt, const AudStmt *host, bool at_end)
{
	memset(kind, 0, sizeof(*kind)); /* its padding is compared, too */
	kind->rules = aud_config->rules_serial;
	kind->who = stmt->who->serial;
	kind->app = aud_session_app_serial();
	if (aud_config->rules->keys & AUD_MATCH_BIT(AUD_MATCH_MEMBER_OF))
		kind->members = aud_members_known(kind->rules, stmt->who->current_role);
	kind->classes = aud_match_classes(stmt, host);
	kind->tag = host->what.tag;
	kind->origin = host->place.origin;
	kind->outcome = at_end ? (int) stmt->result.outcome : -1;
	kind->is_error = host->what.is_error;
	kind->privileged = stmt->what.privileged || host->what.privileged;
	kind->n_tags = stmt->tags.n;
	if (host->what.command != NULL || kind->who == 0 || stmt->tags.n > TAGS_MAX)
		return false;
	for (int i = 0; i < stmt->tags.n; i++)
		kind->tags[i] = stmt->tags.names[i];
	return true;
}

static AudView *
view_of(const AudKind *kind, const AudStmt *stmt)
{
	uint32 hash = (uint32) kind->tag * 31 + (uint32) kind->classes * 7 +
				  (uint32) kind->outcome * 3 + (uint32) kind->who +
				  (uint32) kind->origin;

	for (int i = 0; i < stmt->objects.n && i < 8; i++)
		hash = hash * 31 + stmt->objects.items[i].objid;
	return &views[(hash ^ hash >> 16) % VIEWS];
}

/* Are they exactly these, in this order? */
static bool
has_objects_of(const AudView *view, const AudStmt *stmt)
{
	size_t at = 0;

	for (int i = 0; i < stmt->objects.n; i++)
	{
		const AudObject *object = &stmt->objects.items[i];

		if (object->head_len > view->heads_len - at ||
			memcmp(view->heads + at,
				   stmt->arena.data + object->head_off,
				   object->head_len) != 0)
			return false;
		at += object->head_len;
	}
	return at == view->heads_len;
}

/* False if there is no room for them. */
static bool
keep_objects(AudView *view, const AudStmt *stmt)
{
	view->heads_len = 0;
	for (int i = 0; i < stmt->objects.n; i++)
	{
		const AudObject *object = &stmt->objects.items[i];

		if (object->head_len > HEADS_MAX - view->heads_len)
			return false;
		memcpy(view->heads + view->heads_len,
			   stmt->arena.data + object->head_off,
			   object->head_len);
		view->heads_len += object->head_len;
	}
	return true;
}

static void
find_live(AudLive *live, const AudMatchFacts *facts)
{
	const AudRules *rules = aud_config->rules;

	live->n = 0;
	live->keys = 0;
	live->rules = found;
	for (int i = 0; i < rules->n; i++)
	{
		const AudRule *rule = &rules->items[i];

		if (!aud_rule_matches(rule, facts, AUD_MATCH_COMMON))
			continue;
		found[live->n++] = (uint16) i;
		live->keys |= aud_match_keys(rule->match) & AUD_MATCH_OWN;
	}
}

static void
remember(AudView *view, const AudKind *kind, const AudStmt *stmt,
		 const AudLive *live)
{
	view->kind.rules = 0; /* no kind has that */
	if (live->n > LIVE_MAX || !keep_objects(view, stmt))
		return;
	view->n = live->n;
	view->keys = live->keys;
	memcpy(view->live, live->rules, live->n * sizeof(uint16));
	memcpy(&view->kind, kind, sizeof(*kind)); /* with its padding */
}

/* The rules that can match; valid until they are asked for again. */
static AudLive
live_rules(const AudStmt *stmt, const AudStmt *host, bool at_end)
{
	AudKind       kind;
	AudLive       live;
	AudMatchFacts facts;
	AudMatchTexts texts;
	bool          is_kind = describe_kind(&kind, stmt, host, at_end);
	AudView      *view = view_of(&kind, stmt);

	if (is_kind && memcmp(&view->kind, &kind, sizeof(kind)) == 0 &&
		has_objects_of(view, stmt))
		return (AudLive){view->n, view->keys, view->live};
	aud_match_facts_common(&facts, &texts, stmt, host, at_end);
	find_live(&live, &facts);
	if (is_kind)
		remember(view, &kind, stmt, &live);
	return live;
}

static void
take(AudVerdict *verdict, const AudRule *rule, bool is_protected)
{
	if (rule->action == AUD_RULE_ALERT)
		raised[verdict->n_alerts++] = rule;
	else if (rule->action == AUD_RULE_REFUSE && verdict->refuses == NULL)
		verdict->refuses = rule;
	else if (verdict->decides == NULL && aud_decide_counts(rule, is_protected))
		verdict->decides = rule;
}

static bool
is_protected(const AudStmt *stmt)
{
	return aud_decide_is_protected(stmt->what.classes,
								   stmt->result.outcome == AUD_OUTCOME_FAILURE,
								   stmt->what.privileged,
								   stmt->who->superuser);
}

void
aud_rules_judge(const AudStmt *stmt, bool at_end, AudVerdict *verdict)
{
	AudLive       live = live_rules(stmt, stmt, at_end);
	AudMatchFacts facts;

	memset(verdict, 0, sizeof(*verdict));
	verdict->alerts = raised;
	if (live.n == 0)
		return;
	aud_match_facts_own(&facts, stmt, at_end, live.keys);
	for (int i = 0; i < live.n; i++)
	{
		const AudRule *rule = &aud_config->rules->items[live.rules[i]];

		if (aud_rule_matches(rule, &facts, AUD_MATCH_OWN))
			take(verdict, rule, is_protected(stmt));
	}
}

/* A rule about classes has nothing to say as long as none is known. */
const AudRule *
aud_rules_refusing(const AudStmt *stmt, const AudStmt *host, int keys)
{
	AudLive       live = live_rules(stmt, host, false);
	bool          has_class = aud_match_classes(stmt, host) != 0;
	AudMatchFacts facts;

	aud_match_facts_own(&facts, stmt, false, live.keys);
	for (int i = 0; i < live.n; i++)
	{
		const AudRule *rule = &aud_config->rules->items[live.rules[i]];

		if (rule->action == AUD_RULE_REFUSE &&
			(keys == 0 || (aud_match_keys(rule->match) & keys) != 0) &&
			(has_class ||
			 !(aud_match_keys(rule->match) & AUD_MATCH_BIT(AUD_MATCH_CLASS))) &&
			aud_rule_matches(rule, &facts, AUD_MATCH_OWN))
			return rule;
	}
	return NULL;
}

bool
aud_rules_may_name(const AudStmt *stmt)
{
	const AudRules *rules = aud_config->rules;
	AudMatchFacts   facts;
	AudMatchTexts   texts;

	if ((rules->keys & AUD_MATCH_NAMES) == 0)
		return false;
	aud_match_facts_common(&facts, &texts, stmt, stmt, false);
	for (int i = 0; i < rules->n; i++)
	{
		const AudRule *rule = &rules->items[i];

		if (rule->action == AUD_RULE_REFUSE &&
			(aud_match_keys(rule->match) & AUD_MATCH_NAMES) != 0 &&
			aud_rule_matches(rule, &facts, AUD_MATCH_NAMES))
			return true;
	}
	return false;
}

void
aud_rules_begin(const AudStmt *stmt)
{
	aud_members_look_up(aud_config->rules,
						aud_config->rules_serial,
						stmt->who->current_role);
}

void
aud_rules_name(AudStmt *stmt, const AudVerdict *verdict)
{
	if (stmt->rules.refused_by[0] != '\0')
		aud_stmt_add_rule(stmt, stmt->rules.refused_by);
	if (verdict->decides != NULL && verdict->decides->action == AUD_RULE_LOG)
		aud_stmt_add_rule(stmt, verdict->decides->name);
	for (int i = 0; i < verdict->n_alerts; i++)
		aud_stmt_add_rule(stmt, verdict->alerts[i]->name);
}

static void
raise_alert(const AudStmt *stmt, const char *rule, AudRuleSeverity severity,
			const char *reason, const char *message)
{
	const char *word = aud_rule_severity_name(severity);

	aud_record_rule_alert(stmt, rule, word, reason);
	ereport(LOG_SERVER_ONLY,
			errmsg(message, rule),
			errdetail("Severity %s, statement " UINT64_FORMAT " of its session.",
					  word,
					  stmt->place.number),
			errhidestmt(true),
			errhidecontext(true));
}

void
aud_rules_alert(const AudStmt *stmt, const AudVerdict *verdict)
{
	const AudStmtRules *refusal = &stmt->rules;

	if (refusal->broke_glass)
		raise_alert(stmt,
					refusal->refused_by,
					refusal->severity,
					"break_glass",
					"audit rule \"%s\" would have refused a statement, but for secaudit.break_glass");
	else if (refusal->refused_by[0] != '\0')
		raise_alert(stmt,
					refusal->refused_by,
					refusal->severity,
					"refused",
					"audit rule \"%s\" has refused a statement");
	for (int i = 0; i < verdict->n_alerts; i++)
		raise_alert(stmt,
					verdict->alerts[i]->name,
					verdict->alerts[i]->severity,
					"rule",
					"audit rule \"%s\" matches a statement");
}

static void
append_name(AudBuf *names, const char *name)
{
	aud_buf_cstr(names, names->len > 0 ? ",\"" : "\"");
	aud_buf_cstr(names, name);
	aud_buf_char(names, '"');
}

/* Of the few that there are nothing is remembered. */
void
aud_rules_judge_event(const AudEventFacts *event, Oid who,
					  bool may_read_catalog, AudVerdict *verdict)
{
	const AudRules *rules = aud_config->rules;
	AudMatchFacts   facts;
	AudMatchTexts   texts;

	memset(verdict, 0, sizeof(*verdict));
	verdict->alerts = raised;
	if (may_read_catalog)
		aud_members_look_up(rules, aud_config->rules_serial, who);
	aud_match_facts_event(&facts, &texts, event, &who);
	for (int i = 0; i < rules->n; i++)
	{
		const AudRule *rule = &rules->items[i];

		if (rule->action != AUD_RULE_REFUSE &&
			aud_rule_matches(rule, &facts, AUD_MATCH_ALL))
			take(verdict, rule, true);
	}
}

void
aud_rules_name_event(AudBuf *names, const AudVerdict *verdict)
{
	const AudRule *log = verdict->decides;

	if (log != NULL && log->action == AUD_RULE_LOG)
		append_name(names, log->name);
	for (int i = 0; i < verdict->n_alerts; i++)
		append_name(names, verdict->alerts[i]->name);
}

void
aud_rules_alert_event(const AudEventFacts *event, const AudVerdict *verdict)
{
	for (int i = 0; i < verdict->n_alerts; i++)
	{
		const AudRule *rule = verdict->alerts[i];
		char           detail[256];
		AudBuf         b;
		AudEventFacts alert = aud_record_alert(event->failure, event->identity);

		alert.when = event->when;
		alert.tags = event->tags;
		alert.detail = detail;
		aud_buf_init(&b, detail, sizeof(detail));
		aud_json_member_word(&b, "reason", "rule");
		aud_json_member_word(&b, "rule", rule->name);
		aud_json_member_word(&b,
							 "severity",
							 aud_rule_severity_name(rule->severity));
		aud_record_event(&alert);
		ereport(LOG_SERVER_ONLY,
				errmsg("audit rule \"%s\" matches event %s",
					   rule->name,
					   event->event),
				errdetail("Severity %s.", aud_rule_severity_name(rule->severity)),
				errhidestmt(true),
				errhidecontext(true));
	}
}
