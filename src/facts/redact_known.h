/*-------------------------------------------------------------------------
 *
 * redact_known.h
 *	  What parse analysis has said of texts, for secaudit.redact_tags.
 *
 * A text is analyzed long before its statement begins, or once for many
 * executions, and its tree is gone by then.  So the places are remembered with
 * the text, by its digest: of as many texts as memory may be spent on, those
 * that are used.  Everything is forgotten when a label or the setting changes.
 * What is not known is no reason to let a text through: see redact_stmt.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_FACTS_REDACT_KNOWN_H
#define AUD_FACTS_REDACT_KNOWN_H

#include "nodes/parsenodes.h"

typedef struct AudKnownText
{
	uint64 digest; /* the key */
	uint32 len;
	bool   touched; /* tagged columns are used in it */
	bool   unclear; /* any constant may be one of theirs */
	int    n;
	int   *at; /* where theirs are, in the text without what is around it */

	Bitmapset *params; /* numbers of parameters that are */
} AudKnownText;

/* A statement of this text has been analyzed. */
extern void aud_redact_known_note(const Query *query, const char *source);

/*
 * What is known of the text of one statement; NULL: nothing.  Blanks, comments
 * and semicolons around it do not matter, and *start is where it begins behind
 * them.  Valid until the next call, and until something else is noted.
 * Allocates nothing.
 */
extern const AudKnownText *aud_redact_known_find(const char *text, size_t len,
												 size_t *start);

/* The same, and it is remembered for longer; may throw for lack of memory. */
extern const AudKnownText *aud_redact_known_use(const char *text, size_t len,
												size_t *start);

#endif /* AUD_FACTS_REDACT_KNOWN_H */
