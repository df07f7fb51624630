/*-------------------------------------------------------------------------
 *
 * policy.h
 *	  Which statements are recorded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_POLICY_H
#define AUD_STATEMENT_POLICY_H

#include "record/stmt.h"
#include "server/guc.h"
#include "statement/rules.h"

/*
 * Can anything at all be wanted from this session?  One branch: this is all
 * that a server with secaudit.log = none pays for each hook.
 */
static inline bool
aud_policy_watching(void)
{
	return aud_config->watching;
}

/* Is this statement recorded, as far as it is known? */
extern bool aud_policy_wants(const AudStmt *stmt);

/* It is over: is it recorded?  And what else do rules say of it? */
extern bool aud_policy_judge(const AudStmt *stmt, AudVerdict *verdict);

/* Then, if it is: its record, with the alerts that it raises behind it. */
extern void aud_policy_record(AudStmt *stmt, const AudVerdict *verdict);

/* A look-up that a foreign key makes on its own account. */
extern bool aud_policy_is_internal(const AudStmt *stmt);

/* Are events of this class recorded? */
static inline bool
aud_policy_wants_class(int class)
{
	return (aud_config->log_classes & class) != 0;
}

#endif /* AUD_STATEMENT_POLICY_H */
