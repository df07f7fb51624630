/*-------------------------------------------------------------------------
 *
 * early_text.h
 *	  Which text the client's early frame is about, and whether an error is
 *	  its own.  Reads no catalog and allocates nothing, so that it can be asked
 *	  while an error is handled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_EARLY_TEXT_H
#define AUD_STATEMENT_EARLY_TEXT_H

#include "statement/backend.h"

extern uint64 aud_early_digest(const char *text);

/* Is this text the one that the client's early frame was made for? */
extern bool aud_early_is_about(const char *source);

/* Is what happens now still about the client's early frame? */
extern bool aud_early_is_current(void);

/*
 * An error is being raised.  Is it about the client's early frame?  Then it is
 * that which fails, unless somebody catches the error: the frame, until the
 * next one, or NULL.
 */
extern void     aud_early_error(void);
extern AudStmt *aud_early_failed(void);

#endif /* AUD_STATEMENT_EARLY_TEXT_H */
