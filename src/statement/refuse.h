/*-------------------------------------------------------------------------
 *
 * refuse.h
 *	  Statements that a rule refuses fail before they run.
 *
 * What a statement does becomes known step by step: the classes of most when
 * they begin, the objects of a query before its executor starts, a function
 * when it is about to be called, the tables of a DROP ... CASCADE one by one.
 * So the rules are asked at each step, before what it is about is done.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_REFUSE_H
#define AUD_STATEMENT_REFUSE_H

#include "core/match/rules.h"
#include "record/stmt.h"
#include "server/guc.h"

/* See aud_refuse_check. */
extern void aud_refuse_ask(AudStmt *stmt);

/* The rule that would refuse it, or NULL; break_glass does not count here. */
extern const AudRule *aud_refuse_find(AudStmt *stmt);

/* Has this superuser broken the glass?  Then nothing is refused to him. */
extern bool aud_refuse_is_broken(const AudStmt *stmt);

/* It would be, but for that. */
extern void aud_refuse_break(AudStmt *stmt, const AudRule *rule);

/* Is there any rule that refuses? */
static inline bool
aud_refuse_may(void)
{
	return aud_config->rules != NULL &&
		   (aud_config->rules->actions & 1 << AUD_RULE_REFUSE) != 0;
}

/*
 * Something has become known of a statement (NULL: of none), which has not been
 * done: throws if a rule refuses that.
 */
static inline void
aud_refuse_check(AudStmt *stmt)
{
	if (stmt != NULL && aud_refuse_may())
		aud_refuse_ask(stmt);
}

/*
 * A function is about to be called that no expression of the statement calls,
 * or a deferred trigger's, for which the statement may be a COMMIT: it is not
 * asked about itself, since a transaction must be able to end.
 */
extern void aud_refuse_ask_call(AudStmt *stmt, Oid funcid);

static inline void
aud_refuse_check_call(AudStmt *stmt, Oid funcid)
{
	if (stmt != NULL && aud_refuse_may())
		aud_refuse_ask_call(stmt, funcid);
}

/*
 * Does a rule name this function, or a tag that it has?  Then each call of it
 * is to be reported: where it is called, nobody may be asked.
 */
extern bool aud_refuse_ask_names(Oid funcid);

static inline bool
aud_refuse_names(Oid funcid)
{
	return aud_refuse_may() && aud_refuse_ask_names(funcid);
}

#endif /* AUD_STATEMENT_REFUSE_H */
