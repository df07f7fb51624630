/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  The rules file: what is valid in it.
 *
 * jansson reads the text first and says where it is no JSON, or has a key
 * twice.  Then the text is walked through in place, so that everything else
 * that is wrong has a place as well.
 *
 *-------------------------------------------------------------------------
 */
#include "core/match/rules.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const actions[] = {"log", "skip", "alert", "refuse", NULL};
static const char *const severities[] = {
	"low",
	"medium",
	"high",
	"critical",
	NULL,
};
static const char *const rule_keys[] = {
	"name",
	"match",
	"action",
	"severity",
	"even_protected",
	NULL,
};

/* What only the outcome of a statement shows cannot prevent it. */
#define LATE_KEYS                                                       \
	(AUD_MATCH_BIT(AUD_MATCH_OUTCOME) | AUD_MATCH_BIT(AUD_MATCH_ROWS) | \
	 AUD_MATCH_BIT(AUD_MATCH_DURATION_MS))

/* The members of a rule, in the order of rule_keys. */
enum
{
	KEY_NAME,
	KEY_MATCH,
	KEY_ACTION,
	KEY_SEVERITY,
	KEY_EVEN_PROTECTED,
	KEYS,
};

typedef struct Members
{
	AudJsonValue whole;
	AudJsonValue values[KEYS];
	bool         has[KEYS];
} Members;

const char *
aud_rule_action_name(AudRuleAction action)
{
	return actions[action];
}

const char *
aud_rule_severity_name(AudRuleSeverity severity)
{
	return severities[severity];
}

bool
aud_rule_matches(const AudRule *rule, const AudMatchFacts *facts, int keys)
{
	AudTruth truth = aud_match_test(rule->match, facts, keys, NULL);

	return truth == AUD_YES ||
		   (truth == AUD_UNKNOWN && rule->action != AUD_RULE_SKIP);
}

static const char *
place_of(const Members *m, int key)
{
	return aud_fault_place(m->has[key] ? &m->values[key] : &m->whole);
}

static bool
collect_members(Members *m, const AudJsonValue *value, AudFaultAt *fault)
{
	AudJsonScan   s;
	AudJsonMember member;

	memset(m, 0, sizeof(*m));
	m->whole = *value;
	if (value->kind != AUD_JSON_OBJECT)
		return aud_fault_at(fault,
							aud_fault_place(value),
							"expected a rule, an object with name, match and "
							"action");
	aud_json_scan_object(&s, value->text, value->len);
	while (aud_json_scan_member(&s, &member))
	{
		int key = 0;

		while (key < KEYS && !aud_json_key_is(&member, rule_keys[key]))
			key++;
		if (key == KEYS)
			return aud_fault_unknown(fault,
									 member.start,
									 "key of a rule",
									 member.key,
									 member.key_len,
									 rule_keys);
		m->has[key] = true;
		m->values[key] = member.value;
	}
	for (int key = KEY_NAME; key <= KEY_ACTION; key++)
	{
		if (!m->has[key])
			return aud_fault_at(fault,
								value->text,
								"the rule has no \"%s\"",
								rule_keys[key]);
	}
	return true;
}

