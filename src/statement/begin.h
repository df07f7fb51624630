/*-------------------------------------------------------------------------
 *
 * begin.h
 *	  The steps of a statement's beginning, for the files of statement/ that
 *	  begin one.  The frame is open, and so active, and "caller" is what was.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_BEGIN_H
#define AUD_STATEMENT_BEGIN_H

#include "statement/backend.h"
#include "statement/place.h"

/* How a statement came to begin. */
typedef struct AudBeginning
{
	const char *source;    /* the whole text that it stands in, or NULL */
	bool        in_early;  /* see aud_early_runs */
	bool        by_spi;    /* a function runs it */
	bool        from_rule; /* a rule made it of another statement */
} AudBeginning;

/* Its number and place. */
extern void aud_begin_identify(AudStmt *stmt, const AudBeginning *how);

/* Or it is a part of its caller, and has no record of its own. */
extern void aud_begin_silently(AudStmt *stmt);

/*
 * REFRESH ... CONCURRENTLY compares and changes the view with statements of
 * its own making: they are the command, not something inside of it.
 */
static inline bool
aud_begin_is_inner_working(const AudStmt *stmt)
{
	const AudStmt *caller = stmt->life.caller;

	return caller != NULL && caller->what.utility == T_RefreshMatViewStmt &&
		   !caller->place.silent && aud_place_is_next_to(caller);
}

/*
 * The command that a query with this text, which begins or is planned in
 * "caller", is the body of, or NULL; planning: levels of planners in between.
 */
extern AudStmt *aud_begin_find_host(AudStmt *caller, int planning,
									const char *source);

/* Such a one has no record; what it reaches is its command's. */
extern void aud_begin_inner_working(AudStmt *stmt);

/* The statement's own part of a text that may hold several. */
extern void aud_begin_set_text(AudStmt *stmt, const char *text, int location,
							   int len);

/* What every process that runs statements needs once. */
extern void aud_begin_process(void);

/* When and who; see aud_session_identity.  Throws if it may read catalogs. */
extern void aud_begin_take_down(AudStmt *stmt, bool may_read_catalog);

/* What the client sent must leave a trace even if the server dies of it. */
extern void aud_begin_keep_unfinished(AudStmt *stmt);

#endif /* AUD_STATEMENT_BEGIN_H */
