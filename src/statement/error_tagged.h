/*-------------------------------------------------------------------------
 *
 * error_tagged.h
 *	  Values of tagged columns in error messages, for secaudit.redact_tags.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_ERROR_TAGGED_H
#define AUD_STATEMENT_ERROR_TAGGED_H

#include <stddef.h>

/*
 * Hide in the message of this error what it may quote of such values.  Within
 * errfinish(): allocates nothing, and reads no catalog.
 */
extern void aud_error_hide_tagged(char *message, size_t size,
								  const ErrorData *edata);

/* Hide in a message what is between its first quote and its last. */
extern void aud_error_hide_quoted(char *message, size_t size);

#endif /* AUD_STATEMENT_ERROR_TAGGED_H */