/* Names stand in records, in the server log and in errors. */
static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		   (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static bool
read_name(AudRules *rules, AudRule *rule, const Members *m, AudFaultAt *fault)
{
	const AudJsonValue *value = &m->values[KEY_NAME];
	size_t              good = 0;

	while (good < value->len && is_name_char(value->text[good]))
		good++;
	if (value->kind != AUD_JSON_STRING || good == 0 || good < value->len ||
		good > AUD_RULE_NAME_MAX)
		return aud_fault_at(fault,
							place_of(m, KEY_NAME),
							"expected a name of up to %d letters, digits, and "
							". _ -",
							AUD_RULE_NAME_MAX);
	rule->name = aud_fault_string(value, fault);
	if (rule->name == NULL)
		return false;
	for (const AudRule *other = rules->items; other < rule; other++)
	{
		if (strcmp(other->name, rule->name) == 0)
			return aud_fault_at(fault,
								place_of(m, KEY_NAME),
								"the name \"%s\" is that of the rule in line "
								"%d as well",
								rule->name,
								other->line);
	}
	return true;
}

/* Which word of a list it is; -1, with a fault: none. */
static int
read_word(const Members *m, int key, const char *const *words, AudFaultAt *fault)
{
	const AudJsonValue *value = &m->values[key];

	for (int i = 0; words[i] != NULL; i++)
	{
		if (value->kind == AUD_JSON_STRING && strlen(words[i]) == value->len &&
			memcmp(words[i], value->text, value->len) == 0)
			return i;
	}
	(void) aud_fault_unknown(fault,
							 place_of(m, key),
							 rule_keys[key],
							 value->text,
							 value->len,
							 words);
	return -1;
}

/* What only some of the actions have. */
static bool
read_options(AudRule *rule, const Members *m, AudFaultAt *fault)
{
	bool warns =
		rule->action == AUD_RULE_ALERT || rule->action == AUD_RULE_REFUSE;
	const AudJsonValue *even = &m->values[KEY_EVEN_PROTECTED];
	int                 severity = AUD_SEVERITY_MEDIUM;

	if (m->has[KEY_SEVERITY])
	{
		if (!warns)
			return aud_fault_at(fault,
								place_of(m, KEY_SEVERITY),
								"only alert and refuse have a severity");
		severity = read_word(m, KEY_SEVERITY, severities, fault);
		if (severity < 0)
			return false;
	}
	rule->severity = (AudRuleSeverity) severity;
	if (!m->has[KEY_EVEN_PROTECTED])
		return true;
	if (even->kind != AUD_JSON_BOOL)
		return aud_fault_at(fault,
							place_of(m, KEY_EVEN_PROTECTED),
							"expected true or false for \"even_protected\"");
	if (rule->action != AUD_RULE_SKIP)
		return aud_fault_at(fault,
							place_of(m, KEY_EVEN_PROTECTED),
							"only skip has \"even_protected\"");
	rule->even_protected = even->text[0] == 't';
	return true;
}

/* A rule that refuses has to know everything before the statement runs. */
static bool
check_keys(const AudRule *rule, const Members *m, AudFaultAt *fault)
{
	int late = aud_match_keys(rule->match) & LATE_KEYS;

	if (rule->action != AUD_RULE_REFUSE || late == 0)
		return true;
	for (int key = 0; key < AUD_MATCH_KEYS; key++)
	{
		if (late & AUD_MATCH_BIT(key))
			return aud_fault_at(fault,
								place_of(m, KEY_MATCH),
								"a rule cannot refuse by \"%s\", which is "
								"known only when the statement has run",
								aud_match_key_name((AudMatchKey) key));
	}
	return false;
}

static bool
read_rule(AudRules *rules, const AudJsonValue *value, const AudZones *zones,
		  AudFaultAt *fault)
{
	AudRule *rule = &rules->items[rules->n++];
	Members  m;
	int      action;

	if (!collect_members(&m, value, fault) || !read_name(rules, rule, &m, fault))
		return false;
	action = read_word(&m, KEY_ACTION, actions, fault);
	if (action < 0)
		return false;
	rule->action = (AudRuleAction) action;
	if (!read_options(rule, &m, fault))
		return false;
	rule->match =
		aud_match_compile(&m.values[KEY_MATCH], AUD_MATCH_OF_RULES, zones, fault);
	if (rule->match == NULL)
		return false;
	rules->actions |= 1 << action;
	rules->keys |= aud_match_keys(rule->match);
	return check_keys(rule, &m, fault);
}

/* Line and column of a place; lines are counted on from an earlier place. */
static void
find_place(const char *text, const char *at, int *line, int *column)
{
	*line = 1;
	*column = 1;
	for (; text < at; text++)
	{
		if (*text == '\n')
		{
			++*line;
			*column = 1;
		}
		else if (((unsigned char) *text & 0xC0) != 0x80)
			++*column;
	}
}

static int
count_rules(const char *text, size_t len)
{
	AudJsonScan  s;
	AudJsonValue value;
	int          n = 0;

	aud_json_scan_array(&s, text, len);
	while (aud_json_scan_element(&s, &value))
		n++;
	return s.ended ? n : -1;
}

static bool
read_rules(AudRules *rules, const char *text, size_t len, const AudZones *zones,
		   AudFaultAt *fault)
{
	AudJsonScan  s;
	AudJsonValue value;
	int          n = count_rules(text, len);
	int          line = 1;
	int          column;
	const char  *from = text;

	if (n < 0 || n > AUD_RULES_MAX)
		return aud_fault_at(fault,
							text,
							n < 0 ? "expected one array of rules, nested less "
									"than %d deep"
								  : "there are more than %d rules",
							n < 0 ? AUD_JSON_DEPTH_MAX : AUD_RULES_MAX);
	rules->items = calloc((size_t) n + 1, sizeof(*rules->items));
	if (rules->items == NULL)
		return aud_fault_no_memory(fault);
	aud_json_scan_array(&s, text, len);
	while (aud_json_scan_element(&s, &value))
	{
		int lines;

		find_place(from, value.text, &lines, &column);
		line += lines - 1;
		from = value.text;
		rules->items[rules->n].line = line;
		if (!read_rule(rules, &value, zones, fault))
			return false;
	}
	return true;
}

/* jansson's message, without the piece of the file that it quotes. */
static void
syntax_fault(AudRulesFault *fault, const json_error_t *error)
{
	const char *quote = strstr(error->text, " near '");
	size_t      len =
        quote != NULL ? (size_t) (quote - error->text) : strlen(error->text);

	aud_error_set(&fault->error, 0, "%.*s", (int) len, error->text);
	fault->line = error->line > 0 ? error->line : 0;
	fault->column = error->column > 0 ? error->column : 1;
}

static bool
check_syntax(const char *text, size_t len, AudRulesFault *fault)
{
	json_error_t error;
	json_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	bool    ok = document != NULL;

	if (!ok)
		syntax_fault(fault, &error);
	json_decref(document);
	return ok;
}

AudRules *
aud_rules_parse(const char *text, size_t len, const AudZones *zones,
				AudRulesFault *fault)
{
	AudRules  *rules;
	AudFaultAt at = {0};

	memset(fault, 0, sizeof(*fault));
	if (!check_syntax(text, len, fault))
		return NULL;
	rules = calloc(1, sizeof(*rules));
	if (rules == NULL)
		(void) aud_fault_no_memory(&at);
	else if (read_rules(rules, text, len, zones, &at))
	{
		(void) aud_sha256_hex(rules->sha256, text, len);
		return rules;
	}
	fault->error = at.error;
	if (at.at != NULL)
		find_place(text, at.at, &fault->line, &fault->column);
	aud_rules_free(rules);
	return NULL;
}

void
aud_rules_free(AudRules *rules)
{
	if (rules == NULL)
		return;
	for (int i = 0; i < rules->n; i++)
	{
		free(rules->items[i].name);
		aud_match_free(rules->items[i].match);
	}
	free(rules->items);
	free(rules);
}
