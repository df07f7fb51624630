/*-------------------------------------------------------------------------
 *
 * error_tagged.h
 *	  Values of tagged columns in error messages, for secaudit.redact_tags.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AUD_STATEMENT_ERROR_TAGGED_H
#define AUD_STATEMENT_ERROR_TAGGED_H

#include "utils/elog.h"

#include "record/stmt.h"

/*
 * Hide in the message of this error what it may quote of such values.  Within
 * errfinish(): allocates nothing, and reads no catalog.
 */
extern void aud_error_hide_tagged(AudFailure *failure, const ErrorData *edata);

/*
 * Hide what is between the first quote and the last of message, which has room
 * for AUD_ERROR_MESSAGE_MAX bytes.  False: nothing is quoted.
 */
extern bool aud_error_hide_quoted(char *message);

#endif /* AUD_STATEMENT_ERROR_TAGGED_H */
