/*-------------------------------------------------------------------------
 *
 * place.h
 *	  The place of a statement among the others of its session: its number,
 *	  what it runs inside of, and what made it run.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_PLACE_H
#define AUD_STATEMENT_PLACE_H

#include "record/stmt.h"

/* What is going on when a statement begins. */
typedef struct AudSurroundings
{
	const AudStmt *active;          /* innermost executing statement, or NULL */
	const AudStmt *awaiting_commit; /* the COMMIT that is being done, or NULL */
	int            planning;        /* planner levels below the active one */
	bool           from_rule;       /* a rule made it of another statement */
} AudSurroundings;

/* Give a statement its number, parent, level, trigger depth and origin. */
extern void aud_place_identify(AudStmt *stmt, const AudSurroundings *now);

/*
 * Is it the query by which ALTER TABLE checks a foreign key?  Then that is its
 * origin.  After aud_place_identify().
 */
extern void aud_place_find_check(AudStmt *stmt, const char *source);

/* How deep in triggers is this process? */
extern int aud_place_trigger_depth(void);

/* Is the client's message a function call?  Unknown without track_activities. */
extern bool aud_place_is_fastpath(void);

/* The number of a statement that failed before it began. */
extern uint64 aud_place_failed_number(void);

/*
 * The client's next statement is being analyzed: where it stands in which
 * text.  Only while nothing is active.
 */
extern void aud_place_new_text(const char *source, int location, int len);

/*
 * The place of a query that a rule made, which the server does not keep: that
 * of the statement it was made of, if source is the text analyzed last.
 */
extern void aud_place_of_rule(const char *source, int *location, int *len);

#endif /* AUD_STATEMENT_PLACE_H */
