/*-------------------------------------------------------------------------
 *
 * match_facts.h
 *	  A frame as facts that rules can be tested against.
 *
 * In two parts: what many statements have in common, of which the verdict can
 * be kept, and what each has for itself.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_MATCH_FACTS_H
#define AUD_FACTS_MATCH_FACTS_H

#include "core/match/rules.h"
#include "record/record.h"
#include "server/guc.h"

/* Keys whose facts each statement has for itself; the others are those of its kind. */
#define AUD_MATCH_OWN                                                       \
	(AUD_MATCH_BIT(AUD_MATCH_ROWS) | AUD_MATCH_BIT(AUD_MATCH_DURATION_MS) | \
	 AUD_MATCH_BIT(AUD_MATCH_TIME) | AUD_MATCH_BIT(AUD_MATCH_CONTEXT))
#define AUD_MATCH_COMMON (AUD_MATCH_ALL & ~AUD_MATCH_OWN)

/* What only the end of a statement tells. */
#define AUD_MATCH_LATE                                                  \
	(AUD_MATCH_BIT(AUD_MATCH_OUTCOME) | AUD_MATCH_BIT(AUD_MATCH_ROWS) | \
	 AUD_MATCH_BIT(AUD_MATCH_DURATION_MS))

/* Bytes of a role's or database's name, of an application's. */
#define AUD_MATCH_NAME_MAX 512

/* The texts that the facts point to. */
typedef struct AudMatchTexts
{
	char user[AUD_MATCH_NAME_MAX];
	char current_user[AUD_MATCH_NAME_MAX];
	char db[AUD_MATCH_NAME_MAX];
	char app[AUD_MATCH_NAME_MAX];
} AudMatchTexts;

/*
 * The common facts, for AUD_MATCH_COMMON.  host: the command that stmt is the
 * body of, or stmt itself.  at_end: it is over.
 */
extern void aud_match_facts_common(AudMatchFacts *facts, AudMatchTexts *texts,
								   const AudStmt *stmt, const AudStmt *host,
								   bool at_end);

/*
 * All facts of an event of a session; who: the role's OID, for memberships that
 * are known of it, or InvalidOid.
 */
extern void aud_match_facts_event(AudMatchFacts *facts, AudMatchTexts *texts,
								  const AudEventFacts *event, const Oid *who);

/* Its own, for AUD_MATCH_OWN; keys: those that will be asked for. */
extern void aud_match_facts_own(AudMatchFacts *facts, const AudStmt *stmt,
								bool at_end, int keys);

/* The classes of both. */
static inline int
aud_match_classes(const AudStmt *stmt, const AudStmt *host)
{
	return stmt->what.classes | host->what.classes;
}

/* May a rule refuse a statement by the name of an object? */
static inline bool
aud_match_refuses_names(void)
{
	const AudRules *rules = aud_config->rules;

	return rules != NULL && (rules->actions & 1 << AUD_RULE_REFUSE) != 0 &&
		   (rules->keys & AUD_MATCH_BIT(AUD_MATCH_OBJECT)) != 0;
}

#endif /* AUD_FACTS_MATCH_FACTS_H */
