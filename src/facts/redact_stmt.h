/*-------------------------------------------------------------------------
 *
 * redact_stmt.h
 *	  What of a statement is hidden for secaudit.redact_tags.
 *
 * To be asked when a statement has its text, and before that is kept or
 * recorded.  All of these do nothing where there are no tags to look for
 * (aud_redact_tags_on()).
 *
 * Where parse analysis has seen the text, its places are known.  Where it has
 * not, or what it said is forgotten, all constants are hidden if the statement
 * may be about tagged columns: if its plan uses a table that has some, or, of
 * a command, if it mentions one by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_STMT_H
#define AUD_FACTS_REDACT_STMT_H

#include "nodes/plannodes.h"
#include "utils/plancache.h"

#include "facts/redact_tags.h"
#include "record/stmt.h"

/* A query that is about to run. */
extern void aud_redact_tagged_query(AudStmt *stmt, const PlannedStmt *plan);

static inline void
aud_redact_query(AudStmt *stmt, const PlannedStmt *plan)
{
	if (aud_redact_tags_on())
		aud_redact_tagged_query(stmt, plan);
}

/* A utility command; the statement's text begins there in the whole one. */
extern void aud_redact_tagged_utility(AudStmt *stmt, Node *command, int location);

static inline void
aud_redact_utility(AudStmt *stmt, Node *command, int location)
{
	if (aud_redact_tags_on())
		aud_redact_tagged_utility(stmt, command, location);
}

/*
 * A command has succeeded: what it has had analyzed meanwhile says more than
 * was known when it began.
 */
extern void aud_redact_tagged_done(AudStmt *stmt);

static inline void
aud_redact_utility_done(AudStmt *stmt)
{
	if (stmt->text.hidden.all && aud_redact_tags_on())
		aud_redact_tagged_done(stmt);
}

/*
 * What PL/pgSQL runs for a variable with the name of a secret, which is not in
 * the text: all constants are hidden; whatever the tags say, which are asked
 * first.
 */
extern void aud_redact_nested(AudStmt *stmt, bool may_read_catalog);

/* A text that should have been analyzed, or else is hidden. */
extern void aud_redact_statement(AudStmt *stmt);

/* The same of an error, which may be about that text: allocates next to nothing. */
extern void aud_redact_failed(AudStmt *stmt);

/*
 * The same for a text that is not a statement's: what is to be hidden in it.
 * Valid until the next call; allocates nothing.
 */
extern void aud_redact_text_hidden(AudTextHidden *hidden, const char *text,
								   size_t len);

/*
 * Arguments of EXECUTE that stand for secrets in what it executes; whatever
 * the tags say, which are asked first.
 */
extern void aud_redact_execute(AudStmt *stmt, Node *command, int location);

/* The detail "prepared_query", which is that of an EXECUTE. */
extern void aud_redact_prepared(AudStmt *stmt, const CachedPlanSource *prepared,
								const char *text, size_t len);

/* The detail "skipped_query": statements that nobody has analyzed. */
extern void aud_redact_skipped(AudStmt *stmt, const char *text, size_t len);

#endif /* AUD_FACTS_REDACT_STMT_H */
