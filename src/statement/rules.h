/*-------------------------------------------------------------------------
 *
 * rules.h
 *	  What the rules of secaudit.rules_file say of a statement.
 *
 * There are rules if aud_config->rules is not NULL; nothing here is to be
 * called otherwise.  docs/policy.md has the order in which they are asked.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_RULES_H
#define AUD_STATEMENT_RULES_H

#include "core/match/rules.h"
#include "record/record.h"
#include "server/guc.h"

/* What they say; pointers are valid until they are asked again. */
typedef struct AudVerdict
{
	const AudRule        *decides; /* the first log or skip; NULL: none */
	const AudRule        *refuses; /* the first refuse; NULL: none */
	const AudRule *const *alerts;  /* each that raises one */
	int                   n_alerts;
} AudVerdict;

/*
 * Ask them.  at_end: the statement is over; else what only the end tells is not
 * known, and what is not known hides nothing.  Reads no catalog.
 */
extern void aud_rules_judge(const AudStmt *stmt, bool at_end,
							AudVerdict *verdict);

/*
 * The rule that refuses what is known of a statement that has not been done, or
 * NULL.  host: the command that it is the body of, or itself.  keys: rules with
 * none of these are not asked; 0: all are.
 */
extern const AudRule *aud_rules_refusing(const AudStmt *stmt,
										 const AudStmt *host, int keys);

/*
 * Might a rule refuse something because it has this name or these tags, the
 * frame's, whoever does it and how?
 */
extern bool aud_rules_may_name(const AudStmt *stmt);

/* A statement has begun: look up what is needed of who acts.  May throw. */
extern void aud_rules_begin(const AudStmt *stmt);

/*
 * The same of an event of a session; who: its role, of which memberships are
 * looked up if may_read_catalog.  And its alerts, once it is recorded, or not.
 */
extern void aud_rules_judge_event(const AudEventFacts *event, Oid who,
								  bool may_read_catalog, AudVerdict *verdict);
extern void aud_rules_name_event(AudBuf *names, const AudVerdict *verdict);
extern void aud_rules_alert_event(const AudEventFacts *event,
								  const AudVerdict    *verdict);

/* Name in the frame the rules that chose it, and then, recorded, raise alerts. */
extern void aud_rules_name(AudStmt *stmt, const AudVerdict *verdict);
extern void aud_rules_alert(const AudStmt *stmt, const AudVerdict *verdict);

#endif /* AUD_STATEMENT_RULES_H */
