/*-------------------------------------------------------------------------
 *
 * rules.h
 *	  The rules file: one JSON array of rules, in order.
 *
 *	  {"name": "bulk-phi", "match": {"tag": "phi", "rows": {"gt": 1000}},
 *	   "action": "alert", "severity": "high"}
 *
 * It is validated as a whole: there are all of its rules or none.
 *
 * Core layer: no postgres.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_CORE_MATCH_RULES_H
#define AUD_CORE_MATCH_RULES_H

#include "core/match/match.h"
#include "core/sha256.h"

#define AUD_RULES_MAX       1000
#define AUD_RULES_FILE_MAX  (1024 * 1024)
#define AUD_RULE_NAME_MAX   63 /* bytes: letters, digits, and . _ - */
#define AUD_RULE_ACTIONS    4
#define AUD_RULE_SEVERITIES 4

typedef enum AudRuleAction
{
	AUD_RULE_LOG,
	AUD_RULE_SKIP,
	AUD_RULE_ALERT,
	AUD_RULE_REFUSE,
} AudRuleAction;

typedef enum AudRuleSeverity
{
	AUD_SEVERITY_LOW,
	AUD_SEVERITY_MEDIUM,
	AUD_SEVERITY_HIGH,
	AUD_SEVERITY_CRITICAL,
} AudRuleSeverity;

typedef struct AudRule
{
	char           *name;
	AudMatch       *match;
	AudRuleAction   action;
	AudRuleSeverity severity;       /* of alert and refuse */
	bool            even_protected; /* of skip */
	int             line;           /* of the file, from 1 */
} AudRule;

typedef struct AudRules
{
	int      n;
	AudRule *items;
	int      actions;                       /* bits of AudRuleAction */
	int      keys;                          /* that any of them has */
	char     sha256[AUD_SHA256_DIGITS + 1]; /* of the file; "": unknown */
} AudRules;

/* What is wrong with a file, and where; line 0: with all of it. */
typedef struct AudRulesFault
{
	AudError error;
	int      line;   /* from 1 */
	int      column; /* in characters, from 1 */
} AudRulesFault;

/*
 * Read a file, or a text.  NULL, with a fault, if anything in it is not valid.
 * zones: see window.h.
 */
extern AudRules *aud_rules_load(const char *path, const AudZones *zones,
								AudRulesFault *fault);
extern AudRules *aud_rules_parse(const char *text, size_t len,
								 const AudZones *zones, AudRulesFault *fault);
extern void      aud_rules_free(AudRules *rules);

extern const char *aud_rule_action_name(AudRuleAction action);
extern const char *aud_rule_severity_name(AudRuleSeverity severity);

/*
 * Does the rule match, as far as these keys go?  Where that cannot be found
 * out, the answer is the one that hides nothing: only skip does not match.
 */
extern bool aud_rule_matches(const AudRule *rule, const AudMatchFacts *facts,
							 int keys);

#endif /* AUD_CORE_MATCH_RULES_H */
