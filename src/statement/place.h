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
	bool           in_early;        /* the client's early frame runs it */
	bool           from_rule;       /* a rule made it of another statement */
	bool           by_spi;          /* a function runs it */
	bool           in_command;      /* see aud_place_in_command */
} AudSurroundings;

/* Give a statement its number, parent, level, trigger depth and origin. */
extern void aud_place_identify(AudStmt *stmt, const AudSurroundings *now);

/*
 * The same but for its number and parent, of one that may begin: it takes no
 * number.
 */
extern void aud_place_foresee(AudStmt *stmt, const AudSurroundings *now);

/*
 * Is it the query by which ALTER TABLE checks a foreign key?  Then that is its
 * origin.  After aud_place_identify().
 */
extern void aud_place_find_check(AudStmt *stmt, const char *source);

/*
 * For where nothing is active: is this text run inside a utility command of the
 * client all the same?  By an extension that stands between the server and our
 * hook, as pgextwlist runs scripts before and after CREATE EXTENSION.
 */
extern bool aud_place_in_command(const char *source);

/*
 * Has nothing but SPI entered the error context since that frame began, as
 * every function of PL/pgSQL or SQL would have?  Of a utility command, one that
 * is marked, or a query whose triggers fire.
 */
extern bool aud_place_is_next_to(const AudStmt *active);

/* How deep in triggers is this process? */
extern int aud_place_trigger_depth(void);

/* Is the client's message a function call?  Unknown without track_activities. */
extern bool aud_place_is_fastpath(void);

/* The number of a statement that failed before it began. */
extern uint64 aud_place_failed_number(void);

/* The client's last statement, or the one that is being planned; 0: none yet. */
extern uint64 aud_place_last_number(void);

/*
 * The number that the client's next statement will have; and that statement
 * is over before it began.
 */
extern uint64 aud_place_early_number(void);
extern void   aud_place_early_is_over(uint64 number);

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
